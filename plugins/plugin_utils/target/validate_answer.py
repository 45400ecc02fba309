# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target answers of a configuration, as the result that both halves know."""

from __future__ import annotations

from ...module_utils.config.forms import FORMS
from ...module_utils.config.keywords import BY_NAME
from ...module_utils.messages.validate import FormUse, ValidateResult
from ..foreign_values import InvalidValue
from .answer import AnswerObject
from .trust_blocks import read_references


def read_result(fields: AnswerObject) -> ValidateResult:
    """Return what a target read of one configuration. Raises InvalidValue."""
    return ValidateResult(
        name=fields.text('name'),
        path=fields.text('path'),
        problems=fields.problems(),
        trust=read_references(fields.child('trust')),
        sha256=fields.text('sha256'),
        settings=fields.texts_by_key('settings') or None,
        enable_tls_line=fields.integer('enable_tls_line'),
        smtp_port=fields.integer('smtp_port'),
        forms=_read_forms(fields),
    )


def _read_forms(fields: AnswerObject) -> list[FormUse]:
    uses = [_read_form(use) for use in fields.children('forms')]
    if len({use.form for use in uses}) < len(uses):
        raise InvalidValue('forms has one twice')
    return uses


def _read_form(fields: AnswerObject) -> FormUse:
    form, keyword = fields.raw('form', 40) or '', fields.raw('keyword', 40) or ''
    lines, line = fields.integer('lines', 1), fields.integer('line', 1)
    if form not in FORMS or keyword not in ('', *BY_NAME) or lines is None or line is None:
        raise InvalidValue('a form is not one that a configuration can have')
    return FormUse(form, lines, line, keyword)
