# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The forms that a configuration uses are noted, each with a line that has it, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.config.forms import FORMS, forms_of
from ansible_collections.printops.infoprint.plugins.module_utils.config.parser import parse

PLAIN = b'EnableTLS = 1\nCAFile = ca.pem\nCrlFile = crl.pem\n'


def found(data):
    """Return the forms, with the number of lines, a line and its keyword."""
    return {use.form: tuple(use)[1:] for use in forms_of(parse(data, 'file'))}


# name: data, the forms
CASES = {
    'plain': (PLAIN, {}),
    'nothing': (b'', {}),
    'CR LF': (b'# x\r\n\r\nEnableTLS = 1\r\n', {'carriage_return': (3, 3, 'EnableTLS')}),
    'CR LF in a comment': (PLAIN + b'# x\r\n', {'carriage_return': (1, 4, '')}),
    'CR at the end': (PLAIN + b'# x\r', {'carriage_return': (1, 4, ''), 'no_final_newline': (1, 4, '')}),
    'no final newline': (PLAIN + b'IgnoreCertificateErrors = 0', {'no_final_newline': (1, 4, 'IgnoreCertificateErrors')}),
    'a leading blank': (b'  EnableTLS = 1\n', {'leading_blanks': (1, 1, 'EnableTLS')}),
    'a leading tab': (b'\tEnableTLS = 1\n', {'leading_blanks': (1, 1, 'EnableTLS'), 'tabs': (1, 1, 'EnableTLS')}),
    'a blank before a comment': (b'  # x\n\t\n' + PLAIN, {}),
    'no blanks': (b'EnableTLS=1\n', {'no_blanks': (1, 1, 'EnableTLS')}),
    'no blank before': (b'EnableTLS= 1\n', {'no_blanks': (1, 1, 'EnableTLS')}),
    'no blank behind': (b'EnableTLS =1\n', {'no_blanks': (1, 1, 'EnableTLS')}),
    'nothing behind': (b'CAFile =\n', {'no_blanks': (1, 1, 'CAFile')}),
    'another equals sign': (b'CAFile = a=b.pem\n', {}),
    'tabs': (b'EnableTLS\t=\t1\n', {'tabs': (1, 1, 'EnableTLS')}),
    'trailing blanks': (b'EnableTLS = 1  \n', {'trailing_blanks': (1, 1, 'EnableTLS')}),
    'trailing blanks before CR': (
        b'EnableTLS = 1 \r\n',
        {'trailing_blanks': (1, 1, 'EnableTLS'), 'carriage_return': (1, 1, 'EnableTLS')},
    ),
    'a trailing tab': (b'EnableTLS = 1\t\n', {'trailing_blanks': (1, 1, 'EnableTLS'), 'tabs': (1, 1, 'EnableTLS')}),
    'no value': (b'CAFile = \n', {'trailing_blanks': (1, 1, 'CAFile')}),
    'a semicolon': (b'CAFile = a;b.pem\n', {'comment_semicolon': (1, 1, 'CAFile')}),
    'a hash': (b'CAFile = ca#1.pem\n', {'comment_hash': (1, 1, 'CAFile')}),
    'a quote': (b'CAFile = a"b.pem\n', {'quotes': (1, 1, 'CAFile')}),
    'client certificates': (PLAIN + b'CertFile = x\nKeyFile = y\n', {'unknown_keyword': (2, 4, '')}),
    'full paths': (b'EnableTLS = 1\nCAFile = /a.pem\nCrlFile = /b.pem\n', {'absolute_path': (2, 2, 'CAFile')}),
    'a full path without effect': (b'EnableTLS = 0\nCAFile = /a.pem\n', {}),
    'SMTPS': (b'EnableTLS = 2\n', {'smtps': (1, 1, 'EnableTLS')}),
    'certificate errors ignored': (
        PLAIN + b'CertValidationIgnoreHostName = 1\nIgnoreCertificateErrors = 1\n',
        {'ignore_certificate_errors': (1, 5, 'IgnoreCertificateErrors')},
    ),
    'host name ignored': (
        PLAIN + b'CertValidationIgnoreHostName = 1\n',
        {'ignore_host_name': (1, 4, 'CertValidationIgnoreHostName')},
    ),
    'a host name': (b'Hostname = a.example.com\n', {'ehlo_host': (1, 1, 'Hostname')}),
    'an IPv4 address': (b'Hostname = [192.0.2.1]\n', {'ehlo_ipv4': (1, 1, 'Hostname')}),
    'an IPv6 address': (b'Hostname = [ipv6:fc00::1]\n', {'ehlo_ipv6': (1, 1, 'Hostname')}),
    'a line that sets a keyword comes first': (
        b' CertFile = x\n Verbose = 1\n EnableTLS = 1\n',
        {'leading_blanks': (3, 3, 'EnableTLS'), 'unknown_keyword': (1, 1, '')},
    ),
    'an invalid line': (b'  EnableTLS\r\r\n', {}),
}


@pytest.mark.parametrize('name', sorted(CASES))
def test_each_form_is_noted_and_no_other(name):
    data, forms = CASES[name]
    assert found(data) == forms


def test_each_form_has_a_case():
    assert {form for _data, forms in CASES.values() for form in forms} == set(FORMS)


_PIECES = st.sampled_from(
    [b'EnableTLS', b'CAFile', b'Hostname', b'CertFile', b'=', b' ', b'1', b'\n', b'\r', b'#', b'\t', b'"', b'/']
)


@given(st.binary(max_size=300) | st.lists(_PIECES, max_size=40).map(b''.join))
def test_what_is_noted_of_any_bytes_is_bounded_and_names_lines_of_the_file(data):
    config = parse(data, 'file')
    uses = forms_of(config)
    assert len({use.form for use in uses}) == len(uses) <= len(FORMS)
    for use in uses:
        assert 1 <= use.line <= len(config.lines) and 1 <= use.lines <= len(config.lines)
        assert not use.keyword or config.lines[use.line - 1].keyword == use.keyword
