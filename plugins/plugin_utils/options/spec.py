# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of the modules as data, and what is checked of them before anything connects.

One schema of a server's entry serves all modules. An entry's sub-options have no defaults of their own: what an entry
does not set is the module's option of the same name, and that option's default.
"""

from __future__ import annotations

import re
import typing as t

Spec = dict[str, dict[str, t.Any]]

TEXT: dict[str, t.Any] = {'type': 'str'}
ENABLE_TLS = {'type': 'str', 'choices': ['disabled', 'starttls', 'smtps', '0', '1', '2']}

# An option of a server's entry, under the module option's name. `verify_*` is what the role calls it.
ENTRY: Spec = {
    'enable_tls': ENABLE_TLS,
    'ca_src': {'type': 'list', 'elements': 'str'},
    'ca_content': TEXT,
    'ca_path': TEXT,
    'crl_src': {'type': 'list', 'elements': 'str'},
    'crl_content': TEXT,
    'crl_path': TEXT,
    'hostname': TEXT,
    'cert_validation_ignore_host_name': {'type': 'bool'},
    'ignore_certificate_errors': {'type': 'bool'},
    'owner': TEXT,
    'group': TEXT,
    'mode': {'type': 'raw'},
    'smtp_host': TEXT,
    'smtp_port': {'type': 'int'},
    'sender': {'type': 'str', 'aliases': ['verify_sender']},
    'recipients': {'type': 'list', 'elements': 'str', 'aliases': ['verify_recipients']},
    'subject': TEXT,
    'body': TEXT,
    'attributes': {'type': 'dict'},
    'accept_unprotected': {'type': 'bool'},
    'manage_attributes': {'type': 'bool'},
}
# An entry's alone.
NAMED: Spec = {
    'name': {'type': 'str', 'required': True},
    'working_dir': TEXT,
    'state': {'type': 'str', 'choices': ['present', 'absent']},
}
EXCLUSIVE = [('ca_src', 'ca_content', 'ca_path'), ('crl_src', 'crl_content', 'crl_path')]
TRUST = frozenset(name for group in EXCLUSIVE for name in group)
MULTILINE = frozenset(('ca_content', 'crl_content', 'content', 'body'))
ABSOLUTE = frozenset(('base_dir', 'working_dir', 'ca_path', 'crl_path', 'path', 'pd_bin_dir'))

COMMON: Spec = {
    'base_dir': {'type': 'str', 'default': '/var/pd'},
    'servers': {
        'type': 'list',
        'elements': 'dict',
        'default': [],
        'options': {**NAMED, **ENTRY},
        'mutually_exclusive': EXCLUSIVE,
    },
}
PD_BIN_DIR = {'type': 'str', 'default': '/usr/lpp/pd/bin'}
TRY = {'type': 'str', 'choices': ['none', 'handshake', 'envelope']}
FAIL_ON = {'type': 'str', 'choices': ['error', 'warning', 'never'], 'default': 'error'}
SEND: Spec = {
    'timeout': {'type': 'float', 'default': 30.0},
    'min_tls': {'type': 'str', 'choices': ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'], 'default': 'TLSv1.2'},
    'crl_check': {'type': 'str', 'choices': ['leaf', 'chain'], 'default': 'leaf'},
}


def _own(*names: str) -> Spec:
    """Return the entry's options that a module offers itself, as the default for all its servers."""
    return {name: {key: value for key, value in ENTRY[name].items() if key != 'aliases'} for name in names}


