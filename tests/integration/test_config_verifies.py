# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sendmemo_config with `verify`: each server sends with what is active after the change, in the same program."""

from __future__ import annotations

import collections.abc
import pathlib
import typing as t

import pytest

from support.config_site import Site
from support.counting_proxy import CountingProxy
from support.mail_server_process import MailServer
from support.pythons import target_pythons
from support.together import together

from .conftest import Pki

# What an entry of send_memo has, whatever it met.
ALWAYS = {'name', 'working_dir', 'ok', 'until', 'ignored', 'problems'}
OF_A_MAIL = {'tls', 'certificate', 'chain', 'ehlo', 'reply', 'message_id', 'timings_ms', 'smtp_host', 'smtp_port'}


class Host(Site):
    """A print host whose servers spl1 (STARTTLS) and spl2 (SMTPS) send to the embedded mail server, each through a proxy."""

    def __init__(self, base: pathlib.Path, pki: Pki, mail_server: MailServer) -> None:
        super().__init__(base, pki.ca_path, pki.crl_path)
        self.mail_server = mail_server
        self.recipient = f'{base.parent.name.replace("_", "-")}@example.com'
        self.proxies = {
            'spl1': _proxy(mail_server.ports['starttls']),
            'spl2': _proxy(mail_server.ports['smtps']),
        }
        servers = [
            {'name': 'spl1', 'smtp_port': self.proxies['spl1'].port},
            {'name': 'spl2', 'smtp_port': self.proxies['spl2'].port, 'enable_tls': 'smtps'},
        ]
        more = {'smtp_host': '127.0.0.1', 'recipients': [self.recipient], 'verify': 'sent', 'timeout': 10}
        self.options.update(more, servers=servers)

    def mails(self) -> list[str]:
        """Return the listeners that mails came to."""
        return sorted(mail.listener for mail in self.mail_server.mails(self.recipient))

    def connections(self) -> dict[str, int]:
        """Return how often each server has connected since this was asked last."""
        found = {name: proxy.connections for name, proxy in self.proxies.items()}
        for proxy in self.proxies.values():
            proxy.connections = 0
        return found

    def one_server(self, **entry: t.Any) -> dict[str, t.Any]:
        """Return the options for spl1 alone, with more in its entry."""
        return {'servers': [{**self.options['servers'][0], **entry}]}


PROXIES: list[CountingProxy] = []


def _proxy(port: int) -> CountingProxy:
    PROXIES.append(CountingProxy(port))
    return PROXIES[-1]


@pytest.fixture(scope='module', autouse=True)
def proxies_are_stopped() -> t.Iterator[None]:
    yield
    for proxy in PROXIES:
        proxy.stop()


def made_host(tmp_path: pathlib.Path, pki: Pki, mail_server: MailServer) -> Host:
    return Host(tmp_path / 'pd', pki, mail_server)


