# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the controller's Python has `cryptography`, which certificates and CRLs are checked with."""

from __future__ import annotations

import importlib
import sys

from .reading_errors import is_of_reading, why

_WHY_MISSING = ''
try:
    for _name in ('x509', 'hazmat.primitives.serialization', 'hazmat.primitives.asymmetric.rsa'):
        importlib.import_module(f'cryptography.{_name}')
except BaseException as error:  # a build for another Python panics
    if not is_of_reading(error):
        raise
    _WHY_MISSING = why(error)  # an action reports it as the failure of its task: raised here it would end the whole run


def missing_library() -> str:
    """Return the message that the controller's Python lacks `cryptography`, '' if it doesn't."""
    if not _WHY_MISSING:
        return ''
    return (
        f'The controller lacks the Python library cryptography (42 or newer), which certificates and CRLs are checked with: '
        f'{_WHY_MISSING}. Install it for the Python that runs Ansible there: {sys.executable} -m pip install cryptography'
    )
