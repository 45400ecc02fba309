# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sendmemo's TLS policy as an SSLContext that is the same on every Python: each flag is set here, none is inherited.

Defaults differ: Python 3.13's create_default_context() adds VERIFY_X509_STRICT and PARTIAL_CHAIN, 3.10 raised the
minimum version and the security level, 3.6 matches host names by itself and wrongly.
"""

import fcntl
import os
import ssl
import threading
from typing import Any, Dict, NamedTuple, Optional

from ..problems import Problem, ProblemError
from ..trust.pem import as_pem
from ..trust.trust_store import Trust
from ..vocabulary import CHAIN, LEAF, TLS_VERSIONS

VERSIONS = ('SSLv3', *TLS_VERSIONS)  # oldest first, by their names in SSLObject.version()
# OpenSSL 3 speaks TLS 1.0 and 1.1 at level 0 only, and at level 2 refuses RSA and DH below 2048 bits and SHA-1 signatures.
STRONG_LEVEL, OLD_LEVEL = 2, 0
CIPHERS = 'DEFAULT:!aNULL:!eNULL:!PSK:!SRP'
NAME_CHECK_BY_OPENSSL = hasattr(ssl, 'SSLCertVerificationError')  # Python 3.7
HAS_SSL_V3 = bool(getattr(ssl, 'HAS_SSLv3', hasattr(ssl, 'PROTOCOL_SSLv3')))
PARTIAL_CHAIN = 0x80000  # X509_V_FLAG_PARTIAL_CHAIN, which has a name from Python 3.10 on
DESCRIPTORS = '/dev/fd'  # where an open file has a path
PIPE_BYTES = 4096  # that a pipe of any system holds
F_SETPIPE_SZ = 1031  # of Linux, which has a name from Python 3.10 on
_OPTIONS = ssl.OP_ALL | ssl.OP_NO_SSLv3 | ssl.OP_NO_COMPRESSION | getattr(ssl, 'OP_NO_RENEGOTIATION', 0)
_OPTIONS |= getattr(ssl, 'OP_ENABLE_MIDDLEBOX_COMPAT', 0)  # as other clients of TLS 1.3 do


class Policy(NamedTuple):
    """What a connection must be. `trust` None = nothing is verified (IgnoreCertificateErrors, and probes).

    For probes alone: `partial` trusts also certificates that are no roots.
    """

    trust: Optional[Trust]
    check_name: bool
    crl_check: str = LEAF  # one of CRL_CHECKS
    min_tls: str = 'TLSv1.2'
    ssl_v3: bool = False
    max_tls: str = ''  # '' = the newest
    partial: bool = False


ANY_VERSION = Policy(None, False, min_tls='TLSv1')  # for probes: nothing is verified, nothing is too old


def is_older(version: Optional[str], minimum: str) -> bool:
    """Return whether a negotiated version is older than `minimum`; an unknown one counts as older."""
    return version not in VERSIONS or VERSIONS.index(version) < VERSIONS.index(minimum)


def verify_flags(policy: Policy) -> int:
    """Return the flags of the certificate's verification: CRLs count only where a CrlFile is set."""
    flags = int(ssl.VERIFY_X509_TRUSTED_FIRST)
    if policy.trust is not None and policy.trust.crls is not None:
        flags |= int(ssl.VERIFY_CRL_CHECK_CHAIN if policy.crl_check == CHAIN else ssl.VERIFY_CRL_CHECK_LEAF)
    return flags | (PARTIAL_CHAIN if policy.partial else 0)


