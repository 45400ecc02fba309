# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The SMTP conversation (RFC 5321, 3207) as logic over a byte stream: no sockets, no clock, and no fallback, ever.

`smtplib` is not used: it hides the cause of most failures.
"""

import abc
from typing import Callable, Iterable, List, NamedTuple, Optional, Sequence

from ..problems import Problem, ProblemError
from ..safe_text import safe_text
from .message import dot_stuffed
from .refusals import SILENCE, STRIPPED, offered, refusal
from .reply import Malformed, Reply, ReplyReader

QUIT_SECONDS = 2.0  # in all: nothing depends on the reply to QUIT, so nobody waits long for it
REST_SECONDS = 2.0  # for the rest of a reply that nobody asked for


class StreamTimedOut(Exception):
    """The deadline of the conversation is over."""


class StreamLost(Exception):
    """The connection ended or broke; the text says how."""


class Stream(abc.ABC):
    """What the edge gives. Every method may raise StreamTimedOut and StreamLost, `start_tls` also ProblemError."""

    @abc.abstractmethod
    def send(self, data: bytes) -> None:
        """Send all of it."""

    @abc.abstractmethod
    def receive(self, wait: bool = True) -> bytes:
        """Return what has come, at least one byte; without `wait` StreamTimedOut says that nothing is there."""

    @abc.abstractmethod
    def hurry(self, seconds: float) -> None:
        """From now on there are no more than `seconds` in all, whatever comes."""

    @abc.abstractmethod
    def start_tls(self) -> None:
        """Do the handshake, judge what was negotiated."""


class Plan(NamedTuple):
    """What the conversation is to do. `recipients` may be empty with until 'handshake'.

    `compose` returns the mail (RFC 5322, CR LF, its last line ended) in pieces; it is called when TLS stands, before the
    envelope. `before_dot` is called last thing before the mail can't be taken back; what it raises ends the conversation.
    `on_stage` hears of each stage that begins.
    """

    mode: str  # the name of one of vocabulary.TLS_MODES
    until: str  # 'handshake', 'envelope' or 'sent'
    ehlo_name: str
    sender: str
    recipients: Sequence[str]
    compose: Callable[[], Iterable[bytes]]
    before_dot: Callable[[], None]
    on_stage: Callable[[str], None]


class Conversation:
    """One run over one stream. `problems` is what was found; `reached` says whether the plan's goal was."""

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
        """Converse; every failure becomes a problem, but what `plan.before_dot` raises."""
        try:
            self._converse()
        except ProblemError as error:
            self._note(error.problem)
        except StreamTimedOut:
            code, message = SILENCE.get(self.stage, ('timed_out', 'No whole reply came in time.'))
            self._note(Problem(code, message))
        except StreamLost as error:
            begun = safe_text(self._reader.leftover[:200].rstrip(b'\r\n'))
            where = ', in the middle of a reply: ' + begun if begun else '.'
            self._note(Problem('connection_lost', 'The connection was lost: %s%s' % (error, where)))
        return self

    def _note(self, problem: Problem) -> None:
        if self.dot_sent:
            problem = Problem(
                'outcome_unknown', 'After the end of the mail no reply came that says what became of it: %s' % problem.message
            )
        self.problems.append(problem if problem.stage else problem._replace(stage=self.stage))

    def _converse(self) -> None:
        plan = self.plan
        if plan.mode == 'smtps':
            self._enter('handshake')
            self.stream.start_tls()
        self._banner()
        self._ehlo()
        if plan.mode == 'starttls':
            self._starttls()
            self._ehlo()
        if plan.until == 'handshake':
            self.reached = True
        elif self._envelope():
            if plan.until == 'envelope':
                self.reached = True
            else:
                self._data()
        self._leave(reset=plan.until != 'sent' or not self.reached)

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
        self._no_reply_waits()
        self._send(line.encode('ascii') + b'\r\n')
        return self._receive_reply()

    def _send(self, data: bytes) -> None:
        """Send. Where the connection is lost, a refusal that the server left behind says why."""
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

    def _more_has_come(self) -> bool:
        try:
            self._reader.feed(self.stream.receive(wait=False))
        except StreamTimedOut:
            pass
        except StreamLost:
            if not self._reader.started:
                raise
        return self._reader.started

    def _no_reply_waits(self) -> None:
        """What came unasked would be taken for the answer to the next command, and the real one for that to the next but one."""
        if not self._more_has_come():
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
        # One may come at any time (section 3.8), and a server need not read a mail to its end to refuse it.
        if reply.code == 421 or (reply.kind in (4, 5) and self.in_mail):
            self._refused(reply)
        raise ProblemError(
            Problem('reply_malformed', 'The server sent more than the one reply it was asked for: %s.' % reply.shown())
        )

    def _refused(self, reply: Reply, address: Optional[str] = None) -> None:
        """Raise the problem that a reply other than the wanted one is, after a polite end."""
        self.reply = reply
        self.transient = reply.kind == 4 and not self.dot_sent
        if reply.kind in (4, 5):
            self.dot_sent = False  # it is known that the mail was not taken
        problem = refusal(self.stage, reply, self.plan.mode, address)
        if reply.code != 421 and not self.in_mail:
            self._leave(reset=False)
        raise ProblemError(problem)

    # The stages.

    def _banner(self) -> None:
        self._enter('banner')
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
        if reply.code != 220:
            if reply.kind in (2, 3):
                raise ProblemError(Problem('not_smtp', 'What answers is not a mail server: its greeting is %s' % reply.shown()))
            self._refused(reply)
        self.greeting = reply.shown()

    def _ehlo(self) -> None:
        self._enter('ehlo')
        reply = self._command('EHLO ' + self.plan.ehlo_name)
        if reply.code != 250:
            self._refused(reply)
        self.features = [line.decode('ascii', 'replace').strip() for line in reply.lines[1:]]

    def _starttls(self) -> None:
        self._enter('starttls')
        if not offered(self.features, 'STARTTLS'):
            stripped = [feature for feature in self.features if STRIPPED.match(feature)]
            self._leave(reset=False)
            if stripped:
                message = "Something on the way has overwritten STARTTLS in the server's features: %s" % stripped[0]
                raise ProblemError(Problem('starttls_stripped', message))
            message = 'The server does not offer STARTTLS; it offers: %s' % (', '.join(self.features) or 'nothing')
            raise ProblemError(Problem('starttls_not_offered', message))
        reply = self._command('STARTTLS')
        if reply.code != 220:
            self._refused(reply)
        try:
            injected = self._more_has_come()
        except StreamLost:  # the handshake meets it again, and has a name for it
            injected = False
        if injected:
            raise ProblemError(
                Problem(
                    'plaintext_injected', '%d bytes of plaintext came behind the reply to STARTTLS.' % len(self._reader.leftover)
                )
            )
        self._enter('handshake')
        self.stream.start_tls()

    def _envelope(self) -> bool:
        """Return whether at least one recipient is accepted."""
        self._enter('envelope')
        if self.plan.until == 'sent':
            self._content = self.plan.compose()
        reply = self._command('MAIL FROM:<%s>' % self.plan.sender)
        if reply.kind != 2:
            self._refused(reply)
        for address in self.plan.recipients:
            reply = self._command('RCPT TO:<%s>' % address)
            if reply.kind == 2:
                self.accepted.append(address)
                continue
            self.reply = reply
            if reply.code == 421 or reply.kind == 3:
                self._refused(reply, address)
            if reply.kind == 4:
                self.deferred.append(address)
            self._note(refusal(self.stage, reply, self.plan.mode, address))
        self.transient = bool(self.deferred)
        return bool(self.accepted)

    def _data(self) -> None:
        self._enter('data')
        self.transient = False
        reply = self._command('DATA')
        if reply.code != 354:
            self._refused(reply)
        self.in_mail = True
        for piece in dot_stuffed(self._content):
            if piece:
                self._send(piece)
                self._no_reply_waits()
        self.plan.before_dot()
        self.in_mail = False
        self.dot_sent = True
        self._send(b'.\r\n')
        reply = self._receive_reply()
        if reply.kind != 2:
            self._refused(reply)
        self.reply = reply
        self.dot_sent = False
        self.reached = True
        self.transient = bool(self.deferred)

    def _leave(self, reset: bool) -> None:
        """Say goodbye. Whatever happens here changes nothing of what was found."""
        self.plan.on_stage('quit')
        self.stream.hurry(QUIT_SECONDS)
        try:
            for command in (['RSET'] if reset else []) + ['QUIT']:
                self.stream.send(command.encode('ascii') + b'\r\n')
                self._receive_reply()
        except (StreamTimedOut, StreamLost, ProblemError):
            return
