# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The authorities, certificates and CRLs of one run: minted for it, in memory, and worth nothing after it.

A root, two intermediate authorities below it, a root that nobody trusts, and a table of the certificates that they issue. Only
the playing server's keys touch the disk, while OpenSSL reads them.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import pathlib
import ssl
import tempfile
import typing as t

from ...x509.missing_library import missing_library

if not missing_library():
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = dt.timedelta(days=1)
SLACK = dt.timedelta(hours=25)  # a host's clock, and its time zone, may be a little off
LIFE = 30 * DAY
HOST = '{host}'
LONGEST_COMMON_NAME = 64  # RFC 5280, appendix A.1
PAST, PRESENT = -1, 0  # of a validity: over, or now
EVERY_USE = (
    'digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign '
    'encipher_only decipher_only'
)


class PublicIdentity(t.NamedTuple):
    """A certificate, with its chain, and its key, both in PEM, of an authority that is publicly known: nobody can mint one."""

    chain: bytes
    key: bytes


class _Kind(t.NamedTuple):
    """A certificate of the table: who issues it; its names, where {host} is the mail server's; and what is wrong with it."""

    issuer: str = 'intermediate'
    names: tuple[str, ...] = (HOST,)
    common_name: str = 'Observed Server'
    period: int = PRESENT
    is_revoked: bool = False


WRONG_NAME = 'elsewhere.example.net'
# The certificates that a playing server can present, besides 'public'.
IDENTITIES = {
    'good': _Kind(),
    'revoked': _Kind(is_revoked=True),
    'of_revoked_issuer': _Kind(issuer='revoked_intermediate'),
    'unknown_root': _Kind(issuer='unknown_root'),
    'expired': _Kind(period=PAST),
    'wrong_name': _Kind(names=(WRONG_NAME,)),
    'wildcard': _Kind(names=('*.{domain}',)),
    'partial_wildcard': _Kind(names=('{first}*.{domain}',)),
    'common_name': _Kind(names=(), common_name=HOST),
    'common_name_beside': _Kind(names=(WRONG_NAME,), common_name=HOST),
}
PUBLIC = 'public'
# What a CAFile or CrlFile of a trial holds: the authorities whose certificates, or CRLs, are in it, and the period of these.
CA_FILES = {'root': ('root',), 'intermediate': ('intermediate',)}
CRL_FILES = {
    'all': (('root', 'intermediate', 'revoked_intermediate'), PRESENT),
    'expired': (('root', 'intermediate', 'revoked_intermediate'), PAST),
    'without_issuer': (('root', 'revoked_intermediate'), PRESENT),
}


class _Authority:
    """An authority with its key; `parent` None makes a root."""

    def __init__(self, common_name: str, parent: _Authority | None = None) -> None:
        self.parent = parent
        self.name, self.key = _name(common_name), _new_key()
        issuer = parent or self
        builder = _builder(self.name, issuer, self.key, PRESENT)
        builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
        builder = builder.add_extension(_usage('key_cert_sign', 'crl_sign'), critical=True)
        self.certificate = builder.sign(issuer.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def chain(self) -> bytes:
        """Its certificate and those above it, without the root."""
        return self.pem + self.parent.chain if self.parent else b''

    def issue(self, kind: _Kind, names: t.Mapping[str, str]) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        key = _new_key()
        builder = _builder(_name(kind.common_name.format_map(names)), self, key, kind.period)
        builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
        builder = builder.add_extension(_usage('digital_signature'), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        if kind.names:
            alternative = x509.SubjectAlternativeName([_general_name(name.format_map(names)) for name in kind.names])
            builder = builder.add_extension(alternative, critical=False)
        return builder.sign(self.key, hashes.SHA256()), key

    def crl(self, revoked: t.Iterable[x509.Certificate], period: int) -> bytes:
        begin, end = _period(period)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.name).last_update(begin).next_update(end)
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        builder = builder.add_extension(x509.CRLNumber(1), critical=False)
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(begin)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Authorities:
    """All of a run. `host` is the mail server's name, or address, as the print server has it in its attributes."""

    def __init__(self, host: str, public: PublicIdentity | None = None) -> None:
        self.host = host
        self._public = public
        root = _Authority('Observed Root')
        self._authorities = {
            'root': root,
            'intermediate': _Authority('Observed Intermediate', root),
            'revoked_intermediate': _Authority('Observed Revoked Intermediate', root),
            'unknown_root': _Authority('Unknown Root'),
        }
        first, _dot, domain = host.partition('.')
        names = {'host': host, 'first': first[:2], 'domain': domain}
        self._issued = {name: self._authorities[kind.issuer].issue(kind, names) for name, kind in _possible(host).items()}
        self.ca_files = {name: b''.join(self._authorities[one].pem for one in issuers) for name, issuers in CA_FILES.items()}
        self.crl_files = {name: self._crls(*content) for name, content in CRL_FILES.items()}

    def can_present(self, identity: str) -> bool:
        """Return whether there is such a certificate: a wildcard needs a host with a name, a public one has to be given."""
        return self._public is not None if identity == PUBLIC else identity in self._issued

    def _crls(self, issuers: t.Sequence[str], period: int) -> bytes:
        return b''.join(self._authorities[issuer].crl(self._revoked_by(issuer), period) for issuer in issuers)

    def _revoked_by(self, issuer: str) -> list[x509.Certificate]:
        if issuer == 'root':
            return [self._authorities['revoked_intermediate'].certificate]
        revoked = [name for name, kind in IDENTITIES.items() if kind.is_revoked and kind.issuer == issuer]
        return [self._issued[name][0] for name in revoked]

    def load(self, context: ssl.SSLContext, identity: str) -> None:
        """Give a server's context a certificate of the table, with its chain and key. Raises ssl.SSLError for a public one."""
        chain, key = self._pem(identity)
        with tempfile.TemporaryDirectory(prefix='infoprint-observe-') as directory:  # mode 0700
            path = pathlib.Path(directory, 'identity.pem')
            path.write_bytes(key + chain)
            context.load_cert_chain(path)

    def _pem(self, identity: str) -> tuple[bytes, bytes]:
        if identity == PUBLIC and self._public is not None:
            return self._public
        certificate, key = self._issued[identity]
        chain = certificate.public_bytes(serialization.Encoding.PEM) + self._authorities[IDENTITIES[identity].issuer].chain
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return chain, key.private_bytes(*form)


def _possible(host: str) -> dict[str, _Kind]:
    """Return the certificates that make sense for a host: an address has no wildcards, and no common name is longer than 64."""
    has_domain = host.count('.') >= 2 and not _is_address(host)
    return {
        name: kind
        for name, kind in IDENTITIES.items()
        if (has_domain or not any('{domain}' in pattern for pattern in kind.names))
        and (len(host) <= LONGEST_COMMON_NAME or kind.common_name != HOST)
    }


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _general_name(name: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_address(name)) if _is_address(name) else x509.DNSName(name)


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _usage(*uses: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{use: use in uses for use in EVERY_USE.split()})


def _period(period: int) -> tuple[dt.datetime, dt.datetime]:
    """Return begin and end: of LIFE days from a day ago, or up to a day ago."""
    now = dt.datetime.now(dt.timezone.utc)
    begin = now - SLACK + (period * LIFE)
    return begin, begin + LIFE


def _builder(subject: x509.Name, issuer: _Authority, key: ec.EllipticCurvePrivateKey, period: int) -> x509.CertificateBuilder:
    begin, end = _period(period)
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
    )
