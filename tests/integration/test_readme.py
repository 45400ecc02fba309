# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the README shows can be copied and works."""

from __future__ import annotations

import pathlib
import re
import shlex

import pytest

from support.pki import Authority
from support.playbook import ROOT, Ansible, local_host

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


@pytest.mark.parametrize('name', ['rollout', 'rollover', 'rollback'])
def test_commands_are_right(ansible: Ansible, tmp_path: pathlib.Path, name: str) -> None:
    inventory = example('inventory', tmp_path)
    overlap = example('overlap', tmp_path)
    found = re.search(rf'<!-- tested: {name} -->\n```console\n(.*?)```', README, re.DOTALL)
    assert found
    for line in found.group(1).splitlines():
        words = shlex.split(line.removeprefix('$ '), comments=True)
        assert words[:3] == ['ansible-playbook', '-i', 'hosts.yml']
        arguments = [f'@{overlap}' if word == '@overlap.yml' else word for word in words[4:]]
        listed = ansible.playbook(words[3], inventory, *arguments, '--list-hosts')
        assert listed.rc == 0, listed.output
        assert ('hosts (1)' if '--limit' in words else 'hosts (10)') in listed.output


def test_what_is_declared_is_accepted_before_and_in_a_rollover(ansible: Ansible, tmp_path: pathlib.Path) -> None:
    inventory, overlap = example('inventory', tmp_path), example('overlap', tmp_path)
    for directory in ('files', 'pd/spl1', 'pd/spl2'):
        (tmp_path / directory).mkdir(parents=True)
    for name in ('mail-ca', 'mail-ca-new'):
        authority = Authority(name)
        (tmp_path / 'files' / f'{name}.pem').write_bytes(authority.pem)
        (tmp_path / 'files' / f'{name}.crl.pem').write_bytes(authority.crl())
    # Its hosts are this one, by way of -e; nothing is changed.
    here = {**local_host(), 'ansible_become': False, 'sendmemo_tls_base_dir': str(tmp_path / 'pd')}
    for arguments in ((), ('-e', f'@{overlap}')):
        run = ansible.playbook('printops.infoprint.converge', inventory, '--check', *arguments, extra_vars=here)
        assert run.rc == 0, run.output
        assert [counts['changed'] for counts in run.stats.values()] == [1] * 10


def test_the_report_is_enabled_as_its_reference_shows() -> None:
    """Which is tested by a run: see test_report.py."""
    blocks = [
        re.findall(r'<!-- tested: ansible.cfg -->\n```ini\n(.*?)```', page, re.DOTALL)
        for page in (README, (ROOT / 'docs' / 'reference' / 'report.md').read_text())
    ]
    assert len(blocks[0]) == 1
    assert blocks[0] == blocks[1]
