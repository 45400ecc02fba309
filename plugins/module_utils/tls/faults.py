# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Why a handshake failed: by the exception's class, then its verify code, then the server's bytes, then OpenSSL's text.

Never by `reason` alone: "protocol too old" appears as BAD_MAC_LENGTH on a Python that was built with older error tables.
"""

import re
import ssl
from typing import Iterable, NamedTuple, Optional, Tuple

from ..problems import Problem
from ..safe_text import safe_text
from ..smtp.refusals import client_certificate_demanded
from ..vocabulary import CERTIFICATE, STARTTLS
from .records import (
    BAD_CERTIFICATE,
    CERTIFICATE_REQUIRED,
    HANDSHAKE_FAILURE,
    INSUFFICIENT_SECURITY,
    NO_CERTIFICATE,
    PROTOCOL_VERSION,
    Beginning,
    alert_name,
)

# X509_V_ERR_* of OpenSSL 1.1.1 and 3 -> our code. All others are certificate_invalid.
VERIFY_CODES = {
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
    47: 'name_constraint',
    48: 'name_constraint',
    62: 'hostname_mismatch',
    64: 'hostname_mismatch',
    66: 'weak_key',
    67: 'weak_key',
    68: 'weak_signature',
    79: 'issuer_not_ca',
}
# For a Python that does not expose the number: OpenSSL's alert for it (ssl_x509err2alert), which its client sends unencrypted in
# TLS 1.3 too -> the possible codes. hostname_mismatch is not among them: such a Python checks the name after the handshake.
ALERT_CODES = {
    42: ('not_yet_valid', 'crl_not_yet_valid', 'weak_key', 'weak_signature', 'certificate_invalid'),
    43: ('wrong_purpose',),
    44: ('revoked',),
    45: ('expired', 'crl_expired'),
    46: ('name_constraint', 'certificate_invalid'),
    48: ('unknown_ca', 'self_signed', 'issuer_not_ca', 'path_length_exceeded', 'crl_missing', 'certificate_invalid'),
    51: ('signature_invalid', 'crl_signature_invalid'),
}
UNTRUSTED = ('unknown_ca', 'self_signed')
CRL_CODES = ('crl_missing', 'crl_signature_invalid', 'crl_expired', 'crl_not_yet_valid', 'revoked')
NO_REASON_HINT = (
    "This host's Python does not expose the reason. On the host, openssl s_client -connect HOST:PORT -CAfile FILE shows it "
    '(with -starttls smtp for EnableTLS 1), and so does Python 3.7 or later.'
)
# The chain doesn't lead to a trusted root. OpenSSL checks everything else only after that (X509_verify_cert).
UNANCHORED = frozenset((2, 18, 19, 20, 21, 22))
# OpenSSL's text in the exception -> our code, where the server sent no alert.
_TEXTS = tuple(
    (re.compile(pattern, re.IGNORECASE), code)
    for pattern, code in (
        ('dh.key.too.small|bad.dh.p.length|modulus.too.small', 'weak_dh'),
        ('unsupported.protocol|protocol.version|version.too.low|no.protocols.available', 'protocol_too_old'),
        ('no.shared.cipher|no.ciphers.available|cipher.not.found|unknown.cipher|wrong.cipher', 'no_shared_cipher'),
    )
)
_VERIFY_FAILED = re.compile('certificate.verify.failed', re.IGNORECASE)
# The alerts for a missing client certificate: RFC 8446, section 6.2, and those of older servers.
_CLIENT_CERTIFICATE_ALERTS = (NO_CERTIFICATE, BAD_CERTIFICATE, CERTIFICATE_REQUIRED)
_LATE_ALERT = re.compile('alert.(certificate.required|bad.certificate|no.certificate)', re.IGNORECASE)
_WITHOUT_NUMBER = tuple(dict.fromkeys(code for codes in ALERT_CODES.values() for code in codes))
_SMTP = re.compile(rb'[2-5][0-5][0-9][ \-\r]')


class Fault(NamedTuple):
    """A failed handshake's problem, and OpenSSL's own number and text where the certificate was the reason.

    `verify_code` 0 with a `verify_text` means that this Python (3.6) does not expose the number; `may_be` are then the possible
    codes.
    """

    problem: Problem
    verify_code: Optional[int] = None
    verify_text: str = ''
    may_be: Tuple[str, ...] = ()

    def among(self, codes: Iterable[str]) -> 'Fault':
        """Narrow a refusal without a number to these codes; a single possible one becomes the problem's code."""
        possible = tuple(code for code in self.may_be if code in codes)
        if len(possible) != 1 or possible[0] == self.problem.code:
            return self._replace(may_be=possible or self.may_be)
        return self._replace(may_be=possible, problem=self.problem._replace(code=possible[0], hint=''))

    def but(self, codes: Iterable[str]) -> 'Fault':
        """Narrow a refusal without a number to other codes than these."""
        return self.among([code for code in self.may_be if code not in codes])


