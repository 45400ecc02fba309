# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The attributes of InfoPrint servers, read with pdls and set with pdset: all that are asked for, or none.

One program per server, since the manual shows no form for several; those of all servers run at the same time. What
counts is what pdls shows afterwards: exit codes of pdset are not documented.
"""

import os
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from ..problems import Problem, ProblemError
from ..program.commands import run_programs
from ..program.watchdog import Watchdog
from ..safe_text import safe_text
from .commands import (
    Values,
    attributes_shown,
    complaint_of_pdset,
    pdls_command,
    pdset_command,
    refusal,
    server_refusal,
)

CALL_SECONDS = 30.0  # for one program


class Change(NamedTuple):
    """What came of one server. None for values that could not be read; `problem` None where all is as wanted."""

    before: Optional[Values]
    after: Optional[Values]
    problem: Optional[Problem]


def read_attributes(bin_dir: str, server: str, names: Sequence[str], watchdog: Watchdog) -> Values:
    """Return the value of each attribute of a server that runs, None where it is unset. Changes nothing.

    Raises ProblemError (pd_command_missing, server_unknown, server_not_running, attribute_refused, pd_output_unreadable)
    and Stopped.
    """
    return _value_or_raise(read_all(bin_dir, [(server, names)], watchdog)[0])


def set_attributes(bin_dir: str, server: str, values: Dict[str, str], watchdog: Watchdog) -> None:
    """Set attributes of a server and see that they are in force. What is so already is not set again.

    Raises ProblemError as `read_attributes` does; what had been set is put back then, or the message says what is not.
    """
    change = set_all(bin_dir, [(server, dict(values))], watchdog)[0]
    if change.problem is not None:
        raise ProblemError(change.problem)


def read_all(bin_dir: str, asked: Sequence[Tuple[str, Sequence[str]]], watchdog: Watchdog) -> List[Union[Values, Problem]]:
    """Return, for each (server, names), the values or why they can't be read. Raises Stopped."""
    refused = [_refused(server, dict.fromkeys(names)) for server, names in asked]
    commands = [pdls_command(bin_dir, *pair) for pair, problem in zip(asked, refused) if pair[1] and problem is None]
    ended = iter(run_programs(commands, CALL_SECONDS, watchdog))
    answers: List[Union[Values, Problem]] = []
    for (server, names), problem in zip(asked, refused):
        try:
            answers.append(problem or (attributes_shown(server, names, next(ended)) if names else {}))
        except ProblemError as error:
            answers.append(_in_directory(error.problem, bin_dir))
    return answers


def set_all(bin_dir: str, wanted: Sequence[Tuple[str, Values]], watchdog: Watchdog, check: bool = False) -> List[Change]:
    """Bring the attributes of servers to the wanted values (None = only read); one that fails stops no other.

    `check` only predicts: `after` is then what would be. Raises Stopped, at the latest before anything is set.
    """
    works = [_Work(server, values) for server, values in wanted]
    going = [work for work in works if work.problem is None]
    for work, found in zip(going, read_all(bin_dir, [(work.server, sorted(work.values)) for work in going], watchdog)):
        if isinstance(found, Problem):
            work.problem = found
        else:
            work.before = work.after = found
            work.read = work.known = True
    differing = [work for work in going if work.known and work.differing()]
    if check:
        _predict(bin_dir, differing)
    elif differing:
        watchdog.check()
        _set(bin_dir, differing, watchdog)
        _put_back(bin_dir, [work for work in differing if work.problem is not None and work.known and work.changed()], watchdog)
    return [work.change() for work in works]


class _Work:
    """One server on its way: what pdls showed first, whether it could be `read`, and last, whether that is `known`."""

    def __init__(self, server: str, values: Values) -> None:
        self.server = server
        self.values = values
        self.before: Values = {}
        self.after: Values = {}
        self.read = False
        self.known = False
        self.problem = _refused(server, values)

    def differing(self) -> Dict[str, str]:
        """Return the wanted values that are not in force."""
        return {name: value for name, value in self.values.items() if value is not None and self.after[name] != value}

    def changed(self) -> List[str]:
        """Return the names of the attributes that are not as they were found."""
        return sorted(name for name, value in self.before.items() if self.after[name] != value)

    def change(self) -> Change:
        return Change(self.before if self.read else None, self.after if self.known else None, self.problem)


