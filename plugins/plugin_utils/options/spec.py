# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The argument specs of the modules, from the table of options, and what is checked besides before anything connects.

One schema of a server's entry serves all modules. An entry's sub-options have no defaults of their own: what an entry
does not set is the module's option of the same name, and that option's default.
"""

from __future__ import annotations

import difflib
import re
import typing as t

from ...module_utils.program.rights import HIGHEST_ID
from ..crl_source.urls import urls_fault
from .table import change, config, delivery, mail, observe, role, server, validation
from .table.row import ALL, Option

Spec = dict[str, dict[str, t.Any]]

TABLES = (server, config, change, mail, validation, role, delivery, observe)
ROWS: tuple[Option, ...] = tuple(option for table in TABLES for option in table.ROWS)


def argument(option: Option, default: t.Any = None) -> dict[str, t.Any]:
    """Return what an argument spec says of an option."""
    optional = {'elements': option.elements, 'choices': list(option.choices), 'required': option.required}
    facts: dict[str, t.Any] = {'type': option.type, **{name: value for name, value in optional.items() if value}}
    return facts if default is None else {**facts, 'default': default}


def specified(option: Option, default: t.Any = None) -> dict[str, t.Any]:
    """Return an option's argument spec with what its documentation does not say of it."""
    return {**argument(option, default), **({'no_log': True} if option.is_secret else {})}


def _in_entry(option: Option) -> dict[str, t.Any]:
    return {**argument(option), **({'aliases': list(option.aliases)} if option.aliases else {})}


# An entry's sub-options: those that are its alone, and those that may also be an option of the module, for all servers.
NAMED: Spec = {option.name: _in_entry(option) for option in ROWS if option.is_entry_only}
ENTRY: Spec = {option.name: _in_entry(option) for option in ROWS if option.in_entry and not option.is_entry_only}
EXCLUSIVE = [
    tuple(option.name for option in ROWS if group in option.one_of.split())
    for group in dict.fromkeys(group for option in ROWS for group in option.one_of.split())
]
TRUST = frozenset(name for group in EXCLUSIVE for name in group)
SECRET = frozenset(option.name for option in ROWS if option.is_secret)
MULTILINE = frozenset(option.name for option in ROWS if option.is_multiline)
ABSOLUTE = frozenset(option.name for option in ROWS if option.is_path)
# Lowest and highest value of an option that is a number.
RANGES: dict[str, tuple[float, float]] = {option.name: option.range for option in ROWS if option.range}


def options_in(module: str) -> list[Option]:
    """Return the rows of a module's options."""
    return [option for option in ROWS if module in option.modules and not option.is_entry_only]


