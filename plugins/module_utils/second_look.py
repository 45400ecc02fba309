# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A second, short connection to the same address, to find out why the first one failed, or what a switch hides.

It never sends mail, and what it finds never turns a failure into a success.
"""
import ssl
import time
from typing import Callable, List, NamedTuple, Optional

from .net_stream import CHAIN_IS_TOLD, MESSAGES_ARE_TOLD, ChainWatch, JudgedStream, NetStream
from .pem import CERTIFICATE, Block
from .problems import ProblemError
from .send_job import Job
from .smtp_session import Conversation, Plan
from .tcp_connect import Address, connect
from .tls_faults import Fault, fault_of
from .tls_policy import ANY_VERSION, Contexts, Policy, new_context
from .tls_records import read_beginning
from .trust_files import Trust

LOOK_SECONDS = 5.0


class Seen(NamedTuple):
    """What a handshake showed: the version ('' where there was none) and the chain as sent, in DER."""
    version: str
    chain: List[bytes]


class Verdict(NamedTuple):
    """What a handshake that verifies came to; without `done` there was none."""
    done: bool
    fault: Optional[Fault]
    chain: List[bytes]


class _Enough(Exception):
    """Ends a look."""


class SecondLook:
    """Looks at `address` for a job, each time no longer than LOOK_SECONDS and never beyond `end` (time.monotonic())."""

    def __init__(self, job: Job, contexts: Contexts, address: Address, host: str, ehlo_name: str, end: float) -> None:
        self.job = job
        self.contexts = contexts
        self.address = address
        self.host = host
        self.ehlo_name = ehlo_name
        self.end = end

    def chain(self) -> List[bytes]:
        """Return the chain that the server sends, the leaf first; where Python tells only the leaf, TLS 1.2 shows the rest."""
        if MESSAGES_ARE_TOLD and not CHAIN_IS_TOLD:
            context = new_context(ANY_VERSION)
            watch = ChainWatch(context)
            seen = self._handshake(context)
            return watch.chain or seen.chain
        if not CHAIN_IS_TOLD:
            seen = self.handshake(ANY_VERSION._replace(max_tls='TLSv1.2'))
            if seen.chain:
                return seen.chain
        return self.handshake(ANY_VERSION).chain

    def handshake(self, policy: Policy) -> Seen:
        """Return what a handshake by this policy shows."""
        return self._handshake(self.contexts.get(policy))

    def _handshake(self, context: ssl.SSLContext) -> Seen:
        found: List[Seen] = []

        def start_tls(stream: NetStream) -> None:
            tls = stream.handshake(context, self.host)
            found.append(Seen(tls.version() or '', stream.chain))

        self._converse(self.job.mode, start_tls)
        return found[0] if found else Seen('', [])

    def verdict(self, policy: Policy, judge: Callable[[ssl.SSLObject], Optional[Fault]] = lambda _tls: None) -> Verdict:
        """Return why a handshake by this policy fails, or what `judge` has against it, and the chain that it showed."""
        found: List[Verdict] = []

        def start_tls(stream: NetStream) -> None:
            fault: Optional[Fault] = None
            try:
                fault = judge(stream.handshake(self.contexts.get(policy), self.host))
            except ssl.SSLError as error:
                fault = fault_of(error, read_beginning(stream.beginning), self.job.mode)
            found.append(Verdict(True, fault, stream.chain))

        self._converse(self.job.mode, start_tls)
        return found[0] if found else Verdict(False, None, [])

    def leads_to_trust(self, trust: Trust, chain: List[bytes]) -> Optional[bool]:
        """Return whether the server's chain leads to what is trusted, by looks alone; None where that stays open.

        For Python 3.6, which doesn't tell what OpenSSL found: first without dates and revocation, then as if the end of the
        chain were trusted. What passes that but not the first lacks nothing but the trust.
        """
        policy = Policy(trust._replace(crls=None), False, min_tls=self.job.min_tls, any_time=True)
        seen = self.verdict(policy)
        if not seen.done or (seen.fault is not None and seen.fault.problem.stage != 'certificate'):
            return None
        if seen.fault is None:
            return True
        end = Trust('', (Block(CERTIFICATE, 0, chain[-1]),), None)
        seen = self.verdict(policy._replace(trust=end, partial=True))
        return False if seen.done and seen.fault is None else None

    def speaks_tls_at_once(self) -> bool:
        """Return whether the port answers a ClientHello, whatever comes of it."""
        beginnings: List[bytes] = []

        def start_tls(stream: NetStream) -> None:
            try:
                stream.handshake(self.contexts.get(ANY_VERSION), self.host)
            finally:
                beginnings.append(stream.beginning)

        self._converse('smtps', start_tls)
        beginning = read_beginning(beginnings[0] if beginnings else b'')
        return beginning.hello or beginning.alert is not None

    def greeting(self) -> str:
        """Return the greeting that the port gives in plaintext, '' for none."""
        conversation = self._converse('none', lambda _stream: None)
        return conversation.greeting if conversation is not None else ''

    def _converse(self, mode: str, start_tls: Callable[[NetStream], None]) -> Optional[Conversation]:
        """Converse as far as the handshake; None where there is no connection."""
        end = min(self.end, time.monotonic() + LOOK_SECONDS)
        try:
            sock, _address = connect([self.address], self.job.host, self.job.port, end)
        except ProblemError:
            return None
        stream = NetStream(sock, end)

        def look() -> None:
            start_tls(stream)
            raise _Enough

        plan = Plan(mode, 'handshake', self.ehlo_name, '', (), tuple, lambda: None, lambda _stage: None)
        conversation = Conversation(JudgedStream(stream, look), plan)
        try:
            return conversation.run()
        except (_Enough, ssl.SSLError):
            return conversation
        finally:
            stream.close()
