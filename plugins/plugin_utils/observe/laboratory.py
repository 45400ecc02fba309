# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs trials: a configuration put in place, a server that plays its part, a mail caused, and what came of it.

A mail that came, or an alert, shows what the mailer wants, if the name in EHLO tells that it is of this trial. Anything else
means something only if a mail would have come: such a trial is followed by one in which a mail has to come, the control, and is
repeated.
"""

from __future__ import annotations

import itertools
import secrets
import typing as t

from ...module_utils.change.set_files import trust_file_name
from ...module_utils.config.keywords import CONFIG_NAME
from .playing.authorities import PUBLIC, Authorities
from .playing.client_hello import ClientHello
from .playing.playing_server import PlayingServer, Until
from .playing.server import Server
from .playing.visit import DROPPED, REFUSED, SENT, SILENT, Visit
from .questions.experiment import COUNT, MAIL, NAME, ONCE, TLS, Trial, outcome, text_of

DOMAIN = 'observe.example.com'
CONTROL = Trial(text_of())
STALE = 'an older configuration'  # was used: an outcome that no reading allows
NOT_PLAYED = 'not played'  # the controller can't: such an outcome too
UNSTABLE = 'once this, once that'  # and another one
MOST_SHOWN = 4  # connections of a trial
NOTICED = 2.0  # seconds, within which a connection that is over has been noticed


class Mailer(t.Protocol):
    """What sends the mails: the product's own, or a stand-in. Each method may raise what ends the observation."""

    working_directory: str

    def install(self, files: t.Mapping[str, bytes]) -> None:
        """Make these its files, by their names in the working directory; the configuration is one of them."""

    def restart(self) -> bool:
        """Restart it; return False where nobody knows how."""

    def send(self, after: float) -> bool:
        """Cause a mail, so many seconds after its files were installed; return whether all that comes of it has come already."""

    def written(self) -> str:
        """Return what its server has written to its error log since the last trial began, in one line."""


class Patience(t.NamedTuple):
    """Seconds: how long a mail is waited for, how long after a connection another one may come, and after which times it is
    tried whether a changed file counts, unless it does so at once."""

    deadline: float = 30.0
    quiet: float = 1.0
    settling: tuple[float, ...] = (5.0, 25.0)


class Sighting(t.NamedTuple):
    """What came of a trial: `names` has the word for each argument of EHLO that it expected.

    What came with an older configuration is left aside; `is_stale` is whether nothing else came that can be told from it.
    `is_firm` is whether a mail came, or an alert, that can be of no other trial. `written` is what was written to the server's
    error log meanwhile, if no mail came.
    """

    visits: tuple[Visit, ...]
    names: dict[str, str]
    is_stale: bool
    is_firm: bool
    written: str = ''

    @property
    def has_mail(self) -> bool:
        return any(visit.mail for visit in self.visits)

    def outcome(self, view: str) -> str:
        return STALE if self.is_stale else outcome(view, self.visits, self.names)

    def shown(self) -> str:
        parts = [visit.shown() for visit in self.visits[:MOST_SHOWN]] or ['no connection']
        if len(self.visits) > 1:
            parts.insert(0, f'{len(self.visits)} connections, {self._rhythm()} apart')
        return ' | '.join(parts + ([f'error log: {self.written}'] if self.written else []))

    def _rhythm(self) -> str:
        """Return the seconds between the connections."""
        times = [visit.began for visit in self.visits[: MOST_SHOWN + 1]]
        return ', '.join(f'{after - before:.1f} s' for before, after in itertools.pairwise(times))


class Silence(Exception):
    """The mailer sends nothing that the control expects: the message says what came instead."""


