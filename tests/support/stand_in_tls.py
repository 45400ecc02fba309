# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a stand-in for sendmemo does TLS, by OpenSSL: a switch for each reading of each question about certificates and versions.

pyOpenSSL shows OpenSSL's callback, by which a fault can be overlooked; Python's own `ssl` does not.
"""

from __future__ import annotations

import re
import typing as t

from cryptography import x509
from OpenSSL import SSL, crypto

VERSIONS = {
    'TLSv1': SSL.TLS1_VERSION,
    'TLSv1.1': SSL.TLS1_1_VERSION,
    'TLSv1.2': SSL.TLS1_2_VERSION,
    'TLSv1.3': SSL.TLS1_3_VERSION,
}
# OpenSSL's numbers of what can be wrong, X509_V_ERR_*.
NO_ISSUER = (2, 18, 19, 20, 21)
MISSING_CRL, EXPIRED, EXPIRED_CRL, REVOKED = 3, 10, 12, 23
FEWER_CIPHERS = ('AES256', 'TLS_AES_256_GCM_SHA384')
Switches = t.Mapping[str, str]


class Trust(t.NamedTuple):
    """What counts, in PEM: CAFile's content (None: there is none), CrlFile's, and the publicly known authorities'."""

    ca: bytes | None
    crl: bytes | None
    public: bytes
    ciphers: str
    verifies: bool = True

    def authorities(self, switches: Switches) -> list[x509.Certificate]:
        with_public = self.ca is None or switches['default_cas'] == 'added'
        pem = (self.ca or b'') + (self.public if with_public else b'')
        return x509.load_pem_x509_certificates(pem) if pem else []


def new_context(switches: Switches, trust: Trust) -> SSL.Context:
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_min_proto_version(VERSIONS[switches['min_tls']])
    context.set_max_proto_version(VERSIONS[switches['max_tls']])
    _set_ciphers(context, switches, trust.ciphers)
    if trust.verifies:
        _load(context, switches, trust)
        context.set_verify(SSL.VERIFY_PEER, _Overlooking(switches, trust.ca is None))
    return context


def _set_ciphers(context: SSL.Context, switches: Switches, ours: str) -> None:
    ciphers = ours
    if switches['ciphers'] == 'others':
        ciphers = FEWER_CIPHERS[0]
        context.set_tls13_ciphersuites(FEWER_CIPHERS[1].encode())
    context.set_cipher_list(f'{ciphers}:@SECLEVEL=0'.encode())


def _load(context: SSL.Context, switches: Switches, trust: Trust) -> None:
    store = t.cast(crypto.X509Store, context.get_cert_store())
    for certificate in trust.authorities(switches):
        store.add_cert(crypto.X509.from_cryptography(certificate))
    flags = crypto.X509StoreFlags.PARTIAL_CHAIN if switches['partial_chain'] == 'accepted' else 0
    if trust.crl is not None and switches['crl_check'] != 'none':
        for pem in re.findall(rb'-----BEGIN X509 CRL-----.*?-----END X509 CRL-----', trust.crl, re.DOTALL):
            store.add_crl(x509.load_pem_x509_crl(pem))
        flags |= crypto.X509StoreFlags.CRL_CHECK
        flags |= crypto.X509StoreFlags.CRL_CHECK_ALL if switches['crl_check'] == 'chain' else 0
    store.set_flags(flags)


class _Overlooking:
    """OpenSSL's callback: it overlooks what the switches say."""

    def __init__(self, switches: Switches, has_no_ca_file: bool) -> None:
        self._expired_crls: set[int] = set()
        self._ignores_crls = switches['expired_crl'] == 'ignored'
        no_issuer = switches['unknown_ca'] == 'accepted' or (has_no_ca_file and switches['no_ca_file'] == 'accepted')
        self._overlooked = {
            **dict.fromkeys(NO_ISSUER, no_issuer),
            EXPIRED: switches['expired_certificate'] == 'accepted',
            MISSING_CRL: switches['missing_crl'] == 'accepted',
            EXPIRED_CRL: switches['expired_crl'] != 'refused',
        }

    def __call__(self, _connection: SSL.Connection, _certificate: crypto.X509, error: int, depth: int, is_ok: int) -> bool:
        if error == EXPIRED_CRL:
            self._expired_crls.add(depth)
        if error == REVOKED and self._ignores_crls and depth in self._expired_crls:
            return True
        return bool(is_ok) or self._overlooked.get(error, False)


def name_is_accepted(certificate: x509.Certificate, host: str, switches: Switches) -> bool:
    """Return whether the certificate is for the host, by the switches."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        alternative = [str(name.value) for name in names]
    except x509.ExtensionNotFound:
        alternative = []
    common = [str(part.value) for part in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    counts = switches['common_name_beside' if alternative else 'common_name'] == 'accepted'
    return any(_matches(pattern, host, switches) for pattern in (*alternative, *(common if counts else [])))


def _matches(pattern: str, host: str, switches: Switches) -> bool:
    first, _dot, domain = pattern.partition('.')
    if '*' not in first or domain != host.partition('.')[2]:
        return pattern == host
    if switches['wildcard' if first == '*' else 'partial_wildcard'] == 'refused':
        return False
    before, _star, after = first.partition('*')
    label = host.partition('.')[0]
    return label.startswith(before) and label.endswith(after)
