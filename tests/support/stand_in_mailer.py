# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A stand-in for sendmemo, with a switch for every reading of every question of the observation.

The product itself is not at hand: this shows that the kit finds how a mailer behaves, not how the product does.

    python -m support.stand_in_mailer DIRECTORY HOST ADDRESS PORT SWITCHES

sends one mail with the configuration in DIRECTORY, to the mail server HOST at ADDRESS. SWITCHES is a file of JSON, which may
leave out those that are as assumed.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import socket
import struct
import typing as t

from OpenSSL import SSL

from .stand_in_config import Refused, Switches, settings_in
from .stand_in_switches import AS_ASSUMED
from .stand_in_tls import Trust, name_is_accepted, new_context

OWN_NAME = 'print17.example.net'
CONFIG, ERROR_LOG = 'sendmemo-ssl.cfg', 'error.log'
FROM = {'as_ours': 'sendmemo@{name}', 'other': 'infoprint@print17.example.net'}


class Failed(Exception):
    """A connection came to nothing."""


class TlsFailed(Failed):
    """It did in TLS."""


class NotNow(Failed):
    """The mail was refused for now."""


class StandIn:
    """Sends a mail for each `send`. `host` is the mail server's name, which is at `address`; `public` are the authorities that it
    knows without a CAFile, and `ciphers` those that it offers unless switched."""

    longest_wait = 5.0  # seconds, for a reply
    rereads_after = 20.0  # seconds, where that is how it reads its files

    def __init__(
        self,
        switches: Switches,
        directory: pathlib.Path,
        host: str,
        address: tuple[str, int],
        public: bytes = b'',
        ciphers: str = 'DEFAULT',
    ) -> None:
        self.working_directory = str(directory)
        self._switches = switches
        self._directory = directory
        self._host, self._address = host, address
        self._public, self._ciphers = public, ciphers
        self._loaded: dict[str, bytes] = {}

    def install(self, files: t.Mapping[str, bytes]) -> None:
        for old in self._directory.iterdir():
            old.unlink()
        for name, content in files.items():
            (self._directory / name).write_bytes(content)

    def restart(self) -> bool:
        self._loaded = {path.name: path.read_bytes() for path in self._directory.iterdir() if path.is_file()}
        return True

    def send(self, after: float = 0.0) -> bool:
        when = self._switches['when_read']
        if when == 'each_mail' or not self._loaded or (when == 'later' and after >= self.rereads_after):
            self.restart()
        self.send_with(self._loaded)
        return True

    def send_with(self, files: dict[str, bytes]) -> None:
        """Send a mail with these files, whichever are there now."""
        self._loaded = files
        try:
            self._send(settings_in(files[CONFIG], self._switches))
        except (Refused, Failed) as problem:
            with (self._directory / ERROR_LOG).open('a') as log:
                log.write(f'no mail was sent: {type(problem).__name__}\n')

    def written(self) -> str:
        log = self._directory / ERROR_LOG
        return log.read_text().strip() if log.exists() else ''

    def _send(self, settings: t.Mapping[str, str]) -> None:
        name = self._name(settings['Hostname'])
        trust = self._trust(settings)
        mode = settings['EnableTLS']
        if mode == '2' and self._switches['smtps'] != 'at_once':
            raise Refused
        try:
            self._try(mode, name, trust, settings)
        except TlsFailed:
            if self._switches['handshake_failed'] != 'plaintext':
                raise
            self._try('0', name, trust, settings)
        except NotNow:
            if self._switches['retry'] != 'yes':
                raise
            self._try(mode, name, trust, settings)

    def _try(self, mode: str, name: str, trust: Trust, settings: t.Mapping[str, str]) -> None:
        with socket.create_connection(self._address) as connection:
            connection.settimeout(None)  # so that OpenSSL blocks; the system still ends a wait
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', *divmod(int(self.longest_wait * 1_000_000), 1_000_000))
            )
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                _Session(self, connection, settings, trust).send(mode, name, self._from(name))
            except (OSError, SSL.Error) as error:
                raise TlsFailed from error

    def _from(self, name: str) -> str:
        return FROM[self._switches['sender']].format(name=name)

    def _name(self, hostname: str) -> str:
        if not hostname:
            return OWN_NAME
        kind = 'ehlo_ipv6' if hostname.startswith('[IPv6:') else 'ehlo_ipv4' if hostname.startswith('[') else 'ehlo_host'
        reading = self._switches[kind if '.' in hostname or ':' in hostname else 'ehlo_invalid']
        if reading == 'refused':
            raise Refused
        return hostname if reading == 'as_written' else OWN_NAME

    def _trust(self, settings: t.Mapping[str, str]) -> Trust:
        ignores = settings['IgnoreCertificateErrors'] == '1' and self._switches['ignore_certificate_errors'] == 'accepted'
        ca, crl = (self._file(settings[keyword]) for keyword in ('CAFile', 'CrlFile'))
        return Trust(ca, crl, self._public, self._ciphers, verifies=not ignores and ca != b'')

    def _file(self, path: str) -> bytes | None:
        """Return a file's content, None where none is named, b'' for one that is not there and need not be."""
        if not path:
            return None
        name = path.rpartition('/')[2]
        if name != path and self._switches['absolute_path' if path[0] == '/' else 'relative_path'] == 'refused':
            raise Refused
        if name not in self._loaded and self._switches['missing_file'] == 'refused':
            raise Refused
        return self._loaded.get(name, b'')

    def checks_name(self, settings: t.Mapping[str, str], trust: Trust) -> bool:
        ignores = settings['CertValidationIgnoreHostName'] == '1' and self._switches['ignore_host_name'] == 'accepted'
        return trust.verifies and self._switches['host_name'] == 'refused' and not ignores

    def is_for_host(self, session: SSL.Connection) -> bool:
        certificate = session.get_peer_certificate()
        return certificate is not None and name_is_accepted(certificate.to_cryptography(), self._host, self._switches)

    def may_do_without(self, question: str) -> bool:
        return self._switches[question] == 'plaintext'

    def context(self, trust: Trust) -> SSL.Context:
        return new_context(self._switches, trust)


