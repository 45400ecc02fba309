# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which plays of a playbook use this collection, on which hosts, and which servers an inventory still names."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook import Playbook
from ansible.vars.manager import VariableManager

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report import plays
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.observations import HostLog
from support import fleet

INVENTORY = """
all:
  children:
    print:
      hosts:
        print1: {sendmemo_tls_servers: [{name: spl1}, {name: spl2}]}
        print2: {}
        print3: {sendmemo_tls_servers: "{{ later }}"}
    mail:
      hosts: {mail1: {}}
"""


def play_of(tmp_path: pathlib.Path, text: str, hosts: str = 'print', limit: str | None = None) -> t.Any:
    """Return the play whose other lines are `text`."""
    (tmp_path / 'hosts.yml').write_text(INVENTORY)
    (tmp_path / 'site.yml').write_text(f'- hosts: "{hosts}"\n  name: A play\n' + text)
    loader = DataLoader()
    inventory = InventoryManager(loader, [str(tmp_path / 'hosts.yml')])
    inventory.subset(limit)
    manager = VariableManager(loader, inventory)
    (play,) = Playbook.load(str(tmp_path / 'site.yml'), manager, loader).get_plays()
    return play


PLAYS = {
    'a module of this collection': ('  tasks: [{printops.infoprint.send_memo: {}}]', True),
    'a module by its short name': ('  collections: [printops.infoprint]\n  tasks: [{send_memo: {}}]', True),
    'a module in a block': ('  tasks: [{block: [{debug: {}}], rescue: [{printops.infoprint.send_memo: {}}]}]', True),
    'a module in a block in a block': ('  tasks: [{block: [{block: [{printops.infoprint.send_memo: {}}]}]}]', True),
    'a module in a handler': ('  handlers: [{name: a, printops.infoprint.send_memo: {}}]', True),
    'the role': ('  roles: [printops.infoprint.sendmemo_tls]', True),
    'an included role': ('  tasks: [{include_role: {name: printops.infoprint.sendmemo_tls}}]', True),
    'an imported role': ('  tasks: [{import_role: {name: printops.infoprint.sendmemo_tls}}]', True),
    'other modules': ('  tasks: [{debug: {}}]', False),
    'the merging of reports alone': ('  tasks: [{printops.infoprint.merge_reports: {}}]', False),
    'nothing': ('  gather_facts: false', False),
}


@pytest.mark.parametrize('name', PLAYS)
def test_play_uses_the_collection(tmp_path: pathlib.Path, name: str) -> None:
    text, expected = PLAYS[name]
    assert plays.uses_collection(play_of(tmp_path, text)) is expected


HOSTS = {
    'all': ('print', None, ['print1', 'print2', 'print3']),
    'within the limit': ('print', 'print1,mail1', ['print1']),
    'a variable': ("{{ 'print2' }}", None, ['print2']),
    'a variable that nobody has set': ('{{ later }}', None, None),
    'none': ('nobody', None, []),
}


@pytest.mark.parametrize('name', HOSTS)
def test_hosts_of_a_play_that_never_started(tmp_path: pathlib.Path, name: str) -> None:
    pattern, limit, expected = HOSTS[name]
    assert plays.planned_hosts(play_of(tmp_path, '', pattern, limit)) == expected


def test_an_inventory_has_all_hosts_whatever_the_limit(tmp_path: pathlib.Path) -> None:
    play = play_of(tmp_path, '', limit='print1')
    inventory = plays.inventory_of(play)
    assert inventory.hosts == {'print1', 'print2', 'print3', 'mail1'}
    assert inventory.sources == (str(tmp_path / 'hosts.yml'),)
    assert inventory.groups == {'print1': ['print'], 'print2': ['print'], 'print3': ['print'], 'mail1': ['mail']}
    assert plays.hosts_of(play) == ['print1']
    assert plays.name_of(play) == 'A play'


def test_hosts_have_the_groups_of_the_inventory_and_others_those_from_before() -> None:
    logs = {name: HostLog(name, groups=['before']) for name in ('print1', 'print2', 'elsewhere')}
    inventory = plays.Inventory(frozenset({'print1', 'print2'}), (), {'print1': ['site_a'], 'print2': []})
    assert {name: log.groups for name, log in plays.with_groups(logs, inventory).items()} == {
        'print1': ['site_a'],
        'print2': [],
        'elsewhere': ['before'],
    }


KEPT = {
    'a server that the inventory names': ('print1', ['spl1', 'spl2'], ['spl1'], ['spl1', 'spl2']),
    'one that it no longer names': ('print1', ['spl1', 'old'], ['spl1'], ['spl1']),
    'a host that was not observed': ('print1', ['old'], None, ['old']),
    'a host whose servers the inventory does not name': ('print2', ['spl1', 'old'], ['spl1'], ['old', 'spl1']),
    'a host whose servers only a task makes known': ('print3', ['spl1', 'old'], ['spl1'], ['old', 'spl1']),
}


@pytest.mark.parametrize('name', KEPT)
def test_servers_that_the_inventory_no_longer_names_leave(tmp_path: pathlib.Path, name: str) -> None:
    host, before, now, expected = KEPT[name]
    older, newer = (
        fleet.logs([fleet.Result(host, 'send_memo', 'ok', {'servers': [fleet.sent(server) for server in servers]})], fleet.run())
        if servers is not None
        else {}
        for servers in (before, now)
    )
    kept = plays.without_undeclared(play_of(tmp_path, ''), older, newer)
    assert sorted(kept[host].servers) == expected
