# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The fault table through real ansible-playbook runs: no wrong ok, no wrong cause, no wrong stage, on any of four Pythons."""

from __future__ import annotations

import ctypes
import json
import os
import pathlib
import socket

import pytest
import tlslite

from support.fault_pki import Site, make_site
from support.fault_run import RESOLVER, Outcome, run_faults
from support.fault_table import FAULTS, SECTIONS
from support.playbook import Ansible
from support.pythons import first_and_last, target_pythons
from support.scripted_server import LOOPBACK, Script, ScriptedServer
from support.ssl_v3_server import SslV3Context, ssl_v3_only
from tools.fault_page import PAGE, WRITE, confusion, page

from .conftest import need

# A server that cuts the connection must be in time: before the final dot.
pytestmark = pytest.mark.serial
PYTHONS = ('3.6', '3.9', '3.11', '3.13')


class Runs:
    """The table's outcomes by Python; each is had by one playbook, when it is first asked for."""

    def __init__(self, directory: pathlib.Path) -> None:
        self._directory = directory
        self._site: Site = make_site()
        self._of: dict[str, dict[str, Outcome]] = {}

    def of(self, python: str) -> dict[str, Outcome]:
        if python not in target_pythons():
            need(f'no Python {python} was found (the tests are to be started by make test)')
        if python not in self._of:
            directory = self._directory / python
            self._of[python] = run_faults(Ansible(directory / 'controller'), directory / 'pd', self._site, python)
        return self._of[python]


@pytest.fixture(scope='module')
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    try:
        ctypes.CDLL(RESOLVER)
    except OSError:
        need(f'{RESOLVER} is not installed (Debian package libnss-wrapper)')
    return Runs(tmp_path_factory.mktemp('faults'))


@pytest.mark.parametrize('python', first_and_last('3.9', '3.11'))
def test_every_fault_is_named_by_its_cause(runs: Runs, python: str) -> None:
    outcomes = runs.of(python)
    wrong = {fault.name: differences for fault in FAULTS if (differences := outcomes[fault.name].differences(fault, python))}
    assert not wrong, json.dumps(wrong, indent=1)


def test_the_server_of_ssl_v3_speaks_it() -> None:
    """What send_memo can't try is there, and works for who can."""
    identity = make_site().shown['good rsa']
    server = ScriptedServer(Script('smtps', {}), SslV3Context(identity.certificate_pem, identity.key_pem))
    with socket.create_connection((LOOPBACK, server.port), timeout=10) as connection:
        tls = tlslite.TLSConnection(connection)
        tls.handshakeClientCert(settings=ssl_v3_only())
        assert tls.getVersionName() == 'SSL 3.0'
        assert tls.read(min=3, max=3) == b'220'
    server.close()


@pytest.mark.test_all
def test_the_page_of_the_documentation_shows_it(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    all_runs = {python: runs.of(python) for python in PYTHONS}
    with capsys.disabled():
        print('', *confusion(FAULTS, all_runs), sep='\n')
    text = page(SECTIONS, all_runs)
    if os.environ.get(WRITE):
        PAGE.write_text(text, 'utf-8')
    assert PAGE.read_text('utf-8') == text