class _Session:
    """One connection to the mail server."""

    def __init__(self, mailer: StandIn, connection: socket.socket, settings: t.Mapping[str, str], trust: Trust) -> None:
        self._mailer = mailer
        self._connection: socket.socket | SSL.Connection = connection
        self._socket = connection
        self._settings, self._trust = settings, trust
        self._read = b''

    def send(self, mode: str, name: str, sender: str) -> None:
        if mode == '2':
            self._start_tls()
        self._expect('220')
        features = self._ask(f'EHLO {name}', '250')
        if mode == '1' and self._asks_for_tls(features):
            self._start_tls()
            self._ask(f'EHLO {name}', '250')
        self._ask(f'MAIL FROM:<{sender}>', '250')
        self._ask('RCPT TO:<operator@example.com>', '250')
        self._ask('DATA', '354')
        self._ask(f'From: {sender}\r\nSubject: 5010-192 Message from InfoPrint server: spl1\r\n\r\n***\r\n.', '250')
        self._ask('QUIT', '221')

    def _asks_for_tls(self, features: str) -> bool:
        """Return whether TLS may begin; raise Failed where it may not, and has to."""
        for question, wanted in (('starttls_not_offered', 'STARTTLS' in features), ('starttls_refused', None)):
            if not (self._command('STARTTLS').startswith('220') if wanted is None else wanted):
                if self._mailer.may_do_without(question):
                    return False
                raise Failed
        return True

    def _start_tls(self) -> None:
        session = SSL.Connection(self._mailer.context(self._trust), self._socket)
        session.set_connect_state()
        session.do_handshake()
        self._connection = session
        if self._mailer.checks_name(self._settings, self._trust) and not self._mailer.is_for_host(session):
            raise TlsFailed

    def _ask(self, command: str, wanted: str) -> str:
        reply = self._command(command)
        if not reply.startswith(wanted):
            raise NotNow if reply.startswith('4') else Failed
        return reply

    def _command(self, command: str) -> str:
        self._connection.sendall(command.encode() + b'\r\n')
        return self._reply()

    def _expect(self, wanted: str) -> None:
        if not self._reply().startswith(wanted):
            raise Failed

    def _reply(self) -> str:
        lines = []
        while True:
            lines.append(self._line())
            if lines[-1][3:4] != b'-':
                return b'\n'.join(lines).decode()

    def _line(self) -> bytes:
        while b'\r\n' not in self._read:
            data = self._connection.recv(4096)
            if not data:
                raise Failed
            self._read += data
        line, _end, self._read = self._read.partition(b'\r\n')
        return line


def main() -> None:
    parser = argparse.ArgumentParser(description='A stand-in for sendmemo.')
    parser.add_argument('directory', type=pathlib.Path)
    parser.add_argument('host')
    parser.add_argument('address')
    parser.add_argument('port', type=int)
    parser.add_argument('switches', type=pathlib.Path)
    options = parser.parse_args()
    switches = {**AS_ASSUMED, **json.loads(options.switches.read_text())}
    StandIn(switches, options.directory, options.host, (options.address, options.port)).send()


if __name__ == '__main__':
    main()
