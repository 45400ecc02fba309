# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target answers of its sends, as the results that both halves know. Every reader raises InvalidValue."""

from __future__ import annotations

import base64
import binascii
import typing as t

from ...module_utils.messages.send import Ehlo, FinalReply, SendResult, TlsSession, Verification
from ...module_utils.vocabulary import TIMINGS
from ..foreign_values import InvalidValue
from .answer import AnswerObject
from .forms import read_forms

MOST_CERTIFICATES = 20
MOST_CHARACTERS = 8 << 20  # of one certificate or CRL in base64


def read_result(fields: AnswerObject, until: str) -> SendResult:
    """Return one server's result; `until` is the requested goal, which the answer must have."""
    if fields.text('until', until) != until:
        raise InvalidValue('its goal is not the requested one')
    timings = fields.child('timings_ms')
    return SendResult(
        name=fields.text('name'),
        working_dir=fields.text('working_dir'),
        until=until,
        host=fields.text('host'),
        port=fields.integer('port'),
        reached=bool(fields.flag('reached')),
        problems=fields.problems(),
        ignored=fields.problems('ignored'),
        forms=read_forms(fields),
        mode=fields.text('mode'),
        attempts=fields.integer('attempts'),
        tls=_tls(fields.child('tls')),
        chain=fields.raw_texts('chain', MOST_CHARACTERS)[:MOST_CERTIFICATES],
        whole_chain=fields.flag('whole_chain'),
        verify=_verification(fields.child('verify')),
        anchored=fields.flag('anchored'),
        trusted=fields.text('trusted'),
        trust_key=fields.text('trust_key'),
        checks_name=bool(fields.flag('checks_name')),
        ignores_errors=bool(fields.flag('ignores_errors')),
        ehlo=_ehlo(fields.child('ehlo')),
        reply=_reply(fields.child('reply')),
        message_id=fields.text('message_id'),
        address=fields.text('address'),
        dot_ms=fields.integer('dot_ms'),
        timings_ms=None if timings is None else _timings(timings),
        owner=fields.text('owner'),
        proven_as=fields.text('proven_as'),
    )


def decoded(texts: t.Sequence[str], key: str) -> list[bytes]:
    """Return DER that came in base64; `key` is the field's name."""
    try:
        return [base64.b64decode(text, validate=True) for text in texts]
    except (binascii.Error, ValueError):
        raise InvalidValue(f'{key} is not base64') from None


def _tls(fields: AnswerObject | None) -> TlsSession | None:
    if fields is None:
        return None
    return TlsSession(fields.text('mode'), fields.text('version'), fields.text('cipher'), fields.integer('bits'))


def _verification(fields: AnswerObject | None) -> Verification | None:
    return None if fields is None else Verification(fields.integer('code'), fields.text('text', ''), fields.texts('may_be'))


def _ehlo(fields: AnswerObject | None) -> Ehlo | None:
    return None if fields is None else Ehlo(fields.text('name'), fields.texts('features'))


def _reply(fields: AnswerObject | None) -> FinalReply | None:
    if fields is None:
        return None
    return FinalReply(fields.integer('code') or 0, fields.text('text'), fields.text('queue_id', ''))


def _timings(fields: AnswerObject) -> dict[str, int]:
    return {stage: spent for stage in TIMINGS if (spent := fields.integer(stage)) is not None}
