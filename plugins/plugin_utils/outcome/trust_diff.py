# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Changes of trust files as people read them: the certificates and CRLs that are removed and added, in a line each."""

from __future__ import annotations

import hashlib
import typing as t

from ...module_utils.config.keywords import FILE_KEYWORDS
from ...module_utils.messages.change import ServerAnswer
from ...module_utils.trust.pem import CERTIFICATE, Block
from ..target.trust_blocks import content_of
from ..x509 import budget
from ..x509.dates import moment
from ..x509.reader import read_certificate, read_crl
from .drift import diff

Blocks = t.Mapping[str, t.Sequence[Block]]

MOST_LINES = 200  # for what is removed from one file, or added to it


def trust_diffs(answer: ServerAnswer, blocks: Blocks) -> list[dict[str, str]]:
    """Return the diffs of a server's trust files; `blocks` are what the target read, by the digest of the file.

    What is in both is counted and not listed: a public CA bundle has about 140 certificates. Raises InvalidValue.
    """
    diffs = []
    for keyword in FILE_KEYWORDS:
        old, new = (content_of(files, keyword, blocks) for files in (answer.trust_before, answer.trust_after))
        ders = [{block.der: block.label for block in trust.blocks} if trust is not None else {} for trust in (old, new)]
        texts = [_text(own, other) for own, other in (ders, ders[::-1])]
        if texts[0] != texts[1]:
            headers = [f'{trust.file} ({keyword})' if trust is not None else f'(no {keyword})' for trust in (old, new)]
            diffs.append(diff(headers[0], texts[0], texts[1], headers[1]))
    return diffs


def _text(own: t.Mapping[bytes, str], other: t.Container[bytes]) -> str:
    lines = [_line(label, der) for der, label in budget.watched(own.items()) if der not in other]
    common = len(own) - len(lines)
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [f'({len(lines) - MOST_LINES} more)']
    return ''.join(f'{line}\n' for line in ([f'({common} that stay)'] if common else []) + lines)


def _line(label: str, der: bytes) -> str:
    return f'{_certificate(der) if label == CERTIFICATE else _crl(der)}, sha256 {hashlib.sha256(der).hexdigest()}'


def _certificate(der: bytes) -> str:
    certificate = read_certificate(der)
    if isinstance(certificate, str):
        return "a certificate that can't be read"
    return f'{certificate.subject}, valid from {moment(certificate.not_before)} to {moment(certificate.not_after)}'


def _crl(der: bytes) -> str:
    crl = read_crl(der)
    if isinstance(crl, str):
        return "a CRL that can't be read"
    dates = [moment(when) if when is not None else 'never' for when in (crl.last_update, crl.next_update)]
    return f'CRL of {crl.issuer}, thisUpdate {dates[0]}, nextUpdate {dates[1]}, {crl.entries} entries'
