# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Texts made from the table of options: documentation of modules and role, and the role's defaults. `make reference` writes them.

They are written, not computed when they are read, since editors (the language server of Ansible) read the text of the files.
"""

from __future__ import annotations

import importlib
import re
import typing as t

from .role_examples import EXAMPLES
from .yaml_text import literal_lines, yaml_lines

PACKAGE = 'ansible_collections.printops.infoprint.plugins.plugin_utils.options'
LICENCE = """\
# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""
WRITTEN = 'Written by `make reference` from the table in plugins/plugin_utils/options/table/.'
FRAGMENTS_HEAD = f'''\
{LICENCE}"""The options in the documentation of the modules.

{WRITTEN}
"""

from __future__ import annotations


class ModuleDocFragment:
    """The options of every module, then those of each module."""
'''
DEFAULTS_HEAD = f"""\
---
# {WRITTEN}
# Every variable is explained in meta/argument_specs.yml. One without a default is left out of the configuration, which then has
# the product's own default.
"""
REFERENCE = re.compile(r'\bO\(([\w.\[\]]+)(=[^)]*)?\)')  # O(option), O(option=value), O(servers[].option)

Facts = dict[str, t.Any]


class Documentation:
    """Makes the texts from the modules of the table."""

    def __init__(self) -> None:
        self.row, self.spec, self.variables, self.role = (
            importlib.import_module(f'{PACKAGE}.{name}') for name in ('table.row', 'spec', 'variables', 'table.role')
        )

    def fragments(self) -> str:
        """Return the file of the documentation fragments: one for what all modules have, and one for each module."""
        common = [option for option in self.spec.ROWS if self._is_common(option)]
        sections = {'DOCUMENTATION': {option.name: self._common(option) for option in common}}
        for module in self.row.ALL:
            own = [option for option in self.spec.options_in(module) if not self._is_common(option)]
            sections[module.upper()] = {option.name: self._in_module(option, module) for option in own}
        return FRAGMENTS_HEAD + ''.join(
            f'\n    {name} = r"""\n{_text({"options": options})}"""\n' for name, options in sections.items()
        )

    def argument_specs(self) -> str:
        """Return the role's meta/argument_specs.yml; a variable is written once, and repeated as an alias."""
        lines = ['---', f'# {WRITTEN}', 'argument_specs:']
        known: set[str] = set()
        for name, entry_point in self.role.ENTRY_POINTS.items():
            offered = self._essential_first(self.variables.offered_in(name))
            facts = {
                'short_description': entry_point.short_description,
                'description': [self._of_role(text, offered) for text in self.row.paragraphs(entry_point.description)],
                'author': ['The printops.infoprint authors'],
                'version_added': '1.0.0',
            }
            lines += [f'  {name}:', *yaml_lines(facts, 4), *literal_lines('examples', EXAMPLES[name], 4), '    options:']
            for variable, option in offered.items():
                if variable in known:
                    lines.append(f'      sendmemo_tls_{variable}: *{variable}')
                else:
                    lines += [f'      sendmemo_tls_{variable}: &{variable}', *yaml_lines(self._in_role(option), 8)]
            known |= set(offered)
        return '\n'.join(lines) + '\n'

    def defaults(self) -> str:
        """Return the role's defaults/main.yml."""
        variables = self._essential_first(self.variables.VARIABLES)
        defaults = {name: option.default_in_role for name, option in variables.items()}
        return DEFAULTS_HEAD + _text({f'sendmemo_tls_{name}': value for name, value in defaults.items() if value is not None})

    def _essential_first(self, variables: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        first = [name for name in self.role.ESSENTIAL if name in variables]
        return {name: variables[name] for name in (*first, *variables)}

    def _is_common(self, option: t.Any) -> bool:
        """Whether all modules that work on hosts have the option, and say the same of it."""
        return (
            not option.is_entry_only and set(option.modules) >= set(self.row.ON_HOSTS) and len(set(option.modules.values())) == 1
        )

    def _common(self, option: t.Any) -> Facts:
        facts = self._in_module(option, self.row.ON_HOSTS[0])
        if option.name == 'servers':
            facts['suboptions'] = {inner.name: self._in_entry(inner) for inner in self.spec.ROWS if inner.in_entry}
        return facts

    def _in_module(self, option: t.Any, module: str) -> Facts:
        own = option.modules[module]
        texts = [*self._described(option), *self.row.paragraphs(own.more)]
        facts = {'description': texts, **self.spec.argument(option, option.default_in(module))}
        return {**facts, **_since(own.version_added or option.version_added)}

    def _in_entry(self, option: t.Any) -> Facts:
        aliases = {'aliases': list(option.aliases)} if option.aliases else {}
        return {
            'description': self._described(option),
            **self.spec.argument(option),
            **aliases,
            **_since(option.version_added),
        }

    def _in_role(self, option: t.Any) -> Facts:
        """Return what the role's specification says of a variable, the entry's sub-options included."""
        in_entry = self.variables.in_role_entry()
        texts = [*self._described(option), *self.row.paragraphs(option.role.more)]
        if option.variable in in_entry:
            texts.append('An entry of O(servers) can have its own.')
        offered = self._offered_wherever(option.variable)
        facts: Facts = {'description': [self._of_role(text, offered) for text in texts]}
        facts.update(self.variables.variable_argument(option, option.default_in_role), **_since(option.version_added))
        if option.name == 'servers':
            facts['options'] = {
                name: {
                    'description': [self._of_role(text, offered) for text in self._described(inner)],
                    **self.spec.argument(inner),
                    **_since(inner.version_added),
                }
                for name, inner in in_entry.items()
            }
        return facts

    def _described(self, option: t.Any) -> list[str]:
        texts: list[str] = self.row.paragraphs(option.description)
        limits = ['From V({:g}) to V({:g}).'.format(*option.range)] if option.range else []
        return [*texts, *limits]

    def _offered_wherever(self, variable: str) -> set[str]:
        """Return the variables that every entry point with this one has, so that its description can link to them."""
        offered = [set(self.variables.offered_in(name)) for name in self.role.ENTRY_POINTS]
        return set.intersection(*(names for names in offered if variable in names))

    def _of_role(self, text: str, offered: t.Container[str]) -> str:
        """Return a text with the role's variables in place of options; one that is not offered is not linked."""

        def variable(match: re.Match[str]) -> str:
            option, dot, inner = match[1].partition('[].')
            name = self.variables.variable_of(option)
            markup = 'O' if name.removeprefix('sendmemo_tls_') in offered else 'C'
            return f'{markup}({name}{dot}{inner}{match[2] or ""})'

        return REFERENCE.sub(variable, text)


def _since(version: str) -> Facts:
    return {'version_added': version} if version else {}


def _text(facts: Facts) -> str:
    return '\n'.join(yaml_lines(facts, 0)) + '\n'
