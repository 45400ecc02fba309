# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The test of staged sets against the mail server, before they are committed."""

from ..messages.change import StagedTest
from ..messages.send import MailOptions, SendOptions
from ..program.watchdog import Watchdog
from ..send.job import Task
from ..send.prepare import forms_in
from ..send.send_all import joined, send_all, with_mail_servers
from ..send.shared_tls import SharedTls
from .server_change import HostOutcome, ServerChange, ServerChanges


def test_staged(changes: ServerChanges, test: StagedTest, bin_dir: str, watchdog: Watchdog, host: HostOutcome) -> None:
    """Test the staged sets of all servers at the same time. A change whose set does not pass fails."""
    options = SendOptions(**test._asdict())
    tasks = [_task(change, options) for change in changes]
    host.tls = host.tls or SharedTls()
    answer = send_all(with_mail_servers(tasks, bin_dir, watchdog), watchdog, host.tls)
    for change, result in zip(changes, answer.servers):
        change.outcome.tested(result)
    host.trust, host.now_ms = joined(host.trust or {}, answer.trust), answer.now_ms


def _task(change: ServerChange, options: SendOptions) -> Task:
    entry = change.entry
    mail = MailOptions(*change.mail_server, sender=entry.sender, recipients=entry.recipients)
    staged = dict(change.transaction.staged)
    files = change.outcome.files
    config = change.config()
    forms = forms_in(config, options)
    return Task(change.name, change.directory.path, mail, options, None, config.settings, forms, staged, files=files)
