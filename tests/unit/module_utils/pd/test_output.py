# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What pdls and pdset print, in the forms that are known, and whatever else they may print."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.pd.command_lines import (
    HOST,
    PORT,
    pdls_command,
    pdset_command,
    refusal,
    server_refusal,
)
from ansible_collections.printops.infoprint.plugins.module_utils.pd.output import attributes_shown, complaint_of_pdset
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.program.commands import Ended

BOTH = (HOST, PORT)
MAIL = {HOST: 'mail.example.com', PORT: '587'}
LINES = b'spl1: smtp-server-host = mail.example.com\nspl1: smtp-server-port = 587\n'
TABLE = b'smtp-server-host    smtp-server-port\n------------------  ----------------\nmail.example.com    587\n'

READABLE = {
    'line style': (LINES, MAIL),
    'line style, an unset value': (b'spl1: smtp-server-host =\nspl1: smtp-server-port = \n', {HOST: None, PORT: None}),
    'line style, carriage returns, blank lines, another attribute': (
        b'\r\nspl1: smtp-server-port = 587\r\nspl1: comment = a = b\r\nspl1: smtp-server-host = mail.example.com\r\n',
        MAIL,
    ),
    'line style, several values': (
        b'spl1: smtp-server-host = a\nspl1: smtp-server-host = b\nspl1: smtp-server-port = 587\n',
        {HOST: 'a b', PORT: '587'},
    ),
    'line style, a value with blanks': (
        b'spl1: smtp-server-host = a = b: c\nspl1: smtp-server-port = 587\n',
        {HOST: 'a = b: c', PORT: '587'},
    ),
    'a value that looks like a message': (
        b'spl1: smtp-server-host = 5010-414\nspl1: smtp-server-port = 065\n',
        {HOST: '5010-414', PORT: '065'},
    ),
    'column style': (TABLE, MAIL),
    'column style, capitals and blanks in the heading': (TABLE.replace(b'smtp-server-port', b'SMTP server port'), MAIL),
    'column style, no row': (b'\n'.join(TABLE.split(b'\n')[:2]), {HOST: None, PORT: None}),
    'column style, a blank cell': (TABLE.replace(b'mail.example.com', b' ' * 16), {HOST: None, PORT: '587'}),
    'column style, further values': (TABLE + b' ' * 20 + b'465\nb\n', {HOST: 'mail.example.com b', PORT: '587 465'}),
    'column style, an empty line and a remark': (b'\n' + TABLE + b'\n5010-900 A remark.\nMore of it.\n', MAIL),
    'two tables': (b'smtp-server-host\n-----------\nmail.example.com\n\nsmtp-server-port\n----\n587\n', MAIL),
    'a remark': (b'5010-900 A remark.\n' + LINES, MAIL),
}

UNREADABLE = {
    'nothing': b'',
    'an attribute is not reported': b'spl1: smtp-server-host = a\n',
    'of another server': b'spl2: smtp-server-host = a\nspl2: smtp-server-port = 1\n',
    'a server whose name is longer': LINES.replace(b'spl1', b'xspl1'),
    'another language': b'spl1: smtp-server-host est a\nspl1: smtp-server-port est 1\n',
    'more than the attributes': LINES + b'Segmentation fault\n',
    'a cell that runs into the next': TABLE.replace(b'mail.example.com    ', b'mail.very-long.example.com'),
    'bytes of any kind': b'\x00\xff\x1b[2J',
}

# Output, on which stream, exit code, and the problem.
REFUSED = {
    'not running': (b'5010-414 Cannot communicate with the server.\n', 'server_not_running'),
    'unknown': (b'5010-065 Cannot find the object spl1.\n', 'server_unknown'),
    'unknown, with the name of the program': (b'pdls: 5010-065 Cannot find the object spl1.\n', 'server_unknown'),
    'unknown, in another language': (b'5010-065 spl1 est introuvable.\n', 'server_unknown'),
    'unknown, after something else': (b'Attention\n5010-900 x\n5010-065 Cannot find\nthe object.\n', 'server_unknown'),
    'another message': (b'5010-901 No such attribute.\n', 'attribute_refused'),
}


def code_of(call, *arguments):
    with pytest.raises(ProblemError) as caught:
        call(*arguments)
    return caught.value.problem.code


@pytest.mark.parametrize('case', sorted(READABLE))
def test_both_styles_are_read(case):
    output, values = READABLE[case]
    assert attributes_shown('spl1', BOTH, Ended(0, output, b'warning: a remark of the system\n')) == values


@pytest.mark.parametrize('case', sorted(UNREADABLE))
def test_what_is_not_plain_is_not_guessed(case):
    assert code_of(attributes_shown, 'spl1', BOTH, Ended(0, UNREADABLE[case])) == 'pd_output_unreadable'


@pytest.mark.parametrize('exit_code', (0, 1, 3))
@pytest.mark.parametrize('stream', ('stdout', 'stderr'))
@pytest.mark.parametrize('case', sorted(REFUSED))
def test_messages_count_on_either_stream_with_any_exit_code(case, stream, exit_code):
    output, code = REFUSED[case]
    ended = Ended(exit_code, **{stream: output})
    assert code_of(attributes_shown, 'spl1', BOTH, ended) == code
    assert complaint_of_pdset('spl1', ended).code == code


@pytest.mark.parametrize(
    'ended, code',
    (
        (Ended(None, why='not started: No such file or directory'), 'pd_command_missing'),
        (Ended(None, LINES, why='time'), 'pd_output_unreadable'),
        (Ended(None, LINES, why='output'), 'pd_output_unreadable'),
    ),
    ids=['not started', 'out of time', 'too much output'],
)
def test_a_program_that_did_not_end_by_itself_has_no_result(ended, code):
    assert code_of(attributes_shown, 'spl1', BOTH, ended) == code
    assert complaint_of_pdset('spl1', ended).code == code


