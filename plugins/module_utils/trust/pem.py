# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""PEM as OpenSSL reads it and RFC 7468 writes it, strictly: certificates and CRLs come out, nothing else is quoted.

What OpenSSL would skip silently, or would read and this module doesn't, is a fault here: a CA that is missing from the set
is noticed only when a mail fails.
"""

import base64
import binascii
import re
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

from ..problems import Problem

CERTIFICATE, CRL = 'CERTIFICATE', 'X509 CRL'
LABEL = {'CAFile': CERTIFICATE, 'CrlFile': CRL}  # by keyword
MOST_BLOCKS = 5000
MOST_FAULTS = 20  # that are reported individually

_BOUNDARY = re.compile(b'-----(BEGIN|END) ([A-Z0-9][A-Z0-9 ]*)-----')
_ALMOST = re.compile(b'--[ ]*(?:BEGIN|END) ', re.IGNORECASE)
_BASE64 = re.compile(b'[A-Za-z0-9+/]+={0,2}|={1,2}')
# Labels that may be quoted. Any other text could be a secret that only looks like a label.
_LABELS = frozenset(
    (
        'CERTIFICATE REQUEST',
        'CMS',
        'DH PARAMETERS',
        'EC PARAMETERS',
        'NEW CERTIFICATE REQUEST',
        'PKCS7',
        'PUBLIC KEY',
        'RSA PUBLIC KEY',
        'TRUSTED CERTIFICATE',
        'X509 CERTIFICATE',
    )
)
# OpenSSL reads these as certificates, the first with trust settings that are not visible here.
_OTHER_CERTIFICATES = ('TRUSTED CERTIFICATE', 'X509 CERTIFICATE')


class Block(NamedTuple):
    """A well-formed block: its label (CERTIFICATE or CRL), the line it begins in, its content."""

    label: str
    line: int
    der: bytes


class Pem(NamedTuple):
    """The contents of a PEM file. `others` are (label, line) of other blocks, `faults` (line, what is invalid there)."""

    blocks: Tuple[Block, ...]
    others: Tuple[Tuple[str, int], ...]
    faults: Tuple[Tuple[int, str], ...]
    is_der: bool

    def of(self, label: str) -> Tuple[Block, ...]:
        return tuple(block for block in self.blocks if block.label == label)


def is_private_key(label: str) -> bool:
    return 'PRIVATE KEY' in label


def read_pem(data: bytes) -> Pem:
    """Return what `data` holds. Text outside of the blocks is skipped, as by OpenSSL."""
    if _is_der(data) or b'-----BEGIN ' not in data:
        return Pem((), (), (), _is_der(data))
    reader = _Reader()
    for number, raw in enumerate(data.split(b'\n'), 1):
        reader.take(number, raw.rstrip(b' \t\r'))
    return reader.end()


class _Reader:
    """Takes line after line; `opened` is the label and line of the block that it is in."""

    def __init__(self) -> None:
        self.blocks: List[Block] = []
        self.others: List[Tuple[str, int]] = []
        self.faults: List[Tuple[int, str]] = []
        self.opened: Optional[Tuple[str, int]] = None
        self.body: List[bytes] = []

    def take(self, number: int, line: bytes) -> None:
        boundary = _BOUNDARY.fullmatch(line)
        if boundary is not None:
            label = boundary.group(2).decode('ascii')
            if boundary.group(1) == b'BEGIN':
                self._begin(label, number)
            else:
                self._end(label, number)
        elif b'\0' in line:
            self.faults.append((number, 'There is a NUL byte; OpenSSL may ignore everything after it'))
        elif _ALMOST.search(line):
            self.faults.append((number, 'A BEGIN or END line is malformed or has other text on the same line'))
        elif self.opened is not None:
            self.body.append(line)

    def end(self) -> Pem:
        self._note_missing_end()
        return Pem(tuple(self.blocks), tuple(self.others), tuple(self.faults), False)

    def _begin(self, label: str, number: int) -> None:
        self._note_missing_end()
        self.opened, self.body = (label, number), []
        if is_private_key(label):  # reported even if its block is broken
            self.others.append((label, number))

    def _end(self, label: str, number: int) -> None:
        opened, self.opened = self.opened, None
        if opened is None or opened[0] != label:
            self.faults.append((number, 'An END line has no BEGIN line of the same kind'))
        elif label in (CERTIFICATE, CRL):
            self._close(label, opened[1])
        elif not is_private_key(label):
            self.others.append((label if label in _LABELS else '', opened[1]))

    def _close(self, label: str, number: int) -> None:
        der, fault = _content(self.body)
        if not fault and len(self.blocks) == MOST_BLOCKS:
            fault = 'At most %d blocks are read' % MOST_BLOCKS
        if fault:
            self.faults.append((number, fault))
        else:
            self.blocks.append(Block(label, number, der))

    def _note_missing_end(self) -> None:
        if self.opened is not None:
            self.faults.append((self.opened[1], 'A block has no END line'))


def as_pem(block: Block) -> str:
    """Return the block as RFC 7468 writes it."""
    text = base64.b64encode(block.der).decode('ascii')
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return '\n'.join(['-----BEGIN %s-----' % block.label] + lines + ['-----END %s-----' % block.label, ''])


def structure_problems(pem: Pem, keyword: str, file: str) -> Iterator[Problem]:
    """Yield the problems of a trust file's structure; its certificates and CRLs are not examined. `keyword` is a FILE_KEYWORD."""
    for problems in (_private_keys(pem), _faults(pem), _other_certificates(pem), _lack(pem, LABEL[keyword])):
        for problem in problems:
            yield problem._replace(file=file, keyword=keyword)


