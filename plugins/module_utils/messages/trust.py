# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What messages say of trust files."""

from typing import NamedTuple, Sequence


class TrustReference(NamedTuple):
    """A trust file: its path, and the key of its content among the answer's `trust_files` (`trust.trust_file.HostBlocks`)."""

    key: str
    file: str


class TrustBlock(NamedTuple):
    """A certificate or CRL: `trust.pem.CERTIFICATE` or `CRL`, the line that it begins in, its DER in base64."""

    label: str
    line: int
    der: str


class TrustContent(NamedTuple):
    """What a trust file holds, under its key; nothing else of it leaves the host."""

    key: str
    blocks: Sequence[TrustBlock]