def _predict(bin_dir: str, works: List[_Work]) -> None:
    may_run = os.access(bin_dir + '/pdset', os.X_OK)
    for work in works:
        if may_run:
            work.after = dict(work.after, **work.differing())
        else:
            work.problem = Problem(
                'pd_command_missing', 'There is no program pdset that this user may run.', server=work.server, file=bin_dir
            )


def _set(bin_dir: str, works: List[_Work], watchdog: Watchdog) -> None:
    complaints = _pdset(bin_dir, [(work.server, work.differing()) for work in works], watchdog)
    for work, complaint, shown in zip(works, complaints, _look_again(bin_dir, works, watchdog)):
        if shown is not None:
            work.problem = complaint or shown._replace(message="What pdset did can't be seen. %s" % shown.message)
        elif work.differing():
            work.problem = _shortfall(work, complaint)


def _shortfall(work: _Work, complaint: Optional[Problem]) -> Problem:
    """Return the problem of values that are not in force."""
    short = work.differing()
    if complaint is None:
        seen = ', '.join('%s is %s' % (name, work.after[name] or 'unset') for name in sorted(short))
        complaint = Problem(
            'attribute_refused',
            'pdset said nothing against it for %s, yet pdls shows that %s.' % (work.server, safe_text(seen)),
            server=work.server,
        )
    if complaint.code != 'attribute_refused' or len(short) > 1:
        return complaint
    ((name, value),) = short.items()
    return complaint._replace(keyword=name, value=value)


def _put_back(bin_dir: str, works: List[_Work], watchdog: Watchdog) -> None:
    """Put back what was set where another attribute of the same server could not be; say what is not as it was."""
    steps = []
    for work in works:
        before = {name: work.before[name] for name in work.changed()}
        steps.append((work.server, {name: value for name, value in before.items() if value and not refusal(name, value)}))
    _pdset(bin_dir, steps, watchdog)
    for work, shown in zip(works, _look_again(bin_dir, works, watchdog)):
        told = 'The other attributes were put back.'
        if shown is not None:
            told = "Whether the other attributes are as they were can't be seen: %s" % shown.message
        elif work.changed():
            left = ('%s (%s)' % (name, _found(work.before[name])) for name in work.changed())
            told = 'Not put back: %s.' % safe_text(', '.join(left))
        if work.problem is not None:
            work.problem = work.problem._replace(message='%s %s' % (work.problem.message, told))


def _found(value: Optional[str]) -> str:
    return 'it was unset, and there is no documented way to unset it' if value is None else 'it was %s' % value


def _look_again(bin_dir: str, works: List[_Work], watchdog: Watchdog) -> List[Optional[Problem]]:
    """Look at what is in force now; return, for each server, why that could not be."""
    problems: List[Optional[Problem]] = []
    for work, shown in zip(works, read_all(bin_dir, [(work.server, sorted(work.values)) for work in works], watchdog)):
        work.known = not isinstance(shown, Problem)
        problems.append(shown if isinstance(shown, Problem) else None)
        if not isinstance(shown, Problem):
            work.after = shown
    return problems


def _pdset(bin_dir: str, sets: Sequence[Tuple[str, Dict[str, str]]], watchdog: Watchdog) -> List[Optional[Problem]]:
    commands = [pdset_command(bin_dir, server, values) for server, values in sets if values]
    ended = iter(run_programs(commands, CALL_SECONDS, watchdog))
    complaints = [complaint_of_pdset(server, next(ended)) if values else None for server, values in sets]
    return [None if complaint is None else _in_directory(complaint, bin_dir) for complaint in complaints]


def _refused(server: str, values: Values) -> Optional[Problem]:
    """Return the problem of a name or value that can't be handed to the programs."""
    reason = server_refusal(server)
    if reason:
        return Problem('server_unknown', 'There can be no such server: %s.' % reason, server=server)
    for name, value in sorted(values.items()):
        reason = refusal(name, value)
        if reason:
            return Problem('attribute_refused', '%s.' % reason, server=server, keyword=name, value=value)
    return None


def _in_directory(problem: Problem, bin_dir: str) -> Problem:
    """Name the directory of a program that could not be started."""
    return problem._replace(file=bin_dir) if problem.code == 'pd_command_missing' else problem


def _value_or_raise(found: Union[Values, Problem]) -> Values:
    if isinstance(found, Problem):
        raise ProblemError(found)
    return found
