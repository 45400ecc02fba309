# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Core's default output asks before it shows something, once, and only if it is the output in use."""

from __future__ import annotations

import typing as t

import pytest
from ansible import constants
from ansible.plugins.loader import callback_loader

from ansible_collections.printops.infoprint.plugins.plugin_utils.terminal import core_output


class Filter:
    """Hides the second of two plays."""

    def __init__(self) -> None:
        self.asked: list[t.Any] = []

    def hides_play(self, play: t.Any) -> bool:
        self.asked.append(play)
        return bool(play == 'second')

    def __getattr__(self, _name: str) -> t.Callable[..., bool]:
        return lambda *_given, **_named: False


class Output:
    """In the place of core's output."""

    def __init__(self) -> None:
        self.shown: list[t.Any] = []

    def get_option(self, name: str) -> str:
        return name

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        self.shown.append(play)


for _name in set(core_output.METHODS) - {'v2_playbook_on_play_start'}:
    setattr(Output, _name, lambda *_given, **_named: None)


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> type[Output]:
    fresh = type('Fresh', (Output,), dict(vars(Output)))
    monkeypatch.setattr(callback_loader, 'get', lambda *_given, **_named: fresh)
    return fresh


def test_what_the_filter_hides_is_not_shown(output: type[Output]) -> None:
    chosen = Filter()
    assert core_output.filter_core_output(t.cast('t.Any', chosen))
    shown = output()
    for play in ('first', 'second'):
        shown.v2_playbook_on_play_start(play)
    assert (shown.shown, chosen.asked) == (['first'], ['first', 'second'])


def test_a_later_filter_replaces_the_one_before(output: type[Output]) -> None:
    first, second = Filter(), Filter()
    for chosen in (first, second):
        core_output.filter_core_output(t.cast('t.Any', chosen))
    output().v2_playbook_on_play_start('third')
    assert (first.asked, second.asked) == ([], ['third'])


@pytest.mark.parametrize('name', ['ansible.posix.json', 'minimal'])
def test_another_output_is_left_alone(monkeypatch: pytest.MonkeyPatch, output: type[Output], name: str) -> None:
    monkeypatch.setattr(constants, 'DEFAULT_STDOUT_CALLBACK', name)
    assert not core_output.filter_core_output(t.cast('t.Any', Filter()))
    assert output.v2_playbook_on_play_start is Output.v2_playbook_on_play_start


def test_core_has_every_method_that_is_asked_about() -> None:
    default = callback_loader.get('default', class_only=True)
    assert all(callable(getattr(default, name, None)) for name in core_output.METHODS)
    assert all(hasattr(core_output.Filter, question) for question in core_output.METHODS.values())
