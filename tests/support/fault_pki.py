# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The certificates, CA files and CRL files of the fault table, by the names that the table has for them."""

from __future__ import annotations

import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from .pki import Authority, Identity, damaged, days_from_now, names_extension, signed_with_sha1

HOST = 'mail.example.test'
PAST, LONG_AGO, FUTURE = days_from_now(-3), days_from_now(-400), days_from_now(3)
PEM = serialization.Encoding.PEM


class Site(t.NamedTuple):
    """What a host trusts (`cas`, `crls`: files by name) and what mail servers show (`shown`: identities by name)."""

    cas: dict[str, bytes]
    crls: dict[str, bytes]
    shown: dict[str, Identity]


def _unknown(critical: bool) -> tuple[x509.ExtensionType, bool]:
    """An extension that nobody knows."""
    return x509.UnrecognizedExtension(x509.ObjectIdentifier('1.3.6.1.4.1.32473.1'), b'\x05\x00'), critical


def _scope(**only: bool) -> tuple[x509.ExtensionType, bool]:
    """What a CRL is limited to: RFC 5280, section 5.2.5."""
    limits: dict[str, bool] = {
        'only_contains_user_certs': False,
        'only_contains_ca_certs': False,
        'only_contains_attribute_certs': False,
        **only,
    }
    return x509.IssuingDistributionPoint(
        full_name=None, relative_name=None, indirect_crl=False, only_some_reasons=None, **limits
    ), True


def _constraint(domain: str) -> tuple[x509.ExtensionType, bool]:
    return x509.NameConstraints(permitted_subtrees=[x509.DNSName(domain)], excluded_subtrees=None), True


