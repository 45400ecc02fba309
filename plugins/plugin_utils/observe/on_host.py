# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The product's own mailer on a print server, as the laboratory drives it: each trial is one round trip."""

from __future__ import annotations

import math
import typing as t

from ...module_utils.config.keywords import CONFIG_NAME
from ...module_utils.messages.observe import READ_LOG, ObserveRequest
from ...module_utils.problems import ProblemError
from ...module_utils.safe_text import safe_text
from ..foreign_values import one_line

MOST_COMPLAINTS = 5
LONGEST_LOG = 500  # characters, the last ones, of what was written
LONGEST_ANSWER = 20_000  # of it, with what is not text escaped


class Step(t.NamedTuple):
    """What came of a step. Of a trial `complaints` has what its commands did, each in a line, '' for one that ended well, and
    `log_end` where the server's error log ended before it. Of the log, `written`."""

    complaints: t.Sequence[str] = ()
    log_end: str = ''
    written: str = ''


Steps = t.Callable[[ObserveRequest], Step]


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
        self._log_end = ''

    def install(self, files: t.Mapping[str, bytes]) -> None:
        """Keep the files for the round trip that causes a mail."""
        texts = {name: content.decode('latin-1') for name, content in files.items()}
        self._request = self._request._replace(config=texts.pop(CONFIG_NAME), trust=texts)
        self._restarts = False

    def restart(self) -> bool:
        self._restarts = True
        return bool(self._restart)

    def send(self, after: float) -> bool:
        self._number += 1
        wait = f'sleep {math.ceil(after)}' if after else ''
        commands = [command for command in (self._restart if self._restarts else '', wait, self._trigger) if command]
        step = self._do(self._request._replace(commands=commands))
        self.complaints += map(safe_text, filter(None, step.complaints))
        del self.complaints[:-MOST_COMPLAINTS]
        self._log_end = step.log_end
        if not self._trigger:
            self._say(f'Mail {self._number}: make the server send a notification now.')
        return False

    def written(self) -> str:
        try:
            log = self._do(self._request._replace(step=READ_LOG, config='', trust={}, log_end=self._log_end)).written
        except ProblemError as error:  # this is evidence alone: the next trial will show whether the host is lost
            log = error.problem.message
        return one_line(log[-LONGEST_LOG:].strip(), 2 * LONGEST_LOG)
