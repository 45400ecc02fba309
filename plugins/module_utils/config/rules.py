# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks of the lines of sendmemo-ssl.cfg, individually and together, by the table in keywords."""

import re
from typing import Dict, Iterator, List, Optional

from ..problems import Problem
from ..safe_text import safe_text
from .ehlo_name import FORMS, check_ehlo_hostname
from .keywords import BY_NAME, KEYWORDS, UNSUPPORTED, Keyword
from .lines import INVALID, LARGEST, SETTING, Line
from .parser import ConfigFile

MOST_PROBLEMS = 100  # of single lines; a file of another kind would have one for each line
LONGEST_GUESS = 64  # characters of an unknown keyword for which a similar one is searched

_KEY_MATERIAL = re.compile('[A-Za-z0-9+/=]{40}')  # a line of base64, when somebody pasted a key or names another file
_COMMENT_BEHIND = re.compile('(?:^|[ \t])[;#]')
_QUOTES = ('"', "'", '`')


def check_config(config: ConfigFile) -> List[Problem]:
    """Return the problems of a configuration, in the order of its lines; those of the whole come last."""
    lines, file = config.lines, config.file
    if len(lines) == 1 and len(lines[0].raw) > LARGEST:
        return [
            Problem(
                'file_not_readable',
                'The file is not read: %s.' % lines[0].fault,
                'Check whether this is a sendmemo-ssl.cfg at all.',
                file=file,
            )
        ]
    listed: List[Problem] = []
    first_of: Dict[str, int] = {}
    left_out = 0
    for line in lines:
        problems = list(_line_problems(line, file, first_of))
        if len(listed) < MOST_PROBLEMS:
            listed.extend(problems)
        else:
            left_out += len(problems)
    if left_out:
        listed.append(
            Problem(
                'invalid_line',
                'The file has %d more problems, which are not listed.' % left_out,
                'Check whether this is a sendmemo-ssl.cfg at all.',
                file=file,
            )
        )
    return listed + list(_combined_problems(config))


def value_problem(keyword: Keyword, value: str, file: str, line: Optional[int] = None) -> Optional[Problem]:
    """Return the problem of a keyword's value, None for a valid one."""
    return _VALUE_RULES[keyword.kind](keyword, value, file, line)


def _line_problems(line: Line, file: str, first_of: Dict[str, int]) -> Iterator[Problem]:
    if line.kind == INVALID:
        yield Problem(
            'invalid_line',
            'The line is not "Keyword = value": %s.' % line.fault,
            _line_hint(line),
            file=file,
            line=line.number,
            value=_without_key_material(line.text),
        )
    if line.kind != SETTING:
        return
    known = BY_NAME.get(line.keyword)
    if known is None and line.keyword not in UNSUPPORTED:
        keyword = _without_key_material(line.keyword)
        yield Problem(
            'unknown_keyword',
            '%s is not a keyword of sendmemo-ssl.cfg.' % keyword,
            _keyword_hint(line.keyword),
            file=file,
            line=line.number,
            keyword=keyword,
            value=_without_key_material(line.value),
        )
        return
    if line.keyword in first_of:
        yield Problem(
            'duplicate_keyword',
            '%s is set in line %d and again in line %d.' % (line.keyword, first_of[line.keyword], line.number),
            file=file,
            line=line.number,
            keyword=line.keyword,
            value=safe_text(line.value),
        )
    first_of.setdefault(line.keyword, line.number)
    if known is None:
        yield Problem(
            'unsupported_keyword',
            'sendmemo has no client certificates: %s has no effect.' % line.keyword,
            file=file,
            line=line.number,
            keyword=line.keyword,
            value=safe_text(line.value),
        )
        return
    problem = value_problem(known, line.value, file, line.number)
    if problem:
        yield problem


def _combined_problems(config: ConfigFile) -> Iterator[Problem]:
    file, given, settings = config.file, config.given, config.settings
    last_line = {line.keyword: line.number for line in config.lines if line.kind == SETTING}
    idle = set()
    for keyword in KEYWORDS:
        name = keyword.name
        reason = next((condition for condition in keyword.useless_while if settings[condition[0]] == condition[1]), None)
        if reason and settings[name] != keyword.default and not value_problem(keyword, settings[name], file):
            idle.add(name)
            yield Problem(
                'no_effect',
                '%s has no effect while %s is %s.' % ((name,) + reason),
                file=file,
                line=last_line.get(name),
                keyword=name,
                value=safe_text(settings[name]),
            )
    for keyword in KEYWORDS:
        name, danger = keyword.name, keyword.danger
        if danger is not None and settings[name] == danger.value and name not in idle:
            origin = '' if name in given else ', its default'
            yield Problem(
                danger.code,
                '%s is %s%s: %s.' % (name, danger.value, origin, danger.meaning),
                file=file,
                line=last_line.get(name),
                keyword=name,
                value=danger.value,
            )


