# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an experiment is, as data: the trials of a question, and what each answer to it would let one see in them.

The answers are called readings, since most questions are about how sendmemo reads its configuration.
"""

from __future__ import annotations

import typing as t

from ..playing.server import Server
from ..playing.visit import DROPPED, ENDED, PLAINTEXT, REFUSED, SENT, SILENT, Visit

# How a question looks at what a trial came to.
TLS = 'tls'  # whether a mail came in TLS, or the server was refused; what else the mailer then tried is left aside
MAIL = 'mail'  # whether a mail came at all, in plaintext counting most
NAME = 'name'  # the same, with the name in EHLO, which in the control is the one of the configuration
EHLO = 'ehlo'  # the same, whatever the control's name is
COUNT = 'count'  # one connection, or more

ONCE, AGAIN = 'once', 'again'  # as COUNT has it

OWN_NAME = 'own name'  # of the mailer: none that the configuration gives
NO_MAIL = (SILENT, DROPPED, ENDED, REFUSED)


class Trial(t.NamedTuple):
    """One configuration and one server, then one mail.

    In `text`, {name} and {other} are host names for EHLO, new in each trial, {ca} and {crl} the files' names, and {directory} is
    the path of the working directory. `names` has words for what else may come as EHLO's argument: (word, text). With
    `watches_on`, what comes after a connection is awaited up to the deadline.
    """

    text: str
    server: Server = Server()
    ca: str = 'root'
    crl: str = ''
    names: tuple[tuple[str, str], ...] = ()
    watches_on: bool = False


Outcomes = tuple[str, ...]


class Reading(t.NamedTuple):
    """A possible answer, and for each trial of the question the outcomes that it allows."""

    name: str
    allows: tuple[Outcomes, ...]


class Need(t.NamedTuple):
    """Another question, and those readings of it without which this one can't be answered."""

    question: str
    readings: tuple[str, ...]


class Question(t.NamedTuple):
    """A question about the product. `assumed` are the readings under which the collection's assumption holds.

    `control` is a trial that differs from the others in nothing but what the question is about, and in which a mail has to come.
    """

    name: str
    text: str
    view: str
    control: Trial
    trials: tuple[Trial, ...]
    readings: tuple[Reading, ...]
    assumed: tuple[str, ...]
    needs: tuple[Need, ...] = ()


def text_of(*lines: str, crl: bool = False, mode: str = '1', ca: str = '{ca}', name: str = '{name}') -> str:
    """Return a configuration in the plainest form that the manual shows, with further `lines` at its end."""
    first = [f'EnableTLS = {mode}', f'CAFile = {ca}', f'Hostname = {name}', *(['CrlFile = {crl}'] if crl else [])]
    return ''.join(f'{line}\n' for line in (*first, *lines))


def reading(name: str, *allows: str | Outcomes) -> Reading:
    return Reading(name, tuple((allowed,) if isinstance(allowed, str) else allowed for allowed in allows))


def outcome(view: str, visits: t.Sequence[Visit], names: t.Mapping[str, str]) -> str:
    """Return what a trial came to, as a question looks at it; `names` has the word for each known argument of EHLO."""
    if view == COUNT:
        return SILENT if not visits else ONCE if len(visits) == 1 else AGAIN
    kind = _kind_in_tls(visits) if view == TLS else _kind(visits)
    if view not in (NAME, EHLO) or kind not in (SENT, PLAINTEXT):
        return kind
    of_mail = next(visit for visit in visits if visit.kind == kind)
    return f'{kind}, {names.get(of_mail.names[-1], OWN_NAME) if of_mail.names else OWN_NAME}'


def _kind(visits: t.Sequence[Visit]) -> str:
    kinds = {visit.kind for visit in visits}
    return next((kind for kind in (PLAINTEXT, SENT, REFUSED, ENDED, DROPPED) if kind in kinds), SILENT)


def _kind_in_tls(visits: t.Sequence[Visit]) -> str:
    kinds = {visit.kind for visit in visits}
    return next((kind for kind in (SENT, REFUSED, PLAINTEXT, ENDED, DROPPED) if kind in kinds), SILENT)
