# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The SMTP conversation, which runs on the table in steps, over a byte stream: no sockets, no clock, and no fallback, ever.

`smtplib` is not used: it hides the cause of most failures.
"""

import abc
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence

from ..problems import Problem, ProblemError
from ..safe_text import safe_text
from ..vocabulary import SENT
from .message import dot_stuffed
from .refusals import SILENCE, offered, refusal, starttls_missing
from .reply import Malformed, Reply, ReplyReader
from .steps import Step, steps_of

QUIT_SECONDS = 2.0  # in all: nothing depends on the reply to QUIT
REST_SECONDS = 2.0  # for the rest of an unsolicited reply


class StreamTimedOut(Exception):
    """The deadline of the conversation is over."""


class StreamLost(Exception):
    """The connection ended or broke; the text says how."""


class Stream(abc.ABC):
    """What the caller provides. Every method may raise StreamTimedOut and StreamLost, `start_tls` also ProblemError."""

    @abc.abstractmethod
    def send(self, data: bytes) -> None:
        """Send all the data."""

    @abc.abstractmethod
    def receive(self, wait: bool = True) -> bytes:
        """Return what has arrived, at least one byte; without `wait` StreamTimedOut says that nothing has."""

    @abc.abstractmethod
    def hurry(self, seconds: float) -> None:
        """Bring the deadline forward to `seconds` from now, if it is later."""

    @abc.abstractmethod
    def start_tls(self) -> None:
        """Do the handshake, and check what was negotiated."""


class Plan(NamedTuple):
    """What the conversation is to do. `recipients` may be empty with until 'handshake'.

    `compose` returns the mail (RFC 5322, CR LF, its last line ended) in pieces; it is called after TLS is established, before the
    envelope. `before_dot` is called right before the mail can no longer be withdrawn; what it raises ends the conversation.
    `on_stage` is called with each stage that begins.
    """

    mode: str  # the name of one of vocabulary.TLS_MODES
    until: str  # one of vocabulary.GOALS
    ehlo_name: str
    sender: str
    recipients: Sequence[str]
    compose: Callable[[], Iterable[bytes]]
    before_dot: Callable[[], None]
    on_stage: Callable[[str], None]


class Conversation:
    """One run over one stream. `reached` is whether it reached the plan's goal."""

    def __init__(self, stream: Stream, plan: Plan) -> None:
        self.stream = stream
        self.plan = plan
        self.stage = ''
        self.problems: List[Problem] = []
        self.reached = False
        self.greeting = ''
        self.features: List[str] = []
        self.reply: Optional[Reply] = None
        self.accepted: List[str] = []
        self.deferred: List[str] = []  # recipients that a later attempt may get through
        self.transient = False  # a 4xx ended it before the final dot
        self.in_mail = False  # what is sent is the mail, no commands
        self.dot_sent = False
        self._reader = ReplyReader()
        self._content: Iterable[bytes] = ()

    def run(self) -> 'Conversation':
        """Converse; every failure becomes a problem, except what `plan.before_dot` raises."""
        try:
            self._converse()
        except ProblemError as error:
            self._note(error.problem)
        except StreamTimedOut:
            code, message = SILENCE.get(self.stage, ('timed_out', 'No whole reply came in time.'))
            self._note(Problem(code, message))
        except StreamLost as error:
            partial = safe_text(self._reader.leftover[:200].rstrip(b'\r\n'))
            where = ', in the middle of a reply: ' + partial if partial else '.'
            self._note(Problem('connection_lost', 'The connection was lost: %s%s' % (error, where)))
        return self

    def _note(self, problem: Problem) -> None:
        if self.dot_sent:
            message = 'After the end of the mail no reply came that says whether it was accepted: %s' % problem.message
            problem = Problem('outcome_unknown', message)
        self.problems.append(problem if problem.stage else problem._replace(stage=self.stage))

    def _converse(self) -> None:
        for step in steps_of(self.plan.mode, self.plan.until):
            if step.stage != self.stage:
                self._enter(step.stage)
            _ACTIONS[step.name](self, step)
            if step.name == 'rcpt' and not self.accepted:
                break
        else:
            self.reached = True
        self._leave(reset=self.plan.until != SENT or not self.reached)

    def _enter(self, stage: str) -> None:
        self.stage = stage
        self.plan.on_stage(stage)

    # One command, one reply.

    def _receive_reply(self) -> Reply:
        while True:
            reply = self._reader.next_reply()
            if reply is not None:
                return reply
            self._reader.feed(self.stream.receive())

    def _command(self, line: str) -> Reply:
        self._refuse_unsolicited()
        self._send(line.encode('ascii') + b'\r\n')
        return self._receive_reply()

    def _ask(self, step: Step, *arguments: str) -> Reply:
        """Send the step's command; return the reply, if the conversation goes on with it."""
        reply = self._command(step.command % arguments)
        if not step.accepts(reply):
            self._refused(reply)
        return reply

    def _send(self, data: bytes) -> None:
        """Send. If the connection is lost, a refusal that the server sent before says why."""
        try:
            self.stream.send(data)
        except StreamLost:
            self.stream.hurry(REST_SECONDS)
            try:
                reply = self._receive_reply()
            except (StreamTimedOut, StreamLost):
                reply = None
            if reply is not None and reply.kind in (4, 5):
                self._refused(reply)
            raise

    def _has_unsolicited(self) -> bool:
        try:
            self._reader.feed(self.stream.receive(wait=False))
        except StreamTimedOut:
            pass
        except StreamLost:
            if not self._reader.started:
                raise
        return self._reader.started

    def _refuse_unsolicited(self) -> None:
        """An unsolicited reply would pass for that to the next command, and the real one for that to the command after it."""
        if not self._has_unsolicited():
            return
        self.stream.hurry(REST_SECONDS)
        try:
            reply = self._receive_reply()
        except StreamTimedOut:
            raise ProblemError(
                Problem(
                    'reply_malformed',
                    'The server began a reply that it was not asked for: %s' % (safe_text(self._reader.leftover[:200])),
                )
            )
        # 421 may come at any time (section 3.8), and a server need not read a mail to its end to refuse it.
        if reply.code == 421 or (reply.kind in (4, 5) and self.in_mail):
            self._refused(reply)
        raise ProblemError(
            Problem('reply_malformed', 'The server sent more than the one reply it was asked for: %s.' % reply.shown())
        )

    def _refused(self, reply: Reply, address: Optional[str] = None) -> None:
        """Raise the problem of a reply with which the conversation can't go on, after a polite end."""
        self.reply = reply
        self.transient = reply.kind == 4 and not self.dot_sent
        if reply.kind in (4, 5):
            self.dot_sent = False  # the outcome is known: the mail was not accepted
        problem = refusal(self.stage, reply, self.plan.mode, address)
        if reply.code != 421 and not self.in_mail:
            self._leave(reset=False)
        raise ProblemError(problem)

    # The steps.

    def _start_tls(self, _step: Step) -> None:
        self.stream.start_tls()

    def _greeting(self, step: Step) -> None:
        try:
            reply = self._receive_reply()
        except Malformed as error:
            if error.in_reply:
                raise
            if error.first[:1] in (b'\x15', b'\x16'):  # a TLS alert or handshake record
                raise ProblemError(Problem('tls_expected', 'The port answers in TLS at once, not with an SMTP greeting.'))
            raise ProblemError(
                Problem(
                    'not_smtp',
                    error.problem.message.replace("The server's reply is malformed", 'What answers is not a mail server'),
                )
            )
        if not step.accepts(reply):
            if reply.kind in (2, 3):
                raise ProblemError(Problem('not_smtp', 'What answers is not a mail server: its greeting is %s' % reply.shown()))
            self._refused(reply)
        self.greeting = reply.shown()

    def _ehlo(self, step: Step) -> None:
        reply = self._ask(step, self.plan.ehlo_name)
        self.features = [line.decode('ascii', 'replace').strip() for line in reply.lines[1:]]

    def _starttls(self, step: Step) -> None:
        if not offered(self.features, 'STARTTLS'):
            self._leave(reset=False)
            raise ProblemError(starttls_missing(self.features))
        self._ask(step)
        try:
            injected = self._has_unsolicited()
        except StreamLost:  # the handshake fails by it too, and has a code for it
            injected = False
        if injected:
            message = '%d bytes of plaintext followed the reply to STARTTLS.' % len(self._reader.leftover)
            raise ProblemError(Problem('plaintext_injected', message))

    def _mail(self, step: Step) -> None:
        if self.plan.until == SENT:
            self._content = self.plan.compose()
        self._ask(step, self.plan.sender)

    def _rcpt(self, step: Step) -> None:
        for address in self.plan.recipients:
            reply = self._command(step.command % address)
            if step.accepts(reply):
                self.accepted.append(address)
                continue
            self.reply = reply
            if reply.code == 421 or reply.kind == 3:
                self._refused(reply, address)
            if reply.kind == 4:
                self.deferred.append(address)
            self._note(refusal(self.stage, reply, self.plan.mode, address))
        self.transient = bool(self.deferred)

    def _data(self, step: Step) -> None:
        self.transient = False
        self._ask(step)
        self.in_mail = True
        for piece in dot_stuffed(self._content):
            if piece:
                self._send(piece)
                self._refuse_unsolicited()
        self.plan.before_dot()
        self.in_mail = False

    def _dot(self, step: Step) -> None:
        self.dot_sent = True
        self._send(step.command.encode('ascii') + b'\r\n')  # without a check for early replies: whatever comes now is the outcome
        reply = self._receive_reply()
        if not step.accepts(reply):
            self._refused(reply)
        self.reply = reply
        self.dot_sent = False
        self.transient = bool(self.deferred)

    def _leave(self, reset: bool) -> None:
        """Say goodbye. Whatever happens here changes nothing of the outcome."""
        self.plan.on_stage('quit')
        self.stream.hurry(QUIT_SECONDS)
        try:
            for command in (['RSET'] if reset else []) + ['QUIT']:
                self.stream.send(command.encode('ascii') + b'\r\n')
                self._receive_reply()
        except (StreamTimedOut, StreamLost, ProblemError):
            return


_ACTIONS: Dict[str, Callable[[Conversation, Step], None]] = {
    'tls': Conversation._start_tls,
    'greeting': Conversation._greeting,
    'ehlo': Conversation._ehlo,
    'starttls': Conversation._starttls,
    'mail': Conversation._mail,
    'rcpt': Conversation._rcpt,
    'data': Conversation._data,
    'dot': Conversation._dot,
}
