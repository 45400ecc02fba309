# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The keywords of sendmemo-ssl.cfg as data, by the manual's chapter on TLS encryption for sendmemo."""

from typing import Dict, NamedTuple, Optional, Tuple

from ..vocabulary import DISABLED, TLS_MODES

CONFIG_NAME = 'sendmemo-ssl.cfg'


Condition = Tuple[str, str]  # a keyword and its value


class Danger(NamedTuple):
    """A value that is dangerous where it has an effect: the code of its problem, and what it means."""

    value: str
    code: str
    meaning: str


class Keyword(NamedTuple):
    """One keyword: its name in the file, the option that sets it, and what the manual says of it.

    `kind` is 'choice' (one of `choices`), 'file' (a bare name beside the configuration, or a full path) or 'ehlo'. `needs` says
    what it requires besides, '' = nothing. It has no effect while one of `useless_while` applies.
    """

    name: str
    option: str
    kind: str
    default: str
    choices: Tuple[str, ...]
    meaning: str
    needs: str
    useless_while: Tuple[Condition, ...]
    danger: Optional[Danger] = None

    @property
    def useless(self) -> str:
        """Return in words when the keyword has no effect, '' for a keyword that always has one."""
        conditions = ['%s is %s' % condition for condition in self.useless_while]
        return 'while ' + ' or '.join(conditions) if conditions else ''


_NO_TLS = ('EnableTLS', DISABLED.value)

KEYWORDS = (
    Keyword(
        'EnableTLS',
        'enable_tls',
        'choice',
        DISABLED.value,
        tuple(mode.value for mode in TLS_MODES),
        'Encryption of the SMTP session: 0 none, 1 STARTTLS (usually port 25 or 587), 2 SMTPS (usually port 465).',
        'A port of the mail server that fits, in the server attribute smtp-server-port.',
        (),
        Danger(DISABLED.value, 'tls_off', 'mail is sent in plaintext'),
    ),
    Keyword(
        'CAFile',
        'ca',
        'file',
        '',
        (),
        "PEM file with the CA certificates that the mail server's certificate is verified against; "
        'empty means the publicly known CAs.',
        'A file that the owner of the working directory can read, with at least one CA certificate.',
        (_NO_TLS,),
    ),
    Keyword(
        'CrlFile',
        'crl',
        'file',
        '',
        (),
        'PEM file with certificate revocation lists; empty means that revocation is not checked.',
        'A file that the owner of the working directory can read, with a current list of the CA that issued the mail '
        "server's certificate.",
        (_NO_TLS,),
    ),
    Keyword(
        'CertValidationIgnoreHostName',
        'cert_validation_ignore_host_name',
        'choice',
        '0',
        ('0', '1'),
        '1 accepts a certificate that was issued for another host name.',
        '',
        (_NO_TLS, ('IgnoreCertificateErrors', '1')),
        Danger('1', 'name_check_off', 'a certificate that was issued for another host is accepted'),
    ),
    Keyword(
        'IgnoreCertificateErrors',
        'ignore_certificate_errors',
        'choice',
        '0',
        ('0', '1'),
        "1 accepts any certificate: the connection is encrypted, but the server's identity is not verified.",
        '',
        (_NO_TLS,),
        Danger('1', 'verification_off', "any certificate is accepted, so the server's identity is not verified"),
    ),
    Keyword(
        'Hostname',
        'hostname',
        'ehlo',
        '',
        (),
        'Name given to the mail server in EHLO: host.example.com, [192.0.2.1] or [IPv6:2001:db8::1]; '
        'empty means that sendmemo finds the name itself.',
        '',
        (),
    ),
)
BY_NAME: Dict[str, Keyword] = {keyword.name: keyword for keyword in KEYWORDS}
FILE_KEYWORDS = tuple(keyword.name for keyword in KEYWORDS if keyword.kind == 'file')

# They occur only in the header comment of the vendor's sample: sendmemo has no client certificates.
UNSUPPORTED = ('CertFile', 'KeyFile')


def defaults() -> Dict[str, str]:
    """Return each keyword's default value, as text."""
    return {keyword.name: keyword.default for keyword in KEYWORDS}
