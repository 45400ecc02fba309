# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is said of a CRL that could not be renewed: by the age of the last success, and by what is left of the CRL's life."""

from __future__ import annotations

import datetime as dt
import typing as t

from ...module_utils.problems import Problem
from ...module_utils.vocabulary import INFO, WARNING
from ..x509.dates import moment
from ..x509.records import RevocationList
from .renewal import Cause, Renewal

HOUR = dt.timedelta(hours=1)
_NETWORK = 'Check from the controller whether the address can be reached: curl -v; with a proxy, what it answers.'
_CONTENT = 'Tell those who run the CA, or the distribution point, what it serves.'
_WAIT = 'Nothing needs to be done unless it goes on: every run tries again.'


def span(time: dt.timedelta) -> str:
    """Return a time as people count it: in minutes, hours, or from two days on in days."""
    for unit, name in ((dt.timedelta(days=1), 'day'), (HOUR, 'h'), (dt.timedelta(minutes=1), 'min')):
        number = time // unit
        if number >= (3 if name == 'day' else 1):
            return f'{number} {name}{"s" if name == "day" else ""}'
    return 'less than a minute'


def renewal_problems(renewal: Renewal, tolerance: int, now: dt.datetime, directory: str) -> list[Problem]:
    """Return the problems of a renewal. `tolerance` is in hours since the last success, `directory` where CRLs are kept.

    Nothing is said of one without a current CRL: what is in force then, each host knows (`missing_text`).
    """
    problems = []
    if renewal.unwritten:
        message = f'The CRL was fetched, but can not be kept in {directory}: {renewal.unwritten}.'
        hint = 'Let the user who runs Ansible write there, free space, or set crl_cache. Until then each run fetches it anew.'
        problems.append(Problem('write_failed', message, hint, WARNING, file=directory, keyword='CrlFile'))
    if renewal.causes and not is_out_of_date(renewal, now):
        make = _fetched_elsewhere if renewal.is_renewed else _not_renewed
        problems.append(make(renewal, tolerance, now)._replace(keyword='CrlFile'))
    return problems


def _fetched_elsewhere(renewal: Renewal, _tolerance: int, _now: dt.datetime) -> Problem:
    message = f'{causes_text(renewal.causes)}. The CRL was fetched from {renewal.url} instead.'
    return Problem('crl_fetch_failed', message, 'Repair the first address, or take it out of crl_url.', INFO)


def _not_renewed(renewal: Renewal, tolerance: int, now: dt.datetime) -> Problem:
    end = _end(renewal)
    message = f'{_failure(renewal, now)} The one in force expires in {span(end - now)}, at {moment(end)}.'
    if _is_tolerated(renewal, tolerance, now):
        return Problem('crl_fetch_failed', message, f'{_WAIT} {remedy(renewal.causes)}', WARNING)
    message += f' No fetch has succeeded for longer than the {tolerance} h that crl_tolerance allows.'
    hint = f'Have it repaired before that: then no mail is sent any more. {remedy(renewal.causes)}'
    return Problem('crl_fetch_failed', message, hint, WARNING)


def missing_text(renewal: Renewal, now: dt.datetime) -> tuple[str, str]:
    """Return what a host says of a renewal without a current CRL, before what it knows of its own one, and the hint."""
    kept = f' The one that is kept expired at {moment(_end(renewal))}.' if renewal.crls else ''
    hint = f'{remedy(renewal.causes)} Or give the current CRL as a file, with crl_src.'
    return f'{_failure(renewal, now)}{kept}', hint


def _failure(renewal: Renewal, now: dt.datetime) -> str:
    if not renewal.crls:
        return f'No CRL could be fetched: {causes_text(renewal.causes)}.'
    issuer = min(renewal.crls, key=_end_of).issuer
    return f'The CRL of {issuer} could not be renewed: {causes_text(renewal.causes)}. {_last_success(renewal, now)}'


def _end_of(crl: RevocationList) -> dt.datetime:
    return crl.next_update or dt.datetime.min.replace(tzinfo=dt.timezone.utc)


def _end(renewal: Renewal) -> dt.datetime:
    """Return when the first of the CRLs is to be replaced."""
    return min(map(_end_of, renewal.crls))


def is_out_of_date(renewal: Renewal, now: dt.datetime) -> bool:
    """Return whether there is no current CRL: none was fetched, and none is kept that has not expired."""
    return not renewal.is_renewed and (not renewal.crls or _end(renewal) <= now)


def _last_success(renewal: Renewal, now: dt.datetime) -> str:
    if renewal.fetched < 0:
        return 'When it was last fetched is not known.'
    then = dt.datetime.fromtimestamp(renewal.fetched, dt.timezone.utc)
    return f'It was last fetched at {moment(then)}, {span(max(now - then, dt.timedelta(0)))} ago.'


def _is_tolerated(renewal: Renewal, tolerance: int, now: dt.datetime) -> bool:
    return renewal.fetched >= 0 and now.timestamp() - renewal.fetched <= tolerance * HOUR.total_seconds()


def is_overdue(renewal: Renewal, tolerance: int, now: dt.datetime) -> bool:
    """Return whether a source has failed for longer than is tolerated, or its CRL has expired meanwhile, or none is known."""
    return is_out_of_date(renewal, now) or (not renewal.is_renewed and not _is_tolerated(renewal, tolerance, now))


def causes_text(causes: t.Sequence[Cause]) -> str:
    """Return the causes, each with its address, as one clause."""
    return '; '.join(f'{cause.url}: {cause.text}' for cause in causes)


def remedy(causes: t.Sequence[Cause]) -> str:
    """Return what to do: who can't be reached, and who answers nonsense, are repaired by different people."""
    return ' '.join(dict.fromkeys(_CONTENT if cause.is_content else _NETWORK for cause in causes))
