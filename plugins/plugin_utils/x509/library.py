# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the controller's Python has `cryptography`, which certificates and CRLs are judged with."""

from __future__ import annotations

import importlib
import sys

from .reading_errors import is_of_reading, why

_WHY_MISSING = ''
try:
    for _name in ('x509', 'hazmat.primitives.serialization', 'hazmat.primitives.asymmetric.rsa'):
        importlib.import_module(f'cryptography.{_name}')
except BaseException as error:  # one that was built for another Python panics
    if not is_of_reading(error):
        raise
    _WHY_MISSING = why(error)  # an action tells it, as a task's failure: raised here it would end the whole run


def missing_library() -> str:
    """Return that this can't be done for want of `cryptography`, which the controller's Python has to have; '' where it has."""
    if not _WHY_MISSING:
        return ''
    return (
        f'The controller lacks the Python library cryptography (42 or newer), which certificates and CRLs are judged with: '
        f'{_WHY_MISSING}. Install it for the Python that runs Ansible there: {sys.executable} -m pip install cryptography'
    )
