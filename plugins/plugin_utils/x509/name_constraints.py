# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The names that a CA may issue for (RFC 5280, section 4.2.1.10), as OpenSSL compares them (NAME_CONSTRAINTS_check)."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from . import budget
from .records import Certificate, NameConstraints, NameKey, Network

Name: t.TypeAlias = str | ipaddress.IPv4Address | ipaddress.IPv6Address | NameKey
Base: t.TypeAlias = str | Network | NameKey

MOST_COMPARISONS = 1 << 20  # as OpenSSL (NAME_CHECK_MAX), which refuses more
_URI_HOST = re.compile('[^:]*://([^:/]*)')


def are_too_many(certificate: Certificate, constraints: NameConstraints) -> bool:
    """Return whether there are too many names and constraints to compare them all. Raises OverBudget."""
    budget.check()
    names = sum(map(len, (*certificate.names, *certificate.other_names)))
    return names * sum(len(subtrees) for trees in constraints for subtrees in trees) > MOST_COMPARISONS


def violation(certificate: Certificate, constraints: NameConstraints, *, is_leaf: bool) -> str:
    """Return the first name of a certificate that the constraints forbid, '' for none or if they `are_too_many`.

    The subject, mailboxes, host names, addresses and URIs are checked; the common names of a leaf without host names are
    checked as host names. Raises OverBudget.
    """
    if are_too_many(certificate, constraints):
        return ''
    for kind, name, displayed in _names_in(certificate, is_leaf):
        budget.check()
        permitted, excluded = (t.cast(tuple[Base, ...], getattr(trees, kind)) for trees in constraints)
        is_within = _WITHIN[kind]
        is_permitted = not permitted or any(is_within(name, base) for base in permitted)
        if not is_permitted or any(is_within(name, base) for base in excluded):
            return displayed
    return ''


def _names_in(certificate: Certificate, is_leaf: bool) -> t.Iterator[tuple[str, Name, str]]:
    """Yield each name with its kind, a field of Subtrees, and its text for a message."""
    for directory in certificate.other_names.directory:
        yield 'directory', directory, certificate.subject if directory == certificate.name else _displayed(directory)
    for kind, names in (
        ('email', certificate.other_names.email),
        ('dns', certificate.names.dns),
        ('uri', certificate.other_names.uri),
    ):
        for name in names:
            yield kind, name, name
    for address in certificate.names.ip:
        yield 'ip', ipaddress.ip_address(address), address
    if is_leaf and not certificate.names.dns:
        for common in certificate.names.common:
            if common.isascii() and '.' in common and ' ' not in common:
                yield 'dns', common, common


def _displayed(name: NameKey) -> str:
    return ', '.join(value for part in name for _oid, value in sorted(part))


def _is_host_within(name: str, base: str) -> bool:
    host, domain = name.lower(), base.lower()
    return not domain or host == domain or host.endswith(domain if domain.startswith('.') else f'.{domain}')


def _is_mailbox_within(name: str, base: str) -> bool:
    """The base is a mailbox, a host, or, with a leading dot, all hosts below it."""
    local, _at, host = name.rpartition('@')
    base_local, _at, base_host = base.rpartition('@')
    return base_local in ('', local) and _is_this_host(host, base_host)


def _is_uri_within(name: str, base: str) -> bool:
    match = _URI_HOST.match(name)
    return match is not None and _is_this_host(match.group(1), base)


def _is_this_host(host: str, base: str) -> bool:
    host, base = host.lower(), base.lower()
    return host.endswith(base) and host != base if base.startswith('.') else host == base


def _is_address_within(name: ipaddress.IPv4Address | ipaddress.IPv6Address, base: Network) -> bool:
    return name in base


def _is_name_within(name: NameKey, base: NameKey) -> bool:
    return name[: len(base)] == base


_WITHIN: dict[str, t.Callable[[t.Any, t.Any], bool]] = {
    'directory': _is_name_within,
    'email': _is_mailbox_within,
    'dns': _is_host_within,
    'ip': _is_address_within,
    'uri': _is_uri_within,
}
