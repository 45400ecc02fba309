# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is to be done for one server, as values: who sends what to whom, by which settings and within which time."""

from typing import Dict, NamedTuple, Optional, Sequence

from ..messages.forms import FormUse
from ..messages.send import MailOptions, SendOptions, SendResult
from ..problems import Problem
from ..tls.context import Policy
from ..trust.trust_store import Trust
from ..vocabulary import DISABLED, MODE_BY_VALUE


class Task(NamedTuple):
    """One server's part of a request. `settings` None = those of its current configuration, compared with `declared`; else they
    are those of a staged one, which has the `forms`.

    `staged` has, for names in the working directory, the names that their new content waits under. `unknown` says why the
    server's attributes don't give its mail server, None where they were not asked for or do. `files` are those of the set whose
    content is known before they are read, by name. `tested` is the result of the staged test of the same set.
    """

    name: str
    directory: str
    mail: MailOptions
    options: SendOptions
    declared: Optional[Dict[str, str]] = None
    settings: Optional[Dict[str, str]] = None
    forms: Sequence[FormUse] = ()
    staged: Optional[Dict[str, str]] = None
    unknown: Optional[Problem] = None
    files: Dict[str, bytes] = {}
    tested: Optional[SendResult] = None


class Message(NamedTuple):
    """The mail to send; an empty subject or body stands for the usual one (`mail_text`)."""

    sender: str
    recipients: Sequence[str]
    subject: str = ''
    body: str = ''


def checks_name(settings: Dict[str, str]) -> bool:
    """Return whether a certificate must be for the mail server's name."""
    return settings['CertValidationIgnoreHostName'] != '1'


def verifying_policy(settings: Dict[str, str], trust: Optional[Trust], options: SendOptions, ssl_v3: bool) -> Policy:
    """Return the policy that verifies, whatever IgnoreCertificateErrors says."""
    return Policy(trust, checks_name(settings), options.crl_check, options.min_tls, ssl_v3, options.max_tls)


class Job(NamedTuple):
    """One server's send. `settings` are the effective ones, by keyword; `trust` is None only in plaintext.

    `message_token` becomes the left side of the Message-ID.
    """

    name: str
    directory: str
    settings: Dict[str, str]
    trust: Optional[Trust]
    host: str
    port: int
    message: Message
    options: SendOptions
    ssl_v3: bool
    message_token: str
    tested: Optional[SendResult] = None

    @property
    def mode(self) -> str:
        return MODE_BY_VALUE.get(self.settings['EnableTLS'], DISABLED).name

    @property
    def ignores_errors(self) -> bool:
        return self.settings['IgnoreCertificateErrors'] == '1'

    @property
    def checks_name(self) -> bool:
        return checks_name(self.settings)

    def verifying(self) -> Policy:
        """Return the policy that verifies, whatever IgnoreCertificateErrors says."""
        return verifying_policy(self.settings, self.trust, self.options, self.ssl_v3)

    def policy(self) -> Policy:
        """Return the policy that the settings ask for."""
        return self.verifying()._replace(trust=None) if self.ignores_errors else self.verifying()
