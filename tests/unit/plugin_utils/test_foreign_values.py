# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Foreign values: types and bounds are checked, text is sanitized, and nothing but builtin types comes out."""

from __future__ import annotations

import importlib
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import (
    MOST_ENTRIES,
    ForeignObject,
    InvalidValue,
    kind_of,
)

Read = t.Callable[[ForeignObject], object]


class Tagged(str):
    """Text with an attribute, as ansible-core 2.19 and later give it."""

    __slots__ = ('tag',)


READERS: dict[str, Read] = {
    'text': lambda given: given.text('value'),
    'line': lambda given: given.line('value'),
    'raw': lambda given: given.raw('value'),
    'integer': lambda given: given.integer('value'),
    'flag': lambda given: given.flag('value'),
    'child': lambda given: given.child('value'),
    'items': lambda given: given.items('value'),
    'children': lambda given: given.children('value'),
    'texts': lambda given: given.texts('value'),
    'texts_by_key': lambda given: given.texts_by_key('value'),
}
ACCEPTED = {
    'text': {'text', 'line', 'raw'},
    'a number': {'integer'},
    'a fraction': set(),
    'a boolean': {'flag'},
    'a list of texts': {'items', 'texts'},
    'a list of objects': {'items', 'children'},
    'an object of texts': {'child', 'texts_by_key'},
    'an object of numbers': {'child'},
}
VALUES: dict[str, object] = {
    'text': 'a',
    'a number': 7,
    'a fraction': 1.5,
    'a boolean': True,
    'a list of texts': ['a'],
    'a list of objects': [{}],
    'an object of texts': {'a': 'b'},
    'an object of numbers': {'a': 1},
}


@pytest.mark.parametrize('kind', VALUES)
def test_a_field_is_read_as_what_it_is_and_refused_as_anything_else(kind: str) -> None:
    for name, read in READERS.items():
        given = ForeignObject({'value': VALUES[kind]}, 'it')
        if name in ACCEPTED[kind]:
            read(given)
        else:
            with pytest.raises(InvalidValue, match='value'):
                read(given)


@pytest.mark.parametrize('name', READERS)
@pytest.mark.parametrize('content', [{}, {'value': None}], ids=['absent', 'null'])
def test_what_is_absent_or_null_is_empty(name: str, content: dict[str, object]) -> None:
    assert not READERS[name](ForeignObject(content, 'it'))


@pytest.mark.parametrize('value', [None, 7, 'text', []], ids=['null', 'number', 'text', 'list'])
def test_what_is_no_object_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match='it is'):
        ForeignObject(value, 'it')


@pytest.mark.parametrize(
    'read',
    [
        pytest.param(lambda given: given.integer('big'), id='a number'),
        pytest.param(lambda given: given.integer('negative'), id='a negative number'),
        pytest.param(lambda given: given.integer('small', low=5), id='a number below the least'),
        pytest.param(lambda given: given.raw('long', 10), id='raw text'),
        pytest.param(lambda given: given.raw_texts('texts', 10), id='one of several texts'),
        pytest.param(lambda given: given.items('many'), id='a list'),
        pytest.param(lambda given: given.names(), id='a name that is no text'),
    ],
)
def test_what_is_out_of_bounds_is_refused(read: Read) -> None:
    numbers = {'big': 1 << 60, 'negative': -1, 'small': 4}
    content = {**numbers, 'long': 'a' * 11, 'texts': ['a' * 11], 'many': [0] * (MOST_ENTRIES + 1), 7: 'number'}
    with pytest.raises(InvalidValue):
        read(ForeignObject(content, 'it'))


def test_of_a_long_list_the_first_entries_can_be_read() -> None:
    given = ForeignObject({'many': [{'number': number} for number in range(MOST_ENTRIES + 1)]}, 'it')
    assert [child.integer('number') for child in given.children('many', first=2)] == [0, 1]


def test_text_is_sanitized_cut_and_on_one_line_where_that_is_asked_for() -> None:
    given = ForeignObject({'text': '\x1b[2J\na' + 'b' * 1000}, 'it')
    assert given.text('text').startswith('\\x1b[2J\na')
    assert given.line('text').startswith('\\x1b[2J ab')
    assert len(given.text('text')) == len(given.line('text')) == 512
    assert given.text('absent', 'default') == 'default'
    assert ForeignObject({'texts': {'\x07': '\x08'}}, 'it').texts_by_key('texts') == {'\\x07': '\\x08'}


def test_tagged_text_comes_out_as_builtin_text() -> None:
    given = ForeignObject({'text': Tagged('a'), 'list': [Tagged('b')], 'object': {Tagged('c'): Tagged('d')}}, 'it')
    texts = [given.text('text'), given.line('text'), given.raw('text'), *given.texts('list'), *given.raw_texts('list')]
    texts += [*given.texts_by_key('object').popitem(), *given.part('object').names()]
    assert texts == ['a', 'a', 'a', 'b', 'b', 'c', 'd', 'c']
    assert {type(text) for text in texts} == {str}


def test_tags_of_ansible_core_are_dropped() -> None:
    plain = {'text': 'a', 'list': [1], 'object': {'b': 'c'}}
    try:
        tags = importlib.import_module('ansible._internal._datatag._tags')
    except ImportError:  # before ansible-core 2.19
        given = ForeignObject(plain, 'it')
    else:
        given = ForeignObject(tags.Origin(description='a file').tag(plain), 'it')
    assert {type(given.text('text'))} == {str}
    assert given.items('list') == [1]
    assert given.texts_by_key('object') == {'b': 'c'}


KINDS = {'nothing': None, 'text': 'a', 'a boolean': True, 'a number': 7, 'a list': [], 'an object': {}, 'of an unknown type': b''}


@pytest.mark.parametrize('name', KINDS)
def test_kind_of_a_value_in_words(name: str) -> None:
    assert kind_of(KINDS[name]) == name
