# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the README shows can be copied and works."""
from __future__ import annotations

import pathlib
import re

import pytest

from support.playbook import ROOT, Ansible

README = (ROOT / 'README.md').read_text()


def example(name: str, directory: pathlib.Path) -> pathlib.Path:
    """Return a file with the README's block of this name."""
    found = re.search(rf'<!-- tested: {name} -->\n```yaml\n(.*?)```', README, re.DOTALL)
    assert found, f'the README has no block {name}'
    path = directory / f'{name}.yml'
    path.write_text(found.group(1))
    return path


@pytest.mark.parametrize('playbook', ['printops.infoprint.converge', 'playbook'])
def test_inventory_and_playbook_are_right(ansible: Ansible, tmp_path: pathlib.Path, playbook: str) -> None:
    inventory = example('inventory', tmp_path)
    play = example('playbook', tmp_path) if playbook == 'playbook' else playbook
    listed = ansible.playbook(play, inventory, '--list-hosts')
    assert listed.rc == 0, listed.output
    assert 'hosts (10)' in listed.output
    assert ansible.playbook(play, inventory, '--syntax-check').rc == 0
