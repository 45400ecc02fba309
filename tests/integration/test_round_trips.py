# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the budget says: one round trip, and one start of Python, to converge and verify a host, however many servers it has."""

from __future__ import annotations

import pathlib
import sys
import typing as t

import pytest

from support.mail_server_process import MailServer
from support.steps import Playbook
from support.together import together

pytestmark = pytest.mark.every_core

# In ssh's place: notes that it was started, and does on this host what it was to do on another. What core asks ssh about
# itself (`ssh -o ControlPersist`) reaches no host.
SSH = """\
#!/bin/sh
[ $# -gt 2 ] || exec ssh "$@"
for last; do :; done
echo command >> "$0.log"
exec /bin/sh -c "$last"
"""

# In Python's place: notes that it was started.
PYTHON = """\
#!/bin/sh
echo start >> "$0.log"
exec {python} "$@"
"""


class Host:
    """A print host with so many servers."""

    def __init__(self, tmp_path: pathlib.Path, mail_server: MailServer, servers: int) -> None:
        names = [f'spl{number}' for number in range(1, servers + 1)]
        for name in names:
            (tmp_path / 'pd' / name).mkdir(parents=True)
        self.ssh = tmp_path / 'ssh'
        self.ssh.write_text(SSH)
        self.ssh.chmod(0o755)
        self.python = tmp_path / 'python'
        self.python.write_text(PYTHON.format(python=sys.executable))
        self.python.chmod(0o755)
        self.variables: dict[str, t.Any] = {
            'ansible_connection': 'ssh',
            'ansible_ssh_executable': str(self.ssh),
            'ansible_python_interpreter': str(self.python),
            'sendmemo_tls_base_dir': str(tmp_path / 'pd'),
            'sendmemo_tls_servers': [{'name': name} for name in names],
            'sendmemo_tls_enable_tls': 'disabled',
            'sendmemo_tls_verify': 'handshake',
            'sendmemo_tls_smtp_host': '127.0.0.1',
            'sendmemo_tls_smtp_port': mail_server.ports['plain'],
        }

    async def round_trips(self, playbook: str, *arguments: str, restarts: int = 0, **variables: t.Any) -> int:
        """Run a playbook; return how often a command was run on the host. All but `restarts` of them start Python once."""
        logs = [program.with_name(f'{program.name}.log') for program in (self.ssh, self.python)]
        for log in logs:
            log.unlink(missing_ok=True)
        run = await Playbook(playbook, *arguments, **{**self.variables, **variables})
        assert run.rc == 0, run.output
        commands, starts = (len(log.read_text().splitlines()) for log in logs)
        assert starts == commands - restarts
        return commands


@pytest.mark.parametrize('servers', [1, 8], ids=['a server', '8 servers'])
@together(Host)
async def test_one_for_the_whole_job(host: Host) -> None:
    found = {
        'check, before the first run': await host.round_trips('converge', '--check', '--diff'),
        'first run, tried before the commit': await host.round_trips('converge', '--diff'),
        'without change': await host.round_trips('converge'),
        'without change, converged alone': await host.round_trips('converge', '--tags', 'configure'),
        'a change, converged alone': await host.round_trips(
            'converge', '--tags', 'configure', sendmemo_tls_hostname='a.example.com'
        ),
        'a change and a restart': await host.round_trips(
            'converge', sendmemo_tls_hostname='b.example.com', sendmemo_tls_restart_command='true', restarts=1
        ),
        'proven alone': await host.round_trips('verify'),
        'audit': await host.round_trips('audit'),
        'rollback': await host.round_trips('rollback'),
    }
    assert found == {
        'check, before the first run': 1,
        'first run, tried before the commit': 1,
        'without change': 1,
        'without change, converged alone': 1,
        'a change, converged alone': 1,
        'a change and a restart': 2,
        'proven alone': 1,
        'audit': 2,
        'rollback': 1,
    }
