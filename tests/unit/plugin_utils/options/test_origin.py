# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a variable was written, as far as core remembers it."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.printops.infoprint.plugins.plugin_utils.options.origin import origin, with_origin

HOSTS = """\
sendmemo_tls_hostname: localhost
sendmemo_tls_servers:
  - name: spl1
  - name: spl2
    smtp_prot: mail
"""


@pytest.fixture
def variables(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / 'hosts.yml'
    path.write_text(HOSTS)
    loaded: dict[str, t.Any] = DataLoader().load_from_file(str(path))
    return loaded


@pytest.mark.parametrize(
    ('name', 'number', 'key', 'place'),
    [
        pytest.param('sendmemo_tls_hostname', None, None, 'hosts.yml, line 1', id='a variable'),
        pytest.param('sendmemo_tls_servers', '1', 'smtp_prot', 'hosts.yml, line 5', id='a key of an entry'),
        pytest.param('sendmemo_tls_servers', '1', 'no_such', 'hosts.yml, line 4', id='the entry, if it has no such key'),
        pytest.param('sendmemo_tls_servers', '7', None, 'hosts.yml, line 3', id='the list, if it has no such entry'),
        pytest.param('sendmemo_tls_ca_src', None, None, '', id='a variable that is not set'),
    ],
)
def test_a_variable_has_a_place(variables: dict[str, t.Any], name: str, number: str | None, key: str | None, place: str) -> None:
    assert origin(variables, name, number, key) == place


def test_a_message_begins_with_the_place_of_the_variable_that_it_names(variables: dict[str, t.Any]) -> None:
    assert with_origin('sendmemo_tls_servers[1].smtp_prot is wrong', variables) == (
        'hosts.yml, line 5: sendmemo_tls_servers[1].smtp_prot is wrong'
    )


@pytest.mark.parametrize('message', ['sendmemo_tls_mode is wrong', 'all is wrong'], ids=['not set', 'no variable'])
def test_a_message_without_a_known_place_stays_as_it_is(variables: dict[str, t.Any], message: str) -> None:
    assert with_origin(message, variables) == message


def test_a_value_that_was_not_written_in_a_file_has_no_place() -> None:
    assert origin({'sendmemo_tls_mode': '0644'}, 'sendmemo_tls_mode') == ''
