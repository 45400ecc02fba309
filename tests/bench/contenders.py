# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is compared: playbooks that do nothing, that do the job by hand, and those of this collection."""

from __future__ import annotations

import pathlib
import typing as t

from fleet.layer import PRINT_USER

HANDWRITTEN = pathlib.Path(__file__).resolve().parent / 'handwritten'
CONVERGE = 'printops.infoprint.converge'


class Contender(t.NamedTuple):
    """One kind of run.

    playbook: a collection's by its name, or plays. variables: over those of the inventory.
    fresh: the hosts have nothing yet; else they are as the contender before it left them.
    mails: whether each server sends a mail, which is then to be counted. slow: it is not run more often than it must be.
    mitogen: it is run by Mitogen's strategy, which keeps a Python of its own on each host for a run.
    """

    title: str
    playbook: str | list[dict[str, t.Any]]
    variables: dict[str, t.Any] = {}
    arguments: tuple[str, ...] = ()
    fresh: bool = False
    mails: bool = False
    slow: bool = False
    mitogen: bool = False


def _play(*tasks: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    return [{'name': 'Compare', 'hosts': 'print_servers', 'gather_facts': False, 'tasks': list(tasks)}]


_BY_HAND = _play(
    {
        'name': 'By hand',
        'ansible.builtin.import_role': {'name': str(HANDWRITTEN)},
        'vars': {
            'mail_tls_ca': '{{ sendmemo_tls_ca_src }}',
            'mail_tls_crl': '{{ sendmemo_tls_crl_src }}',
            'mail_tls_owner': PRINT_USER,
            'mail_tls_servers': "{{ sendmemo_tls_servers | map(attribute='name') }}",
        },
    }
)
_PING = _play({'name': 'Ping', 'ansible.builtin.ping': {}})
# As the playbook converge does, which names its strategy.
_ROLE = _play(
    {
        'name': 'Converge and verify',
        'ansible.builtin.import_role': {'name': 'printops.infoprint.sendmemo_tls', 'rolespec_validate': False},
    }
)
_ALL_AT_ONCE = {'serial': ['100%']}
_FILES = {**_ALL_AT_ONCE, 'sendmemo_tls_try_before_commit': 'none'}
_CONFIGURE = ('--tags', 'configure')

CONTENDERS = {
    'ping': Contender('`ansible.builtin.ping`', _PING),
    'raw': Contender('`raw: true`', _play({'name': 'Nothing', 'ansible.builtin.raw': 'true'})),
    'hand first': Contender('by hand, first', _BY_HAND, fresh=True, slow=True),
    'hand': Contender('by hand, no change', _BY_HAND, slow=True),
    'first': Contender('converge, first', CONVERGE, _FILES, _CONFIGURE, fresh=True),
    'tried': Contender('converge, first, with a staged test', CONVERGE, _ALL_AT_ONCE, _CONFIGURE, fresh=True),
    'converge': Contender('converge, no change', CONVERGE, _FILES, _CONFIGURE),
    'check': Contender('converge, no change, check mode', CONVERGE, _FILES, ('--check', *_CONFIGURE)),
    'no proof': Contender(
        'converge, no change, by `sendmemo_tls_verify: none`', CONVERGE, {**_FILES, 'sendmemo_tls_verify': 'none'}
    ),
    'whole': Contender('converge, no change, and a real mail from each server', CONVERGE, _ALL_AT_ONCE, mails=True),
    'mitogen ping': Contender('`ansible.builtin.ping` by Mitogen', _PING, mitogen=True),
    'mitogen hand': Contender('by hand, no change, by Mitogen', _BY_HAND, slow=True, mitogen=True),
    'mitogen whole': Contender('this role, no change, and real mails, by Mitogen', _ROLE, mails=True, mitogen=True),
}
