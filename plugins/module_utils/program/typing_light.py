# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Stands in for `typing` on a host, where nobody checks types.

To import `typing` and to evaluate annotations with it would be a fifth of what starting the program costs. The controller puts
this module's name in place of `typing` in the sources that it sends (`plugin_utils/target/program.py`).
"""

from operator import itemgetter


class _Type:
    """What every type and every generic of one is."""

    def __getitem__(self, _types):
        return self


AbstractSet = Any = Callable = Container = Dict = Iterable = Iterator = List = Mapping = Match = _Type()
Optional = Sequence = Set = Tuple = Union = Any
TYPE_CHECKING = False


class NamedTuple(tuple):
    """As `typing.NamedTuple`, as far as the target half uses it, and made without `exec`, which takes longest there."""

    __slots__ = ()
    _fields = ()  # type: tuple[str, ...]
    _field_defaults = {}  # type: dict[str, object]

    def __init_subclass__(cls):
        cls._fields = tuple(cls.__annotations__)
        cls._field_defaults = {name: cls.__dict__[name] for name in cls._fields if name in cls.__dict__}
        for place, name in enumerate(cls._fields):
            setattr(cls, name, property(itemgetter(place)))

    def __new__(cls, *values, **named):
        left = cls._fields[len(values) :]
        found = dict(cls._field_defaults, **named)
        wrong = [name for name in named if name not in left] + [name for name in left if name not in found]
        if wrong or len(values) > len(cls._fields):
            raise TypeError('%s: missing or unexpected: %s' % (cls.__name__, wrong or values))
        return tuple.__new__(cls, values + tuple([found[name] for name in left]))

    def __repr__(self):
        return '%s(%s)' % (type(self).__name__, ', '.join('%s=%r' % field for field in zip(self._fields, self)))

    def _replace(self, **named):
        return type(self)(**dict(zip(self._fields, self), **named))

    def _asdict(self):
        return dict(zip(self._fields, self))
