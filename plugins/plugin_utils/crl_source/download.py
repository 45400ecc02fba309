# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One download of a CRL by HTTP: bounded in bytes, time and redirects, and with no trust in what answers.

The certificate of an https server is not verified, since the CRL is signed; except where the address has a password to protect.
"""

from __future__ import annotations

import http.client
import socket
import threading
import time
import typing as t
import urllib.error
import urllib.parse

from ansible.module_utils import urls as ansible_urls

from ...module_utils.safe_text import safe_text
from .urls import has_credentials, is_local, shown, url_fault

LARGEST = 4 << 20  # bytes
SECONDS = 30.0  # of wall clock for one address, with all its redirects
MOST_REDIRECTS = 5
PART = 1 << 16  # bytes that are read at a time
AGENT = 'printops.infoprint'
_REDIRECTS = (301, 302, 303, 307, 308)
_UNMODIFIED = 304
_LONGEST_VALIDATOR = 1024  # characters of an ETag or Last-Modified that is sent back


class FetchError(Exception):
    """There is no usable answer; the text is the cause, a clause without a full stop."""


class Validators(t.NamedTuple):
    """What a server is asked with whether its copy is still the one that it sent before (RFC 9110, 8.8); '' = unknown."""

    etag: str = ''
    last_modified: str = ''

    def headers(self) -> dict[str, str]:
        both = {'If-None-Match': self.etag, 'If-Modified-Since': self.last_modified}
        return {name: value for name, value in both.items() if value}


class Download(t.NamedTuple):
    """An answer: its `body`, None if the copy with the validators is still the current one."""

    body: bytes | None
    validators: Validators = Validators()


Fetch: t.TypeAlias = t.Callable[[str, Validators], Download]


def download(url: str, validators: Validators, seconds: float = SECONDS) -> Download:
    """Return what an address answers within so many seconds. Raises FetchError.

    A thread of its own does it: looking up a name can't be interrupted otherwise. One that is late ends at its next step.
    """
    done: list[Download | BaseException] = []
    deadline = time.monotonic() + seconds

    def work() -> None:
        try:
            done.append(_follow(url, validators, deadline))
        except BaseException as error:
            done.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds + 1)
    if not done:
        raise FetchError(_late(seconds))
    if isinstance(done[0], Download):
        return done[0]
    if isinstance(done[0], TimeoutError | socket.timeout):
        raise FetchError(_late(seconds))
    raise done[0]


def _late(seconds: float) -> str:
    return f'no complete answer within {seconds:g} s'


def _follow(url: str, validators: Validators, deadline: float) -> Download:
    """Return the answer at the end of the redirects. Raises FetchError, TimeoutError."""
    may_be_local = is_local(url)
    seen = [url]
    while True:
        answer = _open(seen[-1], validators, deadline)
        with answer:
            if answer.status not in _REDIRECTS:
                return _read(answer, validators, deadline)
            target = urllib.parse.urljoin(seen[-1], answer.headers.get('Location') or '')
        if target in seen:
            raise FetchError(f'it redirects in a loop, to {shown(target)}')
        if fault := url_fault(target):
            raise FetchError(f'it redirects to {shown(target)}, which {fault}')
        if not may_be_local and is_local(target):
            raise FetchError(f'it redirects to {shown(target)}, an address of this machine, which is not followed')
        seen.append(target)
        if len(seen) > MOST_REDIRECTS + 1:
            raise FetchError(f'it redirects more than {MOST_REDIRECTS} times')


def _open(url: str, validators: Validators, deadline: float) -> t.Any:
    """Return the response to one request, whatever its status. Raises FetchError, TimeoutError."""
    try:
        return ansible_urls.open_url(
            url,
            headers=validators.headers(),
            http_agent=AGENT,
            timeout=_left(deadline),
            validate_certs=has_credentials(url),
            force_basic_auth=has_credentials(url),
            follow_redirects='none',
            use_netrc=False,
            decompress=False,
        )
    except urllib.error.HTTPError as error:
        return error
    except TimeoutError:
        raise
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise error.reason from None
        raise FetchError(_why(error.reason)) from None
    except (OSError, ValueError, http.client.HTTPException, ansible_urls.ConnectionError) as error:
        raise FetchError(_why(error)) from None


def _left(deadline: float) -> float:
    """Return the seconds that are left. Raises TimeoutError."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _why(error: object) -> str:
    if isinstance(error, socket.gaierror):
        return 'its name is unknown'
    text = getattr(error, 'strerror', None) or str(error) or type(error).__name__
    return safe_text(str(text), 200)


def _read(answer: t.Any, validators: Validators, deadline: float) -> Download:
    """Return what a response has. Raises FetchError, TimeoutError."""
    if answer.status == _UNMODIFIED:
        if not validators.headers():
            raise FetchError('it answered 304 Not Modified, although nothing is kept here')
        return Download(None, validators)
    if answer.status != 200:
        raise FetchError(f'it answered {answer.status} {safe_text(answer.reason or "", 80)}'.rstrip())
    encoding = answer.headers.get('Content-Encoding', 'identity').strip().lower()
    if encoding not in ('', 'identity'):
        raise FetchError(f'it answered with the encoding {safe_text(encoding, 40)}, which was not asked for')
    headers = (answer.headers.get(name, '') for name in ('ETag', 'Last-Modified'))
    fitting = [value if value.isprintable() and len(value) <= _LONGEST_VALIDATOR else '' for value in headers]
    return Download(_body(answer, deadline), Validators(*fitting))


def _body(answer: t.Any, deadline: float) -> bytes:
    length = answer.headers.get('Content-Length', '')
    announced = int(length) if length.isascii() and length.isdecimal() and len(length) < 16 else None
    if announced is not None and announced > LARGEST:
        raise FetchError(_too_large())
    parts: list[bytes] = []
    size = 0
    try:
        while part := answer.read1(PART):
            _left(deadline)
            parts.append(part)
            size += len(part)
            if size > LARGEST:
                raise FetchError(_too_large())
    except TimeoutError:
        raise
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise FetchError(f'the answer ended after {size} bytes: {_why(error)}') from None
    if announced is not None and size < announced:
        raise FetchError(f'the answer ended after {size} of {announced} bytes')
    return b''.join(parts)


def _too_large() -> str:
    return f'it has more than {LARGEST >> 20} MiB'
