# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the TLS configuration of InfoPrint servers into the declared state."""

from __future__ import annotations

import datetime as dt
import hashlib
import typing as t

from ..module_utils.keywords import CONFIG_NAME
from ..module_utils.problems import Problem
from ..plugin_utils import drift_report
from ..plugin_utils.arguments import ENTRY, ArgumentError, file_mode
from ..plugin_utils.declared import Declared, SourceReader, declared
from ..plugin_utils.infoprint_action import InfoprintAction, Outcome, server_entry
from ..plugin_utils.rendering import Renderer
from ..plugin_utils.results import line_of
from ..plugin_utils.trust_analysis import judge
from ..plugin_utils.untrusted import Fields, server_answers

TRIAL_OPTIONS = ('timeout', 'min_tls', 'crl_check')
SENT_ALONG = ('name', 'working_dir', 'state', 'owner', 'group', 'smtp_host', 'smtp_port', 'sender', 'recipients')
LIMIT = 120.0  # seconds of the target's clock for the files of all servers, tries apart


class ActionModule(InfoprintAction):
    MODULE = 'sendmemo_config'

    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        asked = _Asked(self, args)
        wanted = [asked.of(entry) for entry in servers]
        defaults = None if servers else asked.of({name: args[name] for name in ENTRY if args.get(name) is not None})
        if any(problem.is_error for problem in asked.problems):
            return Outcome([], asked.problems)
        answer = self.target.run(
            'configuring',
            {
                'base_dir': args['base_dir'],
                'servers': wanted,
                'defaults': defaults,
                'contents': asked.contents,
                'check': self._task.check_mode,
                'diff': bool(self._task.diff),
                'backup': args['backup'],
                'backup_keep': args['backup_keep'],
                'try': _trial(args),
            },
            LIMIT + args['timeout'],
        )
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
            diffs += (
                drift_report.diffs(entry['working_dir'], drift, fields.raw('before'), asked.text_for(entry['name']))
                if drift
                else []
            )
        return Outcome(
            entries,
            problems,
            '\n'.join([*lines, *map(line_of, asked.problems)]),
            any(entry['changed'] for entry in entries),
            diffs,
        )


def _trial(args: dict[str, t.Any]) -> dict[str, t.Any] | None:
    """Return how a changed set is to be tried, None = not at all."""
    if args['try_before_commit'] == 'none':
        return None
    if (
        args['try_before_commit'] == 'envelope'
        and not args['recipients']
        and not all(one.get('recipients') for one in args['servers'])
    ):
        raise ArgumentError('recipients is missing: try_before_commit: envelope asks the mail server whether it accepts them')
    return {'until': args['try_before_commit'], **{key: args[key] for key in TRIAL_OPTIONS}}


class _Asked:
    """What the target is asked to do for each entry; every content travels once."""

    def __init__(self, action: ActionModule, args: dict[str, t.Any]) -> None:
        self.contents: dict[str, str] = {}
        self.problems: list[Problem] = []
        self._args = args
        self._reader = SourceReader(action)
        self._renderer = Renderer(action, action.task_vars, args['template'])
        self._texts: dict[str | None, bytes] = {}
        self._judged: set[tuple[str, str]] = set()

    def of(self, entry: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the request for an entry; without a name it serves the servers that are found."""
        name = entry.get('name')
        request = {key: entry[key] for key in SENT_ALONG if key in entry}
        request['mode'] = file_mode(entry['mode'])
        if entry.get('state') != 'absent':
            wanted = declared(entry, self._reader)
            path = entry.get('working_dir') or f'{self._args["base_dir"]}/{name}'
            self._texts[name], found = self._renderer.render(
                {'name': name, 'working_dir': path} if name else None, wanted.settings
            )
            self.problems += [problem._replace(server=name, file=f'{path}/{CONFIG_NAME}') for problem in found if name]
            self._judge(wanted)
            request['config'] = self._keep(self._texts[name])
            request['trust'] = {file: self._keep(content) for file, content in wanted.trust.items()}
        return request

    def text_for(self, name: str) -> bytes:
        """Return the configuration that a server is to have, empty where it is to have none."""
        return self._texts.get(name, self._texts.get(None, b''))

    def _judge(self, wanted: Declared) -> None:
        """Judge the trust files that are declared; servers that share them share the problems."""
        ca, crl = (wanted.settings.get(keyword, '') for keyword in ('CAFile', 'CrlFile'))
        if (ca, crl) in self._judged or not wanted.trust:
            return
        self._judged.add((ca, crl))
        files = {'CAFile': wanted.sources.get(ca, ca), 'CrlFile': wanted.sources.get(crl, crl)}
        now = dt.datetime.now(dt.timezone.utc)
        self.problems += judge(wanted.trust.get(ca), wanted.trust.get(crl), now, self._args['warn_days'], files)

    def _keep(self, content: bytes) -> str:
        key = hashlib.sha256(content).hexdigest()
        self.contents[key] = content.decode('latin-1')
        return key
