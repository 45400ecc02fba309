# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The metrics of CRLs. One series for each issuer: a new CRL continues it, so that alerts do not begin to wait anew."""

from __future__ import annotations

import typing as t

from .. import times
from ..crl_facts import crls
from ..model import Report
from ..observations import Expiry

Sample = tuple[dict[str, str], int]


def _of_crls(value_of: t.Callable[[Expiry, str], int | None]) -> t.Callable[[Report], t.Iterator[Sample]]:
    """Return a function that makes a sample of each issuer's CRL that has a value, at the time of the report."""

    def samples(report: Report) -> t.Iterator[Sample]:
        for name, what in crls(report).items():
            value = value_of(what, report.generated)
            if value is not None:
                yield {'name': name}, value

    return samples


CRL_METRICS: dict[str, tuple[str, t.Callable[[Report], t.Iterable[Sample]]]] = {
    'sendmemo_crl_next_update_timestamp_seconds': (
        'When the CRL in use is to be replaced (nextUpdate), in seconds since 1970; of several of one CA the first.',
        _of_crls(lambda what, _now: times.seconds(what.not_after)),
    ),
    'sendmemo_crl_this_update_timestamp_seconds': (
        'When that CRL was made (thisUpdate), in seconds since 1970.',
        _of_crls(lambda what, _now: times.seconds(what.this_update) if what.this_update else None),
    ),
    'sendmemo_crl_number': ('Its number.', _of_crls(lambda what, _now: what.number)),
    'sendmemo_crl_fetch_age_seconds': (
        'Seconds since an address of crl_url last answered with a current CRL of that CA, when the report was written.',
        _of_crls(lambda what, now: max(0, times.seconds(now) - times.seconds(what.fetched)) if what.fetched else None),
    ),
    'sendmemo_crl_stale': (
        'Whether it should have been replaced when the report was written (1), or not (0).',
        _of_crls(lambda what, now: int(what.not_after <= now)),
    ),
}
