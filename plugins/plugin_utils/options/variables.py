# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of the role sendmemo_tls, from the table of options: names without their prefix, and the options behind them."""

from __future__ import annotations

import typing as t

from .spec import ROWS, argument
from .table.role import ENTRY_POINTS
from .table.row import Option

PREFIX = 'sendmemo_tls_'
VARIABLES: dict[str, Option] = {option.variable: option for option in ROWS if option.role}
# Where a mailbox has an option of the same name, the name alone means that of the other modules.
_BY_OPTION = {option.name: name for name, option in reversed(VARIABLES.items())}


def option_of(name: str) -> str:
    """Return what the modules call the variable of this name."""
    return VARIABLES[name].name if name in VARIABLES else name


def variable_of(option: str) -> str:
    """Return the variable, with its prefix, that is a module's option."""
    return PREFIX + _BY_OPTION.get(option, option)


def offered_in(entry_point: str) -> dict[str, Option]:
    """Return the variables of an entry point: those that name it, and the options of its modules that name none."""
    modules = set(ENTRY_POINTS[entry_point].modules)
    return {
        name: option
        for name, option in VARIABLES.items()
        if (
            entry_point in option.role.entry_points if option.role and option.role.entry_points else modules & set(option.modules)
        )
    }


def in_role_entry() -> dict[str, Option]:
    """Return what an entry of the role's servers may have, as the role calls it."""
    return {option.name_in_role_entry: option for option in ROWS if option.name_in_role_entry}


def variable_argument(option: Option, default: t.Any = None) -> dict[str, t.Any]:
    """Return what an argument spec says of a variable."""
    choices = option.role.choices if option.role and option.role.choices else option.choices
    return argument(option._replace(choices=choices), default)
