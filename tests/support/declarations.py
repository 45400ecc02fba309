# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Declarations of servers as a site may write them, at random and valid; and what happens to servers between two runs."""

from __future__ import annotations

import os
import pathlib
import random
import re
import shutil
import stat
import typing as t

from .server_files import BACKUPS, CONFIG, named_in

Entry = dict[str, t.Any]


class Authorities(t.NamedTuple):
    """CAs with their CRLs, as files of the controller; a CRL has the place of its CA. `elsewhere` has them on the host."""

    cas: list[pathlib.Path]
    crls: list[pathlib.Path]
    elsewhere: pathlib.Path


def declaration(chance: random.Random, name: str, owner: str, authorities: Authorities) -> Entry:
    """Return an entry of `sendmemo_tls_servers` for a server whose working directory is `owner`'s."""
    entry: Entry = {'name': name}
    if chance.random() < 0.08:
        return {**entry, 'state': 'absent'}
    entry['enable_tls'] = chance.choice(['starttls', 'smtps', 'disabled', 0, 1, 2])
    label = ''.join(chance.choice('abcdefgh0123') for _number in range(chance.randint(1, 12)))
    entry['hostname'] = chance.choice(
        [f'{label}.example.com', f'p{label}.print.example.org', f'[192.0.2.{chance.randint(1, 254)}]', '[IPv6:2001:db8::1]', None]
    )
    for option in ('cert_validation_ignore_host_name', 'ignore_certificate_errors'):
        entry[option] = chance.choice([True, False, None, None])
    entry.update(_trust(chance, authorities))
    entry.update(_rights(chance, owner))
    return {option: value for option, value in entry.items() if value is not None}


def _trust(chance: random.Random, authorities: Authorities) -> Entry:
    number = chance.randrange(len(authorities.cas))
    entry: Entry = {}
    for kind, files in (('ca', authorities.cas), ('crl', authorities.crls)):
        way = chance.choice(['src', 'src', 'src', 'list', 'content', 'path', ''])
        file = files[number]
        if way == 'list':  # those of all CAs go together, so that each CRL has its CA
            return {'ca_src': [str(path) for path in authorities.cas], 'crl_src': [str(path) for path in authorities.crls]}
        values = {'src': str(file), 'content': file.read_text(), 'path': str(authorities.elsewhere / file.name)}
        if not way:
            break
        entry[f'{kind}_{way}'] = values[way]
    return entry


def _rights(chance: random.Random, owner: str) -> Entry:
    """Return rights with which the owner of the directory can read the set."""
    return chance.choice(
        [
            {},
            {},
            {},
            {'mode': '0640'},
            {'mode': '0600'},
            {'mode': '0444'},
            {'owner': 'root'},
            {'owner': owner, 'mode': '0400'},
            {'group': 'root'},
            {'owner': 'root', 'group': owner, 'mode': '0640'},
        ]
    )


