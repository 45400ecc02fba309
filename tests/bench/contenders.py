# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is compared: runs that do nothing, that do the job by other means, and ours."""

from __future__ import annotations

import pathlib
import typing as t

from fleet.layer import PRINT_USER

HANDWRITTEN = pathlib.Path(__file__).resolve().parent / 'handwritten'
CONVERGE = 'printops.infoprint.converge'
ROLE = 'printops.infoprint.sendmemo_tls'

# What runs a contender.
ANSIBLE, MITOGEN, PYINFRA, SSH = 'ansible', 'mitogen', 'pyinfra', 'ssh'


class Contender(t.NamedTuple):
    """One kind of run.

    playbook: of Ansible: a collection's by its name, or plays. variables: over those of the inventory.
    arguments: further ones of the command line.
    program: ANSIBLE; MITOGEN, a strategy for Ansible that keeps a Python of its own on each host for a run; PYINFRA, which runs
        what `arguments` say; SSH, the bare login.
    fresh: the hosts have nothing yet, and have every file afterwards; else they are as the contender before it left them, and no
        file may change.
    mails: whether each server sends a mail, which is then to be counted.
    report: whether the run writes the fleet report, in all formats.
    warm: ssh has a connection to each host open already; else there is none.
    slow: it is not run more often than it must be.
    """

    title: str
    playbook: str | list[dict[str, t.Any]] = ''
    variables: dict[str, t.Any] = {}
    arguments: tuple[str, ...] = ()
    program: str = ANSIBLE
    fresh: bool = False
    mails: bool = False
    report: bool = False
    warm: bool = False
    slow: bool = False


def _play(**more: t.Any) -> list[dict[str, t.Any]]:
    return [{'name': 'Compare', 'hosts': 'print_servers', 'gather_facts': False, **more}]


def _task(name: str, action: str, arguments: t.Any, **more: t.Any) -> list[dict[str, t.Any]]:
    return _play(tasks=[{'name': name, f'ansible.builtin.{action}': arguments, **more}])


_BY_HAND = _task(
    'By hand',
    'import_role',
    {'name': str(HANDWRITTEN)},
    vars={
        'mail_tls_ca': '{{ sendmemo_tls_ca_src }}',
        'mail_tls_crl': '{{ sendmemo_tls_crl_src }}',
        'mail_tls_owner': PRINT_USER,
        'mail_tls_servers': "{{ sendmemo_tls_servers | map(attribute='name') }}",
    },
)
_PING = _task('Ping', 'ping', {})
# As the playbook converge does, which names its strategy.
_UNVALIDATED = _task('Converge and verify', 'import_role', {'name': ROLE, 'rolespec_validate': False})
# The ways to take the role in that users have, without anything that is for speed.
_IN_ROLES = _play(roles=[{'role': ROLE}])
_IMPORTED = _task('Converge and verify', 'import_role', {'name': ROLE})
_INCLUDED = _task('Converge and verify', 'include_role', {'name': ROLE})
_ALL_AT_ONCE = {'batches': ['100%']}
_FILES = {**_ALL_AT_ONCE, 'sendmemo_tls_try_before_commit': 'none'}
_CONFIGURE = ('--tags', 'configure')

# In an order in which each finds on the hosts what it expects.
CONTENDERS = {
    'login': Contender('`true` by `ssh`', program=SSH),
    'ping': Contender('ping', _PING),
    'raw': Contender('`raw: true`', _task('Nothing', 'raw', 'true')),
    'hand first': Contender('by hand, first', _BY_HAND, fresh=True, slow=True),
    'hand': Contender('by hand', _BY_HAND, slow=True),
    'mitogen hand': Contender('by hand, by Mitogen', _BY_HAND, slow=True, program=MITOGEN),
    'pyinfra login': Contender('`true` by pyinfra', arguments=('exec', '--', 'true'), program=PYINFRA),
    'pyinfra first': Contender('by pyinfra, first', arguments=('deploy.py',), program=PYINFRA, fresh=True),
    'pyinfra': Contender('by pyinfra', arguments=('deploy.py',), program=PYINFRA),
    'first': Contender('converge, first', CONVERGE, _FILES, _CONFIGURE, fresh=True),
    'tried': Contender('converge, first, staged test', CONVERGE, _ALL_AT_ONCE, _CONFIGURE, fresh=True),
    'converge': Contender('converge', CONVERGE, _FILES, _CONFIGURE),
    'check': Contender('converge, check mode', CONVERGE, _FILES, ('--check', *_CONFIGURE)),
    'no proof': Contender('whole role, verify `none`', CONVERGE, {**_FILES, 'sendmemo_tls_verify': 'none'}),
    'whole': Contender('whole role', CONVERGE, _ALL_AT_ONCE, mails=True),
    'whole reported': Contender('whole role, fleet report', CONVERGE, _ALL_AT_ONCE, mails=True, report=True),
    'converge in roles': Contender('converge in `roles:`', _IN_ROLES, _FILES, _CONFIGURE),
    'whole in roles': Contender('whole role in `roles:`', _IN_ROLES, mails=True),
    'whole imported': Contender('whole role by `import_role`', _IMPORTED, mails=True),
    'whole included': Contender('whole role by `include_role`', _INCLUDED, mails=True),
    'mitogen ping': Contender('ping by Mitogen', _PING, slow=True, program=MITOGEN),
    'mitogen whole': Contender('whole role by Mitogen', _UNVALIDATED, mails=True, slow=True, program=MITOGEN),
    'warm ping': Contender('ping', _PING, warm=True),
    'warm converge': Contender('converge', CONVERGE, _FILES, _CONFIGURE, warm=True),
    'warm whole': Contender('whole role', CONVERGE, _ALL_AT_ONCE, mails=True, warm=True),
}
