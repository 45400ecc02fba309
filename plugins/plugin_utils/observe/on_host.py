# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The product's own mailer on a print server, as the laboratory drives it: each trial is one round trip."""

from __future__ import annotations

import typing as t

from ...module_utils.config.keywords import CONFIG_NAME
from ...module_utils.messages.observe import ObserveRequest
from ...module_utils.safe_text import safe_text

MOST_COMPLAINTS = 5


class Steps(t.Protocol):
    """Does a step on the host; returns what the trial's commands did, each in a line, '' for one that ended well."""

    def __call__(self, request: ObserveRequest) -> list[str]: ...


class MailerOnHost:
    """A server's mailer. `request` is a trial's without its set; `say` tells the operator something."""

    def __init__(
        self,
        request: ObserveRequest,
        do: Steps,
        trigger: str,
        restart: str,
        say: t.Callable[[str], None],
        working_directory: str,
    ) -> None:
        self.working_directory = working_directory
        self.complaints: list[str] = []  # of the commands, the last ones
        self._request = request
        self._do = do
        self._trigger, self._restart = trigger, restart
        self._restarts = False
        self._say = say
        self._number = 0

    def install(self, files: t.Mapping[str, bytes]) -> None:
        """Keep the files for the round trip that causes a mail."""
        texts = {name: content.decode('latin-1') for name, content in files.items()}
        self._request = self._request._replace(config=texts.pop(CONFIG_NAME), trust=texts)
        self._restarts = False

    def restart(self) -> bool:
        self._restarts = True
        return bool(self._restart)

    def send(self) -> bool:
        self._number += 1
        commands = [command for command in (self._restart if self._restarts else '', self._trigger) if command]
        complaints = filter(None, self._do(self._request._replace(commands=commands)))
        self.complaints += map(safe_text, complaints)
        del self.complaints[:-MOST_COMPLAINTS]
        if not self._trigger:
            self._say(f'Mail {self._number}: make the server send a notification now.')
        return False
