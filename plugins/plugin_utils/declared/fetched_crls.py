# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The CRLs that an entry declares by address: fetched and checked once in a run for all hosts that declare the same."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import pathlib
import time
import typing as t

from ansible import constants as C

from ...module_utils.messages.configure import FetchedCrls, MissingCrl
from ...module_utils.problems import Problem, ProblemError
from ...module_utils.trust.pem import CERTIFICATE, CRL, Block, as_pem, read_pem
from ..crl_source.cache import Cache
from ..crl_source.download import Download, FetchError, Validators, download
from ..crl_source.points import Source, sources_of
from ..crl_source.problems import causes_text, is_out_of_date, is_overdue, missing_text, renewal_problems
from ..crl_source.renewal import Renewal, Renewer
from ..crl_source.urls import AUTO, shown
from ..days import days_left
from ..options.mail import of_server
from ..options.spec import ArgumentError
from ..run_cache import once, once_bytes
from ..x509.budget import limited_to
from ..x509.dates import timestamp
from ..x509.reader import read_certificate
from ..x509.records import RevocationList
from ..x509.trust_files import blocks_of, is_due

CACHE = 'printops.infoprint/crl'  # below ANSIBLE_HOME
MOST_SECONDS = 120.0  # after which no more address is asked, and the others wait no longer
# What is said of a file of the user's, and not of a CRL that is fetched again before it ends.
_OF_DATES = ('crl_expired', 'crl_not_yet_valid', 'crl_expires_soon')

Entry: t.TypeAlias = t.Mapping[str, t.Any]


class CrlFacts(t.NamedTuple):
    """What is known of a fetched CRL: its digest, its issuer, its dates and where it is from; `fetched` '' = when is unknown.

    With `is_due` less than a third of its life is left.
    """

    digest: str
    name: str
    this_update: str
    next_update: str
    number: int | None
    source: str
    fetched: str
    is_renewed: bool
    is_due: bool

    def end(self, now: dt.datetime) -> dict[str, t.Any]:
        """Return it as an entry of `ends`, without the keyword and the file."""
        number = {} if self.number is None else {'number': self.number}
        left = days_left(_moment(self.next_update), now)
        dates = {'not_after': self.next_update, 'days_left': left, 'this_update': self.this_update}
        return {'name': self.name, **dates, **number, 'refresh_due': self.is_due}

    def origin(self, now: dt.datetime) -> dict[str, t.Any]:
        """Return where it was fetched, and when."""
        if not self.fetched:
            return {'source': self.source}
        age = max(0, int((now - _moment(self.fetched)).total_seconds()))
        return {'source': self.source, 'fetched': self.fetched, 'fetch_age': age}

    def line(self) -> str:
        """Return it as an operator reads it."""
        number = '' if self.number is None else f', number {self.number}'
        dates = f'thisUpdate {self.this_update}, nextUpdate {self.next_update}'
        fetched = f'last fetched {self.fetched}' if self.fetched else 'never fetched as far as is known'
        return f'CRL of {self.name}: {dates}{number}, from {self.source}, {fetched}{"; refresh due" if self.is_due else ""}'


class DeclaredCrls(t.NamedTuple):
    """The CRLs of an entry: their PEM, b'' = none is known, and its digest; what is known of each; which are `missing`, and the
    problems."""

    pem: bytes
    digest: str
    source: str
    facts: t.Sequence[CrlFacts]
    missing: t.Sequence[MissingCrl]
    problems: t.Sequence[Problem]
    overdue: t.Sequence[str]  # why there is none that is fresh enough, for each source

    def request(self, file: str) -> FetchedCrls:
        """Return what a target has to know of them; `file` is the CRL file that they are in."""
        return FetchedCrls(
            file,
            {fact.digest: fact.name for fact in self.facts if fact.is_renewed},
            [fact.digest for fact in self.facts if not fact.is_renewed],
            self.missing,
        )

    def without_own(self, problems: t.Sequence[Problem], content: bytes | None) -> list[Problem]:
        """Return the problems of a CRL file without those of the dates of fetched CRLs that are renewed in time, or are reported
        by a problem of their own."""
        facts = {fact.digest: fact for fact in self.facts}
        trust = blocks_of(content, '')
        by_line = {block.line: facts.get(digest_of(block.der)) for block in (trust.blocks if trust is not None else ())}

        def is_own(problem: Problem) -> bool:
            fact = by_line.get(problem.line or 0)
            is_soon = problem.code == 'crl_expires_soon'
            return problem.code in _OF_DATES and fact is not None and not (is_soon and fact.is_due)

        return [problem for problem in problems if not is_own(problem)]

    def add_to(self, ends: list[dict[str, t.Any]], file: str, now: dt.datetime) -> None:
        """Add to the ends of CRLs where these were fetched, and when; and those of CRLs that are in no file since they have
        expired: the report must not lose sight of them then."""
        listed = {(end['name'], end.get('this_update', '')): end for end in ends if end['keyword'] == 'CrlFile'}
        for fact in self.facts:
            end = listed.get((fact.name, fact.this_update))
            if end is None:
                end = {'keyword': 'CrlFile', 'file': file, **fact.end(now)}
                ends.append(end)
            end.update(fact.origin(now))


def _moment(timestamp: str) -> dt.datetime:
    return dt.datetime.fromisoformat(timestamp[:-1]).replace(tzinfo=dt.timezone.utc)


