# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target answers of the forms that a configuration uses, in a validation and in a proof."""

from typing import NamedTuple


class FormUse(NamedTuple):
    """A form that a configuration uses (`config.forms`): in how many lines, and one of them, which sets a keyword if any does.

    `keyword` is the one that it sets, '' = none.
    """

    form: str
    lines: int
    line: int
    keyword: str = ''
