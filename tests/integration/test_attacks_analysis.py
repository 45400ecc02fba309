# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What Alice plants in her directories, or a mail server presents, costs the controller seconds, and Bob's server is checked."""

from __future__ import annotations

import pathlib
import resource
import typing as t

import pytest

from support import heavy_x509
from support.mail_server_process import Listener, MailServer
from support.owners import ALICE, BOB, Owners
from support.pki import Authority, Identity, days_from_now
from support.playbook import Ansible, hosts, local_host
from support.server_files import CONFIG, let_pass

from .conftest import SERVER_NAMES, Pki

MEMORY = ('prlimit', '--data=500000000')
MOST_CPU = 12.0  # seconds of the whole run, controller and host: the attack alone took a minute
Task = t.Callable[..., dict[str, t.Any]]


@pytest.fixture
def base(tmp_path: pathlib.Path) -> pathlib.Path:
    let_pass(tmp_path)
    (tmp_path / 'pd').mkdir()
    return tmp_path / 'pd'


@pytest.fixture
def task(tmp_path: pathlib.Path, base: pathlib.Path) -> Task:
    """Run a module; return its result with the CPU time of the run, in seconds."""
    ansible = Ansible(tmp_path / 'controller', within=MEMORY)

    def run(module: str, **options: t.Any) -> dict[str, t.Any]:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ran = ansible.playbook(
            [
                {
                    'hosts': 'all',
                    'gather_facts': False,
                    'tasks': [{'name': 'Do', f'printops.infoprint.{module}': {'base_dir': str(base), **options}}],
                }
            ],
            hosts(print1=local_host()),
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        (only,) = ran.results('print1', 'Do')
        return {**only.result, 'cpu': after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}

    return run


def plant(base: pathlib.Path, owners: Owners, name: str, owner: str, ca: bytes, crl: bytes = b'') -> None:
    names = 'EnableTLS = 2\nCAFile = ca.pem\n' + ('CrlFile = crl.pem\n' if crl else '')
    (base / name).mkdir()
    for file, content in ((CONFIG, names.encode()), ('ca.pem', ca), ('crl.pem', crl)):
        (base / name / file).write_bytes(content)
    owners.give(base / name, owner)


def codes(result: t.Mapping[str, t.Any], name: str) -> list[str]:
    return [problem['code'] for problem in result['problems'] if problem['server'] == name]


def test_thousands_of_cas_and_lists_hold_up_no_run(task: Task, base: pathlib.Path, owners: Owners, pki: Pki) -> None:
    """5,760,000 pairs in less than a file may hold; in the same run Bob's CA that is over is found."""
    ca, crl = heavy_x509.same_name(2400)
    plant(base, owners, 'a1', ALICE, ca, crl)
    old = Authority('Old CA', not_after=days_from_now(-3))
    plant(base, owners, 'b1', BOB, old.pem + pki.authority.pem, pki.authority.crl())
    result = task('sendmemo_validate')
    assert result['cpu'] < MOST_CPU
    assert codes(result, 'b1') == ['ca_expired']
    assert set(codes(result, 'a1')) == {'analysis_incomplete'}
    message = next(one['message'] for one in result['problems'] if 'signatures' in one['message'])
    assert message.startswith('The signatures of 2400 of 2400 CRLs not checked: its share of the')
    assert [entry['name'] for entry in result['servers']] == ['a1', 'b1']


def test_a_change_is_made_though_other_files_are_more_than_is_checked(
    task: Task, base: pathlib.Path, owners: Owners, pki: Pki
) -> None:
    plant(base, owners, 'a1', ALICE, *heavy_x509.same_name(300))  # not one list is checked, and none refused
    plant(base, owners, 'b1', BOB, pki.authority.pem)
    result = task(
        'sendmemo_config',
        servers=[
            {'name': 'a1', 'enable_tls': 'smtps', **{f'{one}_path': str(base / 'a1' / f'{one}.pem') for one in ('ca', 'crl')}},
            {'name': 'b1', 'enable_tls': 'smtps', 'ca_src': str(pki.ca_path)},
        ],
    )
    assert 'servers' in result, result['msg']
    assert {entry['name']: entry['changed'] for entry in result['servers']} == {'a1': True, 'b1': True}, result['msg']
    assert 'analysis_incomplete' in codes(result, 'a1')
    assert 'The signatures of ' in result['msg']
    assert codes(result, 'b1') == []


def chain_of(number: int, pki: Pki) -> Identity:
    pems, key, name = heavy_x509.circle(number)
    leaf = heavy_x509.authority(heavy_x509.keys(1)[0], signer=key, issuer=name)
    own = pki.authority.issue(SERVER_NAMES)
    return own._replace(certificate_pem=own.certificate_pem + leaf + pems)


def named(number: int, pki: Pki) -> Identity:
    return pki.authority.issue([*SERVER_NAMES, *(f'h{one}.example.com' for one in range(number))])


def test_what_a_mail_server_presents_is_bounded(
    task: Task, base: pathlib.Path, owners: Owners, pki: Pki, tmp_path: pathlib.Path
) -> None:
    """OpenSSL takes a chain of 100 KiB at most from a server (SSL_MAX_CERT_LIST_DEFAULT)."""
    presented = {
        'valid': pki.server,
        'chain1000': chain_of(1000, pki),
        'chain200': chain_of(200, pki),
        'names100000': named(100_000, pki),
        'names4000': named(4000, pki),
    }
    listeners = [Listener(name, 'smtps', *one.write(tmp_path, name)) for name, one in presented.items()]
    circles, _key, _name = heavy_x509.circle(2000)
    with MailServer(tmp_path / 'server', listeners) as server:
        for name in presented:
            plant(base, owners, name, BOB, circles + pki.authority.pem)
        result = task(
            'send_memo',
            smtp_host='127.0.0.1',
            until='handshake',
            servers=[{'name': name, 'smtp_port': server.ports[name]} for name in presented],
        )
    assert result['cpu'] < MOST_CPU
    entries = {entry['name']: entry for entry in result['servers']}
    assert {name: entry['ok'] for name, entry in entries.items()} == {
        'valid': True,
        'chain1000': False,
        'chain200': True,
        'names100000': False,
        'names4000': True,
    }, result['msg']
    assert len(entries['names4000']['certificate']['sans']) <= 400
    assert 'excessive message size' in str(entries['names100000']['problems'])
