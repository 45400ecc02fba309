# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drift as people read it: a line per server for the task's message, and diffs for --diff."""

from __future__ import annotations

from ...module_utils.config.keywords import CONFIG_NAME
from ...module_utils.safe_text import safe_text
from ..foreign_values import Malformed
from ..target.answer import Fields

ATTRIBUTES = 'server attributes'  # what the target names in place of a file
KINDS = ('missing', 'changed', 'extra', 'text', 'owner', 'group', 'mode', 'link')
KEYS = ('file', 'keyword', 'kind', 'before', 'after')
Drift = dict[str, str]


def read_drift(server: Fields) -> list[Drift]:
    """Return the drift in a server's answer. Raises Malformed for one that names no file or no kind that there is."""
    found = [{key: one.text(key) for key in KEYS if one.text(key) is not None} for one in server.children('drift')]
    if any('file' not in one or one.get('kind') not in KINDS for one in found):
        raise Malformed('its drift names no file, or no kind that there is')
    return found


def describe(drift: Drift) -> str:
    """Return one difference in words: `CAFile changed (before a.pem, now b.pem)`."""
    subject = drift.get('keyword') or drift['file'].rsplit('/', 1)[-1]
    values = ', '.join(f'{word} {drift[key]}' for key, word in (('before', 'was'), ('after', 'declared')) if key in drift)
    return f'{subject} {drift["kind"]}{f" ({values})" if values else ""}'


def message(name: str, drift: list[Drift], changed: bool, check: bool, failed: bool) -> str:
    """Return a server's line; one that has `failed` may not have been looked at."""
    if not drift and failed:
        return f'{name}: not changed'
    if not drift:
        return f'{name}: as declared'
    verdict = ('would be changed' if check else 'changed') if changed else 'not changed'
    return f'{name}: {verdict}: {"; ".join(describe(one) for one in drift)}'


def diffs(working_dir: str, drift: list[Drift], before: str | None, after: str | None) -> list[dict[str, str]]:
    """Return the diffs of a server's files: the configuration's text, and of everything else what differs about it.

    `before` is the text that was found (bytes as latin-1), `after` the one that is wanted; None where there is none.
    """
    found = []
    path = f'{working_dir}/{CONFIG_NAME}'
    old, new = (_lines((text or '').encode('latin-1', 'replace')) for text in (before, after))
    if old != new and any(one['file'] == path and one['kind'] not in ('owner', 'group', 'mode') for one in drift):
        found.append({'before_header': path, 'after_header': path, 'before': old, 'after': new})
    attributes = [one for one in drift if one['file'] == ATTRIBUTES]
    if attributes:
        header = f'{working_dir} ({ATTRIBUTES})'
        found.append(
            {
                'before_header': header,
                'after_header': header,
                **{key: ''.join(f'{one["keyword"]} = {one.get(key, "")}\n' for one in attributes) for key in ('before', 'after')},
            }
        )
    for one in drift:
        if one['file'] not in (path, ATTRIBUTES) or one['kind'] in ('owner', 'group', 'mode', 'link'):
            header = f'{one["file"]} ({one["kind"]})'
            found.append(
                {
                    'before_header': header,
                    'after_header': header,
                    'before': f'{one.get("before", "present" if one["kind"] == "extra" else one["kind"])}\n',
                    'after': f'{one.get("after", "absent" if one["kind"] == "extra" else "as declared")}\n',
                }
            )
    return found


def _lines(content: bytes) -> str:
    return ''.join(f'{safe_text(line)}\n' for line in content.decode('utf-8', 'surrogateescape').splitlines())
