# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The provenance of a run: the command line, the versions, the inventory and its counts."""

from __future__ import annotations

import getpass
import typing as t

import pytest
from ansible import context
from ansible.utils.context_objects import CLIArgs

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.observations import Run
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.plays import Inventory
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.provenance import complete_run

INVENTORY = Inventory(frozenset({'print1', 'print2'}), ('/etc/hosts.yml',), {})


def completed(monkeypatch: pytest.MonkeyPatch, **arguments: t.Any) -> Run:
    monkeypatch.setattr(context, 'CLIARGS', CLIArgs(arguments))
    run = Run()
    complete_run(run, ['site.yml', 'more.yml'], INVENTORY, 2, 1)
    return run


def test_a_run_has_its_playbooks_versions_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    run = completed(monkeypatch, subset='print*')
    assert (run.playbook, run.limit, run.inventory) == ('site.yml, more.yml', 'print*', ['/etc/hosts.yml'])
    assert run.hosts == {'inventory': 2, 'seen': 2, 'reached': 1}
    assert list(run.versions) == ['collection', 'ansible_core', 'python', 'openssl']
    assert all(run.versions.values())


TAGS: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    'none': ({}, []),
    'all': ({'tags': ('all',)}, []),
    'some': ({'tags': ('verify', 'audit')}, ['verify', 'audit']),
    'skipped': ({'tags': ('all',), 'skip_tags': ('verify',)}, ['not verify']),
}


@pytest.mark.parametrize('name', TAGS)
def test_tags_of_the_command_line(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    arguments, expected = TAGS[name]
    assert completed(monkeypatch, **arguments).tags == expected


def test_a_user_without_a_name_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError('uid not found')

    monkeypatch.setattr(getpass, 'getuser', nobody)
    assert completed(monkeypatch).user == ''
