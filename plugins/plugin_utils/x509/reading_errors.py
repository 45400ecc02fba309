# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading with `cryptography`: its errors become a reason; those that end a program or a task pass through."""

from __future__ import annotations

import typing as t
import warnings

from ...module_utils.safe_text import safe_text
from . import budget
from .budget import OverBudget

LONGEST = 200  # characters

Value = t.TypeVar('Value')


def is_of_reading(error: BaseException) -> bool:
    """Return whether an error is one of reading: the parser, in Rust, can panic with a BaseException (PyO3's).

    An exhausted budget says nothing about the data.
    """
    return (isinstance(error, Exception) and not isinstance(error, OverBudget)) or type(error).__name__ == 'PanicException'


def why(error: BaseException) -> str:
    """Return the message of an error, sanitized."""
    return safe_text(str(error) or type(error).__name__, LONGEST)


def attempt(read: t.Callable[[], Value], otherwise: Value) -> Value:
    """Return what is read, or `otherwise` if it can't be read."""
    try:
        return read()
    except BaseException as error:
        if not is_of_reading(error):
            raise
        return otherwise


def read_or_reason(read: t.Callable[[bytes], Value], der: bytes) -> Value | str:
    """Return what is read, or why it can't be. Raises OverBudget."""
    budget.check()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')  # deprecations concern the user's file, not our code
            return read(der)
    except BaseException as error:
        if not is_of_reading(error):
            raise
        return why(error)
