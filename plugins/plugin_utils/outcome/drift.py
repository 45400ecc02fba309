# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drift as people read it: a line per server for the task's message, and diffs for --diff."""

from __future__ import annotations

import typing as t

from ...module_utils.config.keywords import CONFIG_NAME
from ...module_utils.messages.change import ATTRIBUTES, EXTRA, GROUP, LINK, MODE, OWNER, Drift
from ...module_utils.messages.wire import plain
from ...module_utils.safe_text import safe_text

RIGHTS = (OWNER, GROUP, MODE)


def describe(drift: t.Mapping[str, t.Any], after: str = 'declared') -> str:
    """Return one difference, in the form that results have, in words: `CAFile changed (was a.pem, declared b.pem)`.

    `after` says what the other value is.
    """
    subject = drift.get('keyword') or drift['file'].rsplit('/', 1)[-1]
    values = ', '.join(f'{word} {drift[key]}' for key, word in (('before', 'was'), ('after', after)) if key in drift)
    return f'{subject} {drift["kind"]}{f" ({values})" if values else ""}'


def message(name: str, drift: t.Sequence[Drift], changed: bool, check: bool, failed: bool, after: str = 'declared') -> str:
    """Return a server's line; one that has `failed` may not have been compared."""
    if not drift:
        return f'{name}: not changed' if failed else f'{name}: as declared'
    verdict = ('would be changed' if check else 'changed') if changed else 'not changed'
    return f'{name}: {verdict}: {"; ".join(describe(plain(difference), after) for difference in drift)}'


def diff(header: str, before: str, after: str, after_header: str = '') -> dict[str, str]:
    """Return a diff as Ansible shows it; `after_header` '' = the same as before."""
    return {
        'before_header': header,
        'after_header': after_header or header,
        'before': before,
        'after': after,
    }


def diffs(working_dir: str, drift: t.Sequence[Drift], before: str | None, after: str | None) -> list[dict[str, str]]:
    """Return the diffs of a server's files: the text of the configuration, and of everything else its differences.

    `before` is the active text (bytes as latin-1), `after` the desired one; None where there is none.
    """
    path = f'{working_dir}/{CONFIG_NAME}'
    shown = []
    old, new = (_lines((text or '').encode('latin-1', 'replace')) for text in (before, after))
    if old != new and any(difference.file == path and difference.kind not in RIGHTS for difference in drift):
        shown.append(diff(path, old, new))
    attributes = [difference for difference in drift if difference.file == ATTRIBUTES]
    if attributes:
        old, new = (_values(attributes, field) for field in ('before', 'after'))
        shown.append(diff(f'{working_dir} ({ATTRIBUTES})', old, new))
    return shown + [
        _of_file(difference)
        for difference in drift
        if difference.file not in (path, ATTRIBUTES) or difference.kind in (*RIGHTS, LINK)
    ]


def _values(attributes: t.Sequence[Drift], field: str) -> str:
    return ''.join(f'{attribute.keyword} = {getattr(attribute, field) or ""}\n' for attribute in attributes)


def _of_file(difference: Drift) -> dict[str, str]:
    before, after = ('present', 'absent') if difference.kind == EXTRA else (difference.kind, 'as declared')
    header = f'{difference.file} ({difference.kind})'
    return diff(
        header,
        f'{before if difference.before is None else difference.before}\n',
        f'{after if difference.after is None else difference.after}\n',
    )


def _lines(content: bytes) -> str:
    return ''.join(f'{safe_text(line)}\n' for line in content.decode('utf-8', 'surrogateescape').splitlines())
