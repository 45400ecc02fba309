# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Dates of certificates and CRLs: in UTC whatever `cryptography` gives, and as messages and results show them."""

from __future__ import annotations

import datetime as dt
import types

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.dates import moment, timestamp, utc, utc_or_none
from support import pki

WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.timezone.utc)
NAIVE = WHEN.replace(tzinfo=None)


def test_a_date_is_shown_to_the_minute_in_messages_and_to_the_second_in_results() -> None:
    assert (moment(WHEN), timestamp(WHEN)) == ('2026-01-02 03:04 UTC', '2026-01-02T03:04:05Z')


@pytest.mark.parametrize(
    'signed',
    [
        pytest.param(types.SimpleNamespace(next_update_utc=WHEN, next_update=NAIVE), id='cryptography 42 and later'),
        pytest.param(types.SimpleNamespace(next_update=NAIVE), id='cryptography before 42'),
        pytest.param(types.SimpleNamespace(next_update=WHEN), id='date with a zone'),
    ],
)
def test_a_date_has_its_zone(signed: object) -> None:
    for date in (utc(signed, 'next_update'), utc_or_none(signed, 'next_update')):
        assert date == WHEN
        assert date is not None
        assert date.tzinfo is not None


@pytest.mark.parametrize(
    'signed',
    [types.SimpleNamespace(next_update_utc=None, next_update=None), types.SimpleNamespace(next_update=None)],
    ids=['cryptography 42 and later', 'cryptography before 42'],
)
def test_a_date_that_is_absent_is_none_or_an_error(signed: object) -> None:
    assert utc_or_none(signed, 'next_update') is None
    with pytest.raises(ValueError, match='it has no next_update'):
        utc(signed, 'next_update')


def test_a_real_certificate_has_both_dates() -> None:
    certificate = pki.Authority('Test CA').certificate
    begin, end = (utc(certificate, field) for field in ('not_valid_before', 'not_valid_after'))
    assert begin < dt.datetime.now(dt.timezone.utc) < end
