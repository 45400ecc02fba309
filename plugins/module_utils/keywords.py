# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The keywords of sendmemo-ssl.cfg as data, by the manual's chapter on TLS encryption for sendmemo."""
from typing import Dict, NamedTuple, Tuple

CONFIG_NAME = 'sendmemo-ssl.cfg'


class Keyword(NamedTuple):
    """One keyword: its name in the file, the option that sets it, and what the manual says of it."""
    name: str
    option: str
    kind: str  # 'choice', 'file' or 'ehlo'
    default: str
    choices: Tuple[str, ...]
    meaning: str
    useless: str  # when a value has no effect; '' = never


KEYWORDS = (
    Keyword('EnableTLS', 'enable_tls', 'choice', '0', ('0', '1', '2'),
            'Encryption of the SMTP session: 0 none, 1 STARTTLS (usually port 25 or 587), 2 SMTPS (usually port 465).', ''),
    Keyword('CAFile', 'ca', 'file', '', (),
            'PEM file with the CA certificates that the mail server\'s certificate is verified against; '
            'empty means the publicly known CAs.', 'while EnableTLS is 0'),
    Keyword('CrlFile', 'crl', 'file', '', (),
            'PEM file with certificate revocation lists; empty means that revocation is not checked.', 'while EnableTLS is 0'),
    Keyword('CertValidationIgnoreHostName', 'cert_validation_ignore_host_name', 'choice', '0', ('0', '1'),
            '1 accepts a certificate that was issued for another host name.',
            'while EnableTLS is 0 or IgnoreCertificateErrors is 1'),
    Keyword('IgnoreCertificateErrors', 'ignore_certificate_errors', 'choice', '0', ('0', '1'),
            '1 accepts any certificate: the connection is encrypted, but nothing proves who answers.', 'while EnableTLS is 0'),
    Keyword('Hostname', 'hostname', 'ehlo', '', (),
            'Name given to the mail server in EHLO: host.example.com, [192.0.2.1] or [IPv6:2001:db8::1]; '
            'empty means that sendmemo finds the name itself.', ''),
)
BY_NAME: Dict[str, Keyword] = {keyword.name: keyword for keyword in KEYWORDS}

# They occur only in the header comment of the vendor's sample: sendmemo has no client certificates.
UNSUPPORTED = ('CertFile', 'KeyFile')

ENABLE_TLS_WORDS = {'disabled': '0', 'starttls': '1', 'smtps': '2'}


def defaults() -> Dict[str, str]:
    """Return each keyword's default value, as text."""
    return {keyword.name: keyword.default for keyword in KEYWORDS}
