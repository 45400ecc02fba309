# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is declared of a mail server counts; the rest is read from the InfoPrint server's attributes."""

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.pd.command_lines import HOST, PORT
from ansible_collections.printops.infoprint.plugins.module_utils.pd.mail_server import Asked, MailServer, mail_servers, port_in
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Watchdog


@pytest.fixture
def programs(make_pd_programs):
    return make_pd_programs(
        {
            'spl1': {HOST: 'mail.example.com', PORT: '587'},
            'spl2': {HOST: '', PORT: '25'},
            'spl3': {HOST: 'mx', PORT: 'smtp'},
            'spl4': {HOST: '', PORT: ''},
        }
    )


def ask(programs, *asked):
    return mail_servers(str(programs.bin_dir), [Asked(*one) for one in asked], Watchdog(60))


def test_what_is_declared_is_not_read(programs):
    assert ask(programs, ('spl1', 'a.example', 465)) == [MailServer('a.example', 465)]
    assert programs.calls() == []


def test_what_is_not_declared_is_read(programs):
    assert ask(programs, ('spl1',), ('spl1', None, 25), ('spl1', 'a.example'), ('spl2', 'b.example')) == [
        MailServer('mail.example.com', 587),
        MailServer('mail.example.com', 25),
        MailServer('a.example', 587),
        MailServer('b.example', 25),
    ]


@pytest.mark.parametrize(
    'asked, known, reason',
    (
        (('spl2',), (None, 25), 'smtp-server-host is not set'),
        (('spl3',), ('mx', None), 'smtp-server-port is smtp, which is not a port'),
        (('spl4',), (None, None), 'smtp-server-host and smtp-server-port is not set'),
        (('spl4', 'a.example'), ('a.example', None), 'smtp-server-port is not set'),
    ),
    ids=['no host', 'no number', 'neither', 'no port'],
)
def test_an_attribute_without_information_is_named(programs, asked, known, reason):
    (found,) = ask(programs, asked)
    assert (found.host, found.port) == known
    assert (found.problem.code, found.problem.server) == ('smtp_server_unknown', asked[0])
    assert reason in found.problem.message


def test_one_that_can_not_be_asked_keeps_nothing_from_the_others(programs):
    programs.set_state(down=['spl2'])
    found = ask(programs, ('gone', None, 25), ('spl2',), ('spl1',))
    assert [one.problem and one.problem.code for one in found] == ['server_unknown', 'server_not_running', None]
    assert found[0].port == 25


@pytest.mark.parametrize(
    'text, port',
    (
        ('25', 25),
        ('65535', 65535),
        ('65536', None),
        ('0', None),
        ('', None),
        ('-1', None),
        ('2 5', None),
        ('\u0662', None),
        ('1e2', None),
        ('000025', None),
    ),
    ids=['25', '65535', '65536', '0', 'nothing', 'negative', 'two numbers', 'another digit', 'an exponent', 'six digits'],
)
def test_only_a_number_in_range_is_a_port(text, port):
    assert port_in(text) == port
