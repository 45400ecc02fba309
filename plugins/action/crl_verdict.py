# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ends a run as if a host had not been reached where CRLs could not be fetched, so that its exit code tells it."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

SPEC: dict[str, dict[str, t.Any]] = {'overdue': {'type': 'list', 'elements': 'str', 'required': True}}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, args = self.validate_argument_spec(SPEC)
        if args['overdue']:
            causes = '; '.join(map(str, args['overdue']))
            raise AnsibleConnectionFailure(
                f'CRLs could not be fetched in time: {causes}. Each server keeps the one that it has, and sends no mail any more '
                'once that has expired: have the addresses, or what they serve, repaired.'
            )
        result.update(changed=False, msg='No CRL is overdue.')
        return result
