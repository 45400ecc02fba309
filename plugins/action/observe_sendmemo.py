# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Observes the product's own mailer on one print server, by mail servers that play a part on the controller."""

from __future__ import annotations

import contextlib
import datetime as dt
import pathlib
import secrets
import ssl
import typing as t

from ansible.utils.display import Display

from ..module_utils.messages.observe import CONNECT, PUT_BACK, TRIAL, EndedCommand, ObserveRequest
from ..module_utils.messages.send import MailOptions, SendEntry, SendOptions, SendRequest
from ..module_utils.pd.command_lines import HOST, PORT
from ..module_utils.problems import Problem, ProblemError
from ..module_utils.vocabulary import HANDSHAKE
from ..plugin_utils.action_base import InfoprintAction, Outcome, server_entry
from ..plugin_utils.foreign_values import InvalidValue
from ..plugin_utils.observe.laboratory import DOMAIN, Laboratory, Patience
from ..plugin_utils.observe.observe import QUESTIONS, Observation, chosen, observe
from ..plugin_utils.observe.on_host import LONGEST_ANSWER, MailerOnHost, Step
from ..plugin_utils.observe.page import page
from ..plugin_utils.observe.playing.authorities import PUBLIC, Authorities, PublicIdentity
from ..plugin_utils.observe.playing.playing_server import PlayingServer
from ..plugin_utils.observe.profile import Profile, profile_of, to_yaml
from ..plugin_utils.observe.terminal import plan, table
from ..plugin_utils.options.spec import MODULES, ArgumentError
from ..plugin_utils.options.table.row import ON_HOSTS
from ..plugin_utils.target.answer import AnswerObject, server_answers

display = Display()
STEP_SECONDS = 120.0  # of the target's clock for a step, besides its commands
COMMAND_SECONDS = 60.0
CONNECT_SECONDS = 10.0
OF_HOSTS = frozenset.intersection(*(frozenset(MODULES[module]) for module in ON_HOSTS))

REACH = (
    'During the observation the controller plays the mail server there. Check mail_host, listen_address and listen_ports (in the '
    'playbook observe_mail_host, observe_listen_address, observe_listen_port), and the firewalls between the print server and '
    'the controller. No trial was made.'
)
NOT_PUT_BACK = (
    '{server} may still have the configuration of a trial, with which it sends no mails to your mail server. Remove the cause, '
    'and run the same again with put_back_only (observe_put_back_only=true).'
)
OF_THE_WAY = ('connect', 'resolve')  # stages of a connection

Args = dict[str, t.Any]


