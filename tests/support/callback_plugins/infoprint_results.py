# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Test callback: every task result as one JSON line, so that tests read results instead of screen output."""

from __future__ import annotations

import json
import pathlib
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: infoprint_results
type: aggregate
short_description: every task result as a JSON line
description: Writes one JSON object per host and task, and the statistics at the end, for the tests of this collection.
options:
  path:
    description: The file to append to.
    type: path
    required: true
    env:
      - name: INFOPRINT_TEST_RESULTS
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'aggregate'
    CALLBACK_NAME = 'infoprint_results'
    CALLBACK_NEEDS_ENABLED = True

    plays = 0  # how many plays, and batches of them, have begun

    def _write(self, **line: t.Any) -> None:
        with pathlib.Path(self.get_option('path')).open('a', encoding='utf-8') as output:
            output.write(json.dumps(line, default=str) + '\n')

    def _result(self, status: str, result: t.Any) -> None:
        # ansible-core 2.19 gave these attributes names without an underscore.
        host = getattr(result, 'host', None) or result._host
        task = getattr(result, 'task', None) or result._task
        content = result.result if hasattr(result, 'result') else result._result
        found = {'host': host.get_name(), 'task': task.get_name(), 'action': task.action, 'play': self.plays}
        self._write(**found, status=status, result=content)

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        self.plays += 1

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._result('ok', result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._result('failed', result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._result('skipped', result)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._result('unreachable', result)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        self._write(stats={host: stats.summarize(host) for host in stats.processed})
