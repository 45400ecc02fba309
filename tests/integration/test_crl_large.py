# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A CRL of 50,000 entries for 50 hosts: what it costs the controller beside what any run over 50 hosts costs."""

from __future__ import annotations

import hashlib
import json
import pathlib
import resource
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from support.crl_server import CrlServer, body
from support.large_crl import large_crl
from support.pki import days_from_now
from support.playbook import Ansible, hosts
from support.simulated import PLUGINS

from .conftest import Pki

ENTRIES, HOSTS = 50_000, 50
SECONDS = 1.0  # of CPU time of the controller, for all hosts together
MOST_MEMORY = 40 << 10  # KiB that the largest process may have more

pytestmark = pytest.mark.serial


class Cost(t.NamedTuple):
    """The CPU time of a run without what the simulated hosts took, in seconds, and the memory of its largest process, in KiB."""

    seconds: float
    memory: int


def der(crl: x509.CertificateRevocationList) -> bytes:
    return crl.public_bytes(serialization.Encoding.DER)


def test_a_crl_of_50000_entries_costs_a_second_for_50_hosts(ansible: Ansible, pki: Pki, tmp_path: pathlib.Path) -> None:
    received = tmp_path / 'received'
    received.touch()
    with CrlServer() as points:

        def cost(crl: bytes) -> Cost:
            points.answers['/ca.crl'] = body(crl)
            seen, before = len(received.read_text()), resource.getrusage(resource.RUSAGE_CHILDREN)
            options = {
                'enable_tls': 'starttls',
                'ca_src': str(pki.ca_path),
                'crl_url': points.url(),
                'crl_cache': str(tmp_path / 'cache'),
                'servers': [{'name': 'spl1'}],
            }
            play = {'hosts': 'all', 'gather_facts': False, 'tasks': [{'printops.infoprint.sendmemo_config': options}]}
            run = ansible.playbook(
                [play],
                hosts(**{f'print{number:02}': {'ansible_connection': 'receiving'} for number in range(HOSTS)}),
                ANSIBLE_CONNECTION_PLUGINS=str(PLUGINS),
                ANSIBLE_FORKS='5',
                INFOPRINT_RECEIVED=str(received),
            )
            assert run.rc == 0, run.output
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            lines = [json.loads(line) for line in received.read_text()[seen:].splitlines()]
            assert len(lines) == HOSTS
            own = sum(line['seconds'] for line in lines)
            (kept,) = (tmp_path / 'cache').glob('*.pem')
            digest = hashlib.sha256(kept.read_bytes()).hexdigest()
            assert all(digest in line['digests'] for line in lines), 'each host got it'
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            return Cost(used - own, after.ru_maxrss)

        small = pki.authority.crl(number=1, last_update=days_from_now(-1))
        cost(small)  # fills the caches of the file system
        usual = cost(small)
        large = cost(der(large_crl(pki.authority, ENTRIES)))
        again = cost(der(large_crl(pki.authority, ENTRIES)))
    print(
        f'CPU: {usual.seconds:.2f} s, with a large CRL {large.seconds:.2f} s, another one {again.seconds:.2f} s; {usual}, {large}'
    )
    assert sum(request.target == '/ca.crl' for request in points.requests) == 4, 'once in each run'
    assert min(large.seconds, again.seconds) - usual.seconds < SECONDS
    assert large.memory - usual.memory < MOST_MEMORY
