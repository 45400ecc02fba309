# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Corrupted DER: bytes turned over, cut off, and parts changed in a way that leaves the whole well-formed (X.690); and
answers with values of a wrong kind."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import der as asn1

OCTET_STRING, CONSTRUCTED = 0x04, 0x20


class Node:
    """An element with its parts; one without parts has its content. The value of an extension has parts too."""

    def __init__(self, element: asn1.Element) -> None:
        self.tag = element.tag
        self.content = element.content
        self.parts: list[Node] = []
        if element.tag & CONSTRUCTED or element.tag == OCTET_STRING:
            try:
                self.parts = [Node(one) for one in asn1.elements(element.content)]
            except ValueError:
                self.parts = []

    def __bytes__(self) -> bytes:
        return asn1.encoded(self.tag, b''.join(map(bytes, self.parts)) if self.parts else self.content)

    def nodes(self) -> t.Iterator[Node]:
        yield self
        for part in self.parts:
            yield from part.nodes()


def _with_content(content: bytes) -> t.Callable[[Node, Node, int], None]:
    def change(node: Node, _other: Node, _value: int) -> None:
        node.parts, node.content = [], content

    return change


def _with_tag(node: Node, _other: Node, value: int) -> None:
    node.tag = value & 0xFF


def _swapped(node: Node, other: Node, _value: int) -> None:
    mine, others = ((one.tag, one.parts, one.content) for one in (node, other))
    if node not in other.nodes() and other not in node.nodes():
        node.tag, node.parts, node.content = others
        other.tag, other.parts, other.content = mine


def _with_a_part_twice(node: Node, _other: Node, value: int) -> None:
    if node.parts:
        node.parts.insert(value % len(node.parts), node.parts[value % len(node.parts)])


def _without_a_part(node: Node, _other: Node, value: int) -> None:
    if node.parts:
        del node.parts[value % len(node.parts)]
        node.content = b''


CONTENTS = {
    'empty content': b'',
    'half a number': b'\x81',
    'ones': b'\xff' * 20,
    'zeros': bytes(3),
    'long content': b'\x7f' * 200,
    'a NULL inside': b'\x05\x00',
    'control characters': '\u202e\n\x1b[2Jä'.encode(),
    'impossible date': b'99999999999999Z',
}
# What is done to a node, with another one and a number.
TO_NODES: tuple[t.Callable[[Node, Node, int], None], ...] = (
    *map(_with_content, CONTENTS.values()),
    _with_tag,
    _swapped,
    _with_a_part_twice,
    _without_a_part,
)


def _turned(data: bytes, place: int, value: int) -> bytes:
    return data[:place] + bytes((data[place] ^ (value & 0xFF or 1),)) + data[place + 1 :]


def _cut(data: bytes, place: int, _value: int) -> bytes:
    return data[:place]


def _with_length(data: bytes, place: int, value: int) -> bytes:
    return data[:place] + (b'\x84\xff\xff\xff\xff', b'\x80', b'\x89' + b'\xff' * 9)[value % 3] + data[place + 1 :]


TO_BYTES: tuple[t.Callable[[bytes, int, int], bytes], ...] = (_turned, _cut, _with_length)
KINDS = len(TO_NODES) + len(TO_BYTES)
NAMES = [*CONTENTS, *(function.__name__.replace('_', ' ').strip() for function in (*TO_NODES[len(CONTENTS) :], *TO_BYTES))]


def mutated(data: bytes, kind: int, place: int, value: int) -> bytes:
    """Return DER, corrupted in one way: `kind` is below KINDS, `place` and `value` are any numbers. What is no DER stays."""
    if kind >= len(TO_NODES):
        return TO_BYTES[kind - len(TO_NODES)](data, place % len(data), value) if data else data
    try:
        whole = Node(asn1.elements(data)[0])
    except (ValueError, IndexError):
        return data
    nodes = list(whole.nodes())
    TO_NODES[kind](nodes[place % len(nodes)], nodes[value % len(nodes)], value)
    return bytes(whole)


# What an answer may contain where something else is meant.
MALFORMED_VALUES: tuple[t.Any, ...] = (
    None,
    True,
    False,
    -1,
    0,
    1 << 36,
    1 << 53,
    1 << 70,
    0.5,
    float('nan'),
    '',
    'x' * 2000,
    '\u202e\x1b[2J\n',
    '\ud800',
    '{{ 1 }}',
    'MAA=',
    '====',
    [],
    [None],
    [[]],
    ['x'],
    [{}],
    {},
    {'': ''},
    {'code': 'expired'},
    'none',
    'sent',
    'error',
    'certificate',
    'warning',
)


def corrupted(answer: t.Any, place: int, value: int) -> t.Any:
    """Return an answer with one of its values, at any depth, replaced by a malformed one, or left out."""
    changed = copy.deepcopy(answer)
    places = list(_places(changed))
    if not places:
        return changed  # nothing is left of it
    holder, key = places[place % len(places)]
    if value % (len(MALFORMED_VALUES) + 1) == len(MALFORMED_VALUES):
        del holder[key]
    else:
        holder[key] = copy.deepcopy(MALFORMED_VALUES[value % (len(MALFORMED_VALUES) + 1)])
    return changed


def _places(value: t.Any) -> t.Iterator[tuple[t.Any, t.Any]]:
    """Yield each object and list in a value with each key or index that it has."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()):
        yield value, key
        yield from _places(inner)
