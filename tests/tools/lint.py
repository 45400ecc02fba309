# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The linters: one line of a table each. Their settings are in pyproject.toml, .yamllint and .ansible-lint."""

from __future__ import annotations

from pathlib import Path

# mypy must see the files under the collection's name, since their imports are relative to it.
COLLECTION = '.venvs/collections/ansible_collections/printops/infoprint'

CHECK = 'monitoring/nagios/check_sendmemo'

# Newer than Python 3.6, and used only where they are found; the unit tests run this code on Python 3.6.
GUARDED = ('os.memfd_create', 'ssl.TLSVersion', 'ssl.SSLContext.minimum_version', 'ssl.SSLContext.maximum_version')


def lint_commands(files: list[str]) -> dict[str, list[str]]:
    """Return the name of each linter and its command. In: the checkout's files, relative to its root."""
    guarded = [word for name in GUARDED for word in ('--exclude', name)]
    vermin = ['vermin', '--target=3.6-', '--violations', '--no-tips', '--eval-annotations', *guarded]
    commands = {
        'ruff': ['ruff', 'check', '--no-cache', '.'],
        'ruff, format': ['ruff', 'format', '--check', '--quiet', '--no-cache', '.'],
        'mypy': ['mypy', *(f'{COLLECTION}/{directory}' for directory in typed_directories(files))],
        'mypy, demo and tools': ['mypy', 'demo', 'tests/bench', 'tests/fleet', 'tests/support', 'tests/tools'],
        'mypy, check of the report': ['mypy', '--scripts-are-modules', CHECK],
        'vermin': [*vermin, 'plugins/module_utils', CHECK],
        'ansible-lint': ['ansible-lint', '--offline', '--nocolor', '-q'],
        'yamllint': ['yamllint', '--strict', '.'],
        'antsibull-docs': ['antsibull-docs', 'lint-collection-docs', '--plugin-docs', '--disallow-unknown-collection-refs', '.'],
        'antsibull-changelog': ['antsibull-changelog', 'lint'],
        'codespell': ['codespell', *(name for name in files if name != 'LICENSE')],
    }
    scripts = [name for name in files if is_shell_script(Path(name))]
    if scripts:
        commands['shellcheck'] = ['shellcheck', *scripts]
    return commands


def typed_directories(files: list[str]) -> list[str]:
    """Return the directories of `plugins` with code in them or below them."""
    parts = [Path(name).parts for name in files if name.startswith('plugins/') and name.endswith('.py')]
    return sorted({f'plugins/{names[1]}' for names in parts} - {'plugins/modules', 'plugins/doc_fragments'})


def is_shell_script(file: Path) -> bool:
    """Whether a file is a script for a Bourne-like shell, by its first line."""
    if file.is_symlink() or not file.is_file():
        return False
    with file.open('rb') as content:
        first = content.readline(80)
    return first.startswith(b'#!') and first.split()[-1].rsplit(b'/', 1)[-1] in (b'sh', b'bash')
