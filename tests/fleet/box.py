# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A fleet of print hosts on one machine: each a set of Linux namespaces with its own sshd, address, processes and root.

Ansible is started in the network namespace of a controller that has no other route, and sees machines. One more host is the
mail server: Postfix with STARTTLS on ports 25 and 587 and TLS on 465. Needs root and the Debian packages iproute2,
openssh-server, postfix and sudo. Nothing outside of the fleet's own namespaces and one temporary directory is touched, and
the kernel itself removes the fleet when the process that made it ends, however it ends: see supervisor.py.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import typing as t

from fleet import layer
from support.pki import Authority
from support.postfix import Place, Postfix

SUPERVISOR = pathlib.Path(__file__).resolve().parent / 'supervisor.py'
NETWORK = '10.213.0.1/16'  # the controller's address and the network's; nobody else can see it
MAIL_HOST, MAIL_ADDRESS = 'mail', '10.213.0.2'
MAIL_NAME = f'{MAIL_HOST}.{layer.DOMAIN}'
MAIL_PORTS = {'smtp': 25, 'submission': 587, 'smtps': 465}
MOST_HOSTS = 200
LOGINS = ('root', 'sudo', 'su')
STOP_SECONDS = 30
PROGRAMS = {
    'util-linux': ('unshare', 'nsenter', 'mount', 'umount', 'pivot_root', 'su'),
    'iproute2': ('ip',),
    'openssh-server': ('sshd',),
    'openssh-client': ('ssh', 'ssh-keygen'),
    'postfix': ('postfix',),
    'sudo': ('sudo',),
}
NAMESPACES = ('unshare', '--net', '--mount', '--pid', '--uts', '--ipc', '--fork', '--mount-proc')
# Everything that a host is made of, tried once for real: in a container any of it may be forbidden.
PROBE = """
mount -t tmpfs probe /mnt && mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work probe /mnt/root
ip link add br0 type bridge && ip link add one master br0 type veth peer name two
"""


class Plan(t.NamedTuple):
    """What a host is to be like.

    python: its /usr/bin/python3, as a path on this machine (None = the one that is there).
    login: how Ansible becomes root there: 'root' logs in as root, 'sudo' and 'su' become it.
    servers: names of its InfoPrint servers, directories under /var/pd.
    size: of its disk, as mount(8) of a tmpfs takes it. visible: directories of this machine that are visible there, also where
        they are below /root, /home or /tmp, which a host has of its own.
    """

    python: pathlib.Path | None = None
    login: str = 'root'
    servers: tuple[str, ...] = ('spl1',)
    size: str = '64m'
    visible: tuple[pathlib.Path, ...] = ()