def new_context(policy: Policy) -> ssl.SSLContext:
    """Return a context for the policy. Raises ProblemError where OpenSSL can't read the trust."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old = is_older(policy.min_tls, 'TLSv1.2')
    ssl_v3 = policy.ssl_v3 and HAS_SSL_V3
    context.options = _OPTIONS & ~ssl.OP_NO_SSLv3 if ssl_v3 else _OPTIONS
    if hasattr(ssl, 'TLSVersion'):  # Python 3.7; min_tls is checked after the handshake, so that the version can be reported
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        newest = policy.max_tls.replace('.', '_') or 'MAXIMUM_SUPPORTED'
        context.maximum_version = getattr(ssl.TLSVersion, newest)
    elif policy.max_tls:
        for version in TLS_VERSIONS[TLS_VERSIONS.index(policy.max_tls) + 1 :]:
            context.options |= getattr(ssl, 'OP_NO_%s' % version.replace('.', '_'), 0)
    _set_ciphers(context, OLD_LEVEL if old or ssl_v3 else STRONG_LEVEL)
    context.check_hostname = False
    if policy.trust is None:
        context.verify_mode = ssl.CERT_NONE
        return context
    context.verify_mode = ssl.CERT_REQUIRED
    context.check_hostname = policy.check_name and NAME_CHECK_BY_OPENSSL
    context.verify_flags = verify_flags(policy)  # type: ignore[assignment]  # an int of flags, as Python 3.6 needs it
    _load(context, policy.trust)
    return context


def _set_ciphers(context: ssl.SSLContext, level: int) -> None:
    try:
        context.set_ciphers('%s:@SECLEVEL=%d' % (CIPHERS, level))
    except ssl.SSLError:  # OpenSSL 1.0.2, as AIX had it, knows no levels
        context.set_ciphers(CIPHERS)


def _load(context: ssl.SSLContext, trust: Trust) -> None:
    if trust.has_system:
        context.set_default_verify_paths()
    if trust.certificates is not None:
        try:
            # Not as DER: Python 3.6 to 3.9 don't find the end of it with OpenSSL 3.
            context.load_verify_locations(cadata=''.join(as_pem(block) for block in trust.certificates))
        except ssl.SSLError as error:
            message = "OpenSSL can't read a certificate in %s: %s." % (trust.source, error)
            raise ProblemError(Problem('not_pem', message, file=trust.path, keyword='CAFile'))
    if trust.crls:
        try:
            _load_crls(context, ''.join(as_pem(block) for block in trust.crls).encode('ascii'))
        except ssl.SSLError as error:
            raise ProblemError(Problem('not_pem', "OpenSSL can't read the revocation lists: %s." % error, keyword='CrlFile'))
        except OSError as error:
            message = "The revocation lists can't be passed to OpenSSL: %s." % (error.strerror or error)
            raise ProblemError(Problem('file_not_readable', message, keyword='CrlFile'))


def _load_crls(context: ssl.SSLContext, pem: bytes) -> None:
    """Load CRLs, and nothing but them.

    `cadata` refuses CRLs, and the file itself could hold certificates, which would become trusted. So OpenSSL reads them from
    memory that has a path, or from a file that is removed once it is read. No thread: see `work_as`.
    """
    for memory in (_memory_file, _full_pipe):
        fd = memory(pem)
        if fd is None:
            continue
        try:
            path = '%s/%d' % (DESCRIPTORS, fd)
            if os.path.exists(path):
                context.load_verify_locations(cafile=path)
                return
        finally:
            os.close(fd)
    _load_by_file(context, pem)


def _memory_file(data: bytes) -> Optional[int]:
    """Return a descriptor of a file in memory (memfd_create(2), Python 3.8), None where there is no such thing."""
    if not hasattr(os, 'memfd_create'):
        return None
    try:
        fd = os.memfd_create('infoprint')
    except OSError:
        return None
    with open(fd, 'wb', closefd=False) as stream:
        stream.write(data)
    return fd


def _full_pipe(data: bytes) -> Optional[int]:
    """Return the end of a pipe that holds all the data, None where no pipe can hold so much (F_SETPIPE_SZ, fcntl(2))."""
    read_end, write_end = os.pipe()
    try:
        os.set_blocking(write_end, False)
        if len(data) > PIPE_BYTES:
            fcntl.fcntl(write_end, F_SETPIPE_SZ, len(data))
        if os.write(write_end, data) == len(data):
            return read_end
    except OSError:
        pass
    finally:
        os.close(write_end)
    os.close(read_end)
    return None


def _load_by_file(context: ssl.SSLContext, pem: bytes) -> None:
    """Load CRLs from a private file. Raises OSError."""
    folder = os.environ.get('TMPDIR') or '/tmp'  # noqa: S108  # by an unpredictable name, and new
    path = os.path.join(folder, '.infoprint-%s' % os.urandom(16).hex())
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, 'wb') as stream:
            stream.write(pem)
        context.load_verify_locations(cafile=path)
    finally:
        os.unlink(path)


class Contexts:
    """One context per distinct policy and content of trust: loading a bundle of CAs is the most expensive part of a send."""

    def __init__(self) -> None:
        self._contexts: Dict[Any, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    def get(self, policy: Policy) -> ssl.SSLContext:
        """Return the policy's context. Raises ProblemError: see new_context."""
        key = (policy._replace(trust=None), None if policy.trust is None else policy.trust.content)
        with self._lock:
            if key not in self._contexts:
                self._contexts[key] = new_context(policy)
            return self._contexts[key]
