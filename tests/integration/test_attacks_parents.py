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
from support.server_files import let_pass
from support.steps import Task
from support.together import together

from .conftest import Pki


async def made_site(owners: Owners, tmp_path: pathlib.Path, pki: Pki) -> Site:
    """Bob's server, configured."""
    let_pass(tmp_path)
    site = Site(tmp_path / 'srv' / 'pd', pki.ca_path, pki.crl_path)
    site.options['servers'] = [{'name': 'spl1'}]
    owners.give(site.base / 'spl1', BOB)
    assert (await site.run())['failed'] is False, site.output
    return site


def everybody(folder: pathlib.Path) -> None:
    folder.chmod(0o777)


def alices(folder: pathlib.Path) -> None:
    shutil.chown(folder, ALICE, ALICE)


def sticky(folder: pathlib.Path) -> None:
    folder.chmod(0o1777)


async def problems_of(site: Site) -> list[dict[str, t.Any]]:
    return (await Task('sendmemo_validate', {'base_dir': str(site.base)}).result())['problems']


@pytest.mark.parametrize('change', [everybody, alices], ids=['of everybody', 'of alice'])
@together(made_site)
async def test_root_changes_nothing_below_what_another_can_write(site: Site, change: t.Callable[[pathlib.Path], None]) -> None:
    srv, before = site.base.parent, site.config().read_bytes()
    change(srv)
    other = {'hostname': 'other.example.com'}
    for result in (await site.run(**other), await site.run('--check', **other), await site.rollback()):
        (problem,) = result['problems']
        assert (problem['code'], problem['file'], result['changed']) == ('unsafe_permissions', str(srv), False)
    assert site.config().read_bytes() == before
    (problem,) = await problems_of(site)
    assert (problem['code'], problem['severity'], problem['file']) == ('unsafe_permissions', 'error', str(srv))


@together(made_site)
async def test_a_sticky_directory_above_is_fine(site: Site) -> None:
    sticky(site.base.parent)
    assert (await site.run(hostname='other.example.com'))['changed'] is True, site.output
    assert await problems_of(site) == []
