# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mail server's certificate as results show it."""

from __future__ import annotations

import datetime as dt
import hashlib
import typing as t

from ...module_utils.problems import Problem
from ...module_utils.safe_text import safe_text
from ...module_utils.vocabulary import CERTIFICATE
from ..days import days_left
from .dates import timestamp
from .records import Certificate

MOST_NAMES = 200


def defect(code: str, message: str) -> Problem:
    return Problem(code, message, stage=CERTIFICATE)


def describe(certificate: Certificate, now: dt.datetime) -> dict[str, t.Any]:
    """Return the `certificate` of a result; `days_left` is negative for an expired certificate."""
    names = certificate.names
    return {
        'subject': certificate.subject,
        'issuer': certificate.issuer,
        'sans': [
            *(f'DNS:{safe_text(name)}' for name in names.dns[:MOST_NAMES]),
            *(f'IP:{address}' for address in names.ip[:MOST_NAMES]),
        ],
        'not_before': timestamp(certificate.not_before),
        'not_after': timestamp(certificate.not_after),
        'days_left': days_left(certificate.not_after, now),
        'sha256': hashlib.sha256(certificate.der).hexdigest(),
    }
