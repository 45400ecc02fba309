# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One attempt for one server: resolve, connect, converse, and where that fails look again to name the cause.

All of it happens under one wall-clock deadline.
"""

import ssl
import time
from typing import TYPE_CHECKING, Any, Callable, Dict, List, NamedTuple, Optional

from ..net.connect import connect, resolve
from ..net.stream import UNSEEN, Chain, JudgedStream, NetStream, decoded
from ..problems import Problem, ProblemError
from ..smtp.conversation import Conversation, Plan, StreamLost
from ..smtp.message import compose
from ..tls.context import ANY_VERSION, HAS_SSL_V3, NAME_CHECK_BY_OPENSSL, Contexts, is_older
from ..tls.host_names import host_matches, names_of, plain_host
from ..tls.records import read_beginning
from .job import Job
from .local_name import ehlo_name_for
from .mail_text import mail_of
from .timings import StageClock

if TYPE_CHECKING:  # what explains failures is imported where there is one
    from ..tls.faults import Fault
    from .probe import SecondLook

# When a server is silent from the start, we look whether it waits for TLS, or for plaintext. Not before Postfix's
# postscreen greets (6 s): to it, who speaks first is a spammer.
SILENT_SHARE, SILENT_SECONDS = 0.3, 8.0


class Result(NamedTuple):
    """What an attempt found: `facts` are plain values for the answer, `chain` in it is DER."""

    conversation: Optional[Conversation]
    problems: List[Problem]
    facts: Dict[str, Any]


class Attempt:
    """Runs one attempt; `contexts` are shared with the other servers of the host. `run` raises what `before_dot` raises."""

    def __init__(self, job: Job, contexts: Contexts, before_dot: Callable[[], None]) -> None:
        self.job = job
        self.contexts = contexts
        self.before_dot = before_dot
        self.host = plain_host(job.host)
        self.end = time.monotonic() + job.timeout
        self.clock = StageClock()
        self.facts: Dict[str, Any] = {}
        self.fault: Optional['Fault'] = None
        self.shown = UNSEEN  # as far as a handshake that failed has shown it
        self.look: Optional[Callable[[], 'SecondLook']] = None

    def run(self) -> Result:
        conversation = None
        try:
            conversation = self._converse()
            problems = conversation.problems
        except ProblemError as error:
            problems = [error.problem]
        problems = [self._with_time(problem) for problem in problems]
        self.clock.enter('')
        if self.look is not None:
            problems = [self._explained(problem, self.look) for problem in problems]
            if self.job.ignores_errors and 'tls' in self.facts:
                self._look_behind_the_switch(self.look())
        self.facts['timings_ms'] = self.clock.milliseconds()
        return Result(conversation, problems, self.facts)

    def _converse(self) -> Conversation:
        job = self.job
        self.clock.enter('resolve')
        addresses = resolve(self.host, job.port, self.end)
        self.clock.enter('connect')
        sock, address = connect(addresses, job.host, job.port, self.end)
        stream = NetStream(sock, self.end)
        try:
            ehlo_name = ehlo_name_for(job.settings['Hostname'], stream.local_address())
            self.facts['ehlo_name'] = ehlo_name

            def look() -> 'SecondLook':
                from .probe import SecondLook

                return SecondLook(job, self.contexts, address, self.host, ehlo_name, self.end)

            self.look = look
            first_stage = 'handshake' if job.mode == 'smtps' else 'banner'

            def on_stage(stage: str) -> None:
                self.clock.enter(stage)
                if stage == 'data':
                    self.facts['message_id'] = '%s@%s' % (job.message_token, ehlo_name)
                call = (lambda: self._silent(look())) if stage == first_stage else None
                stream.on_silence(min(SILENT_SECONDS, SILENT_SHARE * job.timeout), call)

            plan = Plan(
                job.mode,
                job.until,
                ehlo_name,
                job.sender,
                job.recipients,
                lambda: compose(mail_of(job, ehlo_name, self.facts.get('tls') or {})),
                self.before_dot,
                on_stage,
            )
            return Conversation(JudgedStream(stream, lambda: self._start_tls(stream)), plan).run()
        finally:
            stream.close()

    def _silent(self, look: 'SecondLook') -> None:
        """The server has said nothing yet. Raise ProblemError where it turns out to wait for TLS, or to greet in plaintext."""
        if self.job.mode != 'smtps':
            if look.speaks_tls_at_once():
                raise ProblemError(Problem('tls_expected', 'The port is silent until TLS begins.', stage='banner'))
            return
        greeting = look.greeting()
        if greeting:
            raise ProblemError(Problem('plaintext_expected', 'The port begins in plaintext: %s' % greeting, stage='handshake'))

    def _start_tls(self, stream: NetStream) -> None:
        """Do the handshake and judge it. Raises ProblemError, StreamTimedOut."""
        job = self.job
        try:
            tls = stream.handshake(self.contexts.get(job.policy()), self.host)
        except (ssl.SSLError, StreamLost) as error:
            from ..tls.faults import fault_of

            self.shown = stream.chain
            beginning = read_beginning(stream.beginning)
            self.fault = fault_of(error, beginning, job.mode, stream.alert)
            if job.ssl_v3 and not HAS_SSL_V3 and beginning.hello_version == 'SSLv3':
                raise ProblemError(
                    Problem(
                        'ssl_v3_unavailable',
                        "The server speaks SSLv3 and nothing newer, which this host's Python can't try.",
                        severity='error',
                        stage='handshake',
                    )
                )
            raise ProblemError(self.fault.problem)
        version = tls.version()
        name, _version, bits = tls.cipher() or ('', '', 0)
        self.facts['tls'] = {'mode': job.mode, 'version': version, 'cipher': name, 'bits': bits}
        self.facts['chain'] = stream.chain.certificates
        if is_older(version, job.min_tls):
            message = 'The server speaks %s; at least %s is wanted.' % (version, job.min_tls)
            hint = 'Have %s or newer switched on there, or lower min_tls if what there is is good enough.' % job.min_tls
            raise ProblemError(Problem('protocol_too_old', message, hint, stage='handshake'))
        if job.ignores_errors or (job.checks_name and NAME_CHECK_BY_OPENSSL):
            return
        mismatch = self._name_mismatch(tls)
        if mismatch is not None and job.checks_name:
            self.fault = mismatch
            raise ProblemError(mismatch.problem)
        if mismatch is not None:
            self.facts['ignored'] = [mismatch.problem.as_dict()]

    def _name_mismatch(self, tls: ssl.SSLObject) -> Optional['Fault']:
        names = names_of(decoded(tls))
        if host_matches(names, self.host):
            return None
        from ..tls.faults import Fault

        message = 'The certificate is not for %s; its names are: %s.' % (self.host, names.shown())
        return Fault(Problem('hostname_mismatch', message, stage='certificate'))

    def _with_time(self, problem: Problem) -> Problem:
        if not problem.code.endswith('timed_out'):
            return problem
        return problem._replace(message='%s (timeout %g s).' % (problem.message.rstrip('.'), self.job.timeout))

    def _explained(self, problem: Problem, look: Callable[[], 'SecondLook']) -> Problem:
        """Return the problem, or a better one that a second look shows."""
        if problem.stage == 'certificate' and self.fault is not None:
            return self._examine(look(), self.fault, self.shown)
        if problem.code == 'connection_lost' and problem.stage == 'banner' and self.job.mode != 'smtps':
            if look().speaks_tls_at_once():
                return Problem('tls_expected', 'The port ends the connection until TLS begins at once.', stage='banner')
        elif problem.code in ('protocol_too_old', 'no_shared_cipher', 'handshake_closed') and 'tls' not in self.facts:
            offered = look().handshake(ANY_VERSION).version
            if offered and is_older(offered, self.job.min_tls):
                message = 'The server offers %s at most; at least %s is wanted.' % (offered, self.job.min_tls)
                return problem._replace(code='protocol_too_old', message=message)
            if problem.code == 'protocol_too_old' and not offered and self.job.ssl_v3 and not HAS_SSL_V3:
                return Problem(
                    'ssl_v3_unavailable',
                    "The server refuses every version of TLS; whether it speaks SSLv3 this host's Python can't try.",
                    severity='error',
                    stage='handshake',
                )
        return problem

    def _look_behind_the_switch(self, look: 'SecondLook') -> None:
        """Under IgnoreCertificateErrors, find what it hides: by a handshake that verifies."""
        done, fault, chain = look.verdict(self.job.verifying(), self._name_mismatch)
        if fault is not None and fault.problem.stage == 'certificate':
            self.facts['ignored'] = [self._examine(look, fault, chain).as_dict()]
        elif done and fault is None:
            self.facts['anchored'] = True

    def _examine(self, look: 'SecondLook', fault: 'Fault', shown: Chain) -> Problem:
        """Return the refusal, and note what the controller needs to find all that is wrong: the chain, and whether it leads to
        what is trusted.

        Python 3.6 doesn't tell OpenSSL's number (0), and a name that doesn't match (None) is found when all else is well.
        """
        from ..tls.faults import UNANCHORED

        chain = shown if shown.whole else look.chain()
        anchored: Optional[bool] = fault.verify_code not in UNANCHORED
        if fault.verify_code == 0 and self.job.trust is not None:
            fault, anchored = look.narrowed(fault, self.job.trust, chain)
        self.facts.update(verify=fault.verify(), anchored=anchored, whole_chain=chain.whole)
        self.facts['chain'] = chain.certificates or shown.certificates or self.facts.get('chain', [])
        return fault.problem
