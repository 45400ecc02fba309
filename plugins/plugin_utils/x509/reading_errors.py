# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which errors are those of reading with `cryptography`, as opposed to those that end a program or a task."""

from __future__ import annotations

from ...module_utils.safe_text import safe_text
from .budget import OverBudget

LONGEST = 200  # characters


def is_of_reading(error: BaseException) -> bool:
    """Return whether an error is one of reading: its parser, in Rust, can panic with what is no Exception (PyO3's).

    A budget that is used up says nothing of what was read.
    """
    return (isinstance(error, Exception) and not isinstance(error, OverBudget)) or type(error).__name__ == 'PanicException'


def why(error: BaseException) -> str:
    """Return what an error says, safe to show."""
    return safe_text(str(error) or type(error).__name__, LONGEST)
