# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lets core's own terminal output leave out what this collection says itself.

In core, one callback cannot hide what another one shows, and a second output plugin would have to be set up at each site. So the
methods of core's default output (the class `default`) ask first. If a site has chosen another output, nothing is changed.
"""

from __future__ import annotations

import functools
import typing as t

from ansible import constants
from ansible.plugins.loader import callback_loader

DEFAULT = ('default', 'ansible.builtin.default')


class Filter(t.Protocol):
    """Decides what core's output leaves out. Each method returns whether to leave it out.

    `option` is set to what returns an option of core's output by its name, such as display_ok_hosts.
    """

    option: t.Callable[[str], t.Any]

    def hides_play(self, play: t.Any) -> bool: ...
    def hides_no_hosts(self) -> bool: ...
    def hides_end_of_hosts(self) -> bool: ...
    def hides_task(self, task: t.Any, *more: t.Any, **named: t.Any) -> bool: ...
    def hides_result(self, result: t.Any, *more: t.Any, **named: t.Any) -> bool: ...
    def hides_recap(self, stats: t.Any) -> bool: ...


# Core's methods, and what is asked before each.
METHODS = {
    'v2_playbook_on_play_start': 'hides_play',
    'v2_playbook_on_no_hosts_matched': 'hides_no_hosts',
    'v2_playbook_on_no_hosts_remaining': 'hides_end_of_hosts',
    'v2_playbook_on_task_start': 'hides_task',
    'v2_playbook_on_handler_task_start': 'hides_task',
    'v2_runner_on_ok': 'hides_result',
    'v2_runner_on_failed': 'hides_result',
    'v2_runner_on_skipped': 'hides_result',
    'v2_runner_on_unreachable': 'hides_result',
    'v2_playbook_on_stats': 'hides_recap',
}
_ORIGINAL = '_infoprint_original'


def filter_core_output(chosen: Filter) -> bool:
    """Have core's output ask the filter, instead of one that it asked before; return whether core's output is in use."""
    output = callback_loader.get('default', class_only=True) if constants.DEFAULT_STDOUT_CALLBACK in DEFAULT else None
    if output is None or not all(hasattr(output, name) for name in METHODS):
        return False
    for name, question in METHODS.items():
        method = getattr(output, name)
        setattr(output, name, _unless(chosen, question, getattr(method, _ORIGINAL, method)))
    return True


def _unless(chosen: Filter, question: str, original: t.Callable[..., None]) -> t.Callable[..., None]:
    @functools.wraps(original)
    def method(self: t.Any, *args: t.Any, **kwargs: t.Any) -> None:
        try:
            chosen.option = self.get_option
            is_hidden = getattr(chosen, question)(*args, **kwargs)
        except Exception:  # of whatever a later core changes: to show it twice is better than never
            is_hidden = False
        if not is_hidden:
            original(self, *args, **kwargs)

    setattr(method, _ORIGINAL, original)
    return method
