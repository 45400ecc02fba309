# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What sendmemo_config asks of a target, rendered and judged on the controller; every content travels once."""

from __future__ import annotations

import datetime as dt
import hashlib
import typing as t

from ansible.plugins.action import ActionBase

from ...module_utils.config.keywords import CONFIG_NAME
from ...module_utils.config.parser import parse
from ...module_utils.pd.commands import HOST, PORT
from ...module_utils.problems import Problem, ProblemError
from ..options.attributes import declared_attributes
from ..options.mail import check_mail
from ..options.spec import ArgumentError, file_mode
from ..x509.budget import limited_to
from ..x509.guard import guard
from ..x509.trust_files import blocks_of, ends, judge
from .entry import Declared, SourceReader, declared
from .ports import port_problems
from .template import Renderer

TRIAL_OPTIONS = ('timeout', 'min_tls', 'crl_check')
SENT_ALONG = (
    'name',
    'working_dir',
    'state',
    'owner',
    'group',
    'smtp_host',
    'smtp_port',
    'sender',
    'recipients',
    'manage_attributes',
)


def trial(args: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """Return how a changed set is to be tried, None = not at all. Raises ArgumentError."""
    until = args['try_before_commit']
    if until == 'none':
        return None
    entries = args['servers'] or [args]
    if until == 'envelope' and not all(entry.get('recipients') or args['recipients'] for entry in entries):
        raise ArgumentError('recipients is missing: try_before_commit: envelope asks the mail server whether it accepts them')
    for entry in (args, *args['servers']):
        check_mail(entry, f' of server {entry["name"]}' if entry.get('name') else '')
    return {'until': until, **{key: args[key] for key in TRIAL_OPTIONS}}


def _check_attributes(entry: t.Mapping[str, t.Any]) -> None:
    """Raise ArgumentError for attributes that belong to a server's set and are not declared, or can't be set."""
    if not entry.get('manage_attributes'):
        return
    of = f' of server {entry["name"]}' if entry.get('name') else ''
    missing = [option for option in ('smtp_host', 'smtp_port') if not entry.get(option)]
    if missing:
        raise ArgumentError(
            f'{" and ".join(missing)}{of} is missing: with manage_attributes they are what {HOST} and {PORT} are set to'
        )
    try:
        declared_attributes(entry.get('name'), {HOST: entry['smtp_host'], PORT: entry['smtp_port']})
    except ValueError as error:
        raise ArgumentError(str(error)) from None


class ConfigRequest:
    """The request, gathered entry by entry. `problems` are what is wrong with what is declared."""

    def __init__(self, action: ActionBase, task_vars: dict[str, t.Any], args: t.Mapping[str, t.Any]) -> None:
        self.contents: dict[str, str] = {}
        self.sources: dict[str, str] = {}  # what a managed trust file was declared as, by its name
        self.problems: list[Problem] = []
        self._args = args
        self._reader = SourceReader(action)
        self._renderer = Renderer(action, task_vars, args['template'])
        self._texts: dict[str | None, bytes] = {}
        self._ends_of: dict[tuple[str, str], list[dict[str, t.Any]]] = {}  # by CA and CRL file: what has been judged
        self._ends: dict[str | None, list[dict[str, t.Any]]] = {}

    def of(self, entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return the request for an entry; without a name it serves the servers that are found. Raises ProblemError."""
        name = entry.get('name')
        request = {key: entry[key] for key in SENT_ALONG if key in entry}
        request['mode'] = file_mode(entry['mode'])
        if entry.get('state') != 'absent':
            _check_attributes(entry)
            wanted = declared(entry, self._reader)
            path = entry.get('working_dir') or f'{self._args["base_dir"]}/{name}'
            server = {'name': name, 'working_dir': path} if name else None
            try:
                self._texts[name], warnings = self._renderer.render(server, wanted.settings)
            except ProblemError as error:
                raise ProblemError(error.problem._replace(server=name)) from None
            shown = f'{path}/{CONFIG_NAME}' if name else CONFIG_NAME
            self.problems += [problem._replace(server=name, file=shown) for problem in warnings]
            self._judge(wanted, name)
            self.sources.update(wanted.sources)
            request['config'] = self._keep(self._texts[name])
            request['trust'] = {file: self._keep(content) for file, content in wanted.trust.items()}
        return request

    def text_for(self, name: str) -> bytes:
        """Return the configuration that a server is to have, empty where it is to have none."""
        return self._texts.get(name, self._texts.get(None, b''))

    def port_problems(self, name: str, port: int | None, file: str) -> list[Problem]:
        """Return the warning that the port of the mail server doesn't fit what is declared for a server, if it doesn't."""
        config = parse(self.text_for(name), file)
        found = port_problems(config.settings, port, file, config.line_of('EnableTLS'))
        return [problem._replace(server=name) for problem in found]

    def ends_for(self, name: str) -> list[dict[str, t.Any]]:
        """Return when the CAs and CRLs that are declared for a server end, as far as they are managed."""
        return self._ends.get(name, self._ends.get(None, []))

    def _judge(self, wanted: Declared, name: str | None) -> None:
        """Judge the trust files that are declared; servers that share them share the problems.

        They are the user's own and lie on the controller: no budget cuts what is to be said of them.
        """
        if not wanted.trust:
            return
        ca, crl = (wanted.settings.get(keyword, '') for keyword in ('CAFile', 'CrlFile'))
        if (ca, crl) not in self._ends_of:
            files = {'CAFile': wanted.sources.get(ca, ca), 'CrlFile': wanted.sources.get(crl, crl)}
            now = dt.datetime.now(dt.timezone.utc)
            self._ends_of[ca, crl] = []
            own = wanted.trust.get(ca), wanted.trust.get(crl)
            with limited_to(None):
                with guard(self.problems, 'The ends of CAs and CRLs', file=files['CAFile'] or files['CrlFile']):
                    self._ends_of[ca, crl] = ends(blocks_of(own[0], files['CAFile']), blocks_of(own[1], files['CrlFile']), now)
                self.problems += judge(*own, now, self._args['warn_days'], files)
        self._ends[name] = self._ends_of[ca, crl]

    def _keep(self, content: bytes) -> str:
        key = hashlib.sha256(content).hexdigest()
        self.contents[key] = content.decode('latin-1')
        return key
