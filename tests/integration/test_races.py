# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Root works in a directory that a print user owns, who plants things there, before a run or during it: nothing outside is
written, given away or shown, nothing hangs, and the user is the only one who can be harmed."""

from __future__ import annotations

import collections
import itertools
import json
import os
import pathlib
import shutil
import socket
import stat
import subprocess
import sys
import typing as t

import pytest

from support import mounts as mounts_support
from support import race, system_calls
from support.mounts import Mounts
from support.playbook import Ansible
from support.server_files import BACKUPS, CONFIG, let_pass, named_in, tree
from support.target_program import BASE, Answer, Program, record

from .conftest import Pki, need

OWNER, OTHER = 61234, 61235
SECRET = 'top-secret.example.com'
MOST_SECONDS = 10
LOCK = '.sendmemo-ssl.lock'
MARK = 'sendmemo-ssl.unfinished'
STAGED = f'.{CONFIG}.0123456789abcdef.new'
UNNEEDED = 'sendmemo-ca-0123456789abcdef.pem'


@pytest.fixture(scope='module')
def programs(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    """Two sets, of two owners, in two servers, shown with --diff; none; and the old set of the first server alone."""
    need(mounts_support.why_not() or system_calls.why_not())
    folder = tmp_path_factory.mktemp('recorded')
    (folder / 'ca.pem').write_bytes(b'# overlap\n' + pki.authority.pem)
    common = {'base_dir': BASE, 'enable_tls': 'starttls', 'backup_keep': 2, 'servers': [{'name': 'spl1'}, {'name': 'spl2'}]}
    sets: dict[str, dict[str, t.Any]] = {
        'old': {'ca_src': str(pki.ca_path), 'crl_src': str(pki.crl_path), 'hostname': 'old.example.com'},
        'new': {'ca_src': str(folder / 'ca.pem'), 'crl_src': str(pki.crl_path), 'hostname': 'new.example.com'},
        'absent': {'servers': [{'name': 'spl1', 'state': 'absent'}, {'name': 'spl2', 'state': 'absent'}]},
    }
    sets['new']['owner'] = str(OTHER)
    return record(
        Ansible(folder / 'controller'),
        {name: {'printops.infoprint.sendmemo_config': {**common, **options}, 'diff': True} for name, options in sets.items()},
    )


class Site:
    """A print host with two servers, and beside it what is not the print user's: the canaries."""

    def __init__(self, folder: pathlib.Path, programs: dict[str, Program]) -> None:
        self.base = folder / 'pd'
        self.outside = folder / 'outside'
        self.programs = programs
        for path in (self.base, self.base / 'spl1', self.base / 'spl2'):
            path.mkdir(parents=True, exist_ok=True)
            os.chown(path, OWNER, OWNER)
        self.server = self.base / 'spl1'

    def plant_canaries(self) -> None:
        """Create files that a run would write, remove, read or give away, if it were led there."""
        taken = '20260101T000000Z-0001'
        folders = [self.outside / part for part in ('dir', f'dir/{BACKUPS}', f'dir/{BACKUPS}/{taken}', f'backups/{taken}')]
        folders += [self.outside / f'backups/.{"0" * 16}.new']
        text = f'# {SECRET}\nEnableTLS = 1\nHostname = {SECRET}\n'
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            for name in (CONFIG, UNNEEDED, STAGED, LOCK, 'manifest.json', *named_in((self.server / CONFIG).read_bytes())):
                (folder / name).write_text(text)
        for mode, name in ((0o600, 'secret'), (0o644, 'readable')):
            path = self.outside / name
            path.write_text(text)
            path.chmod(mode)

    def copy(self, folder: pathlib.Path) -> Site:
        subprocess.run(['cp', '-a', str(self.base.parent), str(folder)], check=True)
        return Site(folder, self.programs)

    def run(self, name: str, *wrapper: str) -> Answer:
        return self.programs[name].run(sys.executable, self.base, *wrapper, pause=False)


@pytest.fixture
def site(tmp_path: pathlib.Path, programs: dict[str, Program]) -> Site:
    let_pass(tmp_path)
    made = Site(tmp_path / 'site', programs)
    for name in ('old', 'new', 'old'):
        assert made.run(name).server['changed']
    made.plant_canaries()
    return made


# Planted before a run


