# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lookup printops.infoprint.sendmemo_tls_options: the options of a module from the variables of the role, checked."""

from __future__ import annotations

DOCUMENTATION = r"""
name: sendmemo_tls_options
short_description: Turn the variables of the role sendmemo_tls into the options of a module
version_added: 1.0.0
description:
  - The role P(printops.infoprint.sendmemo_tls#role) uses it to set the options of its modules, all at once, as
    C(module_defaults). A task with many arguments, each of them a template, would take the controller much longer.
  - It checks the variables first. A host with variables that contradict each other is refused on the controller, with one
    message, before it is touched.
  - It reads all variables whose names start with C(sendmemo_tls_), and refuses those that the role does not have, so that a
    misspelt one does not go unnoticed.
  - For the entry point V(main) it leaves O(printops.infoprint.sendmemo_config#module:verify) out where the tags of the run select
    C(configure) without C(verify), or skip C(verify).
options:
  _terms:
    description: The modules, by name without the collection.
    type: list
    elements: str
    required: true
  entry_point:
    description: The entry point of the role that the variables are for. It decides which of them are required.
    type: str
    choices: [main, audit, verify, refresh_crl, rollback]
    default: main
author:
  - The printops.infoprint authors (@printops)
"""

EXAMPLES = r"""
- name: Check the variables of all hosts, and nothing else
  ansible.builtin.debug:
    msg: "{{ lookup('printops.infoprint.sendmemo_tls_options', 'sendmemo_config') }}"
"""

RETURN = r"""
_raw:
  description: The options of each module. The lookup fails if variables contradict each other.
  type: list
  elements: dict
"""

import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..plugin_utils.options.origin import with_origin
from ..plugin_utils.options.role import OF_THE_ROLE, check_confirmation, check_variables, options_of
from ..plugin_utils.options.spec import MODULES, ArgumentError
from ..plugin_utils.options.table.role import ENTRY_POINTS
from ..plugin_utils.options.variables import PREFIX, offered_in

MARKED = '__sendmemo_tls_mailbox'  # what the playbooks register
NOT_CONFIRMED = (
    'sendmemo_tls_confirm has no effect in this play: the playbooks printops.infoprint.converge and verify confirm mails. In a '
    'play of your own, use the module printops.infoprint.confirm_delivery before and after the role.'
)
display = Display()


class LookupModule(LookupBase):
    def run(
        self, terms: list[str], variables: dict[str, t.Any] | None = None, *, entry_point: str = 'main', **options: t.Any
    ) -> list[dict[str, t.Any]]:
        del options
        variables = variables or {}
        _check_terms(terms, entry_point)
        # Together, since core from 2.19 on leaves what is omitted out of a mapping and takes it alone for an error.
        found = self._templar.template({name: value for name, value in variables.items() if name.startswith(PREFIX)})
        given = {name[len(PREFIX) :]: value for name, value in _set(found, variables.get('omit')).items()}
        try:
            check_variables(given, entry_point)
            if 'confirm_delivery' not in terms and _sends(given, variables, entry_point):
                _check_confirmation(given, variables.get(MARKED))
        except ArgumentError as error:
            raise AnsibleLookupError(with_origin(str(error), variables)) from None
        offered = offered_in(entry_point)
        given = {name: value for name, value in given.items() if name in offered}
        if entry_point == 'main' and not _verifies(variables):
            given.pop('verify', None)
        return [{**OF_THE_ROLE.get(module, {}), **options_of(module, given)} for module in terms]


def _check_terms(terms: t.Sequence[str], entry_point: str) -> None:
    for module in terms:
        if module not in MODULES:
            raise AnsibleLookupError(f'{module!r} is not a module that the role uses: {", ".join(sorted(MODULES))}')
    if entry_point not in ENTRY_POINTS:
        raise AnsibleLookupError(f'{entry_point!r} is not an entry point of the role: {", ".join(ENTRY_POINTS)}')


def _check_confirmation(given: t.Mapping[str, t.Any], marked: t.Mapping[str, t.Any] | None) -> None:
    """Check that the mails will be confirmed as the variables say; warn where nobody does so. Raises ArgumentError."""
    if marked is not None:
        check_confirmation(given, marked)
    elif given.get('confirm'):
        display.warning(NOT_CONFIRMED)


def _sends(given: t.Mapping[str, t.Any], variables: t.Mapping[str, t.Any], entry_point: str) -> bool:
    """Return whether the role sends mails to confirm."""
    verifies = entry_point == 'verify' or (entry_point == 'main' and _verifies(variables))
    return verifies and given.get('verify', 'sent') == 'sent' and not variables.get('ansible_check_mode')


def _verifies(variables: t.Mapping[str, t.Any]) -> bool:
    """Return whether the tags of the run let a task that converges verify, too: the role does both in one.

    With the tag verify alone a task of its own verifies, also where other tags, of the site's, make the role converge.
    """
    run, skipped = variables.get('ansible_run_tags', ()), variables.get('ansible_skip_tags', ())
    return 'verify' not in skipped and ('all' in run or ('configure' in run) == ('verify' in run))


def _set(value: t.Any, omit: object) -> t.Any:
    """Return a value without what is unset or omitted, which has a value of its own before core 2.19.

    Its texts are plain ones: those of core, which know where they come from, take long to copy.
    """
    if isinstance(value, dict):
        return {_set(key, omit): _set(one, omit) for key, one in value.items() if one is not None and one != omit}
    if isinstance(value, list):
        return [_set(one, omit) for one in value]
    return str.__str__(value) if isinstance(value, str) else value
