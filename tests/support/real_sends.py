# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real sends, as far as the handshake, by the program that a target gets, on any Python; ansible-playbook is not in between."""

from __future__ import annotations

import functools
import os
import pathlib
import shlex
import socket
import ssl
import subprocess
import threading
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.send import (
    MailOptions,
    SendEntry,
    SendOptions,
    SendRequest,
)
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.send import Sent, report, terms_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.target import program
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.interpreter import Interpreter
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.send_answer import read_result

from .pki import Identity
from .pythons import target_pythons

HOST = 'localhost'
NONCE = '0123456789abcdef'
V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


class Setup(t.NamedTuple):
    """A mail server and a configuration; `ca` None is the system's store, `client_ca` whose client certificates it demands."""

    shown: Identity
    ca: bytes | None
    crl: bytes = b''
    ignore: bool = False
    lowest: ssl.TLSVersion = V12
    highest: ssl.TLSVersion = V13
    client_ca: bytes = b''
    min_tls: str = 'TLSv1.2'


class Listener:
    """A mail server for one setup: TLS at once, then as little SMTP as a handshake needs."""

    def __init__(self, setup: Setup, directory: pathlib.Path) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version, self.context.maximum_version = setup.lowest, setup.highest
        self.context.load_cert_chain(*setup.shown.write(directory, 'server'))
        if setup.client_ca:
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(cadata=setup.client_ca.decode('ascii'))
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(10)
            with self.context.wrap_socket(connection, server_side=True) as stream:
                stream.sendall(b'220 mail.example.com ESMTP\r\n')
                while stream.recv(1000):
                    stream.sendall(b'250 ok\r\n')
        except OSError:
            return


@functools.cache
def python_named(version: str) -> pathlib.Path:
    if version not in target_pythons():
        (pytest.fail if os.environ.get('CI') else pytest.skip)(f'no Python {version} was found (start the tests with make test)')
    return target_pythons()[version]


def sent(setups: t.Mapping[str, Setup], version: str, directory: pathlib.Path, crl_check: str = 'leaf') -> dict[str, Sent]:
    """Let one Python try all setups at the same time; return what is reported of each."""
    entries, listeners = [], []
    for number, setup in enumerate(setups.values()):
        working_dir = directory / f'spl{number}'
        working_dir.mkdir(parents=True)
        listeners.append(Listener(setup, working_dir))
        lines = ['EnableTLS = 2', 'Hostname = print1.example.com', f'IgnoreCertificateErrors = {int(setup.ignore)}']
        for keyword, content in (('CAFile', setup.ca), ('CrlFile', setup.crl)):
            if content:
                (working_dir / f'{keyword}.pem').write_bytes(content)
                lines.append(f'{keyword} = {keyword}.pem')
        (working_dir / 'sendmemo-ssl.cfg').write_text('\n'.join(lines) + '\n')
        entries.append(SendEntry(f'spl{number}', mail=MailOptions(HOST, listeners[-1].port)))
    results: dict[str, Sent] = {}
    for min_tls in dict.fromkeys(setup.min_tls for setup in setups.values()):
        servers = {name: entry for (name, setup), entry in zip(setups.items(), entries, strict=True) if setup.min_tls == min_tls}
        options = SendOptions('handshake', 20, min_tls, crl_check)
        request = SendRequest(str(directory), '/nonexistent', options, list(servers.values()), MailOptions())
        results.update(zip(servers, _reports(request, version), strict=True))
    for listener in listeners:
        listener.listener.close()
    return {name: results[name] for name in setups}


def _reports(request: SendRequest, version: str) -> list[Sent]:
    done = subprocess.run(
        ['/bin/sh', '-c', Interpreter(shlex.quote(str(python_named(version)))).command()],
        input=program.build('operations.send', plain(request), 60, NONCE),
        capture_output=True,
        check=False,
        timeout=90,
    )
    answer = AnswerObject(program.read_answer(done.stdout.decode(), NONCE)).child('answer')
    assert answer is not None, done
    until, terms = (
        request.options.until,
        terms_of(answer, {'warn_days': 30, 'crl_check': request.options.crl_check, 'observed': None, 'policy': {}}),
    )
    return [report(read_result(fields, until), answer, terms) for fields in answer.children('servers')]
