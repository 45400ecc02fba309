# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a relay wrote down about a mail, in its `Received` field (RFC 5321 4.4), and what a mail's header says in all.

A `Received` field is free text around a few words; every mail server comments it in its own way. Whatever can't be read is ''.
"""

from __future__ import annotations

import email.parser
import ipaddress
import re
import typing as t

from ..foreign_values import one_line

LONGEST_FIELD = 4096  # characters that are read of one field
LONGEST_WORD = 255
# Transmission types with TLS (RFC 3848, RFC 6531), and two that are not registered, but written.
ENCRYPTED = frozenset(
    ('ESMTPS', 'ESMTPSA', 'LMTPS', 'LMTPSA', 'UTF8SMTPS', 'UTF8SMTPSA', 'UTF8LMTPS', 'UTF8LMTPSA', 'SMTPS', 'SMTPSA')
)
CLAUSES = ('from', 'by', 'via', 'with', 'id', 'for', 'tls')  # the last one of RFC 8314 4.3
_TLS = re.compile(r'\bTLS ?v?([0-9](?:[._][0-9])?)(?=[ ,:;]|$)', re.IGNORECASE)
# Without a version: Exchange up to 2013 and others in a comment, qmail there by the cipher, Cisco in the protocol.
_BARE_TLS = re.compile(r'(?:\A|(?<!not )\b(?:with|using) )TLS\Z|\A[A-Z0-9_-]{6,80} encrypted\Z')
_TLS_IN_PROTOCOL = re.compile(r'\A[A-Z]{4,8}/TLS(?:/|\Z)', re.IGNORECASE)
_CIPHER = re.compile(
    r'\bcipher[ =]([A-Za-z0-9_-]{3,80})|\btls ([A-Z0-9_-]{8,80})\b|:((?:TLS|ECDHE|DHE|AES)[A-Z0-9_-]{3,80}):'
    r'|/TLS/([A-Z0-9_-]{3,80})|\b([A-Z0-9_-]{6,80}) encrypted\b'
)
_HELO = re.compile(r'\b(?:helo|ehlo)[ =]([^ ()]+)', re.IGNORECASE)
_ADDRESS = re.compile(
    r'\[(?:IPv6:)?([0-9A-Fa-f:.]{3,45})\]|(?<![0-9A-Za-z.:-])([0-9]{1,3}(?:\.[0-9]{1,3}){3})(?![0-9A-Za-z.:-])'
    r'|\A([0-9A-Fa-f:.]{3,45})\Z'
)


class Received(t.NamedTuple):
    """One `Received` field: who took the mail, by which protocol, whose EHLO name and address, with which TLS; '' = not said."""

    by: str = ''
    protocol: str = ''
    helo: str = ''
    address: str = ''
    tls: str = ''

    @property
    def is_plaintext(self) -> bool:
        """Whether it says that the mail came in plaintext: its protocol is no encrypted one, and TLS is not named."""
        return bool(self.protocol) and self.protocol.upper() not in ENCRYPTED and not self.tls


class Header(t.NamedTuple):
    """What is read of a mail's header: its Message-ID, and the lowest `Received`, which the first relay wrote."""

    message_id: str
    received: Received | None


def read_header(data: bytes) -> Header:
    """Return what is read of a header; never raises for its content."""
    fields = email.parser.BytesHeaderParser().parsebytes(data)
    received = fields.get_all('Received') or []
    return Header(str(fields.get('Message-ID') or '').strip(), read_received(str(received[-1])) if received else None)


def read_received(field: str) -> Received:
    """Return what a field says, which may be folded."""
    text = ' '.join(field[:LONGEST_FIELD].split())
    words, comments = _without_comments(text)
    clauses = _clauses(words)
    of_sender = [comment for place, comment in comments if ' by ' not in f' {words[:place]} '.lower()]
    named = next(filter(None, map(_HELO.search, of_sender)), None)
    helo = named[1] if named else clauses.get('from', '')
    address = next(filter(None, map(_address, (*of_sender, clauses.get('from', '')))), '')
    protocol = clauses.get('with', '')
    of_session = [comment for _place, comment in comments if not _address(comment) and not _HELO.search(comment)]
    tls = _tls(of_session, words, protocol)
    found = (clauses.get('by', ''), protocol, helo, address, tls)
    return Received(*(one_line(word, LONGEST_WORD) for word in found))


def _without_comments(text: str) -> tuple[str, list[tuple[int, str]]]:
    """Return the text without its comments (RFC 5322 3.2.2), and these, each with its place there. They may be nested."""
    outside = ''
    comments: list[tuple[int, str]] = []
    depth, start = 0, 0
    for number, letter in enumerate(text):
        if letter == '(':
            if not depth:
                outside += text[start:number]
                start = number + 1
            depth += 1
        elif letter == ')' and depth:
            depth -= 1
            if not depth:
                comments.append((len(outside), text[start:number]))
                start = number + 1
    return outside if depth else outside + text[start:], comments


def _clauses(words: str) -> dict[str, str]:
    """Return what stands after from, by and with, where they come first; only a protocol can have several words."""
    found: dict[str, list[str]] = {}
    name = ''
    for word in words.split(';', 1)[0].split():
        if word.lower() in CLAUSES:
            name = word.lower() if word.lower() not in found else ''
            found.setdefault(word.lower(), [])
        elif name and (name == 'with' or not found[name]):
            found[name].append(word)
    return {name: ' '.join(given) for name, given in found.items()}


def _address(text: str) -> str:
    for match in _ADDRESS.finditer(text):
        try:
            return str(ipaddress.ip_address(match[match.lastindex or 0]))
        except ValueError:
            continue
    return ''


def _tls(comments: t.Sequence[str], words: str, protocol: str) -> str:
    """Return the version of TLS that a field names, and the cipher: `TLSv1.3 TLS_AES_256_GCM_SHA384`; `TLS` has no version."""
    version = _TLS.search(' ; '.join(comments))
    if version is None and not _TLS_IN_PROTOCOL.search(protocol) and not any(map(_BARE_TLS.search, comments)):
        return ''
    cipher = _CIPHER.search(' ; '.join([*comments, words]))
    name = next(filter(None, cipher.groups()), '') if cipher else ''
    return ('TLS' + (f'v{version[1].replace("_", ".")}' if version else '') + f' {name}').strip()
