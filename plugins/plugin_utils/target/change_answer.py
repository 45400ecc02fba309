# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target answers of a change, as the results that both halves know. Every reader raises InvalidValue."""

from __future__ import annotations

from ...module_utils.messages.change import DRIFT_KINDS, Drift, EnvironmentAnswer, ServerAnswer
from ...module_utils.messages.send import SendResult
from ..foreign_values import InvalidValue
from .answer import AnswerObject
from .send_answer import read_result
from .trust_blocks import read_references


def read_server(fields: AnswerObject, test: str, verify: str) -> ServerAnswer:
    """Return one server's result; `test` and `verify` are the goals of its staged test and its verification, '' for none."""
    return ServerAnswer(
        name=fields.text('name', ''),
        working_dir=fields.text('working_dir', ''),
        changed=bool(fields.flag('changed')),
        unreported=bool(fields.flag('unreported')),
        drift=read_drift(fields),
        problems=fields.problems(),
        trust_before=read_references(fields.child('trust_before')),
        trust_after=read_references(fields.child('trust_after')),
        backup=fields.text('backup'),
        restored=fields.text('restored'),
        before=fields.raw('before'),
        after=fields.raw('after'),
        test=_sent(fields.child('test'), test),
        send=_sent(fields.child('send'), verify),
    )


def _sent(fields: AnswerObject | None, goal: str) -> SendResult | None:
    return None if fields is None or not goal else read_result(fields, goal)


def read_environment(fields: AnswerObject) -> EnvironmentAnswer:
    """Return the outcome for the host's environment files."""
    return EnvironmentAnswer(bool(fields.flag('changed')), read_drift(fields), fields.problems())


def read_drift(fields: AnswerObject) -> list[Drift]:
    """Return the drift in an answer. One without a file or a known kind raises InvalidValue, too."""
    return [_read_drift(item) for item in fields.children('drift')]


def _read_drift(fields: AnswerObject) -> Drift:
    file, kind = fields.text('file'), fields.text('kind')
    if file is None or kind not in DRIFT_KINDS:
        raise InvalidValue('its drift has no file, or no known kind')
    return Drift(file, kind, fields.text('keyword'), fields.text('before'), fields.text('after'))
