# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The first process of the fleet's own namespaces (net, mount, pid): starts the hosts and stays as long as its standard input.

When that ends, for whatever reason, this process ends, and the kernel then ends every process of the fleet and takes away
all mounts and interfaces. So nothing has to be cleaned up by anybody, also after an interrupt or a kill.

In, one line of JSON: `directory`, `network` and `hosts`, as box.py makes them. Out, one line: `pids`, the first process of each
host as /proc here numbers it, or `error`.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import typing as t

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from fleet import layer

HOST = pathlib.Path(__file__).resolve().parent / 'host.sh'
START_SECONDS = 60
BRIDGE = 'br0'


class Failed(Exception):
    """A part of the fleet did not start; the message says which and why."""


def start(directory: pathlib.Path, network: str, hosts: list[dict[str, t.Any]]) -> dict[str, int]:
    """Start all hosts, at the same time; return the number of each one's first process. Raises Failed."""
    space = directory / 'space'
    space.mkdir()
    _run('mount', '-t', 'tmpfs', '-o', 'mode=0755', 'fleet', str(space))
    (space / 'host').mkdir()
    layer.build(space / 'layer', directory, {host['name']: host['address'] for host in hosts})
    own, bits = network.split('/')
    _run(
        'ip',
        '-batch',
        '-',
        data='\n'.join(
            [
                'link set lo up',
                f'link add {BRIDGE} type bridge',
                f'address add {own}/{bits} dev {BRIDGE}',
                f'link set {BRIDGE} up',
            ]
        ),
    )
    started = {host['name']: _host(space, bits, host) for host in hosts}
    pids = {name: int(_line(name, process)) for name, process in started.items()}
    _run(
        'ip',
        '-batch',
        '-',
        data=''.join(
            f'link add {name} master {BRIDGE} type veth peer name eth0 netns {pid}\nlink set {name} up\n'
            for name, pid in pids.items()
        ),
    )
    for process in started.values():
        process.stdin.write(b'go\n')
        process.stdin.close()
    for name, process in started.items():
        _line(name, process)
    end = time.monotonic() + START_SECONDS
    for host in hosts:
        while not _answers(host['address']):
            if time.monotonic() > end:
                raise Failed(f'{host["name"]}: sshd does not answer at {host["address"]}')
            time.sleep(0.02)
    return pids


def _host(space: pathlib.Path, bits: str, host: dict[str, t.Any]) -> t.Any:
    # --fork: a new pid namespace begins with a child. The child's end is this process's.
    command = [
        'unshare',
        '--net',
        '--mount',
        '--pid',
        '--uts',
        '--ipc',
        '--fork',
        '/bin/sh',
        str(HOST),
        host['name'],
        f'{host["address"]}/{bits}',
        host['size'],
        str(space),
        host['python'],
        *host['visible'],
    ]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd='/',
        env={'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'},
    )


def _line(name: str, process: t.Any) -> str:
    line = process.stdout.readline().decode().strip()
    if not line:
        raise Failed(f'{name}: {process.stderr.read().decode(errors="replace")}')
    return str(line)


def _run(*command: str, data: str = '') -> None:
    done = subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise Failed(f'{" ".join(command)}: {done.stdout}')


def _answers(address: str) -> bool:
    try:
        with socket.create_connection((address, 22), 1) as connection:
            return connection.recv(4) == b'SSH-'
    except OSError:
        return False


def _reap(_number: int, _frame: object) -> None:
    """End the remains of what the controller's programs left behind (ssh's masters): they are this process's children now."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    directory = pathlib.Path(asked['directory'])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who holds our standard input
    try:
        answer: dict[str, t.Any] = {'pids': start(directory, asked['network'], asked['hosts'])}
    except Failed as error:
        answer = {'error': str(error)}
    print(json.dumps(answer), flush=True)
    signal.signal(signal.SIGCHLD, _reap)
    sys.stdin.buffer.read()
    subprocess.run(['umount', '--lazy', str(directory / 'space')], check=False)
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == '__main__':
    main()
