# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Values that come from elsewhere, and the error that one is which we did not write."""

from __future__ import annotations


class Malformed(ValueError):
    """The answer is not one that our program gives: it names the field."""
