# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the InfoPrint server may speak SSLv3: IPM_ENABLE_SSL_V3 is non-empty in its environment (manual, TLS for sendmemo)."""

import re
from typing import Iterable, Mapping, Optional

VARIABLE = 'IPM_ENABLE_SSL_V3'
# The later file overrides; AIX has only the first. Plain NAME=value lines, no shell.
FILES = ('/etc/environment', '/etc/profile.d/ipm_environment.sh')
MOST = 1 << 20  # bytes of such a file
LINE = re.compile(r'[ \t]*(?:export[ \t]+)?%s=(.*?)[ \t\r]*\Z' % VARIABLE)


def value_in(text: str) -> Optional[str]:
    """Return the last value that an environment file's text gives the variable, None where it doesn't set it."""
    value = None
    for line in text.split('\n'):
        match = LINE.match(line)
        if match:
            value = match.group(1).strip('\'"')
    return value


def requested(environment: Mapping[str, str], files: Iterable[str] = FILES) -> bool:
    """Return whether SSLv3 is requested: by the task's environment, else by the platform's files."""
    if VARIABLE in environment:
        return bool(environment[VARIABLE])
    value = ''
    for path in files:
        try:
            with open(path, 'rb') as stream:
                assigned = value_in(stream.read(MOST).decode('utf-8', 'replace'))
        except OSError:
            continue
        value = value if assigned is None else assigned
    return bool(value)
