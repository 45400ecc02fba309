# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the TLS configuration of InfoPrint servers into the declared state."""

from __future__ import annotations

import typing as t

from ..module_utils.config.keywords import CONFIG_NAME
from ..module_utils.messages.change import ChangeOptions
from ..module_utils.messages.configure import ConfigureRequest
from ..module_utils.messages.send import SendRequest
from ..module_utils.problems import Problem, ProblemError
from ..module_utils.vocabulary import INFO
from ..plugin_utils.action_base import InfoprintAction, Outcome
from ..plugin_utils.declared.entry import all_settings
from ..plugin_utils.declared.profile import criteria_of, followed, read, restart_warnings
from ..plugin_utils.declared.request import RequestBuilder, staged_test
from ..plugin_utils.declared.send_request import check_mails, present, reachable_goal, send_request
from ..plugin_utils.delivery.proof import proofs_of
from ..plugin_utils.options.spec import ENTRY
from ..plugin_utils.outcome.change import report
from ..plugin_utils.outcome.environment import with_environment
from ..plugin_utils.outcome.verification import Goal
from ..plugin_utils.problems.text import line_of
from ..plugin_utils.target.answer import AnswerObject, server_answers
from ..plugin_utils.target.reviewed_run import reviewed_run

LIMIT = 120.0  # seconds of the target's clock for the files of all servers, without staged tests and attributes
ATTRIBUTES_LIMIT = 150.0  # for the programs that read and set attributes: each of five steps takes at most 30


class ActionModule(InfoprintAction):
    MODULE = 'sendmemo_config'
    PROGRAM = 'operations.configure'

    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        profile = read(self, self.task_vars, args)
        args = followed(args, profile)
        builder = RequestBuilder(self, self.task_vars, args, profile)
        if args['only_crls']:
            if servers and not present(servers):
                return Outcome([], [], 'All servers are to be absent: they have no CRLs.')
            servers, args = _for_crls(servers, args)
        try:
            request = self._request(builder, args, servers)
        except ProblemError as error:
            return Outcome([], [error.problem], extra={**_about_crls(builder, args), 'refused': True})
        if any(problem.is_error for problem in builder.problems):
            return Outcome([], [*builder.problems, *builder.crl_problems], extra={**_about_crls(builder, args), 'refused': True})
        reviewed = reviewed_run(self.target, self.PROGRAM, request, _limit(request), criteria_of(args, profile))

        check, answers = request.options.check, server_answers(reviewed.answer, servers)
        ports = [entry.get('smtp_port') for entry in servers] or [args['smtp_port']] * len(answers)
        warnings = _port_warnings(builder, answers, ports)
        outcome = report(reviewed, answers, args, check, warnings, builder.sources, _goal(request, args, servers))
        outcome = outcome._replace(
            servers=[_with_trust(entry, request, builder) for entry in outcome.servers],
            problems=[*builder.problems, *builder.crl_problems, *outcome.problems],
            msg='\n'.join([outcome.msg, *map(line_of, [*builder.problems, *builder.crl_problems]), *builder.crl_lines]),
            warnings=[
                *outcome.warnings,
                *(line_of(problem) for problem in builder.crl_problems if problem.severity != INFO),
                *restart_warnings(self, self.task_vars, profile, changed=outcome.changed),
            ],
            extra={**outcome.extra, **self._proofs(outcome), **_about_crls(builder, args)},
        )
        if args['enable_ssl_v3'] is not None and reviewed.is_done:
            outcome = with_environment(outcome, reviewed.answer.child('environment'), check)
        return outcome

    def _proofs(self, outcome: Outcome) -> dict[str, t.Any]:
        sends = [entry['send'] for entry in outcome.servers if 'send' in entry]
        return {'proofs': proofs_of(self.target.host, sends)} if sends else {}

    def _request(self, builder: RequestBuilder, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> ConfigureRequest:
        """Return the request, as far as what is declared has no problems. Raises ArgumentError, ProblemError."""
        check = self._task.check_mode
        options = ChangeOptions(
            base_dir=args['base_dir'],
            pd_bin_dir=args['pd_bin_dir'],
            check=check,
            diff=bool(self._task.diff),
            backup_keep=args['backup_keep'] if args['backup'] else None,
            staged_test=staged_test(args),
        )
        return ConfigureRequest(
            options,
            servers=[builder.entry(entry) for entry in servers],
            contents=builder.contents,
            defaults=None if servers else builder.entry({name: args[name] for name in ENTRY if args.get(name) is not None}),
            enable_ssl_v3=args['enable_ssl_v3'],
            verify=_verification(args, servers, check),
            only_if_changed=args['verify_when'] == 'changed',
            only_crls=args['only_crls'],
        )


def _for_crls(servers: list[dict[str, t.Any]], args: dict[str, t.Any]) -> tuple[list[dict[str, t.Any]], dict[str, t.Any]]:
    """Return the servers and options of a task that changes nothing but CRLs."""
    others = {'manage_attributes': False}
    return [{**entry, **others} for entry in present(servers)], {**args, **others, 'enable_ssl_v3': None, 'check_declared': False}


def _about_crls(builder: RequestBuilder, args: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return what the result says of CRLs."""
    overdue = {'crl_overdue': list(builder.overdue)} if builder.overdue else {}
    return {**overdue, **({'only_crls': True} if args['only_crls'] else {})}


def _goal(request: ConfigureRequest, args: t.Mapping[str, t.Any], servers: list[dict[str, t.Any]]) -> Goal | None:
    if request.verify is None:
        return None
    entries = {entry['name']: entry for entry in present(servers)}
    return Goal(request.verify.options.until, request.only_if_changed, args, entries)


def _with_trust(entry: dict[str, t.Any], request: ConfigureRequest, builder: RequestBuilder) -> dict[str, t.Any]:
    """Return a server's entry with the ends of its CAs and CRLs, or, if it is declared absent, with that."""
    is_absent = any(server.absent and server.name == entry['name'] for server in request.servers)
    return {**entry, **({'state': 'absent'} if is_absent else {'trust': builder.ends_for(entry['name'])})}


def _verification(args: t.Mapping[str, t.Any], servers: list[dict[str, t.Any]], check: bool) -> SendRequest | None:
    """Return what the servers are to send after the change, None for nothing. Raises ArgumentError."""
    entries = present(servers)
    if args['verify'] == 'none' or (servers and not entries):
        return None
    check_mails(args, entries, 'verify')
    return send_request(args, entries, reachable_goal(args['verify'], check), declared=all_settings)


def _limit(request: ConfigureRequest) -> float:
    """Return the seconds that the program may take."""
    test, entries = request.options.staged_test, [*request.servers, request.defaults]
    with_attributes = any(entry is not None and entry.manage_attributes for entry in entries)
    return (
        LIMIT
        + (test.timeout if test is not None else 0)
        + (ATTRIBUTES_LIMIT if with_attributes else 0)
        + (request.verify.options.seconds if request.verify is not None else 0)
    )


def _port_warnings(
    builder: RequestBuilder, answers: t.Sequence[AnswerObject], ports: t.Sequence[int | None]
) -> dict[str, list[Problem]]:
    """Return the warnings about ports, by server."""
    warnings = {}
    for fields, port in zip(answers, ports, strict=True):
        name = fields.text('name')
        warnings[name] = builder.port_problems(name, port, f'{fields.text("working_dir")}/{CONFIG_NAME}')
    return warnings
