# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a certificate was issued for a host: the manual's table, which is OpenSSL's X509_check_host without partial wildcards.

Python 3.7 and later leave the check to OpenSSL; Python 3.6 matches by itself and accepts `mail*.example.com` and
`*.com`, so there this module decides. Everywhere it explains a mismatch.
"""

import re
import socket
from typing import NamedTuple, Optional, Sequence, Tuple

# A wildcard is the whole first label, at least two labels follow (RFC 6125, section 6.4.3, and the manual's note on two
# dots), and no label begins or ends with a hyphen.
_LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?'
_WILDCARD = re.compile(r'\*((?:\.%s){2,})\Z' % _LABEL)
_MATCHED = re.compile(r'(?:[a-z0-9-]+|\*)\Z')


class CertificateNames(NamedTuple):
    """The names of a certificate: subjectAltName's dNSName and iPAddress entries, and the subject's common names."""

    dns: Tuple[str, ...]
    ip: Tuple[str, ...]
    common: Tuple[str, ...]

    def without(self, wildcards: bool, common_names: bool) -> 'CertificateNames':
        """Return the names that are left if those with a wildcard, or common names, don't count."""
        dns, common = self.dns, () if self.dns or common_names else self.common
        if wildcards:
            dns, common = (tuple(name for name in names if not name.startswith('*')) for names in (dns, common))
        return CertificateNames(dns, self.ip, common)

    def shown(self) -> str:
        """Return the names that are compared, as a list for messages."""
        names = list(self.dns) + ['IP ' + address for address in self.ip]
        if not self.dns:
            names += ['CN ' + name for name in self.common]
        return ', '.join(names) or 'none at all'


def names_of(peer: dict) -> CertificateNames:
    """Return the names in what `ssl`'s getpeercert() gives."""
    alternative = peer.get('subjectAltName', ())
    return CertificateNames(
        tuple(value for kind, value in alternative if kind == 'DNS'),
        tuple(value.strip() for kind, value in alternative if kind == 'IP Address'),
        tuple(value for part in peer.get('subject', ()) for key, value in part if key == 'commonName'),
    )


def packed_address(text: str) -> Optional[bytes]:
    """Return the bytes of an IPv4 or IPv6 address, None for any other text."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            return socket.inet_pton(family, text)
        except (OSError, ValueError):
            continue
    return None


def plain_host(host: str) -> str:
    """Return a host without the dot that may end it, for a comparison with the names in a certificate."""
    return host[:-1] if host.endswith('.') else host


def name_matches(pattern: str, host: str) -> bool:
    """Return whether a dNSName or common name of a certificate covers a host name."""
    pattern, host = _lower(pattern), _lower(host)
    wildcard = _WILDCARD.match(pattern)
    if wildcard is None or '.' not in host:
        return pattern == host
    first, rest = host.split('.', 1)
    return '.' + rest == wildcard.group(1) and _MATCHED.match(first) is not None


def host_matches(names: CertificateNames, host: str) -> bool:
    """Return whether a certificate with these names is for `host`, a name or an address.

    An address is compared with iPAddress entries alone (RFC 6125, section 1.7.2). A common name counts only where the
    certificate has no dNSName (section 6.4.4). A host that begins with a dot is no host: OpenSSL would match any
    sub-domain with it.
    """
    host = plain_host(host)
    if not host or host.startswith('.'):
        return False
    address = packed_address(host)
    if address is not None:
        return any(packed_address(text) == address for text in names.ip)
    candidates: Sequence[str] = names.dns or names.common
    return any(name_matches(pattern, host) for pattern in candidates)


def _lower(name: str) -> str:
    """Return the name with ASCII letters in lower case, and only those (RFC 4343)."""
    return re.sub('[A-Z]+', lambda match: match.group().lower(), name)
