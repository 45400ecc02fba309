# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An action for tests of the carrier: hands `request` to the target's probe and returns what that answers."""

from __future__ import annotations

from ..plugin_utils.action_base import InfoprintAction, Outcome
from ..plugin_utils.options.spec import MODULES

MODULES['probe'] = {
    **MODULES['server_attributes'],
    'request': {'type': 'dict', 'default': {}},
    'limit': {'type': 'float', 'default': 20.0},
}


class ActionModule(InfoprintAction):
    MODULE = 'probe'
    PROGRAM = 'probe'

    def perform(self, args, servers):
        answer = self.target.run(self.PROGRAM, args['request'], args['limit'])
        return Outcome([], [], 'done', extra={'probe': answer.texts_by_key('facts')})
