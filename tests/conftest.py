# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Ids of parametrized tests are chosen and short: without them a report says `case7` where it could say what fails.
Runs on Python 3.6 too."""

import enum

import pytest

# What pytest writes into an id as it is; for all else it makes up the argument's name and a number.
NAMED = (str, bytes, int, float, complex, bool, type(None), enum.Enum)
LONGEST_ID = 80


def pytest_make_parametrize_id(config, val, argname):
    """Refuse a value for which pytest would make an id up. Called where a test names none."""
    if not isinstance(val, NAMED) and not isinstance(getattr(val, '__name__', None), str):
        raise pytest.UsageError(f'give ids: of {argname} pytest makes {argname}0, {argname}1, ...')


def pytest_collection_modifyitems(items):
    """Refuse ids that are too long to read in a report."""
    long = [item.nodeid for item in items if hasattr(item, 'callspec') and len(item.callspec.id) > LONGEST_ID]
    if long:
        raise pytest.UsageError('\n'.join([f'ids of more than {LONGEST_ID} characters:', *long]))
