# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A profile: what an observation found of one version of the product, as a small YAML file that takes the place of assumptions.

    form: 1
    product: RICOH InfoPrint Manager for Linux
    version: 4.10.1
    observed: '2026-12-01'
    sender: 'sendmemo@{hostname}'
    ciphers: [TLS_AES_256_GCM_SHA384, ...]
    reading: {when_read: each_mail}
    trust: {default_cas: replaced, crl_check: leaf, ...}
    names: {wildcard: accepted, ...}
    session: {min_tls: TLSv1.2, ...}
    grammar: {keyword_case: sensitive, ...}

The last five have the questions of the observation and the readings that were observed. What could not be told is left out: it
is assumed. A file from elsewhere is read within bounds, and strictly: what is not known is an error.
"""

from __future__ import annotations

import re
import typing as t

import yaml

from ..foreign_values import ForeignObject, InvalidValue, one_line
from .questions.experiment import Question
from .questions.grammar import GRAMMAR
from .questions.session import SESSION
from .questions.trust import NAMES, TRUST
from .reload import WHEN_READ, WHENS

if t.TYPE_CHECKING:
    from .observe import Observation  # who reads a profile observes nothing

FORM = '1'
LARGEST = 64 << 10  # bytes
MOST_NODES = 1000
DEEPEST = 3
MOST_CIPHERS = 200
LONGEST_TEXT = 200
GROUPS: dict[str, tuple[Question, ...]] = {'trust': TRUST, 'names': NAMES, 'session': SESSION, 'grammar': GRAMMAR}
READING = 'reading'
# The readings of each question, by group.
CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    READING: {WHEN_READ: WHENS},
    **{
        group: {question.name: tuple(reading.name for reading in question.readings) for question in questions}
        for group, questions in GROUPS.items()
    },
}
TEXTS = ('product', 'version', 'observed', 'sender')
_DATE = re.compile(r'\d{4}-\d{2}-\d{2}\Z')
_CIPHER = re.compile(r'[A-Za-z0-9_-]{3,80}\Z')


class Profile(t.NamedTuple):
    """`readings` has what was observed, by the name of the question; `observed` is the day, in ISO 8601."""

    product: str
    version: str
    observed: str
    sender: str
    ciphers: tuple[str, ...]
    readings: dict[str, str]

    def shown(self) -> str:
        """Return in a few words which one it is."""
        return f'{self.product} {self.version}, observed on {self.observed}'


def profile_of(observation: Observation, product: str, version: str, observed: str) -> Profile:
    """Return what an observation found; `observed` is its day."""
    known = {name for questions in CHOICES.values() for name in questions}
    readings = {one.question: one.observed for one in observation.verdicts if one.observed and one.question in known}
    facts = observation.facts
    sender, ciphers = (facts.sender, facts.ciphers) if facts else ('', [])
    return Profile(product, version, observed, sender, tuple(ciphers[:MOST_CIPHERS]), readings)


def to_yaml(profile: Profile) -> str:
    """Return a profile as the text of its file."""
    groups = {
        group: {name: profile.readings[name] for name in questions if name in profile.readings}
        for group, questions in CHOICES.items()
    }
    texts = {name: getattr(profile, name) for name in TEXTS}
    values = {'form': FORM, **texts, 'ciphers': list(profile.ciphers), **groups}
    return yaml.safe_dump(values, sort_keys=False, width=120)


def read_profile(data: bytes) -> Profile:
    """Return the profile in a file. Raises InvalidValue, whose message names what is wrong."""
    value = ForeignObject(_load(data), 'the profile')
    if value.text('form') != FORM:
        raise InvalidValue(f'form of the profile is not {FORM}')
    _refuse_others(value, ('form', *TEXTS, 'ciphers', *CHOICES), 'the profile')
    texts = {name: value.line(name, LONGEST_TEXT) for name in TEXTS}
    if not _DATE.match(texts['observed']):
        raise InvalidValue('observed of the profile is not a date (YYYY-MM-DD)')
    return Profile(**texts, ciphers=_ciphers(value), readings=_readings(value))


def _load(data: bytes) -> object:
    """Return the value, in which every scalar is text; nothing in it is named twice or refers to another part."""
    if len(data) > LARGEST:
        raise InvalidValue(f'the profile has more than {LARGEST} bytes')
    try:
        text = data.decode('utf-8')
        _refuse_large(text)
        return yaml.load(text, _Loader)  # noqa: S506  # this loader makes texts, lists and mappings alone
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidValue(f'the profile is no YAML: {one_line(str(error), LONGEST_TEXT)}') from error


class _Loader(yaml.BaseLoader):
    """Knows texts, lists and mappings, and refuses a mapping that has a name twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[t.Hashable, t.Any]:
        names = [name.value for name, _value in node.value]
        if len(names) != len(set(map(str, names))):
            raise InvalidValue('the profile has a name twice')
        return super().construct_mapping(node, deep)


def _refuse_large(text: str) -> None:
    """Count the parts before any is made, which also keeps nesting from exhausting the stack."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, yaml.BaseLoader)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if number > MOST_NODES or depth > DEEPEST:
            raise InvalidValue('the profile has too many parts')
        if isinstance(event, yaml.AliasEvent):
            raise InvalidValue('the profile refers to a part of itself')


def _refuse_others(value: ForeignObject, known: t.Collection[str], where: str) -> None:
    unknown = [name for name in value.names() if name not in known]
    if unknown:
        raise InvalidValue(f'{where} has an unknown name: {one_line(unknown[0], 80)}')


def _ciphers(value: ForeignObject) -> tuple[str, ...]:
    names = value.raw_texts('ciphers', LONGEST_TEXT)
    if len(names) > MOST_CIPHERS or not all(map(_CIPHER.match, names)):
        raise InvalidValue('ciphers of the profile are not a list of names')
    return tuple(names)


def _readings(value: ForeignObject) -> dict[str, str]:
    readings = {}
    for group, questions in CHOICES.items():
        part = value.part(group)
        _refuse_others(part, questions, group)
        for name in part.names():
            readings[name] = reading = part.line(name, LONGEST_TEXT)
            if reading not in questions[name]:
                raise InvalidValue(f'{name} is {reading}, not one of {", ".join(questions[name])}')
    return readings
