# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Makes up hosts and names of certificates that are near each other, so that both verdicts are frequent. Python 3.6 too."""

import random
from typing import List, NamedTuple, Tuple

HOSTS_PER_CERTIFICATE = 20

_LABELS = (
    'a',
    'b',
    'host',
    'mail',
    'example',
    'com',
    'x-y',
    'xn--mller-kva',
    '1',
    '12',
    'a1',
    '-a',
    'a-',
    'a_b',
    'A',
    'Mail',
    '*',
)
_ADDRESSES = (
    '192.0.2.1',
    '192.0.2.11',
    '1.2.3.4',
    '::1',
    '2001:db8::1',
    '::ffff:192.0.2.1',
    '2001:DB8:0:0:0:0:0:1',
    '0.0.0.0',
    '::',
)


class Case(NamedTuple):
    """A certificate's names, and hosts to look for in it."""

    dns: Tuple[str, ...]
    ip: Tuple[str, ...]
    common: Tuple[str, ...]
    hosts: Tuple[str, ...]


def make_case(source: random.Random) -> Case:
    """Return one case; the same state of `source` makes the same case."""
    base = _host(source)
    dns, common = (tuple(_pattern(source, base) for _name in range(source.choice((0, 1, 1, 2)))) for _kind in range(2))
    ip = tuple(source.choice(_ADDRESSES) for _address in range(source.choice((0, 0, 1, 2))))
    hosts = tuple(_near(source, base) for _host_number in range(HOSTS_PER_CERTIFICATE))
    return Case(dns, ip, common, hosts)


def _host(source: random.Random) -> str:
    return '.'.join(source.choice(_LABELS[:11]) for _label in range(source.choice((1, 2, 3, 3, 3, 4))))


def _pattern(source: random.Random, base: str) -> str:
    labels = base.split('.')
    place = source.randrange(len(labels))
    way = source.randrange(8)
    if way <= 2:
        labels[0] = '*'
    elif way == 3:
        labels[place] = source.choice(('*', '**', '*' + labels[place], labels[place] + '*', 'a*b', 'xn--*', '*-', ''))
    elif way == 4:
        labels = ['*'] + labels
    elif way == 5:
        labels[place] = source.choice(_LABELS)
    return _corrupted(source, '.'.join(labels))


def _near(source: random.Random, base: str) -> str:
    way = source.randrange(10)
    if way == 0:
        return source.choice(_ADDRESSES)
    labels = base.split('.')
    if way <= 4:
        labels[0] = source.choice(_LABELS)
    elif way == 5:
        labels = [source.choice(_LABELS)] + labels
    elif way == 6:
        labels = labels[1:]
    return _corrupted(source, '.'.join(labels))


def _corrupted(source: random.Random, name: str) -> str:
    """Return the name, sometimes with one character changed, added or taken away."""
    if source.random() < 0.8:
        return name.upper() if source.random() < 0.1 else name
    characters: List[str] = list(name)
    place = source.randrange(len(characters) + 1)
    characters[place : place + source.randrange(2)] = source.choice(
        ('', '.', '-', '*', '_', 'a', 'Z', '0', ' ', ':', '\xe4', '/')
    )
    return ''.join(characters)
