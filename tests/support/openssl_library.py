# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The OpenSSL library that this Python is linked with, to be called directly. Runs on Python 3.6 too."""

import _ssl
import ctypes
from typing import Any, Iterable, Tuple

Signature = Tuple[str, Any, Tuple[Any, ...]]  # a function's name, the type of what it returns, and those of what it takes


def library(signatures: Iterable[Signature]) -> Any:
    """Return the library with these functions declared: what Python's own module is linked with is found through that module.

    Raises OSError and AttributeError where it can't be called so.
    """
    found = ctypes.CDLL(_ssl.__file__)
    for name, result, arguments in signatures:
        function = getattr(found, name)
        function.restype, function.argtypes = result, arguments
    return found
