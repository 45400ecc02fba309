# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What messages say of trust files."""

from typing import NamedTuple


class TrustReference(NamedTuple):
    """A trust file: its path, and the key of its content among the answer's `trust_files` (`trust.trust_file.HostBlocks`)."""

    key: str
    file: str
