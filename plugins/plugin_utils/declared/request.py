# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The request of sendmemo_config, rendered and checked on the controller; every content travels once."""

from __future__ import annotations

import hashlib
import typing as t

from ansible.plugins.action import ActionBase

from ...module_utils.config.forms import forms_of
from ...module_utils.config.keywords import CONFIG_NAME, FILE_KEYWORDS, KEYWORDS
from ...module_utils.config.parser import parse
from ...module_utils.config.rules import value_problem
from ...module_utils.messages.change import StagedTest
from ...module_utils.messages.configure import ConfigureEntry, FetchedCrls
from ...module_utils.pd.command_lines import HOST, PORT
from ...module_utils.problems import Problem, ProblemError
from ...module_utils.vocabulary import ENVELOPE
from ..observe.profile import Profile
from ..options.attributes import declared_attributes
from ..options.mail import check_mail, of_server
from ..options.spec import ArgumentError, fields_for, file_mode
from ..run_cache import once
from ..x509.budget import limited_to
from ..x509.criteria import Criteria
from ..x509.guard import guard
from ..x509.trust_files import blocks_of, check_files, ends
from .entry import DesiredConfig, desired_config
from .fetched_crls import DeclaredCrls
from .observed_forms import observed_problems
from .ports import port_problems
from .profile import criteria_of
from .source_files import SourceReader, called
from .template import Renderer


def staged_test(args: t.Mapping[str, t.Any]) -> StagedTest | None:
    """Return how a changed set is to be tested, None = not at all. Raises ArgumentError."""
    until = args['try_before_commit']
    if until == 'none':
        return None
    entries = args['servers'] or [args]
    if until == ENVELOPE and not all(entry.get('recipients') or args['recipients'] for entry in entries):
        raise ArgumentError('recipients is missing: try_before_commit: envelope asks the mail server whether it accepts them')
    for entry in (args, *args['servers']):
        check_mail(entry, of_server(entry))
    return StagedTest(**{name: args[name] for name in StagedTest._fields if name in args}, until=until)


def _check_attributes(entry: t.Mapping[str, t.Any]) -> None:
    """Raise ArgumentError for attributes that belong to a server's set and are not declared, or can't be set."""
    if not entry.get('manage_attributes'):
        return
    missing = [option for option in ('smtp_host', 'smtp_port') if not entry.get(option)]
    if missing:
        raise ArgumentError(
            f'{" and ".join(missing)}{of_server(entry)} is missing: with manage_attributes they are what {HOST} and {PORT} are '
            'set to'
        )
    try:
        declared_attributes(entry.get('name'), {HOST: entry['smtp_host'], PORT: entry['smtp_port']})
    except ValueError as error:
        raise ArgumentError(str(error)) from None


