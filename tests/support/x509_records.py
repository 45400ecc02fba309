# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Records of certificates and CRLs that tests made, and what the analysis reports of them."""

from __future__ import annotations

import datetime as dt
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import CRL, read_pem
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import chain_diagnosis as diagnosis
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import records
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.chain_path import Trust
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reader import read_certificate, read_crl

NOW = dt.datetime.now(dt.timezone.utc)
HOST = 'mail.example.com'


def record(certificate: x509.Certificate) -> records.Certificate:
    read = read_certificate(certificate.public_bytes(serialization.Encoding.DER))
    assert not isinstance(read, str), read
    return read


def listed(pem: bytes) -> records.RevocationList:
    read = read_crl(read_pem(pem).of(CRL)[0].der)
    assert not isinstance(read, str), read
    return read


def codes(chain: t.Sequence[x509.Certificate], ca: x509.Certificate, crl: bytes = b'') -> list[str]:
    trust = Trust([record(ca)], [listed(crl)] if crl else None, False, 'ca.pem')
    return [problem.code for problem in diagnosis.defects([*map(record, chain)], trust, HOST, NOW, diagnosis.Verdict())]


def records_of(pem: bytes) -> list[records.Certificate]:
    read = [read_certificate(block.der) for block in read_pem(pem).blocks]
    return [record for record in read if not isinstance(record, str)]


def incomplete(problems: t.Iterable[Problem]) -> list[str]:
    """Return the messages that something was not checked."""
    return [problem.message for problem in problems if problem.code == 'analysis_incomplete']


class Clock:
    """CPU time that passes by itself: a tick at each reading."""

    def __init__(self, tick: float) -> None:
        self.tick, self.now = tick, 0.0

    def __call__(self) -> float:
        self.now += self.tick
        return self.now
