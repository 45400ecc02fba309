# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The table of keywords agrees with the manual and with the checks that use it."""

from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import BY_NAME, KEYWORDS, defaults
from ansible_collections.printops.infoprint.plugins.module_utils.config.rules import value_problem


def test_the_keywords_and_defaults_are_the_manual_s():
    assert defaults() == {
        'EnableTLS': '0',
        'CAFile': '',
        'CrlFile': '',
        'CertValidationIgnoreHostName': '0',
        'IgnoreCertificateErrors': '0',
        'Hostname': '',
    }


def test_a_default_is_a_valid_value():
    for keyword in KEYWORDS:
        assert value_problem(keyword, keyword.default, 'x') is None


def test_each_choice_is_a_valid_value():
    for keyword in KEYWORDS:
        for choice in keyword.choices:
            assert value_problem(keyword, choice, 'x') is None


def test_what_makes_a_keyword_useless_is_said_in_words():
    assert BY_NAME['EnableTLS'].useless == ''
    assert BY_NAME['CAFile'].useless == 'while EnableTLS is 0'
    assert BY_NAME['CertValidationIgnoreHostName'].useless == 'while EnableTLS is 0 or IgnoreCertificateErrors is 1'


def test_the_rules_speak_of_values_that_there_are():
    for keyword in KEYWORDS:
        for name, value in keyword.useless_while:
            assert value in BY_NAME[name].choices
        assert keyword.danger is None or keyword.danger.value in keyword.choices
