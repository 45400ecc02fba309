# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lookup printops.infoprint.sendmemo_tls_check: refuses variables of the role that don't go together."""
from __future__ import annotations

DOCUMENTATION = r'''
name: sendmemo_tls_check
short_description: Refuse variables of the role sendmemo_tls that do not go together
version_added: 1.0.0
description:
  - The role P(printops.infoprint.sendmemo_tls#role) begins with it, so that a host whose variables can not be right is refused
    on the controller, with one message, before it is touched.
  - It looks at all variables whose names begin with C(sendmemo_tls_), and refuses those that the role does not have, so that
    a misspelt one does not go unnoticed.
options:
  _terms:
    description: The entry point of the role, V(main), V(audit), V(verify) or V(rollback).
    type: list
    elements: str
    required: true
author:
  - The printops.infoprint authors (@printops)
'''

EXAMPLES = r'''
- name: Look at the variables of all hosts, and at nothing else
  ansible.builtin.debug:
    msg: "{{ lookup('printops.infoprint.sendmemo_tls_check', 'main') }}"
'''

RETURN = r'''
_raw:
  description: Always V(true). The lookup fails where variables do not go together.
  type: list
  elements: bool
'''

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ..plugin_utils.arguments import ArgumentError
from ..plugin_utils.role_variables import ENTRY_POINTS, PREFIX, check_variables


class LookupModule(LookupBase):
    def run(self, terms: list[str], variables: dict[str, t.Any] | None = None, **options: t.Any) -> list[bool]:
        del options
        variables = variables or {}
        # Together, since core from 2.19 on leaves what is omitted out of a mapping and takes it alone for an error.
        found = self._templar.template({name: value for name, value in variables.items() if name.startswith(PREFIX)})
        given = {name[len(PREFIX):]: value for name, value in _set(found, variables.get('omit')).items()}
        for entry_point in terms:
            if entry_point not in ENTRY_POINTS:
                raise AnsibleLookupError(f'{entry_point!r} is not an entry point of the role: {", ".join(ENTRY_POINTS)}')
            try:
                check_variables(given, entry_point)
            except ArgumentError as error:
                raise AnsibleLookupError(str(error)) from None
        return [True]


def _set(options: dict[str, t.Any], omit: object) -> dict[str, t.Any]:
    """Return what is set, in the entries of servers too: what is omitted has a value of its own before core 2.19."""
    return {
        name: [_set(entry, omit) if isinstance(entry, dict) else entry for entry in value] if isinstance(value, list) else value
        for name, value in options.items() if value is not None and value != omit}
