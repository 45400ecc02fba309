# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The words that both halves share, each list in this one place: of sends TLS modes, stages, goals and CRL checks; severities."""

from typing import NamedTuple


class TlsMode(NamedTuple):
    """A mode of EnableTLS: its value in the file, its name inside and as an option, in results and reports, and in prose."""

    value: str
    name: str
    in_report: str
    label: str


DISABLED = TlsMode('0', 'disabled', 'plaintext', 'plaintext')
STARTTLS = TlsMode('1', 'starttls', 'starttls', 'STARTTLS')
SMTPS = TlsMode('2', 'smtps', 'smtps', 'SMTPS')
TLS_MODES = (DISABLED, STARTTLS, SMTPS)
MODE_BY_VALUE = {mode.value: mode for mode in TLS_MODES}
MODE_BY_NAME = {mode.name: mode for mode in TLS_MODES}

# From the oldest, as SSLObject.version() names them. SSLv3, older than these, is an option of its own.
TLS_VERSIONS = ('TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3')

# Stages of a send, in order. A certificate is a stage of problems alone: verifying it takes no time of its own.
CERTIFICATE = 'certificate'
STAGES = ('resolve', 'connect', 'banner', 'ehlo', 'starttls', 'handshake', CERTIFICATE, 'envelope', 'data')
TIMED_STAGES = tuple(stage for stage in STAGES if stage != CERTIFICATE)
TIMINGS = TIMED_STAGES + ('total',)

# How far a verification goes, from the least; each includes those before it.
HANDSHAKE, ENVELOPE, SENT = GOALS = ('handshake', 'envelope', 'sent')

# Which certificates of a chain are checked for revocation: the mail server's own, or all.
LEAF, CHAIN = CRL_CHECKS = ('leaf', 'chain')

# From the worst.
ERROR, WARNING, INFO = SEVERITIES = ('error', 'warning', 'info')