def sends(result: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """Return what each server sent, by name; a server without `send` is left out."""
    return {entry['name']: entry['send'] for entry in result['servers'] if 'send' in entry}


def codes(problems: collections.abc.Iterable[dict[str, t.Any]]) -> list[str]:
    return [problem['code'] for problem in problems if problem['severity'] == 'error']


@pytest.mark.version_shim
@pytest.mark.parametrize('python', ['3.6', '3.13'])
@together(made_host)
async def test_a_change_and_its_mail_are_one_result(host: Host, python: str) -> None:
    host.python = target_pythons()[python]
    first = await host.run()
    assert (first['changed'], first['failed']) == (True, False), host.output
    assert {name: (entry['ok'], entry['until'], entry['tls']['mode']) for name, entry in sends(first).items()} == {
        'spl1': (True, 'sent', 'starttls'),
        'spl2': (True, 'sent', 'smtps'),
    }
    assert all(set(entry) >= ALWAYS | OF_A_MAIL for entry in sends(first).values())
    assert host.mails() == ['smtps', 'starttls']
    assert 'queued as' in first['msg']
    second = await host.run()
    assert (second['changed'], second['failed']) == (False, False)
    assert [entry['ok'] for entry in sends(second).values()] == [True, True]
    assert host.mails() == ['smtps', 'smtps', 'starttls', 'starttls']


@together(made_host)
async def test_a_mail_that_fails_fails_the_task_and_rolls_nothing_back(host: Host) -> None:
    result = await host.run(**host.one_server(smtp_port=host.mail_server.ports['expired'], enable_tls='smtps'))
    assert (result['changed'], result['failed']) == (True, True), host.output
    entry = result['servers'][0]
    assert (entry['changed'], entry['problems']) == (True, [])
    assert codes(entry['send']['problems']) == codes(result['problems']) == ['expired']
    assert 'expired' in result['msg']
    assert host.settings()['EnableTLS'] == '2'
    assert host.mails() == []


@together(made_host)
async def test_a_staged_test_that_fails_leaves_its_server_unverified(host: Host) -> None:
    await host.run(verify='none')
    host.options['servers'][0]['smtp_port'] = host.mail_server.ports['revoked']
    host.options['servers'][0]['enable_tls'] = 'smtps'
    result = await host.run(try_before_commit='handshake', hostname='new.example.com')
    assert (result['changed'], result['failed']) == (True, True), host.output
    assert list(sends(result)) == ['spl2']
    assert codes(result['problems']) == ['revoked']
    assert host.settings('spl1')['EnableTLS'] == '1'
    assert host.mails() == ['smtps']


CONNECTIONS = {
    # what the staged test does, the goal: connections of a server that is changed
    'the test goes as far': ('handshake', 'handshake', 1),
    'the test goes further': ('envelope', 'handshake', 1),
    'only the mail is left': ('envelope', 'sent', 2),
    'no test': ('none', 'sent', 1),
}


@pytest.mark.parametrize('case', CONNECTIONS)
@together(made_host)
async def test_what_the_staged_test_has_shown_is_not_asked_again(host: Host, case: str) -> None:
    tried, goal, connections = CONNECTIONS[case]
    result = await host.run(try_before_commit=tried, verify=goal)
    assert [(entry['ok'], entry['until']) for entry in sends(result).values()] == [(True, goal)] * 2, host.output
    assert host.connections() == {'spl1': connections, 'spl2': connections}
    assert host.mails() == (['smtps', 'starttls'] if goal == 'sent' else [])
    unchanged = await host.run(try_before_commit=tried, verify=goal)
    assert [entry['ok'] for entry in sends(unchanged).values()] == [True, True]
    assert host.connections() == {'spl1': 1, 'spl2': 1}, 'a server that is as declared is not tested, but verified'


@together(made_host)
async def test_what_ignored_errors_hide_is_known_from_the_staged_test(host: Host) -> None:
    ignoring = host.one_server(ignore_certificate_errors=True)
    ignoring['servers'][0].update(smtp_port=host.mail_server.ports['expired'], enable_tls='smtps')
    alone = sends(await host.run(**ignoring))['spl1']
    assert alone['ok'], host.output
    tested = sends(await host.run(**ignoring, hostname='new.example.com', try_before_commit='handshake'))['spl1']
    for key in ('ok', 'ignored', 'certificate', 'chain'):
        assert tested[key] == alone[key], key
    assert [problem['code'] for problem in tested['ignored']] == ['expired']


@together(made_host)
async def test_check_mode_verifies_what_is_active_and_hands_no_mail_over(host: Host) -> None:
    predicted = await host.run('--check')
    assert (predicted['changed'], sends(predicted)) == (True, {})
    assert 'spl1: not verified, since the declared configuration is not active in check mode.' in predicted['msg'].splitlines()
    await host.run(verify='none')
    host.options['servers'][1]['hostname'] = 'new.example.com'
    result = await host.run('--check')
    assert {name: (entry['ok'], entry['until']) for name, entry in sends(result).items()} == {'spl1': (True, 'envelope')}
    assert (result['changed'], host.mails()) == (True, [])


@together(made_host)
async def test_an_absent_server_is_not_verified(host: Host) -> None:
    await host.run(verify='none')
    host.options['servers'][1]['state'] = 'absent'
    result = await host.run()
    assert (result['changed'], list(sends(result))) == (True, ['spl1'])
    assert (await host.run(servers=[host.options['servers'][1]]))['failed'] is False


@together(made_host)
async def test_only_a_host_that_changed_is_verified_where_that_is_asked(host: Host) -> None:
    changed = await host.run(verify_when='changed')
    assert list(sends(changed)) == ['spl1', 'spl2']
    unchanged = await host.run(verify_when='changed')
    assert (unchanged['failed'], sends(unchanged)) == (False, {})
    assert len(host.mails()) == 2


@together(made_host)
async def test_fail_on_is_for_what_the_mail_shows(host: Host) -> None:
    unsafe = host.one_server(cert_validation_ignore_host_name=True)
    assert (await host.run(**unsafe))['failed'] is False
    assert (await host.run(**unsafe, warn_days=30000, fail_on='warning'))['failed'] is True
    closed = host.one_server(smtp_port=host.mail_server.ports['starttls'], enable_tls='smtps')
    assert (await host.run(**closed, fail_on='never'))['failed'] is False
    declared = await host.run(**host.one_server(owner='no-such-user'), fail_on='never')
    assert (declared['failed'], codes(declared['problems'])) == (True, ['invalid_value'])


@together(made_host)
async def test_recipients_are_required_before_the_host_is_touched(host: Host) -> None:
    result = await host.run(recipients=[])
    assert (result['failed'], result['changed']) == (True, False)
    assert 'recipients of server spl1 is missing' in result['msg']
    assert 'verify: handshake' in result['msg']
    assert not host.config().exists()


@together(made_host)
async def test_discovered_servers_send_too(host: Host) -> None:
    await host.run(verify='none')
    result = await host.run(servers=[], smtp_port=host.proxies['spl1'].port)
    assert {name: entry['ok'] for name, entry in sends(result).items()} == {'spl1': True, 'spl2': True}, host.output
