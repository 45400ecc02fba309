# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From a host name to a TCP connection within a deadline: every address of it is tried, whatever its family.

A deadline is a moment of time.monotonic().
"""

import errno
import os
import select
import socket
import threading
import time
from typing import Any, Dict, List, NamedTuple, Tuple

from ..config.ehlo_name import LONGEST_NAME
from ..problems import Problem, ProblemError
from ..safe_text import safe_text
from ..tls.host_names import packed_address

NEXT_AFTER = 0.25  # seconds between two attempts that run side by side (RFC 8305, section 8)
MOST_ADDRESSES = 16

_UNREACHABLE = (
    errno.ENETUNREACH,
    errno.EHOSTUNREACH,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.ENETDOWN,
    errno.EACCES,
    errno.EPERM,
)


class Address(NamedTuple):
    """What connect() needs: the family and its socket address."""

    family: int
    sockaddr: Tuple[Any, ...]


def ascii_host(host: str) -> str:
    """Return a host name as the DNS, certificates and the handshake have it (RFC 3490). Raises ProblemError host_not_found."""
    why = 'it has more than the %d characters of a name' % LONGEST_NAME if len(host) > LONGEST_NAME + 1 else ''
    if host.startswith('.'):
        why = 'it begins with a dot'
    if not why and all(letter < '\x80' for letter in host):
        return host
    try:
        if not why:
            return host.encode('idna').decode('ascii')
    except UnicodeError as error:
        why = str(error)
    shown = safe_text(host)
    raise ProblemError(Problem('host_not_found', '%s is not a host name: %s.' % (shown, why), stage='resolve', value=shown))


def resolve(host: str, port: int, end: float) -> List[Address]:
    """Return the addresses of `host`, which is ASCII, families in turn. Raises ProblemError host_not_found, timed_out.

    The resolver knows no deadline, so it runs in a thread that may be left behind.
    """
    flags = socket.AI_NUMERICHOST if packed_address(host) is not None else 0
    answer: List[Any] = []

    def ask() -> None:
        try:  # as bytes: for a text Python imports its IDNA tables, also for ASCII
            answer.append(socket.getaddrinfo(host.encode('ascii'), port, 0, socket.SOCK_STREAM, 0, flags))
        except (OSError, ValueError) as error:
            answer.append(error)

    if flags:
        ask()
    else:
        resolver = threading.Thread(target=ask, daemon=True)
        resolver.start()
        resolver.join(max(0.0, end - time.monotonic()))
    if not answer:
        raise ProblemError(Problem('timed_out', 'The name %s was not resolved in time.' % host, stage='resolve'))
    if isinstance(answer[0], Exception):
        text = getattr(answer[0], 'strerror', None) or answer[0]
        raise ProblemError(Problem('host_not_found', "The name %s can't be resolved: %s." % (host, text), stage='resolve'))
    return _families_in_turn([Address(entry[0], entry[4]) for entry in answer[0]])[:MOST_ADDRESSES]


def _families_in_turn(addresses: List[Address]) -> List[Address]:
    """Keep the resolver's order, but let no family wait behind all of another's addresses (RFC 8305, section 4)."""
    first = addresses[0].family if addresses else 0
    same = [address for address in addresses if address.family == first]
    other = [address for address in addresses if address.family != first]
    mixed: List[Address] = []
    for index in range(max(len(same), len(other))):
        mixed += same[index : index + 1] + other[index : index + 1]
    return mixed


def connect(addresses: List[Address], host: str, port: int, end: float) -> Tuple[socket.socket, Address]:
    """Return the first connection that is established (non-blocking) and its address.

    After a quarter of a second of silence from an address the next one is tried beside it. Raises ProblemError
    connection_refused, connection_timed_out, network_unreachable.
    """
    waiting = list(addresses)
    running: Dict[int, Tuple[socket.socket, Address]] = {}
    failures: List[Tuple[int, Address]] = []
    poll = select.poll()
    next_start = 0.0
    try:
        while waiting or running:
            now = time.monotonic()
            if now >= end:
                break
            if waiting and (now >= next_start or not running):
                address = waiting.pop(0)
                next_start = now + NEXT_AFTER
                try:
                    sock = _begin(address)
                except OSError as error:
                    failures.append((error.errno or 0, address))
                    next_start = now
                    continue
                running[sock.fileno()] = (sock, address)
                poll.register(sock, select.POLLOUT)
            wait = min(end, next_start if waiting else end) - time.monotonic()
            for fd, _event in poll.poll(max(0, int(wait * 1000) + 1)):
                poll.unregister(fd)
                sock, address = running.pop(fd)
                code = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if not code:
                    return sock, address
                sock.close()
                failures.append((code, address))
                next_start = 0.0
    finally:
        for fd, (sock, _address) in list(running.items()):
            if fd == sock.fileno():
                sock.close()
    raise ProblemError(_failure(failures, [address for _sock, address in running.values()] + waiting, host, port))


def _begin(address: Address) -> socket.socket:
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = sock.connect_ex(address.sockaddr)
        if code not in (0, errno.EINPROGRESS, errno.EINTR):
            raise OSError(code, os.strerror(code))
    except OSError:
        sock.close()
        raise
    return sock


def _failure(failures: List[Tuple[int, Address]], silent: List[Address], host: str, port: int) -> Problem:
    """Return one problem for all addresses: the answer from nearest to the mail server decides."""
    tried = ['%s (%s)' % (address.sockaddr[0], os.strerror(code)) for code, address in failures]
    tried += ['%s (no answer)' % address.sockaddr[0] for address in silent]
    codes = [code for code, _address in failures]
    if errno.ECONNREFUSED in codes:
        code, text = 'connection_refused', 'refuses the connection'
    elif silent or errno.ETIMEDOUT in codes:
        code, text = 'connection_timed_out', 'does not answer'
    elif codes and all(number in _UNREACHABLE for number in codes):
        code, text = 'network_unreachable', "can't be reached"
    else:
        code, text = 'connection_lost', "can't be connected to"
    return Problem(code, '%s, port %d, %s: %s.' % (host, port, text, ', '.join(tried) or 'no address'), stage='connect')
