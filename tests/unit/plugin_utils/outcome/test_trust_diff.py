# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The diff of trust files: a line for each certificate and CRL that is removed or added."""

from __future__ import annotations

import hashlib

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.change import ServerAnswer
from ansible_collections.printops.infoprint.plugins.module_utils.messages.trust import TrustReference
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import CERTIFICATE, CRL, Block, read_pem
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome import trust_diff
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.trust_diff import trust_diffs
from support.pki import Authority

FIRST, SECOND, THIRD = (Authority(name) for name in ('First CA', 'Second CA', 'Third CA'))
ROOTS = {name: read_pem(authority.pem).blocks[0] for name, authority in (('1', FIRST), ('2', SECOND), ('3', THIRD))}
BLOCKS: dict[str, list[Block]] = {
    'first': [ROOTS['1']],
    'both': [ROOTS['1'], ROOTS['2']],
    'other': [ROOTS['2'], ROOTS['3']],
    'crl': list(read_pem(FIRST.crl()).blocks),
    'unreadable': [Block(CERTIFICATE, 1, b'0\0'), Block(CRL, 2, b'0\1')],
}


def diffs(before: str | None, after: str | None, keyword: str = 'CAFile') -> list[dict[str, str]]:
    files = [{} if name is None else {keyword: TrustReference(name, f'{name}.pem')} for name in (before, after)]
    return trust_diffs(ServerAnswer('spl1', '/var/pd/spl1', True, False, [], [], *files), BLOCKS)


def words(text: str) -> list[str]:
    """Return the beginning of each line."""
    return [line.split(', ')[0] for line in text.splitlines()]


@pytest.mark.parametrize(
    'before, after, removed, added',
    [
        pytest.param('first', 'both', ['(1 that stay)'], ['(1 that stay)', 'CN=Second CA'], id='added'),
        pytest.param('both', 'first', ['(1 that stay)', 'CN=Second CA'], ['(1 that stay)'], id='removed'),
        pytest.param('both', 'other', ['(1 that stay)', 'CN=First CA'], ['(1 that stay)', 'CN=Third CA'], id='replaced'),
        pytest.param(None, 'first', [], ['CN=First CA'], id='new file'),
        pytest.param('first', None, ['CN=First CA'], [], id='no file any more'),
        pytest.param(
            'unreadable', None, ["a certificate that can't be read", "a CRL that can't be read"], [], id='what cannot be read'
        ),
    ],
)
def test_what_is_removed_and_added(before: str | None, after: str | None, removed: list[str], added: list[str]) -> None:
    (diff,) = diffs(before, after)
    assert (words(diff['before']), words(diff['after'])) == (removed, added)


@pytest.mark.parametrize(
    'before, after, headers',
    [
        pytest.param('first', 'both', ('first.pem (CAFile)', 'both.pem (CAFile)'), id='both'),
        pytest.param(None, 'first', ('(no CAFile)', 'first.pem (CAFile)'), id='none before'),
        pytest.param('first', None, ('first.pem (CAFile)', '(no CAFile)'), id='none after'),
    ],
)
def test_headers_name_the_files(before: str | None, after: str | None, headers: tuple[str, str]) -> None:
    (diff,) = diffs(before, after)
    assert (diff['before_header'], diff['after_header']) == headers


def test_the_same_content_in_another_file_is_no_diff() -> None:
    assert diffs('first', 'first') == []


def test_a_crl_is_shown_with_its_dates_and_entries() -> None:
    (diff,) = diffs(None, 'crl', 'CrlFile')
    assert diff['after'].startswith('CRL of CN=First CA, thisUpdate ')
    assert ', 0 entries, sha256 ' in diff['after']


def test_long_lists_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_diff, 'MOST_LINES', 1)
    (diff,) = diffs(None, 'both')
    assert words(diff['after']) == ['CN=First CA', '(1 more)']


def test_a_file_that_did_not_come_along_is_malformed() -> None:
    with pytest.raises(InvalidValue):
        diffs(None, 'nowhere')


def test_the_digest_is_that_of_the_der() -> None:
    (diff,) = diffs(None, 'first')
    assert diff['after'].strip().endswith(hashlib.sha256(ROOTS['1'].der).hexdigest())
