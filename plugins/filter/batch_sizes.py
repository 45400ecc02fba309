# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter printops.infoprint.batch_sizes: the batches of the playbook converge."""

from __future__ import annotations

import re
import typing as t

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

DOCUMENTATION = r"""
name: batch_sizes
short_description: Reads the sizes of batches
version_added: 1.1.0
description:
  - Reads the variable C(batches) of the playbook C(printops.infoprint.converge), for a play's C(serial).
positional: _input, serial
options:
  _input:
    description:
      - The sizes, in a list or as text with commas between them. Each is a number of hosts or a percentage of them. The last one
        is repeated. The default is a canary and three larger batches.
    type: raw
  serial:
    description: The variable that was used before version 1.1.0. It counts if the input is not set, with a warning.
    type: raw
author:
  - The printops.infoprint authors (@printops)
"""

EXAMPLES = r"""
- name: Converge in batches
  hosts: print_servers
  serial: "{{ batches | default(none) | printops.infoprint.batch_sizes }}"
  roles:
    - printops.infoprint.sendmemo_tls
"""

RETURN = r"""
_value:
  description: The sizes, as core's C(serial) takes them.
  type: list
  sample: ['1', '10%', '30%', '100%']
"""

DEFAULT = ('1', '10%', '30%', '100%')
_SIZE = re.compile('[1-9][0-9]{0,6}|(?:[1-9][0-9]?|100)%')


def batch_sizes(batches: object, serial: object = None) -> list[str]:
    """Return the sizes of batches. Raises AnsibleFilterError."""
    if batches is None and serial is not None:
        Display().warning(
            'The variable serial is now called batches: use -e batches=... (serial is a reserved name of Ansible; version 2.0.0 '
            'will not read it)'
        )
        batches = serial
    if batches is None:
        return list(DEFAULT)
    given = batches if isinstance(batches, list) else str(batches).strip('[]').split(',')
    sizes = [str(size).strip(' \'"') for size in given]
    for size in sizes or ['']:
        if not _SIZE.fullmatch(size):
            raise AnsibleFilterError(
                f'batches: {size!r} is not the size of a batch: give numbers or percentages, such as 1,25%,100%'
            )
    return sizes


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {'batch_sizes': batch_sizes}
