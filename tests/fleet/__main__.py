# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A fleet in a box by hand, as root: `python -m tests.fleet up`, or `python -m tests.fleet run ansible-playbook ...`.

`up` says how to reach the fleet and keeps it until Ctrl-C; `run` starts one command on its controller and ends it afterwards. The
command finds the inventory (group print_servers), the CA and CRL by variables of the inventory, and ansible's programs in PATH.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / 'tools')]

import environments  # noqa: E402  # the path above is theirs
import interpreters  # noqa: E402  # the path above is theirs
from fleet.box import MAIL_NAME, Fleet, mixed, why_not  # noqa: E402  # the path above is theirs


def write_inventory(fleet: Fleet) -> pathlib.Path:
    """Write the fleet's inventory, with what the role needs, beside its keys; return its path."""
    ca, crl, path = (fleet.directory / name for name in ('ca.pem', 'crl.pem', 'hosts.json'))
    ca.write_bytes(fleet.authority.pem)
    crl.write_bytes(fleet.authority.crl())
    inventory = fleet.inventory(
        sendmemo_tls_ca_src=str(ca),
        sendmemo_tls_crl_src=str(crl),
        sendmemo_tls_smtp_host=MAIL_NAME,
        sendmemo_tls_smtp_port=587,
        sendmemo_tls_verify_recipients=['operators@example.com'],
    )
    for name, host in fleet.hosts.items():
        inventory['print_servers']['hosts'][name]['sendmemo_tls_servers'] = [{'name': server} for server in host.plan.servers]
    path.write_text(json.dumps(inventory, indent=1))
    return path


def main() -> int:
    parser = argparse.ArgumentParser(prog='python -m tests.fleet', description='A fleet of print hosts in a box.')
    parser.add_argument('--hosts', type=int, default=12, metavar='N', help='how many print hosts (12)')
    verbs = parser.add_subparsers(dest='verb', required=True)
    verbs.add_parser('up', help='keep a fleet until Ctrl-C')
    verbs.add_parser('run', help='run one command on the controller').add_argument('command', nargs=argparse.REMAINDER)
    asked = parser.parse_args()
    if why_not():
        sys.exit(why_not())
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    with Fleet(mixed(asked.hosts, interpreters.find_pythons(os.environ).values())) as fleet:
        variables = {
            'ANSIBLE_INVENTORY': str(write_inventory(fleet)),
            'ANSIBLE_COLLECTIONS_PATH': str(environments.link_collection()),
        }
        path = f'{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}'
        if asked.verb == 'run':
            return subprocess.run(
                [*fleet.controller, *asked.command], env={**os.environ, 'PATH': path, **variables}, check=False
            ).returncode
        print(f'{len(fleet.hosts)} hosts are up. In another shell, as root:')
        print(
            f'  {shlex.join(fleet.controller)} env {shlex.join(f"{name}={value}" for name, value in variables.items())} '
            'ansible all -m raw -a hostname'
        )
        name, host = next(iter(fleet.hosts.items()))
        print(f'On {name}: {shlex.join(host.enter)} bash\nCtrl-C ends them.', flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == '__main__':
    sys.exit(main())
