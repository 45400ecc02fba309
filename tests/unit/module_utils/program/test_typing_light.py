# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""On a host the stand-in for `typing` does what typing does there: every class of the target half is made with both here."""

import ast
import os
import typing

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.program import typing_light

pytestmark = pytest.mark.every_python

TARGET_HALF = os.path.dirname(os.path.dirname(os.path.abspath(typing_light.__file__)))
FILES = [os.path.join(folder, name) for folder, dummy, names in os.walk(TARGET_HALF) for name in names if name.endswith('.py')]


def trees():
    for path in FILES:
        with open(path, encoding='utf-8') as file:
            yield ast.parse(file.read())


def named_tuples():
    """Return the NamedTuples of the target half: name, fields, and which of them have a default."""
    for tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and 'NamedTuple' in [getattr(base, 'id', '') for base in node.bases]:
                fields = [statement for statement in node.body if isinstance(statement, ast.AnnAssign)]
                yield node.name, [field.target.id for field in fields], [field.target.id for field in fields if field.value]


def made(base, fields, defaults):
    lines = ['    %s: int%s' % (name, ' = -1' if name in defaults else '') for name in fields]
    text = 'class Made(NamedTuple):\n%s\n\n    def twice(self):\n        return self + self\n' % '\n'.join(lines)
    scope = {'NamedTuple': base, '__name__': __name__}
    exec(text, scope)
    return scope['Made']


def test_what_the_target_half_imports_from_typing_is_there():
    names = {
        alias.name
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == 'typing' and not node.level
        for alias in node.names
    }
    assert 'NamedTuple' in names
    assert not [name for name in names if not hasattr(typing_light, name)]


@pytest.mark.parametrize(('name', 'fields', 'defaults'), sorted(named_tuples()), ids=[one[0] for one in sorted(named_tuples())])
def test_a_named_tuple_is_as_that_of_typing(name, fields, defaults):
    real, light = made(typing.NamedTuple, fields, defaults), made(typing_light.NamedTuple, fields, defaults)
    assert light._fields == real._fields
    least = len(fields) - len(defaults)
    named = {field: number for number, field in enumerate(fields)}
    for values, more in (
        (tuple(range(len(fields))), {}),
        (tuple(range(least)), {}),
        ((), named),
        (tuple(range(least)), {field: named[field] for field in fields[least:][-1:]}),
    ):
        expected, found = real(*values, **more), light(*values, **more)
        assert found == tuple(expected)
        assert repr(found) == repr(expected)
        assert [getattr(found, field) for field in fields] == list(expected)
        assert found._asdict() == dict(expected._asdict())
        assert found.twice() == expected.twice()
        assert isinstance(found._replace(**{fields[-1]: 'x'}), light)
        assert found._replace(**{fields[-1]: 'x'}) == tuple(expected._replace(**{fields[-1]: 'x'}))


@pytest.mark.parametrize('base', [typing.NamedTuple, typing_light.NamedTuple], ids=['typing', 'light'])
def test_what_does_not_fit_is_refused(base):
    pair = made(base, ['a', 'b'], ['b'])
    for values, named in (((), {}), ((), {'b': 1}), ((1, 2, 3), {}), ((1,), {'a': 1}), ((1,), {'c': 1})):
        with pytest.raises(TypeError):
            pair(*values, **named)
    with pytest.raises(AttributeError):
        pair(1).a = 2
    with pytest.raises((TypeError, ValueError)):
        pair(1)._replace(c=1)


def test_types_may_be_written_in_every_way():
    light = typing_light
    assert light.Optional[light.Dict[str, light.Callable[..., light.Union[int, 'Later']]]] is light.Any
