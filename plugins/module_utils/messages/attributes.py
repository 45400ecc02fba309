# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The messages of server_attributes: the desired attributes of servers, and those that they had and have."""

from typing import Any, Dict, NamedTuple, Optional, Sequence

from ..problems import Problem

# By attribute; None = only to be read, or unset. Several values of one attribute are one text, with blanks between them.
Values = Dict[str, Optional[str]]


class AttributesEntry(NamedTuple):
    """One server and its desired attributes."""

    name: str
    attributes: Values


class AttributesRequest(NamedTuple):
    """Set the attributes of `servers` or, if there are none, of those discovered, for which `attributes` apply.

    With `check` only what would be changed is reported.
    """

    base_dir: str
    pd_bin_dir: str
    check: bool
    servers: Sequence[AttributesEntry]
    attributes: Values

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'AttributesRequest':
        return cls(**dict(data, servers=[AttributesEntry(**entry) for entry in data['servers']]))


class AttributeValue(NamedTuple):
    """An attribute as it was read; `value` None = unset."""

    name: str
    value: Optional[str] = None


class ReadAttributes(NamedTuple):
    values: Sequence[AttributeValue]


class AttributesResult(NamedTuple):
    """What was done to one server; `before` and `after` are None where the attributes could not be read."""

    name: str
    changed: bool
    problems: Sequence[Problem]
    before: Optional[ReadAttributes] = None
    after: Optional[ReadAttributes] = None


class AttributesAnswer(NamedTuple):
    servers: Sequence[AttributesResult]