def certificate_code(number: int, text: str) -> str:
    if number == 24 and 'invalid ca' in text.lower():  # what OpenSSL 1.1.1 calls 79
        return 'issuer_not_ca'
    return VERIFY_CODES.get(number, 'certificate_invalid')


def fault_of(error: Exception, beginning: Beginning, mode: str, alert: Optional[int] = None) -> Fault:
    """Return why a handshake failed. `error` is an SSLError or the loss of the connection, `mode` the name of a TLS mode.

    `alert` is the number of the alert that this side sent, None where it is unknown.
    """
    text = safe_text(str(error))
    number = getattr(error, 'verify_code', None)
    if number is not None or (isinstance(error, ssl.SSLError) and _VERIFY_FAILED.search(text)):
        return _certificate_fault(number or 0, getattr(error, 'verify_message', '') or '', text, alert)
    if beginning.plaintext:
        return Fault(_plaintext(beginning.plaintext, mode))
    code = _code_of(text) if isinstance(error, ssl.SSLError) else ''
    if beginning.alert is not None and code != 'weak_dh':
        return Fault(_alert(beginning))
    return Fault(_by_text(error, code, text, beginning))


def _by_text(error: Exception, code: str, text: str, beginning: Beginning) -> Problem:
    """Return the problem where only the exception says what it is; `code` is the one of its text, '' = none."""
    if code == 'protocol_too_old' and beginning.hello_version:
        message = 'The server chose %s, which is not allowed.' % beginning.hello_version
    elif not code and (isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)) or not isinstance(error, ssl.SSLError)):
        message = 'The connection ended in the TLS handshake: %s.' % text
    else:
        message = 'The TLS handshake failed: %s.' % text
    return Problem(code or 'handshake_closed', message, stage='handshake')


def _code_of(text: str) -> str:
    return next((code for pattern, code in _TEXTS if pattern.search(text)), '')


def _certificate_fault(number: int, reason: str, text: str, alert: Optional[int]) -> Fault:
    reason = safe_text(reason) or text
    code = certificate_code(number, reason)
    shown = '%s (OpenSSL %d)' % (reason, number) if number else reason
    hint = '' if number else NO_REASON_HINT
    problem = Problem(code, "The server's certificate is refused: %s." % shown, hint, stage=CERTIFICATE)
    if number:
        return Fault(problem, number, reason)
    return Fault(problem, 0, reason, _WITHOUT_NUMBER).among(ALERT_CODES.get(alert or 0, _WITHOUT_NUMBER))


def _plaintext(first: bytes, mode: str) -> Problem:
    quoted = safe_text(first[:200].split(b'\r', 1)[0].split(b'\n', 1)[0])
    if mode == STARTTLS.name:
        message = 'After it accepted STARTTLS the server, or something in between, continued in plaintext: %s' % quoted
        return Problem('plaintext_injected', message, stage='starttls')
    if _SMTP.match(first):
        code, message = 'plaintext_expected', 'The port begins in plaintext'
    else:
        code, message = 'not_smtp', 'The service on the port speaks neither TLS nor SMTP'
    return Problem(code, '%s: %s' % (message, quoted), stage='handshake')


def late_alert(error: ssl.SSLError) -> Optional[Problem]:
    """Return the problem if an error after the handshake is an alert for a missing client certificate.

    In TLS 1.3 the client is done before the server has checked the client's certificate.
    """
    match = _LATE_ALERT.search(str(error))
    return _client_certificate(match.group(1).lower().replace(' ', '_')) if match else None


def _client_certificate(alert: str) -> Problem:
    return client_certificate_demanded('it ended the TLS handshake (alert %s).' % alert)


def _alert(beginning: Beginning) -> Problem:
    number = beginning.alert or 0
    if number in _CLIENT_CERTIFICATE_ALERTS or (number == HANDSHAKE_FAILURE and beginning.asks_certificate):
        return _client_certificate(alert_name(number))
    if number == PROTOCOL_VERSION:
        code, message = 'protocol_too_old', 'The server speaks no TLS version that this host offers'
    elif number in (HANDSHAKE_FAILURE, INSUFFICIENT_SECURITY) and not beginning.hello:
        code, message = 'no_shared_cipher', 'The server found no cipher in common'
    else:
        code, message = 'handshake_closed', 'The server ended the TLS handshake'
    return Problem(code, '%s (alert %s).' % (message, alert_name(number)), stage='handshake')
