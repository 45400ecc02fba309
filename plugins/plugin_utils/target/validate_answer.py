# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target answers of a configuration, as the result that both halves know."""

from __future__ import annotations

from ...module_utils.messages.validate import ValidateResult
from .answer import AnswerObject
from .forms import read_forms
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
        forms=read_forms(fields),
    )
