# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Renders the configuration as ansible.builtin.template would, and verifies the result with our own parser."""

from __future__ import annotations

import pathlib
import typing as t

import jinja2
from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase

from ...module_utils.config.keywords import CONFIG_NAME, defaults
from ...module_utils.config.parser import parse
from ...module_utils.config.rules import check_config
from ...module_utils.problems import Problem, ProblemError
from .source_files import find, unreadable

ENVIRONMENT: dict[str, t.Any] = {}
try:
    from ansible.template import trust_as_template
except ImportError:  # before 2.19 every text is a template, and one of numbers becomes a number where jinja2_native is set
    from ansible.template import AnsibleEnvironment

    trust_as_template = None
    ENVIRONMENT['environment_class'] = AnsibleEnvironment

ROLE_TEMPLATE = pathlib.Path(__file__).resolve().parents[3] / 'roles' / 'sendmemo_tls' / 'templates' / f'{CONFIG_NAME}.j2'
# It needs nothing but Jinja2 and `settings`, so it is compiled once, before the workers are forked; templating it as a user's
# template cost each host more than all the rest of its rendering.
_ENVIRONMENT = jinja2.Environment(trim_blocks=True, keep_trailing_newline=True)  # noqa: S701  # it makes no HTML
_OWN = _ENVIRONMENT.from_string(ROLE_TEMPLATE.read_text('utf-8'))


class Renderer:
    """One template for all servers of a host.

    `name` is the user's template (None = the role's). Raises ProblemError file_not_found where it is missing.
    """

    def __init__(self, action: ActionBase, task_vars: dict[str, t.Any], name: str | None) -> None:
        self._template = _UsersTemplate(action, task_vars, name) if name else None
        self.path = self._template.path if self._template else str(ROLE_TEMPLATE)

    def render(self, server: t.Mapping[str, str] | None, settings: dict[str, str]) -> tuple[bytes, list[Problem]]:
        """Return the file's content for a server (None if servers are discovered, not named), in UTF-8, and its warnings.

        Raises ProblemError invalid_value where the template fails, or where the text, parsed again, has other settings than
        `settings` or an invalid line.
        """
        try:
            text = self._template.render(server, settings) if self._template else _OWN.render(settings=settings)
        except Exception as error:  # whatever a template and its filters may raise
            raise ProblemError(
                Problem(
                    'invalid_value',
                    f"The template {self.path} can't be rendered: {error}",
                    'Correct the template.',
                    file=self.path,
                )
            ) from None
        content = text.encode('utf-8')
        return content, self._verify(content, settings)

    def _verify(self, content: bytes, settings: dict[str, str]) -> list[Problem]:
        """Return the warnings about a rendered text. Raises ProblemError where it is invalid, or has other settings."""
        config = parse(content, self.path)
        problems = check_config(config)
        errors = [problem for problem in problems if problem.is_error]
        if errors:
            raise ProblemError(errors[0]._replace(message=f'The rendered text of {self.path} is invalid: {errors[0].message}'))
        for name in defaults():
            if config.given.get(name) != settings.get(name):
                raise ProblemError(
                    Problem(
                        'invalid_value',
                        f'The template {self.path} renders {name} as {_shown(config.given.get(name))}, '
                        f'but {_shown(settings.get(name))} is declared.',
                        'Write each keyword of settings as "Keyword = value", and no other.',
                        file=self.path,
                        keyword=name,
                    )
                )
        return problems


class _UsersTemplate:
    """A user's template, searched as core searches templates, read once. Raises ProblemError file_not_found."""

    def __init__(self, action: ActionBase, task_vars: dict[str, t.Any], name: str) -> None:
        try:
            self.path = find(action, task_vars, 'templates', name, 'template')
            self._text = action._loader.get_text_file_contents(self.path) if trust_as_template else _text_of(action, self.path)
        except (AnsibleError, OSError, UnicodeError) as error:
            raise ProblemError(unreadable(self.path, name, error, action)) from None
        self._action = action
        self._vars = task_vars
        places = [*(task_vars.get('ansible_search_path') or []), action._loader.get_basedir(), pathlib.Path(self.path).parent]
        self._searchpath = [place for folder in places for place in (f'{folder}/templates', str(folder))]

    def render(self, server: t.Mapping[str, str] | None, settings: dict[str, str]) -> str:
        """Return the text for a server. Raises whatever the template and its filters raise."""
        variables = {**self._vars, 'settings': settings}
        variables.pop('server', None)
        if server is not None:
            variables['server'] = dict(server)
        templar = self._action._templar.copy_with_new_env(
            **ENVIRONMENT, searchpath=self._searchpath, available_variables=variables
        )
        overrides = {'trim_blocks': True, 'lstrip_blocks': False}
        if trust_as_template:
            return str(templar.template(trust_as_template(self._text), escape_backslashes=False, overrides=overrides) or '')
        return str(
            templar.do_template(self._text, preserve_trailing_newlines=True, escape_backslashes=False, overrides=overrides)
        )


def _shown(value: str | None) -> str:
    return 'unset' if value is None else repr(value)


def _text_of(action: ActionBase, path: str) -> str:
    real = action._loader.get_real_file(path)  # a vaulted template is decrypted into a temporary file
    try:
        return pathlib.Path(real).read_text('utf-8')
    finally:
        action._loader.cleanup_tmp_file(real)
