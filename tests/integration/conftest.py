# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What integration tests run against: a PKI, two kinds of mail servers, a mailbox, an sshd, and the real ansible-playbook."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
from cryptography import x509

from support import dovecot as dovecot_support
from support import owners as owners_support
from support import postfix as postfix_support
from support import sshd as sshd_support
from support.mail_server_process import Listener, MailServer
from support.monitored_fleet import MonitoredFleet
from support.pki import Authority, Identity, days_from_now
from support.playbook import Ansible

ACCESS = x509.ObjectIdentifier('1.3.6.1.5.5.7.1.1')  # authorityInfoAccess, which OpenSSL does not look into
# Whether what takes long for little runs too, as `make test-all` has it.
EVERYTHING = bool(os.environ.get('INFOPRINT_TEST_ALL'))
# The names that the mail servers' certificates carry.
SERVER_NAMES = ('mail.example.com', 'localhost', '127.0.0.1')


class Pki(t.NamedTuple):
    """The test site's CA and CRL (also as files, as a site has them on its controller) and its mail servers' certificates."""

    authority: Authority
    server: Identity
    expired: Identity
    revoked: Identity
    malformed: Identity
    ca_path: pathlib.Path
    crl_path: pathlib.Path


# The files that take longest, longest first.
LONG_FILES = (
    'kill_points',
    'observe',
    'confirm_delivery',
    'config',
    'rollback',
    'manage_attributes',
    'role',
    'docs_examples',
    'fleet',
    'send_faults',
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files: a worker takes a file at a time, and none is to be left with one at the end."""
    places = {f'test_{name}': place for place, name in enumerate(LONG_FILES)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def need(reason: str) -> None:
    """Skip the test when this machine lacks something; in CI nothing may be left out, so there it fails."""
    if reason and os.environ.get('CI'):
        pytest.fail(f'CI must run this test: {reason}')
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope='session')
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    directory = tmp_path_factory.mktemp('pki')
    authority = Authority('Test CA')
    revoked = authority.issue(SERVER_NAMES)
    ca_path, crl_path = directory / 'ca.pem', directory / 'crl.pem'
    ca_path.write_bytes(authority.pem)
    crl_path.write_bytes(authority.crl([revoked]))
    expired = authority.issue(SERVER_NAMES, not_after=days_from_now(-3))
    malformed = authority.issue(SERVER_NAMES, more=[(x509.UnrecognizedExtension(ACCESS, b'\x30\x03\x01\x02'), False)])
    return Pki(authority, authority.issue(SERVER_NAMES), expired, revoked, malformed, ca_path, crl_path)


@pytest.fixture(scope='session')
def mail_server(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[MailServer]:
    """The embedded server; its listeners are starttls, smtps, plain, and expired, revoked and malformed (all smtps)."""
    directory = tmp_path_factory.mktemp('mail_server')
    server, expired, revoked, malformed = (
        getattr(pki, name).write(directory, name) for name in ('server', 'expired', 'revoked', 'malformed')
    )
    listeners = [
        Listener('starttls', 'starttls', *server),
        Listener('smtps', 'smtps', *server),
        Listener('plain', 'plain'),
        Listener('expired', 'smtps', *expired),
        Listener('revoked', 'smtps', *revoked),
        Listener('malformed', 'smtps', *malformed),
    ]
    with MailServer(directory, listeners, seconds=3600) as running:
        yield running


@pytest.fixture(scope='session')
def postfix(pki: Pki) -> t.Iterator[postfix_support.Postfix]:
    need(postfix_support.why_not())
    with postfix_support.Postfix(pki.server.certificate_pem, pki.server.key_pem) as running:
        yield running


@pytest.fixture(scope='session')
def dovecot(pki: Pki) -> t.Iterator[dovecot_support.Dovecot]:
    need(dovecot_support.why_not())
    with dovecot_support.Dovecot(pki.server.certificate_pem, pki.server.key_pem) as running:
        yield running


@pytest.fixture(scope='session')
def sshd() -> t.Iterator[sshd_support.Sshd]:
    need(sshd_support.why_not())
    with sshd_support.Sshd() as running:
        yield running


@pytest.fixture(scope='session')
def owners() -> t.Iterator[owners_support.Owners]:
    need(owners_support.why_not())
    with owners_support.Owners() as made:
        yield made


@pytest.fixture
def ansible(tmp_path: pathlib.Path) -> Ansible:
    """The real ansible-playbook and ansible, in the test's own directory."""
    return Ansible(tmp_path / 'controller')


@pytest.fixture(scope='session')
def monitored_fleet(tmp_path_factory: pytest.TempPathFactory, pki: Pki, mail_server: MailServer) -> MonitoredFleet:
    """The reports of two real runs, for what monitors them."""
    directory = tmp_path_factory.mktemp('monitored')
    variables = {'sendmemo_tls_ca_src': str(pki.ca_path), 'sendmemo_tls_crl_src': str(pki.crl_path)}
    fleet = MonitoredFleet(Ansible(directory / 'controller'), directory / 'fleet', variables, mail_server)
    fleet.run()
    return fleet


@pytest.fixture
def run_playbook(ansible: Ansible) -> t.Callable[..., t.Any]:
    """Run a playbook for real: see Ansible.playbook."""
    return ansible.playbook
