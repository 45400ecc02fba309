# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A second, short connection to the same address, to find out why the first one failed, or what IgnoreCertificateErrors hides.

It never sends mail, and its outcome never turns a failure into a success.
"""

import ssl
import time
from typing import Callable, List, NamedTuple, Optional, Tuple

from ..net.connect import Address, connect
from ..net.stream import EXPOSES_CHAIN, EXPOSES_MESSAGES, NO_CHAIN, Chain, ChainWatch, NetStream, StreamWithHandshake
from ..problems import ProblemError
from ..smtp.conversation import Conversation, Plan
from ..tls.context import ANY_VERSION, Contexts, Policy, new_context
from ..tls.faults import CRL_CODES, UNTRUSTED, Fault, fault_of
from ..tls.records import read_beginning
from ..trust.pem import CERTIFICATE, Block
from ..trust.trust_store import Trust
from ..vocabulary import DISABLED, HANDSHAKE, SMTPS
from .job import Job

PROBE_SECONDS = 5.0


class Handshake(NamedTuple):
    """What a handshake showed: the version ('' where there was none) and the chain."""

    version: str
    chain: Chain


class Verdict(NamedTuple):
    """The outcome of a handshake that verifies; without `done` there was none."""

    done: bool
    fault: Optional[Fault]
    chain: Chain

    @property
    def reasons(self) -> Tuple[str, ...]:
        """The codes that a refusal without a number can be, () for none."""
        return self.fault.may_be if self.fault is not None else ()


class _Enough(Exception):
    """Ends a probe."""


class Probe:
    """Connects to `address` for a job, each time no longer than PROBE_SECONDS and never beyond `end` (time.monotonic())."""

    def __init__(self, job: Job, contexts: Contexts, address: Address, host: str, ehlo_name: str, end: float) -> None:
        self.job = job
        self.contexts = contexts
        self.address = address
        self.host = host
        self.ehlo_name = ehlo_name
        self.end = end

    def chain(self) -> Chain:
        """Return the chain that the server sends; where Python gives only the leaf, TLS 1.2 shows the rest."""
        if EXPOSES_MESSAGES and not EXPOSES_CHAIN:
            context = new_context(ANY_VERSION)
            watch = ChainWatch(context)
            done = self._handshake(context)
            return Chain(watch.chain, True) if watch.chain else done.chain
        if not EXPOSES_CHAIN:
            older = self.handshake(ANY_VERSION._replace(max_tls='TLSv1.2'))
            if older.chain.certificates:
                return older.chain
        return self.handshake(ANY_VERSION).chain

    def handshake(self, policy: Policy) -> Handshake:
        """Return what a handshake by this policy shows."""
        return self._handshake(self.contexts.get(policy))

    def _handshake(self, context: ssl.SSLContext) -> Handshake:
        handshakes: List[Handshake] = []

        def start_tls(stream: NetStream) -> None:
            tls = stream.handshake(context, self.host)
            handshakes.append(Handshake(tls.version() or '', stream.chain))

        self._converse(self.job.mode, start_tls)
        return handshakes[0] if handshakes else Handshake('', NO_CHAIN)

    def verdict(self, policy: Policy, check: Callable[[ssl.SSLObject], Optional[Fault]] = lambda _tls: None) -> Verdict:
        """Return why a handshake by this policy fails, or what `check` has against it, and the chain that it showed."""
        verdicts: List[Verdict] = []

        def start_tls(stream: NetStream) -> None:
            fault: Optional[Fault] = None
            try:
                fault = check(stream.handshake(self.contexts.get(policy), self.host))
            except ssl.SSLError as error:
                fault = fault_of(error, read_beginning(stream.beginning), self.job.mode, stream.alert)
            verdicts.append(Verdict(True, fault, stream.chain))

        self._converse(self.job.mode, start_tls)
        return verdicts[0] if verdicts else Verdict(False, None, NO_CHAIN)

    def narrowed(self, fault: Fault, trust: Trust, chain: Chain) -> Tuple[Fault, Optional[bool]]:
        """Return a refusal without a number among fewer codes, and whether the chain leads to what is trusted, None for open."""
        if trust.crls is None:
            fault = fault.but(CRL_CODES)
        elif 'unknown_ca' in fault.may_be or not chain.whole:
            verdict = self.verdict(self._without_lists(trust))
            if verdict.done and verdict.reasons != fault.may_be:
                return fault.among((*CRL_CODES, 'certificate_invalid')), True
            if verdict.done and not chain.whole:  # so it is true, also where a list comes before it
                fault = fault.but(CRL_CODES)
        if 'unknown_ca' not in fault.may_be:
            return fault, True
        if trust.has_system and chain.whole and self._lacks_only_trust(trust, chain):
            return fault.among(UNTRUSTED), False
        return fault, None

    def _without_lists(self, trust: Trust) -> Policy:
        return Policy(trust._replace(crls=None), False, min_tls=self.job.options.min_tls)

    def _lacks_only_trust(self, trust: Trust, chain: Chain) -> bool:
        """Return whether the chain would lead to trust if its end were trusted, for a store that can't be listed."""
        end = Trust('', (Block(CERTIFICATE, 0, chain.certificates[-1]),), None)
        verdict = self.verdict(self._without_lists(trust)._replace(trust=end, partial=True))
        return verdict.done and 'unknown_ca' not in verdict.reasons

    def speaks_tls_at_once(self) -> bool:
        """Return whether the port answers a ClientHello, whatever the outcome."""
        beginnings: List[bytes] = []

        def start_tls(stream: NetStream) -> None:
            try:
                stream.handshake(self.contexts.get(ANY_VERSION), self.host)
            finally:
                beginnings.append(stream.beginning)

        self._converse(SMTPS.name, start_tls)
        beginning = read_beginning(beginnings[0] if beginnings else b'')
        return beginning.hello or beginning.alert is not None

    def greeting(self) -> str:
        """Return the greeting that the port gives in plaintext, '' for none."""
        conversation = self._converse(DISABLED.name, lambda _stream: None)
        return conversation.greeting if conversation is not None else ''

    def _converse(self, mode: str, start_tls: Callable[[NetStream], None]) -> Optional[Conversation]:
        """Converse as far as the handshake; None where there is no connection."""
        end = min(self.end, time.monotonic() + PROBE_SECONDS)
        try:
            sock, _address = connect([self.address], self.job.host, self.job.port, end)
        except ProblemError:
            return None
        stream = NetStream(sock, end)

        def handshake() -> None:
            start_tls(stream)
            raise _Enough

        plan = Plan(mode, HANDSHAKE, self.ehlo_name, '', (), tuple, lambda: None, lambda _stage: None)
        conversation = Conversation(StreamWithHandshake(stream, handshake), plan)
        try:
            return conversation.run()
        except (_Enough, ssl.SSLError):
            return conversation
        finally:
            stream.close()
