# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The current configuration against what is declared: keyword by keyword, with both values and the line."""

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.config.as_declared import differences
from ansible_collections.printops.infoprint.plugins.module_utils.config.parser import parse

FILE = '/var/pd/spl1/sendmemo-ssl.cfg'


def reported(text, **declared):
    return [
        (problem.keyword, problem.value, problem.line, problem.message)
        for problem in differences(parse(text.encode(), FILE), declared)
    ]


@pytest.mark.parametrize(
    'text',
    ['EnableTLS = 1\nIgnoreCertificateErrors = 0\nHostname = a.example.com\n', 'EnableTLS = 1\nHostname = a.example.com\n'],
    ids=['all set', 'a default'],
)
def test_a_default_and_the_same_value_are_as_declared(text):
    assert reported(text, EnableTLS='1', IgnoreCertificateErrors='0', Hostname='a.example.com') == []


def test_what_is_not_declared_is_not_compared():
    assert reported('EnableTLS = 0\nIgnoreCertificateErrors = 1\n') == []


def test_each_keyword_with_another_value_is_reported_with_both_and_its_line():
    assert reported('; by hand\nEnableTLS = 0\nIgnoreCertificateErrors = 1\n', EnableTLS='1', IgnoreCertificateErrors='0') == [
        ('EnableTLS', '0', 2, 'EnableTLS = 1 (sendmemo_tls_enable_tls) is declared; the active configuration has EnableTLS = 0.'),
        (
            'IgnoreCertificateErrors',
            '1',
            3,
            (
                'IgnoreCertificateErrors = 0 (sendmemo_tls_ignore_certificate_errors) is declared; '
                'the active configuration has IgnoreCertificateErrors = 1.'
            ),
        ),
    ]


def test_a_default_in_effect_has_no_line():
    assert reported('EnableTLS = 1\n', Hostname='a.example.com', IgnoreCertificateErrors='1') == [
        (
            'Hostname',
            '',
            None,
            'Hostname = a.example.com (sendmemo_tls_hostname) is declared; the active configuration has no Hostname.',
        ),
        (
            'IgnoreCertificateErrors',
            '0',
            None,
            (
                'IgnoreCertificateErrors = 1 (sendmemo_tls_ignore_certificate_errors) is declared; '
                'the active configuration has IgnoreCertificateErrors = 0.'
            ),
        ),
    ]


def test_of_a_duplicate_the_last_is_in_effect():
    assert reported('EnableTLS = 1\nEnableTLS = 0\n', EnableTLS='1')[0][1:3] == ('0', 2)


def test_foreign_text_is_sanitized():
    [(_keyword, value, _line, message)] = reported('Hostname = a\u202e\n', Hostname='a.example.com')
    assert '\u202e' not in value + message
    assert r'\x' in message
