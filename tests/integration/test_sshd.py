# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The private sshd lets our users in, and they become each other as the tests of the carrier need it."""

from __future__ import annotations

import pytest

from support.playbook import hosts
from support.sshd import OTHER_PASSWORD, OTHER_USER, PLAIN_USER

BECOME = [
    pytest.param(PLAIN_USER, {}, PLAIN_USER, id='plain user'),
    pytest.param('root', {}, 'root', id='root'),
    pytest.param(PLAIN_USER, {'ansible_become': True}, 'root', id='sudo to root'),
    pytest.param(PLAIN_USER, {'ansible_become': True, 'ansible_become_user': OTHER_USER}, OTHER_USER, id='sudo to another'),
    pytest.param(
        PLAIN_USER,
        {
            'ansible_become': True,
            'ansible_become_method': 'su',
            'ansible_become_user': OTHER_USER,
            'ansible_become_password': OTHER_PASSWORD,
        },
        OTHER_USER,
        id='su with a password',
    ),
]


@pytest.mark.parametrize(('user', 'become', 'expected'), BECOME)
def test_users_log_in_and_become(sshd, ansible, user, become, expected):
    run = ansible.adhoc('raw', hosts(print1=sshd.host(user, **become)), args={'_raw_params': 'id -un'})
    assert run.rc == 0, run.output
    [result] = run.results('print1')
    assert result.result['stdout'].strip().splitlines()[-1] == expected


def test_the_shell_is_quiet_but_for_noise_on_demand(sshd, ansible):
    inventory = hosts(print1=sshd.host())
    with sshd.noise():
        noisy = ansible.adhoc('raw', inventory, args={'_raw_params': 'echo answer'}).results('print1')[0].result
    quiet = ansible.adhoc('raw', inventory, args={'_raw_params': 'echo answer'}).results('print1')[0].result
    assert 'Welcome to print1' in noisy['stdout']
    assert 'standard error' in noisy['stdout'] + noisy['stderr']  # raw has a terminal, which joins the two
    assert quiet['stdout'].splitlines() == ['answer']
