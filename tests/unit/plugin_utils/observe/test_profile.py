# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The file of a profile: what is written is read, and nothing else."""

from __future__ import annotations

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.facts import Facts
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.observe import Observation
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.profile import (
    CHOICES,
    Profile,
    profile_of,
    read_profile,
    to_yaml,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.verdict import DIFFERS, Verdict, unknown

SMALL = b"form: 1\nproduct: InfoPrint\nversion: '4.10'\nobserved: 2026-12-01\n"


def test_what_is_written_is_read() -> None:
    readings = {name: choices[-1] for questions in CHOICES.values() for name, choices in questions.items()}
    profile = Profile(
        'InfoPrint: "x"', '4.10', '2026-12-01', 'sendmemo@{hostname}', ('TLS_AES_256_GCM_SHA384', '0x1301'), readings
    )
    assert read_profile(to_yaml(profile).encode()) == profile


def test_what_is_not_known_is_left_out() -> None:
    verdicts = (Verdict('crl_check', DIFFERS, 'chain', ()), unknown('wildcard', 'why'), Verdict('sender', DIFFERS, 'a@b', ()))
    profile = profile_of(Observation(verdicts, Facts(None, '', 'a@b', {}, True)), 'InfoPrint', '4.10', '2026-12-01')
    assert (profile.readings, profile.sender) == ({'crl_check': 'chain'}, 'a@b')
    assert read_profile(to_yaml(profile).encode()) == profile


def test_a_small_one_is_enough() -> None:
    assert read_profile(SMALL).shown() == 'InfoPrint 4.10, observed on 2026-12-01'


@pytest.mark.parametrize(
    ('data', 'message'),
    [
        pytest.param(b'', 'the profile is nothing', id='empty'),
        pytest.param(b'[]', 'the profile is a list', id='a list'),
        pytest.param(b'{', 'the profile is no YAML', id='no YAML'),
        pytest.param(b'\xff', 'the profile is no YAML', id='not UTF-8'),
        pytest.param(b'form: 2\n', 'form of the profile is not 1', id='another form'),
        pytest.param(SMALL.replace(b'2026-12-01', b'today'), 'is not a date', id='no date'),
        pytest.param(SMALL + b'crl: leaf\n', 'the profile has an unknown name: crl', id='an unknown name'),
        pytest.param(SMALL + b'trust: {crl: leaf}\n', 'trust has an unknown name: crl', id='an unknown question'),
        pytest.param(SMALL + b'trust: {crl_check: some}\n', 'crl_check is some, not one of none, leaf, chain', id='no reading'),
        pytest.param(SMALL + b'trust: {crl_check: [leaf]}\n', 'crl_check of trust is a list', id='another type'),
        pytest.param(SMALL + b'trust: leaf\n', 'trust is text', id='no group'),
        pytest.param(SMALL + b'product: other\n', 'the profile has a name twice', id='a name twice'),
        pytest.param(SMALL + b'ciphers: ["a b"]\n', 'ciphers of the profile', id='no cipher'),
        pytest.param(SMALL + b'trust: &a {}\nnames: *a\n', 'refers to a part of itself', id='an alias'),
        pytest.param(SMALL + b'trust: ' + b'[' * 5000, 'too many parts', id='deep'),
        pytest.param(SMALL + b'ciphers: [' + b'aaa,' * 5000 + b']\n', 'too many parts', id='long'),
        pytest.param(b' ' * 70_000, 'more than 65536 bytes', id='large'),
        pytest.param(SMALL + b'trust: !!python/name:os.system {}\n', '', id='a tag'),
    ],
)
def test_what_is_not_a_profile_is_refused(data: bytes, message: str) -> None:
    if not message:  # a tag means nothing: the value is what it would be without
        assert read_profile(data).readings == {}
        return
    with pytest.raises(InvalidValue, match=message):
        read_profile(data)