def digest_of(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def default_cache() -> str:
    """Return the directory in which CRLs are kept unless another is declared."""
    return str(pathlib.Path(C.config.get_config_value('ANSIBLE_HOME')) / CACHE)


def declared_crls(entry: Entry, ca: bytes | None, check: bool) -> DeclaredCrls:
    """Return the CRLs that an entry declares by address; `ca` is the content of its CA file, `check` whether it is check mode.

    Raises ArgumentError, ProblemError.
    """
    if ca is None:
        raise ArgumentError(
            f'crl_url{of_server(entry)} needs ca_src or ca_content: what is fetched is checked against the CAs that are declared'
        )
    urls = entry['crl_url']
    directory = entry.get('crl_cache') or default_cache()
    tolerance = entry['crl_tolerance']
    key = ('crl-renewal', *urls, '', digest_of(ca), directory, str(tolerance), str(check))
    with limited_to(None):
        # The PEM is first in a value of its own: as a text of JSON it would take each worker ten times as long to read.
        value = once_bytes(key, lambda: _as_bytes(_renewed(urls, ca, directory, tolerance, check)))
        try:
            return _read(value)
        except ValueError:  # cut short by a full disk
            return _read(_as_bytes(_renewed(urls, ca, directory, tolerance, check)))


def _as_bytes(renewed: dict[str, t.Any]) -> bytes:
    """Return what was renewed as bytes: its PEM after all else as JSON, in one line."""
    pem: bytes = renewed.pop('pem').encode('ascii')
    head = json.dumps({**renewed, 'digest': digest_of(pem), 'size': len(pem)})
    return head.encode('ascii') + b'\n' + pem


def _renewed(urls: t.Sequence[str], ca: bytes, directory: str, tolerance: int, check: bool) -> dict[str, t.Any]:
    """Renew the CRLs; return them as JSON has them. Raises ProblemError."""
    now = dt.datetime.now(dt.timezone.utc)
    sources = _sources(urls, ca)
    cache, deadline = Cache(directory, now.timestamp(), not check), time.monotonic() + MOST_SECONDS
    renewals = [Renewer(source.authorities, cache, now, _download_once, deadline).renew(source.urls) for source in sources]
    current = [renewal for renewal in renewals if not is_out_of_date(renewal, now)]
    return {
        'pem': _pem_of(current),
        'source': ', '.join(shown(url) for source in sources for url in source.urls),
        'facts': [_facts(crl, renewal, now) for renewal in renewals for crl in renewal.crls],
        'missing': [_missing(one, source, now) for one, source in zip(renewals, sources, strict=True) if one not in current],
        'problems': [p._asdict() for renewal in renewals for p in renewal_problems(renewal, tolerance, now, directory)],
        'overdue': [causes_text(renewal.causes) for renewal in renewals if is_overdue(renewal, tolerance, now)],
    }


def _pem_of(renewals: t.Sequence[Renewal]) -> str:
    """Return the CRLs in PEM, each once."""
    return ''.join(as_pem(Block(CRL, 0, der)) for der in dict.fromkeys(crl.der for renewal in renewals for crl in renewal.crls))


def _sources(urls: t.Sequence[str], ca: bytes) -> list[Source]:
    """Return the sources of the CRLs, none where no CA can be read, which is reported elsewhere. Raises ProblemError."""
    read = [read_certificate(block.der) for block in read_pem(ca).of(CERTIFICATE)]
    authorities = [authority for authority in read if not isinstance(authority, str)]
    sources = sources_of(urls, authorities) if authorities else []
    if authorities and not sources:
        raise ProblemError(
            Problem(
                'invalid_value',
                f'crl_url is {AUTO}, and no declared CA names an http or https address of a CRL by a declared CA.',
                "Give the address of the CA's CRL, or crl_src.",
                value=AUTO,
            )
        )
    return sources


def _read(value: bytes) -> DeclaredCrls:
    """Return what was renewed. Raises ValueError where it is not whole."""
    head, _line_end, pem = value.partition(b'\n')
    plain = json.loads(head)
    if len(pem) != plain['size']:
        raise ValueError('it is cut short')
    return DeclaredCrls(
        pem,
        plain['digest'],
        plain['source'],
        [CrlFacts(*facts) for facts in plain['facts']],
        [MissingCrl(*missing) for missing in plain['missing']],
        [Problem(**problem) for problem in plain['problems']],
        plain['overdue'],
    )


def _facts(crl: RevocationList, renewal: Renewal, now: dt.datetime) -> CrlFacts:
    fetched = timestamp(dt.datetime.fromtimestamp(renewal.fetched, dt.timezone.utc)) if renewal.fetched >= 0 else ''
    return CrlFacts(
        digest=digest_of(crl.der),
        name=crl.issuer,
        this_update=timestamp(crl.last_update),
        next_update='' if crl.next_update is None else timestamp(crl.next_update),
        number=crl.number,
        source=renewal.url,
        fetched=fetched,
        is_renewed=renewal.is_renewed,
        is_due=is_due(crl, now),
    )


def _missing(renewal: Renewal, source: Source, now: dt.datetime) -> MissingCrl:
    """Return what a target is told of a source without a current CRL: whose CRL it keeps, if it has one, and what it reports."""
    names = [base64.b64encode(name).decode('ascii') for name in source.names()]
    return MissingCrl(names, *missing_text(renewal, now))


def _download_once(url: str, validators: Validators) -> Download:
    """Download from an address once in a run, for all hosts and all that they declare. Raises FetchError."""
    answer = once(('crl-download', url, *validators), lambda: _answer(url, validators))
    if 'cause' in answer:
        raise FetchError(answer['cause'])
    body = answer['body']
    return Download(None if body is None else base64.b64decode(body), Validators(*answer['validators']))


def _answer(url: str, validators: Validators) -> dict[str, t.Any]:
    try:
        answer = download(url, validators)
    except FetchError as error:
        return {'cause': str(error)}
    body = None if answer.body is None else base64.b64encode(answer.body).decode('ascii')
    return {'body': body, 'validators': list(answer.validators)}
