# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a playing server behaves in a trial, as data."""

from __future__ import annotations

import typing as t

from ....module_utils.vocabulary import TLS_VERSIONS

STARTTLS, SMTPS, NO_TLS = 'starttls', 'smtps', 'no_tls'
OLDEST, NEWEST = TLS_VERSIONS[0], TLS_VERSIONS[-1]


class Server(t.NamedTuple):
    """`identity` is the certificate that it presents (authorities.py); it speaks the versions from `oldest` to `newest`.

    `mode` is STARTTLS (it offers that, and takes mail in plaintext too), SMTPS, or NO_TLS (it offers no STARTTLS).
    `refuses` has a verb of SMTP and the reply that it gets.
    """

    identity: str = 'good'
    mode: str = STARTTLS
    oldest: str = OLDEST
    newest: str = NEWEST
    refuses: tuple[str, str] = ('', '')
