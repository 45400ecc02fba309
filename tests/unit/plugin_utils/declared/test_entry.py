# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a server's entry declares: settings by keyword, and trust files from the controller, as they are or joined."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import trust_file_name
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import KEYWORDS
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared import entry as declared
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.entry import (
    MAX_SOURCE,
    SourceReader,
    declared_settings,
    desired_config,
)
from support.pki import Authority

FIRST, SECOND = Authority('First CA'), Authority('Second CA')
PASSWORD = VaultSecret(b'secret')


class Action:
    """What the reader needs of an action: files of the controller, looked up in one directory."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self._loader = DataLoader()

    def _find_needle(self, _kind: str, name: str) -> str:
        self.asked.append(name)
        if not (self.folder / name).exists():
            raise AnsibleError(f'Could not find {name}')
        return str(self.folder / name)


@pytest.fixture
def action(tmp_path: pathlib.Path) -> Action:
    (tmp_path / 'first.pem').write_bytes(FIRST.pem)
    (tmp_path / 'second.pem').write_bytes(SECOND.pem)
    return Action(tmp_path)


@pytest.fixture
def reader(action: Action) -> SourceReader:
    return SourceReader(t.cast('t.Any', action))


def desired(reader: SourceReader, **entry: object) -> declared.DesiredConfig:
    return desired_config(entry, reader)


SETTINGS: dict[str, tuple[dict[str, t.Any], dict[str, str]]] = {
    'nothing': ({}, {}),
    'null': ({'enable_tls': None, 'hostname': None}, {}),
    'a mode by its name': ({'enable_tls': 'starttls'}, {'EnableTLS': '1'}),
    'a mode by its value': ({'enable_tls': '2'}, {'EnableTLS': '2'}),
    'a mode as a number': ({'enable_tls': 0}, {'EnableTLS': '0'}),
    'an unknown mode': ({'enable_tls': 'often'}, {'EnableTLS': 'often'}),
    'a text': ({'hostname': 'print1.example.com'}, {'Hostname': 'print1.example.com'}),
    'an empty text': ({'hostname': ''}, {'Hostname': ''}),
    'true': ({'ignore_certificate_errors': True}, {'IgnoreCertificateErrors': '1'}),
    'false': ({'cert_validation_ignore_host_name': False}, {'CertValidationIgnoreHostName': '0'}),
    'other options': ({'name': 'spl1', 'mode': '0644', 'ca_path': '/etc/ca.pem'}, {}),
}


@pytest.mark.parametrize('case', SETTINGS)
def test_options_become_settings(case: str) -> None:
    entry, expected = SETTINGS[case]
    assert declared_settings(entry) == expected


def test_settings_are_in_the_order_of_the_keywords(reader: SourceReader) -> None:
    config = desired(reader, hostname='a.b', crl_path='/etc/crl.pem', ca_src=['first.pem'], enable_tls='smtps')
    names = [keyword.name for keyword in KEYWORDS]
    assert list(config.settings) == sorted(config.settings, key=names.index)
    assert set(config.settings) == {'EnableTLS', 'CAFile', 'CrlFile', 'Hostname'}


def test_a_path_of_the_host_is_named_and_not_read(reader: SourceReader, action: Action) -> None:
    config = desired(reader, ca_path='/etc/ca.pem', ca_src=['first.pem'])
    assert (config.settings, config.trust, action.asked) == ({'CAFile': '/etc/ca.pem'}, {}, [])


@pytest.mark.parametrize('option', ['ca', 'crl'])
def test_a_file_or_a_content_gets_a_managed_name(reader: SourceReader, option: str) -> None:
    for more, source in (({'_src': ['first.pem']}, 'first.pem'), ({'_content': FIRST.pem.decode()}, f'{option}_content')):
        config = desired(reader, **{f'{option}{name}': value for name, value in more.items()})
        name = trust_file_name(option, FIRST.pem)
        assert config.trust == {name: FIRST.pem}
        assert config.sources == {name: source}
        assert list(config.settings.values()) == [name]


def test_one_file_is_taken_as_it_is(reader: SourceReader, action: Action) -> None:
    for content in (b'# a comment\n' + FIRST.pem, b'no PEM', b'', FIRST.pem * 2):
        (action.folder / f'{len(content)}.pem').write_bytes(content)
        assert reader.content([f'{len(content)}.pem']) == content


def test_of_several_files_each_certificate_is_taken_once(reader: SourceReader, action: Action) -> None:
    (action.folder / 'both.pem').write_bytes(b'# both\r\n' + SECOND.pem.replace(b'\n', b'\r\n') + FIRST.pem)
    assert reader.content(['first.pem', 'both.pem', 'second.pem']) == FIRST.pem + SECOND.pem
    config = desired(reader, ca_src=['first.pem', 'both.pem'])
    assert list(config.sources.values()) == ['first.pem, both.pem']


@pytest.mark.parametrize(
    'other',
    [b'', b'no PEM', FIRST.pem[:-30], b'-----BEGIN X-----\nMAA=\n-----END X-----\n'],
    ids=['empty', 'text', 'cut off', 'another label'],
)
def test_several_files_of_which_one_is_wrong_are_joined_as_they_are(reader: SourceReader, action: Action, other: bytes) -> None:
    (action.folder / 'other.pem').write_bytes(other)
    assert reader.content(['first.pem', 'other.pem']) == FIRST.pem + b'\n' + other


def test_a_file_is_read_once(reader: SourceReader, action: Action) -> None:
    assert reader.content(['first.pem']) == reader.content(['first.pem']) == FIRST.pem
    assert action.asked == ['first.pem']


@pytest.mark.parametrize(('size', 'is_refused'), [(MAX_SOURCE, False), (MAX_SOURCE + 1, True)], ids=['the most', 'one byte more'])
def test_a_file_is_read_up_to_a_size(reader: SourceReader, action: Action, size: int, *, is_refused: bool) -> None:
    with (action.folder / 'large.pem').open('wb') as stream:
        stream.truncate(size)
    if not is_refused:
        assert len(reader.content(['large.pem'])) == size
        return
    problem = problem_of(reader, 'large.pem')
    assert (problem.code, problem.file) == ('file_not_readable', 'large.pem')
    assert problem.hint


def problem_of(reader: SourceReader, source: str) -> t.Any:
    with pytest.raises(ProblemError) as caught:
        reader.content([source])
    return caught.value.problem


def test_a_file_that_is_not_there_is_a_problem(reader: SourceReader, action: Action) -> None:
    (action.folder / 'directory').mkdir()
    for source in ('missing.pem', 'directory'):
        problem = problem_of(reader, source)
        assert (problem.code, problem.file) == ('file_not_found', source)
        assert source in problem.message


def encrypt(action: Action, name: str) -> None:
    (action.folder / name).write_bytes(VaultLib([('default', PASSWORD)]).encrypt(FIRST.pem, PASSWORD))


def test_an_encrypted_file_is_decrypted(reader: SourceReader, action: Action) -> None:
    encrypt(action, 'vaulted.pem')
    action._loader.set_vault_secrets([('default', PASSWORD)])
    assert reader.content(['vaulted.pem']) == FIRST.pem


@pytest.mark.parametrize(
    ('secrets', 'why'),
    [
        ([], 'no vault password was given'),
        ([('default', VaultSecret(b'wrong'))], 'none of the given vault passwords decrypts it'),
    ],
    ids=['no password', 'wrong password'],
)
def test_an_encrypted_file_that_can_not_be_decrypted_says_why(
    reader: SourceReader, action: Action, secrets: list[tuple[str, VaultSecret]], why: str
) -> None:
    encrypt(action, 'vaulted.pem')
    action._loader.set_vault_secrets(secrets)
    problem = problem_of(reader, 'vaulted.pem')
    assert problem.code == 'file_not_readable'
    assert why in problem.message
    assert 'vault' in problem.hint
    assert 'BEGIN' not in problem.message
