# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The guard around the analysis of certificates and CRLs: a failing analysis never costs a result."""

from __future__ import annotations

import contextlib
import typing as t

from ...module_utils.problems import Problem
from ...module_utils.safe_text import safe_text
from ..foreign_values import InvalidValue
from .budget import OverBudget, step
from .reading_errors import is_of_reading, why


def not_checked(what: str, reason: str, **place: t.Any) -> Problem:
    """Return the warning that something was not checked; `place` holds the problem's file, line, keyword or stage."""
    return Problem('analysis_incomplete', f'{safe_text(what)} not checked: {safe_text(reason.rstrip("."))}.', **place)


@contextlib.contextmanager
def guard(problems: list[Problem], what: str, **place: t.Any) -> t.Iterator[None]:
    """End the block at an error, or when it exceeds the budget, and add to `problems` that it was not checked.

    Problems added before are retained. InvalidValue passes through: a foreign answer is not for the analysis to handle.
    """
    try:
        with step():
            yield
    except InvalidValue:
        raise
    except OverBudget as error:
        problems.append(not_checked(what, str(error), **place))
    except BaseException as error:
        if not is_of_reading(error):
            raise
        problems.append(not_checked(what, f'{type(error).__name__}: {why(error)}', **place))
