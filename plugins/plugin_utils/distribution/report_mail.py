# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A report as a mail: the verdict in the subject, who needs attention in the text, the page attached."""

from __future__ import annotations

import email.headerregistry
import email.message
import email.policy
import email.utils
import gzip
import mimetypes
import typing as t

from ..fleet_report import times
from ..fleet_report.model import Report
from ..fleet_report.summary import tone, verdict
from ..terminal.summary_lines import summary_lines
from .report_files import ReportFiles, digest

LONGEST_SUBJECT = 200
LARGEST_PLAIN = 2 << 20  # bytes of a file that is attached as it is; a larger one is compressed, since mail servers have limits


class Attachment(t.NamedTuple):
    """A file of the report in a mail; `sha256` is of the file, also where what is attached is compressed."""

    name: str
    size: int
    sha256: str
    content: bytes

    @property
    def attached_as(self) -> str:
        return f'{self.name}.gz' if self.size > LARGEST_PLAIN else self.name


class Envelope(t.NamedTuple):
    """Who a mail is from and to."""

    sender: str
    recipients: list[str]


def address(text: str) -> email.headerregistry.Address:
    """Return a mail address, local@domain. Raises ValueError."""
    try:
        found = email.headerregistry.Address(addr_spec=text)
    except (ValueError, IndexError, email.errors.MessageError):
        found = email.headerregistry.Address()
    if not found.username or not found.domain or not text.isascii() or not text.isprintable():
        raise ValueError(f'{text!r} is not a mail address')
    return found


def hours_old(report: Report, now: str) -> float:
    return (times.seconds(now) - times.seconds(report.generated)) / 3600


def needs_attention(report: Report) -> bool:
    """Return whether somebody should look at a report: not all is proven or accepted, or something expires soon."""
    return tone(report) == 'ill' or any(server.soon for _host, server in report.servers())


def subject(report: Report, is_old: bool) -> str:
    """Return the subject: the verdict. What an old report says is not of today."""
    old = f'OLD, of {times.minute(report.generated)} UTC: ' if is_old else ''
    text = f'{old}{report.title}: {verdict(report)}'
    return text if len(text) <= LONGEST_SUBJECT else f'{text[: LONGEST_SUBJECT - 3]}...'


def attachments(of: ReportFiles, names: t.Iterable[str]) -> list[Attachment]:
    """Return files of the report as attachments. Raises KeyError for one that is not there."""
    found = []
    for name in names:
        content = of.files[name]
        data = gzip.compress(content, mtime=0) if len(content) > LARGEST_PLAIN else content
        found.append(Attachment(name, len(content), digest(content), data))
    return found


def body(report: Report, attached: t.Sequence[Attachment], is_old: bool, archive: str) -> str:
    """Return the text: when the report was made, the verdict and its causes, and what is attached, with digests."""
    when = f'Report of {times.minute(report.generated)} UTC.'
    if is_old:
        when += ' It is OLD: no run has written a newer one. What it says is not the state of today.'
    parts = [[when], summary_lines(report, '', lambda _message: False)]
    if attached:
        parts.append(['Attached:', *(f'  {one.attached_as}: {_facts(one)}' for one in attached)])
    if archive:
        parts.append([f'The same files are in {archive}'])
    return '\n\n'.join('\n'.join(lines) for lines in parts) + '\n'


def _facts(one: Attachment) -> str:
    of = f' of {one.name}' if one.attached_as != one.name else ''
    return f'{one.size} bytes{of}, SHA-256{of}\n    {one.sha256}'


def compose(envelope: Envelope, subject_line: str, text: str, attached: t.Sequence[Attachment]) -> email.message.EmailMessage:
    """Return the mail. Every text is of this collection or sanitized already. Raises ValueError for an address."""
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    sender = address(envelope.sender)
    message['From'], message['To'] = sender, [address(one) for one in envelope.recipients]
    message['Subject'] = subject_line
    message['Date'] = email.utils.localtime()
    message['Message-ID'] = email.utils.make_msgid(domain=sender.domain)
    message['Auto-Submitted'] = 'auto-generated'
    message.set_content(text)
    for one in attached:
        kind = 'application/gzip' if one.attached_as != one.name else mimetypes.guess_type(one.name)[0] or 'text/plain'
        maintype, _slash, subtype = kind.partition('/')
        # As base64, so that the bytes that are saved are those of the digest: text would get other line ends.
        message.add_attachment(one.content, maintype, subtype, filename=one.attached_as, cte='base64')
    return message
