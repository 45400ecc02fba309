# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The certificates and CRLs in a target's answer."""

from __future__ import annotations

import binascii
import typing as t

from ...module_utils.config.keywords import FILE_KEYWORDS
from ...module_utils.messages.trust import TrustBlock, TrustContent, TrustReference
from ...module_utils.trust.pem import CERTIFICATE, CRL, Block
from ..foreign_values import InvalidValue
from ..x509.trust_files import TrustBlocks
from .answer import AnswerObject

MOST_CHARACTERS = 6 << 20  # of one block in base64: a file has at most 4 MiB


def read_blocks(answer: AnswerObject) -> dict[str, list[Block]]:
    """Return the blocks of each trust file that the target read, by the digest of the file. Raises InvalidValue."""
    files = [_read(file) for file in answer.children('trust_files')]
    return {file.key: [_decoded(block) for block in file.blocks] for file in files}


def read_references(trust: AnswerObject | None) -> dict[str, TrustReference]:
    """Return the files that a target names, by keyword. Raises InvalidValue."""
    read = {}
    for keyword in FILE_KEYWORDS:
        reference = trust.child(keyword) if trust is not None else None
        if reference is not None:
            read[keyword] = TrustReference(reference.text('key', ''), reference.text('file', keyword))
    return read


def content_of(
    references: t.Mapping[str, TrustReference], keyword: str, blocks: t.Mapping[str, t.Sequence[Block]]
) -> TrustBlocks | None:
    """Return the content of the file that a target names for a keyword, None where it names none. Raises InvalidValue."""
    if keyword not in references:
        return None
    key, file = references[keyword]
    if key not in blocks:
        raise InvalidValue(f'{keyword} names a file that is not in the answer')
    return TrustBlocks(blocks[key], file)


def _read(fields: AnswerObject) -> TrustContent:
    return TrustContent(fields.text('key', ''), [_read_block(block) for block in fields.children('blocks')])


def _read_block(fields: AnswerObject) -> TrustBlock:
    label = fields.raw('label', 16)
    if label not in (CERTIFICATE, CRL):
        raise InvalidValue('a block is neither a certificate nor a CRL')
    return TrustBlock(label, fields.integer('line') or 0, fields.raw('der', MOST_CHARACTERS) or '')


def _decoded(sent: TrustBlock) -> Block:
    try:
        return Block(sent.label, sent.line, binascii.a2b_base64(sent.der))
    except ValueError as error:
        raise InvalidValue(f'a block is not base64: {error}') from None
