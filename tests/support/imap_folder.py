# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mail folder in memory, as IMAP sees it (RFC 3501)."""

from __future__ import annotations

import dataclasses
import re
import typing as t


@dataclasses.dataclass(eq=False)
class Mail:
    """One mail in the folder: its header with CR LF, up to the empty line, and when it came as INTERNALDATE has it."""

    uid: int
    header: bytes
    internaldate: str
    flags: set[str] = dataclasses.field(default_factory=set)


def named(numbers: str, mails: t.Sequence[Mail]) -> list[Mail]:
    """Return the mails of a sequence set of UIDs (RFC 3501, section 9): `*` is the highest one, so n:* has it whatever n is."""
    highest = str(max((mail.uid for mail in mails), default=0))
    pairs = [part.partition(':')[::2] for part in numbers.replace('*', highest).split(',')]
    ranges = [sorted((int(first), int(last or first))) for first, last in pairs]
    return [mail for mail in mails if any(low <= mail.uid <= high for low, high in ranges)]


def header_fields(header: bytes, names: t.Sequence[str]) -> bytes:
    """Return the fields of those names, and the empty line."""
    fields = re.split(rb'\r\n(?![ \t])', header.rstrip(b'\r\n'))
    wanted = {name.strip('"').lower().encode() for name in names}
    return b''.join(field + b'\r\n' for field in fields if field.split(b':')[0].strip().lower() in wanted) + b'\r\n'


def flags_of(mail: Mail) -> bytes:
    return f'({" ".join(sorted(mail.flags))})'.encode()
