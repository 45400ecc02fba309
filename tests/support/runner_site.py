# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A site's project, and the private data directory of ansible-runner that has it, for runs that happen on hosts of a fleet."""

from __future__ import annotations

import json
import pathlib
import shutil
import sys
import typing as t

from fleet import box

from .playbook import PROGRAMS, ROOT

COLLECTIONS = ROOT / '.venvs' / 'collections'  # `make test` puts the link to this checkout there
# What a host needs to run ansible: this checkout, the environment of the tests and the Python that it was made from.
ANSIBLE = (ROOT, PROGRAMS.parent.resolve(), pathlib.Path(sys.base_prefix))
SITE = [{'name': 'Converge and verify', 'ansible.builtin.import_playbook': 'printops.infoprint.converge'}]
FILES = '{{ inventory_dir }}/../files'
FINDS = {'PATH': f'{PROGRAMS}:/usr/bin:/bin', 'LANG': 'C.UTF-8'}


def inventory(hosts: t.Mapping[str, t.Mapping[str, t.Any]], recipient: str, **common: t.Any) -> dict[str, t.Any]:
    """Return an inventory, with the files of `make_project`. They are named by the inventory's place: the `playbook_dir` of a
    playbook that is imported from a collection is there."""
    return {
        'print_servers': {
            'hosts': dict(hosts),
            'vars': {
                'sendmemo_tls_ca_src': f'{FILES}/ca.pem',
                'sendmemo_tls_crl_src': f'{FILES}/crl.pem',
                'sendmemo_tls_smtp_host': box.MAIL_NAME,
                'sendmemo_tls_smtp_port': 587,
                'sendmemo_tls_verify_recipients': [recipient],
                **common,
            },
        }
    }


def host_variables(hosts: t.Mapping[str, box.Host]) -> dict[str, dict[str, t.Any]]:
    """Return the variables of each print host of a fleet: how to log in, and its servers."""
    return {
        name: {**host.variables, 'sendmemo_tls_servers': [{'name': server} for server in host.plan.servers]}
        for name, host in hosts.items()
    }


def make_project(fleet: box.Fleet, directory: pathlib.Path, hosts: dict[str, t.Any]) -> None:
    (directory / 'files').mkdir(parents=True)
    (directory / 'files' / 'ca.pem').write_bytes(fleet.authority.pem)
    (directory / 'files' / 'crl.pem').write_bytes(fleet.authority.crl())
    shutil.copy(fleet.directory / 'known_hosts', directory / 'files')
    (directory / 'site.yml').write_text(json.dumps(SITE))
    (directory / 'inventory').mkdir()
    (directory / 'inventory' / 'hosts.json').write_text(json.dumps(hosts))


def make_data(fleet: box.Fleet, directory: pathlib.Path, hosts: dict[str, t.Any], **environment: str) -> None:
    """Make the private data directory: `environment` is of the runs, beside what finds the collection."""
    make_project(fleet, directory / 'project', hosts)
    for name in ('inventory', 'files'):
        shutil.move(directory / 'project' / name, directory / name)
    (directory / 'env').mkdir()
    shutil.copy(fleet.directory / 'key', directory / 'env' / 'ssh_key')
    (directory / 'env' / 'envvars').write_text(json.dumps({'ANSIBLE_COLLECTIONS_PATH': str(COLLECTIONS), **FINDS, **environment}))


# How the workers reach the hosts, from the private data directory's own files.
BY_SSH = {
    'ansible_connection': 'ssh',
    'ansible_ssh_common_args': f'-F /dev/null -o UserKnownHostsFile={FILES}/known_hosts',
}
