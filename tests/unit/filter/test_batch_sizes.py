# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The sizes of batches: in a list or as text, checked; the variable's former name is taken with a warning."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.printops.infoprint.plugins.filter.batch_sizes import DEFAULT, batch_sizes


@pytest.mark.parametrize(
    ('given', 'sizes'),
    [
        pytest.param(None, list(DEFAULT), id='nothing'),
        pytest.param(5, ['5'], id='a number'),
        pytest.param('2', ['2'], id='a number as text'),
        pytest.param('1,25%, 100%', ['1', '25%', '100%'], id='text with commas'),
        pytest.param([1, '50%'], ['1', '50%'], id='a list'),
        pytest.param("['1', '100%']", ['1', '100%'], id='a list that became text'),
    ],
)
def test_sizes_are_read(given: object, sizes: list[str]) -> None:
    assert batch_sizes(given) == sizes


@pytest.mark.parametrize('given', ['two', '0', '-1', '101%', '1,,2', '', [], [None]], ids=str)
def test_what_is_no_size_is_refused(given: object) -> None:
    with pytest.raises(AnsibleFilterError, match='is not the size of a batch'):
        batch_sizes(given)


def test_the_former_name_counts_only_alone_and_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(Display, 'warning', lambda _self, message, **_more: warnings.append(message))
    assert batch_sizes('2', '3') == ['2']
    assert warnings == []
    assert batch_sizes(None, '3') == ['3']
    assert 'is now called batches' in warnings[0]
