# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes the report of the fleet at the end of a run. Whatever goes wrong here, the run goes on."""

from __future__ import annotations

DOCUMENTATION = r"""
name: fleet_report
type: aggregate
short_description: Shows the whole fleet of InfoPrint servers at a glance
version_added: 1.0.0
description:
  - Collects the results of this collection's modules during a run, and at its end writes a report of every host and server of the
    plays that use them, including those that were not reached, failed, or were never run. A server counts as proven only by a
    real mail that was accepted over TLS, its certificate and name verified, if nothing was changed, failed or stayed unknown
    afterwards.
  - Writes C(index.html), one page that needs nothing else, C(report.json), C(report.csv), C(junit.xml) and C(sendmemo.prom) for
    Prometheus, each replaced in one step, and shows on the terminal which servers need attention and why.
  - A C(report.json) that is in the directory is read first. The run updates the servers that it checks; all
    others keep their last known state, each with its date, until their host leaves the inventory. So a run with C(--limit) or
    C(--tags), and one that ended early, leaves a report of the whole fleet, which says what is new, fixed and still broken.
  - Runs at the same time, as of slices of a fleet, wait for each other and lose nothing. Several inventories without common hosts
    can share a directory.
  - If something goes wrong with the report, that is a warning; it never fails a run.
author:
  - The printops.infoprint authors (@printops)
requirements:
  - Enable it in C(ansible.cfg) (C(callbacks_enabled = printops.infoprint.fleet_report)), or by
    C(ANSIBLE_CALLBACKS_ENABLED=printops.infoprint.fleet_report) in the environment.
options:
  directory:
    description:
      - The directory of the report, created if it is missing. A relative path is relative to C(ansible.cfg) if it is set there,
        otherwise to the working directory of the run.
    type: path
    default: fleet-report
    env:
      - name: INFOPRINT_REPORT_DIRECTORY
    ini:
      - section: fleet_report
        key: directory
  formats:
    description:
      - The files to write. An empty list writes none; the lines on the terminal remain.
      - With O(merge), C(report.json) is always written, because the next run updates it.
    type: list
    elements: str
    choices: [html, json, csv, junit, prometheus]
    default: [html, json, csv, junit, prometheus]
    env:
      - name: INFOPRINT_REPORT_FORMATS
    ini:
      - section: fleet_report
        key: formats
  title:
    description: The report's heading.
    type: str
    default: InfoPrint mail encryption
    env:
      - name: INFOPRINT_REPORT_TITLE
    ini:
      - section: fleet_report
        key: title
  merge:
    description:
      - Whether the run updates the existing report. Otherwise the report has only the servers of this run.
    type: bool
    default: true
    version_added: 1.1.0
    env:
      - name: INFOPRINT_REPORT_MERGE
    ini:
      - section: fleet_report
        key: merge
  stale_after:
    description: A server that was not checked for this many days is stale, and needs attention.
    type: float
    default: 7
    version_added: 1.1.0
    env:
      - name: INFOPRINT_REPORT_STALE_AFTER
    ini:
      - section: fleet_report
        key: stale_after
  mode:
    description:
      - The mode of the files, as an octal number in quotes. They name hosts, mail servers and their problems.
      - If a web server or node_exporter runs as another user, put it in their group, which the directory can give to
        them (C(chmod g+s)), or set V(0644).
    type: str
    default: "0640"
    version_added: 1.1.0
    env:
      - name: INFOPRINT_REPORT_MODE
    ini:
      - section: fleet_report
        key: mode
  quiet:
    description:
      - Whether the terminal shows in words what the tasks of this collection do, in place of their results as JSON. Each host has
        a line, each failure is reported once with its remedy, and a line after each batch of a play says how far it has come.
      - With C(-v) a table of the servers is added; with C(-vv) and more, core's own output is shown.
      - This applies to the default output (C(stdout_callback)) only, and to no task of your own. What a playbook registers, other
        callbacks and C(report.json) are not affected.
    type: bool
    default: true
    version_added: 1.1.0
    env:
      - name: INFOPRINT_REPORT_QUIET
    ini:
      - section: fleet_report
        key: quiet
  summary:
    description: Whether to show a few lines at the end of the run about the servers that need attention, and why.
    type: bool
    default: true
    env:
      - name: INFOPRINT_REPORT_SUMMARY
    ini:
      - section: fleet_report
        key: summary
"""