class RequestBuilder:
    """Collects the entries of a request, and their contents. `problems` are those of what is declared."""

    def __init__(
        self, action: ActionBase, task_vars: dict[str, t.Any], args: t.Mapping[str, t.Any], profile: Profile | None = None
    ) -> None:
        self.contents: dict[str, str] = {}  # by their digests
        self.sources: dict[str, str] = {}  # how a managed trust file was declared, by its name
        self.problems: list[Problem] = []
        self.crl_problems: list[Problem] = []  # of CRLs that could not be fetched; they keep nothing from being done
        self.overdue: dict[str, None] = {}  # why CRLs are not fresh enough
        self.crl_lines: dict[str, None] = {}  # what is known of fetched CRLs
        self._action = action
        self._vars = task_vars
        self._args = args
        self._profile = profile
        self._reader = SourceReader(action, task_vars)
        self._renderer = Renderer(action, task_vars, args['template'])
        self._texts: dict[str | None, bytes] = {}
        self._ends_of: dict[tuple[str, str], list[dict[str, t.Any]]] = {}  # by CA and CRL file, as far as they were checked
        self._ends: dict[str | None, list[dict[str, t.Any]]] = {}

    def entry(self, entry: t.Mapping[str, t.Any]) -> ConfigureEntry:
        """Return the message for an entry; without a name it applies to the discovered servers. Raises ProblemError."""
        request = ConfigureEntry(
            **{
                **fields_for(ConfigureEntry, entry),
                'mode': file_mode(entry['mode']),
                'absent': entry.get('state') == 'absent',
            }
        )
        return request if request.absent else self._with_contents(request, entry)

    def _with_contents(self, request: ConfigureEntry, entry: t.Mapping[str, t.Any]) -> ConfigureEntry:
        """Return the message with the keys of its contents, which are rendered, checked and added to the request."""
        _check_attributes(entry)
        name = request.name
        desired = desired_config(entry, self._reader, bool(self._action._task.check_mode) if entry.get('crl_url') else False)
        path = request.working_dir or f'{self._args["base_dir"]}/{name}'
        server = {'name': name, 'working_dir': path} if name else None
        self._check_settings(desired.settings, name)
        try:
            self._texts[name], warnings = self._renderer.render(server, desired.settings)
        except ProblemError as error:
            raise ProblemError(error.problem._replace(server=name)) from None
        shown = f'{path}/{CONFIG_NAME}' if name else CONFIG_NAME
        warnings += self._observed_problems(self._texts[name])
        self.problems += [problem._replace(server=name, file=shown) for problem in warnings]
        self._check_trust(desired, name)
        self.sources.update(desired.sources)
        known = {} if desired.crls is None else {id(desired.crls.pem): desired.crls.digest}  # a large one takes its time
        trust = {file: self._add(content, known.get(id(content), '')) for file, content in desired.trust.items()}
        crls = self._crls(desired)
        return request._replace(config=self._add(self._texts[name]), trust=trust, crls=crls)

    def _observed_problems(self, text: bytes) -> list[Problem]:
        """Return the errors that a rendered text has by the profile, if it is to be written; the rest is no matter of a set."""
        if self._args.get('only_crls'):
            return []
        config = parse(text, '')
        problems = observed_problems(forms_of(config), config.settings, self._profile, '')
        return [problem for problem in problems if problem.is_error]

    def _check_settings(self, settings: t.Mapping[str, str], name: str | None) -> None:
        """Check the declared values before they are rendered, so that a message names what declared them. Raises ProblemError."""
        for keyword in KEYWORDS:
            given = keyword.kind != 'file' and keyword.name in settings
            problem = value_problem(keyword, settings[keyword.name], '') if given else None
            if problem is not None:
                message = f'{called(self._action, self._vars, keyword.option)}: {problem.message}'
                raise ProblemError(problem._replace(message=message, server=name, file=None))

    def _crls(self, desired: DesiredConfig) -> FetchedCrls | None:
        """Return what a target has to know of the CRLs: of fetched ones, and of all where nothing else is changed."""
        file = desired.settings.get('CrlFile', '')
        if desired.crls is not None:
            return desired.crls.request(file)
        return FetchedCrls(file, {}) if self._args.get('only_crls') and file in desired.trust else None

    def port_problems(self, name: str, port: int | None, file: str) -> list[Problem]:
        """Return the warning that the port of the mail server does not fit the configuration of a server, if it doesn't."""
        config = parse(self._texts.get(name, self._texts.get(None, b'')), file)
        problems = port_problems(config.settings, port, file, config.line_of('EnableTLS'))
        return [problem._replace(server=name) for problem in problems]

    def ends_for(self, name: str) -> list[dict[str, t.Any]]:
        """Return when the managed CAs and CRLs of a server expire."""
        return self._ends.get(name, self._ends.get(None, []))

    def _check_trust(self, desired: DesiredConfig, name: str | None) -> None:
        """Check the declared trust files; servers that share them share the problems, and hosts the work."""
        if not desired.trust:
            return
        crls = desired.crls
        if crls is not None:
            self.crl_problems += [problem for problem in crls.problems if problem not in self.crl_problems]
            self.overdue.update(dict.fromkeys(crls.overdue))
            self.crl_lines.update(dict.fromkeys(fact.line() for fact in crls.facts))
        ca, crl = (desired.settings.get(keyword, '') for keyword in FILE_KEYWORDS)
        if (ca, crl) not in self._ends_of:
            files = {keyword: desired.sources.get(file, file) for keyword, file in zip(FILE_KEYWORDS, (ca, crl), strict=True)}
            criteria = criteria_of(self._args, self._profile)
            own = desired.trust.get(ca), desired.trust.get(crl)
            # The names of the files are those of their contents. A file can expire during a run: a minute is short for that.
            key = (ca, crl, *files.values(), f'{criteria[1:]} {criteria.now:%Y-%m-%d %H:%M}', str(crls and crls.facts))
            checked = once(key, lambda: _checked(own, criteria, files, crls))
            self._ends_of[ca, crl] = checked['ends']
            self.problems += [Problem(**problem) for problem in checked['problems']]
        self._ends[name] = self._ends_of[ca, crl]

    def _add(self, content: bytes, digest: str = '') -> str:
        key = digest or hashlib.sha256(content).hexdigest()
        self.contents[key] = content.decode('latin-1')
        return key


class _Checked(t.TypedDict):
    """The problems of declared trust files, and when their CAs and CRLs expire."""

    problems: list[dict[str, t.Any]]
    ends: list[dict[str, t.Any]]


def _checked(
    own: tuple[bytes | None, bytes | None],
    criteria: Criteria,
    files: t.Mapping[str, str],
    crls: DeclaredCrls | None,
) -> _Checked:
    """Check a CA and a CRL file. They are the user's own files on the controller, so no budget limits the analysis."""
    problems: list[Problem] = []
    found: list[dict[str, t.Any]] = []
    with limited_to(None):
        with guard(problems, 'The ends of CAs and CRLs', file=files['CAFile'] or files['CrlFile']):
            found += ends(blocks_of(own[0], files['CAFile']), blocks_of(own[1], files['CrlFile']), criteria.now)
        problems += check_files(*own, criteria.now, criteria.warn_days, files, criteria.mailer)
        if crls is not None:
            problems = crls.without_own(problems, own[1])
            crls.add_to(found, files['CrlFile'], criteria.now)
    return {'problems': [problem._asdict() for problem in problems], 'ends': found}
