# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the TLS configuration of InfoPrint servers into the declared state."""
from __future__ import annotations

import hashlib
import typing as t

from ..module_utils.problems import Problem
from ..plugin_utils import drift_report
from ..plugin_utils.arguments import ENTRY, file_mode
from ..plugin_utils.declared import SourceReader, declared
from ..plugin_utils.infoprint_action import InfoprintAction, Outcome, server_entry
from ..plugin_utils.rendering import Renderer
from ..plugin_utils.results import line_of
from ..plugin_utils.untrusted import Fields, server_answers

LIMIT = 120.0  # seconds of the target's clock for the files of all servers, tries apart


class ActionModule(InfoprintAction):
    MODULE = 'sendmemo_config'

    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        asked = _Asked(self, args)
        wanted = [asked.of(entry) for entry in servers]
        defaults = None if servers else asked.of({name: args[name] for name in ENTRY if args.get(name) is not None})
        refused = [problem for problem in asked.problems if problem.is_error]
        if refused:
            return Outcome([], asked.problems)
        answer = self.target.run('configuring', {
            'base_dir': args['base_dir'], 'servers': wanted, 'defaults': defaults, 'contents': asked.contents,
            'check': self._task.check_mode, 'diff': bool(self._task.diff),
            'backup': args['backup'], 'backup_keep': args['backup_keep'], 'try': None,
        }, LIMIT)
        return self._outcome(server_answers(answer, servers), asked)

    def _outcome(self, answers: list[Fields], asked: _Asked) -> Outcome:
        entries: list[dict[str, t.Any]] = []
        problems = list(asked.problems)
        lines, diffs = [], []
        for fields in answers:
            drift, found = drift_report.read_drift(fields), fields.problems()
            entry = server_entry(fields, found, changed=bool(fields.flag('changed')), drift=drift, backup=fields.text('backup'))
            entries.append(entry)
            problems += found
            lines += [drift_report.message(entry['name'], drift, entry['changed'], self._task.check_mode), *map(line_of, found)]
            diffs += drift_report.diffs(entry['working_dir'], drift, fields.raw('before'), asked.text_for(entry['name'])) if drift else []
        return Outcome(
            entries, problems, '\n'.join([*lines, *map(line_of, asked.problems)]), any(entry['changed'] for entry in entries), diffs)


class _Asked:
    """What the target is asked to do for each entry; every content travels once."""

    def __init__(self, action: ActionModule, args: dict[str, t.Any]) -> None:
        self.contents: dict[str, str] = {}
        self.problems: list[Problem] = []
        self._args = args
        self._reader = SourceReader(action)
        self._renderer = Renderer(action, action.task_vars, args['template'])
        self._texts: dict[str | None, bytes] = {}

    def of(self, entry: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the request for an entry; without a name it serves the servers that are found."""
        name = entry.get('name')
        request = {key: entry.get(key) for key in ('name', 'working_dir', 'state', 'owner', 'group', 'smtp_host', 'smtp_port')}
        request['mode'] = file_mode(entry['mode'])
        if entry.get('state') != 'absent':
            wanted = declared(entry, self._reader)
            path = entry.get('working_dir') or f'{self._args["base_dir"]}/{name}'
            self._texts[name] = self._renderer.render({'name': name, 'working_dir': path} if name else None, wanted.settings)
            request['config'] = self._keep(self._texts[name])
            request['trust'] = {file: self._keep(content) for file, content in wanted.trust.items()}
        return request

    def text_for(self, name: str) -> bytes:
        """Return the configuration that a server is to have, empty where it is to have none."""
        return self._texts.get(name, self._texts.get(None, b''))

    def _keep(self, content: bytes) -> str:
        key = hashlib.sha256(content).hexdigest()
        self.contents[key] = content.decode('latin-1')
        return key