@pytest.mark.parametrize('exit_code', (1, 255, -11))
def test_an_exit_code_without_a_message_counts_too(exit_code):
    assert code_of(attributes_shown, 'spl1', BOTH, Ended(exit_code, LINES)) == 'pd_output_unreadable'
    assert complaint_of_pdset('spl1', Ended(exit_code)).code == 'attribute_refused'
    assert complaint_of_pdset('spl1', Ended(0)) is None


def test_the_programs_own_words_are_reported_and_safe():
    problem = complaint_of_pdset('spl1', Ended(1, b'', b'5010-902 The value\n \x1b[31m99999 is\ntoo large.\n'))
    assert problem.message == 'pdset refuses for spl1: 5010-902 The value \\x1b[31m99999 is too large.'


def test_output_of_a_megabyte_is_read_in_no_time():
    message = b'5010-900 x\n'
    for output in (message + b'y\n' * 500000, message * 90000, b'-' * (1 << 20), b'-- ' * 300000, b'x\n' * 500000):
        assert code_of(attributes_shown, 'spl1', BOTH, Ended(0, output)) in ('attribute_refused', 'pd_output_unreadable')


PIECES = st.sampled_from(
    [
        b'spl1',
        b': ',
        b'smtp-server-host',
        b'smtp-server-port',
        b' = ',
        b'587',
        b'\n',
        b'\n',
        b'-----',
        b'  ',
        b'5010-',
        b'065',
        b'414',
        b'900 ',
        b'\r',
        b'\x00',
        b'\xff',
        b'pdls: ',
    ]
)


@given(
    st.one_of(st.binary(), st.lists(PIECES, max_size=60).map(b''.join)),
    st.one_of(st.binary(), st.lists(PIECES, max_size=20).map(b''.join)),
    st.sampled_from([None, 0, 1, -9]),
)
@example(b'--\n--\n-- --\n', b'', 0)
def test_any_output_is_read_or_a_problem(stdout, stderr, exit_code):
    ended = Ended(exit_code, stdout, stderr, 'time' if exit_code is None else '')
    try:
        values = attributes_shown('spl1', BOTH, ended)
    except ProblemError as error:
        assert error.problem.code in ('server_unknown', 'server_not_running', 'attribute_refused', 'pd_output_unreadable')
        assert not any(character < ' ' for character in error.problem.message)
    else:
        assert set(values) == set(BOTH)
        assert exit_code == 0
    complaint_of_pdset('spl1', ended)


TEXT = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=40)


@given(st.dictionaries(st.from_regex('[a-z][a-z0-9-]{0,20}', fullmatch=True), TEXT, min_size=1))
def test_what_is_shown_in_line_style_is_what_is_read(values):
    output = ''.join('spl1: %s = %s\n' % item for item in values.items()).encode()
    assert attributes_shown('spl1', sorted(values), Ended(0, output)) == values


def test_command_lines_are_the_documented_ones():
    assert pdls_command('/b', 'spl1', BOTH) == [
        '/b/pdls',
        '-c',
        'server',
        '-r',
        'smtp-server-host smtp-server-port',
        '-s',
        'line',
        'spl1',
    ]
    assert pdset_command('/b', 'spl1', {PORT: '587', HOST: 'a'}) == [
        '/b/pdset',
        '-c',
        'server',
        '-x',
        'smtp-server-host=a smtp-server-port=587',
        'spl1',
    ]


@pytest.mark.parametrize(
    'value',
    ('mail.example.com', '587', '[2001:db8::1]', 'a=b', 'C:/x', '$HOME', '*', '{a}', ';', '~!@#%^&()_+-,./<>?|', 'a' * 255),
    ids=[
        'a name',
        'a number',
        'an IPv6 address',
        'an equals sign inside',
        'a path',
        'a dollar sign',
        'an asterisk',
        'braces',
        'a semicolon',
        'other characters',
        '255 characters',
    ],
)
def test_a_word_is_a_value(value):
    assert refusal(HOST, value) == ''


@pytest.mark.parametrize(
    'value',
    ('', ' ', 'a b', 'a\tb', "it's", '"a"', 'a\\b', '`id`', '=a', 'a\n', 'a\x00', 'a\x7f', 'm\u00fcller', '\udcff', 'a' * 256),
    ids=[
        'nothing',
        'a blank',
        'two words',
        'a tab',
        'a single quote',
        'double quotes',
        'a backslash',
        'backticks',
        'a leading equals sign',
        'a line feed',
        'NUL',
        'DEL',
        'not ASCII',
        'not UTF-8',
        '256 characters',
    ],
)
def test_what_pdset_might_read_otherwise_is_no_value(value):
    reason = refusal(HOST, value)
    assert HOST in reason
    assert not any(character < ' ' for character in reason)


@pytest.mark.parametrize(
    'name',
    ('', 'Smtp-server-host', 'a b', 'a=b', '-a', 'a"', 'a' * 65, 'smtp_host', 'a\n'),
    ids=[
        'nothing',
        'a capital',
        'a blank',
        'an equals sign',
        'a leading hyphen',
        'a quote',
        '65 characters',
        'an underscore',
        'a line feed',
    ],
)
def test_what_is_no_name_of_an_attribute(name):
    assert refusal(name, None)


def test_a_server_is_not_taken_for_an_option():
    assert server_refusal('-c')
    assert server_refusal(' ')
    assert server_refusal('spl1') == ''
