# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the real ansible-playbook and ansible of this environment, cut off from the developer's own settings.

HOME, ansible.cfg and the collections path are those of a directory of the caller's; of the environment only PATH is kept.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]
CALLBACKS = pathlib.Path(__file__).resolve().parent / 'callback_plugins'
PROGRAMS = pathlib.Path(sys.executable).parent
RUN_SECONDS = 120
END_SECONDS = 5
_RESULT = re.compile(r'^[a-z]+: \[(.+?)(?: -> .*)?\]')  # a line of the output that says how a task ended for a host

# A path, the name of a collection's playbook, or plays as data.
Playbook = t.Union[str, pathlib.Path, 'list[dict[str, t.Any]]']
# A path, or the data that `hosts` makes.
Inventory = t.Union[pathlib.Path, 'dict[str, t.Any]']


class TaskResult(t.NamedTuple):
    """What one task gave for one host; `status` is ok, failed, skipped or unreachable.

    `play` is the number of the play in the run; each batch of a play has its own.
    """

    host: str
    task: str
    action: str
    play: int
    status: str
    result: dict[str, t.Any]


class Run(t.NamedTuple):
    """One run that has ended. `stats` has, by host: ok, changed, failures, unreachable, skipped, rescued, ignored."""

    rc: int
    stdout: str
    stderr: str
    seconds: float
    task_results: list[TaskResult]
    stats: dict[str, dict[str, int]]

    def results(self, host: str | None = None, task: str | None = None) -> list[TaskResult]:
        """Return the results in order; of one host, or of the tasks whose name contains `task`."""
        return [one for one in self.task_results if (host is None or one.host == host) and (task is None or task in one.task)]

    def of(self, host: str) -> Run:
        """Return what there is of one host: its results, and of the standard output what was shown with them."""
        stats = {name: counted for name, counted in self.stats.items() if name == host}
        failed = any(counted['failures'] or counted['unreachable'] for counted in stats.values())
        return self._replace(
            rc=2 if failed else 0, stdout=_shown(self.stdout, host), task_results=self.results(host), stats=stats
        )

    @property
    def output(self) -> str:
        return self.stdout + self.stderr


class RunTimeoutError(AssertionError):
    """The run did not end in time and was killed with all its processes; the message has its last output."""


