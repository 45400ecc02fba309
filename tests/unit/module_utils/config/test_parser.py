# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading and checking sendmemo-ssl.cfg: nothing is lost, nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import BY_NAME, defaults
from ansible_collections.printops.infoprint.plugins.module_utils.config.lines import LARGEST, LONGEST_LINE
from ansible_collections.printops.infoprint.plugins.module_utils.config.parser import parse
from ansible_collections.printops.infoprint.plugins.module_utils.config.rules import MOST_PROBLEMS, check_config

FILE = 'sendmemo-ssl.cfg'
TLS = b'EnableTLS = 1\n'


def found(data):
    """Return [(code, line)] of the problems."""
    return [(problem.code, problem.line) for problem in check_config(parse(data, FILE))]


def first(data):
    return check_config(parse(data, FILE))[0]


# name: data, kinds of its lines
LINES = {
    'nothing': (b'', []),
    'blank': (b'\n \n\t\n\r\n \t\x0b\x0c\r\n', ['blank'] * 5),
    'comments': (b'# a\n;b\n  # c\n\t;d = e\n#\n', ['comment'] * 5),
    'a comment in another encoding': (b'# \xe4\xff\n', ['comment']),
    'settings': (b'EnableTLS = 1\nCAFile=ca.pem\n\tCrlFile\t=\tcrl.pem\t\n', ['setting'] * 3),
    'CR LF': (b'EnableTLS = 1\r\n\r\n# x\r\n', ['setting', 'blank', 'comment']),
    'no final newline': (b'# x\nEnableTLS = 1', ['comment', 'setting']),
    'no equals sign': (b'EnableTLS 1\n', ['invalid']),
    'a section': (b'[tls]\n', ['invalid']),
    'nothing before the equals sign': (b' = 1\n', ['invalid']),
    'a lone CR': (b'EnableTLS = 1\rCAFile = x\n', ['invalid']),
    'two CRs': (b'EnableTLS = 1\r\r\n', ['invalid']),
    'a NUL byte': (b'EnableTLS = 1\0\n', ['invalid']),
    'a NUL byte in a comment': (b'# a\0b\n', ['invalid']),
    'an escape': (b'CAFile = \x1b[31m\n', ['invalid']),
    'a byte order mark': (b'\xef\xbb\xbfEnableTLS = 1\n', ['invalid']),
    'a byte order mark before a comment': (b'\xef\xbb\xbf# x\n', ['invalid']),
    'a long line': (b'#' + b'x' * LONGEST_LINE + b'\n', ['invalid']),
    'the longest line': (b'#' + b'x' * (LONGEST_LINE - 1) + b'\r\n', ['comment']),
    'UTF-16': ('EnableTLS = 1\n'.encode('utf-16-le'), ['invalid', 'invalid']),
}


@pytest.mark.parametrize('name', sorted(LINES))
def test_each_line_has_its_kind(name):
    data, kinds = LINES[name]
    config = parse(data, FILE)
    assert [line.kind for line in config.lines] == kinds
    assert [line.number for line in config.lines] == list(range(1, len(kinds) + 1))
    assert [problem.line for problem in check_config(config) if problem.code == 'invalid_line'] == [
        number for number, kind in enumerate(kinds, 1) if kind == 'invalid'
    ]


def test_active_settings_have_the_defaults_and_of_a_duplicate_the_last():
    config = parse(b'EnableTLS = 1\nCAFile = ca.pem\nEnableTLS = 2\ncafile = other\n', FILE)
    assert config.given == {'EnableTLS': '2', 'CAFile': 'ca.pem'}
    assert config.settings == dict(defaults(), EnableTLS='2', CAFile='ca.pem')
    assert (config.line_of('EnableTLS'), config.line_of('CrlFile')) == (3, 0)


def test_a_value_keeps_its_inner_blanks_and_equals_signs():
    assert parse(b'CAFile =  my ca = 1.pem \t\n', FILE).given == {'CAFile': 'my ca = 1.pem'}


def test_a_file_name_that_is_not_utf8_keeps_its_bytes():
    value = parse(b'CAFile = \xe4.pem\n', FILE).given['CAFile']
    assert value.encode('utf-8', 'surrogateescape') == b'\xe4.pem'


def test_a_valid_file_has_no_problems():
    data = (
        b'# a comment\n\nEnableTLS = 2\nCAFile = ca.pem\nCrlFile = /etc/ipm/crl.pem\nCertValidationIgnoreHostName = 0\n'
        b'IgnoreCertificateErrors = 0\nHostname = [IPv6:fc00::1]\n'
    )
    assert found(data) == []


