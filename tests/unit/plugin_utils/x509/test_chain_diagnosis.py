# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Defects of certificates, each in a real handshake in memory: OpenSSL's verdict by our policy, and what our diagnosis says."""

from __future__ import annotations

import datetime as dt
import ipaddress
import pathlib
import ssl
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ansible_collections.printops.infoprint.plugins.module_utils.net.stream import sent_chain
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.tls.context import (
    STRONG_LEVEL,
    Policy,
    new_context,
    verify_flags,
)
from ansible_collections.printops.infoprint.plugins.module_utils.tls.faults import UNANCHORED, Fault, certificate_code, fault_of
from ansible_collections.printops.infoprint.plugins.module_utils.tls.host_names import (
    CertificateNames,
    host_matches,
    name_matches,
)
from ansible_collections.printops.infoprint.plugins.module_utils.tls.records import read_beginning
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import CERTIFICATE, CRL, read_pem
from ansible_collections.printops.infoprint.plugins.module_utils.trust.trust_store import Trust
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import chain_diagnosis as diagnosis
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import chain_path as paths
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.certificate import describe
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reader import read_certificate
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.records import Certificate
from support import openssl_verify, pki

HOST = 'mail.example.com'
NOW = dt.datetime.now(dt.timezone.utc)
FAR = pki.days_from_now(-1000)


def record(certificate: x509.Certificate) -> Certificate:
    read = read_certificate(certificate.public_bytes(serialization.Encoding.DER))
    assert not isinstance(read, str)
    return read


class Case(t.NamedTuple):
    """What a server shows and a host trusts."""

    shown: pki.Identity
    ca: bytes
    crl: bytes = b''
    crl_check: str = 'leaf'
    host: str = HOST


def trust(case: Case) -> Trust:
    crls = read_pem(case.crl).of(CRL) if case.crl else None
    return Trust('/etc/mail-ca.pem', read_pem(case.ca).of(CERTIFICATE), crls)


def handshake(case: Case, tmp_path: pathlib.Path, policy: Policy) -> tuple[Fault | None, list[bytes]]:
    """Shake hands in memory; return OpenSSL's objection as we read it, and the chain where it had none."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.set_ciphers('DEFAULT:@SECLEVEL=0')
    server_context.load_cert_chain(*case.shown.write(tmp_path, 'server'))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = new_context(policy).wrap_bio(to_client, to_server, server_hostname=case.host)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for _round in range(6):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as error:
                return fault_of(error, read_beginning(b''), 'smtps'), []
    return None, sent_chain(client, b'')


ROOT = pki.Authority('Root')
INTERMEDIATE = pki.Authority('Intermediate', parent=ROOT)
OTHER = pki.Authority('Other root')
LEAF = ROOT.issue([HOST])
DEEP = INTERMEDIATE.issue([HOST])
EXPIRED = ROOT.issue([HOST], not_after=pki.days_from_now(-3))
OLD_INTERMEDIATE = pki.Authority('Old intermediate', parent=ROOT, not_after=pki.days_from_now(-5))
NARROW = pki.Authority('Narrow root', path_length=0)
BELOW_NARROW = pki.Authority('Below narrow', parent=NARROW)
WITH_ROOT = DEEP._replace(certificate_pem=DEEP.certificate_pem + ROOT.pem)
ALONE = DEEP._replace(certificate_pem=DEEP.certificate.public_bytes(serialization.Encoding.PEM))
REVOKED_ABOVE = ROOT.crl([INTERMEDIATE.certificate]) + INTERMEDIATE.crl()
LIMITED = pki.Authority(
    'Limited root', more=[(x509.NameConstraints(permitted_subtrees=[x509.DNSName('example.org')], excluded_subtrees=None), True)]
)
BARRED = pki.Authority(
    'Barred root', more=[(x509.NameConstraints(permitted_subtrees=None, excluded_subtrees=[x509.DNSName(HOST)]), True)]
)
OUTDATED = {'last_update': pki.days_from_now(-40), 'next_update': pki.days_from_now(-10)}


def identity(
    key: t.Any, signer_key: t.Any, subject: str, issuer: x509.Name, *, chain: bytes = b'', more: pki.More = ()
) -> pki.Identity:
    """Make what the PKI's own authorities refuse to make."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(pki.days_from_now(-1))
        .not_valid_after(pki.days_from_now(90))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    certificate = builder.sign(signer_key, hashes.SHA256())
    return pki.Identity(
        certificate,
        certificate.public_bytes(serialization.Encoding.PEM) + chain,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


def self_signed() -> pki.Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    return identity(key, key, HOST, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]))


