# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which of two CRLs is the newer one, on every Python of a target; and no bytes make the reader fail."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.trust.crl_head import read_head, read_name
from support.crl_der import crl_der, name_der, tlv

CA, OTHER = name_der('Mail CA'), name_der('Other CA')
NOW = '20261201120000'


def head(this_update='261201000000', next_update='261208000000', number=7, key_id=b'key', issuer=CA):
    return read_head(crl_der(issuer, this_update, next_update, number, key_id))


def test_a_head_is_read():
    found = head()
    assert (found.this_update, found.next_update) == ('20261201000000', '20261208000000')
    assert (found.number, found.key_id, found.issuer) == (7, b'key', read_name(CA))


def test_what_is_optional_may_be_absent():
    found = read_head(crl_der(CA, '20500101000000'))
    assert (found.this_update, found.next_update, found.number, found.key_id) == ('20500101000000', '', None, None)


def test_a_year_of_two_digits_is_of_this_century_or_the_last():
    assert head(this_update='500101000000').this_update == '19500101000000'


def test_a_long_list_is_not_read_entry_by_entry():
    assert read_head(crl_der(CA, '261201000000', '261208000000', 300, b'key', entries=5000)).number == 300


@pytest.mark.parametrize(
    'other, same',
    [
        pytest.param({}, True, id='the same'),
        pytest.param({'issuer': name_der('MAIL  ca', 0x13)}, True, id='another case, blanks and kind of string'),
        pytest.param({'issuer': OTHER}, False, id='another name'),
        pytest.param({'key_id': b'new'}, False, id='another key'),
        pytest.param({'key_id': None}, True, id='no key is named'),
    ],
)
def test_crls_of_the_same_ca(other, same):
    assert head().is_of_same_ca(head(**other)) is same


@pytest.mark.parametrize(
    'new, installed, older',
    [
        pytest.param({}, {}, False, id='the same'),
        pytest.param({'this_update': '261130000000'}, {}, True, id='an earlier thisUpdate'),
        pytest.param({'this_update': '20261130000000'}, {}, True, id='an earlier one, as GeneralizedTime'),
        pytest.param({'number': 6}, {}, True, id='a lower number'),
        pytest.param({'number': 6, 'this_update': '261201110000'}, {}, True, id='later, with a lower number'),
        pytest.param({'number': 8}, {}, False, id='a higher number'),
        pytest.param({'number': None}, {}, False, id='no number'),
        pytest.param({'number': 256}, {'number': 255}, False, id='a longer number'),
        pytest.param({}, {'this_update': '261202000000'}, False, id='the installed one lies in the future'),
        pytest.param({'number': 1}, {'next_update': '261201110000'}, False, id='the installed one has expired'),
        pytest.param({'this_update': '261130000000'}, {'next_update': '261201110000'}, True, id='expired, but later'),
    ],
)
def test_older_ones(new, installed, older):
    assert head(**new).is_older_than(head(**installed), NOW) is older


@pytest.mark.parametrize(
    'der',
    [
        pytest.param(b'', id='nothing'),
        pytest.param(crl_der(CA, '261201000000')[:40], id='cut short'),
        pytest.param(crl_der(CA, '2612010000'), id='a date that is none'),
        pytest.param(tlv(0x30, tlv(0x30)), id='an empty list'),
        pytest.param(tlv(0x30, tlv(0x30, b'\x00' * 4000)), id='too many elements'),
        pytest.param(crl_der(b'\x02\x01\x00', '261201000000')[:-1], id='no name'),
    ],
)
def test_something_else_is_no_crl(der):
    assert read_head(der) is None


@example(b'', 1, b'\x00')
@given(st.binary(max_size=200), st.integers(0, 60), st.binary(max_size=4))
def test_no_bytes_make_it_fail(noise, place, change):
    whole = crl_der(CA, '261201000000', '261208000000', 7, b'key')
    for der in (noise, whole[:place] + change + whole[place + len(change) :]):
        found = read_head(der)
        assert found is None or len(found.this_update) == 14
