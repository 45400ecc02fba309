# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A directory above the working directories that Alice can write, where she could put others in their place."""

from __future__ import annotations

import pathlib
import shutil
import typing as t

import pytest

from support.config_site import Site
from support.owners import ALICE, BOB, Owners
from support.playbook import Ansible, hosts, local_host
from support.server_files import let_pass

from .conftest import Pki


@pytest.fixture
def site(ansible: Ansible, owners: Owners, tmp_path: pathlib.Path, pki: Pki) -> Site:
    """Bob's server, configured."""
    let_pass(tmp_path)
    site = Site(ansible, tmp_path / 'srv' / 'pd', pki.ca_path, pki.crl_path)
    site.options['servers'] = [{'name': 'spl1'}]
    owners.give(site.base / 'spl1', BOB)
    assert site.run()['failed'] is False, site.output
    return site


def everybody(folder: pathlib.Path) -> None:
    folder.chmod(0o777)


def alices(folder: pathlib.Path) -> None:
    shutil.chown(folder, ALICE, ALICE)


def sticky(folder: pathlib.Path) -> None:
    folder.chmod(0o1777)


def validated(site: Site) -> dict[str, t.Any]:
    task = {'name': 'Look', 'printops.infoprint.sendmemo_validate': {'base_dir': str(site.base)}, 'ignore_errors': True}
    run = site.ansible.playbook([{'hosts': 'all', 'gather_facts': False, 'tasks': [task]}], hosts(print1=local_host()))
    return run.results('print1', 'Look')[0].result


@pytest.mark.parametrize('change', [everybody, alices])
def test_root_changes_nothing_below_what_another_can_write(site: Site, change: t.Callable[[pathlib.Path], None]) -> None:
    srv, before = site.base.parent, site.config().read_bytes()
    change(srv)
    for result in (site.run(hostname='other.example.com'), site.run('--check', hostname='other.example.com'), site.rollback()):
        (problem,) = result['problems']
        assert (problem['code'], problem['file'], result['changed']) == ('unsafe_permissions', str(srv), False)
    assert site.config().read_bytes() == before
    (problem,) = validated(site)['problems']
    assert (problem['code'], problem['severity'], problem['file']) == ('unsafe_permissions', 'error', str(srv))


def test_a_sticky_directory_above_is_fine(site: Site) -> None:
    sticky(site.base.parent)
    assert site.run(hostname='other.example.com')['changed'] is True, site.output
    assert validated(site)['problems'] == []