def small_key() -> pki.Identity:
    return identity(rsa.generate_private_key(65537, 1024), ROOT.key, HOST, ROOT.name)


def forged() -> pki.Identity:
    return identity(ec.generate_private_key(ec.SECP256R1()), OTHER.key, HOST, ROOT.name)


def signed_with_sha1() -> Case:
    key = rsa.generate_private_key(65537, 2048)
    root = pki.Authority('RSA root', key=key)
    leaf = root.issue([HOST])
    return Case(leaf._replace(certificate_pem=pki.signed_with_sha1(leaf.certificate_pem, key)), root.pem)


def issued_by_a_leaf() -> pki.Identity:
    middle = ROOT.issue(['middle.example.com'])
    middle_key = serialization.load_pem_private_key(middle.key_pem, None)
    return identity(
        ec.generate_private_key(ec.SECP256R1()), middle_key, HOST, middle.certificate.subject, chain=middle.certificate_pem
    )


def deep(count: int) -> pki.Authority:
    authority = ROOT
    for number in range(count):
        authority = pki.Authority(f'CA {number}', parent=authority)
    return authority


def by_serial_number(serial: int) -> pki.Identity:
    """Make a certificate that names that of its issuer by its serial number."""
    named = x509.AuthorityKeyIdentifier(None, [x509.DirectoryName(ROOT.name)], serial)
    return identity(ec.generate_private_key(ec.SECP256R1()), ROOT.key, HOST, ROOT.name, more=[(named, False)])


