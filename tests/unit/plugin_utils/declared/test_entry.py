# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a server's entry declares: settings by keyword, and trust files from the controller, as they are or joined."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import trust_file_name
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import KEYWORDS
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared import entry as declared
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.entry import declared_settings, desired_config
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.source_files import SourceReader
from support.pki import Authority

FIRST = Authority('First CA')


class Action:
    """What the reader needs of an action: files of the controller, looked up in one directory."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self._loader = DataLoader()

    def _find_needle(self, _kind: str, name: str) -> str:
        self.asked.append(name)
        return str(self.folder / name)


@pytest.fixture
def action(tmp_path: pathlib.Path) -> Action:
    (tmp_path / 'first.pem').write_bytes(FIRST.pem)
    return Action(tmp_path)


@pytest.fixture
def reader(action: Action) -> SourceReader:
    return SourceReader(t.cast('t.Any', action), {})


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
