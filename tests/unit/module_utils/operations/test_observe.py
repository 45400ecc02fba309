# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A trial makes its set the active one, and whatever happens then, the server can be put back as it was."""

import os

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change import observation as marker
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import trust_file_name
from ansible_collections.printops.infoprint.plugins.module_utils.operations import observe
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Watchdog

CONFIG = 'sendmemo-ssl.cfg'
BEFORE = b'EnableTLS = 1\nCAFile = own.pem\n'
ROUGH = b'\xef\xbb\xbfHostname = "x" ; y\r\nnonsense'
TRUST, CRL = trust_file_name('ca', b'x'), trust_file_name('crl', b'crl')


class Server:
    """A server's working directory, in which steps are done."""

    def __init__(self, base):
        self.base = str(base)
        self.path = str(base / 'spl1')
        os.mkdir(self.path)

    def write(self, name, content):
        with open(os.path.join(self.path, name), 'wb') as stream:
            stream.write(content)

    def read(self, name=CONFIG):
        with open(os.path.join(self.path, name), 'rb') as stream:
            return stream.read()

    def files(self):
        return {name for name in os.listdir(self.path) if name != 'sendmemo-ssl.backups'}

    def do(self, step, config=ROUGH, trust=(), commands=(), **more):
        return observe.run(
            {
                'step': step,
                'base_dir': self.base,
                'pd_bin_dir': '/nonexistent',
                'name': 'spl1',
                'config': config.decode('latin-1'),
                'trust': dict.fromkeys(trust, 'x'),
                'commands': list(commands),
                'seconds': 5.0,
                **more,
            },
            Watchdog(60),
        )

    def trial(self, **request):
        return self.do('trial', **request)

    def put_back(self):
        return self.do('put_back').servers[0]


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path)
    server.write('own.pem', b'own')
    server.write(CONFIG, BEFORE)
    os.chmod(os.path.join(server.path, CONFIG), 0o640)
    return server


def test_trials_and_the_way_back(server):
    server.trial(trust=[TRUST])
    assert (server.read(), server.read(TRUST)) == (ROUGH, b'x')
    server.trial(config=b'EnableTLS = 0\n')
    assert server.read() == b'EnableTLS = 0\n'
    answer = server.put_back()
    assert (answer.problems, server.read()) == ([], BEFORE)
    assert server.files() == {CONFIG, 'own.pem'}
    assert os.stat(os.path.join(server.path, CONFIG)).st_mode & 0o777 == 0o640


def test_a_second_way_back_changes_nothing(server):
    server.trial()
    server.put_back()
    assert not server.put_back().changed
    assert server.read() == BEFORE


def test_without_a_trial_there_is_no_way_back(server):
    assert not server.put_back().changed
    assert server.files() == {CONFIG, 'own.pem'}


def test_a_server_without_a_configuration_has_none_afterwards(server):
    os.unlink(os.path.join(server.path, CONFIG))
    server.trial(trust=[TRUST])
    server.put_back()
    assert server.files() == {'own.pem'}


def test_managed_trust_files_of_before_are_there_afterwards(server):
    server.write(CRL, b'crl')
    config = BEFORE + b'CrlFile = %s\n' % CRL.encode()
    server.write(CONFIG, config)
    server.trial(trust=[TRUST])
    server.put_back()
    assert (server.read(), server.read(CRL)) == (config, b'crl')
    assert server.files() == {CONFIG, 'own.pem', CRL}


def test_the_backups_of_before_are_there_afterwards(server):
    server.trial()
    server.put_back()
    server.write(CONFIG, b'EnableTLS = 2\n')
    server.trial()
    server.trial(config=b'EnableTLS = 0\n')
    server.put_back()
    assert server.read() == b'EnableTLS = 2\n'


def test_who_has_changed_the_server_meanwhile_is_right(server):
    server.trial()
    server.write(CONFIG, b'EnableTLS = 2\n')
    with pytest.raises(ProblemError, match='was changed by something else'):
        server.trial()
    answer = server.put_back()
    assert [problem.code for problem in answer.problems] == ['write_failed']
    assert server.read() == b'EnableTLS = 2\n'
    assert marker.MARKER not in server.files()


def test_a_server_that_could_not_be_put_back_is_not_touched(server):
    server.write(CONFIG, b'EnableTLS = 9\n')
    with pytest.raises(ProblemError):
        server.trial()
    os.unlink(os.path.join(server.path, CONFIG))
    os.symlink('own.pem', os.path.join(server.path, CONFIG))
    with pytest.raises(ProblemError, match='symbolic link'):
        server.trial()
    assert server.files() == {CONFIG, 'own.pem'}


def test_an_unfinished_change_comes_first(server):
    server.write('sendmemo-ssl.unfinished', b'x')
    with pytest.raises(ProblemError, match='not finished'):
        server.trial()
    assert server.read() == BEFORE


@pytest.mark.parametrize(
    'content',
    [
        pytest.param(b'', id='empty'),
        pytest.param(b'x', id='a word'),
        pytest.param(b'../../x none\n', id='another place'),
        pytest.param(b'20261201T000000Z-0001 zz\n', id='no digest'),
        pytest.param(b'\xff' * 100, id='no text'),
    ],
)
def test_a_marker_that_was_not_written_here_stops_everything(server, content):
    server.write(marker.MARKER, content)
    with pytest.raises(ProblemError, match='does not say which set'):
        server.trial()
    assert [problem.code for problem in server.put_back().problems] == ['unsafe_path']
    assert server.read() == BEFORE


def test_commands_run_after_the_switch_and_are_bounded(server):
    show = 'cat %s/%s' % (server.path, CONFIG)
    answer = server.trial(config=b'EnableTLS = 0\n', commands=[show, 'echo out; echo err >&2; exit 3', 'yes | head -c 9999'])
    assert answer.commands[0] == (0, '', 'EnableTLS = 0\n')
    assert answer.commands[1] == (3, '', 'out\nerr\n')
    assert len(answer.commands[2].output) == observe.MOST_OUTPUT


def test_what_the_server_writes_to_its_log_after_a_trial_began_is_read(server):
    server.write('error.log', b'of yesterday\n')
    log_end = server.trial(commands=[f'echo no mail was sent >> {server.path}/error.log']).log_end
    assert server.do('read_log', log_end=log_end).written == 'no mail was sent\n'
    assert server.read() == ROUGH  # and nothing else was done
