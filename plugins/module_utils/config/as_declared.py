# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the configuration in force says what is declared in the keywords that decide how a mail is protected."""

from typing import Dict, List

from ..problems import Problem
from ..safe_text import safe_text
from .keywords import BY_NAME
from .parser import ConfigFile


def differences(config: ConfigFile, declared: Dict[str, str]) -> List[Problem]:
    """Return one not_as_declared for each keyword of `declared` (keyword to text) that is in force with another value."""
    return [_difference(config, keyword, value) for keyword, value in declared.items() if config.settings[keyword] != value]


def _difference(config: ConfigFile, keyword: str, declared: str) -> Problem:
    in_force = config.settings[keyword]
    message = '%s is in force; declared is %s (%s).' % (
        _setting(keyword, in_force),
        _setting(keyword, declared),
        BY_NAME[keyword].option,
    )
    return Problem(
        'not_as_declared',
        message,
        file=config.file,
        line=config.line_of(keyword) or None,
        keyword=keyword,
        value=safe_text(in_force),
    )


def _setting(keyword: str, value: str) -> str:
    return '%s = %s' % (keyword, safe_text(value)) if value else 'no %s' % keyword
