# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one guard that the analysis of certificates and CRLs stands behind: it explains, and never takes a result away."""

from __future__ import annotations

import contextlib
import typing as t

from ...module_utils.problems import Problem
from ...module_utils.safe_text import safe_text
from ..foreign_values import Malformed
from .budget import OverBudget, step
from .reading_errors import is_of_reading, why


def not_judged(what: str, reason: str, **place: t.Any) -> Problem:
    """Return the warning that something was not judged; `place` is the problem's file, line, keyword or stage."""
    return Problem('analysis_incomplete', f'{safe_text(what)} not judged: {safe_text(reason.rstrip("."))}.', **place)


@contextlib.contextmanager
def guard(found: list[Problem], what: str, **place: t.Any) -> t.Iterator[None]:
    """End what stands in it at an error, or where it goes over the budget, and put into `found` that it was not judged.

    What was found before stays. Malformed goes through: an answer that isn't ours is no matter of analysis.
    """
    try:
        with step():
            yield
    except Malformed:
        raise
    except OverBudget as error:
        found.append(not_judged(what, str(error), **place))
    except BaseException as error:
        if not is_of_reading(error):
            raise
        found.append(not_judged(what, f'{type(error).__name__}: {why(error)}', **place))