def _private_keys(pem: Pem) -> Iterator[Problem]:
    for line in [line for label, line in pem.others if is_private_key(label)][:MOST_FAULTS]:
        yield Problem('private_key_in_trust_file', 'The file holds a private key.', line=line)


def _faults(pem: Pem) -> Iterator[Problem]:
    for line, fault in pem.faults[:MOST_FAULTS]:
        yield Problem('not_pem', '%s.' % fault, line=line)
    if len(pem.faults) > MOST_FAULTS:
        yield Problem('not_pem', 'The file has %d more faults.' % (len(pem.faults) - MOST_FAULTS))


def _other_certificates(pem: Pem) -> Iterator[Problem]:
    for label, line in [other for other in pem.others if other[0] in _OTHER_CERTIFICATES][:MOST_FAULTS]:
        message = 'There is a block of the kind %s, which is not supported.' % label
        yield Problem('not_pem', message, 'Convert it: openssl x509 -in FILE -out NEW.', line=line)


def _lack(pem: Pem, expected: str) -> Iterator[Problem]:
    """Yield what a file is that has no block of the kind `expected`; where it has faults, these say why."""
    if pem.of(expected) or pem.faults:
        return
    if pem.is_der:
        command = 'x509' if expected == CERTIFICATE else 'crl'
        hint = 'Convert it: openssl %s -inform DER -in FILE -out NEW.' % command
        yield Problem('not_pem', 'The file is DER, not PEM.', hint)
    elif not pem.blocks and not pem.others:
        yield Problem('not_pem', 'The file is not PEM: there is no block in it.')
    else:
        code, name = ('no_certificate', 'certificate') if expected == CERTIFICATE else ('no_crl', 'certificate revocation list')
        yield Problem(code, 'The file holds no %s, only %s.' % (name, _listed(pem)))


def _listed(pem: Pem) -> str:
    counts: Dict[str, int] = {}
    for label in [block.label for block in pem.blocks] + [label for label, _line in pem.others]:
        name = 'PRIVATE KEY' if is_private_key(label) else label or 'an unknown kind'
        counts[name] = counts.get(name, 0) + 1
    return ', '.join('%d of %s' % (count, name) for name, count in sorted(counts.items()))


def _content(body: List[bytes]) -> Tuple[bytes, str]:
    """Return the DER of a block's lines, or why they are invalid; only what OpenSSL reads too is valid."""
    if not body:
        return b'', 'A block is empty'
    if not all(_BASE64.fullmatch(line) for line in body):
        return b'', 'A block holds a line that is not base64'
    try:
        text = b''.join(body)
        der = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b'', 'The base64 of a block is broken'
    if b'=' in text.rstrip(b'=') or not _is_der(der):
        return b'', 'A block holds something other than its BEGIN line says'
    return der, ''


def _is_der(data: bytes) -> bool:
    """Return whether `data` is one DER SEQUENCE (X.690) of just its own length, as certificates and CRLs are."""
    if len(data) < 2 or data[0] != 0x30:
        return False
    length, head = data[1], 2
    if length > 0x80:
        head += length - 0x80
        length = int.from_bytes(data[2:head], 'big') if head <= 10 else -1
    return len(data) == head + length
