# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is to be done for one server, as values: who sends what to whom, by which settings and within which time."""

from typing import Any, Dict, NamedTuple, Optional, Sequence

from ..problems import Problem
from ..tls.context import Policy
from ..trust.trust_store import Trust

MODES = {'1': 'starttls', '2': 'smtps'}  # by EnableTLS


class Task(NamedTuple):
    """One server's part of a request. `settings` None = those of the file that is in force.

    `staged` has, for names in the working directory, the names that their new content waits under, `unknown` why the server's
    attributes don't tell its mail server, None where they were not asked for or do.
    """

    name: str
    directory: str
    options: Dict[str, Any]
    settings: Optional[Dict[str, str]] = None
    staged: Dict[str, str] = {}
    unknown: Optional[Problem] = None


class Job(NamedTuple):
    """One server's send. `settings` are those in force, by keyword; `trust` None only in plaintext.

    `timeout` is in seconds, for one attempt. `message_token` becomes the left side of the Message-ID.
    """

    name: str
    directory: str
    settings: Dict[str, str]
    trust: Optional[Trust]
    host: str
    port: int
    sender: str
    recipients: Sequence[str]
    subject: str
    body: str
    until: str
    timeout: float
    min_tls: str
    crl_check: str
    ssl_v3: bool
    message_token: str

    @property
    def mode(self) -> str:
        return MODES.get(self.settings['EnableTLS'], 'none')

    @property
    def ignores_errors(self) -> bool:
        return self.settings['IgnoreCertificateErrors'] == '1'

    @property
    def checks_name(self) -> bool:
        return self.settings['CertValidationIgnoreHostName'] != '1'

    def verifying(self) -> Policy:
        """Return the policy that verifies, whatever IgnoreCertificateErrors says."""
        return Policy(self.trust, self.checks_name, self.crl_check, self.min_tls, self.ssl_v3)

    def policy(self) -> Policy:
        """Return the policy that is in force."""
        return self.verifying()._replace(trust=None) if self.ignores_errors else self.verifying()
