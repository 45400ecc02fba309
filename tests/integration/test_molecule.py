# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Molecule scenarios with which users try their own inventory: real runs of molecule, copied into a project of theirs."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import typing as t

import pytest
import yaml
from ansible.release import __version__ as core_version

from support.mail_server_process import Listener, MailServer
from support.playbook import ROOT, Ansible
from tools import environments

from .conftest import Pki


class Project(t.NamedTuple):
    """A directory with the scenarios, a server's working directory, and an inventory whose one host is this machine."""

    directory: pathlib.Path
    working_dir: pathlib.Path
    programs: pathlib.Path
    collections: pathlib.Path
    mail: MailServer

    def molecule(self, *words: str, inventory: str = 'inventory.yml') -> subprocess.CompletedProcess[str]:
        variables = {
            'HOME': str(self.directory / 'home'),
            'PATH': f'{self.programs}{os.pathsep}{os.defpath}',
            'LC_ALL': 'C.UTF-8',
            'NO_COLOR': '1',
            'ANSIBLE_COLLECTIONS_PATH': str(self.collections),
            'INVENTORY': inventory and str(self.directory / inventory),
        }
        command = [self.programs / 'molecule', 'test', *words]
        return subprocess.run(
            command, cwd=self.directory, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope='module')
def programs() -> pathlib.Path:
    """The directory of Molecule's programs."""
    major_minor = '.'.join(core_version.split('.')[:2])
    environment = environments.for_molecule(major_minor, pathlib.Path(sys.executable).resolve())
    environments.make(environment)
    return environment.bin


@pytest.fixture
def project(tmp_path: pathlib.Path, ansible: Ansible, programs: pathlib.Path, pki: Pki) -> t.Iterator[Project]:
    shutil.copytree(ROOT / 'extensions' / 'molecule', tmp_path / 'molecule')
    working_dir = tmp_path / 'pd' / 'spl1'
    working_dir.mkdir(parents=True)
    (tmp_path / 'home').mkdir()
    listener = Listener('starttls', 'starttls', *pki.server.write(tmp_path, 'server'))
    with MailServer(tmp_path / 'mail', [listener]) as mail:
        variables = {
            'ansible_connection': 'local',
            'ansible_python_interpreter': sys.executable,
            'sendmemo_tls_base_dir': str(working_dir.parent),
            'sendmemo_tls_servers': [{'name': 'spl1'}],
            'sendmemo_tls_enable_tls': 'starttls',
            'sendmemo_tls_ca_src': str(pki.ca_path),
            'sendmemo_tls_hostname': 'print01.example.com',
            'sendmemo_tls_smtp_host': '127.0.0.1',
            'sendmemo_tls_smtp_port': mail.ports['starttls'],
            'sendmemo_tls_verify_recipients': ['print-ops@example.com'],
        }
        hosts = {'print_servers': {'hosts': {'print01': {}}, 'vars': variables}}
        (tmp_path / 'inventory.yml').write_text(yaml.safe_dump(hosts))
        yield Project(tmp_path, working_dir, programs, ansible.collections, mail)


def test_preview_changes_nothing_and_apply_proves_the_host(project: Project) -> None:
    preview = project.molecule()
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert '+EnableTLS = 1' in preview.stdout
    assert 'not_configured' in preview.stdout
    assert list(project.working_dir.iterdir()) == []
    assert project.mail.mails() == []
    applied = project.molecule('--scenario-name', 'apply', '--', '--limit', 'print01')
    assert applied.returncode == 0, applied.stdout + applied.stderr
    assert (project.working_dir / 'sendmemo-ssl.cfg').exists()
    assert [mail.tls_version for mail in project.mail.mails()] == ['TLSv1.3'] * 3, (
        'converge, idempotence and verify send one each'
    )


@pytest.mark.parametrize(
    ('inventory', 'words'),
    [('', ()), ('nonesuch.yml', ()), ('inventory.yml', ('--', '-e', 'target=nonesuch'))],
    ids=['no inventory', 'no such inventory', 'no such group'],
)
def test_a_test_of_no_host_fails(project: Project, inventory: str, words: tuple[str, ...]) -> None:
    done = project.molecule(*words, inventory=inventory)
    assert done.returncode != 0, done.stdout + done.stderr
    assert list(project.working_dir.iterdir()) == []
