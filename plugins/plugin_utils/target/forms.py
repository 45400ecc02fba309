# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target answers of the forms that a configuration uses."""

from __future__ import annotations

from ...module_utils.config.forms import FORMS
from ...module_utils.config.keywords import BY_NAME
from ...module_utils.messages.forms import FormUse
from ..foreign_values import InvalidValue
from .answer import AnswerObject


def read_forms(fields: AnswerObject) -> list[FormUse]:
    """Return the forms, each of which is named once. Raises InvalidValue."""
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