def fields_for(message: type[tuple[t.Any, ...]], options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the options that are set and have a field in a message: what goes to a target is what its message says."""
    names: tuple[str, ...] = message._fields  # type: ignore[attr-defined]  # of any NamedTuple
    return {name: options[name] for name in names if options.get(name) is not None}


def _specified(module: str) -> Spec:
    spec = {option.name: specified(option, option.default_in(module)) for option in options_in(module)}
    if 'servers' in spec:
        spec['servers'].update(options={**NAMED, **ENTRY}, mutually_exclusive=EXCLUSIVE)
    return spec


MODULES: dict[str, Spec] = {module: _specified(module) for module in ALL}

_CONTROL = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029]')
_CONTROL_IN_TEXT = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]')


class ArgumentError(ValueError):
    """An option has a value that it can't have; the text names the option, the value and what is allowed."""


def check_keys(entries: object, where: str, known: t.Collection[str]) -> None:
    """Check that the servers' entries have no unknown key; `where` is the list's name. Raises ArgumentError."""
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        for key in entry if isinstance(entry, dict) else ():
            if key not in known:
                of = f' (server {entry["name"]})' if isinstance(entry.get('name'), str) else ''
                raise ArgumentError(f'{where}[{number}].{key}{of} is not a key of a server{_meant(str(key), known)}')


def _meant(name: str, known: t.Collection[str]) -> str:
    """Return a question that suggests the known name that is meant, or else where they are listed."""
    similar = difflib.get_close_matches(name, sorted(known), 1)
    return f': did you mean {similar[0]}?' if similar else f'. The keys are {", ".join(sorted(known))}.'


def keys_of(spec: Spec) -> set[str]:
    """Return the names that options may be given by, aliases too."""
    return {name for option, facts in spec.items() for name in (option, *facts.get('aliases', ()))}


def check(args: t.Mapping[str, t.Any]) -> None:
    """Check what an argument spec can't express: control characters, names, absolute paths, ranges. Raises ArgumentError."""
    for name, value in args.items():
        check_option(name, value)
    owners: dict[str, str] = {}
    for number, entry in enumerate(args.get('servers') or ()):
        where = f'servers[{number}].'
        for name, value in entry.items():
            check_option(name, value, where)
        name = entry['name']
        if not name or '/' in name or name in ('.', '..'):
            raise ArgumentError(f"{where}name is {name!r}: a server's name is one path component, for example spl1")
        path = entry.get('working_dir') or f'{args["base_dir"]}/{name}'
        for key in (f'name {name}', f'working_dir {path}'):
            if key in owners:
                raise ArgumentError(f'{where}{key} is already that of {owners[key]}: list each server once')
            owners[key] = f'servers[{number}]'


def check_option(name: str, value: t.Any, where: str = '') -> None:
    """Check one option; `where` precedes its name in the message. Raises ArgumentError."""
    if value is None or name == 'servers':
        return
    for fault_of in _CHECKS:
        fault = fault_of(name, value)
        if fault:
            raise ArgumentError(f'{where}{name} {fault}')
    if name == 'mode':
        file_mode(value, where)


def _emptiness(name: str, value: t.Any) -> str:
    is_empty = name in TRUST and not (value if isinstance(value, list) else value.strip())
    return 'is empty: leave it out, or name a file or its content' if is_empty else ''


def _control_character(name: str, value: t.Any) -> str:
    pattern = _CONTROL_IN_TEXT if name in MULTILINE else _CONTROL
    for item in value if isinstance(value, list) else [value]:
        match = pattern.search(item) if isinstance(item, str) else None
        if match:
            where = '' if name in SECRET else f' in {item[:60]!r}'
            return f'holds the control character {match.group()!r}{where}: remove it'
    return ''


def _relative_path(name: str, value: t.Any) -> str:
    if name in ABSOLUTE and not value.startswith('/'):
        return f'is {value!r}: give an absolute path of the target, it is not expanded'
    return ''


def _out_of_range(name: str, value: t.Any) -> str:
    if name not in RANGES:
        return ''
    low, high = RANGES[name]
    return '' if low <= value <= high else f'is {value}: it can be {low:g} to {high:g}'


def _invalid_id(name: str, value: t.Any) -> str:
    if name in ('owner', 'group') and re.fullmatch('[0-9]+', value) and int(value) > HIGHEST_ID:
        return f'is {value}: it can be {HIGHEST_ID} at most; {HIGHEST_ID + 1} means none'
    return ''


def _invalid_address(name: str, value: t.Any) -> str:
    return urls_fault(value) if name == 'crl_url' else ''


# Each returns what is wrong with the value of an option, in words that follow its name; '' = nothing.
_CHECKS = (_emptiness, _control_character, _relative_path, _out_of_range, _invalid_id, _invalid_address)


def normal_path(path: str) -> str:
    """Return an absolute path without doubled or trailing slashes, so that its last component is what it ends with.

    Raises ArgumentError for `.` and `..`: with links they lead elsewhere than they seem to.
    """
    parts = [part for part in path.split('/') if part]
    if '.' in parts or '..' in parts:
        raise ArgumentError(f'{path!r} has a component . or ..: give the path without')
    return '/' + '/'.join(parts)


def normalized(args: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the options with the directories' paths in their normal form. Raises ArgumentError."""

    def normal(options: dict[str, t.Any]) -> dict[str, t.Any]:
        return {
            name: normal_path(value) if name in ('base_dir', 'working_dir') and value and value.startswith('/') else value
            for name, value in options.items()
        }

    return {**normal(args), 'servers': [normal(entry) for entry in args.get('servers') or ()]}


def file_mode(value: object, where: str = '') -> int:
    """Return the file mode that an option means: an int is the mode itself, a text is octal, as for core's file modules.

    A text without a leading zero that keeps the owner from reading or writing, or lets others write, is refused: an int
    that became a decimal text on its way through a template (ansible-core before 2.19) looks like that. Raises ArgumentError.
    """
    text = value
    if isinstance(value, str) and re.fullmatch('[0-7]{3,4}', value):
        value = int(value, 8)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 0o777:
        raise ArgumentError(f"{where}mode is {value!r}: give an octal number in quotes, for example '0644'")
    if isinstance(text, str) and len(text) == 3 and (value & 0o600 != 0o600 or value & 0o002):
        raise ArgumentError(f'{where}mode is {text!r}, which is not octal, or unusual: give it in quotes with a leading zero')
    return value


def merged_servers(args: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    """Return each named server's entry, with the module's options as defaults for what it does not set.

    An option that an entry sets also replaces those of the module that it excludes.
    """
    merged = []
    for given in args['servers']:
        entry = {name: value for name, value in given.items() if value is not None}
        excluded = {name for group in EXCLUSIVE if any(option in entry for option in group) for name in group}
        defaults = {name: args[name] for name in ENTRY if args.get(name) is not None and name not in excluded}
        merged.append({**defaults, **entry})
    return merged
