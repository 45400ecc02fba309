# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The messages of a send: what a target is asked by send_memo, and what it answers of each server's mail server.

sendmemo_config and sendmemo_rollback use the options and the results too, for the test before a commit. Certificates and CRLs
travel as DER in base64.
"""

import base64
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence

from ..problems import Problem
from ..vocabulary import GOALS
from .forms import FormUse


def in_base64(items: Iterable[bytes]) -> List[str]:
    return [base64.b64encode(item).decode('ascii') for item in items]


class MailOptions(NamedTuple):
    """What is sent, and where to. None is not given: the host and port are then read from the server's attributes."""

    smtp_host: Optional[str] = None
    smtp_port: Optional[int] = None
    sender: Optional[str] = None
    recipients: Optional[Sequence[str]] = None
    subject: Optional[str] = None
    body: Optional[str] = None

    def over(self, defaults: 'MailOptions') -> 'MailOptions':
        """Return these options, with `defaults` where nothing is given."""
        return defaults._replace(**{name: value for name, value in self._asdict().items() if value is not None})


class SendOptions(NamedTuple):
    """How far a send goes (`vocabulary.GOALS`), and within which limits. `timeout`, of one attempt, and delay are in seconds.

    `run` is the name of the run, for the Message-ID; it is an atom of RFC 5322, or ''. `max_tls` '' = the newest.
    `adds_default_cas`: those are trusted besides a CAFile, too. `refuses_wildcards`, `refuses_common_names`: such names don't
    count in a certificate. `reads_forms`: the forms that the configuration uses are answered.
    """

    until: str
    timeout: float
    min_tls: str = 'TLSv1.2'
    crl_check: str = 'leaf'
    max_tls: str = ''
    adds_default_cas: bool = False
    refuses_wildcards: bool = False
    refuses_common_names: bool = False
    reads_forms: bool = False
    retries: int = 0
    retry_delay: float = 0
    run: str = ''

    @property
    def seconds(self) -> float:
        """Return how many seconds all attempts for a server take at most."""
        return (self.retries + 1) * self.timeout + self.retries * self.retry_delay


class SendEntry(NamedTuple):
    """One server of a request: what it has of its own. `declared` is by keyword, None = not to be compared."""

    name: str
    working_dir: Optional[str] = None
    mail: MailOptions = MailOptions()
    declared: Optional[Dict[str, str]] = None

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'SendEntry':
        return cls(**dict(data, mail=MailOptions(**data['mail'])))


class SendRequest(NamedTuple):
    """Send for `servers` or, if empty, for the discovered ones: as `mail`, also each one's default, and `declared` say."""

    base_dir: str
    pd_bin_dir: str
    options: SendOptions
    servers: Sequence[SendEntry]
    mail: MailOptions
    declared: Optional[Dict[str, str]] = None

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'SendRequest':
        return cls(
            **dict(
                data,
                options=SendOptions(**data['options']),
                servers=[SendEntry.of(entry) for entry in data['servers']],
                mail=MailOptions(**data['mail']),
            )
        )


class TlsSession(NamedTuple):
    """What was negotiated; `bits` is the cipher's key size."""

    mode: str
    version: str
    cipher: str
    bits: Optional[int] = None


class Verification(NamedTuple):
    """What OpenSSL says of a refused certificate.

    `code` 0 where this Python (3.6) does not expose its number: `may_be` are then the problem codes that it can be.
    """

    code: Optional[int] = None
    text: str = ''
    may_be: Sequence[str] = ()


class Ehlo(NamedTuple):
    """The name that was sent, and the features that the mail server offers."""

    name: str
    features: Sequence[str] = ()


class FinalReply(NamedTuple):
    """The mail server's reply to the last command of a conversation that counts."""

    code: int
    text: str
    queue_id: str = ''


class SendResult(NamedTuple):
    """The outcome for one server; None is not known, because the send did not get that far.

    `mode` is the name of one of `vocabulary.TLS_MODES`, `reached` says whether `until` was. `chain` are the certificates that the
    mail server sent, `whole_chain` says that there are no more, `anchored` whether they lead to a trusted root. `trust_key` names
    the set that they were verified against, `trusted` says it to people. `ignored` are problems that IgnoreCertificateErrors or
    CertValidationIgnoreHostName hides. `owner` is that of the working directory, `proven_as` whose rights were used. `address` is
    the host's own in the connection; `dot_ms` the host's clock at the final dot, in milliseconds since 1970.
    """

    name: str
    working_dir: str
    until: str
    host: Optional[str] = None
    port: Optional[int] = None
    reached: bool = False
    problems: Sequence[Problem] = ()
    ignored: Sequence[Problem] = ()
    forms: Sequence[FormUse] = ()
    mode: Optional[str] = None
    attempts: Optional[int] = None
    tls: Optional[TlsSession] = None
    chain: Sequence[str] = ()
    whole_chain: Optional[bool] = None
    verify: Optional[Verification] = None
    anchored: Optional[bool] = None
    trusted: Optional[str] = None
    trust_key: Optional[str] = None
    checks_name: bool = False
    ignores_errors: bool = False
    ehlo: Optional[Ehlo] = None
    reply: Optional[FinalReply] = None
    message_id: Optional[str] = None
    address: Optional[str] = None
    dot_ms: Optional[int] = None
    timings_ms: Optional[Dict[str, int]] = None
    owner: Optional[str] = None
    proven_as: Optional[str] = None

    @property
    def ok(self) -> bool:
        """Whether the goal was reached, and nothing is wrong."""
        return self.reached and not any(problem.is_error for problem in self.problems)

    def covers(self, until: str) -> bool:
        """Whether this send was well, and went as far as that goal."""
        return self.ok and GOALS.index(self.until) >= GOALS.index(until)

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'SendResult':
        read = dict(data)
        for key in ('problems', 'ignored'):
            read[key] = [Problem(**problem) for problem in data.get(key, ())]
        read['forms'] = [FormUse(**use) for use in data.get('forms', ())]
        for key, kind in _PARTS:
            if key in data:
                read[key] = kind(**data[key])
        return cls(**read)


_PARTS = (('tls', TlsSession), ('verify', Verification), ('ehlo', Ehlo), ('reply', FinalReply))


class TrustSet(NamedTuple):
    """What certificates were verified against; with `system` the system's own store, whose certificates don't travel."""

    ca: Sequence[str] = ()
    crl: Sequence[str] = ()
    system: bool = False


class SendAnswer(NamedTuple):
    """The results of a host's servers, the trust sets that they name, by key, and the host's clock in milliseconds since 1970."""

    servers: Sequence[SendResult]
    trust: Dict[str, TrustSet]
    now_ms: int

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'SendAnswer':
        trust = {key: TrustSet(**known) for key, known in data['trust'].items()}
        return cls([SendResult.of(result) for result in data['servers']], trust, data['now_ms'])
