# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A run reads and reports what Alice plants in her directories within its limits, and it serves Bob's server."""

from __future__ import annotations

import base64
import json
import pathlib
import sys

import pytest

from support.owners import ALICE, BOB, Owners
from support.playbook import Ansible
from support.server_files import CONFIG, let_pass
from support.target_program import BASE, Program, record

from .conftest import Pki

HERS = [f'a{number}' for number in range(12)]
MOST_SECONDS = 20
MOST_ANSWER = 32 << 20  # bytes
MEMORY = ('prlimit', '--as=500000000')
NAMES = b'EnableTLS = 1\nCAFile = ca.pem\nCrlFile = crl.pem\n'


@pytest.fixture(scope='module')
def programs(pki: Pki, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    folder = tmp_path_factory.mktemp('recorded')
    common = {'base_dir': BASE, 'servers': [{'name': name} for name in (*HERS, 'bob')]}
    send = {**common, 'smtp_host': '127.0.0.1', 'smtp_port': 9, 'until': 'handshake', 'timeout': 3}
    declared = {**common, 'enable_tls': 'starttls', 'ca_src': str(pki.ca_path)}
    return record(
        Ansible(folder / 'controller'),
        {
            'config': {'printops.infoprint.sendmemo_config': declared, 'diff': True},
            'validate': {'printops.infoprint.sendmemo_validate': common},
            'send': {'printops.infoprint.send_memo': send},
        },
    )


def tiny_blocks(label: str) -> bytes:
    text = base64.b64encode(b'0\0').decode()
    return f'-----BEGIN {label}-----\n{text}\n-----END {label}-----\n'.encode()


CONTENTS = {
    'lines of nothing': (b'x\n' * 500_000, b''),
    'NUL bytes': (b'\0' * 1_000_000, b''),
    'as many lines as are read': (b'\1\n' * 32_000, b''),
    'keywords without end': (b''.join(b'%d = 1\n' % number for number in range(8_000)), b''),
    'one long value': (b'Hostname = ' + b'x' * 60_000, b''),
    'private keys': (NAMES, b'-----BEGIN RSA PRIVATE KEY-----\n' * 120_000),
    'other blocks': (NAMES, tiny_blocks('TRUSTED CERTIFICATE') * 60_000),
    'tiny certificates': (NAMES, tiny_blocks('CERTIFICATE') * 5_000),
    'tiny lists': (NAMES, tiny_blocks('X509 CRL') * 5_000),
}


# The slowest one takes more than half of the time that it may, and so runs alone.
SLOWEST = 'as many lines as are read'


@pytest.mark.parametrize(
    'content', [pytest.param(name, marks=[pytest.mark.serial] if name == SLOWEST else [], id=name) for name in CONTENTS]
)
def test_what_an_owner_lays_down_harms_no_other_owner(
    content: str, programs: dict[str, Program], owners: Owners, tmp_path: pathlib.Path, pki: Pki
) -> None:
    let_pass(tmp_path)
    base = tmp_path / 'pd'
    config, trust = CONTENTS[content]
    for number, name in enumerate(HERS):
        (base / name).mkdir(parents=True)
        (base / name / CONFIG).write_bytes(config)
        for file in ('ca.pem', 'crl.pem'):
            (base / name / file).write_bytes(trust + b'# %d\n' % number)
        owners.give(base / name, ALICE)
    (base / 'bob').mkdir()
    (base / 'bob' / CONFIG).write_bytes(b'EnableTLS = 1\nCAFile = ca.pem\n')
    (base / 'bob' / 'ca.pem').write_bytes(pki.authority.pem)
    owners.give(base / 'bob', BOB)
    for name, code in (('validate', None), ('send', 'connection_refused'), ('config', None)):
        answer = programs[name].run(sys.executable, base, *MEMORY, pause=False)
        assert answer.seconds < MOST_SECONDS, name
        assert len(json.dumps(answer.given)) < MOST_ANSWER, name
        bob = answer.given['answer']['servers'][-1]
        assert [one['code'] for one in bob['problems'] if one['severity'] == 'error'] == ([code] if code else []), name
    assert bob['changed'] is True