class Drifts:
    """What may happen to a server: each of NAMES is a method, which does it to the server in `path`, of `owner`."""

    def __init__(self, path: pathlib.Path, owner: int, other: int) -> None:
        self.path = path
        self.owner = owner
        self.other = other
        self.config = path / CONFIG
        self.trust = managed_in(path)

    def a_keyword_is_changed(self) -> None:
        self.config.write_text(re.sub(r'EnableTLS = \d', 'EnableTLS = 7', self.config.read_text()))

    def a_keyword_is_commented_out(self) -> None:
        self.config.write_text(re.sub(r'^(CAFile|CrlFile)', r';\1', self.config.read_text(), flags=re.MULTILINE))

    def a_keyword_is_added(self) -> None:
        self._append('Verbose = 1\n')

    def a_keyword_is_there_twice(self) -> None:
        self._append('EnableTLS = 0\n')

    def a_line_is_no_setting(self) -> None:
        self._append('what is this\n')

    def a_comment_is_changed(self) -> None:
        self._append('# by hand\n')

    def the_configuration_is_empty(self) -> None:
        self.config.write_bytes(b'')

    def the_configuration_is_no_text(self) -> None:
        self.config.write_bytes(bytes(range(256)))

    def the_configuration_is_huge(self) -> None:
        self._append('#' * (5 << 20))

    def the_configuration_is_gone(self) -> None:
        self.config.unlink()

    def the_configuration_is_a_link(self) -> None:
        self.config.rename(self.path / 'elsewhere')
        self.config.symlink_to('elsewhere')

    def the_configuration_has_another_mode(self) -> None:
        self.config.chmod(0o606)

    def the_configuration_has_no_mode(self) -> None:
        self.config.chmod(0)

    def the_configuration_is_another_user_s(self) -> None:
        os.chown(self.config, self.other, -1)

    def the_configuration_has_another_group(self) -> None:
        os.chown(self.config, -1, self.other)

    def the_configuration_is_left_unreadable(self) -> None:
        self._leave_unreadable(self.config)

    def the_trust_file_is_left_unreadable(self) -> None:
        self._leave_unreadable(self.trust[0])

    def everything_is_left_unreadable(self) -> None:
        for path in (self.config, *self.trust):
            self._leave_unreadable(path)

    def the_trust_file_is_gone(self) -> None:
        self.trust[0].unlink()

    def the_trust_file_is_changed(self) -> None:
        self.trust[0].write_text('nothing')

    def the_trust_file_is_huge(self) -> None:
        self.trust[0].write_bytes(b'#' * (5 << 20))

    def the_trust_file_is_a_link(self) -> None:
        self.trust[0].unlink()
        self.trust[0].symlink_to(CONFIG)

    def the_trust_file_has_another_mode(self) -> None:
        self.trust[0].chmod(0o666)

    def everything_is_gone(self) -> None:
        for path in (self.config, *self.trust):
            path.unlink()

    def the_directory_is_given_away(self) -> None:
        os.chown(self.path, self.other, self.other)

    def the_directory_and_its_files_are_given_away(self) -> None:
        for path in (self.path, *self.path.iterdir()):
            os.chown(path, self.other, self.other)
        self._append('# by hand\n')

    def the_backups_are_gone_and_so_is_the_trust_file(self) -> None:
        shutil.rmtree(self.path / BACKUPS, ignore_errors=True)
        self.trust[0].unlink()

    def the_configuration_has_a_second_name(self) -> None:
        (self.path / 'copy').hardlink_to(self.config)
        self._append('# by hand\n')

    def a_staged_file_and_one_with_a_managed_name_lie_there(self) -> None:
        for name in (f'.{CONFIG}.{"0" * 16}.new', f'sendmemo-ca-{"0" * 16}.pem', f'sendmemo-crl-{"f" * 16}.pem'):
            (self.path / name).write_text('whose is this?')
        self._append('# by hand\n')

    def the_trust_files_are_another_user_s_and_the_configuration_is_changed(self) -> None:
        for path in self.trust:
            os.chown(path, self.other, self.other)
        self._append('Verbose = 1\n')

    def _append(self, text: str) -> None:
        with self.config.open('a') as stream:
            stream.write(text)

    @staticmethod
    def _leave_unreadable(path: pathlib.Path) -> None:
        with path.open('a') as stream:
            stream.write('# by root\n')
        os.chown(path, 0, 0)
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def managed_in(path: pathlib.Path) -> list[pathlib.Path]:
    """Return the managed trust files that a server's configuration names."""
    config = path / CONFIG
    return [path / name for name in named_in(config.read_bytes()) if '/' not in name] if config.exists() else []


# What takes a managed trust file, and what an owner or group that is declared would make another thing, or none.
NEED_TRUST = ('trust', 'everything', 'commented')
NEED_NO_RIGHTS = ('user_s', 'group', 'given')
NAMES = [name for name in vars(Drifts) if not name.startswith('_')]
