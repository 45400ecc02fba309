# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What `make fuzz` looks for holds for the seeds, for what it has found before, and for some bytes of hypothesis'."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.seeds import WORDS, seeds
from fuzz.targets import TARGETS

pytestmark = pytest.mark.newest_core

SEEDS = seeds()
# target: what once broke it
FOUND: dict[str, tuple[bytes, ...]] = {
    'manifest': tuple(
        b'{"format": 1, "files": {"%s": {"sha256": "%s"}}}' % (name, b'a' * 64) for name in (b'\\ud800', b'\\u0000', b'../x')
    ),
}


def test_every_target_has_seeds() -> None:
    assert set(SEEDS) == set(TARGETS) >= set(WORDS) | set(FOUND)


@pytest.mark.parametrize('name', sorted(TARGETS))
def test_target_holds_for_its_seeds_and_findings(name: str) -> None:
    for data in (*SEEDS[name], *FOUND.get(name, ())):
        TARGETS[name](data)


def corrupted(name: str) -> st.SearchStrategy[bytes]:
    """Pieces of the seeds, cut anywhere and joined."""
    pieces = st.sampled_from(SEEDS[name]).flatmap(
        lambda seed: st.tuples(st.integers(0, len(seed)), st.integers(0, len(seed))).map(lambda cut: seed[min(cut) : max(cut)])
    )
    return st.lists(pieces | st.binary(max_size=8) | st.sampled_from(WORDS.get(name, (b'\n',))), max_size=6).map(b''.join)


@pytest.mark.parametrize('name', sorted(TARGETS))
def test_target_holds_for_what_is_near_its_seeds(name: str) -> None:
    @settings(max_examples=200, deadline=None)
    @given(corrupted(name))
    def holds(data: bytes) -> None:
        TARGETS[name](data)

    holds()