class Ansible:
    """Starts ansible-playbook in `directory`, which is made where it is missing and holds all that a run leaves.

    directory: HOME, an ansible.cfg of `settings` (its text; '' = ansible's own defaults) and, unless `collections` names
        another, a collections path where printops.infoprint is a link to `collection`.
    within: words in front of each command, for another place to run it in.
    """

    def __init__(
        self,
        directory: pathlib.Path,
        *,
        collection: pathlib.Path = ROOT,
        collections: pathlib.Path | None = None,
        settings: str = '',
        within: t.Sequence[str] = (),
    ) -> None:
        self.within = within
        self.directory = directory
        self.collections = collections or directory / 'collections'
        self.home = directory / 'home'
        self.home.mkdir(parents=True, exist_ok=True)
        self.config = directory / 'ansible.cfg'
        self.config.write_text(settings)
        if collections is None:
            link = self.collections / 'ansible_collections' / 'printops' / 'infoprint'
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(collection, target_is_directory=True)

    def environment(self, **more: str) -> dict[str, str]:
        """Return the whole environment of a run; `more` is put over it."""
        return {
            'PATH': f'{PROGRAMS}{os.pathsep}{os.environ.get("PATH", os.defpath)}',
            'HOME': str(self.home),
            'LANG': 'C.UTF-8',
            'LC_ALL': 'C.UTF-8',
            'ANSIBLE_HOME': str(self.home / '.ansible'),
            'ANSIBLE_CONFIG': str(self.config),
            'ANSIBLE_COLLECTIONS_PATH': str(self.collections),
            'ANSIBLE_NOCOLOR': '1',
            'ANSIBLE_DEPRECATION_WARNINGS': '1',
            **more,
        }

    def playbook(
        self,
        playbook: Playbook,
        inventory: Inventory,
        *arguments: str,
        extra_vars: dict[str, t.Any] | None = None,
        timeout: float = RUN_SECONDS,
        callbacks: t.Sequence[str] = (),
        **environment: str,
    ) -> Run:
        """Run a playbook; `arguments` are further options of ansible-playbook, `environment` is put over the run's own.

        `callbacks` are enabled beside the tests' own.
        """
        if isinstance(playbook, list):
            playbook = self._write('playbook.json', playbook)
        given = [str(playbook), *self._common(inventory, extra_vars), *arguments]
        return self._run('ansible-playbook', given, timeout, environment, callbacks)

    def adhoc(
        self,
        module: str,
        inventory: Inventory,
        *arguments: str,
        args: dict[str, t.Any] | None = None,
        extra_vars: dict[str, t.Any] | None = None,
        timeout: float = RUN_SECONDS,
        **environment: str,
    ) -> Run:
        """Run one module on all hosts by `ansible`."""
        given = ['all', '-m', module, '-a', json.dumps(args or {}), *self._common(inventory, extra_vars), *arguments]
        return self._run('ansible', given, timeout, {'ANSIBLE_LOAD_CALLBACK_PLUGINS': '1', **environment})

    def _common(self, inventory: Inventory, extra_vars: dict[str, t.Any] | None) -> list[str]:
        if isinstance(inventory, dict):
            inventory = self._write('inventory.json', inventory)
        common = ['-i', str(inventory)]
        if extra_vars:
            common += ['-e', '@' + str(self._write('extra_vars.json', extra_vars))]
        return common

    def _write(self, name: str, value: object) -> pathlib.Path:
        path = self.directory / name
        path.write_text(json.dumps(value, indent=1))
        return path

    def _run(
        self, program: str, arguments: list[str], timeout: float, environment: dict[str, str], callbacks: t.Sequence[str] = ()
    ) -> Run:
        lines = self.directory / 'results.jsonl'
        lines.unlink(missing_ok=True)
        env = self.environment(
            ANSIBLE_CALLBACK_PLUGINS=str(CALLBACKS),
            ANSIBLE_CALLBACKS_ENABLED=','.join(['infoprint_results', *callbacks]),
            INFOPRINT_TEST_RESULTS=str(lines),
            **environment,
        )
        begin = time.monotonic()
        # In a session of its own, so that all that it started can be ended together.
        process = subprocess.Popen(
            [*self.within, str(PROGRAMS / program), *arguments],
            cwd=self.directory,
            env=env,
            text=True,
            errors='replace',
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            stdout, stderr = _end(process)
            raise RunTimeoutError(f'{program} was ended after {timeout} s\n{stdout[-4000:]}\n{stderr[-4000:]}') from None
        except BaseException:
            _end(process)
            raise
        results, stats = _read(lines)
        return Run(process.returncode, stdout, stderr, time.monotonic() - begin, results, stats)


def hosts(**found: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return inventory data: the hosts with their variables, all in the group print_servers."""
    return {'print_servers': {'hosts': found}}


def local_host(**more: t.Any) -> dict[str, t.Any]:
    """Return the variables of a host on a local connection, with the Python that runs the tests; `more` is put over them."""
    return {'ansible_connection': 'local', 'ansible_python_interpreter': sys.executable, **more}


def _shown(output: str, host: str) -> str:
    """Return the lines with a host's results, with what is printed before each since the result before: the differences."""
    shown, since = [], []
    for line in output.splitlines(keepends=True):
        since.append(line)
        result = _RESULT.match(line)
        if result:
            shown += since if result[1] == host else []
            since = []
    return ''.join(shown)


def _end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """End the process group, gently first; return what was printed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            return process.communicate(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    return process.communicate(timeout=END_SECONDS)


def _read(path: pathlib.Path) -> tuple[list[TaskResult], dict[str, dict[str, int]]]:
    results: list[TaskResult] = []
    stats: dict[str, dict[str, int]] = {}
    for line in path.read_text(encoding='utf-8').splitlines() if path.exists() else []:
        found = json.loads(line)
        if 'stats' in found:
            stats = found['stats']
        else:
            results.append(TaskResult(**found))
    return results, stats