def a_root_of_old() -> Case:
    """Make a root that has a key usage and nothing else to say that it is a CA."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'Old root')])
    usage = pki.key_usage(key_cert_sign=True)
    root = identity(key, key, 'Old root', name, more=[(usage, True)])
    return Case(identity(ec.generate_private_key(ec.SECP256R1()), key, HOST, name), root.certificate_pem)


# OIDs that don't matter, as the value of policyMappings.
MAPPINGS = (x509.UnrecognizedExtension(x509.ObjectIdentifier('2.5.29.33'), bytes.fromhex('300a30080602290106022902')), True)
UNKNOWN = (x509.UnrecognizedExtension(x509.ObjectIdentifier('1.3.6.1.4.1.55555.1'), b'\x05\x00'), True)


def constrained(
    names: list[str],
    *,
    common_name: str = HOST,
    permitted: t.Sequence[x509.GeneralName] = (),
    excluded: t.Sequence[x509.GeneralName] = (),
) -> Case:
    """Make a certificate for names by an intermediate CA that may not issue for all names."""
    key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, 'Narrow')])

    def builder(subject: x509.Name, issuer: x509.Name, public: t.Any) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(pki.days_from_now(-1))
            .not_valid_after(pki.days_from_now(90))
        )

    authority = (
        builder(name, ROOT.name, key.public_key())
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .add_extension(x509.NameConstraints(permitted or None, excluded or None), critical=True)
        .sign(ROOT.key, hashes.SHA256())
    )
    leaf = builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]), name, leaf_key.public_key())
    if names:
        leaf = leaf.add_extension(x509.SubjectAlternativeName([pki._general_name(one) for one in names]), critical=False)
    certificate = leaf.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    shown = pki.Identity(
        certificate,
        certificate.public_bytes(pem) + authority.public_bytes(pem),
        leaf_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )
    return Case(shown, ROOT.pem)


EXAMPLE, OTHER_DOMAIN = x509.DNSName('example.com'), x509.DNSName('example.org')
NET, OTHER_NET = (x509.IPAddress(ipaddress.ip_network(text)) for text in ('192.0.2.0/24', '198.51.100.0/24'))
MAIL_NAME = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)]))
TWIN = pki.Authority('Root')
TWICE = ROOT.crl(number=1, last_update=pki.days_from_now(-20)) + ROOT.crl(number=2)
NEWER = ROOT.crl([LEAF], number=1, last_update=pki.days_from_now(-20)) + ROOT.crl(number=2)

CASES: dict[str, tuple[Case, list[str]]] = {
    'good by an old and a new CRL': (Case(LEAF, ROOT.pem, ROOT.crl(**OUTDATED) + ROOT.crl()), []),
    'expired, an old and a new CRL': (Case(EXPIRED, ROOT.pem, ROOT.crl(**OUTDATED) + ROOT.crl()), ['expired']),
    'expired, a CRL to come': (Case(EXPIRED, ROOT.pem, ROOT.crl() + ROOT.crl(last_update=pki.days_from_now(2))), ['expired']),
    'expired, a CRL of another key of that name': (Case(EXPIRED, ROOT.pem, TWIN.crl() + ROOT.crl()), ['expired']),
    'expired, only a CRL of another key of that name': (Case(EXPIRED, ROOT.pem, TWIN.crl()), ['crl_missing', 'expired']),
    'expired, two current CRLs': (Case(EXPIRED, ROOT.pem, TWICE), ['expired']),
    'no longer revoked in the newer CRL': (Case(LEAF, ROOT.pem, NEWER), []),
    'revoked in the newer CRL': (Case(LEAF, ROOT.pem, ROOT.crl([LEAF], number=3) + TWICE), ['revoked']),
    'revoked in an outdated CRL alone': (Case(LEAF, ROOT.pem, ROOT.crl([LEAF], **OUTDATED) + ROOT.crl()), []),
    'a CA of that name with another key': (Case(LEAF, TWIN.pem), ['unknown_ca']),
    'a CA of that name with another key beside the right one': (Case(LEAF, TWIN.pem + ROOT.pem), []),
    'within its constraints': (constrained([HOST, '192.0.2.1'], permitted=[EXAMPLE, NET], excluded=[OTHER_DOMAIN]), []),
    'constraints of another kind': (constrained([HOST], permitted=[NET]), []),
    'not a permitted name': (constrained([HOST, 'mail.example.org'], permitted=[EXAMPLE]), ['name_constraint']),
    'an excluded name': (constrained([HOST], excluded=[EXAMPLE]), ['name_constraint']),
    'no sub-domain of what is permitted': (constrained([HOST, 'badexample.com'], permitted=[EXAMPLE]), ['name_constraint']),
    'not a permitted address': (constrained([HOST, '192.0.2.1'], permitted=[OTHER_NET]), ['name_constraint']),
    'an excluded address': (constrained([HOST, '192.0.2.1'], excluded=[NET]), ['name_constraint']),
    'not a permitted common name': (constrained([], permitted=[OTHER_DOMAIN]), ['name_constraint']),
    'a permitted subject': (constrained([HOST], permitted=[MAIL_NAME]), []),
    'not a permitted subject': (constrained([HOST], common_name='Other', permitted=[MAIL_NAME]), ['name_constraint']),
    'good': (Case(LEAF, ROOT.pem), []),
    'good with an intermediate': (Case(DEEP, ROOT.pem), []),
    'good, root sent along': (Case(WITH_ROOT, ROOT.pem), []),
    'good with a CRL': (Case(LEAF, ROOT.pem, ROOT.crl()), []),
    'good with CRLs of the whole chain': (Case(DEEP, ROOT.pem, ROOT.crl() + INTERMEDIATE.crl(), 'chain'), []),
    'good with more trusted': (Case(LEAF, OTHER.pem + ROOT.pem + ROOT.pem), []),
    'good address': (Case(ROOT.issue(['192.0.2.25']), ROOT.pem, host='192.0.2.25'), []),
    'expired': (Case(EXPIRED, ROOT.pem), ['expired']),
    'not yet valid': (Case(ROOT.issue([HOST], not_before=pki.days_from_now(3)), ROOT.pem), ['not_yet_valid']),
    'expired intermediate': (Case(OLD_INTERMEDIATE.issue([HOST]), ROOT.pem), ['expired']),
    'other name': (Case(ROOT.issue(['other.example.com']), ROOT.pem), ['hostname_mismatch']),
    'other address': (Case(ROOT.issue(['192.0.2.26']), ROOT.pem, host='192.0.2.25'), ['hostname_mismatch']),
    'address as a name': (Case(ROOT.issue(['mail.example.com']), ROOT.pem, host='192.0.2.25'), ['hostname_mismatch']),
    'self-signed': (Case(self_signed(), ROOT.pem), ['self_signed']),
    'unknown CA': (Case(LEAF, OTHER.pem), ['unknown_ca']),
    'unknown root sent along': (Case(WITH_ROOT, OTHER.pem), ['unknown_ca']),
    'intermediate missing': (Case(ALONE, ROOT.pem), ['unknown_ca']),
    'only the intermediate trusted': (Case(DEEP, INTERMEDIATE.pem), ['unknown_ca']),
    'revoked': (Case(LEAF, ROOT.pem, ROOT.crl([LEAF])), ['revoked']),
    'revoked intermediate, chain': (Case(DEEP, ROOT.pem, REVOKED_ABOVE, 'chain'), ['revoked']),
    'revoked intermediate, leaf': (Case(DEEP, ROOT.pem, REVOKED_ABOVE), []),
    'CRL of another CA': (Case(LEAF, ROOT.pem, OTHER.crl()), ['crl_missing']),
    'CRL of a level missing': (Case(DEEP, ROOT.pem, INTERMEDIATE.crl(), 'chain'), ['crl_missing']),
    'CRL expired': (Case(LEAF, ROOT.pem, ROOT.crl(**OUTDATED)), ['crl_expired']),
    'CRL not yet valid': (Case(LEAF, ROOT.pem, ROOT.crl(last_update=pki.days_from_now(2))), ['crl_not_yet_valid']),
    'wrong purpose': (Case(ROOT.issue([HOST], purposes=[ExtendedKeyUsageOID.CLIENT_AUTH]), ROOT.pem), ['wrong_purpose']),
    'any purpose': (Case(ROOT.issue([HOST], purposes=[ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]), ROOT.pem), ['wrong_purpose']),
    'outside a name constraint': (Case(LIMITED.issue([HOST]), LIMITED.pem), ['name_constraint']),
    'excluded by a name constraint': (Case(BARRED.issue([HOST]), BARRED.pem), ['name_constraint']),
    'beside a name constraint': (Case(BARRED.issue(['smtp.example.com']), BARRED.pem, host='smtp.example.com'), []),
    'signed with SHA-1': (signed_with_sha1(), ['weak_signature']),
    'path too long': (Case(BELOW_NARROW.issue([HOST]), NARROW.pem), ['path_length_exceeded']),
    'issued by a server': (Case(issued_by_a_leaf(), ROOT.pem), ['issuer_not_ca']),
    'small key': (Case(small_key(), ROOT.pem), ['weak_key']),
    'forged': (Case(forged(), ROOT.pem), ['signature_invalid']),
    'expired and for another name': (
        Case(ROOT.issue(['other.example.com'], not_after=pki.days_from_now(-3)), ROOT.pem),
        ['hostname_mismatch', 'expired'],
    ),
    'expired and revoked': (Case(EXPIRED, ROOT.pem, ROOT.crl([EXPIRED])), ['revoked', 'expired']),
    'one of very many names': (Case(ROOT.issue([*(f'mail{number}.example.com' for number in range(200)), HOST]), ROOT.pem), []),
    'more than ten CAs': (Case(deep(12).issue([HOST]), ROOT.pem), []),
    'a CA shows its own certificate': (Case(INTERMEDIATE.as_server(), ROOT.pem, host='Intermediate'), ['wrong_purpose']),
    "the issuer's certificate by its serial number": (Case(by_serial_number(ROOT.certificate.serial_number), ROOT.pem), []),
    'another certificate of the issuer': (Case(by_serial_number(1), ROOT.pem), ['unknown_ca']),
    'a root without basic constraints': (a_root_of_old(), []),
    'critical policy mappings': (Case(pki.Authority('Mapping', parent=ROOT, more=[MAPPINGS]).issue([HOST]), ROOT.pem), []),
    'a critical extension that nobody knows': (Case(ROOT.issue([HOST], more=[UNKNOWN]), ROOT.pem), ['certificate_invalid']),
    'revoked by an expired list': (Case(LEAF, ROOT.pem, ROOT.crl([LEAF], **OUTDATED)), ['crl_expired', 'revoked']),
}


@pytest.mark.parametrize('name', CASES)
def test_openssl_and_the_diagnosis_name_the_same_defects(name: str, tmp_path: pathlib.Path) -> None:
    case, expected = CASES[name]
    its_trust = trust(case)
    fault, chain = handshake(case, tmp_path, Policy(its_trust, True, case.crl_check))
    if not expected:
        assert fault is None
    else:
        assert fault is not None
        _fault, chain = handshake(case, tmp_path, Policy(None, False))
    certificates = [read_certificate(der) for der in chain]
    trusted, lists = ([block.der for block in blocks or ()] for blocks in (its_trust.certificates, its_trust.crls))
    known = paths.trust_of(trusted, lists, case.crl_check == 'chain', its_trust.source)
    anchored = fault.verify_code not in UNANCHORED if fault is not None else True
    found = diagnosis.defects(certificates, known, case.host, NOW, diagnosis.Verdict('said', anchored))
    assert sorted({problem.code for problem in found}) == sorted(expected)
    flags = verify_flags(Policy(its_trust, True, case.crl_check))
    errors = openssl_verify.errors_of(chain, trusted, lists, case.host, flags, STRONG_LEVEL)
    assert {certificate_code(number, '') for number, _depth in errors} == set(expected)
    if fault is not None:
        merged = diagnosis.merged(fault.problem, diagnosis.Verdict('said', anchored), found)
        assert merged[0].code == fault.problem.code == expected[0]
        assert [problem.code for problem in merged] == expected


UNHANDLED = ('1.3.6.1.5.5.7.1.1', '2.5.29.9', '2.5.29.14', '2.5.29.16', '2.5.29.18', '2.5.29.35', '2.5.29.46')


@pytest.mark.parametrize('oid', sorted(diagnosis.HANDLED - {'2.5.29.17'}) + list(UNHANDLED))
def test_critical_extensions_are_handled_as_openssl_handles_them(oid: str) -> None:
    critical = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), b'\x30\x00')
    malformed = identity(ec.generate_private_key(ec.SECP256R1()), ROOT.key, HOST, ROOT.name, more=[(critical, True)])
    chain, trusted = ([one.public_bytes(serialization.Encoding.DER)] for one in (malformed.certificate, ROOT.certificate))
    errors = openssl_verify.errors_of(chain, trusted, [], HOST, 0, STRONG_LEVEL)
    assert (34 in [number for number, _depth in errors]) is (oid not in diagnosis.HANDLED)


@pytest.mark.parametrize(
    ('anchored', 'expected'), [(True, []), (None, []), (False, ['unknown_ca'])], ids=['anchored', 'unknown', 'not anchored']
)
def test_a_chain_that_was_not_observed_is_not_reported_as_unanchored(*, anchored: bool | None, expected: list[str]) -> None:
    known = paths.Trust([record(ROOT.certificate)], None, False, 'ca.pem')
    found = diagnosis.defects([record(DEEP.certificate)], known, HOST, NOW, diagnosis.Verdict(anchored=anchored))
    assert [problem.code for problem in found] == expected


@pytest.mark.parametrize(
    ('chain', 'expected'),
    [
        pytest.param([LEAF.certificate], 'unknown_ca', id='leaf'),
        pytest.param([LEAF.certificate, ROOT.certificate], 'unknown_ca', id='leaf and root'),
        pytest.param([self_signed().certificate], 'self_signed', id='self-signed'),
    ],
)
def test_what_leads_to_nothing_is_named_without_the_systems_store_at_hand(chain: list[x509.Certificate], expected: str) -> None:
    known = paths.Trust(None, None, False, "the system's own CA certificates")
    nowhere = diagnosis.Verdict(anchored=False)
    assert [problem.code for problem in diagnosis.defects([*map(record, chain)], known, None, NOW, nowhere)] == [expected]
    assert diagnosis.defects([*map(record, chain)], known, None, NOW, diagnosis.Verdict()) == []


@pytest.mark.parametrize(
    'pattern',
    [
        '*.example.com',
        'mail*.example.com',
        '*mail.example.com',
        '*.com',
        'mail.example.com',
        'MAIL.example.COM',
        '*.*.com',
        'mail.*.com',
        '*',
        '*.-example.com',
        'mail.example.com.',
        '.example.com',
        '*.example.com.',
    ],
)
@pytest.mark.parametrize('host', ['mail.example.com', 'example.com', 'a.mail.example.com', 'xn--mller-kva.example.com'])
def test_names_match_as_openssl_matches_them(pattern: str, host: str, tmp_path: pathlib.Path) -> None:
    case = Case(ROOT.issue([pattern]), ROOT.pem, host=host)
    fault, _chain = handshake(case, tmp_path, Policy(trust(case), True))
    assert (fault is None) is name_matches(pattern, host)


@pytest.mark.parametrize(
    'common_name, sans',
    [(HOST, ['192.0.2.1']), ('other.example.com', [HOST]), (HOST, ['other.example.com']), ('*.example.com', ['192.0.2.1'])],
    ids=['beside an address', 'another beside the host', 'beside another host', 'a pattern beside an address'],
)
def test_common_names_count_as_they_do_for_openssl(common_name: str, sans: list[str], tmp_path: pathlib.Path) -> None:
    case = Case(ROOT.issue(sans, common_name=common_name), ROOT.pem)
    fault, _chain = handshake(case, tmp_path, Policy(trust(case), True))
    dns = tuple(name for name in sans if not name[0].isdigit())
    assert (fault is None) is host_matches(CertificateNames(dns, (), (common_name,)), HOST)


def test_without_a_number_the_diagnosis_names_the_cause() -> None:
    """Python 3.6 says no more than that the verification failed."""
    nameless = Problem('certificate_invalid', 'certificate verify failed', stage='certificate')
    found = [Problem('expired', 'It expired.', stage='certificate')]
    unnumbered, numbered = diagnosis.Verdict(may_be=('expired', 'crl_expired')), diagnosis.Verdict('OpenSSL 36: x')
    assert diagnosis.merged(nameless, unnumbered, found) == found
    assert [problem.code for problem in diagnosis.merged(nameless, numbered, found)] == ['certificate_invalid', 'expired']


def test_without_a_number_an_impossible_cause_is_not_named() -> None:
    nameless = Problem('certificate_invalid', 'It failed.', stage='certificate')
    mismatch = Problem('hostname_mismatch', 'Another name.', stage='certificate')
    unnumbered = diagnosis.Verdict(may_be=('expired', 'crl_expired'))
    first, second = diagnosis.merged(nameless, unnumbered, [mismatch])
    assert (first.code, first.message) == ('certificate_invalid', 'It failed. It can be expired, crl_expired.')
    assert second == mismatch
    assert diagnosis.merged(nameless, diagnosis.Verdict(), [mismatch]) == [nameless, mismatch]


def test_a_certificate_is_described() -> None:
    end = pki.days_from_now(61.5)
    certificate = ROOT.issue([HOST, '192.0.2.25'], not_after=end).certificate
    facts = describe(record(certificate), NOW)
    assert facts['days_left'] == 61
    assert facts['subject'] == f'CN={HOST}'
    assert facts['issuer'] == 'CN=Root'
    assert facts['sans'] == [f'DNS:{HOST}', 'IP:192.0.2.25']
    assert facts['not_after'] == end.strftime('%Y-%m-%dT%H:%M:%SZ')
    assert facts['sha256'] == certificate.fingerprint(hashes.SHA256()).hex()


@pytest.mark.parametrize(
    'days, warn_days, warns',
    [(10, 30, True), (31, 30, False), (10, 0, False), (-3, 30, False)],
    ids=['soon', 'later', 'no days set', 'expired'],
)
def test_a_certificate_that_ends_soon_is_a_warning(days: float, warn_days: int, *, warns: bool) -> None:
    certificate = ROOT.issue([HOST], not_before=FAR, not_after=pki.days_from_now(days)).certificate
    found = diagnosis.expires_soon(record(certificate), NOW, warn_days)
    assert (found is not None) is warns
    if found is not None:
        assert not found.is_error
