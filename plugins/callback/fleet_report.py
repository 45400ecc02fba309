# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes the report of the fleet at the end of a run. Whatever goes wrong here, the run goes on."""
from __future__ import annotations

DOCUMENTATION = r'''
name: fleet_report
type: aggregate
short_description: Shows the whole fleet of InfoPrint servers at a glance
version_added: 1.0.0
description:
  - Collects what the modules of this collection tell in a run, from every play, and writes a report of every host and server of
    these plays at its end, those that were not reached, failed, or never had their turn included. A server counts as proven only
    by a real mail that was handed over, after which nothing else was changed, failed or stayed unknown.
  - Writes C(index.html), one page that needs nothing else, C(report.json), C(report.csv), C(junit.xml) and C(sendmemo.prom) for
    Prometheus, each replaced in one step, and tells on the terminal who needs attention and why.
  - A C(report.json) that is in the directory is read first, so that the new report can say what is new, fixed and still broken.
  - Whatever goes wrong with the report is a warning; it never fails a run.
author:
  - The printops.infoprint authors (@printops)
requirements:
  - Enable it in C(ansible.cfg) (C(callbacks_enabled = printops.infoprint.fleet_report)), or by
    C(ANSIBLE_CALLBACKS_ENABLED=printops.infoprint.fleet_report) in the environment.
options:
  directory:
    description:
      - Where the report is written, made where it is missing. A relative path counts from C(ansible.cfg) where it is set there,
        else from the working directory of the run.
    type: path
    default: fleet-report
    env:
      - name: INFOPRINT_REPORT_DIRECTORY
    ini:
      - section: fleet_report
        key: directory
  formats:
    description: What is written. An empty list writes nothing, and leaves the lines on the terminal.
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
  summary:
    description: Whether a few lines at the end of the run tell who needs attention and why.
    type: bool
    default: true
    env:
      - name: INFOPRINT_REPORT_SUMMARY
    ini:
      - section: fleet_report
        key: summary
'''

import datetime as dt
import pathlib
import typing as t

from ansible.plugins.callback import CallbackBase

from ..plugin_utils import report_plays as plays
from ..plugin_utils import report_values as values
from ..plugin_utils.report_collect import Collector, Event, module_of
from ..plugin_utils.report_compare import compare, with_last_proofs
from ..plugin_utils.report_files import FORMATS, read_report, write_report
from ..plugin_utils.report_model import Report
from ..plugin_utils.report_summary import is_well, terminal_lines
from ..plugin_utils.report_values import Odd


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'aggregate'
    CALLBACK_NAME = 'printops.infoprint.fleet_report'
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._collector = Collector()
        self._started = _now()
        self._playbooks: list[str] = []
        self._planned: dict[str, t.Any] = {}  # plays of ours that were not begun yet, by their identity
        self._play: t.Any = None  # that is running, while it is not known to be ours
        self._check_mode = False
        self._before: Report | None = None
        self._looked_before = False
        self._warned = False

    def _safely(self, what: t.Callable[[], None]) -> None:
        """Do a part of the work. What goes wrong is told once in a run, and by nothing but a warning."""
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
            name = getattr(playbook, '_file_name', None) or ''
            self._playbooks.append(values.text(pathlib.PurePath(name).name))
            ours = [play for play in playbook.get_plays() if plays.is_ours(play)]
            self._planned.update((plays.identity(play), play) for play in ours)
        self._safely(note)

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        def note() -> None:
            self._planned.pop(plays.identity(play), None)
            self._play = play
            if plays.is_ours(play):
                self._take_on()
        self._safely(note)

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        del is_conditional
        # A role or file that was included while the play ran.
        if self._play is not None and module_of(_action(task)):
            self._safely(self._take_on)

    def _take_on(self) -> None:
        """Let every host of the play that is running stand in the report."""
        play, self._play = self._play, None
        self._collector.expect(plays.hosts_of(play))

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._safely(lambda: self._take('ok', result))

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._safely(lambda: self._take('failed', result, ignore_errors))

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._safely(lambda: self._take('unreachable', result))

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._safely(lambda: self._take('skipped', result))

    def _take(self, status: str, result: t.Any, may_go_on: bool = False) -> None:
        task = _part(result, 'task')
        module = module_of(_action(task))
        if not module and status in ('ok', 'skipped'):
            return
        delegated = (_part(result, 'task_fields') or {}).get('delegate_to')
        check = task.check_mode if isinstance(task.check_mode, bool) else None
        self._check_mode = self._check_mode or bool(module and check)
        self._collector.take(Event(
            _part(result, 'host').get_name(), values.text(task.get_name()), module, status, _part(result, 'result'), _now(),
            check_mode=check, may_go_on=may_go_on, delegated=delegated if isinstance(delegated, str) else ''))

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        self._safely(lambda: self._report(stats))

    def _report(self, stats: t.Any) -> None:
        """Write the report of the run so far: where several playbooks are run, core ends each by its statistics."""
        failed = {host: stats.summarize(host)['failures'] for host in stats.processed}
        unfinished = []
        for play in self._planned.values():
            wanted = plays.hosts_wanted(play)
            self._collector.expect(wanted or [])
            if wanted != []:
                unfinished.append(plays.name_of(play))
        hosts = self._collector.hosts(failed)
        if not hosts and not unfinished:
            return  # nothing in this run is ours: a report of earlier runs stays
        report = Report(
            values.text(self.get_option('title')), _now(), self._started, self._check_mode, self._playbooks, hosts,
            unfinished)
        directory = pathlib.Path(self.get_option('directory'))
        before = self._read_before(directory)
        if before is not None:
            with_last_proofs(report, before)
            report.comparison = compare(before, report)
        formats = [name for name in FORMATS if name in self.get_option('formats')]
        page = ''
        try:
            write_report(report, directory, formats)
            page = str(directory / FORMATS['html'][0]) if 'html' in formats else ''
        except OSError as error:
            self._warn(f'{directory} can\'t be written: {error.strerror or error}')
        if self._collector.odd:
            self._warn(self._collector.odd[0])
        if self.get_option('summary'):
            self._tell(terminal_lines(report, page), is_well(report))

    def _read_before(self, directory: pathlib.Path) -> Report | None:
        """Return the report of the run before, read once: afterwards it is this run's own."""
        if not self._looked_before:
            self._looked_before = True
            try:
                self._before = read_report(directory / FORMATS['json'][0])
            except FileNotFoundError:
                pass
            except (OSError, Odd) as error:
                self._warn(f'the report before, in {directory}, can\'t be read: {error}')
        return self._before

    def _tell(self, lines: list[str], well: bool) -> None:
        self._display.display('')
        for number, line in enumerate(lines):
            self._display.display(line, color=None if number else 'green' if well else 'yellow')


def _now() -> str:
    return dt.datetime.now(dt.timezone.utc).strftime(values.TIME)


def _action(task: t.Any) -> str:
    """Return the full name of a task's action, also where a playbook gives the short one."""
    return str(getattr(task, 'resolved_action', None) or task.action)


def _part(result: t.Any, name: str) -> t.Any:
    """Return the host, task or result of a task's result: core 2.19 gave them names without an underscore."""
    found = getattr(result, name, None)
    return getattr(result, f'_{name}') if found is None else found
