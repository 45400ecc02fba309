# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The name that sendmemo gives in EHLO: RFC 5321, 4.1.2 (domain) and 4.1.3 (address literals), as the manual narrows them."""

import re
from typing import Iterator, List, NamedTuple, Optional

FORMS = 'a full host name (host.example.com), [192.0.2.1] or [IPv6:2001:db8::1]'
LONGEST_NAME = 253  # what a name of 255 octets on the wire (RFC 1035, 2.3.4) has as text
LONGEST_LABEL = 63

_LABEL = re.compile('[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?')
_DIGITS = re.compile('[0-9]+')
_SNUM = re.compile('[0-9]{1,3}')
_HEX = re.compile('[0-9A-Fa-f]{1,4}')
_IN_BRACKETS = re.compile(r'\[([^][]*)\](?::[0-9]*)?')
_TAG = 'ipv6:'  # literal strings of an ABNF grammar know no case (RFC 5234, 2.3)


class Refusal(NamedTuple):
    """Why a name is no EHLO name, and the valid form that is nearest to it ('' for none)."""

    reason: str
    nearest: str


def check_ehlo_hostname(value: str) -> Optional[Refusal]:
    """Return None for a valid EHLO name, else the refusal. `reason` continues a sentence that begins with the name."""
    reason = _reason(value)
    if not reason:
        return None
    for candidate in _candidates(value):
        if candidate != value and not _reason(candidate):
            return Refusal(reason, candidate)
    return Refusal(reason, '')


def is_address_literal(value: str) -> bool:
    """Return whether a valid EHLO name is an address in brackets rather than a host name."""
    return value.startswith('[')


def _reason(value: str) -> str:
    if value.startswith('[') and value.endswith(']'):
        return _literal_reason(value[1:-1])
    if '[' in value or ']' in value:
        return 'has brackets that do not enclose the whole value'
    if not _ipv4_reason(value):
        return 'is an IPv4 address without brackets'
    if _is_bare_ipv6(value):
        return 'is an IPv6 address without brackets and the tag IPv6:'
    return _domain_reason(value)


def _literal_reason(inner: str) -> str:
    if inner[: len(_TAG)].lower() == _TAG:
        reason = _ipv6_reason(inner[len(_TAG) :])
        return reason and 'is not an IPv6 address literal: ' + reason
    if ':' in inner:
        return 'has brackets that contain neither an IPv4 address nor the tag IPv6: and an IPv6 address'
    reason = _ipv4_reason(inner)
    return reason and 'is not an IPv4 address literal: ' + reason


def _domain_reason(value: str) -> str:
    """RFC 5321, 4.1.2: Domain = sub-domain *("." sub-domain); fully qualified, so there is a dot and a real top-level domain."""
    if not value:
        return 'is empty'
    if len(value) > LONGEST_NAME:
        return 'has %d characters, a host name at most %d' % (len(value), LONGEST_NAME)
    labels = value.split('.')
    for label in labels:
        if not label:
            return 'has a dot at its end' if '' not in labels[:-1] else 'has nothing before or between dots'
        if len(label) > LONGEST_LABEL:
            return 'has a label of %d characters, at most %d are allowed' % (len(label), LONGEST_LABEL)
        if not _LABEL.fullmatch(label):
            if label.strip('-') != label:
                return 'has a label that begins or ends with a hyphen'
            return 'has other characters than letters, digits, hyphens and dots'
    if len(labels) == 1:
        return 'has no dot, so it is not fully qualified'
    if _DIGITS.fullmatch(labels[-1]):
        return 'ends in a number, as no host name does'  # RFC 1123, 2.1
    return ''


def _ipv4_reason(text: str) -> str:
    """RFC 5321, 4.1.3: Snum 3("." Snum), Snum being one to three digits of a value from 0 to 255."""
    numbers = text.split('.')
    if len(numbers) != 4:
        return 'an IPv4 address has four numbers'
    for number in numbers:
        if not _SNUM.fullmatch(number):
            return 'each of the four has one to three digits'
        if int(number) > 255:
            return '%s is more than 255' % number
    return ''


def _ipv6_reason(text: str) -> str:
    """RFC 5321, 4.1.3: IPv6-full, IPv6-comp, IPv6v4-full, IPv6v4-comp; there "::" stands for at least two groups."""
    head, double_colon, tail = text.partition('::')
    if '::' in tail or tail.startswith(':'):
        return '"::" is allowed once'
    groups = _split(head) + _split(tail)
    room = 8
    if groups and '.' in groups[-1] and (tail or not double_colon):
        reason = _ipv4_reason(groups.pop())
        if reason:
            return reason
        room = 6
    if not all(_HEX.fullmatch(group) for group in groups):
        return 'a group has one to four hexadecimal digits'
    if not double_colon:
        return '' if len(groups) == room else 'it has %d groups, not %d' % (len(groups), room)
    if len(groups) > room - 2:
        return '"::" stands for two groups or more, so there are at most %d others' % (room - 2)
    return ''


def _split(groups: str) -> List[str]:
    return groups.split(':') if groups else []


def _is_bare_ipv6(text: str) -> bool:
    return ':' in text and not _ipv6_reason(text)


def _candidates(value: str) -> Iterator[str]:
    """Yield what may have been meant, nearest first; the caller uses the first that is valid."""
    enclosed = _IN_BRACKETS.fullmatch(value.strip())
    bare = (enclosed.group(1) if enclosed else value).strip(' \t\r\n[]"\'')
    if bare[: len(_TAG)].lower() == _TAG:
        bare = bare[len(_TAG) :]
    without_more = re.split('[/%]', bare)[0]  # a prefix length or a zone is no part of the address
    for address in (bare, without_more, _one_zero_group(without_more)):
        yield '[%s]' % address
        yield '[IPv6:%s]' % address
    name = re.sub('^[a-z]+://', '', bare).split('/')[0].rstrip('.')
    for candidate in (name, re.sub(':[0-9]*$', '', name), name.replace('_', '-')):
        yield candidate
        yield '[%s]' % candidate
    foreign = [character for character in name if character > '\x7f']
    if foreign and len(name) <= LONGEST_NAME and all(character.isalpha() for character in foreign):
        try:
            yield name.encode('idna').decode('ascii')
        except UnicodeError:
            return


def _one_zero_group(address: str) -> str:
    """Return the address with a "::" that stands for one group, which RFC 5321 refuses, written as that group."""
    head, double_colon, tail = address.partition('::')
    if not double_colon or '::' in tail or tail.startswith(':'):
        return address
    return ':'.join(part for part in (head, '0', tail) if part)