MODULES: dict[str, Spec] = {
    'sendmemo_config': {
        **COMMON,
        **_own(
            'enable_tls',
            'ca_src',
            'ca_content',
            'ca_path',
            'crl_src',
            'crl_content',
            'crl_path',
            'hostname',
            'cert_validation_ignore_host_name',
            'ignore_certificate_errors',
            'owner',
            'group',
            'smtp_host',
            'smtp_port',
            'sender',
            'recipients',
        ),
        **SEND,
        'mode': {'type': 'raw', 'default': '0644'},
        'template': TEXT,
        'backup': {'type': 'bool', 'default': True},
        'backup_keep': {'type': 'int', 'default': 5},
        'try_before_commit': {**TRY, 'default': 'none'},
        'enable_ssl_v3': {'type': 'bool'},
        'manage_attributes': {'type': 'bool', 'default': False},
        'pd_bin_dir': PD_BIN_DIR,
        'warn_days': {'type': 'int', 'default': 30},
    },
    'sendmemo_rollback': {
        **COMMON,
        **_own('owner', 'group', 'mode', 'smtp_host', 'smtp_port', 'sender', 'recipients'),
        **SEND,
        'try_before_commit': {**TRY, 'default': 'handshake'},
        'manage_attributes': {'type': 'bool', 'default': False},
        'pd_bin_dir': PD_BIN_DIR,
        'warn_days': {'type': 'int', 'default': 30},
    },
    'sendmemo_validate': {
        **COMMON,
        **_own('smtp_port'),
        'pd_bin_dir': TEXT,
        'path': TEXT,
        'content': TEXT,
        'working_dir': TEXT,
        'require_configuration': {'type': 'bool', 'default': True},
        'warn_days': {'type': 'int', 'default': 30},
        'fail_on': FAIL_ON,
    },
    'send_memo': {
        **COMMON,
        **_own(
            'enable_tls',
            'hostname',
            'cert_validation_ignore_host_name',
            'ignore_certificate_errors',
            'smtp_host',
            'smtp_port',
            'sender',
            'recipients',
            'subject',
            'body',
        ),
        **SEND,
        'check_declared': {'type': 'bool', 'default': False},
        'accept_unprotected': {'type': 'bool', 'default': False},
        'until': {'type': 'str', 'choices': ['handshake', 'envelope', 'sent'], 'default': 'sent'},
        'retries': {'type': 'int', 'default': 0},
        'retry_delay': {'type': 'float', 'default': 60.0},
        'pd_bin_dir': PD_BIN_DIR,
        'warn_days': {'type': 'int', 'default': 30},
        'fail_on': FAIL_ON,
    },
    'server_attributes': {**COMMON, **_own('attributes'), 'pd_bin_dir': PD_BIN_DIR},
}

# uid_t and gid_t have 32 bits, and chown(2) takes the highest for "leave it as it is".
HIGHEST_ID = 0xFFFF_FFFE
_CONTROL = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029]')
_CONTROL_IN_TEXT = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]')
# Lowest and highest value of an option that is a number.
RANGES: dict[str, tuple[float, float]] = {
    'smtp_port': (1, 65535),
    'timeout': (1, 3600),
    'retries': (0, 100),
    'retry_delay': (0, 3600),
    'warn_days': (0, 36500),
    'backup_keep': (1, 1000),
}


class ArgumentError(ValueError):
    """An option has a value that it can't have; the text names the option, the value and what is wanted."""


def check(args: t.Mapping[str, t.Any]) -> None:
    """Check what the argument spec can't say: control characters, names, absolute paths, ranges. Raises ArgumentError."""
    for name, value in args.items():
        check_option(name, value)
    seen: dict[str, str] = {}
    for number, entry in enumerate(args.get('servers') or ()):
        where = f'servers[{number}].'
        for name, value in entry.items():
            check_option(name, value, where)
        name = entry['name']
        if not name or '/' in name or name in ('.', '..'):
            raise ArgumentError(f"{where}name is {name!r}: a server's name is one path component, for example spl1")
        path = entry.get('working_dir') or f'{args["base_dir"]}/{name}'
        for key in (f'name {name}', f'working_dir {path}'):
            if key in seen:
                raise ArgumentError(f'{where}{key} is already that of {seen[key]}: each server stands once in the list')
            seen[key] = f'servers[{number}]'


def check_option(name: str, value: t.Any, where: str = '') -> None:
    """Check one option; `where` stands before its name in the message. Raises ArgumentError."""
    if value is None or name == 'servers':
        return
    if name in TRUST and not (value if isinstance(value, list) else value.strip()):
        raise ArgumentError(f'{where}{name} is empty: leave it out where no such file is wanted, or give one')
    pattern = _CONTROL_IN_TEXT if name in MULTILINE else _CONTROL
    for item in value if isinstance(value, list) else [value]:
        found = pattern.search(item) if isinstance(item, str) else None
        if found:
            raise ArgumentError(f'{where}{name} holds the control character {found.group()!r} in {item[:60]!r}: remove it')
    if name in ABSOLUTE and not value.startswith('/'):
        raise ArgumentError(f'{where}{name} is {value!r}: give an absolute path of the target, it is not expanded')
    if name in RANGES:
        low, high = RANGES[name]
        if not low <= value <= high:
            raise ArgumentError(f'{where}{name} is {value}: it can be {low:g} to {high:g}')
    if name == 'mode':
        file_mode(value, where)
    if name in ('owner', 'group') and re.fullmatch('[0-9]+', value) and int(value) > HIGHEST_ID:
        raise ArgumentError(f'{where}{name} is {value}: it can be {HIGHEST_ID} at most; {HIGHEST_ID + 1} means none')


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
    """Return each named server's entry with what the module's options say where it says nothing itself.

    Of options that exclude each other, an entry's own one keeps all of the module's out.
    """
    merged = []
    for given in args['servers']:
        entry = {name: value for name, value in given.items() if value is not None}
        kept_out = {name for group in EXCLUSIVE if any(one in entry for one in group) for name in group}
        defaults = {name: args[name] for name in ENTRY if args.get(name) is not None and name not in kept_out}
        merged.append({**defaults, **entry})
    return merged
