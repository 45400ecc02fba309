# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a template renders is parsed again: it has exactly the declared settings, or is refused."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.template import Renderer

SETTINGS = {'EnableTLS': '1', 'Hostname': 'a.example.com'}
LINES = '{% for name, value in settings.items() %}\n{{ name }} = {{ value }}\n{% endfor %}\n'
EXPECTED = 'EnableTLS = 1\nHostname = a.example.com\n'
SERVER = {'name': 'spl1', 'working_dir': '/var/pd/spl1'}


class Action:
    """What rendering needs of an action: its loader and templar, and templates in one directory."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._loader = DataLoader()
        self._templar = Templar(loader=self._loader)

    def _find_needle(self, _kind: str, name: str) -> str:
        return str(self.folder / name)


@pytest.fixture
def render(tmp_path: pathlib.Path) -> t.Callable[..., tuple[bytes, list[t.Any]]]:
    def render(text: str | None, settings: dict[str, str], server: t.Any = None, **variables: t.Any) -> tuple[bytes, list[t.Any]]:
        if text is not None:
            (tmp_path / 'own.j2').write_text(text)
        action = t.cast('t.Any', Action(tmp_path))
        return Renderer(action, variables, None if text is None else 'own.j2').render(server, settings)

    return render


@pytest.mark.parametrize(
    'template, server, variables, expected',
    [
        pytest.param(LINES, None, {}, EXPECTED, id='settings'),
        pytest.param(f'# {{{{ server.name }}}}\n{LINES}', SERVER, {}, f'# spl1\n{EXPECTED}', id='server'),
        pytest.param(f'# {{{{ who }}}}\n{LINES}', None, {'who': 'us'}, f'# us\n{EXPECTED}', id='variable'),
    ],
)
def test_a_user_s_template(render: t.Any, template: str, server: t.Any, variables: dict[str, str], expected: str) -> None:
    assert render(template, SETTINGS, server, **variables) == (expected.encode(), [])


def test_the_role_s_template_has_the_settings(render: t.Any) -> None:
    content, warnings = render(None, SETTINGS)
    assert b'\nEnableTLS = 1\n' in content
    assert b'\nHostname = a.example.com\n' in content
    assert warnings == []


@pytest.mark.parametrize(
    'template, words',
    [
        pytest.param('EnableTLS = 1\n', "renders Hostname as unset, but 'a.example.com' is declared", id='a keyword is missing'),
        pytest.param(f'{LINES}CAFile = a.pem\n', "renders CAFile as 'a.pem', but unset is declared", id='one too many'),
        pytest.param('EnableTLS = 7\nHostname = a.example.com\n', 'The rendered text of', id='an invalid value'),
        pytest.param('{{ nothing.at.all }}', "can't be rendered", id='an undefined variable'),
        pytest.param('{% if %}', "can't be rendered", id='a syntax error'),
    ],
)
def test_a_template_that_renders_something_else_is_refused(render: t.Any, template: str, words: str) -> None:
    with pytest.raises(ProblemError) as error:
        render(template, SETTINGS)
    assert error.value.problem.code == 'invalid_value' or 'rendered text' in words
    assert words in error.value.problem.message


def test_a_missing_template_is_named(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ProblemError) as error:
        Renderer(t.cast('t.Any', Action(tmp_path)), {}, 'missing.j2')
    assert (error.value.problem.code, error.value.problem.file) == ('file_not_found', 'missing.j2')


def test_warnings_come_along(render: t.Any) -> None:
    _content, warnings = render(None, {'EnableTLS': '0'})
    assert [problem.code for problem in warnings] == ['tls_off']
