# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""pdls and pdset as far as the collection uses them: `pd_program.py NAME STATE LOG ARGUMENT...`.

The forms of the output and the messages 5010-414, 5010-065 and 5010-452 are those that are known; the number 5010-900 is made up.
They are written in the language of the locale, and its usual encoding. Exit codes are not documented: it ends with 1 after a
message, unless the behaviour `code 0` is on.
"""

import fcntl
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import typing as t

State = t.Dict[str, t.Any]
WIDTH = 30  # of a column


# By language: its encoding, and the words of the messages.
WORDS: t.Dict[str, t.Tuple[str, t.Dict[str, str]]] = {
    '': (
        'ascii',
        {
            '065': 'Cannot find the object {}.',
            '414': 'Cannot communicate with the server.',
            '452': 'Cannot communicate with the communication daemon on port {}.',
        },
    ),
    'de': (
        'iso-8859-1',
        {
            '065': 'Das Objekt {} wurde nicht gefunden, auch nicht über Umwege.',
            '414': 'Keine Verbindung möglich.',
            '452': 'Der Dämon an Port {} ist nicht erreichbar.',
        },
    ),
    'ja': (
        'euc_jp',
        {
            '065': 'オブジェクト {} が見つかりません。',
            '414': 'サーバーと通信できません。',
            '452': 'ポート {} の通信デーモンと通信できません。',
        },
    ),
}
DEFAULT_PORT = 6874


def language() -> str:
    """Return the language of the messages, as setlocale(3) finds it."""
    locale = next((os.environ[name] for name in ('LC_ALL', 'LC_MESSAGES', 'LANG') if os.environ.get(name)), '')
    return locale[:2] if locale[:2] in WORDS else ''


def message(number: str, name: object = '') -> 'Refused':
    return Refused(f'5010-{number} {WORDS[language()][1][number].format(name)}')


class Refused(Exception):
    """A message, with its number."""


def main(program: str, state_path: str, log_path: str, *arguments: str) -> int:
    with pathlib.Path(state_path).open('r+', encoding='utf-8') as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        state = json.load(opened)
        behaviour = state['behaviour'].get(program, '')
        children = [] if behaviour != 'hang' else [subprocess.Popen(['sleep', '600']).pid]
        call = {'program': program, 'arguments': arguments, 'pid': os.getpid(), 'children': children}
        with pathlib.Path(log_path).open('a', encoding='utf-8') as log:
            log.write(json.dumps(call) + '\n')
        if behaviour not in ('hang', 'slow'):
            return answer(program, state, arguments, behaviour, opened)
    time.sleep(600 if behaviour == 'hang' else 1)
    with pathlib.Path(state_path).open('r+', encoding='utf-8') as opened:
        return answer(program, json.load(opened), arguments, '', opened)


def answer(program: str, state: State, arguments: t.Sequence[str], behaviour: str, opened: t.TextIO) -> int:
    """Do what was asked for and print it. Behaviours: garbage, flood, silent, crash, code N, lie, remark, on stdout."""
    if behaviour in MISBEHAVIOUR:
        return MISBEHAVIOUR[behaviour]()
    try:
        check_surroundings(state)
        if program == 'pdls':
            sys.stdout.write(show(state, *parsed(arguments, '-r')))
        else:
            server, desired = parsed(arguments, '-x')
            if behaviour != 'lie':
                set_values(state, server, desired)
    except Refused as refused:
        stream = sys.stdout if behaviour == 'on stdout' else sys.stderr
        stream.buffer.write(f'{refused}\n'.encode(WORDS[language()][0], 'backslashreplace'))
        return 0 if behaviour == 'code 0' else 1
    finally:
        opened.seek(0)
        opened.truncate()
        json.dump(state, opened)
    if behaviour == 'remark':
        print('5010-900 This is a remark.', file=sys.stderr)
    return int(behaviour[5:]) if behaviour.startswith('code ') else 0


def check_surroundings(state: State) -> None:
    if sys.stdin.read():
        raise Refused('5010-900 There is something on standard input.')
    for name, value in state['needs'].items():
        if os.environ.get(name) != value:
            raise Refused(f'5010-900 {name} is not set to {value}.')
    if state['daemons'] and not os.environ.get('PD_SOCKET'):
        entries = [entry for entry in state['daemons'] if entry[0] == language()]
        _language, port, runs = entries[0] if entries else ('', DEFAULT_PORT, False)
        if not runs:
            raise message('452', port)


def parsed(arguments: t.Sequence[str], option: str) -> t.Tuple[str, str]:
    """Return the server and the value of `option`; nothing but the documented forms is understood."""
    *options, server = arguments
    given = dict(zip(options[::2], options[1::2]))
    expected = {'-c': 'server', option: given.get(option, ''), **({'-s': 'line'} if option == '-r' else {})}
    if given != expected or len(options) != 2 * len(expected) or server.startswith('-'):
        raise Refused(f'5010-900 Usage: not {" ".join(arguments)}')
    return server, given[option]


def server_of(state: State, name: str) -> t.Dict[str, t.Any]:
    if name not in state['servers']:
        raise message('065', name)
    if name in state['down']:
        raise message('414')
    found: t.Dict[str, t.Any] = state['servers'][name]
    return found


def show(state: State, server: str, names: str) -> str:
    attributes = server_of(state, server)
    values = {}
    for name in names.split(' '):
        found = attributes.get(name)
        if found is None:
            raise Refused(f'5010-900 The attribute {name} is not one of the object {server}.')
        values[name] = [found] if isinstance(found, str) else list(found)
    if state['style'] == 'line':
        return ''.join(f'{server}: {name} = {" ".join(found)}\n' for name, found in values.items())
    rows = [list(values), ['-' * (WIDTH - 2)] * len(values)]
    longest = max(map(len, values.values()))
    rows += [[found[number] if number < len(found) else '' for found in values.values()] for number in range(longest)]
    return ''.join(''.join(cell.ljust(WIDTH) for cell in row).rstrip() + '\n' for row in rows)


def set_values(state: State, server: str, desired: str) -> None:
    """Set one attribute after the other, up to the first that is refused."""
    attributes = server_of(state, server)
    for word in desired.split(' '):
        found = re.fullmatch('([a-z0-9-]+)=(.+)', word)
        if not found or found.group(1) not in attributes:
            raise Refused(f'5010-900 The attribute {word} is not one of the object {server}.')
        if found.group(1) in state['refused']:
            raise Refused(f'5010-900 The value {found.group(2)} of {found.group(1)}\x1b[31m is not\nallowed.')
        attributes[found.group(1)] = found.group(2)


def garbage() -> int:
    sys.stdout.buffer.write(b'\x00\xff\x1b[2J {{ 7 * 7 }} = : 5010\n' * 3)
    return 0


def flood() -> int:
    while True:
        sys.stdout.write('spl1: smtp-server-port = 25\n' * 10000)


def crash() -> int:
    os.kill(os.getpid(), 11)
    return 0


MISBEHAVIOUR: t.Dict[str, t.Callable[[], int]] = {'garbage': garbage, 'flood': flood, 'crash': crash, 'silent': lambda: 0}

if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
