# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Says on the terminal what the tasks of this collection do: a line for each host, each failure once, a line after each batch.

Tasks of a site's own are left to core, and with -vv everything is.
"""

from __future__ import annotations

import sys
import time
import typing as t

from ansible import constants

from ..core_objects import action_of, part_of
from ..fleet_report import plays, values
from ..fleet_report.events import CONFIRMING, module_of
from ..fleet_report.result_reader import COLLECTION
from ..problems.report_codes import REPORT_CODES
from . import delivery, failure, words
from .batches import Progress, batch_sizes
from .layout import paragraph, table

FILES = '/ansible_collections/printops/infoprint/'  # in the path of a task or play of this collection
VERBOSE, EVERYTHING = 1, 2  # of Ansible's verbosity: a table of the servers, and core's own output
INDENT = '    '
# Tasks of this collection that fail hosts whose failure was reported before, and the one that says how to go on.
REPEATS = ('Report the failure', 'Fail the hosts whose mails were lost')
ADVICE = 'End the run after this batch'
OF_AUDIT = ('Compare the servers with their declared state', 'Validate the active configuration')  # its report has both
RESTART = ('raw', 'ansible.builtin.raw')
NOT_RESTARTED = 'Restart the InfoPrint servers by hand: the next run finds no change, and so does not restart them.'
DEFAULTS = {'display_ok_hosts': True, 'display_skipped_hosts': True}  # of core's output
ERROR_COLOURS = (constants.COLOR_ERROR, constants.COLOR_UNREACHABLE)
LARGE_BATCH = 50  # hosts: in one of this size or larger, a terminal shows the progress
SECONDS_BETWEEN = 5.0

UNREACHABLE = REPORT_CODES['unreachable']

Show = t.Callable[[str, 'str | None', bool], None]
StatesOf = t.Callable[[str], t.Mapping[str, str]]


class Narrator:
    """`show` displays a line, in a colour, as an error or not. `states_of` returns the states of a host's servers by name.

    The methods `hides_*` say what core's own output leaves out (`core_output.Filter`).
    """

    def __init__(self, show: Show, verbosity: int, states_of: StatesOf) -> None:
        self._display = show
        self.option: t.Callable[[str], t.Any] = DEFAULTS.get
        self._verbosity = verbosity
        self._states_of = states_of
        self._reported: dict[str, str] = {}  # what was said, and the host that it was said of first
        self._failed: set[str] = set()
        self._play: t.Any = None
        self._hidden_play = False
        self._progress: Progress | None = None
        self._shown_at = 0.0
        self._confirms = False
        self._headed = ''  # the task whose heading was shown last
        self.advice = ''

    # What core's own output leaves out

    def hides_play(self, play: t.Any) -> bool:
        self._end_batch()
        is_next_batch = self._play is not None and plays.identity(play) == plays.identity(self._play)
        self._start_batch(play, is_next_batch)
        self._play, self._confirms = play, False
        is_ours = self._verbosity < EVERYTHING and FILES in play.get_path()
        self._hidden_play = is_ours and (is_next_batch or not plays.hosts_of(play))
        # A play without hosts is shown all the same if it is the one that the site has run: its group's name may be wrong.
        self._hidden_play &= is_next_batch or isinstance(play.vars.get('__unreachable'), str)
        return self._hidden_play

    def hides_no_hosts(self) -> bool:
        return self._hidden_play

    def hides_end_of_hosts(self) -> bool:
        return self._verbosity < EVERYTHING and self._play is not None and FILES in self._play.get_path()

    def hides_task(self, task: t.Any, *_more: t.Any, **_named: t.Any) -> bool:
        """A helper's heading is shown only when it has something to say; so is that of a mailbox that is not used. The next batch
        needs no heading of its own."""
        if self._verbosity >= EVERYTHING or task._uuid == self._headed:
            return self._verbosity < EVERYTHING
        module = module_of(action_of(task))
        if not self._confirms if module == CONFIRMING else not module and _is_helper(task):
            return True
        if not (self.option('display_ok_hosts') and self.option('display_skipped_hosts')):
            return True  # core shows it only before a result that is shown
        self._headed = task._uuid
        return False

    def hides_result(self, result: t.Any, *_more: t.Any, **_named: t.Any) -> bool:
        task = part_of(result, 'task')
        if self._verbosity >= EVERYTHING or (task.loop and not _is_helper(task)) or 'censored' in part_of(result, 'result'):
            return False
        return bool(module_of(action_of(task))) or _is_helper(task)

    def hides_recap(self, _stats: t.Any) -> bool:
        self._end_batch()
        self._play = None
        return False

    # Batches

    def _start_batch(self, play: t.Any, is_next: bool) -> None:
        if not is_next:
            serial = play.serial if isinstance(play.serial, list) else [play.serial]
            sizes = batch_sizes([size for size in serial if size], len(plays.hosts_of(play)))
            self._progress = Progress(sizes, time.monotonic()) if plays.uses_collection(play) else None
        if self._progress is not None:
            self._progress.start()
        self._shown_at = time.monotonic()

    def _end_batch(self) -> None:
        if self._play is not None and self._progress is not None and len(self._progress.sizes) > 1:
            self._show(self._progress.line(time.monotonic()), None)

    def _note_progress(self, host: str) -> None:
        if self._progress is None:
            return
        self._progress.note(host, self._states_of(host).values())
        now = time.monotonic()
        if self._progress.size >= LARGE_BATCH and sys.stdout.isatty() and now - self._shown_at >= SECONDS_BETWEEN:
            self._shown_at = now
            self._show(self._progress.line(now), None)

    # Results

    def report(self, status: str, result: t.Any, is_ignored: bool = False) -> None:
        """Say what a task did on a host: what core's output has left out. `status` is ok, failed, skipped or unreachable."""
        if not self.hides_result(result):
            return
        task, host = part_of(result, 'task'), values.host_name(part_of(result, 'host').get_name())
        shown = part_of(result, 'result')
        try:
            self._report(status, task, host, shown, is_ignored)
        except Exception:  # a failure must be seen, whatever the result looks like
            self._head(task)
            self._show(f'{status}: [{host}] {values.text(str(shown.get("msg", "")), 4096)}', _colour(status))

    def _report(self, status: str, task: t.Any, host: str, result: t.Mapping[str, t.Any], is_ignored: bool) -> None:
        module = module_of(action_of(task))
        if status == 'skipped':
            return
        if module == CONFIRMING and status == 'ok':
            self._report_deliveries(task, result)
        elif status == 'ok':
            self._report_done(task, host, result, module)
        else:
            self._report_failure(status, task, host, result, is_ignored)
        if module and module != CONFIRMING:
            self._note_progress(host)

    def _report_done(self, task: t.Any, host: str, result: t.Mapping[str, t.Any], module: str) -> None:
        status = 'changed' if result.get('changed') else 'ok'
        if not module:
            if isinstance(result.get('msg'), list):
                self._report_audit('ok', task, host, result['msg'])
            elif action_of(task) in RESTART:
                self._head(task)
                self._show(f'{status}: [{host}]', _colour(status))
            return
        is_unwanted = status == 'ok' and not self.option('display_ok_hosts')
        if is_unwanted or (task.name in OF_AUDIT and self._verbosity < VERBOSE):
            return
        states, check = self._states_of(host), task.check_mode is True
        self._head(task)
        self._show_all([f'{status}: [{host}] {words.line(result, module, states, check)}'.rstrip()], '', _colour(status))
        if self._verbosity >= VERBOSE:
            for row in table(words.table(result, module, states, check), INDENT):
                self._show(row, None)

    def _report_audit(self, status: str, task: t.Any, host: str, found: list[t.Any]) -> None:
        """Say what an audit reports of a host, in one line if nothing differs."""
        self._head(task)
        lines = [values.text(one, 4096) for one in found]
        is_fine = all(line.endswith((': as declared', ': no problems')) for line in lines)
        self._show(
            f'{status}: [{host}]{f" {len(lines) - 1} servers as declared, no problems" if is_fine else ""}', _colour(status)
        )
        if not is_fine:
            self._reported.update(dict.fromkeys(lines, host))
            self._show_all(lines)

    def _report_failure(self, status: str, task: t.Any, host: str, result: t.Mapping[str, t.Any], is_ignored: bool) -> None:
        if task.name == ADVICE:
            self.advice = self.advice or values.text(str(result.get('msg', '')).splitlines()[-1], 4096)
            return
        if task.name in REPEATS and host in self._failed:
            return
        if isinstance(result.get('msg'), list):
            self._report_audit(status, task, host, result['msg'])
            return
        self._head(task)
        self._failed.add(host)
        for cause in failure.causes(result):
            text = f'{cause.text} {UNREACHABLE.remedy}' if status == 'unreachable' else cause.text
            self._report_cause(status, host, cause._replace(text=text))
        if action_of(task) in RESTART:
            self._show_all([NOT_RESTARTED])
        if is_ignored:
            self._show('...ignoring', constants.COLOR_SKIP)

    def _report_deliveries(self, task: t.Any, result: t.Mapping[str, t.Any]) -> None:
        if 'mark' in result:
            self._confirms = True
            return
        found = delivery.read(result)
        self._head(task)
        self._show_all([f'{found.status}: {found.line}'], '', _colour(found.status))
        for host, cause in found.lost:
            self._failed.add(host)
            self._report_cause('failed', host, cause)
        for host in list(self._progress.finished) if self._progress is not None else ():
            self._note_progress(host)  # a mailbox has changed the states of many

    def _report_cause(self, status: str, host: str, cause: failure.Cause) -> None:
        """Say why a host failed; of a cause that was reported before, only that it is the same."""
        key = cause.text.replace(host, '')
        first = self._reported.get(key)
        same = '' if first is None else 'as before' if first == host else f'as on {first}'
        code = f'[{cause.code}]' if cause.code else ''
        self._show_all(
            [' '.join(filter(None, [f'{status}: [{host}]', ', '.join(cause.servers), code, same]))], '', _colour(status)
        )
        if not same:
            self._reported[key] = host
            self._show_all([cause.text], INDENT, _colour(status))

    def has_said(self, message: str) -> bool:
        """Return whether a message, without the name of its host, was shown in this run."""
        return any(message in said for said in self._reported)

    def _show_all(self, lines: t.Iterable[str], indent: str = INDENT, colour: str | None = None) -> None:
        for one in lines:
            for row in paragraph(one, indent, '' if indent else INDENT):
                self._show(row, colour, colour in ERROR_COLOURS)

    def _show(self, line: str, colour: str | None, is_error: bool = False) -> None:
        self._display(line, colour, is_error and bool(self.option('display_failed_stderr')))

    def _head(self, task: t.Any) -> None:
        """Show the heading of a task if it was left out."""
        if self._headed != task._uuid:
            self._headed = task._uuid
            self._show('', None)
            self._show(f'TASK [{values.text(task.get_name())}] '.ljust(79, '*'), None)


def _colour(status: str) -> str:
    colours = {
        'ok': constants.COLOR_OK,
        'changed': constants.COLOR_CHANGED,
        'unreachable': constants.COLOR_UNREACHABLE,
        delivery.UNCONFIRMED: constants.COLOR_WARN,
    }
    return str(colours.get(status, constants.COLOR_ERROR))


def _is_helper(task: t.Any) -> bool:
    """Return whether a task is one of this collection's own that is not a module of it."""
    return FILES in task.get_path() and not action_of(task).startswith(COLLECTION)
