# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Postfix as a mailer to observe: it queues each mail, connects by itself later on, and tries again what was refused for now."""

from __future__ import annotations

import pathlib
import subprocess
import time
import typing as t

from .other_senders import MAIL, RECIPIENT, SENDER, settings_in
from .postfix import COMMAND_SECONDS, Postfix

QUEUE = {'virtual_mailbox_domains': '', 'queue_run_delay': '1s', 'maximal_backoff_time': '1h'}
# When main.cf counts: its processes read it when they start, and are kept for further mails unless told to end after each.
EACH_MAIL, AT_A_RESTART, NEVER_AGAIN = 'each mail', 'at a restart', 'never again'
# By postconf(5), 'verify' demands TLS, a trusted certificate and its name; no level demands a trusted certificate alone.
LEVELS = {'0': 'none', '1': 'verify', '2': 'verify'}


class PostfixSender:
    """A mailer for an observation, which sends to the mail server `host` at `address`.

    `backoff` is how long it waits before it tries a mail again. `empties` is whether its queue is emptied before each trial.
    With NEVER_AGAIN in `reads`, nobody knows how to restart it.
    """

    def __init__(
        self,
        postfix: Postfix,
        directory: pathlib.Path,
        host: str,
        address: tuple[str, int],
        backoff: str = '1h',
        empties: bool = True,
        reads: str = EACH_MAIL,
    ) -> None:
        self.working_directory = str(directory)
        self._postfix = postfix
        self._directory = directory
        self._host = host
        self._empties = empties
        self._reads = reads
        postfix.set(
            **QUEUE,
            relayhost='[{}]:{}'.format(*address),
            minimal_backoff_time=backoff,
            default_transport='once' if reads == EACH_MAIL else 'smtp',
        )

    def install(self, files: t.Mapping[str, bytes]) -> None:
        for name, content in files.items():
            (self._directory / name).write_bytes(content)
        if self._empties:
            self._run('postsuper', '-c', '-d', 'ALL')
        self._postfix.write(**self._parameters())

    def restart(self) -> bool:
        if self._reads == AT_A_RESTART:
            self._postfix.reload()
        return self._reads == AT_A_RESTART

    def written(self) -> str:
        return ''

    def send(self, after: float) -> bool:
        time.sleep(after)
        self._run('sendmail', '-C', '-f', SENDER, RECIPIENT)
        return False

    def _parameters(self) -> dict[str, str]:
        settings = settings_in(self._directory)
        mode = settings['EnableTLS']
        return {
            'smtp_helo_name': settings['Hostname'],
            'smtp_tls_security_level': 'encrypt' if settings.get('IgnoreCertificateErrors') == '1' else LEVELS[mode],
            'smtp_tls_wrappermode': 'yes' if mode == '2' else 'no',
            'smtp_tls_CAfile': settings.get('CAFile', ''),
            'smtp_tls_verify_cert_match': self._host,
        }

    def _run(self, program: str, names_configuration: str, *arguments: str) -> None:
        subprocess.run(
            [program, names_configuration, str(self._postfix.config_directory), *arguments],
            input=MAIL.encode(),
            capture_output=True,
            check=True,
            timeout=COMMAND_SECONDS,
        )