class Laboratory:
    """A mailer and a server. `restarts` is whether the mailer is restarted after each change of its files, and `settling` how
    many seconds such a change is given to count. `names_count` is whether the mailer calls itself what the configuration says."""

    def __init__(self, mailer: Mailer, server: PlayingServer, authorities: Authorities, patience: Patience) -> None:
        self.authorities = authorities
        self.restarts = False
        self.settling = 0.0
        self.mailer = mailer
        self.patience = patience
        self._server = server
        self._old_names: set[str] = set()
        self._new_names: set[str] = set()
        self._has_begun = False  # whether a mail came
        self.names_count = False
        self.failed_controls = 0
        self._checked: dict[tuple[Trial, str], Sighting] = {}

    def run(self, trial: Trial) -> Sighting:
        """Run a trial, and say what came, whatever it means."""
        files, names = self._prepare(trial)
        self._server.play(trial.server)
        self.mailer.install(files)
        if self.restarts:
            self.mailer.restart()
        return self.send(names, trial.watches_on)

    def send(self, names: dict[str, str], watches_on: bool = False) -> Sighting:
        """Cause a mail with the files as they are."""
        is_over = self.mailer.send(self.settling)
        until = Until.OVER if is_over else Until.TIME if watches_on else Until.ANSWERED
        visits = self._server.wait(self.patience.deadline, until, self.patience.quiet)
        written = '' if any(visit.mail for visit in visits) else self.mailer.written()
        older = self._old_names - names.keys()
        current = tuple(visit for visit in visits if older.isdisjoint(visit.names))
        is_known = any(name in names for visit in current for name in visit.names)
        if len(current) < len(visits) and not is_known:
            return Sighting(tuple(visits), names, is_stale=True, is_firm=False, written=written)
        is_firm = any(self._is_firm(visit, names) for visit in current)
        return Sighting(current, names, is_stale=False, is_firm=is_firm, written=written)

    def _is_firm(self, visit: Visit, names: t.Container[str]) -> bool:
        """Return whether a connection shows what the mailer wants, and its name tells that it is of this trial."""
        return visit.is_firm and self.names_count and any(name in names for name in visit.names)

    def run_twice(self, trial: Trial, view: str) -> tuple[Sighting, str]:
        """Run a trial; unless what came of it is firm, prove that the mailer works, and run it again. Raises Silence.

        Returns what came, and its outcome: UNSTABLE where neither is firm and they differ.
        """
        first = self.run(trial)
        if first.is_firm:
            return first, first.outcome(view)
        self.check(CONTROL)
        if first.outcome(MAIL) in (SILENT, DROPPED):
            self.check(CONTROL)  # right after a mail, as the trial is then: it fails where mails leave at longer intervals
        second = self.run(trial)
        if second.is_firm:
            return second, second.outcome(view)
        self.check(CONTROL)
        return second, first.outcome(view) if first.outcome(view) == second.outcome(view) else UNSTABLE

    def check(self, control: Trial, view: str = MAIL, again: bool = True) -> Sighting:
        """Return what came of a control, in which a mail must come in TLS. Raises Silence.

        Unless `again`, what it came to is remembered.
        """
        wanted, view = self._wanted(view)
        sighting = self._checked.get((control, view))
        if sighting is None or again or not sighting.has_mail:
            sighting = self._checked[control, view] = self._check(control, view, wanted)
        if sighting.outcome(view) != wanted:
            how = f'{ONCE}, and nothing else' if view == COUNT else wanted
            raise Silence(f'the control, in which a mail has to come ({how}), came to: {sighting.shown()}')
        if not self._has_begun:
            self._has_begun = True
            self._server.admitted = next(visit.address for visit in sighting.visits if visit.mail)
            self.names_count = sighting.outcome(NAME) == f'{SENT}, name'
        return sighting

    def _wanted(self, view: str) -> tuple[str, str]:
        """Return the outcome of a control, and the view of it."""
        if view == COUNT:
            return ONCE, COUNT
        return (f'{SENT}, name', NAME) if view == NAME or self.names_count else (SENT, TLS)

    def _check(self, control: Trial, view: str, wanted: str) -> Sighting:
        sighting = self.run(control)
        is_wrong = sighting.outcome(view) != wanted and self.names_count and view != COUNT
        if is_wrong or not sighting.has_mail:
            self.failed_controls += 1
            sighting = self.run(control)
        return sighting

    def visits_of(self, connect: t.Callable[[], object]) -> list[Visit]:
        """Return the connections of who connects, with the files as they are."""
        self._server.play(Server())
        connect()
        return self._server.wait(NOTICED, Until.ANSWERED)

    def hello_of(self, connect: t.Callable[[], object]) -> ClientHello | None:
        """Return what is offered by who connects."""
        visits = self.visits_of(connect)
        hellos = {visit.hello for visit in visits if visit.hello and not visit.mail}  # a mail is another one of the mailer's
        return hellos.pop() if len(hellos) == 1 else None

    def why_impossible(self, trial: Trial) -> str:
        """Return why this run has no such server, '' where it has."""
        identity = trial.server.identity
        if self.authorities.can_present(identity):
            return ''
        if identity == PUBLIC:
            return 'it needs a certificate of a publicly known CA (public_certificate_src)'
        return f'it needs a name in mail_host, of three labels or more and 64 characters at most; it is {self.authorities.host}'

    def outcome_of_version(self, server: Server, offered: t.Sequence[str]) -> str:
        """Return what a server of one version that can't be played here would have come to, by what the mailer offers; ''
        where it can be played."""
        if server.oldest != server.newest or self._server.can_play(server.oldest):
            return ''
        return REFUSED if offered and server.oldest not in offered else NOT_PLAYED

    def _prepare(self, trial: Trial) -> tuple[dict[str, bytes], dict[str, str]]:
        """Return the files, and the words for EHLO's arguments."""
        token = secrets.token_hex(4)
        contents = {'ca': self.authorities.ca_files[trial.ca]}
        if trial.crl:
            contents['crl'] = self.authorities.crl_files[trial.crl]
        trust = {kind: trust_file_name(kind, content) for kind, content in contents.items()}
        values = {
            'name': f'n{token}.{DOMAIN}',
            'other': f'o{token}.{DOMAIN}',
            'directory': self.mailer.working_directory,
            **trust,
        }
        files = {CONFIG_NAME: trial.text.format_map(values).encode()}
        files.update({trust[kind]: content for kind, content in contents.items()})
        words = {values['name']: 'name', values['other']: 'other'}
        words.update({text.format_map(values): word for word, text in trial.names})
        self._old_names.update(self._new_names)
        self._new_names = {values['name'], values['other'], *words}
        return files, words
