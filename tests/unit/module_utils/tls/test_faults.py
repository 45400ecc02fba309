# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Why a handshake failed: verify codes, alerts, plaintext, OpenSSL's words."""

import ssl

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.smtp.conversation import StreamLost
from ansible_collections.printops.infoprint.plugins.module_utils.tls.faults import (
    VERIFY_CODES,
    certificate_code,
    fault_of,
    late_alert,
)
from ansible_collections.printops.infoprint.plugins.module_utils.tls.records import Beginning

pytestmark = pytest.mark.every_python

NOTHING = Beginning(b'', None, False, '')


class VerifyError(ssl.SSLError):
    """The error of Python 3.7 and later for a refused certificate."""

    def __init__(self, number, text):
        super().__init__(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: ' + text)
        self.verify_code = number
        self.verify_message = text


# OpenSSL's number -> our code, as the contract has them.
CONTRACT = {
    2: 'unknown_ca',
    3: 'crl_missing',
    7: 'signature_invalid',
    8: 'crl_signature_invalid',
    9: 'not_yet_valid',
    10: 'expired',
    11: 'crl_not_yet_valid',
    12: 'crl_expired',
    18: 'self_signed',
    19: 'unknown_ca',
    20: 'unknown_ca',
    23: 'revoked',
    25: 'path_length_exceeded',
    26: 'wrong_purpose',
    34: 'certificate_invalid',
    35: 'certificate_invalid',
    36: 'certificate_invalid',
    44: 'certificate_invalid',
    47: 'name_constraint',
    48: 'name_constraint',
    62: 'hostname_mismatch',
    64: 'hostname_mismatch',
    66: 'weak_key',
    67: 'weak_key',
    68: 'weak_signature',
    79: 'issuer_not_ca',
    1: 'certificate_invalid',
    85: 'certificate_invalid',
}


@pytest.mark.parametrize('number', sorted(CONTRACT), ids=lambda number: '%d %s' % (number, CONTRACT[number]))
def test_a_verify_code_has_its_name(number):
    fault = fault_of(VerifyError(number, 'what OpenSSL says'), NOTHING, 'starttls')
    assert fault.problem.code == CONTRACT[number]
    assert fault.problem.stage == 'certificate'
    assert 'what OpenSSL says (OpenSSL %d)' % number in fault.problem.message
    assert (fault.verify_code, fault.verify_text) == (number, 'what OpenSSL says')


def test_every_code_of_the_table_is_in_the_contract():
    assert set(VERIFY_CODES) <= set(CONTRACT)


def test_the_invalid_ca_of_openssl_1_1_1_is_known_by_its_text():
    assert certificate_code(24, 'invalid CA certificate') == 'issuer_not_ca'
    assert certificate_code(24, "issuer certificate doesn't have a public key") == 'certificate_invalid'


def test_python_3_6_does_not_expose_the_number():
    error = ssl.SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:852)')
    fault = fault_of(error, NOTHING, 'smtps')
    assert (fault.problem.code, fault.problem.stage) == ('certificate_invalid', 'certificate')
    assert fault.verify_code == 0
    assert 'openssl s_client' in fault.problem.hint


WITHOUT_NUMBER = ssl.SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:852)')


@pytest.mark.parametrize(
    'alert, code, may_be',
    [
        (44, 'revoked', ['revoked']),
        (43, 'wrong_purpose', ['wrong_purpose']),
        (45, 'certificate_invalid', ['expired', 'crl_expired']),
        (51, 'certificate_invalid', ['signature_invalid', 'crl_signature_invalid']),
    ],
    ids=['revoked', 'wrong purpose', 'expired', 'signature'],
)
def test_without_a_number_the_alert_that_was_sent_narrows_the_codes(alert, code, may_be):
    fault = fault_of(WITHOUT_NUMBER, NOTHING, 'smtps', alert)
    assert fault.problem.code == code
    assert bool(fault.problem.hint) is (code == 'certificate_invalid')
    assert (fault.verify_code, fault.verify_text, list(fault.may_be)) == (0, str(WITHOUT_NUMBER), may_be)


@pytest.mark.parametrize('alert', [None, 80], ids=['no alert', 'another alert'])
def test_without_a_number_and_its_alert_it_can_be_anything_but_the_name(alert):
    may_be = fault_of(WITHOUT_NUMBER, NOTHING, 'smtps', alert).may_be
    assert set(may_be) == (set(VERIFY_CODES.values()) | {'certificate_invalid'}) - {'hostname_mismatch'}
    assert len(may_be) == len(set(may_be))


def test_further_checks_narrow_the_codes():
    fault = fault_of(WITHOUT_NUMBER, NOTHING, 'smtps', 45)
    assert fault.but(['crl_expired']).problem.code == 'expired'
    assert fault.among(['crl_expired', 'revoked']).problem.code == 'crl_expired'
    assert fault.among(['revoked']) == fault  # a contradiction changes nothing


LYING = ssl.SSLError(1, '[SSL: BAD_MAC_LENGTH] bad mac length (_ssl.c:1091)')


