# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation that the modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """What every module of the collection says of itself."""

    DOCUMENTATION = r"""
notes:
  - Nothing needs to be installed on the target except Python 3.6 or later. It is searched for in C(/usr/bin/python3),
    C(/usr/libexec/platform-python), C(/opt/freeware/bin/python3) and where ansible-core looks, unless
    C(ansible_python_interpreter) names one.
  - One round trip per host, however many servers it has. A change to a CA or CRL file that is on the target and was not
    checked for an earlier change takes a second one.
attributes:
  action:
    support: full
    description: Has a corresponding action plugin, so that parts of the options can be executed on the controller.
  check_mode:
    support: full
    description: Can run in C(check_mode) and return what would be done without doing it.
  async:
    support: none
    description: Supports being used with the C(async) keyword.
  platform:
    support: full
    platforms: posix
    description: Target platforms that can be managed, AIX and Linux among them.
"""
