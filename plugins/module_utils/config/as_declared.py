# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the current configuration has the declared values of the keywords that decide how a mail is protected."""

from typing import Dict, List

from ..problems import Problem
from ..safe_text import safe_text
from .keywords import BY_NAME
from .parser import ConfigFile


def differences(config: ConfigFile, declared: Dict[str, str]) -> List[Problem]:
    """Return a not_as_declared for each keyword of `declared` (keyword to text) whose effective value is another."""
    return [_difference(config, keyword, value) for keyword, value in declared.items() if config.settings[keyword] != value]


def _difference(config: ConfigFile, keyword: str, declared: str) -> Problem:
    effective = config.settings[keyword]
    message = '%s (sendmemo_tls_%s) is declared; the active configuration has %s.' % (
        _setting(keyword, declared),
        BY_NAME[keyword].option,
        _setting(keyword, effective),
    )
    return Problem(
        'not_as_declared',
        message,
        file=config.file,
        line=config.line_of(keyword) or None,
        keyword=keyword,
        value=safe_text(effective),
    )


def _setting(keyword: str, value: str) -> str:
    return '%s = %s' % (keyword, safe_text(value)) if value else 'no %s' % keyword
