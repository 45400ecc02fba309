# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Messages between the halves as JSON. Each message is a NamedTuple that both halves import, in a file beside this one."""

from typing import Any, NamedTuple, Optional

from ..problems import Problem

AT_LIMIT = 'limit'


class Envelope(NamedTuple):
    """What a program on a target writes: the `answer` to its request, or why there is none.

    That is a `problem`, or why it was `stopped` (AT_LIMIT = by its time limit), or an `error` with its `traceback`.
    """

    answer: Any = None
    problem: Optional[Problem] = None
    stopped: Optional[str] = None
    error: Optional[str] = None
    traceback: Optional[str] = None


def plain(value: Any) -> Any:
    """Return a message as JSON has it: NamedTuples are objects without the fields that are None; a problem has its severity."""
    if hasattr(value, 'as_dict'):
        return value.as_dict()
    if hasattr(value, '_asdict'):
        return {name: plain(item) for name, item in value._asdict().items() if item is not None}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
