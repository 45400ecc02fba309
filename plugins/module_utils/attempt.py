# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One attempt for one server: resolve, connect, converse, and where that fails look again to name the cause.

All of it happens under one wall-clock deadline. A second look never sends mail and never changes the verdict from bad
to good.
"""
import os
import ssl
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from . import mail_text
from .ehlo import check_ehlo_hostname, is_address_literal
from .message import Mail, compose
from .name_match import host_matches, names_of, plain_host
from .net_stream import NetStream, chain_of
from .problems import Problem, ProblemError
from .smtp_session import Conversation, Plan, Stream, StreamLost
from .tcp_connect import Address, connect, resolve
from .tls_faults import Fault, fault_of
from .tls_policy import NAME_CHECK_BY_OPENSSL, Contexts, Policy, is_older
from .tls_records import read_beginning
from .trust_files import Trust

# When a server is silent from the start, we look whether it waits for TLS, or for plaintext. Not before Postfix's
# postscreen greets (6 s): to it, who speaks first is a spammer.
SILENT_SHARE, SILENT_SECONDS = 0.3, 8.0
LOOK_SECONDS = 5.0  # that a look may take
CERTIFICATE_STAGE = 'certificate'


class Job(NamedTuple):
    """What is to be done for one server. `trust` None only in plaintext; `timeout` in seconds for one attempt."""
    name: str
    directory: str
    settings: Dict[str, str]
    trust: Optional[Trust]
    host: str
    port: int
    sender: str
    recipients: Sequence[str]
    subject: str
    body: str
    until: str
    timeout: float
    min_tls: str
    crl_check: str
    ssl_v3: bool
    message_token: str

    @property
    def mode(self) -> str:
        return {'1': 'starttls', '2': 'smtps'}.get(self.settings['EnableTLS'], 'none')

    @property
    def ignores_errors(self) -> bool:
        return self.settings['IgnoreCertificateErrors'] == '1'

    @property
    def checks_name(self) -> bool:
        return self.settings['CertValidationIgnoreHostName'] != '1'


class Result(NamedTuple):
    """What an attempt found: `facts` are plain values for the answer."""
    conversation: Optional[Conversation]
    problems: List[Problem]
    facts: Dict[str, Any]


class _Look(Exception):
    """Ends a second look when the handshake is done."""


class Attempt:
    """Runs one attempt; `contexts` are shared with the other servers of the host."""

    def __init__(self, job: Job, contexts: Contexts, before_dot: Callable[[], None]) -> None:
        self.job = job
        self.contexts = contexts
        self.before_dot = before_dot
        self.host = plain_host(job.host)
        self.began = time.monotonic()
        self.end = self.began + job.timeout
        self.clock = _StageClock()
        self.facts = {}  # type: Dict[str, Any]
        self.fault = None  # type: Optional[Fault]
        self.address = None  # type: Optional[Address]

    def run(self) -> Result:
        conversation = None
        problems = []  # type: List[Problem]
        try:
            conversation = self._converse()
            problems = conversation.problems
        except ProblemError as error:
            problems = [error.problem]
        self.clock.enter('')
        if self.address is not None:
            problems = [self._explained(problem) for problem in problems]
            self._look_behind_switches()
        self.clock.end()
        self.facts['timings_ms'] = dict(self.clock.milliseconds(), total=int((time.monotonic() - self.began) * 1000))
        return Result(conversation, problems, self.facts)

    # The conversation.

    def _converse(self) -> Conversation:
        job = self.job
        context = None if job.mode == 'none' else self.contexts.get(self._policy(verify=not job.ignores_errors))
        self.clock.enter('resolve')
        addresses = resolve(self.host, job.port, self.end)
        self.clock.enter('connect')
        sock, self.address = connect(addresses, job.host, job.port, self.end)
        stream = NetStream(sock, self.end)
        try:
            ehlo_name = ehlo_name_for(job.settings['Hostname'], stream.local_address())
            own_host = host_name()
            sender = job.sender or 'sendmemo@%s' % (own_host if is_address_literal(ehlo_name) else ehlo_name)
            message_id = '%s@%s' % (job.message_token, ehlo_name)
            self.facts['ehlo_name'] = ehlo_name

            first_stage = 'handshake' if job.mode == 'smtps' else 'banner'

            def on_stage(stage: str) -> None:
                self.clock.enter(stage)
                if stage in (first_stage, 'ehlo'):
                    look = self._look_for_other_mode if stage == first_stage else None
                    stream.on_silence(min(SILENT_SECONDS, SILENT_SHARE * job.timeout), look)

            def compose_mail() -> bytes:
                self.facts['message_id'] = message_id
                facts = self._mail_facts(own_host, ehlo_name, message_id)
                return compose(Mail(sender, job.recipients, job.subject or mail_text.subject(facts),
                                    job.body or mail_text.body(facts), message_id, time.time()))

            plan = Plan(job.mode, job.until, ehlo_name, sender, job.recipients, compose_mail, self.before_dot, on_stage)
            return Conversation(_Judged(stream, lambda: self._start_tls(stream, context)), plan).run()
        finally:
            stream.close()

    def _policy(self, verify: bool) -> Policy:
        job = self.job
        return Policy(job.trust if verify else None, job.checks_name, job.crl_check, job.min_tls, job.ssl_v3)

    def _start_tls(self, stream: NetStream, context: Optional[ssl.SSLContext]) -> None:
        """Do the handshake and judge it. Raises ProblemError; the deadline's end goes on to the session."""
        tls = self._handshake(stream, context)
        self._note_tls(tls)
        version = tls.version()
        if is_older(version, self.job.min_tls):
            raise ProblemError(Problem(
                'protocol_too_old', 'The server speaks %s; at least %s is wanted.' % (version, self.job.min_tls), stage='handshake'))
        if self.job.ignores_errors:
            return
        mismatch = self._name_mismatch(tls)
        if mismatch is not None and not self.job.checks_name:
            self.facts['ignored'] = [mismatch.as_dict()]
        elif mismatch is not None and not NAME_CHECK_BY_OPENSSL:
            self.fault = Fault(mismatch)
            raise ProblemError(mismatch)

    def _handshake(self, stream: NetStream, context: Optional[ssl.SSLContext]) -> ssl.SSLObject:
        assert context is not None
        try:
            return stream.handshake(context, self.host)
        except (ssl.SSLError, StreamLost) as error:
            self.fault = fault_of(error, read_beginning(stream.beginning), self.job.mode)
            raise ProblemError(self.fault.problem)

    def _note_tls(self, tls: ssl.SSLObject) -> None:
        name, _version, bits = tls.cipher() or ('', '', 0)
        self.facts['tls'] = {'mode': self.job.mode, 'version': tls.version(), 'cipher': name, 'bits': bits}
        self.facts['chain'] = chain_of(tls)

    def _name_mismatch(self, tls: ssl.SSLObject) -> Optional[Problem]:
        names = names_of(tls.getpeercert() or {})
        if host_matches(names, self.host):
            return None
        return Problem('hostname_mismatch', 'The certificate is not for %s; its names are: %s.' % (self.host, names.shown()),
                       stage=CERTIFICATE_STAGE)

    def _mail_facts(self, own_host: str, ehlo_name: str, message_id: str) -> mail_text.Facts:
        job = self.job
        tls = self.facts.get('tls') or {}
        verification = 'certificate, host name' if job.checks_name else 'certificate, but no host name (CertValidationIgnoreHostName)'
        if job.ignores_errors:
            verification = 'none (IgnoreCertificateErrors)'
        if job.mode == 'none':
            verification = 'none'
        return mail_text.Facts(
            own_host, job.name, job.directory, '%s:%d' % (job.host, job.port), job.mode, tls.get('version', ''), tls.get('cipher', ''),
            job.trust.source if job.trust and not job.ignores_errors else 'nothing', verification, ehlo_name, message_id)

    # The second look.

    def _explained(self, problem: Problem) -> Problem:
        """Return the problem, or a better one that a look at the same address shows."""
        if problem.stage == CERTIFICATE_STAGE and self.fault is not None:
            if not self.facts.get('chain'):
                self._look(Policy(None, False, min_tls=self.job.min_tls), self.job.mode)
            self.facts['verify'] = {'code': self.fault.verify_code, 'text': self.fault.verify_text}
        elif problem.code in ('protocol_too_old', 'no_shared_cipher', 'handshake_closed') and 'tls' not in self.facts:
            offered = self._look(Policy(None, False, min_tls='TLSv1'), self.job.mode)
            if offered and is_older(offered, self.job.min_tls):
                return problem._replace(code='protocol_too_old', message='The server offers %s at most; at least %s is wanted.' % (
                    offered, self.job.min_tls))
        return problem

    def _look_for_other_mode(self) -> None:
        """The server is silent. Raise ProblemError where it turns out to wait for TLS, or to greet in plaintext."""
        if self.job.mode != 'smtps':
            if self._speaks_tls_at_once():
                raise ProblemError(Problem('tls_expected', 'The port waits for TLS: it is silent until TLS begins.', stage='banner'))
            return
        greeting = self._greeting()
        if greeting:
            raise ProblemError(Problem('plaintext_expected', 'The port begins in plaintext: %s' % greeting, stage='handshake'))

    def _look(self, policy: Policy, mode: str) -> str:
        """Connect again, as far as the handshake, and keep the chain. Return the version, '' where there was no handshake."""
        found = []  # type: List[str]

        def start_tls(stream: NetStream) -> None:
            tls = stream.handshake(self.contexts.get(policy), self.host)
            self.facts.setdefault('chain', chain_of(tls))
            found.append(tls.version() or '')
            raise _Look()

        self._again(mode, start_tls)
        return found[0] if found else ''

    def _speaks_tls_at_once(self) -> bool:
        beginnings = []  # type: List[bytes]

        def start_tls(stream: NetStream) -> None:
            try:
                stream.handshake(self.contexts.get(Policy(None, False, min_tls='TLSv1')), self.host)
            finally:
                beginnings.append(stream.beginning)
            raise _Look()

        self._again('smtps', start_tls)
        beginning = read_beginning(beginnings[0] if beginnings else b'')
        return beginning.hello or beginning.alert is not None

    def _greeting(self) -> str:
        """Return the greeting that the port gives in plaintext, '' for none."""
        def never(_stream: NetStream) -> None:
            raise _Look()

        conversation = self._again('none', never)
        return conversation.greeting if conversation is not None else ''

    def _again(self, mode: str, start_tls: Callable[[NetStream], None]) -> Optional[Conversation]:
        """Begin a second conversation with the same address; nothing in it is a verdict."""
        assert self.address is not None
        end = min(self.end, time.monotonic() + LOOK_SECONDS)
        try:
            sock, _address = connect([self.address], self.job.host, self.job.port, end)
        except ProblemError:
            return None
        stream = NetStream(sock, end)
        plan = Plan(mode, 'handshake', self.facts.get('ehlo_name', ''), '', (), bytes, self.before_dot, lambda stage: None)
        conversation = Conversation(_Judged(stream, lambda: start_tls(stream)), plan)
        try:
            return conversation.run()
        except (_Look, ssl.SSLError):
            return conversation
        finally:
            stream.close()

    def _look_behind_switches(self) -> None:
        """Under IgnoreCertificateErrors, find what it hides: by a handshake that verifies."""
        if not self.job.ignores_errors or 'tls' not in self.facts or self.job.trust is None:
            return
        faults = []  # type: List[Fault]

        def start_tls(stream: NetStream) -> None:
            try:
                tls = stream.handshake(self.contexts.get(self._policy(verify=True)), self.host)
            except ssl.SSLError as error:
                faults.append(fault_of(error, read_beginning(stream.beginning), self.job.mode))
            else:
                mismatch = self._name_mismatch(tls)
                faults.extend([Fault(mismatch)] if mismatch is not None else [])
            raise _Look()

        self._again(self.job.mode, start_tls)
        hidden = [fault for fault in faults if fault.problem.stage == CERTIFICATE_STAGE]
        if hidden:
            self.facts['ignored'] = [hidden[0].problem.as_dict()]
            self.facts['verify'] = {'code': hidden[0].verify_code, 'text': hidden[0].verify_text}