class ActionModule(InfoprintAction):
    MODULE = 'observe_sendmemo'
    PROGRAM = 'operations.observe'

    complaints: t.Sequence[str] = ()
    has_begun = False  # so that the server may have the configuration of a trial
    changed = False  # by putting the server back
    NOTHING_KNOWN: t.ClassVar[Args] = {'assumptions': [], 'profile': None}

    def _options(self) -> Args:
        # A member of the action group has the defaults of the group, too.
        foreign = OF_HOSTS - MODULES[self.MODULE].keys()
        self._task.args = {name: value for name, value in self._task.args.items() if name not in foreign}
        return super()._options()

    def perform(self, args: Args, servers: list[Args]) -> Outcome:
        self._check(args, servers)
        request = self._request(args, servers[0])
        if self._task.check_mode:
            return _outcome(request, [], msg=plan(request.name, args, _questions(args)), extra=self.NOTHING_KNOWN)
        self.has_begun = args['put_back_only']
        problems = self._put_back(request)
        if args['put_back_only'] or any(problem.is_error for problem in problems):
            return _outcome(request, problems, extra=self.NOTHING_KNOWN, changed=self.changed)
        display.display(plan(request.name, args, _questions(args)))
        observation = None
        try:
            observation = self._observe(args, request)
        except ProblemError as error:
            problems.append(error.problem)
        except InvalidValue as error:
            problems.append(self.target.malformed(error))
        finally:
            problems += self._put_back(request)
        if observation is None:
            return _outcome(request, problems, extra=self.NOTHING_KNOWN, changed=self.changed or self.has_begun)
        return self._reported(args, request, observation, problems)

    def _check(self, args: Args, servers: list[Args]) -> None:
        """Raise ArgumentError where this is not what somebody wanted for one server."""
        hosts = self.task_vars.get('ansible_play_hosts_all') or []
        if len(hosts) > 1:
            raise ArgumentError(f'this play has {len(hosts)} hosts: observe one lab server, named with --limit')
        unknown = sorted(set(args['experiments']) - {question.name for question in QUESTIONS})
        if unknown:
            raise ArgumentError(f'experiments has {unknown[0]!r}, which is no question of the observation')
        if len(args['listen_ports']) != 1:
            raise ArgumentError('listen_ports is a list of one port')
        if len(servers) != 1:
            raise ArgumentError(f'servers has {len(servers) or "no"} entries: observe one lab server, named there')
        if not (args['confirm'] or args['put_back_only'] or self._task.check_mode):
            raise ArgumentError(
                'confirm is false: for some minutes the server would not send its mails. Look at what would be done with '
                '--check, and set confirm to true for a lab server'
            )

    @staticmethod
    def _request(args: Args, server: Args) -> ObserveRequest:
        host, port = _mail_host(args), args['listen_ports'][0]
        attributes = {HOST: host, PORT: str(port)} if args['set_attributes'] else {}
        return ObserveRequest(
            TRIAL,
            args['base_dir'],
            args['pd_bin_dir'],
            server['name'],
            server.get('working_dir'),
            attributes=attributes,
            seconds=COMMAND_SECONDS,
            host=host,
            port=port,
        )

    def _observe(self, args: Args, request: ObserveRequest) -> Observation:
        authorities = Authorities(_mail_host(args), _public_identity(args))
        mailer = MailerOnHost(
            request, self._do, args['trigger_command'] or '', args['restart_command'] or '', display.display, _directory(request)
        )
        with contextlib.closing(_listening(args, authorities)) as server:
            self.complaints = mailer.complaints
            laboratory = Laboratory(mailer, server, authorities, Patience(args['deadline']))
            self._check_reached(laboratory, request)
            self.has_begun = True
            return observe(laboratory, _questions(args), lambda: laboratory.hello_of(lambda: self._send_ours(args, request)))

    def _check_reached(self, laboratory: Laboratory, request: ObserveRequest) -> None:
        """Raise ProblemError unless the print server reaches the playing server."""
        token = f'{secrets.token_hex(8)}.{DOMAIN}'
        connecting = request._replace(step=CONNECT, seconds=CONNECT_SECONDS, ehlo=token)
        address = ''

        def connect() -> None:
            nonlocal address
            address = self.target.run(self.PROGRAM, connecting, STEP_SECONDS).text('address', '')

        try:
            visits = laboratory.visits_of(connect)
        except ProblemError as error:
            of_the_way = error.problem.stage in OF_THE_WAY
            raise ProblemError(error.problem._replace(hint=REACH) if of_the_way else error.problem) from None
        if not any(token in visit.names for visit in visits):
            message = (
                f'The print server reached {request.host}, port {request.port}, at {address}, and that is not this controller.'
            )
            raise ProblemError(Problem('network_unreachable', message, REACH))

    def _send_ours(self, args: Args, of: ObserveRequest) -> None:
        """Let the collection itself connect from the host, whatever comes of it."""
        mail = MailOptions(smtp_host=args['listen_address'], smtp_port=args['listen_ports'][0])
        entry = SendEntry(of.name, of.working_dir)
        options = SendOptions(HANDSHAKE, args['deadline'])
        with contextlib.suppress(ProblemError):
            request = SendRequest(args['base_dir'], args['pd_bin_dir'], options, [entry], mail)
            self.target.run('operations.send', request, args['deadline'] + STEP_SECONDS)

    def _do(self, request: ObserveRequest) -> Step:
        """Do a trial on the host, or read the log there."""
        answer = self.target.run(self.PROGRAM, request, STEP_SECONDS + COMMAND_SECONDS * len(request.commands))
        complaints = [_complaint(_ended(fields)) for fields in answer.children('commands')]
        return Step(complaints, answer.text('log_end', ''), answer.text('written', '', LONGEST_ANSWER))

    def _put_back(self, request: ObserveRequest) -> list[Problem]:
        """Put the server back as it was before the first trial of this run, or of one that was killed; return what is wrong."""
        is_back = False
        try:
            answer = self.target.run(self.PROGRAM, request._replace(step=PUT_BACK), STEP_SECONDS)
            (fields,) = server_answers(answer, [{'name': request.name}])
            problems = fields.problems()
            is_back = not any(problem.is_error for problem in problems)
            self.changed |= fields.text('restored') is not None
        except ProblemError as error:
            problems = [error.problem]
        except InvalidValue as error:
            problems = [self.target.malformed(error)]
        finally:
            if self.has_begun and not is_back:
                display.warning(f'{self.target.host}: {NOT_PUT_BACK.format(server=request.name)}')
        return problems

    def _reported(self, args: Args, request: ObserveRequest, observation: Observation, problems: list[Problem]) -> Outcome:
        today = dt.datetime.now(dt.timezone.utc).date().isoformat()
        profile = profile_of(observation, args['product'], args['product_version'], today)
        if args['profile_path'] and observation.facts:  # of a mailer that sent nothing there is nothing to write
            _write(args['profile_path'], to_yaml(profile))
        if args['page_path']:
            _write(args['page_path'], page(observation, profile, request.name))
        assumptions = [
            {'name': one.question, 'verdict': one.verdict, 'observed': one.observed, 'evidence': list(one.evidence)}
            for one in observation.verdicts
        ]
        warnings = [f'A command did not end well: {complaint}' for complaint in dict.fromkeys(self.complaints)]
        extra = {'assumptions': assumptions, 'profile': _plain(profile)}
        return _outcome(request, problems, msg=table(observation), extra=extra, changed=True, warnings=warnings)


