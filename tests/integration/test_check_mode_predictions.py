# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whatever is declared and whatever has happened to the servers: check mode and the audit predict exactly what a run does, and
touch nothing; a second run changes nothing."""

from __future__ import annotations

import os
import pathlib
import pwd
import random
import subprocess
import typing as t

import pytest

from support.declarations import NAMES, NEED_NO_RIGHTS, NEED_TRUST, Authorities, Drifts, Entry, declaration, managed_in
from support.pki import Authority
from support.playbook import ROOT, Ansible, Run, hosts, local_host
from support.server_files import CONFIG, let_pass, tree
from support.users import own_name, remove_leftovers

from .conftest import need

SEED = 20261124
NAME = 'infoprint-ipm1'
DECLARATIONS, SERVERS_OF_A_HOST = 300, 25
FEW = 24  # declarations on each ansible-core


@pytest.fixture(scope='module')
def user() -> t.Iterator[str]:
    """A real print user."""
    need('' if os.geteuid() == 0 else 'only root makes users')
    remove_leftovers(NAME)
    made = own_name(NAME)
    subprocess.run(['useradd', '--no-log-init', '--user-group', '--no-create-home', made], check=True)
    yield made
    subprocess.run(['userdel', made], check=True)


class Fleet:
    """Print hosts, each with servers in directories of root and of the user in turns, that are `declared`."""

    def __init__(self, ansible: Ansible, folder: pathlib.Path, user: str, servers: int) -> None:
        self.ansible = ansible
        self.chance = random.Random(SEED)
        self.user = pwd.getpwnam(user)
        self.base = folder / 'pd'
        self.authorities = _authorities(folder / 'controller files', folder / 'elsewhere')
        self.paths = [
            self.base / f'host{number // SERVERS_OF_A_HOST}' / f'spl{number % SERVERS_OF_A_HOST}' for number in range(servers)
        ]
        self.declared: dict[pathlib.Path, Entry] = {}
        for path in self.paths:
            path.mkdir(parents=True)
            os.chown(path, self.owner_of(path), self.group_of(path))
        let_pass(self.base)

    def owner_of(self, path: pathlib.Path) -> int:
        return self.user.pw_uid if self.paths.index(path) % 2 else 0

    def group_of(self, path: pathlib.Path) -> int:
        return self.user.pw_gid if self.paths.index(path) % 2 else 0

    def declare(self) -> None:
        """Declare each server anew."""
        for path in self.paths:
            owner = self.user.pw_name if self.owner_of(path) else 'root'
            self.declared[path] = declaration(self.chance, path.name, owner, self.authorities)

    def write_by_hand(self) -> None:
        """Let every third server have a configuration that somebody wrote."""
        for path in self.paths[::3]:
            (path / CONFIG).write_text('# by hand\nEnableTLS = 1\nCAFile = own.pem\nVerbose = 1\n')
            (path / 'own.pem').write_bytes(self.authorities.cas[0].read_bytes())
            for one in path.iterdir():
                os.chown(one, self.owner_of(path), self.group_of(path))

    def drift(self, names: t.Sequence[str]) -> dict[str, str]:
        """Let something happen to a server of root and to one of the user in turns, for each of `names`; return what to which."""
        happened = {}
        left = [path for path in self.paths if (path / CONFIG).exists()]
        for number, name in enumerate(names):
            owner = self.user.pw_uid if number % 2 else 0
            path = next(path for path in left if self.owner_of(path) == owner and self._may_drift(path, name))
            left.remove(path)
            getattr(Drifts(path, owner, 0 if owner else self.user.pw_uid), name)()
            happened[f'{path.parent.name} {path.name}'] = name
        return happened

    def _may_drift(self, path: pathlib.Path, name: str) -> bool:
        """Return whether this can happen to a server, and makes a difference to what is declared for it."""
        needs_trust, needs_no_rights = (any(word in name for word in words) for words in (NEED_TRUST, NEED_NO_RIGHTS))
        has_rights = {'owner', 'group'} & set(self.declared[path])
        return (bool(managed_in(path)) or not needs_trust) and not (has_rights and needs_no_rights)

    def run(self, playbook: str, *arguments: str) -> dict[str, Entry]:
        """Run a playbook of this collection; return what it reports for each server."""
        names = sorted({path.parent.name for path in self.paths})
        run = self.ansible.playbook(
            f'printops.infoprint.{playbook}', hosts(**{name: self._variables(name) for name in names}), *arguments
        )
        assert run.rc == 0, run.output[-4000:]
        return _entries(run)

    def _variables(self, host: str) -> dict[str, t.Any]:
        servers = [self.declared[path] for path in self.paths if path.parent.name == host]
        return local_host(
            sendmemo_tls_base_dir=str(self.base / host),
            sendmemo_tls_servers=servers,
            sendmemo_tls_try_before_commit='none',
            sendmemo_tls_verify='none',
            sendmemo_tls_backup_keep=self.chance.choice([1, 5]),
        )

    def converge_as_predicted(self) -> dict[str, Entry]:
        """Run in check mode, audit, run, and run again; return what the first run did."""
        before = tree(self.base)
        predicted, audited = self.run('converge', '--check'), self.run('audit')
        assert tree(self.base) == before, 'check mode and audit touch nothing'
        done = self.run('converge')
        assert predicted == done
        assert audited == done
        wrong = {name: entry for name, entry in self.run('converge').items() if entry['changed'] or entry['drift']}
        assert not wrong, 'a second run changes nothing'
        return done


def _entries(run: Run) -> dict[str, Entry]:
    found = {}
    for one in run.task_results:
        if one.action.endswith('sendmemo_config'):
            for server in one.result['servers']:
                name = f'{one.host} {server["name"]}'
                found[name] = {key: server[key] for key in ('changed', 'drift', 'problems')}
    return found


def _authorities(folder: pathlib.Path, elsewhere: pathlib.Path) -> Authorities:
    made = [Authority(f'CA {number}') for number in range(3)]
    for place in (folder, elsewhere):
        place.mkdir()
        for number, authority in enumerate(made):
            (place / f'ca{number}.pem').write_bytes(authority.pem)
            (place / f'crl{number}.pem').write_bytes(authority.crl([]))
    let_pass(elsewhere)
    return Authorities(*([folder / f'{kind}{number}.pem' for number in range(3)] for kind in ('ca', 'crl')), elsewhere)


def look_at(fleet: Fleet, drifts: t.Sequence[str]) -> None:
    fleet.write_by_hand()
    for _round in range(2):
        fleet.declare()
        done = fleet.converge_as_predicted()
        assert len(done) == len(fleet.paths)
        assert not [problem for entry in done.values() for problem in entry['problems'] if problem['severity'] == 'error']
    happened = fleet.drift(drifts)
    changed = {name for name, entry in fleet.converge_as_predicted().items() if entry['changed']}
    assert not {name: what for name, what in happened.items() if name not in changed}
    assert changed == set(happened)


def test_check_mode_predicts_300_declarations_and_60_drifts(
    ansible: Ansible, tmp_path: pathlib.Path, user: str, record_property: t.Callable[[str, object], None]
) -> None:
    drifts = [name for name in NAMES for _owner in ('root', 'the user')]
    assert len(drifts) == 60
    look_at(Fleet(ansible, tmp_path, user, DECLARATIONS // 2), drifts)
    record_property('predicted', {'declarations': DECLARATIONS, 'drifts': len(drifts)})


def test_the_readme_has_these_numbers() -> None:
    assert f'{DECLARATIONS} random declarations and {2 * len(NAMES)} drifts' in (ROOT / 'README.md').read_text()


@pytest.mark.every_core
@pytest.mark.test_all  # the newest core predicts more of them above
def test_check_mode_predicts_a_few_on_every_core(ansible: Ansible, tmp_path: pathlib.Path, user: str) -> None:
    look_at(Fleet(ansible, tmp_path, user, FEW), NAMES[::10])
