# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command lines of pdls and pdset, by InfoPrint's manual, and what can be an argument of them. Pure."""

import re
from typing import Dict, List, Optional, Sequence

from ..safe_text import safe_text

HOST = 'smtp-server-host'
PORT = 'smtp-server-port'
QUOTED = 200  # characters of foreign text that are shown

_NAME = re.compile('[a-z][a-z0-9-]{0,63}')
# It is not documented how quotes, blanks and backslashes are read inside the one argument of -x.
_VALUE = re.compile('(?!=)[!#-&(-[\\]-_a-~]{1,255}')


def refusal(name: str, value: Optional[str]) -> str:
    """Return why an attribute, or a value for it (None = it is only read), can't be handed to the programs; '' if it can."""
    if not _NAME.fullmatch(name):
        return '%s is not an attribute name: lower-case letters, digits and hyphens, as in %s' % (quoted(name), HOST)
    if value == '':
        return '%s is empty: pdset has no documented way to unset an attribute; leave it out' % name
    if value is not None and not _VALUE.fullmatch(value):
        return (
            '%s is "%s": a value is one word of up to 255 printable ASCII characters, without blanks, quotes and backslashes '
            'and not beginning with =, since it is not documented how pdset reads these' % (name, quoted(value))
        )
    return ''


def server_refusal(server: str) -> str:
    """Return why a server's name can't be an argument of the programs; '' if it can."""
    if server.startswith('-') or not server.strip():
        return 'the name "%s" would be taken for an option of pdls' % quoted(server)
    return ''


def pdls_command(bin_dir: str, server: str, names: Sequence[str]) -> List[str]:
    """Return the command that shows attributes of one server, in line style."""
    return [bin_dir + '/pdls', '-c', 'server', '-r', ' '.join(names), '-s', 'line', server]


def pdset_command(bin_dir: str, server: str, values: Dict[str, str]) -> List[str]:
    """Return the command that sets attributes of one server, all in one request."""
    return [bin_dir + '/pdset', '-c', 'server', '-x', ' '.join('%s=%s' % item for item in sorted(values.items())), server]


def quoted(text: str) -> str:
    """Return the beginning of foreign text on one line, safe to show."""
    return safe_text(' '.join(text[: 4 * QUOTED].split()), QUOTED)
