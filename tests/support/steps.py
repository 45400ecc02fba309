# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Steps of tests: what runs on a print host, awaited. The steps that several tests await at a time are hosts of one run."""

from __future__ import annotations

import json
import re
import typing as t

from .playbook import Ansible, Run, hosts, local_host

FORKS = '8'
RUN_SECONDS = 300
_SWITCHES = {'--check': 'check_mode', '--diff': 'diff'}

Options = t.Mapping[str, t.Any]
Found = t.TypeVar('Found')


class Step:
    """What runs on the host of a test. Awaiting it gives the run, as far as it is of that host."""

    def __init__(self, playbook: str, arguments: t.Sequence[str], variables: Options) -> None:
        self.playbook = playbook  # '' for a task
        self.arguments = tuple(arguments)
        self.variables = variables  # of the host, besides a local connection

    def __await__(self) -> t.Generator[Step, Run, Run]:
        return (yield self)


class Playbook(Step):
    """A playbook of the collection, with variables of the host."""

    def __init__(self, name: str, *arguments: str, **variables: t.Any) -> None:
        super().__init__(f'printops.infoprint.{name}', arguments, variables)


class Task(Step):
    """A module of the collection with its options (None is one that is not given); `keywords` are those of the task.

    --check and --diff become keywords, so that one run can have tasks with and without them.
    """

    def __init__(
        self, module: str, options: Options, *arguments: str, variables: Options | None = None, **keywords: t.Any
    ) -> None:
        self.module = module
        self.options = {key: value for key, value in options.items() if value is not None}
        self.keywords = {**{_SWITCHES[one]: True for one in arguments if one in _SWITCHES}, **keywords}
        super().__init__('', [one for one in arguments if one not in _SWITCHES], {**(variables or {}), 'options': self.options})

    async def result(self) -> dict[str, t.Any]:
        """Return what the module returned, with `failed` and the `output` of the run."""
        run = await self
        (reported,) = run.task_results
        assert reported.status in ('ok', 'failed'), run.output
        assert 'Traceback' not in run.output
        return {**reported.result, 'failed': reported.status == 'failed', 'output': run.output}


Story = t.Coroutine[Step, Run, Found]


def alone(ansible: Ansible, story: Story[Found]) -> Found:
    """Give each step of a story a run of its own; return what the story returns."""
    run = t.cast(Run, None)
    while True:
        try:
            step = story.send(run)
        except StopIteration as end:
            return t.cast(Found, end.value)
        run = _run(ansible, {'print1': step})['print1']


def side_by_side(ansible: Ansible, stories: t.Mapping[str, Story[None]]) -> dict[str, BaseException | None]:
    """Run stories step by step, all at once; return by name how each ended: None is well."""
    __tracebackhide__ = True
    names = {_host_name(name): name for name in stories}
    assert len(names) == len(stories), 'two names are alike'
    outcomes: dict[str, BaseException | None] = {}
    given: dict[str, Run | None] = dict.fromkeys(names)
    while given:
        steps = {}
        for host, run in given.items():
            try:
                steps[host] = stories[names[host]].send(t.cast(Run, run))
            except StopIteration:
                outcomes[names[host]] = None
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # also what pytest skips a test with
                outcomes[names[host]] = error
        given = _run(ansible, steps) if steps else {}  # type: ignore[assignment]
    return outcomes


def _host_name(text: str) -> str:
    return re.sub(r'[\W_]+', '-', text).strip('-')


def _run(ansible: Ansible, steps: t.Mapping[str, Step]) -> dict[str, Run]:
    """Run the steps, each on the host of its name; return what there is of each host."""
    runs: dict[str, Run] = {}
    for (playbook, arguments), some in _grouped(steps, lambda step: (step.playbook, step.arguments)).items():
        plays = [_play(tasks) for tasks in _grouped(some, _kind).values()]
        inventory = hosts(**{host: local_host(**step.variables) for host, step in some.items()})
        run = ansible.playbook(playbook or plays, inventory, *arguments, timeout=RUN_SECONDS, ANSIBLE_FORKS=FORKS)
        runs.update({host: run.of(host) for host in some})
    return runs


def _grouped(steps: t.Mapping[str, Step], key: t.Callable[[t.Any], t.Hashable]) -> dict[t.Any, dict[str, t.Any]]:
    groups: dict[t.Any, dict[str, Step]] = {}
    for host, step in steps.items():
        groups.setdefault(key(step), {})[host] = step
    return groups


def _kind(step: Step) -> t.Hashable:
    """Return what tasks of the same play have in common."""
    return (step.module, json.dumps(step.keywords, sort_keys=True)) if isinstance(step, Task) else None


def _play(tasks: t.Mapping[str, Step]) -> dict[str, t.Any]:
    """Return a play with one task, whose options are those of each host."""
    some = [task for task in tasks.values() if isinstance(task, Task)]
    if not some:
        return {}
    options = {key: f"{{{{ options['{key}'] | default(omit) }}}}" for task in some for key in task.options}
    # A play in which every host has failed would be the last one.
    task = {'name': 'Step', 'ignore_errors': True, f'printops.infoprint.{some[0].module}': options, **some[0].keywords}
    return {'hosts': list(tasks), 'gather_facts': False, 'tasks': [task]}
