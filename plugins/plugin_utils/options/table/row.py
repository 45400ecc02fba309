# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A row of the table of options, and the names that rows refer to.

Argument specs, documentation, the role's variables and what is sent to a target all come from the rows.
"""

from __future__ import annotations

import typing as t

CONFIG = 'sendmemo_config'
ROLLBACK = 'sendmemo_rollback'
VALIDATE = 'sendmemo_validate'
SEND = 'send_memo'
ATTRIBUTES = 'server_attributes'
DELIVERY = 'confirm_delivery'
OBSERVE = 'observe_sendmemo'
ON_HOSTS = (CONFIG, ROLLBACK, VALIDATE, SEND, ATTRIBUTES)  # with the options that all of these have
ALL = (*ON_HOSTS, DELIVERY, OBSERVE)

SAME: t.Any = object()  # the default of the row


class Module(t.NamedTuple):
    """An option as one module has it.

    `more` is added to the row's description; `version_added` is for a module that got the option later than others.
    """

    default: t.Any = SAME
    more: str = ''
    version_added: str = ''


class Variable(t.NamedTuple):
    """An option as a variable of the role. `name` is without the prefix, '' = the option's; `choices` () = the option's.

    `entry_points` () = those whose modules have the option.
    """

    name: str = ''
    default: t.Any = SAME
    more: str = ''
    choices: tuple[str, ...] = ()
    entry_points: tuple[str, ...] = ()


class Option(t.NamedTuple):
    """One option. A default of None is none.

    `in_entry` says that it is also a sub-option of a server's entry, without a default and with `aliases`; an option in
    `ENTRY_ONLY` is that alone. Options with the same word in `one_of` exclude each other. `range` has the lowest and highest
    number, `is_path` is for an absolute path of the target, `is_multiline` for a text that may have line ends, `is_secret` for
    one that is never shown. `version_added` is for an option that is younger than its modules. A description has
    paragraphs with blank lines between them, and refers to options by O(); for the role these become its variables.
    """

    name: str
    type: str
    description: str
    modules: t.Mapping[str, Module]
    role: Variable | None = None
    default: t.Any = None
    required: bool = False
    elements: str = ''
    choices: tuple[str, ...] = ()
    range: tuple[float, float] | None = None
    in_entry: bool = False
    aliases: tuple[str, ...] = ()
    one_of: str = ''
    version_added: str = ''
    is_path: bool = False
    is_multiline: bool = False
    is_secret: bool = False

    @property
    def is_entry_only(self) -> bool:
        """Whether only a server's entry has it."""
        return self.in_entry and self.name in ENTRY_ONLY

    @property
    def variable(self) -> str:
        """Return the name of the role's variable without its prefix, '' for none."""
        return (self.role.name or self.name) if self.role else ''

    @property
    def name_in_role_entry(self) -> str:
        """Return what an entry of the role's servers calls it: the name or alias that is also the variable's, '' for none."""
        if not self.in_entry:
            return ''
        return self.name if self.is_entry_only else next((n for n in (self.name, *self.aliases) if n == self.variable), '')

    @property
    def default_in_role(self) -> t.Any:
        """Return the variable's default, None for none."""
        return self.default if self.role is None or self.role.default is SAME else self.role.default

    def default_in(self, module: str) -> t.Any:
        """Return the default that a module has, None for none."""
        own = self.modules[module].default
        return self.default if own is SAME else own


ENTRY_ONLY = ('name', 'working_dir', 'state')


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a description, which blank lines separate, each in one line."""
    return [' '.join(paragraph.split()) for paragraph in text.split('\n\n') if paragraph.strip()]


def each(*modules: str, **facts: t.Any) -> dict[str, Module]:
    """Return the same for several modules."""
    return dict.fromkeys(modules, Module(**facts))
