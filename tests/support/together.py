# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tests that are hosts of the same runs of ansible-playbook, which costs far less than runs of their own.

A test marked with `together` is a coroutine. Where it awaits a step, it waits until all such tests of its file do; then one run
has a host for each. So a file takes as many runs as its longest test has steps. A test still fails under its own name, and one
that is selected alone runs alone.
"""

from __future__ import annotations

import inspect
import typing as t

import pytest

from .playbook import Ansible
from .steps import Story, side_by_side

_OUTCOMES = pytest.StashKey['dict[str, BaseException | None]']()

Test = t.Callable[..., Story[None]]


def together(make: t.Callable[..., t.Any]) -> t.Callable[[Test], t.Callable[..., None]]:
    """Mark a test whose first argument is what `make` gives, a function or a coroutine function.

    Both may also ask for `tmp_path`, for what a table of cases has, and for fixtures of the module's or the session's scope.
    """

    def decorate(test: Test) -> t.Callable[..., None]:
        def run(request: pytest.FixtureRequest, **_given: object) -> None:
            __tracebackhide__ = True
            outcome = _outcomes(request)[request.node.name]
            if outcome is not None:
                raise outcome

        for name in ('__name__', '__qualname__', '__module__', '__doc__'):
            setattr(run, name, getattr(test, name))
        # pytest reads here which arguments a table may fill, and which fixtures are needed.
        names = ['request', *inspect.signature(make).parameters, *list(inspect.signature(test).parameters)[1:]]
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters = [inspect.Parameter(name, kind) for name in dict.fromkeys(names) if name != 'tmp_path']
        vars(run).update(__signature__=inspect.Signature(parameters), story=lambda *args: _story(make, test, *args))
        return run

    return decorate


async def _story(make: t.Callable[..., t.Any], test: Test, request: pytest.FixtureRequest, item: pytest.Function) -> None:
    """Make what the test needs, then be the test."""
    __tracebackhide__ = True
    given = dict(item.callspec.params) if hasattr(item, 'callspec') else {}
    made_of, (first, *others) = list(inspect.signature(make).parameters), inspect.signature(test).parameters
    for name in {*made_of, *others} - {*given, 'tmp_path'}:
        given[name] = request.getfixturevalue(name)
    given['tmp_path'] = request.getfixturevalue('tmp_path_factory').mktemp(item.originalname[:30])
    made = make(**{name: given[name] for name in made_of})
    given[first] = await made if inspect.iscoroutine(made) else made
    await test(**{name: given[name] for name in (first, *others)})


def _outcomes(request: pytest.FixtureRequest) -> dict[str, BaseException | None]:
    """Return how the selected tests of the file ended; the first of them runs all."""
    module = request.node.getparent(pytest.Module)
    if _OUTCOMES not in module.stash:
        of_file = [one for one in request.session.items if one.getparent(pytest.Module) is module]
        tests = [one for one in of_file if isinstance(one, pytest.Function) and hasattr(one.function, 'story')]
        ansible = Ansible(request.getfixturevalue('tmp_path_factory').mktemp('together') / 'controller')
        module.stash[_OUTCOMES] = side_by_side(ansible, {one.name: one.function.story(request, one) for one in tests})
    return t.cast('dict[str, BaseException | None]', module.stash[_OUTCOMES])