class _Judged(Stream):
    """The network's stream with our judgement in its handshake."""

    def __init__(self, stream: NetStream, start_tls: Callable[[], None]) -> None:
        self._stream = stream
        self.start_tls = start_tls  # type: ignore[method-assign]

    def send(self, data: bytes) -> None:
        self._stream.send(data)

    def receive(self, most_seconds: Optional[float] = None) -> bytes:
        return self._stream.receive(most_seconds)


class _StageClock:
    """How long each stage took; a stage that comes twice (EHLO) is added up."""

    STAGES = ('resolve', 'connect', 'banner', 'ehlo', 'starttls', 'handshake', 'envelope', 'data')

    def __init__(self) -> None:
        self._spent = {}  # type: Dict[str, float]
        self._stage = ''
        self._since = 0.0

    def enter(self, stage: str) -> None:
        self.end()
        self._stage, self._since = stage, time.monotonic()

    def end(self) -> None:
        if self._stage in self.STAGES:
            self._spent[self._stage] = self._spent.get(self._stage, 0.0) + time.monotonic() - self._since
        self._stage = ''

    def milliseconds(self) -> Dict[str, int]:
        return {stage: int(self._spent[stage] * 1000) for stage in self.STAGES if stage in self._spent}


def host_name() -> str:
    """Return the host's own name, as its kernel has it; no resolver is asked, since none keeps a deadline."""
    return os.uname().nodename or 'localhost'


def ehlo_name_for(hostname: str, local_address: str) -> str:
    """Return the name for EHLO: as configured, else the host's full name, else an address literal (RFC 5321, section 4.1.4)."""
    if hostname:
        return hostname
    own = host_name()
    if check_ehlo_hostname(own) is None and not is_address_literal(own):
        return own
    address = local_address.split('%')[0]
    return '[IPv6:%s]' % address if ':' in address else '[%s]' % address

