# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The forms in a sendmemo-ssl.cfg of which the manual does not say what they mean to the product's own mailer.

Our reader accepts them all. Each has the name of the question that an observation of the mailer asks about it.
"""

import re
from typing import Callable, Dict, List

from ..messages.forms import FormUse
from ..vocabulary import SMTPS
from .keywords import BY_NAME, FILE_KEYWORDS, UNSUPPORTED
from .lines import INVALID, SETTING, Line
from .parser import ConfigFile

_NO_BLANK = re.compile(b'[^=]*(?:[^= \t]=|=(?![ \t]))')


def _is(keyword: str, value: str) -> Callable[[Line], bool]:
    return lambda line: (line.keyword, line.value) == (keyword, value)


def _ends_in_blank(line: Line) -> bool:
    return line.raw.rstrip(b'\r\n').endswith((b' ', b'\t'))


def _is_ehlo(beginning: str) -> Callable[[Line], bool]:
    return lambda line: line.keyword == 'Hostname' and bool(re.match(beginning, line.value, re.IGNORECASE))


_OF_ANY_LINE: Dict[str, Callable[[Line], bool]] = {
    'carriage_return': lambda line: line.raw.rstrip(b'\n').endswith(b'\r'),
    'no_final_newline': lambda line: not line.raw.endswith(b'\n'),
}
_OF_A_SETTING: Dict[str, Callable[[Line], bool]] = {
    'leading_blanks': lambda line: line.raw.startswith((b' ', b'\t')),
    'no_blanks': lambda line: bool(_NO_BLANK.match(line.raw)),
    'tabs': lambda line: b'\t' in line.raw,
    'trailing_blanks': _ends_in_blank,
    'comment_semicolon': lambda line: ';' in line.value,
    'comment_hash': lambda line: '#' in line.value,
    'quotes': lambda line: '"' in line.value,
    'unknown_keyword': lambda line: line.keyword in UNSUPPORTED,
}
# Only of a setting that has an effect.
_OF_A_VALUE: Dict[str, Callable[[Line], bool]] = {
    'absolute_path': lambda line: line.keyword in FILE_KEYWORDS and line.value.startswith('/'),
    'smtps': _is('EnableTLS', SMTPS.value),
    'ignore_certificate_errors': _is('IgnoreCertificateErrors', '1'),
    'ignore_host_name': _is('CertValidationIgnoreHostName', '1'),
    'ehlo_host': _is_ehlo('[^[]'),
    'ehlo_ipv4': _is_ehlo(r'\[[0-9]'),
    'ehlo_ipv6': _is_ehlo(r'\[IPv6:'),
}
FORMS = (*_OF_ANY_LINE, *_OF_A_SETTING, *_OF_A_VALUE)


def forms_of(config: ConfigFile) -> List[FormUse]:
    """Return the forms that a configuration uses, each once. An invalid line has none: it is a problem in any case."""
    uses: Dict[str, FormUse] = {}
    for line in config.lines:
        for form in _forms_in(line, config):
            keyword = line.keyword if line.keyword in BY_NAME else ''
            use = uses.get(form, FormUse(form, 0, line.number, keyword))
            if keyword and not use.keyword:
                use = use._replace(line=line.number, keyword=keyword)
            uses[form] = use._replace(lines=use.lines + 1)
    return list(uses.values())


def _forms_in(line: Line, config: ConfigFile) -> List[str]:
    if line.kind == INVALID:
        return []
    checks = dict(_OF_ANY_LINE)
    if line.kind == SETTING:
        checks.update(_OF_A_SETTING)
        if _has_effect(line, config):
            checks.update(_OF_A_VALUE)
    return [form for form, applies in checks.items() if applies(line)]


def _has_effect(line: Line, config: ConfigFile) -> bool:
    keyword = BY_NAME.get(line.keyword)
    return keyword is not None and not any(config.settings[name] == value for name, value in keyword.useless_while)