def _choice_problem(keyword: Keyword, value: str, file: str, line: Optional[int]) -> Optional[Problem]:
    if value in keyword.choices:
        return None
    choices = ' or '.join((', '.join(keyword.choices[:-1]), keyword.choices[-1]))
    message = '%s is %s; it can only be %s.' % (keyword.name, _quoted(value), choices)
    return _value_problem('invalid_value', message, _ambiguity(value) or 'Write %s.' % choices, keyword, value, file, line)


def _file_problem(keyword: Keyword, value: str, file: str, line: Optional[int]) -> Optional[Problem]:
    ambiguity = _ambiguity(value)
    if ambiguity:
        return _value_problem(
            'invalid_value',
            '%s is %s, which is ambiguous.' % (keyword.name, _quoted(value)),
            ambiguity,
            keyword,
            value,
            file,
            line,
        )
    if not value.startswith('/') and ('/' in value or '\\' in value):
        return _value_problem(
            'relative_path',
            '%s is %s: neither a full path nor a file name alone.' % (keyword.name, _quoted(value)),
            '',
            keyword,
            value,
            file,
            line,
        )
    if value and value.rpartition('/')[2] in ('', '.', '..'):
        return _value_problem(
            'invalid_value',
            '%s is %s: a directory, not a file.' % (keyword.name, _quoted(value)),
            'Name the PEM file itself.',
            keyword,
            value,
            file,
            line,
        )
    return None


def _ehlo_problem(keyword: Keyword, value: str, file: str, line: Optional[int]) -> Optional[Problem]:
    refusal = check_ehlo_hostname(value) if value else None
    if not refusal:
        return None
    hint = 'Write %s.' % refusal.nearest if refusal.nearest else 'Write %s.' % FORMS
    return _value_problem(
        'invalid_ehlo_hostname',
        '%s %s %s.' % (keyword.name, _quoted(value), refusal.reason),
        _ambiguity(value) or hint,
        keyword,
        value,
        file,
        line,
    )


_VALUE_RULES = {'choice': _choice_problem, 'file': _file_problem, 'ehlo': _ehlo_problem}


def _value_problem(code: str, message: str, hint: str, keyword: Keyword, value: str, file: str, line: Optional[int]) -> Problem:
    return Problem(code, message, hint, file=file, line=line, keyword=keyword.name, value=safe_text(value))


def _ambiguity(value: str) -> str:
    """Return what to do where the manual leaves open whether a part of the value belongs to it, '' where it is clear."""
    if _COMMENT_BEHIND.search(value):
        return 'The manual does not allow a comment after a value: put the comment on a separate line.'
    if value[:1] in _QUOTES or value[-1:] in _QUOTES:
        return 'The manual does not describe quotes, so they are part of the value: remove them.'
    return ''


def _line_hint(line: Line) -> str:
    words = line.text.replace(':', ' ').split(None, 1)
    name = _ignoring_case(words[0]) if words else ''
    if name and len(words) == 2 and '=' not in line.text:
        return 'Write %s = %s' % (name, _without_key_material(words[1]))
    return ''


def _keyword_hint(keyword: str) -> str:
    name = _ignoring_case(keyword)
    if name:
        return 'Write %s: keywords are case-sensitive.' % name
    if keyword.lower() in [unsupported.lower() for unsupported in UNSUPPORTED]:
        return 'Remove the line: sendmemo has no client certificates.'
    if len(keyword) <= LONGEST_GUESS:
        import difflib  # only here, and slow to import

        by_lower = {name.lower(): name for name in BY_NAME}
        similar = difflib.get_close_matches(keyword.lower(), list(by_lower), 1)
        if similar:
            return 'Did you mean %s?' % by_lower[similar[0]]
    return 'Remove the line, or put ; before it. The keywords are %s.' % ', '.join(BY_NAME)


def _ignoring_case(word: str) -> str:
    return next((name for name in BY_NAME if name.lower() == word.lower()), '')


def _without_key_material(foreign: str) -> str:
    return '(%d characters, not shown)' % len(foreign) if _KEY_MATERIAL.search(foreign) else safe_text(foreign)


def _quoted(value: str) -> str:
    return '"%s"' % safe_text(value) if value else 'empty'
