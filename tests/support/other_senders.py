# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Mail senders that nobody here wrote, each behind a wrapper that reads sendmemo-ssl.cfg and maps it to the sender's options."""

from __future__ import annotations

import pathlib
import subprocess
import typing as t

SECONDS = 10
SENDER, RECIPIENT = 'infoprint@print17.example.net', 'operator@example.com'
MAIL = f'From: {SENDER}\nSubject: 5010-192 Message from InfoPrint server: spl1\n\n***\n'
Settings = t.Mapping[str, str]


class Mail(t.NamedTuple):
    """Where a mail goes, by which name, and the settings, in which file names are paths."""

    host: str
    address: str
    port: int
    settings: Settings

    def flag(self, option: str, keyword: str) -> list[str]:
        """Return an option with the value of a keyword, none for an empty one."""
        value = self.settings.get(keyword, '')
        return [option, value] if value else []


def curl(mail: Mail) -> list[str]:
    scheme = 'smtps' if mail.settings['EnableTLS'] == '2' else 'smtp'
    return [
        'curl',
        '--silent',
        '--max-time',
        str(SECONDS),
        *(['--ssl-reqd'] if mail.settings['EnableTLS'] != '0' else []),
        *(['--insecure'] if mail.settings.get('IgnoreCertificateErrors') == '1' else []),
        *mail.flag('--cacert', 'CAFile'),
        *mail.flag('--crlfile', 'CrlFile'),
        '--connect-to',
        f'{mail.host}:{mail.port}:{mail.address}:{mail.port}',
        '--mail-from',
        SENDER,
        '--mail-rcpt',
        RECIPIENT,
        '--upload-file',
        '-',
        f'{scheme}://{mail.host}:{mail.port}/{mail.settings["Hostname"]}',
    ]


def msmtp(mail: Mail) -> list[str]:
    mode = mail.settings['EnableTLS']
    options = {
        'host': mail.address,
        'port': mail.port,
        'domain': mail.settings['Hostname'],
        'from': SENDER,
        'auth': 'off',
        'timeout': SECONDS,
        'tls': 'off' if mode == '0' else 'on',
        'tls-starttls': 'off' if mode == '2' else 'on',
        'tls-certcheck': 'off' if mail.settings.get('IgnoreCertificateErrors') == '1' else 'on',
        'tls-host-override': mail.host,
    }
    files = {'tls-trust-file': 'CAFile', 'tls-crl-file': 'CrlFile'}
    options.update({option: mail.settings[keyword] for option, keyword in files.items() if mail.settings.get(keyword)})
    return ['msmtp', '--file=/dev/null', *(f'--{option}={value}' for option, value in options.items()), '--', RECIPIENT]


def swaks(mail: Mail) -> list[str]:
    mode = mail.settings['EnableTLS']
    verifies = mode != '0' and mail.settings.get('IgnoreCertificateErrors') != '1'
    return [
        'swaks',
        '--silent',
        '3',
        '--timeout',
        str(SECONDS),
        '--server',
        mail.address,
        '--port',
        str(mail.port),
        '--ehlo',
        mail.settings['Hostname'],
        '--from',
        SENDER,
        '--to',
        RECIPIENT,
        *{'0': [], '1': ['--tls'], '2': ['--tls-on-connect']}[mode],
        *(['--tls-verify', *mail.flag('--tls-ca-path', 'CAFile')] if verifies else []),
    ]


class OtherSender:
    """A mailer for an observation. `command` is one of the functions above."""

    def __init__(
        self, command: t.Callable[[Mail], list[str]], directory: pathlib.Path, host: str, address: tuple[str, int]
    ) -> None:
        self.working_directory = str(directory)
        self._command = command
        self._directory = directory
        self._host, self._address = host, address

    def install(self, files: t.Mapping[str, bytes]) -> None:
        for name, content in files.items():
            (self._directory / name).write_bytes(content)

    def restart(self) -> bool:
        return False

    def written(self) -> str:
        return ''

    def send(self, after: float) -> bool:
        del after
        command = self._command(Mail(self._host, *self._address, settings_in(self._directory)))
        subprocess.run(command, input=MAIL.encode(), capture_output=True, check=False, timeout=2 * SECONDS)
        return True


def settings_in(directory: pathlib.Path) -> dict[str, str]:
    """Return the settings of the configuration in a directory, with the paths of the files that it names."""
    text = (directory / 'sendmemo-ssl.cfg').read_text()
    settings = dict(line.split(' = ', 1) for line in text.splitlines() if ' = ' in line)
    files = {keyword: str(directory / settings[keyword]) for keyword in ('CAFile', 'CrlFile') if settings.get(keyword)}
    return {**settings, **files}
