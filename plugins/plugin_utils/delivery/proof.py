# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mail that proves a server, as the host that sent it saw it: what is looked for in the mailbox."""

from __future__ import annotations

import datetime as dt
import typing as t

from ..options.spec import ArgumentError

MOST_PROOFS = 200_000
NEEDED = ('host', 'server', 'message_id')
TEXTS = (*NEEDED, 'ehlo', 'address', 'queue_id', 'relay')


class Proof(t.NamedTuple):
    """`sent_at` is when the final dot was sent, by the controller's clock, `tls` whether it went over TLS; None is not known.

    `relay` is the mail server that accepted the mail, as host:port, `address` the sending host's own.
    """

    host: str
    server: str
    message_id: str
    ehlo: str = ''
    address: str = ''
    sent_at: dt.datetime | None = None
    tls: bool | None = None
    queue_id: str = ''
    relay: str = ''


def proofs_of(host: str, sends: t.Iterable[t.Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Return the proofs among the entries of a result of send_memo, or of `send`: each mail that a mail server accepted."""
    return [_proof(host, entry) for entry in sends if 200 <= entry.get('reply', {}).get('code', 0) < 300 and 'sent_at' in entry]


def _proof(host: str, entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        'host': host,
        'server': entry['name'],
        'message_id': entry['message_id'],
        'sent_at': entry['sent_at'],
        'tls': 'tls' in entry,
        'ehlo': entry.get('ehlo', {}).get('name', ''),
        'address': entry.get('address', ''),
        'queue_id': entry['reply'].get('queue_id', ''),
        'relay': f'{entry["smtp_host"]}:{entry["smtp_port"]}' if 'smtp_host' in entry else '',
    }


def read_proofs(given: t.Sequence[t.Any]) -> list[Proof]:
    """Return the proofs that a task is given. Raises ArgumentError, which names the one that is wrong."""
    if len(given) > MOST_PROOFS:
        raise ArgumentError(f'proofs has {len(given)} entries: it can have {MOST_PROOFS}')
    return [_read(entry, f'proofs[{number}]') for number, entry in enumerate(given)]


def _read(entry: t.Any, where: str) -> Proof:
    if not isinstance(entry, t.Mapping):
        raise ArgumentError(f'{where} is {entry!r:.60}: give a mapping, as send_memo returns it in proofs')
    unknown = sorted(map(str, set(entry) - set(Proof._fields)))
    if unknown:
        raise ArgumentError(f'{where} has the unknown key {unknown[0]!r:.60}: it can have {", ".join(Proof._fields)}')
    for name in TEXTS:
        value = entry.get(name)
        if name in NEEDED and value in (None, ''):
            raise ArgumentError(f'{where}.{name} is missing: give it as send_memo returns it in proofs')
        if value is not None and not isinstance(value, str):
            raise ArgumentError(f'{where}.{name} is {value!r:.60}: give the text that send_memo returns in proofs')
    tls = entry.get('tls')
    if tls is not None and not isinstance(tls, bool):
        raise ArgumentError(f'{where}.tls is {tls!r:.60}: it can be true or false')
    texts = {name: str.__str__(entry[name]) for name in TEXTS if entry.get(name) is not None}
    return Proof(**texts, sent_at=_moment(entry.get('sent_at'), f'{where}.sent_at'), tls=tls)


def _moment(value: t.Any, where: str) -> dt.datetime | None:
    if value is None or value == '':
        return None
    try:
        # Python 3.10 does not read the Z.
        moment = dt.datetime.fromisoformat(str(value).removesuffix('Z') + ('+00:00' if str(value).endswith('Z') else ''))
        if moment.tzinfo is not None:
            return moment.astimezone(dt.timezone.utc)
    except (ValueError, OverflowError):
        pass
    raise ArgumentError(f'{where} is {value!r:.60}: give a time in UTC, for example 2026-11-24T08:15:00Z')


def exact(when: dt.datetime) -> str:
    """Return a time as proofs have it, to the millisecond."""
    return when.astimezone(dt.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.') + f'{when.microsecond // 1000:03}Z'
