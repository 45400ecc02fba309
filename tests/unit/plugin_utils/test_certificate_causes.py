# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong with a mail server's certificate has its name on every Python, however little that Python tells.

The program that a target gets runs here on each Python by itself, against real TLS; ansible-playbook is not in between.
"""
from __future__ import annotations

import functools
import os
import pathlib
import shlex
import socket
import ssl
import subprocess
import threading
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ansible_collections.printops.infoprint.plugins.plugin_utils import program
from ansible_collections.printops.infoprint.plugins.plugin_utils.interpreter import Interpreter
from ansible_collections.printops.infoprint.plugins.plugin_utils.send_report import Sent, report, terms_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.untrusted import Fields
from support import pki
from support.pythons import target_pythons

PYTHONS = ('3.6', '3.7', '3.8', '3.9', '3.11', '3.13')  # the ends, and where `ssl` changed
HOST = 'localhost'
NONCE = '0123456789abcdef'
V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3

ROOT = pki.Authority('Root')
TWIN = pki.Authority('Root')
OTHER = pki.Authority('Other root')
INTERMEDIATE = pki.Authority('Intermediate', parent=ROOT)
OLD_INTERMEDIATE = pki.Authority('Old intermediate', parent=ROOT, not_after=pki.days_from_now(-5))
GOOD = INTERMEDIATE.issue([HOST])
EXPIRED = INTERMEDIATE.issue([HOST], not_after=pki.days_from_now(-3))
OTHER_NAME = INTERMEDIATE.issue(['other.example.com'])
CLIENT = INTERMEDIATE.issue([HOST], purposes=[ExtendedKeyUsageOID.CLIENT_AUTH])
ALONE = GOOD._replace(certificate_pem=GOOD.certificate.public_bytes(serialization.Encoding.PEM))
OUTDATED = {'last_update': pki.days_from_now(-40), 'next_update': pki.days_from_now(-10)}
CRLS = INTERMEDIATE.crl(**OUTDATED) + INTERMEDIATE.crl()


def self_signed() -> pki.Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(pki.days_from_now(-1))
        .not_valid_after(pki.days_from_now(90)).add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256()))
    pem = serialization.Encoding.PEM
    return pki.Identity(certificate, certificate.public_bytes(pem), key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


class Case(t.NamedTuple):
    """A mail server and a configuration; `ca` None is the system's store. `codes` are the errors, or what `ignore` hides."""
    shown: pki.Identity
    codes: tuple[str, ...]
    ca: bytes | None = ROOT.pem
    crl: bytes = b''
    ignore: bool = False
    lowest: ssl.TLSVersion = V12
    highest: ssl.TLSVersion = V13
    demands_certificate: bool = False
    min_tls: str = 'TLSv1.2'


CASES = {
    'good': Case(GOOD, ()),
    'good, ignored': Case(GOOD, (), ignore=True),
    'good by an old and a new CRL': Case(GOOD, (), crl=CRLS),
    'expired': Case(EXPIRED, ('expired',)),
    'expired, an old and a new CRL': Case(EXPIRED, ('expired',), crl=CRLS),
    'expired, ignored': Case(EXPIRED, ('expired',), ignore=True),
    'expired intermediate': Case(OLD_INTERMEDIATE.issue([HOST]), ('expired',)),
    'other name': Case(OTHER_NAME, ('hostname_mismatch',)),
    'other name, ignored': Case(OTHER_NAME, ('hostname_mismatch',), ignore=True),
    'wrong purpose': Case(CLIENT, ('wrong_purpose',)),
    'revoked': Case(GOOD, ('revoked',), crl=INTERMEDIATE.crl([GOOD])),
    'CRL missing': Case(GOOD, ('crl_missing',), crl=OTHER.crl()),
    'unknown CA': Case(GOOD, ('unknown_ca',), ca=OTHER.pem),
    'unknown CA, ignored': Case(GOOD, ('unknown_ca',), ca=OTHER.pem, ignore=True),
    'another CA of that name': Case(GOOD, ('unknown_ca',), ca=TWIN.pem),
    'intermediate missing': Case(ALONE, ('unknown_ca',)),
    'self-signed': Case(self_signed(), ('self_signed',)),
    'unknown to the system': Case(GOOD, ('unknown_ca',), ca=None),
    'unknown to the system and expired': Case(EXPIRED, ('unknown_ca', 'expired'), ca=None),
    'self-signed, the system': Case(self_signed(), ('self_signed',), ca=None),
    'wrong purpose, unknown to the system, ignored': Case(CLIENT, ('unknown_ca', 'wrong_purpose'), ca=None, ignore=True),
}
# Python 3.6 tells neither OpenSSL's reason nor, in TLS 1.3 alone, what is above the leaf. It then tells less, but nothing wrong.
LESS: dict[tuple[str, ssl.TLSVersion], tuple[str, ...]] = {
    ('expired intermediate', V13): ('certificate_invalid',),
    **{('wrong purpose, unknown to the system, ignored', version): ('wrong_purpose',) for version in (V12, V13)},
}


class Listener:
    """A mail server for one case: TLS at once, then as little SMTP as a handshake needs."""

    def __init__(self, case: Case, directory: pathlib.Path) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version, self.context.maximum_version = case.lowest, case.highest
        self.context.load_cert_chain(*case.shown.write(directory, 'server'))
        if case.demands_certificate:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(cadata=ROOT.pem.decode('ascii'))
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(10)
            with self.context.wrap_socket(connection, server_side=True) as stream:
                stream.sendall(b'220 mail.example.com ESMTP\r\n')
                while stream.recv(1000):
                    stream.sendall(b'250 ok\r\n')
        except OSError:
            return


