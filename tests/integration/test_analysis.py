# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates that the controller's analysis trips over cost no result: of their server, or of another of the same call."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from support import malformed_x509
from support.mail_server_process import Listener, MailServer
from support.pki import Authority, days_from_now
from support.playbook import Run, hosts, local_host

from .conftest import SERVER_NAMES, Pki

LINES = 'EnableTLS = 2\nCAFile = ca.pem\nCrlFile = crl.pem\nHostname = print1.example.com\n'


@pytest.fixture(scope='module')
def malformed_server(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[MailServer]:
    """Mail servers with a good certificate, and with such as `cryptography` can't make, or not wholly read."""
    directory = tmp_path_factory.mktemp('malformed')
    authority = pki.authority
    shown = {
        'good': pki.server,
        'expired': malformed_x509.with_negative_serial(authority.issue(SERVER_NAMES, not_after=days_from_now(-3)), authority),
        'forged': malformed_x509.with_negative_serial(Authority('Test CA').issue(SERVER_NAMES), authority),
        'unread': authority.issue(SERVER_NAMES, not_after=days_from_now(-3), more=[malformed_x509.unreadable()]),
    }
    listeners = [Listener(name, 'smtps', *identity.write(directory, name)) for name, identity in shown.items()]
    with MailServer(directory, listeners, seconds=600) as running:
        yield running


def sent(
    run_playbook: t.Callable[..., Run], pki: Pki, server: MailServer, base_dir: pathlib.Path, *listeners: str
) -> list[tuple[str, bool, list[str]]]:
    """Send by a server for each listener; return the name, the verdict and the codes of each entry that comes back."""
    for name in listeners:
        (base_dir / name).mkdir(parents=True)
        (base_dir / name / 'sendmemo-ssl.cfg').write_text(LINES)
        (base_dir / name / 'ca.pem').write_bytes(pki.authority.pem)
        (base_dir / name / 'crl.pem').write_bytes(pki.crl_path.read_bytes())
    task = {
        'base_dir': str(base_dir),
        'smtp_host': '127.0.0.1',
        'recipients': ['malformed@example.com'],
        'timeout': 10,
        'servers': [{'name': name, 'smtp_port': server.ports[name]} for name in listeners],
    }
    play = {'hosts': 'print_servers', 'gather_facts': False, 'tasks': [{'name': 'Send', 'printops.infoprint.send_memo': task}]}
    run = run_playbook([play], hosts(print1=local_host()))
    assert 'Traceback' not in run.output
    (result,) = run.results('print1', 'Send')
    servers = result.result['servers']
    return [(entry['name'], entry['ok'], [problem['code'] for problem in entry['problems']]) for entry in servers]


@pytest.mark.every_core
def test_a_negative_serial_number_costs_no_result(
    run_playbook: t.Callable[..., Run], pki: Pki, malformed_server: MailServer, tmp_path: pathlib.Path
) -> None:
    found = sent(run_playbook, pki, malformed_server, tmp_path / 'pd', 'good', 'expired', 'forged', 'unread')
    assert [(name, ok) for name, ok, _codes in found] == [
        ('good', True),
        ('expired', False),
        ('forged', False),
        ('unread', False),
    ]
    codes = {name: codes for name, _ok, codes in found}
    assert codes['good'] == []
    assert codes['expired'] == ['expired']
    assert codes['forged'][0] in ('unknown_ca', 'signature_invalid')
    assert codes['unread'] == ['expired']