def plant(site: Site, thing: str, path: pathlib.Path) -> None:
    """Put a thing in the place of what is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    links = {'link to a secret': 'secret', 'link to a directory': 'dir', 'link to backups': 'backups'}
    if thing in links:
        path.symlink_to(site.outside / links[thing])
    elif thing == 'hard link to a secret':
        path.hardlink_to(site.outside / 'secret')
    elif thing == 'hard link to a file':
        path.hardlink_to(site.outside / 'readable')
    elif thing == 'pipe':
        os.mkfifo(path)
    elif thing == 'socket':
        with socket.socket(socket.AF_UNIX) as listener:
            os.chdir(path.parent)  # a socket's path must be short
            listener.bind(path.name)
            os.chdir('/')
    elif thing == 'device':
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # zero: one may read it for ever
    elif thing == 'directory':
        path.mkdir()
        (path / CONFIG).write_text('what is this?\n')
    if not path.is_symlink() and 'hard' not in thing:
        os.chown(path, OWNER, OWNER)


LINKS = ('link to a secret', 'link to a directory', 'link to backups')
THINGS = (*LINKS, 'hard link to a secret', 'hard link to a file', 'pipe', 'socket', 'device', 'directory')


def trust_file(site: Site, which: str) -> str:
    """Return the name of a CA file: of the active set, or of the new one."""
    names = named_in((site.server / CONFIG).read_bytes())
    if which == 'old':
        return names[0]
    text = site.programs['new'].text.decode()
    found = {name for name in text.split('"') if name.startswith('sendmemo-ca-') and name.endswith('.pem')}
    return found.pop()


def newest_backup(site: Site) -> str:
    return f'{BACKUPS}/{max(path.name for path in (site.server / BACKUPS).iterdir())}'


PLACES: dict[str, t.Callable[[Site], str]] = {
    'the configuration': lambda site: CONFIG,
    'the active CA file': lambda site: trust_file(site, 'old'),
    'the new CA file': lambda site: trust_file(site, 'new'),
    'a CA file that nothing names': lambda site: UNNEEDED,
    'a staged file': lambda site: STAGED,
    'the backups': lambda site: BACKUPS,
    'the newest backup': newest_backup,
    'the manifest of the newest backup': lambda site: f'{newest_backup(site)}/manifest.json',
    'an unfinished backup': lambda site: f'{BACKUPS}/.0123456789abcdef.new',
    'the lock file': lambda site: LOCK,
    'the mark of a change': lambda site: MARK,
    'the working directory': lambda site: '',
}
HARD = ('hard link to a secret', 'hard link to a file')
IRREGULAR = ('pipe', 'socket', 'device', 'directory')
NO_DIRECTORY = tuple(thing for thing in THINGS if thing != 'directory')
# What a run (of `new`, of `absent`) says to which things in a place. All else is replaced, removed or passed by without a word.
REFUSED: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    'the configuration': (dict.fromkeys(IRREGULAR, 'unsafe_path'),) * 2,
    'the new CA file': (dict.fromkeys(IRREGULAR, 'unsafe_path'), {}),
    'the backups': (dict.fromkeys(NO_DIRECTORY, 'unsafe_path'),) * 2,
    'the lock file': (dict.fromkeys((*LINKS, *HARD, 'socket', 'directory'), 'write_failed'),) * 2,
    'the mark of a change': ({'directory': 'unsafe_path'},) * 2,
    'the working directory': ({**dict.fromkeys(NO_DIRECTORY, 'not_a_server'), **dict.fromkeys(LINKS, 'unsafe_path')},) * 2,
}  # fmt: skip
# Where a directory can't be locked, as on AIX, there is a lock file.
LOCK_FILES = ('strace', '-qq', '-o', '/dev/null', '-e', 'trace=flock', '-e', 'inject=flock:error=EBADF')


@pytest.mark.parametrize('place', PLACES)
def test_what_is_planted_is_replaced_or_named_and_leads_nowhere(site: Site, place: str, tmp_path: pathlib.Path) -> None:
    wrapper = LOCK_FILES if place == 'the lock file' else ()
    for number, (thing, program) in enumerate(itertools.product(THINGS, ('new', 'absent'))):
        about = f'{place}, {thing}, {program}'
        case = site.copy(tmp_path / str(number))
        path = case.server / PLACES[place](case)
        plant(case, thing, path)
        before = canaries(case, thing)
        answer = case.run(program, *wrapper)
        assert canaries(case, thing) == before, f'{about}: not even a time of what is outside has changed'
        assert answer.seconds < MOST_SECONDS, about
        assert SECRET not in answer.text or thing == 'hard link to a file', about
        refusal = REFUSED.get(place, ({}, {}))[program == 'absent'].get(thing)
        assert answer.codes == ([refusal] if refusal else []), about
        assert answer.server['changed'] is not bool(refusal), about
        if refusal:
            assert str(path) in answer.server['problems'][0]['message'], about
            assert os.path.lexists(path), f'{about}: what is refused is left alone'
        spl2 = answer.given['answer']['servers'][1]
        assert (spl2['changed'], spl2['problems']) == (True, []), f'{about}: the other server is not held up'


def canaries(site: Site, thing: str) -> dict[str, tuple[t.Any, ...]]:
    """Return all that can be observed of what is outside. (The name of a hard link may go: that is a count of the file.)"""
    found = tree(site.outside)
    if 'hard' in thing:
        return {name: (*facts[:3], facts[5], facts[-1]) for name, facts in found.items()}
    return found


# Swapped during a run


class Attack(t.NamedTuple):
    """What the print user does: `pairs` of paths that he swaps, or staged files that he replaces; how many rounds it is to last;
    and a code that shows that it hit, where it can be observed."""

    pairs: tuple[tuple[str, str], ...]
    rounds: int
    code: str = ''


# Below the base directory, where `link` leads to a directory like the one that it stands for, and `secret` to one's file.
ATTACKS = {
    'the working directory': Attack((('spl1', 'link to dir'),), 1000, 'unsafe_path'),
    'the working directory and another of his own': Attack((('spl1', 'another'),), 200),
    'the backups': Attack(((f'spl1/{BACKUPS}', 'link to backups'),), 300, 'unsafe_path'),
    'the configuration': Attack(((f'spl1/{CONFIG}', 'link to secret'),), 200),
    'the configuration and a hard link': Attack(((f'spl1/{CONFIG}', 'hard link'),), 200),
    'staged files': Attack((), 200),
}


@pytest.fixture
def mounts() -> t.Iterator[Mounts]:
    with Mounts() as made:
        yield made


@pytest.mark.serial
@pytest.mark.parametrize('what', ATTACKS)
def test_who_swaps_things_during_a_run_leads_it_nowhere(
    site: Site, what: str, mounts: Mounts, tmp_path: pathlib.Path, record_property: t.Callable[[str, object], None]
) -> None:
    # In memory: it is the rounds that count, not the disk.
    arena = tmp_path / 'arena'
    arena.mkdir()
    mounts.tmpfs(arena, 'mode=755')
    place_here = mounts.path_here(arena)
    subprocess.run(['cp', '-a', *map(str, tmp_path.joinpath('site').iterdir()), str(place_here)], check=True)
    base, outside = arena / 'pd', arena / 'outside'
    attack = ATTACKS[what]
    for name, target in (('dir', 'dir'), ('backups', 'backups'), ('secret', 'secret')):
        (place_here / 'pd' / f'link to {name}').symlink_to(outside / target)
    subprocess.run(['cp', '-a', str(place_here / 'pd/spl1'), str(place_here / 'pd/another')], check=True)
    (place_here / 'pd/hard link').hardlink_to(place_here / 'outside/secret')
    files = []
    for name in ('old', 'new'):
        files.append(place_here / name)
        files[-1].write_bytes(site.programs[name].at(base, pause=False))
    before = canaries_of(place_here / 'outside', what)
    swapper = ['replace', str(OWNER), str(base / 'spl1'), str(outside / 'secret')]
    if attack.pairs:
        swapper = ['swap', str(OWNER), *(str(base / name) for pair in attack.pairs for name in pair)]
    command = [*mounts.command, sys.executable, race.__file__]
    with subprocess.Popen([*command, *swapper], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as print_user:
        assert print_user.stdout
        print_user.stdout.readline()
        run = subprocess.run(
            [*command, 'converge', str(attack.rounds), *(str(arena / path.name) for path in files)],
            capture_output=True, text=True, check=True, timeout=120)  # fmt: skip
        swaps = int(print_user.communicate('', timeout=30)[0])
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert canaries_of(place_here / 'outside', what) == before, 'not even a time of what is outside has changed'
    assert len(answers) == attack.rounds
    assert SECRET not in run.stdout + run.stderr
    assert not [answer for answer in answers if 'error' in answer], run.stdout
    codes = collections.Counter(problem['code'] for answer in answers for problem in answer['servers'][0]['problems'])
    record_property('race', {'rounds': attack.rounds, 'swaps': swaps, **codes})
    print(f'{what}: {attack.rounds} rounds, {swaps} swaps, {dict(codes)}')
    assert swaps > attack.rounds / 10, 'the attack took place'
    assert not attack.code or codes[attack.code], 'the attack was met'
    assert all(answer['servers'][1]['problems'] == [] for answer in answers), 'the other server is not held up'


def canaries_of(outside: pathlib.Path, what: str) -> dict[str, tuple[t.Any, ...]]:
    found = tree(outside)
    return {name: (*facts[:3], facts[5], facts[-1]) for name, facts in found.items()} if 'hard' in what else found
