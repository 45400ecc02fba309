# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The attributes of InfoPrint servers, read with pdls and set with pdset: all that are asked for, or none.

One program per server, since the manual shows no form for several; those of all servers run at the same time. What
counts is what pdls shows afterwards: exit codes of pdset are not documented.
"""

import os
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from ..messages.attributes import Values
from ..problems import Problem, ProblemError
from ..program.commands import run_programs
from ..program.watchdog import Watchdog
from ..safe_text import safe_text
from .command_lines import pdls_command, pdset_command, refusal, server_refusal
from .output import attributes_shown, complaint_of_pdset

CALL_SECONDS = 30.0  # for one program


class Change(NamedTuple):
    """The outcome for one server. None for values that could not be read; `problem` None where all is as desired."""

    before: Optional[Values]
    after: Optional[Values]
    problem: Optional[Problem]


def read_all(bin_dir: str, queries: Sequence[Tuple[str, Sequence[str]]], watchdog: Watchdog) -> List[Union[Values, Problem]]:
    """Return, for each (server, names), the values or why they can't be read. Changes nothing.

    Problems are pd_command_missing, server_unknown, server_not_running, attribute_refused, pd_output_unreadable. Raises Stopped.
    """
    refused = [_refused(server, dict.fromkeys(names)) for server, names in queries]
    commands = [pdls_command(bin_dir, *query) for query, problem in zip(queries, refused) if query[1] and problem is None]
    ended = iter(run_programs(commands, CALL_SECONDS, watchdog))
    answers: List[Union[Values, Problem]] = []
    for (server, names), problem in zip(queries, refused):
        try:
            answers.append(problem or (attributes_shown(server, names, next(ended)) if names else {}))
        except ProblemError as error:
            answers.append(_in_directory(error.problem, bin_dir))
    return answers


def set_all(bin_dir: str, desired: Sequence[Tuple[str, Values]], watchdog: Watchdog, check: bool = False) -> List[Change]:
    """Bring the attributes of servers to the desired values (None = only read); one that fails stops no other.

    What is so already is not set again; where one attribute can't be set, the server's others are restored. `check` only
    predicts: `after` is then what would be. Raises Stopped, at the latest before anything is set.
    """
    servers = [_Server(name, values) for name, values in desired]
    _read_first(bin_dir, [server for server in servers if server.problem is None], watchdog)
    differing = [server for server in servers if server.differing()]
    if check:
        _predict(bin_dir, differing)
    elif differing:
        watchdog.check()
        _set(bin_dir, differing, watchdog)
        _restore(bin_dir, [server for server in differing if server.problem is not None and server.changed()], watchdog)
    return [server.change() for server in servers]


class _Server:
    """One server's change in progress.

    `before` is what pdls showed first, if it could be `read`; `after` what it showed last, if that is `known`.
    """

    def __init__(self, name: str, values: Values) -> None:
        self.name = name
        self.values = values
        self.before: Values = {}
        self.after: Values = {}
        self.read = False
        self.known = False
        self.problem = _refused(name, values)

    def differing(self) -> Dict[str, str]:
        """Return the desired values that are not active; none where that is not known."""
        if not self.known:
            return {}
        return {name: value for name, value in self.values.items() if value is not None and self.after[name] != value}

    def changed(self) -> List[str]:
        """Return the names of the attributes that are not as they were before; none where that is not known."""
        if not self.known:
            return []
        return sorted(name for name, value in self.before.items() if self.after[name] != value)

    def change(self) -> Change:
        return Change(self.before if self.read else None, self.after if self.known else None, self.problem)


def _read(bin_dir: str, servers: List[_Server], watchdog: Watchdog) -> List[Union[Values, Problem]]:
    return read_all(bin_dir, [(server.name, sorted(server.values)) for server in servers], watchdog)


def _read_first(bin_dir: str, servers: List[_Server], watchdog: Watchdog) -> None:
    """Read what is active before anything is set; a server that can't be read has a problem."""
    for server, unread in zip(servers, _read_again(bin_dir, servers, watchdog)):
        server.problem, server.read = unread, server.known
        server.before = server.after


def _read_again(bin_dir: str, servers: List[_Server], watchdog: Watchdog) -> List[Optional[Problem]]:
    """Read what is active now; return, for each server, why that could not be."""
    problems: List[Optional[Problem]] = []
    for server, values in zip(servers, _read(bin_dir, servers, watchdog)):
        server.known = not isinstance(values, Problem)
        problems.append(values if isinstance(values, Problem) else None)
        if not isinstance(values, Problem):
            server.after = values
    return problems


def _predict(bin_dir: str, servers: List[_Server]) -> None:
    may_run = os.access(bin_dir + '/pdset', os.X_OK)
    for server in servers:
        if may_run:
            server.after = dict(server.after, **server.differing())
        else:
            message = 'There is no program pdset that this user may run.'
            server.problem = Problem('pd_command_missing', message, server=server.name, file=bin_dir)


def _set(bin_dir: str, servers: List[_Server], watchdog: Watchdog) -> None:
    complaints = _pdset(bin_dir, [(server.name, server.differing()) for server in servers], watchdog)
    for server, complaint, unread in zip(servers, complaints, _read_again(bin_dir, servers, watchdog)):
        if unread is not None:
            server.problem = complaint or unread._replace(message="The outcome of pdset can't be verified. %s" % unread.message)
        elif server.differing():
            server.problem = _shortfall(server, complaint)


def _shortfall(server: _Server, complaint: Optional[Problem]) -> Problem:
    """Return the problem of values that are not active."""
    short = server.differing()
    if complaint is None:
        shown = ', '.join('%s is %s' % (name, server.after[name] or 'unset') for name in sorted(short))
        message = 'pdset reported no error for %s, yet pdls shows that %s.' % (server.name, safe_text(shown))
        complaint = Problem('attribute_refused', message, server=server.name)
    if complaint.code != 'attribute_refused' or len(short) > 1:
        return complaint
    ((name, value),) = short.items()
    return complaint._replace(keyword=name, value=value)


def _restore(bin_dir: str, servers: List[_Server], watchdog: Watchdog) -> None:
    """Restore what was set where another attribute of the same server could not be; say what is not as it was."""
    steps = []
    for server in servers:
        before = {name: server.before[name] for name in server.changed()}
        steps.append((server.name, {name: value for name, value in before.items() if value and not refusal(name, value)}))
    _pdset(bin_dir, steps, watchdog)
    for server, unread in zip(servers, _read_again(bin_dir, servers, watchdog)):
        outcome = 'The other attributes were restored.'
        if unread is not None:
            outcome = "Whether the other attributes are as they were can't be verified: %s" % unread.message
        elif server.changed():
            left = ('%s (%s)' % (name, _earlier(server.before[name])) for name in server.changed())
            outcome = 'Not restored: %s.' % safe_text(', '.join(left))
        if server.problem is not None:
            server.problem = server.problem._replace(message='%s %s' % (server.problem.message, outcome))


def _earlier(value: Optional[str]) -> str:
    return 'it was unset, and there is no documented way to unset it' if value is None else 'it was %s' % value


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