# name: data, the problems as (code, line)
FILES = {
    'nothing set': (b'', [('tls_off', None)]),
    'plaintext said out loud': (b'EnableTLS = 0\n', [('tls_off', 1)]),
    'wrong case': (b'enabletls = 1\nEnableTLS = 1\n', [('unknown_keyword', 1)]),
    'unknown': (TLS + b'Port = 25\n', [('unknown_keyword', 2)]),
    'a blank in the keyword': (TLS + b'CA File = x\n', [('unknown_keyword', 2)]),
    'a colon': (TLS + b'CAFile: ca.pem\n', [('invalid_line', 2)]),
    'an NBSP before the keyword': (TLS + b'\xc2\xa0CAFile = x\n', [('unknown_keyword', 2)]),
    'duplicate': (TLS + TLS, [('duplicate_keyword', 2)]),
    'three times': (TLS * 3, [('duplicate_keyword', 2), ('duplicate_keyword', 3)]),
    'unsupported': (TLS + b'CertFile = c.pem\nKeyFile = k.pem\n', [('unsupported_keyword', 2), ('unsupported_keyword', 3)]),
    'unsupported twice': (
        TLS + b'KeyFile = a\nKeyFile = b\n',
        [('unsupported_keyword', 2), ('duplicate_keyword', 3), ('unsupported_keyword', 3)],
    ),
    'empty choice': (b'EnableTLS =\n', [('invalid_value', 1)]),
    'out of range': (b'EnableTLS = 3\n', [('invalid_value', 1)]),
    'a word': (b'EnableTLS = starttls\n', [('invalid_value', 1)]),
    'leading zero': (b'EnableTLS = 01\n', [('invalid_value', 1)]),
    'another digit': ('EnableTLS = \u0661\n'.encode('utf-8'), [('invalid_value', 1)]),
    'a bad value that a good one follows': (b'EnableTLS = 9\nEnableTLS = 1\n', [('invalid_value', 1), ('duplicate_keyword', 2)]),
    'two for a switch': (TLS + b'IgnoreCertificateErrors = 2\n', [('invalid_value', 2)]),
    'a comment behind a choice': (b'EnableTLS = 1 ; starttls\n', [('invalid_value', 1)]),
    'a comment behind a file': (TLS + b'CAFile = ca.pem # a comment\n', [('invalid_value', 2)]),
    'nothing but a comment behind': (TLS + b'CAFile = ;ca.pem\n', [('invalid_value', 2)]),
    'quotes': (TLS + b'CAFile = "ca.pem"\nHostname = "host.example.com"\n', [('invalid_value', 2), ('invalid_ehlo_hostname', 3)]),
    'empty files and name': (TLS + b'CAFile =\nCrlFile=\nHostname = \n', []),
    'a hash inside a name': (TLS + b'CAFile = ca#1.pem\n', []),
    'relative': (TLS + b'CAFile = ssl/ca.pem\nCrlFile = ./crl.pem\n', [('relative_path', 2), ('relative_path', 3)]),
    'backslash': (TLS + b'CAFile = C:\\ca.pem\nCrlFile = ssl\\crl.pem\n', [('relative_path', 2), ('relative_path', 3)]),
    'a backslash in a full path': (TLS + b'CAFile = /etc/ca\\x.pem\n', []),
    'a directory': (TLS + b'CAFile = /etc/\nCrlFile = ..\n', [('invalid_value', 2), ('invalid_value', 3)]),
    'hostname': (TLS + b'Hostname = fc00::1\n', [('invalid_ehlo_hostname', 2)]),
    'no effect without TLS': (
        b'CAFile = a\nCrlFile = b\nCertValidationIgnoreHostName = 1\nIgnoreCertificateErrors = 1\nHostname = a.example\n',
        [('no_effect', 1), ('no_effect', 2), ('no_effect', 3), ('no_effect', 4), ('tls_off', None)],
    ),
    'no effect beside the other switch': (
        TLS + b'CertValidationIgnoreHostName = 1\nIgnoreCertificateErrors = 1\n',
        [('no_effect', 2), ('verification_off', 3)],
    ),
    'defaults have no effect and no need to': (b'EnableTLS = 0\nCAFile =\nIgnoreCertificateErrors = 0\n', [('tls_off', 1)]),
    'name check off': (TLS + b'CertValidationIgnoreHostName = 1\n', [('name_check_off', 2)]),
    'an unknown mode hides nothing else': (
        b'EnableTLS = x\nIgnoreCertificateErrors = 1\n',
        [('invalid_value', 1), ('verification_off', 2)],
    ),
}


@pytest.mark.parametrize('name', sorted(FILES))
def test_each_problem_is_found_in_its_line_and_no_other(name):
    data, problems = FILES[name]
    assert found(data) == problems


