# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every problem of a configuration is found by a real run, one server for each, and no other problem of that server."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from support.pki import Authority, Identity, days_from_now
from support.playbook import hosts, local_host

PAGE = pathlib.Path(__file__).resolve().parents[2] / 'docs' / 'reference' / 'problems.md'
HEADINGS = ('The configuration file', 'Files and directories', 'Trust files')
# They need a change, a rollback, servers that were found, or a CRL that is fetched: see test_config.py, test_rollback.py,
# test_validate.py and test_crl_url.py.
ELSEWHERE = {'no_previous_set', 'write_failed', 'not_configured', 'crl_fetch_failed', 'crl_older_than_installed'}

TLS = 'EnableTLS = 1\n'
BOTH = TLS + 'CAFile = ca.pem\nCrlFile = crl.pem\n'
CA = Authority('Site CA')
FRIEND, OLD, EARLY, ENDING = (
    Authority('Other CA'),
    Authority('Old CA', not_after=days_from_now(-3.5)),
    Authority('New CA', not_before=days_from_now(2.5)),
    Authority('Ending CA', not_after=days_from_now(12.5)),
)


def forged_crl() -> bytes:
    """Return a CRL in the CA's name that another key has signed."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(CA.name).last_update(days_from_now(-1))
    return (
        builder.next_update(days_from_now(90))
        .sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def weak_ca() -> bytes:
    weak = Authority('Weak CA')
    key = rsa.generate_private_key(65537, 1024)
    builder = x509.CertificateBuilder().subject_name(weak.name).issuer_name(weak.name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(days_from_now(-1)).not_valid_after(days_from_now(99))
    builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


LEAF: Identity = CA.issue(['mail.example.com'])


def documented_codes() -> set[str]:
    """Return the codes of a configuration that the reference page lists."""
    sections = (section.partition('\n') for section in PAGE.read_text('utf-8').split('\n## '))
    return {
        code
        for heading, _end, text in sections
        if heading in HEADINGS
        for code in re.findall('^[|] `([a-z_]+)`', text, re.MULTILINE)
    }


class Case(t.NamedTuple):
    """A configuration with its files, the codes that it gives, and an extract of the first message."""

    config: str | bytes
    codes: tuple[str, ...]
    says: str
    files: dict[str, bytes] = {}


CASES = {
    'valid': Case(BOTH, (), ''),
    'line': Case(TLS + '[tls]\n', ('invalid_line',), 'The line is not "Keyword = value": the file has no sections.'),
    'keyword': Case(TLS + 'CAFle = ca.pem\n', ('unknown_keyword',), 'CAFle is not a keyword of sendmemo-ssl.cfg.'),
    'twice': Case(TLS + TLS, ('duplicate_keyword',), 'EnableTLS is set in line 1 and again in line 2.'),
    'value': Case('EnableTLS = 3\n', ('invalid_value',), 'EnableTLS is "3"; it can only be 0, 1 or 2.'),
    'ehlo': Case(
        TLS + 'Hostname = fc00::1\n',
        ('invalid_ehlo_hostname',),
        'Hostname "fc00::1" is an IPv6 address without brackets and the tag IPv6:.',
    ),
    'unsupported': Case(TLS + 'KeyFile = k.pem\n', ('unsupported_keyword',), 'sendmemo has no client certificates'),
    'idle': Case(
        'IgnoreCertificateErrors = 1\n', ('no_effect', 'tls_off'), 'IgnoreCertificateErrors has no effect while EnableTLS is 0.'
    ),
    'trusting': Case(
        TLS + 'IgnoreCertificateErrors = 1\n', ('verification_off',), 'IgnoreCertificateErrors is 1: any certificate'
    ),
    'nameless': Case(TLS + 'CertValidationIgnoreHostName = 1\n', ('name_check_off',), 'issued for another host is accepted'),
    'port': Case(
        'EnableTLS = 2\n', ('port_mismatch',), 'EnableTLS is 2 (SMTPS), but the port is 587, which is for plaintext or STARTTLS.'
    ),
    'gone': Case(TLS + 'CAFile = gone.pem\n', ('file_not_found',), 'gone.pem: No such file or directory'),
    'large': Case(b'#' * ((1 << 16) + 1), ('file_not_readable',), 'bytes; at most 65536 are read.'),
    'relative': Case(TLS + 'CAFile = ssl/ca.pem\n', ('relative_path',), 'neither a full path nor a file name alone'),
    'writable': Case(TLS, ('unsafe_permissions',), 'can be changed by everybody (mode 0666, owner'),
    'link': Case(TLS + 'CAFile = link.pem\n', ('unsafe_path',), 'leads out of the working directory, to '),
    'missing': Case('', ('not_a_server',), 'There is no working directory'),
    'text': Case(BOTH, ('not_pem',), 'The file is not PEM: there is no block in it.', {'ca': b'hello\n'}),
    'trusted': Case(
        BOTH,
        ('not_pem', 'no_certificate'),
        'a block of the kind TRUSTED CERTIFICATE, which is not supported',
        {'ca': CA.pem.replace(b'CERTIFICATE', b'TRUSTED CERTIFICATE')},
    ),
    'swapped-ca': Case(BOTH, ('no_certificate',), 'The file holds no certificate, only 1 of X509 CRL.', {'ca': CA.crl()}),
    'swapped-crl': Case(
        BOTH, ('no_crl',), 'The file holds no certificate revocation list, only 1 of CERTIFICATE.', {'crl': CA.pem}
    ),
    'key': Case(BOTH, ('private_key_in_trust_file',), 'The file holds a private key.', {'ca': CA.pem + LEAF.key_pem}),
    'leaf': Case(
        BOTH,
        ('not_a_ca',),
        'CN=mail.example.com is not a CA: its basic constraints say so',
        {'ca': CA.pem + LEAF.certificate_pem},
    ),
    'old-ca': Case(BOTH, ('ca_expired',), 'UTC, 3 days ago.', {'ca': CA.pem + OLD.pem}),
    'early-ca': Case(BOTH, ('ca_not_yet_valid', 'crl_missing'), 'UTC on, in 2 days.', {'ca': CA.pem + EARLY.pem}),
    'ending-ca': Case(TLS + 'CAFile = ca.pem\n', ('ca_expires_soon',), 'UTC, in 12 days.', {'ca': ENDING.pem}),
    'weak-ca': Case(TLS + 'CAFile = ca.pem\n', ('weak_key',), 'its RSA key has 1024 bits, fewer than 2048', {'ca': weak_ca()}),
    'old-crl': Case(BOTH, ('crl_expired',), 'UTC, 1 day ago.', {'crl': CA.crl(next_update=days_from_now(-1.5))}),
    'early-crl': Case(BOTH, ('crl_not_yet_valid',), 'UTC on, in 1 day.', {'crl': CA.crl(last_update=days_from_now(1.5))}),
    'ending-crl': Case(BOTH, ('crl_expires_soon',), 'UTC, in 5 days.', {'crl': CA.crl(next_update=days_from_now(5.5))}),
    'foreign-crl': Case(
        BOTH, ('crl_issuer_unknown',), 'The CRL of CN=Other CA is by an issuer that is not in the CA file.', {'crl': FRIEND.crl()}
    ),
    'forged-crl': Case(BOTH, ('crl_signature_invalid',), "has a signature that is not its issuer's.", {'crl': forged_crl()}),
    'lacking-crl': Case(
        BOTH, ('crl_missing',), 'There is no CRL of CN=Other CA, a CA of the CA file: the', {'ca': CA.pem + FRIEND.pem}
    ),
}


def make_servers(base_dir: pathlib.Path) -> None:
    for name, case in CASES.items():
        if name == 'missing':
            continue
        directory = base_dir / name
        directory.mkdir(mode=0o755)
        config = case.config if isinstance(case.config, bytes) else case.config.encode()
        files = {'sendmemo-ssl.cfg': config} | {
            f'{stem}.pem': data for stem, data in ({'ca': CA.pem, 'crl': CA.crl()} | case.files).items()
        }
        for file, data in files.items():
            (directory / file).write_bytes(data)
            (directory / file).chmod(0o644)
    (base_dir / 'writable' / 'sendmemo-ssl.cfg').chmod(0o666)
    (base_dir / 'outside.pem').write_bytes(CA.pem)
    (base_dir / 'link' / 'link.pem').symlink_to('../outside.pem')


@pytest.mark.every_core
def test_every_problem_of_a_configuration_is_reported_and_no_other(run_playbook, tmp_path) -> None:
    base_dir = tmp_path / 'pd'
    base_dir.mkdir(mode=0o755)
    make_servers(base_dir)
    options = {
        'base_dir': str(base_dir),
        'smtp_port': 587,
        'servers': [{'name': name} if name != 'trusting' else {'name': name, 'smtp_port': 25} for name in CASES],
    }
    play = [
        {
            'hosts': 'print_servers',
            'gather_facts': False,
            'tasks': [{'name': 'Validate', 'printops.infoprint.sendmemo_validate': options}],
        }
    ]
    ran = run_playbook(play, hosts(print1=local_host()))
    (validated,) = ran.results('print1', 'Validate')
    assert validated.status == 'failed', ran.output
    by_server = {entry['name']: entry['problems'] for entry in validated.result['servers']}
    for name, case in CASES.items():
        reported = [problem['code'] for problem in by_server[name]]
        assert sorted(reported) == sorted(case.codes), (name, by_server[name])
        assert case.says in ' '.join(problem['message'] for problem in by_server[name]), (name, by_server[name])
        assert all(problem['hint'] and problem['server'] == name for problem in by_server[name])
    raised = {problem['code'] for problem in validated.result['problems']}
    assert documented_codes() - raised == ELSEWHERE
    assert len(validated.result['msg'].splitlines()) == 1 + len(validated.result['problems'])
    (tmp_path / 'messages.txt').write_text(validated.result['msg'])
