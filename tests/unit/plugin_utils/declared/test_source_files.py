# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Trust files of the controller: where they are looked for, as they are or joined, and what is wrong if they can't be read."""

from __future__ import annotations

import pathlib
import types
import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.entry import desired_config
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.source_files import MAX_SOURCE, ROLE, SourceReader
from support.pki import Authority

FIRST, SECOND = Authority('First CA'), Authority('Second CA')
PASSWORD = VaultSecret(b'secret')


class Action:
    """What the reader needs of an action: files of the controller, looked up in one directory."""

    _task = types.SimpleNamespace(_role=None)

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
    return SourceReader(t.cast('t.Any', action), {'inventory_dir': f'{action.folder}/inventory'})


def test_one_file_is_taken_as_it_is(reader: SourceReader, action: Action) -> None:
    for content in (b'# a comment\n' + FIRST.pem, b'no PEM', b'', FIRST.pem * 2):
        (action.folder / f'{len(content)}.pem').write_bytes(content)
        assert reader.content([f'{len(content)}.pem'], 'ca_src') == content


def test_of_several_files_each_certificate_is_taken_once(reader: SourceReader, action: Action) -> None:
    (action.folder / 'both.pem').write_bytes(b'# both\r\n' + SECOND.pem.replace(b'\n', b'\r\n') + FIRST.pem)
    assert reader.content(['first.pem', 'both.pem', 'second.pem'], 'ca_src') == FIRST.pem + SECOND.pem
    config = desired_config({'ca_src': ['first.pem', 'both.pem']}, reader)
    assert list(config.sources.values()) == ['first.pem, both.pem']


@pytest.mark.parametrize(
    'other',
    [b'', b'no PEM', FIRST.pem[:-30], b'-----BEGIN X-----\nMAA=\n-----END X-----\n'],
    ids=['empty', 'text', 'cut off', 'another label'],
)
def test_several_files_of_which_one_is_wrong_are_joined_as_they_are(reader: SourceReader, action: Action, other: bytes) -> None:
    (action.folder / 'other.pem').write_bytes(other)
    assert reader.content(['first.pem', 'other.pem'], 'ca_src') == FIRST.pem + b'\n' + other


def test_a_file_is_read_once(reader: SourceReader, action: Action) -> None:
    assert reader.content(['first.pem'], 'ca_src') == reader.content(['first.pem'], 'ca_src') == FIRST.pem
    assert action.asked == ['first.pem']


@pytest.mark.parametrize(('size', 'is_refused'), [(MAX_SOURCE, False), (MAX_SOURCE + 1, True)], ids=['the most', 'one byte more'])
def test_a_file_is_read_up_to_a_size(reader: SourceReader, action: Action, size: int, *, is_refused: bool) -> None:
    with (action.folder / 'large.pem').open('wb') as stream:
        stream.truncate(size)
    if not is_refused:
        assert len(reader.content(['large.pem'], 'ca_src')) == size
        return
    problem = problem_of(reader, 'large.pem')
    assert (problem.code, problem.file) == ('file_not_readable', 'large.pem')
    assert problem.hint


def problem_of(reader: SourceReader, source: str) -> t.Any:
    with pytest.raises(ProblemError) as caught:
        reader.content([source], 'ca_src')
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
    assert reader.content(['vaulted.pem'], 'ca_src') == FIRST.pem


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


@pytest.mark.parametrize('folder', ['inventory/files', 'inventory'], ids=['files', 'the inventory itself'])
def test_a_relative_path_is_also_looked_for_beside_the_inventory(reader: SourceReader, action: Action, folder: str) -> None:
    (action.folder / folder).mkdir(parents=True)
    (action.folder / folder / 'third.pem').write_bytes(SECOND.pem)
    assert reader.content(['third.pem'], 'ca_src') == SECOND.pem


def test_a_missing_file_says_where_it_was_looked_for(reader: SourceReader, action: Action) -> None:
    inventory = f'{action.folder}/inventory'
    assert (
        f'ca_src is nope.pem, and there is no such file on the controller. Looked for it in {inventory}/files, {inventory}'
        in (problem_of(reader, 'nope.pem').message)
    )


def test_in_the_role_its_variable_is_named(action: Action) -> None:
    action._task = types.SimpleNamespace(_role=types.SimpleNamespace(get_name=lambda: ROLE))
    reader = SourceReader(t.cast('t.Any', action), {})
    assert problem_of(reader, '/nope.pem').message == (
        'sendmemo_tls_ca_src is /nope.pem, and there is no such file on the controller.'
    )
