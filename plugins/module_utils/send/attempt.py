# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One attempt for one server: resolve, connect, converse, and where that fails probe for the cause.

All of it happens under one wall-clock deadline.
"""

import base64
import ssl
import time
from typing import TYPE_CHECKING, Callable, Dict, List, NamedTuple, Optional

from ..messages.send import TlsSession, Verification, in_base64
from ..net.connect import connect, resolve
from ..net.stream import NO_CHAIN, Chain, NetStream, StreamWithHandshake, decoded
from ..problems import Problem, ProblemError
from ..smtp.conversation import Conversation, Plan, StreamLost
from ..smtp.message import compose
from ..tls.context import ANY_VERSION, HAS_SSL_V3, NAME_CHECK_BY_OPENSSL, Contexts, is_older
from ..tls.host_names import host_matches, names_of, plain_host
from ..tls.records import read_beginning
from ..vocabulary import CERTIFICATE, SMTPS
from .job import Job
from .local_name import ehlo_name_for
from .mail_text import mail_of
from .stage_clock import StageClock, clock_ms

if TYPE_CHECKING:  # what explains failures is imported where there is one
    from ..tls.faults import Fault
    from .probe import Probe

# When a server is silent from the start, a probe shows whether it waits for TLS, or for plaintext. Not before Postfix's
# postscreen greets (6 s): to it, who speaks first is a spammer.
SILENT_SHARE, SILENT_SECONDS = 0.3, 8.0


class Facts:
    """What an attempt observes of the mail server; None is not known.

    `chain` is DER, `message_id` without angle brackets, `address` this host's own in the connection.
    """

    def __init__(self) -> None:
        self.ehlo_name = ''
        self.message_id: Optional[str] = None
        self.address: Optional[str] = None
        self.dot_ms: Optional[int] = None
        self.tls: Optional[TlsSession] = None
        self.chain: List[bytes] = []
        self.whole_chain: Optional[bool] = None
        self.verification: Optional[Verification] = None
        self.anchored: Optional[bool] = None
        self.ignored: List[Problem] = []
        self.timings_ms: Optional[Dict[str, int]] = None


class Result(NamedTuple):
    """The outcome of an attempt; `conversation` is None where it was ended by a problem."""

    conversation: Optional[Conversation]
    problems: List[Problem]
    facts: Facts


class Attempt:
    """Runs one attempt; `contexts` are shared with the other servers of the host. `run` raises what `before_dot` raises."""

    def __init__(self, job: Job, contexts: Contexts, before_dot: Callable[[], None]) -> None:
        self.job = job
        self.contexts = contexts
        self.before_dot = before_dot
        self.host = plain_host(job.host)
        self.end = time.monotonic() + job.options.timeout
        self.clock = StageClock()
        self.facts = Facts()
        self.fault: Optional['Fault'] = None
        self.shown = NO_CHAIN  # as far as a handshake that failed has shown it
        self.probe: Optional[Callable[[], 'Probe']] = None

    def run(self) -> Result:
        conversation = None
        try:
            conversation = self._converse()
            problems = conversation.problems
        except ProblemError as error:
            problems = [error.problem]
        problems = [self._with_time(problem) for problem in problems]
        self.clock.enter('')
        if self.probe is not None:
            problems = [self._explained(problem, self.probe) for problem in problems]
            if self.job.ignores_errors and self.facts.tls is not None and not self._is_known_from_test():
                self._find_ignored(self.probe())
        self.facts.timings_ms = self.clock.milliseconds()
        return Result(conversation, problems, self.facts)

    def _converse(self) -> Conversation:
        job = self.job
        self.clock.enter('resolve')
        addresses = resolve(self.host, job.port, self.end)
        self.clock.enter('connect')
        sock, address = connect(addresses, job.host, job.port, self.end)
        stream = NetStream(sock, self.end)
        try:
            self.facts.address = stream.local_address()
            ehlo_name = self.facts.ehlo_name = ehlo_name_for(job.settings['Hostname'], self.facts.address)

            def probe() -> 'Probe':
                from .probe import Probe

                return Probe(job, self.contexts, address, self.host, ehlo_name, self.end)

            self.probe = probe
            first_stage = 'handshake' if job.mode == SMTPS.name else 'banner'

            def on_stage(stage: str) -> None:
                self.clock.enter(stage)
                if stage == 'data':
                    self.facts.message_id = '%s@%s' % (job.message_token, ehlo_name)
                call = (lambda: self._on_silence(probe())) if stage == first_stage else None
                stream.on_silence(min(SILENT_SECONDS, SILENT_SHARE * job.options.timeout), call)

            plan = Plan(
                job.mode,
                job.options.until,
                ehlo_name,
                job.message.sender,
                job.message.recipients,
                lambda: compose(mail_of(job, ehlo_name, self.facts.tls)),
                self._before_dot,
                on_stage,
            )
            return Conversation(StreamWithHandshake(stream, lambda: self._start_tls(stream)), plan).run()
        finally:
            stream.close()

    def _before_dot(self) -> None:
        self.before_dot()
        self.facts.dot_ms = clock_ms()

    def _on_silence(self, probe: 'Probe') -> None:
        """The server has said nothing yet. Raise ProblemError where it turns out to wait for TLS, or to greet in plaintext."""
        if self.job.mode != SMTPS.name:
            if probe.speaks_tls_at_once():
                raise ProblemError(Problem('tls_expected', 'The port is silent until TLS begins.', stage='banner'))
            return
        greeting = probe.greeting()
        if greeting:
            raise ProblemError(Problem('plaintext_expected', 'The port begins in plaintext: %s' % greeting, stage='handshake'))

    def _start_tls(self, stream: NetStream) -> None:
        """Do the handshake and check it. Raises ProblemError, StreamTimedOut."""
        job = self.job
        try:
            tls = stream.handshake(self.contexts.get(job.policy()), self.host)
        except (ssl.SSLError, StreamLost) as error:
            raise ProblemError(self._handshake_problem(error, stream))
        version = tls.version() or ''
        name, _version, bits = tls.cipher() or ('', '', 0)
        self.facts.tls = TlsSession(job.mode, version, name, bits)
        self.facts.chain = stream.chain.certificates
        min_tls = job.options.min_tls
        if is_older(version, min_tls):
            message = 'The server speaks %s; at least %s is required.' % (version, min_tls)
            hint = 'Have %s or newer enabled there, or lower min_tls if the version that it has is good enough.' % min_tls
            raise ProblemError(Problem('protocol_too_old', message, hint, stage='handshake'))
        by_openssl = NAME_CHECK_BY_OPENSSL and not (job.options.refuses_wildcards or job.options.refuses_common_names)
        if job.ignores_errors or (job.checks_name and by_openssl):
            return
        mismatch = self._name_mismatch(tls)
        if mismatch is not None and job.checks_name:
            self.fault = mismatch
            raise ProblemError(mismatch.problem)
        if mismatch is not None:
            self.facts.ignored = [mismatch.problem]

    def _handshake_problem(self, error: Exception, stream: NetStream) -> Problem:
        from ..tls.faults import fault_of

        self.shown = stream.chain
        beginning = read_beginning(stream.beginning)
        self.fault = fault_of(error, beginning, self.job.mode, stream.alert)
        if self.job.ssl_v3 and not HAS_SSL_V3 and beginning.hello_version == 'SSLv3':
            return _ssl_v3_unavailable("The server speaks SSLv3 and nothing newer, which this host's Python can't try.")
        return self.fault.problem

    def _name_mismatch(self, tls: ssl.SSLObject) -> Optional['Fault']:
        options = self.job.options
        names = names_of(decoded(tls)).without(options.refuses_wildcards, options.refuses_common_names)
        if host_matches(names, self.host):
            return None
        from ..tls.faults import Fault

        message = 'The certificate is not for %s; its names are: %s.' % (self.host, names.shown())
        return Fault(Problem('hostname_mismatch', message, stage=CERTIFICATE))

    def _with_time(self, problem: Problem) -> Problem:
        if not problem.code.endswith('timed_out'):
            return problem
        return problem._replace(message='%s (timeout %g s).' % (problem.message.rstrip('.'), self.job.options.timeout))

    def _explained(self, problem: Problem, probe: Callable[[], 'Probe']) -> Problem:
        """Return the problem, or a better one that a probe shows."""
        if problem.stage == CERTIFICATE and self.fault is not None:
            return self._examine(probe(), self.fault, self.shown)
        if problem.code == 'connection_lost' and problem.stage == 'banner' and self.job.mode != SMTPS.name:
            if probe().speaks_tls_at_once():
                return Problem('tls_expected', 'The server closes the connection unless TLS starts immediately.', stage='banner')
        elif problem.code in ('protocol_too_old', 'no_shared_cipher', 'handshake_closed') and self.facts.tls is None:
            offered, min_tls = probe().handshake(ANY_VERSION).version, self.job.options.min_tls
            if offered and is_older(offered, min_tls):
                message = 'The server offers %s at most; at least %s is required.' % (offered, min_tls)
                return problem._replace(code='protocol_too_old', message=message)
            if problem.code == 'protocol_too_old' and not offered and self.job.ssl_v3 and not HAS_SSL_V3:
                return _ssl_v3_unavailable(
                    "The server refuses every version of TLS; this host's Python can't test whether it speaks SSLv3."
                )
        return problem

    def _is_known_from_test(self) -> bool:
        """Return whether the staged test met the same certificate; if so, take over what it found out about it."""
        tested, facts = self.job.tested, self.facts
        if tested is None or not tested.ok or in_base64(facts.chain[:1]) != list(tested.chain[:1]):
            return False
        facts.ignored, facts.anchored, facts.verification = list(tested.ignored), tested.anchored, tested.verify
        facts.chain, facts.whole_chain = [base64.b64decode(der) for der in tested.chain], tested.whole_chain
        return True

    def _find_ignored(self, probe: 'Probe') -> None:
        """Under IgnoreCertificateErrors, find what it hides: by a handshake that verifies."""
        done, fault, chain = probe.verdict(self.job.verifying(), self._name_mismatch)
        if fault is not None and fault.problem.stage == CERTIFICATE:
            self.facts.ignored = [self._examine(probe, fault, chain)]
        elif done and fault is None:
            self.facts.anchored = True

    def _examine(self, probe: 'Probe', fault: 'Fault', shown: Chain) -> Problem:
        """Return the refusal, and note what the controller needs to find every defect: the chain, and whether it leads to a
        trusted root.

        Python 3.6 does not expose OpenSSL's number (0), and a name that doesn't match (None) is found when all else is well.
        """
        from ..tls.faults import UNANCHORED

        facts = self.facts
        chain = shown if shown.whole else probe.chain()
        facts.anchored = fault.verify_code not in UNANCHORED
        if fault.verify_code == 0 and self.job.trust is not None:
            fault, facts.anchored = probe.narrowed(fault, self.job.trust, chain)
        facts.verification = Verification(fault.verify_code, fault.verify_text, fault.may_be)
        facts.whole_chain = chain.whole
        facts.chain = chain.certificates or shown.certificates or facts.chain
        return fault.problem


def _ssl_v3_unavailable(message: str) -> Problem:
    return Problem('ssl_v3_unavailable', message, severity='error', stage='handshake')
