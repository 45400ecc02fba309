# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Certificates and CRLs come out of an answer as the target read them, or it is malformed."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.trust import TrustBlock, TrustContent, TrustReference
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import CERTIFICATE, CRL, Block
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.trust_blocks import (
    content_of,
    read_blocks,
    read_references,
)

CONTENT = TrustContent('digest', [TrustBlock(CERTIFICATE, 3, 'MAMCAQU='), TrustBlock(CRL, 9, 'MAA=')])
BLOCKS = [Block(CERTIFICATE, 3, bytes.fromhex('3003020105')), Block(CRL, 9, bytes.fromhex('3000'))]
REFERENCES = {'CAFile': TrustReference('digest', '/etc/ca.pem'), 'CrlFile': TrustReference('other', '/etc/crl.pem')}


def blocks(**changed: t.Any) -> dict[str, list[Block]]:
    block = {**plain(CONTENT.blocks[0]), **changed}
    return read_blocks(AnswerObject({'trust_files': [{'key': 'digest', 'blocks': [block]}]}))


def test_every_field_of_the_blocks_is_read() -> None:
    assert read_blocks(AnswerObject({'trust_files': plain([CONTENT])})) == {'digest': BLOCKS}


def test_every_field_of_the_references_is_read() -> None:
    assert read_references(AnswerObject(plain(REFERENCES))) == REFERENCES
    assert read_references(None) == {}


def test_a_file_has_the_content_that_its_reference_names() -> None:
    assert content_of(REFERENCES, 'CAFile', {'digest': BLOCKS}) == (BLOCKS, '/etc/ca.pem')
    assert content_of({}, 'CAFile', {'digest': BLOCKS}) is None
    with pytest.raises(InvalidValue, match='CrlFile names a file that is not in the answer'):
        content_of(REFERENCES, 'CrlFile', {'digest': BLOCKS})


@pytest.mark.parametrize(
    'changed',
    [{'label': 'PRIVATE KEY'}, {'label': None}, {'der': 'MA'}, {'line': 'one'}],
    ids=['label', 'no label', 'der', 'line'],
)
def test_a_block_that_is_none_is_malformed(changed: dict[str, t.Any]) -> None:
    with pytest.raises(InvalidValue):
        blocks(**changed)
