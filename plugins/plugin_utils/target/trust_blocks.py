# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The certificates and CRLs in a target's answer."""

from __future__ import annotations

import binascii
import typing as t

from ...module_utils.trust.pem import CERTIFICATE, CRL, Block
from ..foreign_values import InvalidValue
from ..x509.trust_files import TrustBlocks
from .answer import AnswerObject

MOST_CHARACTERS = 6 << 20  # of one block in base64: a file has at most 4 MiB


def read_blocks(answer: AnswerObject) -> dict[str, list[Block]]:
    """Return the blocks of each trust file that the target read, by the digest of the file. Raises InvalidValue."""
    read: dict[str, list[Block]] = {}
    for file in answer.children('trust_files'):
        read[file.text('key', '')] = [_block(fields) for fields in file.children('blocks')]
    return read


def trust_blocks(trust: AnswerObject | None, keyword: str, blocks: t.Mapping[str, t.Sequence[Block]]) -> TrustBlocks | None:
    """Return the content of the file that a target names for a keyword, None where it names none. Raises InvalidValue."""
    reference = trust.child(keyword) if trust is not None else None
    if reference is None:
        return None
    key = reference.text('key', '')
    if key not in blocks:
        raise InvalidValue(f'{keyword} names a file that is not in the answer')
    return TrustBlocks(blocks[key], reference.text('file', keyword))


def _block(fields: AnswerObject) -> Block:
    label = fields.raw('label', 16)
    try:
        der = binascii.a2b_base64(fields.raw('der', MOST_CHARACTERS) or '')
    except ValueError as error:
        raise InvalidValue(f'a block is not base64: {error}') from None
    if label not in (CERTIFICATE, CRL):
        raise InvalidValue('a block is neither a certificate nor a CRL')
    return Block(label, fields.integer('line') or 0, der)
