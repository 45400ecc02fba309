# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Questions about the grammar of sendmemo-ssl.cfg, where the manual is silent.

What a line means is seen in EHLO, which repeats the Hostname that counts. The rest of the file is in the plainest form, so that
nothing else can go wrong with it.
"""

from __future__ import annotations

from ..playing.visit import PLAINTEXT, SENT
from .experiment import NAME, NO_MAIL, OWN_NAME, TLS, Question, Reading, Trial, reading, text_of

PLAIN = Trial(text_of())
HEAD = 'EnableTLS = 1\nCAFile = {ca}\n'
# What may become of any file with something odd in it: it is refused as a whole, or left aside as a whole, so that TLS is off.
NOT_READ = (reading('refused', NO_MAIL), reading('file_ignored', f'{PLAINTEXT}, {OWN_NAME}'))
LINE_IGNORED = reading('line_ignored', f'{SENT}, {OWN_NAME}')
NAMED, OTHER = f'{SENT}, name', f'{SENT}, other'


def _grammar(
    name: str,
    text: str,
    file: str,
    readings: tuple[Reading, ...],
    assumed: tuple[str, ...],
    names: tuple[tuple[str, str], ...] = (),
) -> Question:
    return Question(name, text, NAME, PLAIN, (Trial(file, names=names),), (*readings, *NOT_READ), assumed)


def _accepted(name: str, text: str, file: str, assumed: tuple[str, ...] = ('accepted',)) -> Question:
    """Return a question of whether a form of the line `Hostname` is accepted."""
    return _grammar(name, text, file, (reading('accepted', NAMED), LINE_IGNORED), assumed)


def _around(name: str, text: str, value: str, dropped: str, assumed: tuple[str, ...]) -> Question:
    """Return a question of whether what stands around a value belongs to it."""
    readings = (reading(dropped, NAMED), reading('kept', f'{SENT}, with it'), LINE_IGNORED)
    return _grammar(name, text, f'{HEAD}Hostname = {value}\n', readings, assumed, (('with it', value),))


def _beside(name: str, text: str, line: str, assumed: tuple[str, ...]) -> Question:
    """Return a question of what becomes of a file with a line that it should not have."""
    return _grammar(name, text, f'{HEAD}{line}\nHostname = {{name}}\n', (reading('ignored', NAMED),), assumed)


def _ca_path(name: str, text: str, path: str, assumed: str) -> Question:
    readings = (reading('accepted', SENT), reading('refused', NO_MAIL))
    return Question(name, text, TLS, PLAIN, (Trial(text_of(ca=path)),), readings, (assumed,))


GRAMMAR = (
    _grammar(
        'keyword_case',
        'Does a keyword count in lower case?',
        HEAD + 'hostname = {name}\n',
        (reading('insensitive', NAMED), reading('sensitive', f'{SENT}, {OWN_NAME}')),
        ('sensitive', 'refused'),
    ),
    _accepted('leading_blanks', 'May blanks precede a keyword?', HEAD + '  Hostname = {name}\n'),
    _accepted('no_blanks', 'May `=` have no blanks around it?', HEAD + 'Hostname={name}\n'),
    _accepted('tabs', 'May tabs surround `=`?', HEAD + 'Hostname\t=\t{name}\n'),
    _accepted('no_final_newline', 'May the last line have no line end?', HEAD + 'Hostname = {name}'),
    _accepted(
        'byte_order_mark',
        'May the file begin with a byte order mark?',
        '\ufeffHostname = {name}\n' + HEAD,
        ('line_ignored', 'refused', 'file_ignored'),
    ),
    _around('trailing_blanks', 'Do blanks at the end belong to a value?', '{name}  ', 'dropped', ('dropped',)),
    _around('carriage_return', 'Does CR before LF belong to a value?', '{name}\r', 'dropped', ('dropped',)),
    _around(
        'comment_semicolon',
        'Does `;` after a value begin a comment?',
        '{name} ; comment',
        'comment',
        ('kept', 'line_ignored', 'refused', 'file_ignored'),
    ),
    _around(
        'comment_hash',
        'Does `#` after a value begin a comment?',
        '{name} # comment',
        'comment',
        ('kept', 'line_ignored', 'refused', 'file_ignored'),
    ),
    _around(
        'quotes',
        'Are quotes around a value removed?',
        '"{name}"',
        'removed',
        ('kept', 'line_ignored', 'refused', 'file_ignored'),
    ),
    _grammar(
        'duplicate_keyword',
        'Which of two lines with the same keyword counts?',
        HEAD + 'Hostname = {name}\nHostname = {other}\n',
        (reading('first', NAMED), reading('last', OTHER)),
        ('last', 'refused', 'file_ignored'),
    ),
    _beside('unknown_keyword', 'What becomes of an unknown keyword?', 'Nonsense = 1', ('refused', 'file_ignored')),
    _beside('section', 'What becomes of a section?', '[sendmemo]', ('refused', 'file_ignored')),
    _beside('no_equals', 'What becomes of a line without `=`?', 'Nonsense', ('refused', 'file_ignored')),
    _grammar(
        'invalid_value',
        'What does a value mean that the manual does not have (EnableTLS = 7)?',
        'EnableTLS = 7\nCAFile = {ca}\nHostname = {name}\n',
        (reading('plaintext', f'{PLAINTEXT}, name'), reading('starttls', NAMED)),
        ('refused', 'file_ignored'),
    ),
    _ca_path('absolute_path', 'May CAFile be a full path?', '{directory}/{ca}', 'accepted'),
    _ca_path('relative_path', 'May CAFile be a path that begins with `./`?', './{ca}', 'refused'),
    _ca_path('missing_file', 'Is mail sent while CAFile names a file that is not there?', 'missing-{ca}', 'refused'),
)
