# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CRLs that were fetched against those that a host has: none is replaced by an older one, and all else is changed."""

import base64
import hashlib
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import trust_file_name
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.operations import configure
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Watchdog
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import CRL, Block, as_pem
from support.crl_der import crl_der, name_der

DAY, NOW = 86400, time.time()
CA, OTHER = name_der('Mail CA'), name_der('Other CA')
CA_FILE = '-----BEGIN CERTIFICATE-----\nMAUCAQECAQI=\n-----END CERTIFICATE-----\n'


def when(days):
    return time.strftime('%Y%m%d%H%M%S', time.gmtime(NOW + days * DAY))


def crl(number, days=-1, life=7, issuer=CA):
    return crl_der(issuer, when(days), when(days + life), number, b'key')


def pem(*ders):
    return ''.join(as_pem(Block(CRL, 0, der)) for der in ders)


def digest(der):
    return hashlib.sha256(der).hexdigest()


class Host:
    """A host with one server."""

    def __init__(self, base):
        self.base = base
        self.server = base / 'spl1'
        self.server.mkdir()

    def run(self, ders, hostname='a.example.com', fetched=None, missing=(), only_crls=False, check=False, ca=CA_FILE):
        """Converge to these CRLs, of which those in `fetched` (None = all) were fetched in this run; return its answer."""
        content = pem(*ders)
        name, ca_name = trust_file_name('crl', content.encode()), trust_file_name('ca', ca.encode())
        config = 'CAFile = %s\nCrlFile = %s\nHostname = %s\n' % (ca_name, name, hostname)
        fetched = ders if fetched is None else fetched
        crls = {
            'file': name,
            'fetched': {digest(der): 'CN=Mail CA' for der in fetched},
            'fallback': [digest(der) for der in ders if der not in fetched],
            'missing': list(missing),
        }
        trust = {ca_name: 'ca', name: 'crl'} if ders else {ca_name: 'ca'}
        request = {
            'options': {'base_dir': str(self.base), 'pd_bin_dir': '/nowhere', 'backup_keep': 5, 'check': check},
            'servers': [{'name': 'spl1', 'config': 'config', 'trust': trust, 'mode': 0o644, 'crls': crls}],
            'contents': {'config': config, 'crl': content, 'ca': ca},
            'only_crls': only_crls,
        }
        (server,) = plain(configure.run(request, Watchdog(60)))['servers']
        return server

    @property
    def config(self):
        return (self.server / CONFIG_NAME).read_text()

    def crls(self):
        (name,) = [line.partition(' = ')[2] for line in self.config.splitlines() if line.startswith('CrlFile')]
        return (self.server / name).read_text()


def codes(answer):
    return [(problem['code'], problem['severity']) for problem in answer.get('problems', ())]


def missing(issuer=CA):
    return {'issuers': [base64.b64encode(issuer).decode()], 'message': 'No CRL could be fetched: X: gone.', 'hint': 'Ask.'}


@pytest.fixture
def host(tmp_path):
    return Host(tmp_path)


def test_a_newer_one_replaces_the_installed_one(host):
    host.run([crl(1, -2)])
    answer = host.run([crl(2)])
    assert (answer['changed'], codes(answer), host.crls()) == (True, [], pem(crl(2)))


@pytest.mark.parametrize('check', [False, True], ids=['for real', 'in check mode'])
def test_an_older_one_does_not_and_all_else_is_changed(host, check):
    new = crl(2)
    host.run([new])
    answer = host.run([crl(1, -2)], 'b.example.com', check=check)
    assert (answer['changed'], codes(answer)) == (True, [('crl_older_than_installed', 'error')])
    assert [one['keyword'] for one in answer['drift']] == ['Hostname']
    assert 'number 1, installed is thisUpdate' in answer['problems'][0]['message']
    assert host.crls() == pem(new)
    assert ('b.example.com' in host.config) is not check


def test_of_two_the_newer_one_of_each_ca_is_active(host):
    installed = [crl(5, -1), crl(5, -3, issuer=OTHER)]
    host.run(installed)
    fetched = [crl(4, -2), crl(6, -1, issuer=OTHER)]
    answer = host.run(fetched)
    assert codes(answer) == [('crl_older_than_installed', 'error')]
    assert host.crls() == pem(installed[0], fetched[1])


def test_one_that_an_earlier_run_has_fetched_gives_way_in_silence(host):
    new = crl(2)
    host.run([new])
    answer = host.run([crl(1, -2)], fetched=[])
    assert (answer['changed'], codes(answer), host.crls()) == (False, [], pem(new))


