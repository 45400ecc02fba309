# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Renews the CRL of one source: the first of its addresses that answers with a usable one, or else what is kept.

What can't be used leaves what is kept as it is. Clock, download and cache are given.
"""

from __future__ import annotations

import datetime as dt
import math
import time
import typing as t

from ...module_utils.files.working_dir import MAX_FILE
from ...module_utils.trust.pem import CRL, Block, as_pem
from ..x509.records import RevocationList
from .cache import Cache, Kept
from .download import Download, Fetch, FetchError, Validators
from .urls import shown
from .usable import Authorities, Refused, fault_of, is_of_same_key, older_fault, read_body, usable_crls


class Cause(t.NamedTuple):
    """Why an address gave no CRL. `is_content`: it answered, and what it answered can't be used."""

    url: str
    text: str
    is_content: bool


class Renewal(t.NamedTuple):
    """The CRLs of one source, [] = none is known; which address they are from, and when that last answered with them, in seconds
    since 1970, a negative number = unknown.

    `is_renewed` says whether an address has answered in this run. `causes` are why others did not; `unwritten` is why the result
    could not be kept, '' if it was.
    """

    crls: t.Sequence[RevocationList]
    url: str
    fetched: float
    is_renewed: bool
    causes: t.Sequence[Cause] = ()
    unwritten: str = ''


class _Known(t.NamedTuple):
    """What is kept of one address, and the CRLs in it, which are by declared CAs; they may have expired."""

    kept: Kept
    crls: t.Sequence[RevocationList]


class Renewer:
    """Renews a source whose CRL is by one of these CAs. After `deadline`, of the monotonic clock, no more address is asked."""

    def __init__(
        self, authorities: Authorities, cache: Cache, now: dt.datetime, fetch: Fetch, deadline: float = math.inf
    ) -> None:
        self._authorities = authorities
        self._cache = cache
        self._now = now
        self._fetch = fetch
        self._deadline = deadline

    def renew(self, urls: t.Sequence[str]) -> Renewal:
        """Return the CRLs of a source; its addresses are alternatives, in their order."""
        known = {url: known for url in urls if (known := self._known(url)) is not None}
        causes: list[Cause] = []
        for url in urls:
            try:
                fetched = self._fetched(url, known)
            except (FetchError, Refused) as error:
                causes.append(Cause(shown(url), str(error), isinstance(error, Refused)))
                continue
            return Renewal(fetched.crls, shown(url), fetched.kept.fetched, True, causes, self._keep(url, fetched))
        if not known:
            return Renewal([], '', -1.0, False, causes)
        url, newest = max(known.items(), key=lambda item: _age_key(item[1]))
        return Renewal(newest.crls, shown(url), max(one.kept.fetched for one in known.values()), False, causes)

    def _known(self, url: str) -> _Known | None:
        """Return what is kept of an address, None for what is not by the declared CAs, or was changed by somebody else."""
        kept = self._cache.read(url)
        try:
            crls = read_body(kept.pem)
        except Refused:
            return None
        if any(fault_of(crl, self._authorities, self._now, may_be_expired=True) for crl in crls):
            return None
        return _Known(kept, crls)

    def _fetched(self, url: str, known: t.Mapping[str, _Known]) -> _Known:
        """Return what an address has now. Raises FetchError, Refused."""
        if time.monotonic() > self._deadline:
            raise FetchError('it was not asked any more, since others have taken too long')
        own = known.get(url)
        is_current = own is not None and all(crl.next_update and crl.next_update > self._now for crl in own.crls)
        answer = self._fetch(url, own.kept.validators if own is not None and is_current else Validators())
        fetched = self._read(answer, own)
        self._refuse_older(fetched.crls, url, known)
        return fetched

    def _read(self, answer: Download, own: _Known | None) -> _Known:
        fetched = self._now.timestamp()
        if answer.body is None and own is not None:
            return _Known(own.kept._replace(fetched=fetched), own.crls)
        crls = usable_crls(answer.body or b'', self._authorities, self._now)
        pem = ''.join(as_pem(Block(CRL, 0, crl.der)) for crl in crls).encode('ascii')
        if len(pem) > MAX_FILE:
            raise Refused(f'it has {len(pem)} bytes as PEM, and a trust file is read up to {MAX_FILE >> 20} MiB')
        return _Known(Kept(pem, answer.validators, fetched), crls)

    def _refuse_older(self, crls: t.Sequence[RevocationList], url: str, known: t.Mapping[str, _Known]) -> None:
        """Raise Refused if a CRL is older than one of the same CA that is kept.

        What an address serves must not go back in time either where a CA of the same name has another key meanwhile.
        """
        for address, other in known.items():
            is_stream = address == url and len(other.crls) == len(crls) == 1
            for kept in other.crls:
                for crl in crls:
                    is_same = crl.name == kept.name if is_stream else is_of_same_key(crl, kept)
                    if is_same and (fault := older_fault(crl, kept, self._now)):
                        raise Refused(f'the CRL of {crl.issuer} {fault}')
            if address == url and len(crls) < len(other.crls):
                raise Refused(f'it has {len(crls)} of the {len(other.crls)} CRLs that it had before')

    def _keep(self, url: str, fetched: _Known) -> str:
        """Keep what was fetched, unless another run has kept something newer meanwhile; return why it can't be kept, or ''."""
        try:
            with self._cache.locked(url):
                meanwhile = self._known(url)
                try:
                    self._refuse_older(fetched.crls, url, {} if meanwhile is None else {url: meanwhile})
                except Refused:
                    return ''
                self._cache.write(url, fetched.kept)
        except OSError as error:
            return error.strerror or str(error)
        return ''


def _age_key(known: _Known) -> tuple[dt.datetime, int]:
    return max((crl.last_update, crl.number or 0) for crl in known.crls)