@pytest.mark.parametrize(
    'error, beginning, mode, code',
    [
        (LYING, Beginning(b'', 70, False, ''), 'smtps', 'protocol_too_old'),
        (LYING, Beginning(b'', 40, False, ''), 'smtps', 'no_shared_cipher'),
        (LYING, Beginning(b'', 71, False, ''), 'smtps', 'no_shared_cipher'),
        (LYING, Beginning(b'', 40, True, 'TLSv1.2'), 'smtps', 'handshake_closed'),
        (LYING, Beginning(b'', 80, False, ''), 'starttls', 'handshake_closed'),
        (LYING, Beginning(b'220 hi\r\n', None, False, ''), 'smtps', 'plaintext_expected'),
        (LYING, Beginning(b'500 what\r\n', None, False, ''), 'smtps', 'plaintext_expected'),
        (LYING, Beginning(b'HTTP/1.1 400', None, False, ''), 'smtps', 'not_smtp'),
        (LYING, Beginning(b'220 hi\r\n', None, False, ''), 'starttls', 'plaintext_injected'),
        (ssl.SSLError(1, '[SSL: DH_KEY_TOO_SMALL] dh key too small'), Beginning(b'', None, True, 'TLSv1.2'), 'smtps', 'weak_dh'),
        (
            ssl.SSLError(1, '[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol'),
            Beginning(b'', None, True, 'TLSv1.1'),
            'smtps',
            'protocol_too_old',
        ),
        (ssl.SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number'), NOTHING, 'smtps', 'handshake_closed'),
        (ssl.SSLEOFError(8, 'EOF occurred in violation of protocol'), NOTHING, 'smtps', 'handshake_closed'),
        (StreamLost('the server closed it'), NOTHING, 'starttls', 'handshake_closed'),
        (StreamLost('Connection reset by peer'), NOTHING, 'smtps', 'handshake_closed'),
        (StreamLost('the server closed it'), Beginning(b'', 70, False, ''), 'smtps', 'protocol_too_old'),
        (StreamLost('the server closed it'), Beginning(b'220 hi\r\n', None, False, ''), 'smtps', 'plaintext_expected'),
    ],
    ids=[
        'alert protocol_version',
        'alert handshake_failure',
        'alert insufficient_security',
        'alert handshake_failure after hello',
        'alert internal_error',
        'greeting',
        'refusal in plaintext',
        'HTTP',
        'plaintext after STARTTLS',
        'DH key too small',
        'TLS 1.1 chosen',
        'wrong version number',
        'EOF',
        'closed',
        'reset',
        'closed after alert',
        'closed after greeting',
    ],
)
def test_a_handshake_without_a_verdict_on_the_certificate_has_its_cause(error, beginning, mode, code):
    fault = fault_of(error, beginning, mode)
    assert (fault.problem.code, fault.problem.stage) == (code, 'starttls' if code == 'plaintext_injected' else 'handshake')
    assert fault.verify_code is None


def test_the_version_that_the_server_chose_is_named():
    error = ssl.SSLError(1, '[SSL: UNSUPPORTED_PROTOCOL] unsupported protocol')
    assert 'TLSv1.1' in fault_of(error, Beginning(b'', None, True, 'TLSv1.1'), 'smtps').problem.message


def test_plaintext_is_quoted_to_the_end_of_its_line_and_safe():
    fault = fault_of(LYING, Beginning(b'220 a\x1b[2J\r\n250 b', None, False, ''), 'smtps')
    assert fault.problem.message.endswith('220 a\\x1b[2J')


@pytest.mark.parametrize(
    'beginning',
    [
        Beginning(b'', 40, True, 'TLSv1.2', True),
        Beginning(b'', 42, True, 'TLSv1.2', True),
        Beginning(b'', 116, True, 'TLSv1.2'),
        Beginning(b'', 41, True, 'SSLv3', True),
    ],
    ids=['handshake_failure after request', 'bad_certificate', 'certificate_required', 'no_certificate'],
)
def test_a_client_certificate_that_is_demanded_is_named(beginning):
    problem = fault_of(LYING, beginning, 'smtps').problem
    assert (problem.code, problem.stage) == ('handshake_closed', 'handshake')
    assert 'demands a client certificate' in problem.message
    assert 'client certificate' in problem.hint


@pytest.mark.parametrize(
    'text, named',
    [
        ('[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)', 'certificate_required'),
        ('tlsv13 alert certificate required (_ssl.c:852)', 'certificate_required'),
        ('[SSL: SSLV3_ALERT_BAD_CERTIFICATE] sslv3 alert bad certificate (_ssl.c:2580)', 'bad_certificate'),
        ('[SSL: TLSV1_ALERT_INTERNAL_ERROR] tlsv1 alert internal error', None),
        ('EOF occurred in violation of protocol', None),
    ],
    ids=['certificate_required', 'certificate_required of Python 3.6', 'bad_certificate', 'another alert', 'no alert'],
)
def test_tls_1_3_demands_a_client_certificate_after_the_handshake(text, named):
    problem = late_alert(ssl.SSLError(1, text))
    assert (problem is not None) is (named is not None)
    assert named is None or named in problem.message
