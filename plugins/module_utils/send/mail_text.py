# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the test mail says when nobody says it: which host and server sent it, what that proves, and with which settings."""

import time
from typing import Dict, NamedTuple

from ..safe_text import safe_text
from ..smtp.message import Mail
from .job import Job
from .local_name import host_name

MODES = {'none': 'no TLS (EnableTLS 0)', 'starttls': 'STARTTLS (EnableTLS 1)', 'smtps': 'SMTPS (EnableTLS 2)'}


class Facts(NamedTuple):
    """What the mail tells of how it was sent; `version` and `cipher` are '' in plaintext."""

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


def mail_of(job: Job, ehlo_name: str, tls: Dict[str, str]) -> Mail:
    """Return the mail of a job. `tls` has the version and cipher that were negotiated, {} before that and in plaintext."""
    message_id = '%s@%s' % (job.message_token, ehlo_name)
    facts = Facts(
        _one_line(host_name()),
        _one_line(job.name),
        _one_line(job.directory),
        '%s:%d' % (job.host, job.port),
        job.mode,
        tls.get('version', ''),
        tls.get('cipher', ''),
        _one_line(trusted(job)),
        verified(job),
        ehlo_name,
        message_id,
    )
    return Mail(job.sender, job.recipients, job.subject or subject(facts), job.body or body(facts), message_id, time.time())


def _one_line(text: str) -> str:
    """Names of hosts and directories that were found may hold anything."""
    return safe_text(text).replace('\n', '\\x0a')


def trusted(job: Job) -> str:
    """Return what the mail server's certificate was verified against."""
    return job.trust.source if job.trust is not None and not job.ignores_errors else 'nothing'


def verified(job: Job) -> str:
    """Return what was verified of the mail server."""
    if job.mode == 'none':
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
            'That it arrived proves that the host %s can hand mail to %s with the' % (facts.host, facts.mail_server),
            'sendmemo configuration that is in force for the InfoPrint server %s.' % facts.server,
            '',
            'Working directory:  %s' % facts.directory,
            'Mail server:        %s' % facts.mail_server,
            'Encryption:         %s: %s' % (MODES[facts.mode], encrypted),
            'Verified against:   %s' % facts.trust,
            'Verification:       %s' % facts.verification,
            'EHLO name:          %s' % facts.ehlo_name,
            'Message-ID:         %s' % facts.message_id,
            '',
        )
    )
