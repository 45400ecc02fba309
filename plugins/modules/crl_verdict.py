# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: crl_verdict
short_description: Let the exit code of a run tell that revocation lists could not be fetched
version_added: 1.1.0
description:
  - Ends the run for its host as unreachable if O(overdue) is not empty, so that C(ansible-playbook) exits with 4 and not with
    2, as for a host that failed. The playbook C(printops.infoprint.refresh_crl) uses it as its last step.
  - It works on the controller and connects to no host.
options:
  overdue:
    description: The RV(printops.infoprint.sendmemo_config#module:crl_overdue) of the hosts, in one list.
    type: list
    elements: str
    required: true
attributes:
  check_mode:
    support: full
    description: Can run in check_mode and return changed status prediction without modifying target.
  diff_mode:
    support: none
    description: Will return details on what has changed (or possibly needs changing in check_mode), when in diff mode.
author:
  - The printops.infoprint authors (@printops)
seealso:
  - module: printops.infoprint.sendmemo_config
"""

EXAMPLES = r"""
- name: Exit with 4 if the revocation list of a host could not be fetched in time
  printops.infoprint.crl_verdict:
    overdue: "{{ crl_result.crl_overdue | default([]) }}"
  delegate_to: localhost
"""

RETURN = r"""
msg:
  description: That none is overdue.
  type: str
  returned: when O(overdue) is empty
  sample: No CRL is overdue.
"""
