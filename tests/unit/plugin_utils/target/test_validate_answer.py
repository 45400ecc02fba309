# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A target's answer of a configuration is read into its message, every field of it."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import FILE_KEYWORDS
from ansible_collections.printops.infoprint.plugins.module_utils.messages.forms import FormUse
from ansible_collections.printops.infoprint.plugins.module_utils.messages.trust import TrustReference
from ansible_collections.printops.infoprint.plugins.module_utils.messages.validate import ValidateResult
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.validate_answer import read_result

USE = FormUse('carriage_return', 3, 2, 'EnableTLS')
FULL = ValidateResult(
    name='spl1',
    path='/var/pd/spl1/sendmemo-ssl.cfg',
    problems=[Problem('invalid_line', 'Line 3 is no setting.', 'Remove it.', 'error', line=3)],
    trust={keyword: TrustReference(f'key of {keyword}', f'/etc/{keyword}.pem') for keyword in FILE_KEYWORDS},
    sha256='0' * 64,
    settings={'EnableTLS': '1'},
    enable_tls_line=2,
    smtp_port=465,
    forms=[USE],
)


def test_every_field_is_read() -> None:
    assert None not in FULL
    assert read_result(AnswerObject(plain(FULL))) == FULL


def test_what_is_not_known_is_none() -> None:
    assert read_result(AnswerObject({})) == ValidateResult(None, None, [], {}, forms=[])


@pytest.mark.parametrize('field', [field for field in ValidateResult._fields if field != 'name'])
def test_a_field_of_another_kind_is_malformed(field: str) -> None:
    with pytest.raises(InvalidValue, match=field):
        read_result(AnswerObject({**plain(FULL), field: True}))


@pytest.mark.parametrize(
    'uses',
    [
        pytest.param([USE, USE], id='twice'),
        pytest.param([USE._replace(form='carriage_returns')], id='an unknown one'),
        pytest.param([USE._replace(line=0)], id='in no line'),
        pytest.param([USE._replace(lines=0)], id='in no lines'),
        pytest.param([USE._replace(line=None)], id='in a line that is not named'),
        pytest.param([USE._replace(keyword='Verbose')], id='of an unknown keyword'),
    ],
)
def test_forms_that_no_configuration_has_are_malformed(uses: list[FormUse]) -> None:
    with pytest.raises(InvalidValue, match='form'):
        read_result(AnswerObject(plain(FULL._replace(forms=uses))))