EXAMPLES = r"""
# In ansible.cfg: each run updates the report of the fleet.
ansible.cfg: |
  [defaults]
  callbacks_enabled = printops.infoprint.fleet_report

  [fleet_report]
  directory = fleet-report
  title = Print servers of Example Ltd

# For one run, without an ansible.cfg: the page and the metrics of this run alone.
shell: |
  ANSIBLE_CALLBACKS_ENABLED=printops.infoprint.fleet_report \
  INFOPRINT_REPORT_DIRECTORY=/srv/report INFOPRINT_REPORT_FORMATS=html,prometheus INFOPRINT_REPORT_MERGE=false \
  ansible-playbook -i hosts.yml printops.infoprint.converge
"""

import pathlib
import time
import typing as t

from ansible.plugins.callback import CallbackBase

from ..plugin_utils.core_objects import action_of, part_of
from ..plugin_utils.fleet_report import plays, times, values
from ..plugin_utils.fleet_report.compare import compare, logs_of
from ..plugin_utils.fleet_report.events import Collector, Event, concerns_hosts, module_of
from ..plugin_utils.fleet_report.formats.files import FORMATS, locked, read_report, set_aside, write_report
from ..plugin_utils.fleet_report.model import Report
from ..plugin_utils.fleet_report.observations import WARN_DAYS, Logs, Run, merge_newer, without_departed
from ..plugin_utils.fleet_report.provenance import complete_run
from ..plugin_utils.fleet_report.state import build_report
from ..plugin_utils.fleet_report.summary import tone
from ..plugin_utils.foreign_values import InvalidValue
from ..plugin_utils.options.spec import file_mode
from ..plugin_utils.terminal.core_output import filter_core_output
from ..plugin_utils.terminal.narrator import Narrator
from ..plugin_utils.terminal.summary_lines import summary_lines