SEVERITIES = {
    'tls_off': 'warning',
    'unsupported_keyword': 'warning',
    'verification_off': 'warning',
    'name_check_off': 'warning',
    'no_effect': 'info',
}


@pytest.mark.parametrize('name', sorted(FILES))
def test_severities(name):
    for problem in check_config(parse(FILES[name][0], FILE)):
        assert problem.as_dict()['severity'] == SEVERITIES.get(problem.code, 'error')


# data, hint of the first problem
HINTS = (
    (b'enabletls = 1', 'Write EnableTLS: keywords are case-sensitive.'),
    (b'CRLFile = x', 'Write CrlFile: keywords are case-sensitive.'),
    (b'EnableTsl = 1', 'Did you mean EnableTLS?'),
    (b'IgnoreCertErrors = 1', 'Did you mean IgnoreCertificateErrors?'),
    (b'HostName = a.example', 'Write Hostname: keywords are case-sensitive.'),
    (b'certfile = x', 'Remove the line: sendmemo has no client certificates.'),
    (b'EnableTLS 1', 'Write EnableTLS = 1'),
    (b'cafile: ca.pem', 'Write CAFile = ca.pem'),
    (b'EnableTLS = 1 # on', 'The manual does not allow a comment after a value: put the comment on a separate line.'),
    (b'EnableTLS = "1"', 'The manual does not describe quotes, so they are part of the value: remove them.'),
    (b'EnableTLS = yes', 'Write 0, 1 or 2.'),
    (b'Hostname = fc00::1', 'Write [IPv6:fc00::1].'),
)


@pytest.mark.parametrize('data, hint', HINTS, ids=[ascii(data)[2:-1] for data, _hint in HINTS])
def test_the_hint_shows_the_right_form(data, hint):
    assert first(data).hint == hint


def test_a_problem_names_file_line_keyword_and_value():
    problem = first(b'# x\nEnableTLS = 3\n')
    assert problem.as_dict() == {
        'code': 'invalid_value',
        'severity': 'error',
        'message': 'EnableTLS is "3"; it can only be 0, 1 or 2.',
        'hint': 'Write 0, 1 or 2.',
        'file': FILE,
        'line': 2,
        'keyword': 'EnableTLS',
        'value': '3',
    }


def test_control_characters_of_a_value_are_shown_as_text():
    assert first('Hostname = a\u202eb.example'.encode('utf-8')).value == 'a\\xe2\\x80\\xaeb.example'


@pytest.mark.parametrize(
    'line', (b'QUJD' * 16, b'QUJD' * 16 + b'==', b'x = ' + b'QUJD' * 16), ids=['base64', 'padded', 'as a value']
)
def test_pasted_key_material_is_not_quoted(line):
    problem = first(line)
    assert problem.code in ('invalid_line', 'unknown_keyword')
    assert b'QUJDQUJD' not in repr(problem).encode('ascii')


def test_a_file_that_is_too_large_is_refused_as_one():
    data = TLS + b'#' * LARGEST
    config = parse(data, FILE)
    assert [problem.code for problem in check_config(config)] == ['file_not_readable']
    assert config.given == {}
    assert b''.join(line.raw for line in config.lines) == data


def test_a_file_of_something_else_does_not_give_a_problem_for_each_line():
    problems = check_config(parse(b'x\n' * 5000, FILE))
    assert len(problems) == MOST_PROBLEMS + 2
    assert [problem.message for problem in problems if not problem.line and problem.code == 'invalid_line'] == [
        'The file has 4900 more problems, which are not listed.'
    ]


_PIECES = st.sampled_from(
    [b'EnableTLS', b'CAFile', b'Hostname', b'=', b' ', b'1', b'\n', b'\r\n', b';', b'#', b'\t', b'"', b'/', b'\0', b'\xff']
)


@given(st.binary(max_size=300) | st.lists(_PIECES, max_size=40).map(b''.join))
def test_any_bytes_are_read_and_written_back_as_they_were(data):
    config = parse(data, FILE)
    assert b''.join(line.raw for line in config.lines) == data
    assert set(config.settings) == set(BY_NAME)
    for problem in check_config(config):
        assert problem.message and '\x1b' not in problem.message


@given(
    st.dictionaries(st.sampled_from(sorted(BY_NAME)), st.sampled_from(['0', '1', '2', 'x', 'ca.pem', 'host.example.com'])),
    st.sampled_from(['\n', '\r\n']),
    st.sampled_from([' = ', '=', '\t=\t']),
)
def test_what_is_written_is_in_effect(settings, end, equals):
    text = ''.join(keyword + equals + value + end for keyword, value in settings.items())
    assert parse(text.encode('ascii'), FILE).given == settings
