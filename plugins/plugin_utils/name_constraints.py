# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The names that a CA may issue for (RFC 5280, section 4.2.1.10), as OpenSSL compares them."""
from __future__ import annotations

import ipaddress
import typing as t

from cryptography import x509

from .certificate_facts import extension, names
from .x509_facts import name_key


def violation(certificate: x509.Certificate, constraints: x509.NameConstraints, *, is_leaf: bool) -> str:
    """Return the first name of a certificate that the constraints forbid, '' for none.

    Judged are host names, addresses and the subject; of a leaf without host names its common names are taken for such.
    """
    for name, shown in _names_in(certificate, is_leaf):
        permitted = [one for one in constraints.permitted_subtrees or () if isinstance(one, type(name))]
        excluded = [one for one in constraints.excluded_subtrees or () if isinstance(one, type(name))]
        if (permitted and not any(_is_within(name, one) for one in permitted)) or any(_is_within(name, one) for one in excluded):
            return shown
    return ''


def _names_in(certificate: x509.Certificate, is_leaf: bool) -> t.Iterator[tuple[x509.GeneralName, str]]:
    if list(certificate.subject):
        yield x509.DirectoryName(certificate.subject), certificate.subject.rfc4514_string()
    alternative = extension(certificate, x509.SubjectAlternativeName)
    for name in alternative or ():
        if isinstance(name, (x509.DNSName, x509.IPAddress)):
            yield name, str(name.value)
    if is_leaf and not names(certificate).dns:
        for common in names(certificate).common:
            if common.isascii() and '.' in common and ' ' not in common:
                yield x509.DNSName(common), common


def _is_within(name: x509.GeneralName, base: x509.GeneralName) -> bool:
    if isinstance(name, x509.DNSName) and isinstance(base, x509.DNSName):
        host, domain = name.value.lower(), base.value.lower()
        return not domain or host == domain or host.endswith(domain if domain.startswith('.') else f'.{domain}')
    if isinstance(name, x509.IPAddress) and isinstance(base, x509.IPAddress):
        return name.value in t.cast(ipaddress.IPv4Network, base.value)
    if isinstance(name, x509.DirectoryName) and isinstance(base, x509.DirectoryName):
        whole, beginning = name_key(name.value), name_key(base.value)
        return whole[:len(beginning)] == beginning
    return False
