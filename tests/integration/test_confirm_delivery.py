# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Delivery confirmed in a mailbox: what the playbooks do with mails that arrive, get lost, or come in another way than they were
sent, through a real Postfix."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from support.playbook import Ansible, Run, hosts, local_host
from support.postfix import Postfix

from .conftest import Pki

CONVERGE, VERIFY = 'printops.infoprint.converge', 'printops.infoprint.verify'
CONFIRMS = 'Confirm that the mails were delivered'


class Fleet:
    """Four print hosts on this machine with two servers each, whose mails Postfix puts into a Maildir."""

    def __init__(self, ansible: Ansible, directory: pathlib.Path, postfix: Postfix, pki: Pki) -> None:
        self.ansible = ansible
        self.directory = directory
        self.postfix = postfix
        self.variables: dict[str, t.Any] = {
            'sendmemo_tls_confirm': True,
            'sendmemo_tls_confirm_maildir': str(postfix.maildir),
            'sendmemo_tls_confirm_timeout': 10,
            'sendmemo_tls_ca_src': str(pki.ca_path),
            'sendmemo_tls_crl_src': str(pki.crl_path),
            'sendmemo_tls_smtp_host': 'localhost',
            'sendmemo_tls_smtp_port': postfix.ports['starttls'],
            'sendmemo_tls_hostname': '{{ inventory_hostname }}.example.com',
            'sendmemo_tls_verify_recipients': ['proofs@example.com'],
            'sendmemo_tls_servers': [{'name': 'spl1'}, {'name': 'spl2'}],
        }
        self.names = [f'print{number:02}' for number in range(1, 5)]
        for name in self.names:
            for server in ('spl1', 'spl2'):
                (directory / name / server).mkdir(parents=True)

    def run(self, playbook: str, *arguments: str, special: t.Mapping[str, t.Mapping[str, t.Any]] | None = None, **more: t.Any) -> Run:
        inventory = {
            name: local_host(sendmemo_tls_base_dir=str(self.directory / name), **(special or {}).get(name, {}))
            for name in self.names
        }
        given = {**self.variables, **more}
        return self.ansible.playbook(playbook, {**hosts(**inventory)}, '-e', json.dumps(given), *arguments)


@pytest.fixture
def fleet(ansible: Ansible, tmp_path: pathlib.Path, postfix: Postfix, pki: Pki) -> Fleet:
    return Fleet(ansible, tmp_path / 'fleet', postfix, pki)


def confirmations(run: Run) -> list[dict[str, t.Any]]:
    return [entry for one in run.results(task=CONFIRMS) for entry in one.result.get('proofs', [])]


def test_each_batch_is_confirmed_once(fleet: Fleet) -> None:
    run = fleet.run(CONVERGE)
    print(run.output)
    assert run.rc == 0, run.output
    found = confirmations(run)
    assert [(entry['host'], entry['server']) for entry in found] == [
        (name, server) for name in fleet.names for server in ('spl1', 'spl2')
    ]
    assert all(entry['delivered'] for entry in found)
