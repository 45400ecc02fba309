# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A hostile mail server's certificates, over real handshakes: too many, with too many names, with names that a terminal obeys."""

from __future__ import annotations

import datetime as dt
import json
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from support.mail_server_process import Listener, MailServer
from support.playbook import Ansible, Run, hosts, local_host

NOW = dt.datetime.now(dt.timezone.utc)
KEY = ec.generate_private_key(ec.SECP256R1())
TERMINAL = '\x1b]0;owned\x07\x1b[2J\u202e{{ 7 * 7 }}'
MOST_SECONDS = 40
MOST_RESULT = 200_000  # characters for one server


def certificate(name: str, issuer: str, sans: t.Sequence[str] = (), *, is_ca: bool = False) -> bytes:
    """Return a certificate, in PEM; all of them have the same key."""
    subject, by = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)]) for text in (name, issuer))
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by)
        .public_key(KEY.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(1))
        .not_valid_after(NOW + dt.timedelta(300))
        .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
    )
    if sans:
        names = x509.SubjectAlternativeName([x509.DNSName(san) for san in sans])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def chain(length: int) -> bytes:
    """Return a leaf and its issuers, so many, that end below the root."""
    cas = [certificate(f'CA {number}', f'CA {number - 1}' if number else 'Root', is_ca=True) for number in range(length)]
    return certificate('localhost', f'CA {length - 1}', ['localhost']) + b''.join(cas[::-1])


HOSTILE: dict[str, tuple[t.Callable[[], bytes], str]] = {
    'a chain of 1,000': (lambda: chain(1000), 'handshake_closed'),
    'a chain of 250': (lambda: chain(250), 'certificate_invalid'),
    '100,000 names': (
        lambda: certificate('localhost', 'Root', [f'h{number}.example.com' for number in range(100_000)]),
        'handshake_closed',
    ),
    '4,500 names': (
        lambda: certificate('localhost', 'Root', [f'h{number}.example.com' for number in range(4_500)]),
        'hostname_mismatch',
    ),
    'NUL in a name': (lambda: certificate('localhost\0.evil', 'Root', ['localhost\0.evil.example']), 'hostname_mismatch'),
    'ESC in a name': (
        lambda: certificate(TERMINAL, 'Root', [TERMINAL.replace('\u202e', ''), '{{ 7 * 7 }}']),
        'hostname_mismatch',
    ),
    'ESC in an issuer': (lambda: certificate('localhost', TERMINAL, ['localhost']), 'unknown_ca'),
}


@pytest.fixture(scope='module')
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One task that meets all of them, with -vvv."""
    folder = tmp_path_factory.mktemp('hostile')
    key = folder / 'key.pem'
    key.write_bytes(
        KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    listeners = []
    for number, (make, _code) in enumerate(HOSTILE.values()):
        path = folder / f'{number}.pem'
        path.write_bytes(make())
        directory = folder / 'pd' / f'spl{number}'
        directory.mkdir(parents=True)
        (directory / 'sendmemo-ssl.cfg').write_text('EnableTLS = 2\nCAFile = root.pem\n')
        (directory / 'root.pem').write_bytes(certificate('Root', 'Root', is_ca=True))
        listeners.append(Listener(str(number), 'smtps', path, key))
    with MailServer(folder, listeners, seconds=300) as server:
        options = {
            'base_dir': str(folder / 'pd'),
            'smtp_host': 'localhost',
            'until': 'handshake',
            'timeout': 15,
            'servers': [{'name': f'spl{number}', 'smtp_port': server.ports[str(number)]} for number in range(len(HOSTILE))],
        }
        tasks = [
            {'name': 'Send', 'printops.infoprint.send_memo': options, 'register': 'sent', 'ignore_errors': True},
            {'name': 'Use', 'ansible.builtin.debug': {'msg': '{{ sent }}'}},
        ]
        return Ansible(folder / 'controller').playbook(
            [{'hosts': 'all', 'gather_facts': False, 'tasks': tasks}], hosts(print1=local_host()), '-vvv'
        )


@pytest.mark.parametrize('number', range(len(HOSTILE)), ids=list(HOSTILE))
def test_a_hostile_certificate_is_reported_within_bounds(run: Run, number: int) -> None:
    entry = run.results('print1', 'Send')[0].result['servers'][number]
    assert entry['problems'][0]['code'] == list(HOSTILE.values())[number][1], entry['problems']
    assert entry['ok'] is False
    assert len(json.dumps(entry)) < MOST_RESULT


def test_no_name_of_a_certificate_is_obeyed(run: Run) -> None:
    assert run.seconds < MOST_SECONDS
    assert not any(character in run.output for character in '\x1b\x07\0\u202e')
    assert 'Traceback' not in run.output
    used = run.results('print1', 'Use')[0]
    assert used.status == 'ok'
    assert '{{ 7 * 7 }}' in json.dumps(used.result['msg']), 'it came through as it was'