@functools.cache
def python_named(version: str) -> pathlib.Path:
    if version not in target_pythons():
        (pytest.fail if os.environ.get('CI') else pytest.skip)(f'no Python {version} was found (start the tests with make test)')
    return target_pythons()[version]


def sent(cases: t.Mapping[str, Case], version: str, directory: pathlib.Path) -> dict[str, Sent]:
    """Let one Python try all cases at the same time; return what is reported of each."""
    servers, listeners = [], []
    for number, case in enumerate(cases.values()):
        working_dir = directory / f'spl{number}'
        working_dir.mkdir(parents=True)
        listeners.append(Listener(case, working_dir))
        lines = ['EnableTLS = 2', 'Hostname = print1.example.com', f'IgnoreCertificateErrors = {int(case.ignore)}']
        for keyword, content in (('CAFile', case.ca), ('CrlFile', case.crl)):
            if content:
                (working_dir / f'{keyword}.pem').write_bytes(content)
                lines.append(f'{keyword} = {keyword}.pem')
        (working_dir / 'sendmemo-ssl.cfg').write_text('\n'.join(lines) + '\n')
        servers.append({'name': f'spl{number}', 'smtp_port': listeners[-1].port, 'min_tls': case.min_tls})
    request = {
        'base_dir': str(directory), 'servers': servers, 'smtp_host': HOST, 'smtp_port': None, 'until': 'handshake', 'timeout': 20,
        'min_tls': 'TLSv1.2', 'crl_check': 'leaf', 'pd_bin_dir': '/nonexistent'}
    done = subprocess.run(
        ['/bin/sh', '-c', Interpreter(shlex.quote(str(python_named(version)))).command()],
        input=program.build('sending', request, 60, NONCE), capture_output=True, check=False, timeout=90)
    for listener in listeners:
        listener.listener.close()
    answer = Fields(program.read_answer(done.stdout.decode(), NONCE)).child('answer')
    assert answer is not None, done
    reports = [report(fields, answer, 'handshake', terms_of(answer, 30, 'leaf')) for fields in answer.children('servers')]
    return dict(zip(cases, reports, strict=True))


def errors(one: Sent) -> list[tuple[str, str | None]]:
    return [(problem.code, problem.stage) for problem in one.problems if problem.is_error]


@pytest.mark.parametrize('python', PYTHONS)
@pytest.mark.parametrize('highest', [V12, V13])
def test_each_defect_has_its_name_and_there_is_no_other(
        highest: ssl.TLSVersion, python: str, tmp_path: pathlib.Path) -> None:
    cases = {name: case._replace(lowest=highest, highest=highest) for name, case in CASES.items()}
    expected, found = {}, {}
    for name, one in sent(cases, python, tmp_path).items():
        codes = LESS.get((name, highest), CASES[name].codes) if python == '3.6' else CASES[name].codes
        expected[name] = (sorted(codes), CASES[name].ignore or not codes)
        ignored = [problem['code'] for problem in one.entry['ignored']]
        told = ignored if CASES[name].ignore else [code for code, _severity in errors(one)]
        found[name] = (sorted(told), one.entry['ok'])
        if codes and python != '3.6':
            assert told[0] == codes[0], name  # OpenSSL's own comes first
    assert found == expected


@pytest.mark.parametrize('python', PYTHONS)
def test_an_issuer_that_is_wanted_is_named(python: str, tmp_path: pathlib.Path) -> None:
    cases = {name: CASES[name] for name in ('unknown CA', 'unknown to the system', 'intermediate missing')}
    messages = {name: one.problems[0].message for name, one in sent(cases, python, tmp_path).items()}
    assert 'CN=Root, which is not in ' in messages['unknown CA']
    assert "CN=Root, which is not in the system's own CA certificates" in messages['unknown to the system']
    assert 'CN=Intermediate, which is not in ' in messages['intermediate missing']


@pytest.mark.parametrize('python', PYTHONS)
def test_what_else_is_wrong_with_tls_has_its_name(python: str, tmp_path: pathlib.Path) -> None:
    cases = {
        'client certificate, 1.2': Case(GOOD, (), highest=V12, demands_certificate=True),
        'client certificate, 1.3': Case(GOOD, (), lowest=V13, demands_certificate=True),
        'too old for the site': Case(GOOD, (), highest=V12, min_tls='TLSv1.3'),
        'new enough': Case(GOOD, (), lowest=V13, min_tls='TLSv1.3'),
    }
    found = sent(cases, python, tmp_path)
    assert {name: errors(one) for name, one in found.items()} == {
        'client certificate, 1.2': [('handshake_closed', 'handshake')],
        'client certificate, 1.3': [('handshake_closed', 'handshake')],
        'too old for the site': [('protocol_too_old', 'handshake')],
        'new enough': [],
    }
    for name in ('client certificate, 1.2', 'client certificate, 1.3'):
        assert 'demands a client certificate' in found[name].line
    assert 'TLSv1.2; at least TLSv1.3' in found['too old for the site'].line


@pytest.mark.parametrize('python', ['3.8', '3.9', '3.11'])
def test_the_chain_is_seen_also_where_tls_1_3_hides_it(python: str, tmp_path: pathlib.Path) -> None:
    cases = {name: CASES[name]._replace(lowest=V13) for name in ('expired', 'expired, ignored')}
    for one in sent(cases, python, tmp_path).values():
        assert [certificate['subject'] for certificate in one.entry['chain']] == [f'CN={HOST}', 'CN=Intermediate']
