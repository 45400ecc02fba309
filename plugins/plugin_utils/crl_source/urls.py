# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Addresses of CRLs: which ones are fetched, and how they are shown."""

from __future__ import annotations

import ipaddress
import re
import socket
import urllib.parse

from ...module_utils.safe_text import safe_text

SCHEMES = ('http', 'https')
AUTO = 'auto'
MOST_URLS = 8  # alternatives: each may take half a minute
LONGEST = 300  # characters of an address in a message

_SECRET = re.compile(r'(?i)((?:^|[?&;])[^=&;]*(?:pass|secret|token|key|sig|auth|credential)[^=&;]*=)[^&;#]+')


def url_fault(url: str) -> str:
    """Return why an address is not one that a CRL is fetched from, in words that follow it; '' if it is."""
    try:
        parts = urllib.parse.urlsplit(url)
        has_host, _port = bool(parts.hostname), parts.port
    except ValueError as error:
        return f'is not a valid URL: {safe_text(str(error), 80)}'
    if parts.scheme.lower() not in SCHEMES:
        return f'has the scheme {safe_text(parts.scheme, 40) or "(none)"}: only http and https are fetched'
    if not has_host or any(character.isspace() or not character.isprintable() for character in url):
        return 'is not a valid URL'
    return ''


def urls_fault(urls: list[str]) -> str:
    """Return why the value of crl_url is none, in words that follow the option's name; '' if it is one."""
    if urls == [AUTO]:
        return ''
    if AUTO in urls:
        return f'has {AUTO} beside addresses: give one or the other'
    if len(urls) > MOST_URLS:
        return f'has {len(urls)} addresses: they are alternatives, at most {MOST_URLS}'
    return next((f'has {shown(url)}, which {fault}' for url in urls if (fault := url_fault(url))), '')


def has_credentials(url: str) -> bool:
    """Return whether an address has a user's name or password."""
    return '@' in urllib.parse.urlsplit(url).netloc


def shown(url: str) -> str:
    """Return an address for messages and results: without a user's name and password, and without what is named like a secret."""
    head, slashes, rest = url.partition('://')
    authority, slash, path = rest.partition('/')
    return safe_text(f'{head}{slashes}{authority.rpartition("@")[2]}{slash}{_SECRET.sub(chr(92) + "1***", path)}', LONGEST)


def is_local(url: str) -> bool:
    """Return whether an address is of this machine alone: a loopback, link-local or unspecified address, or a name of one."""
    host = urllib.parse.urlsplit(url).hostname or ''
    if host == 'localhost' or host.endswith('.localhost'):
        return True
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False  # a proxy may know the name
    return any(_is_local(str(address)) for address in found)


def _is_local(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition('%')[0])
    ip = getattr(ip, 'ipv4_mapped', None) or ip
    return ip.is_loopback or ip.is_link_local or ip.is_unspecified