@functools.cache
def why_not() -> str:
    """Return what this machine lacks for it, or '' when it can run here."""
    if os.geteuid() != 0:
        return 'the fleet needs root, for namespaces and mounts'
    lacking = sorted({package for package, names in PROGRAMS.items() if not all(map(shutil.which, names))})
    if lacking:
        return f'the fleet needs the Debian packages {", ".join(lacking)}'
    done = subprocess.run(
        [*NAMESPACES, 'sh', '-ec', PROBE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return f'the fleet needs namespaces, overlayfs, veth and a bridge: {done.stdout.strip()}' if done.returncode else ''


class Host:
    """One host of a fleet that is up."""

    def __init__(self, fleet: Fleet, name: str, address: str, plan: Plan) -> None:
        self.name = name
        self.address = address
        self.plan = plan
        self._fleet = fleet

    @property
    def _pid(self) -> int:
        return self._fleet.pids[self.name]

    @property
    def enter(self) -> tuple[str, ...]:
        """The words in front of a command that is to run on this host, as root."""
        return (*self._fleet.namespaces('net', 'mount', 'pid'), 'nsenter', '--target', str(self._pid), '--all', '--')

    def path(self, path: str) -> pathlib.Path:
        """Return what this machine calls a file of the host; a link in it leads astray."""
        return self._fleet.proc / str(self._pid) / 'root' / path.lstrip('/')

    def run(self, *command: str, check: bool = True) -> str:
        """Run a command on the host, as root; return what it printed. Raises RuntimeError, with the output."""
        done = subprocess.run(
            [*self.enter, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors='replace',
            timeout=60,
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f'{" ".join(command)} on {self.name} ended with {done.returncode}: {done.stdout}')
        return done.stdout

    def put(self, path: str, content: str | bytes, mode: int = 0o644) -> None:
        """Write a file of the host, and its directories."""
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(mode)

    def make_servers(self) -> None:
        """Give the host its InfoPrint servers anew: empty working directories, owned by the print user."""
        shutil.rmtree(self.path('/var/pd'))
        self.path('/var/pd').mkdir()
        for server in self.plan.servers:
            directory = self.path(f'/var/pd/{server}')
            directory.mkdir()
            os.chown(directory, layer.USERS[layer.PRINT_USER], layer.USERS[layer.PRINT_USER])

    @property
    def variables(self) -> dict[str, t.Any]:
        """The host's variables for an inventory: how to log in and to become root."""
        become: dict[str, dict[str, t.Any]] = {
            'root': {'ansible_user': 'root'},
            'sudo': {'ansible_user': layer.SUDO_USER, 'ansible_become': True},
            'su': {
                'ansible_user': layer.SU_USER,
                'ansible_become': True,
                'ansible_become_method': 'su',
                'ansible_become_password': layer.ROOT_PASSWORD,
            },
        }
        return {'ansible_host': self.address, **become[self.plan.login]}


class Fleet:
    """Print hosts, by name, and a mail host, up between `with` and its end. Raises RuntimeError when they don't start.

    The authority, and the mail server's certificate by it, are made anew; `variables` are what all hosts have in common.
    """

    def __init__(self, plans: t.Mapping[str, Plan]) -> None:
        if not 0 < len(plans) <= MOST_HOSTS or MAIL_HOST in plans:
            raise ValueError(f'1 to {MOST_HOSTS} hosts, none of them called {MAIL_HOST}')
        self.hosts = {
            name: Host(self, name, f'10.213.1.{number}', plan) for number, (name, plan) in enumerate(plans.items(), start=1)
        }
        self._mail_host = Host(self, MAIL_HOST, MAIL_ADDRESS, Plan(servers=(), size='512m'))
        self.authority = Authority('Fleet CA')
        self.pids: dict[str, int] = {}
        self.directory = pathlib.Path()
        self.postfix: Postfix
        self._stack = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> Fleet:
        with contextlib.ExitStack() as stack:
            # Below /tmp: the path of ssh's control socket has room for about 100 characters.
            self.directory = pathlib.Path(tempfile.mkdtemp(prefix='infoprint-fleet-', dir='/tmp'))
            self.directory.chmod(0o755)
            stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
            self._make_keys()
            self._start(stack)
            for host in self.hosts.values():
                host.make_servers()
            identity = self.authority.issue([MAIL_NAME, MAIL_ADDRESS])
            self.postfix = stack.enter_context(
                Postfix(
                    identity.certificate_pem,
                    identity.key_pem,
                    MAIL_NAME,
                    Place(MAIL_ADDRESS, '10.213.0.0/16', MAIL_PORTS, self._mail_host.path('/'), self._mail_host.enter),
                )
            )
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def __getitem__(self, name: str) -> Host:
        return self.hosts[name]

    @property
    def proc(self) -> pathlib.Path:
        """/proc as the fleet's own namespaces have it: the numbers in `pids` count there."""
        return pathlib.Path(f'/proc/{self.supervisor}/root/proc')

    @property
    def supervisor(self) -> int:
        """The process that holds the fleet, as this machine numbers it: the only child of the `unshare` that we started."""
        return int(pathlib.Path(f'/proc/{self._process.pid}/task/{self._process.pid}/children').read_text())

    def namespaces(self, *names: str) -> tuple[str, ...]:
        """Return the words in front of a command that is to run in the controller's namespaces."""
        return ('nsenter', '--target', str(self.supervisor), *(f'--{name}' for name in names), '--')

    @property
    def controller(self) -> tuple[str, ...]:
        """The words in front of a command that is to run on the controller: it sees the fleet's network and no other."""
        return self.namespaces('net', 'pid')

    @property
    def variables(self) -> dict[str, t.Any]:
        """The variables that all hosts have in common: how to reach them."""
        return {
            'ansible_connection': 'ssh',
            'ansible_ssh_private_key_file': str(self.directory / 'key'),
            'ansible_ssh_common_args': f'-F /dev/null -o UserKnownHostsFile={self.directory}/known_hosts -o IdentitiesOnly=yes',
            'ansible_control_path_dir': str(self.directory / 'cp'),
        }

    def inventory(self, **more: t.Any) -> dict[str, t.Any]:
        """Return inventory data: all hosts in the group print_servers; `more` are further variables of the group."""
        hosts = {name: host.variables for name, host in self.hosts.items()}
        return {'print_servers': {'hosts': hosts, 'vars': {**self.variables, **more}}}

    def disconnect(self) -> None:
        """End the connections that ssh keeps open between runs (ControlPersist)."""
        for control in (self.directory / 'cp').glob('*'):
            if control.is_socket():
                subprocess.run(
                    [*self.controller, 'ssh', '-F', '/dev/null', '-o', f'ControlPath={control}', '-O', 'exit', 'any'],
                    stdin=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=STOP_SECONDS,
                    check=False,
                )

    def link(self, host: Host, state: str) -> None:
        """Pull a host's network cable ('down') or plug it in again ('up')."""
        subprocess.run([*self.controller, 'ip', 'link', 'set', host.name, state], stdin=subprocess.DEVNULL, check=True)

    def _make_keys(self) -> None:
        (self.directory / 'cp').mkdir(mode=0o700)
        for name in ('host_key', 'key'):
            subprocess.run(
                ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'fleet', '-f', str(self.directory / name)],
                stdin=subprocess.DEVNULL,
                check=True,
            )
        shutil.copy(self.directory / 'key.pub', self.directory / 'authorized_keys')
        (self.directory / 'known_hosts').write_text(f'* {(self.directory / "host_key.pub").read_text()}')

    def _start(self, stack: contextlib.ExitStack) -> None:
        self._process = subprocess.Popen(
            [*NAMESPACES, sys.executable, '-B', str(SUPERVISOR)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd='/',
            env={'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'},
        )
        stack.callback(self._stop)
        request = json.dumps(
            {
                'directory': str(self.directory),
                'network': NETWORK,
                'hosts': [_as_asked(host) for host in (self._mail_host, *self.hosts.values())],
            }
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f'{request}\n'.encode())
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "its supervisor ended"}')
        if 'error' in answer:
            raise RuntimeError(f'the fleet did not start: {answer["error"]}')
        self.pids = answer['pids']

    def _stop(self) -> None:
        """End the fleet: its supervisor ends when its standard input does, and with it all the rest."""
        self._process.communicate(timeout=STOP_SECONDS)


def _as_asked(host: Host) -> dict[str, t.Any]:
    """Return what the supervisor has to know of a host."""
    python = host.plan.python or pathlib.Path('/usr/bin/python3')
    visible = {path for path in (_prefix(python), *host.plan.visible) if _hidden(path)}
    return {
        'name': host.name,
        'address': host.address,
        'python': str(python),
        'size': host.plan.size,
        'visible': sorted(map(str, visible)),
    }


def _hidden(path: pathlib.Path) -> bool:
    """Whether a host does not see this directory in its root anyway."""
    return path.stat().st_dev != pathlib.Path('/').stat().st_dev or any(path.is_relative_to(f'/{name}') for name in layer.EMPTY)


@functools.cache
def _prefix(python: pathlib.Path) -> pathlib.Path:
    said = subprocess.run(
        [str(python), '-c', 'import sys; print(sys.base_prefix)'],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return pathlib.Path(said.strip())


def mixed(count: int, pythons: t.Iterable[pathlib.Path], most_servers: int = 6) -> dict[str, Plan]:
    """Return the plans of a fleet as one finds it: Pythons and ways to become root in turn, 1 to `most_servers` servers."""
    interpreters: list[pathlib.Path | None] = [*pythons] or [None]
    return {
        f'print{number + 1:02}': Plan(
            interpreters[number % len(interpreters)],
            LOGINS[number % len(LOGINS)],
            tuple(f'spl{server + 1}' for server in range(1 + number % most_servers)),
        )
        for number in range(count)
    }
