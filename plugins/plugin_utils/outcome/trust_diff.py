# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What changes in trust files, as people read it: the certificates and CRLs that go and come, in a line each."""

from __future__ import annotations

import hashlib
import typing as t

from ...module_utils.trust.pem import CERTIFICATE, Block
from ..target.answer import Fields
from ..target.trust_blocks import trust_blocks
from ..x509 import budget
from ..x509.certificate import moment
from ..x509.reader import read_certificate, read_crl

Blocks = t.Mapping[str, t.Sequence[Block]]

MOST_LINES = 200  # of what goes or comes in one file


def trust_diffs(fields: Fields, blocks: Blocks) -> list[dict[str, str]]:
    """Return the diffs of a server's trust files; `blocks` are what the target read, by the digest of the file. Raises Malformed.

    What stays is counted and not listed: a bundle of CAs has some hundred and forty.
    """
    found = []
    for keyword in ('CAFile', 'CrlFile'):
        old, new = (trust_blocks(fields.child(key), keyword, blocks) for key in ('trust_before', 'trust_after'))
        ders = [{block.der: block.label for block in trust.blocks} if trust is not None else {} for trust in (old, new)]
        texts = [_text(own, other) for own, other in (ders, ders[::-1])]
        if texts[0] != texts[1]:
            headers = [f'{trust.file} ({keyword})' if trust is not None else f'(no {keyword})' for trust in (old, new)]
            found.append({'before_header': headers[0], 'after_header': headers[1], 'before': texts[0], 'after': texts[1]})
    return found


def _text(own: t.Mapping[bytes, str], other: t.Container[bytes]) -> str:
    lines = [_line(label, der) for der, label in budget.watched(own.items()) if der not in other]
    kept = len(own) - len(lines)
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f'({len(lines) - MOST_LINES} more)']
    return ''.join(f'{line}\n' for line in ([f'({kept} that stay)'] if kept else []) + lines)


def _line(label: str, der: bytes) -> str:
    return f'{_certificate(der) if label == CERTIFICATE else _crl(der)}, sha256 {hashlib.sha256(der).hexdigest()}'


def _certificate(der: bytes) -> str:
    read = read_certificate(der)
    if isinstance(read, str):
        return "a certificate that can't be read"
    return f'{read.subject}, valid from {moment(read.not_before)} to {moment(read.not_after)}'


def _crl(der: bytes) -> str:
    read = read_crl(der)
    if isinstance(read, str):
        return "a CRL that can't be read"
    dates = [moment(when) if when is not None else 'never' for when in (read.last_update, read.next_update)]
    return f'CRL of {read.issuer}, thisUpdate {dates[0]}, nextUpdate {dates[1]}, {read.entries} entries'
