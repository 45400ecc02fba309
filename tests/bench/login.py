# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a login to the fleet is: the options of ssh, and what the two ends negotiate, as they themselves report it."""

from __future__ import annotations

import re
import subprocess
import typing as t

from bench.results import Login
from fleet.box import Fleet

SECONDS = 60
# What ssh -v and sshd's banner say of themselves and of what they agreed on.
SSH_LINES = {
    'client': r'Local version string SSH-2\.0-(\S+)',
    'server': r'remote software version (\S+)',
    'key_exchange': r'kex: algorithm: (\S+)',
    'host_key': r'kex: host key algorithm: (\S+)',
    'cipher': r'kex: server->client cipher: (\S+)',
}
PYINFRA_LINE = r'\bKex: (\S+)'


class UnknownLoginError(Exception):
    """A login did not say what it negotiated; the message has its output."""


def ssh(fleet: Fleet) -> list[str]:
    """Return the start of a command: ssh with the options that Ansible gets for this fleet, without a connection to share."""
    common = fleet.variables
    return ['ssh', *common['ansible_ssh_common_args'].split(), '-i', common['ansible_ssh_private_key_file'], '-o', 'User=root']


def negotiated(output: str) -> dict[str, str]:
    """Return what the output of `ssh -v` says: the fields of Login by OpenSSH. Raises UnknownLoginError."""
    return {field: _match(pattern, output) for field, pattern in SSH_LINES.items()}


def discover(fleet: Fleet, pyinfra: t.Sequence[str], version: str, environment: t.Mapping[str, str]) -> Login:
    """Log in to one host of the fleet, by OpenSSH and by pyinfra, and return what they negotiated. Raises UnknownLoginError.

    `pyinfra` is a command that logs in with all its messages, `version` the one of pyinfra and its library.
    """
    address = next(iter(fleet.hosts.values())).address
    by_ssh = negotiated(_output([*fleet.controller, *ssh(fleet), '-v', address, 'true'], environment))
    by_pyinfra = _match(PYINFRA_LINE, _output([*fleet.controller, *pyinfra], environment))
    return Login(**by_ssh, pyinfra=version, pyinfra_key_exchange=by_pyinfra)


def _output(command: t.Sequence[str], environment: t.Mapping[str, str]) -> str:
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors='replace',
        env=environment,
        timeout=SECONDS,
        check=False,
    ).stdout


def _match(pattern: str, output: str) -> str:
    found = re.search(pattern, output)
    if found is None:
        raise UnknownLoginError(f'nothing in it matches {pattern}:\n{output[-4000:]}')
    return found[1]
