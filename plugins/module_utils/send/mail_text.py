# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The text of a test mail if none is given: which host and server sent it, what it verifies, and with which settings."""

import time
from typing import NamedTuple, Optional

from ..messages.send import TlsSession
from ..safe_text import safe_text
from ..smtp.message import Mail
from ..vocabulary import DISABLED, MODE_BY_NAME
from .job import Job
from .local_name import host_name


class Facts(NamedTuple):
    """What the mail says of how it was sent; `version` and `cipher` are '' in plaintext."""

    host: str
    server: str
    directory: str
    mail_server: str  # host:port
    mode: str
    version: str
    cipher: str
    trust: str
    verification: str
    ehlo_name: str
    message_id: str


def mail_of(job: Job, ehlo_name: str, tls: Optional[TlsSession]) -> Mail:
    """Return the mail of a job. `tls` is what was negotiated, None before that and in plaintext."""
    message = job.message
    facts = Facts(
        host=_one_line(host_name()),
        server=_one_line(job.name),
        directory=_one_line(job.directory),
        mail_server='%s:%d' % (job.host, job.port),
        mode=job.mode,
        version=tls.version if tls is not None else '',
        cipher=tls.cipher if tls is not None else '',
        trust=_one_line(trusted(job)),
        verification=verified(job),
        ehlo_name=ehlo_name,
        message_id='%s@%s' % (job.message_token, ehlo_name),
    )
    return Mail(
        sender=message.sender,
        recipients=message.recipients,
        subject=message.subject or subject(facts),
        body=message.body or body(facts),
        message_id=facts.message_id,
        date=time.time(),
    )


def mode_label(mode: str) -> str:
    """Return a mode with the line of the configuration that sets it."""
    known = MODE_BY_NAME[mode]
    return '%s (EnableTLS %s)' % ('no TLS' if known is DISABLED else known.label, known.value)


def _one_line(text: str) -> str:
    """The names of hosts and directories can contain any byte."""
    return safe_text(text).replace('\n', '\\x0a')


def trusted(job: Job) -> str:
    """Return what the mail server's certificate was verified against."""
    return job.trust.source if job.trust is not None and not job.ignores_errors else 'nothing'


def verified(job: Job) -> str:
    """Return what was verified of the mail server."""
    if job.mode == DISABLED.name:
        return 'none'
    if job.ignores_errors:
        return 'none (IgnoreCertificateErrors)'
    return 'certificate and host name' if job.checks_name else 'certificate, not the host name (CertValidationIgnoreHostName)'


def subject(facts: Facts) -> str:
    return 'InfoPrint server %s on %s: test of outgoing mail' % (facts.server, facts.host)


def body(facts: Facts) -> str:
    encrypted = '%s, %s' % (facts.version, facts.cipher) if facts.version else 'not encrypted'
    return '\n'.join(
        (
            'This mail was sent by an automatic test. Nobody needs to answer it.',
            '',
            'Its arrival shows that the host %s can hand mail to %s with the' % (facts.host, facts.mail_server),
            'current sendmemo configuration of the InfoPrint server %s.' % facts.server,
            '',
            'Working directory:  %s' % facts.directory,
            'Mail server:        %s' % facts.mail_server,
            'Encryption:         %s: %s' % (mode_label(facts.mode), encrypted),
            'Verified against:   %s' % facts.trust,
            'Verification:       %s' % facts.verification,
            'EHLO name:          %s' % facts.ehlo_name,
            'Message-ID:         %s' % facts.message_id,
            '',
        )
    )
