# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An owner locks the directories of his servers, and another's as far as he can: the other's are converged all the same."""

from __future__ import annotations

import pathlib

import pytest

from support.config_site import Site
from support.owners import ALICE, BOB, Owners
from support.playbook import Ansible
from support.server_files import left_behind, let_pass
from support.steps import alone

from .conftest import Pki

TASK_SECONDS = 16  # a run waits for locks for 3/8 of it
HERS = [f'a{number}' for number in range(10)]


@pytest.fixture
def site(owners: Owners, tmp_path: pathlib.Path, pki: Pki) -> Site:
    """Ten servers of Alice's, and two of Bob's, which are listed last."""
    let_pass(tmp_path)
    site = Site(tmp_path / 'pd', pki.ca_path, pki.crl_path)
    for name in HERS:
        (site.base / name).mkdir()
        owners.give(site.base / name, ALICE)
    for name in ('spl1', 'spl2'):
        owners.give(site.base / name, BOB)
    site.options['servers'] = [{'name': name} for name in (*HERS, 'spl1', 'spl2')]
    site.timeout = TASK_SECONDS
    return site


@pytest.mark.parametrize('module', ['config', 'rollback'])
def test_locks_of_one_owner_keep_no_other_owner_s_servers_waiting(
    site: Site, ansible: Ansible, module: str, owners: Owners
) -> None:
    if module == 'rollback':
        for hostname in ('one.example.com', 'two.example.com'):
            assert alone(ansible, site.run(hostname=hostname))['failed'] is False, site.output
    locked = [site.base / name for name in (*HERS, 'spl1')]
    with owners.attack('lock', *locked):
        step = site.run() if module == 'config' else site.rollback(servers=site.options['servers'])
        result = alone(ansible, step)
    entries = {entry['name']: entry for entry in result['servers']}
    for name in ('spl1', 'spl2'):
        assert (entries[name]['changed'], entries[name]['problems']) == (True, []), site.output
        assert left_behind(site.base / name) == []
    for name in HERS:
        (problem,) = entries[name]['problems']
        assert (entries[name]['changed'], problem['code']) == (False, 'write_failed')
        assert 'holds the lock' in problem['message']