COLOURS = {'well': 'green', 'fair': 'cyan', 'ill': 'yellow'}


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'aggregate'
    CALLBACK_NAME = 'printops.infoprint.fleet_report'
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._run = Run(started=_now())
        self._collector = Collector(self._run)
        self._playbooks: list[str] = []
        self._planned: dict[str, t.Any] = {}  # plays of this collection that have not started yet, by their identity
        self._play: t.Any = None  # the one that is running, while it is not known to use this collection
        self._own_play: t.Any = None  # a play that uses this collection, for the inventory
        self._before: Report | None = None
        self._has_read_before = False
        self._warned = False
        self._narrator: Narrator | None = None  # None: core's own output shows all results

    def _safely(self, what: t.Callable[[], None]) -> None:
        """Do a part of the work. An error is shown once in a run, and only as a warning."""
        try:
            what()
        except Exception as error:
            self._warn(f'{type(error).__name__}: {error}')

    def _warn(self, message: str) -> None:
        if not self._warned:
            self._warned = True
            self._display.warning(f'The fleet report is not complete: {values.text(message)}')

    def v2_playbook_on_start(self, playbook: t.Any) -> None:
        def note() -> None:
            self._quieten()
            name = getattr(playbook, '_file_name', None) or ''
            self._playbooks.append(values.text(pathlib.PurePath(name).name))
            of_collection = [play for play in playbook.get_plays() if plays.uses_collection(play)]
            self._planned.update((plays.identity(play), play) for play in of_collection)
            self._own_play = self._own_play or next(iter(of_collection), None)

        self._safely(note)

    def _quieten(self) -> None:
        """Leave what concerns this collection's tasks out of core's output, if that is wanted and can be done."""
        if self._narrator is None and self.get_option('quiet'):
            narrator = Narrator(self._show, self._display.verbosity, self._collector.states)
            self._narrator = narrator if filter_core_output(narrator) else None

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        def note() -> None:
            self._planned.pop(plays.identity(play), None)
            self._play = play
            if plays.uses_collection(play):
                self._expect_hosts()

        self._safely(note)

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        del is_conditional
        # A role or file that was included while the play ran.
        if self._play is not None and concerns_hosts(action_of(task)):
            self._safely(self._expect_hosts)

    def _expect_hosts(self) -> None:
        """List every host of the running play in the report."""
        self._own_play, self._play = self._play, None
        self._collector.expect(plays.hosts_of(self._own_play))

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._note('ok', result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._note('failed', result, ignore_errors)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._note('unreachable', result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._note('skipped', result)

    def _note(self, status: str, result: t.Any, may_go_on: bool = False) -> None:
        self._safely(lambda: self._take(status, result, may_go_on))
        if self._narrator is not None and self._narrator.hides_result(result):
            self._handle_warnings(part_of(result, 'result'))
            self._narrator.report(status, result, may_go_on)

    def _take(self, status: str, result: t.Any, may_go_on: bool = False) -> None:
        task = part_of(result, 'task')
        module = module_of(action_of(task))
        if not module and status in ('ok', 'skipped'):
            return
        fields = getattr(result, '_task_fields', None) or {}
        delegated, warn_days = fields.get('delegate_to'), (fields.get('args') or {}).get('warn_days')
        check = task.check_mode if isinstance(task.check_mode, bool) else None
        self._collector.take(
            Event(
                part_of(result, 'host').get_name(),
                values.text(task.get_name()),
                module,
                status,
                part_of(result, 'result'),
                times.moment_of(now := time.time_ns() // 1000),
                order=now,
                check_mode=check,
                may_go_on=may_go_on,
                delegated=delegated if isinstance(delegated, str) else '',
                warn_days=WARN_DAYS if (days := values.whole(warn_days)) is None else days,
            )
        )

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        self._safely(lambda: self._report(stats))

    def _report(self, stats: t.Any) -> None:
        """Write the report of the run so far: where several playbooks are run, core ends each by its statistics."""
        unfinished = self._unfinished()
        directory, page = pathlib.Path(self.get_option('directory')), ''
        logs = self._collector.logs({host: stats.summarize(host)['failures'] for host in stats.processed})
        is_empty = not logs and not unfinished
        if is_empty and (self._own_play is None or (directory / FORMATS['json'][0]).exists()):
            return  # no play uses this collection, or on no host: a report of earlier runs stays
        inventory = plays.inventory_of(self._own_play)
        complete_run(self._run, self._playbooks, inventory, len(logs), self._collector.reached())
        self._run.ended = _now()
        report = self._of_run(plays.with_groups(logs, inventory), unfinished)
        formats = self._formats()
        try:
            if formats:
                with locked(directory):
                    report = self._with_before(directory, logs, inventory, report)
                    write_report(report, directory, formats, file_mode(self.get_option('mode'), 'fleet_report: '))
                page = str(directory / FORMATS['html'][0]) if 'html' in formats else ''
        except OSError as error:
            self._warn(f"{directory} can't be written: {error.strerror or error}")
        if self._collector.unreadable:
            self._warn(self._collector.unreadable[0])
        if self.get_option('summary'):
            self._display_lines(self._summary(report, page), COLOURS[tone(report)])
        elif self._narrator is not None and self._narrator.advice:
            self._display_lines([self._narrator.advice], None)

    def _formats(self) -> list[str]:
        """Return the formats to write: those chosen and, to merge the next run with it, the JSON."""
        chosen = self.get_option('formats')
        always = {'json'} if chosen and self.get_option('merge') else set()
        return [name for name in FORMATS if name in chosen or name in always]

    def _unfinished(self) -> list[str]:
        """Return the plays of this collection that never started; their hosts are listed in the report."""
        names = []
        for play in self._planned.values():
            hosts = plays.planned_hosts(play)
            self._collector.expect(hosts or [])
            if hosts != []:
                names.append(plays.name_of(play))
        return names

    def _of_run(self, logs: Logs, unfinished: list[str]) -> Report:
        title, stale_days = values.text(self.get_option('title')), self.get_option('stale_after')
        report = build_report(title, logs, [self._run], self._run.ended, stale_days)
        report.unfinished = unfinished
        return report

    def _with_before(self, directory: pathlib.Path, logs: Logs, inventory: plays.Inventory, report: Report) -> Report:
        """Return the report in the directory updated with that of the run, and compared with the one that was there when the run
        first wrote its own."""
        known = self._read(directory)
        if not self._has_read_before:
            self._has_read_before, self._before = True, known
        if known is not None and self.get_option('merge'):
            older = without_departed(logs_of(known), inventory.hosts, inventory.sources)
            merged = merge_newer(plays.without_undeclared(self._own_play, older, logs), logs)
            report = self._of_run(plays.with_groups(merged, inventory), report.unfinished)
        if self._before is not None:
            report.comparison = compare(self._before, report)
        return report

    def _read(self, directory: pathlib.Path) -> Report | None:
        path = directory / FORMATS['json'][0]
        try:
            return read_report(path, self.get_option('stale_after'))
        except FileNotFoundError:
            return None
        except (OSError, InvalidValue) as error:
            kept = set_aside(path)
            self._warn(f"the report before, {path}, can't be read{f', and is kept as {kept}' if kept else ''}: {error}")
            return None

    def _summary(self, report: Report, page: str) -> list[str]:
        if self._narrator is None:
            return summary_lines(report, page, lambda _message: False)
        return summary_lines(report, page, self._narrator.has_said, self._narrator.advice)

    def _display_lines(self, lines: list[str], colour: str | None) -> None:
        self._display.display('')
        for number, line in enumerate(lines):
            self._show(line, None if number else colour)

    def _show(self, line: str, colour: str | None, is_error: bool = False) -> None:
        self._display.display(line, color=colour, stderr=is_error)


def _now() -> str:
    return times.moment_of(time.time_ns() // 1000)