def test_one_that_was_not_fetched_is_what_is_declared(host):
    host.run([crl(2)])
    old = crl(1, -2)
    name = trust_file_name('crl', pem(old).encode())
    config = 'CrlFile = %s\n' % name
    request = {
        'options': {'base_dir': str(host.base), 'pd_bin_dir': '/nowhere', 'backup_keep': 5},
        'servers': [{'name': 'spl1', 'config': 'config', 'trust': {name: 'crl'}, 'mode': 0o644}],
        'contents': {'config': config, 'crl': pem(old)},
    }
    configure.run(request, Watchdog(60))
    assert host.crls() == pem(old)


def test_one_in_a_file_made_by_hand_is_kept_as_well(host):
    new = crl(2)
    (host.server / 'mine.pem').write_text('my own CRL\n' + pem(new))
    (host.server / CONFIG_NAME).write_text('CrlFile = mine.pem\n')
    answer = host.run([crl(1, -2)])
    assert codes(answer) == [('crl_older_than_installed', 'error')]
    assert host.crls() == pem(new)


def test_one_that_is_missing_stays_as_it_is_installed(host):
    installed = crl(1)
    host.run([installed])
    answer = host.run([], 'b.example.com', missing=[missing()])
    assert codes(answer) == [('crl_fetch_failed', 'warning')]
    assert (
        'No CRL could be fetched: X: gone. The installed one stays; it expires in 143 h, at' in answer['problems'][0]['message']
    )
    assert (host.crls(), 'b.example.com' in host.config) == (pem(installed), True)


def test_it_is_an_error_where_that_one_has_expired(host):
    host.run([crl(1, -9)])
    answer = host.run([], missing=[missing()])
    assert codes(answer) == [('crl_fetch_failed', 'error')]
    assert 'it expired at' in answer['problems'][0]['message']
    assert 'no mail is sent with it' in answer['problems'][0]['message']


@pytest.mark.parametrize('installed', [[], [crl(1, issuer=OTHER)]], ids=['none at all', 'one of another CA'])
def test_without_one_nothing_is_changed(host, installed):
    if installed:
        host.run(installed)
    answer = host.run([], 'b.example.com', missing=[missing()])
    assert (answer['changed'], codes(answer)) == (False, [('crl_fetch_failed', 'error')])
    assert not (host.server / CONFIG_NAME).exists() or 'b.example.com' not in host.config


def test_the_crls_alone_can_be_changed(host):
    host.run([crl(1, -2)])
    config = host.config.replace('a.example.com', 'by-hand.example.com')
    (host.server / CONFIG_NAME).write_text(config)
    (host.server / CONFIG_NAME).chmod(0o640)
    new = crl(2)
    answer = host.run([new], only_crls=True)
    assert (answer['changed'], codes(answer), host.crls()) == (True, [], pem(new))
    assert 'by-hand.example.com' in host.config
    assert (host.server / CONFIG_NAME).stat().st_mode & 0o777 == 0o640
    again = host.run([new], only_crls=True)
    assert (again['changed'], again['drift']) == (False, [])


@pytest.mark.parametrize(
    ('config', 'code', 'severity'),
    [
        pytest.param('Hostname = a.example.com\n', 'not_as_declared', 'error', id='no CRL file'),
        pytest.param('CAFile = ca.pem\nCrlFile = crl.pem\n', 'not_as_declared', 'error', id='another CA'),
        pytest.param(None, 'not_configured', 'info', id='no configuration'),
    ],
)
def test_the_crls_alone_are_not_changed_where_they_do_not_fit(host, config, code, severity):
    if config is not None:
        (host.server / CONFIG_NAME).write_text(config)
    answer = host.run([crl(2)], only_crls=True)
    assert (answer['changed'], codes(answer)) == (False, [(code, severity)])
    assert [path.name for path in host.server.iterdir()] == ([CONFIG_NAME] if config else [])


def test_a_server_whose_crls_are_not_declared_is_left_alone(host):
    host.run([crl(1)])
    before = host.config
    (host.server / 'sendmemo-ca-0123456789abcdef.pem').write_text('')
    request = {
        'options': {'base_dir': str(host.base), 'pd_bin_dir': '/nowhere'},
        'servers': [{'name': 'spl1', 'config': 'config', 'trust': {}, 'mode': 0o644}],
        'contents': {'config': ''},
        'only_crls': True,
    }
    (answer,) = configure.run(request, Watchdog(60)).servers
    assert (answer.changed, answer.drift, answer.problems, host.config) == (False, [], [], before)