def _rsa(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


# Diffie-Hellman parameters of 1024 bits: OpenSSL takes no smaller ones, even where everything weak is allowed.
SMALL_DH = b"""-----BEGIN DH PARAMETERS-----
MIGHAoGBAMTkKEeX+cyMoKzJZ+mRz4UaE6QuehkC9A/F7v8qybGl2DlDlR4FPKEg
sDuiVVnlGDq9L190c3bUAhqxwRlWA3mVQygqZL6KVMP2ykMv9XWLaYXYQ711wbbf
A3MVPzZVc6+0wQL+dw3FbN28M3B/jbgfgvBbWMZjb0E+E+veBF8/AgEC
-----END DH PARAMETERS-----
"""


def _outdated(authority: Authority, revoked: t.Sequence[Identity] = ()) -> bytes:
    return authority.crl(revoked, last_update=days_from_now(-40), next_update=days_from_now(-10))


def _roots() -> dict[str, Authority]:
    """The roots, by what is the matter with them."""
    return {
        'root': Authority('Test CA'),
        'other': Authority('Other CA'),
        'namesake': Authority('Test CA'),  # the same name, another key
        'old': Authority('Old CA', not_before=LONG_AGO, not_after=PAST),
        'narrow': Authority('Narrow CA', path_length=0),
        'limited': Authority('Limited CA', more=[_constraint('example.org')]),
        'small': Authority('Small CA', key=_rsa(1024)),
        'rsa': Authority('RSA CA', key=_rsa(2048)),
        'no crls': Authority('Test CA without CRLs', crl_sign=False),
    }


def _middles(roots: dict[str, Authority]) -> dict[str, Authority]:
    """The intermediate authorities, and what is used as one."""
    root = roots['root']
    return {
        'middle': Authority('Middle CA', parent=root),
        'old middle': Authority('Old middle CA', parent=root, not_before=LONG_AGO, not_after=PAST),
        'future middle': Authority('Future middle CA', parent=root, not_before=FUTURE),
        'small middle': Authority('Small middle CA', parent=root, key=_rsa(1024)),
        'client middle': Authority(
            'Middle CA for clients', parent=root, more=[(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)]
        ),
        'unsigning middle': Authority('Middle CA that may not sign', parent=root, cert_sign=False),
        'no ca': Authority('Server as CA', parent=root, is_ca=False),
        'rsa middle': Authority('Middle CA of the RSA CA', parent=roots['rsa']),
        'below narrow': Authority('CA below narrow CA', parent=roots['narrow']),
        'odd middle': Authority('Odd middle CA', parent=root, more=[_unknown(critical=True)]),
    }


def make_site() -> Site:
    """Make all of it, anew."""
    roots = _roots()
    middles = _middles(roots)
    shown = _shown(roots, middles)
    root, middle, other = roots['root'], middles['middle'], roots['other']
    cas = {name: authority.pem for name, authority in (*roots.items(), *middles.items())}
    cas.update(
        {
            'root and middle': root.pem + middle.pem,
            'root and other': other.pem + root.pem,
            'old and root': roots['old'].pem + root.pem,
            'namesake and root': roots['namesake'].pem + root.pem,
            'self-signed': shown['self-signed'].certificate_pem,
            'the certificate': shown['good'].certificate.public_bytes(PEM),
        }
    )
    revoked = [shown[name] for name in ('revoked', 'revoked expired', 'revoked expired other name', 'revoked other name')]
    crls = {
        'good': root.crl(revoked),
        'other': other.crl(),
        'expired': _outdated(root),
        'expired, revoking': _outdated(root, revoked),
        'future': root.crl(last_update=FUTURE),
        'damaged': damaged(root.crl(revoked)),
        'no crls': roots['no crls'].crl(),
        'odd': root.crl(more=[_unknown(critical=True)]),
        'noted': root.crl(revoked, more=[_unknown(critical=False)]),
        'for CAs': root.crl(more=[_scope(only_contains_ca_certs=True)]),
        'for attributes': root.crl(more=[_scope(only_contains_attribute_certs=True)]),
        'middle': middle.crl(),
        'root and middle': root.crl(revoked) + middle.crl(),
        'old root and middle': _outdated(root) + middle.crl(),
        'middle revoked': root.crl([middle.certificate]) + middle.crl(),
        'deep revoked': root.crl() + middle.crl([shown['deep']]),
        'old and new': _outdated(root, revoked) + root.crl(revoked, number=2),
        'other and good': other.crl() + root.crl(revoked),
        'new and old': root.crl(revoked, number=2) + _outdated(root, revoked),
        'namesake and good': roots['namesake'].crl(revoked) + root.crl(revoked, number=2),
        'revoking and later': root.crl(revoked, last_update=days_from_now(-2)) + root.crl(number=3),
    }
    return Site(cas, crls, shown)


def _shown(roots: dict[str, Authority], middles: dict[str, Authority]) -> dict[str, Identity]:
    root, middle = roots['root'], middles['middle']
    deep = middle.issue([HOST])
    good = root.issue([HOST])
    shown = {
        'good': good,
        'good rsa': root.issue([HOST], key=_rsa(2048)),
        'deep': deep,
        'deep, root sent': deep._replace(certificate_pem=deep.certificate_pem + root.pem),
        'deep, alone': deep._replace(certificate_pem=deep.certificate.public_bytes(PEM)),
        'deep, wrong order': deep._replace(certificate_pem=deep.certificate.public_bytes(PEM) + root.pem + middle.pem),
        'good, stranger sent': good._replace(certificate_pem=good.certificate_pem + roots['other'].pem),
        'soon': root.issue([HOST], not_after=days_from_now(10.5)),
        'expired': root.issue([HOST], not_after=PAST),
        'future': root.issue([HOST], not_before=FUTURE),
        'today': root.issue([HOST], not_before=days_from_now(-90), not_after=days_from_now(-0.02)),
        'revoked': root.issue([HOST]),
        'revoked expired': root.issue([HOST], not_after=PAST),
        'revoked other name': root.issue(['other.example.test']),
        'revoked expired other name': root.issue(['other.example.test'], not_after=PAST),
        'other name': root.issue(['other.example.test', 'third.example.test', '192.0.2.25']),
        'expired other name': root.issue(['other.example.test'], not_after=PAST),
        'expired unknown': roots['other'].issue([HOST], not_after=PAST),
        'unknown': roots['other'].issue([HOST]),
        'unknown other name': roots['other'].issue(['other.example.test']),
        'namesake': roots['namesake'].issue([HOST]),
        'several names': root.issue(['a.example.test', HOST, 'b.example.test', '192.0.2.1']),
        'upper case': root.issue(['MAIL.Example.TEST']),
        'wildcard': root.issue(['*.example.test']),
        'idn': root.issue(['xn--bcher-kva.example.test']),
        'address': root.issue(['127.0.0.1']),
        'six': root.issue(['::1']),
        'other address': root.issue(['127.0.0.2']),
        'address as name': root.issue([], common_name='127.0.0.1'),
        'cn only': root.issue([], common_name=HOST),
        'cn other name': root.issue([], common_name='other.example.test'),
        'cn but other san': root.issue(['other.example.test'], common_name=HOST),
        'cn and ip san': root.issue(['192.0.2.1'], common_name=HOST),
        'partial wildcard': root.issue(['mail*.example.test']),
        'wildcard suffix': root.issue(['*mail.example.test']),
        'top wildcard': root.issue(['*.test']),
        'inner wildcard': root.issue(['mail.*.test']),
        'bare wildcard': root.issue(['*']),
        'self-signed': Authority(HOST, is_ca=False, more=[names_extension(HOST)]).as_server(),
        'self-signed other name': Authority('other', is_ca=False, more=[names_extension('other.example.test')]).as_server(),
        'unknown root sent': roots['other'].issue([HOST]),
        'damaged': good._replace(certificate_pem=damaged(good.certificate_pem)),
        'client': root.issue([HOST], purposes=[ExtendedKeyUsageOID.CLIENT_AUTH]),
        'code': root.issue([HOST], purposes=[ExtendedKeyUsageOID.CODE_SIGNING], not_after=PAST),
        'any purpose': root.issue([HOST], purposes=[ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]),
        'small': root.issue([HOST], key=_rsa(1024)),
        'small expired': root.issue([HOST], key=_rsa(1024), not_after=PAST),
        'odd': root.issue([HOST], more=[_unknown(critical=True)]),
        'noted': root.issue([HOST], more=[_unknown(critical=False)]),
        'of old middle': middles['old middle'].issue([HOST]),
        'of future middle': middles['future middle'].issue([HOST]),
        'of small middle': middles['small middle'].issue([HOST]),
        'of client middle': middles['client middle'].issue([HOST]),
        'of unsigning middle': middles['unsigning middle'].issue([HOST]),
        'of no ca': middles['no ca'].issue([HOST]),
        'of odd middle': middles['odd middle'].issue([HOST]),
        'below narrow': middles['below narrow'].issue([HOST]),
        'limited': roots['limited'].issue([HOST]),
        'within limits': roots['limited'].issue(['mail.example.org']),
        'of old root': roots['old'].issue([HOST]),
        'of small root': roots['small'].issue([HOST]),
        'of no crls': roots['no crls'].issue([HOST]),
    }
    signer = roots['rsa'].key
    assert isinstance(signer, rsa.RSAPrivateKey)
    sha1, of_sha1 = roots['rsa'].issue([HOST]), middles['rsa middle'].issue([HOST])
    shown['sha1'] = sha1._replace(certificate_pem=signed_with_sha1(sha1.certificate_pem, signer))
    shown['of sha1 middle'] = of_sha1._replace(
        certificate_pem=of_sha1.certificate.public_bytes(PEM) + signed_with_sha1(middles['rsa middle'].pem, signer)
    )
    unknown = shown['unknown root sent']
    shown['unknown root sent'] = unknown._replace(certificate_pem=unknown.certificate_pem + roots['other'].pem)
    return shown
