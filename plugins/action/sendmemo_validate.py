# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Validates the TLS configuration of InfoPrint servers, or one that is elsewhere or in no file yet. Changes nothing."""

from __future__ import annotations

import typing as t

from ..module_utils.messages.validate import ValidateEntry, ValidateRequest
from ..plugin_utils.action_base import InfoprintAction, Outcome
from ..plugin_utils.declared.profile import criteria_of, read
from ..plugin_utils.foreign_values import InvalidValue
from ..plugin_utils.observe.profile import Profile
from ..plugin_utils.options.spec import ArgumentError
from ..plugin_utils.outcome.validation import Validation, validate_answer, validate_content
from ..plugin_utils.target.answer import AnswerObject, server_answers
from ..plugin_utils.target.trust_blocks import read_blocks
from ..plugin_utils.target.validate_answer import read_result

SOURCES = ('servers', 'path', 'content')  # of configurations
LIMIT = 60.0  # seconds of the target's clock for the files of all servers


class ActionModule(InfoprintAction):
    MODULE = 'sendmemo_validate'
    PROGRAM = 'operations.validate'
    NOTHING_KNOWN: t.ClassVar[dict[str, t.Any]] = {'valid': False}

    def perform(self, args: dict[str, t.Any], servers: list[dict[str, t.Any]]) -> Outcome:
        given = [name for name in SOURCES if args[name] not in (None, [])]
        conflict = _conflict(args, given)
        if conflict:
            raise ArgumentError(conflict)
        asked = [entry for entry in servers if entry.get('state') != 'absent']
        if servers and not asked:
            return Outcome([], [], 'All servers are to be absent: there is nothing to validate.', extra={'valid': True})
        validations = self._validate(args, asked, given, read(self, self.task_vars, args))
        problems = [problem for validation in validations for problem in validation.problems]
        return Outcome(
            [validation.entry for validation in validations],
            problems,
            fail_on=args['fail_on'],
            extra={'valid': not any(problem.is_error for problem in problems)},
        )

    def _validate(
        self, args: dict[str, t.Any], servers: list[dict[str, t.Any]], given: list[str], profile: Profile | None
    ) -> list[Validation]:
        content = None if args['content'] is None else args['content'].encode('utf-8', 'surrogateescape')
        if content is not None and not args['working_dir']:
            return [validate_content(content, args['smtp_port'], profile)]
        answer = self.target.run(
            self.PROGRAM,
            ValidateRequest(
                base_dir=args['base_dir'],
                servers=[ValidateEntry(entry['name'], entry.get('working_dir'), entry.get('smtp_port')) for entry in servers],
                path=args['path'],
                content=None if content is None else content.decode('latin-1'),
                working_dir=args['working_dir'],
                smtp_port=args['smtp_port'],
                pd_bin_dir=args['pd_bin_dir'],
                require_configuration=args['require_configuration'],
            ),
            LIMIT,
        )
        answers = server_answers(answer, servers) if given in ([], ['servers']) else _the_only(answer)
        results = [read_result(fields) for fields in answers]
        ports = [entry.get('smtp_port') for entry in servers] or [args['smtp_port']] * len(results)
        blocks, criteria = read_blocks(answer), criteria_of(args, profile)
        may_lack = not given or (given == ['servers'] and not args['require_configuration'])
        return [
            validate_answer(result, blocks, port, criteria, may_lack, profile)
            for result, port in zip(results, ports, strict=True)
        ]


def _conflict(args: t.Mapping[str, t.Any], given: t.Sequence[str]) -> str:
    """Return which options don't go together, '' for none; `given` are the sources that are named."""
    if len(given) > 1:
        return f'{" and ".join(given)} exclude each other: give one of them'
    if args['working_dir'] and given != ['content']:
        return "working_dir goes with content; a server's own working_dir is in its entry"
    if args['pd_bin_dir'] and given in (['path'], ['content']):
        return f'pd_bin_dir goes with servers: {given[0]} has no attributes; give smtp_port where it is known'
    return ''


def _the_only(answer: AnswerObject) -> list[AnswerObject]:
    answers = answer.children('servers')
    if len(answers) != 1:
        raise InvalidValue('it does not answer for the one configuration')
    return answers