def _outcome(request: ObserveRequest, problems: list[Problem], msg: str = '', changed: bool = False, **more: t.Any) -> Outcome:
    entry = server_entry(request.name, _directory(request), problems)
    return Outcome([entry], problems, msg=msg if not problems else '', changed=changed, **more)


def _questions(args: Args) -> tuple[t.Any, ...]:
    return chosen(args['experiments'])


def _mail_host(args: Args) -> str:
    return str(args['mail_host'] or args['listen_address'])


def _directory(request: ObserveRequest) -> str:
    return request.working_dir or f'{request.base_dir}/{request.name}'


def _ended(fields: AnswerObject) -> EndedCommand:
    return EndedCommand(fields.integer('code', -255, 255), fields.text('why', ''), fields.text('output', ''))


def _listening(args: Args, authorities: Authorities) -> PlayingServer:
    """Return the playing server. Raises ArgumentError where nobody can listen there, or with the certificate that was given."""
    try:
        if authorities.can_present(PUBLIC):
            authorities.load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), PUBLIC)
        return PlayingServer(authorities, args['listen_address'], args['listen_ports'][0])
    except ssl.SSLError as error:
        raise ArgumentError(f'public_certificate_src and public_key_src: {error}') from None
    except OSError as error:
        where = f'{args["listen_address"]} port {args["listen_ports"][0]}'
        raise ArgumentError(
            f'listen_address and listen_ports: nobody can listen on {where} ({error.strerror or error})'
        ) from None


def _complaint(ended: EndedCommand) -> str:
    """Return what went wrong with a command, '' for nothing."""
    if ended.code == 0:
        return ''
    how = f'exit code {ended.code}' if ended.code is not None else ended.why
    return f'{how}: {ended.output}'


def _public_identity(args: Args) -> PublicIdentity | None:
    paths = args['public_certificate_src'], args['public_key_src']
    if None in paths:
        return None
    try:
        return PublicIdentity(*(pathlib.Path(path).read_bytes() for path in paths))
    except OSError as error:
        raise ArgumentError(f"public_certificate_src or public_key_src can't be read: {error}") from None


def _plain(profile: Profile) -> Args:
    return {**profile._asdict(), 'ciphers': list(profile.ciphers)}


def _write(path: str, text: str) -> None:
    try:
        pathlib.Path(path).write_text(text, 'utf-8')
    except OSError as error:
        problem = Problem('write_failed', f'The result could not be written: {error}.', file=path)
        raise ProblemError(problem) from None
