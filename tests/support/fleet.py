# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Results as our modules give them, of a fleet of any size, and the report of them: without the fleet."""

from __future__ import annotations

import datetime as dt
import importlib
import math
import typing as t

PROFILE = 'InfoPrint 4.10, observed on 2026-12-01'
MARKUP = '<img src=x onerror=alert(1)>"\'&]]></script>{{ 7 * 7 }}'
BIDI = 'a\u202eb\x1b[31m\x00\r\u2066'

NOW = dt.datetime(2026, 11, 24, 8, 15, tzinfo=dt.timezone.utc)
SPACE = (  # of the host by its number, modulo: its problem
    ('expired', 17),
    ('unreachable', 23),
    ('drift', 19),
    ('hidden', 41),
    ('skipped', 37),
    ('handshake', 31),
    ('plaintext', 43),
    ('changed', 47),
)


def moment(days: float = 0) -> str:
    return (NOW + dt.timedelta(days=days)).strftime('%Y-%m-%dT%H:%M:%SZ')


def trust(days_ca: int = 800, days_crl: int = 21) -> list[dict[str, t.Any]]:
    of_crl = {'this_update': moment(days_crl - 28), 'number': 28, 'fetched': moment(-0.25)}
    return [
        {'keyword': 'CAFile', 'file': 'mail-ca.pem', 'name': 'CN=Example Mail CA,O=Example', 'not_after': moment(days_ca)},
        {
            'keyword': 'CrlFile',
            'file': 'mail-ca.crl.pem',
            'name': 'CN=Example Mail CA,O=Example',
            'not_after': moment(days_crl),
            **of_crl,
        },
    ]


def certificate(days: float = 61, name: str = 'mail.example.com') -> dict[str, t.Any]:
    return {
        'subject': f'CN={name}',
        'issuer': 'CN=Example Mail CA,O=Example',
        'sans': [f'DNS:{name}'],
        'not_before': moment(days - 365),
        'not_after': moment(days),
        'days_left': math.floor(days),
        'sha256': '00' * 32,
    }


def sent(name: str, *, ok: bool = True, until: str = 'sent', days: int = 61, **more: t.Any) -> dict[str, t.Any]:
    """Return a server's entry of send_memo, proven unless stated otherwise."""
    problems = (
        []
        if ok
        else [
            {
                'code': 'expired',
                'severity': 'error',
                'stage': 'certificate',
                'server': name,
                'message': 'The certificate of CN=mail.example.com expired on 2026-11-21 08:15 UTC, 3 days ago.',
                'hint': "Have the mail server's administrators replace the certificate.",
            }
        ]
    )
    return {
        'name': name,
        'working_dir': f'/var/pd/{name}',
        'ok': ok,
        'until': until,
        'problems': problems,
        'ignored': [],
        'policy': {'profile': PROFILE, 'assumed': [], 'not_followed': {}},
        'smtp_host': 'mail.example.com',
        'smtp_port': 587,
        'tls': {'mode': 'starttls', 'version': 'TLSv1.3', 'cipher': 'TLS_AES_256_GCM_SHA384', 'bits': 256},
        'certificate': certificate(days if ok else -3.1),
        'trust': trust(),
        'reply': {'code': 250, 'text': '2.0.0 Ok: queued as 4A3B', 'queue_id': '4A3B'},
        'message_id': f'<66c785e5f12194fb.6b050b2a@{name}.example.com>',
        'timings_ms': {'total': 35},
        **more,
    }


def delivered(host: str, name: str, **more: t.Any) -> dict[str, t.Any]:
    """Return the entry of confirm_delivery for the mail of `sent`, which arrived."""
    received = {
        'by': 'mail.example.com',
        'with': 'ESMTPS',
        'helo': host,
        'address': '192.0.2.17',
        'tls': 'TLSv1.3 TLS_AES_256_GCM_SHA384',
    }
    return {
        'host': host,
        'server': name,
        'message_id': f'<66c785e5f12194fb.6b050b2a@{name}.example.com>',
        'delivered': True,
        'delay_ms': 1250,
        'received': received,
        'problems': [],
        **more,
    }


def lost(host: str, name: str) -> dict[str, t.Any]:
    """Return the entry of confirm_delivery for that mail, which did not arrive."""
    problem = {
        'code': 'not_delivered',
        'severity': 'error',
        'server': name,
        'message': 'mail.example.com:587 accepted the mail as 4A3B, but the mailbox did not hold it after 300 s.',
        'hint': 'Ask the administrators of mail.example.com:587 what became of it: queue id 4A3B.',
    }
    return delivered(host, name, delivered=False, delay_ms=None, received=None, problems=[problem])


def in_plaintext(name: str, **more: t.Any) -> dict[str, t.Any]:
    """Return a server's entry of send_memo whose mail was accepted in plaintext."""
    problem = {
        'code': 'tls_off',
        'severity': 'warning',
        'server': name,
        'message': 'EnableTLS is 0: mail is sent in plaintext.',
        'hint': 'Set EnableTLS to 1 (STARTTLS) or 2 (SMTPS).',
        'keyword': 'EnableTLS',
        'value': '0',
    }
    entry = sent(name, **{'problems': [problem], **more})
    return {key: value for key, value in entry.items() if key not in ('tls', 'certificate', 'trust')}


def configured(name: str, *, drift: bool = False, changed: bool = False, **more: t.Any) -> dict[str, t.Any]:
    """Return a server's entry of sendmemo_config."""
    path = f'/var/pd/{name}/sendmemo-ssl.cfg'
    found = [{'file': path, 'keyword': 'EnableTLS', 'kind': 'changed', 'before': '0', 'after': '1'}] if drift else []
    return {
        'name': name,
        'working_dir': f'/var/pd/{name}',
        'changed': changed,
        'drift': found,
        'problems': [],
        'trust': trust(),
        **more,
    }


class Result(t.NamedTuple):
    """One task's result: what the callback would be given."""

    host: str
    module: str
    status: str
    result: dict[str, t.Any]
    check_mode: bool = False


def results(hosts: int, servers: int = 1) -> t.Iterator[Result]:
    """Yield the results of a run over a fleet in which a few hosts are in each kind of trouble."""
    for number in range(1, hosts + 1):
        host = f'print{number:04}.example.com'
        names = [f'spl{one}' for one in range(1, servers + 1)]
        trouble = next((kind for kind, every in SPACE if number % every == 5), '')
        if trouble == 'unreachable':
            message = f'ssh: connect to host {host} port 22: No route to host'
            yield Result(host, 'sendmemo_config', 'unreachable', {'msg': message})
            continue
        checking = trouble == 'drift'
        changed = checking or number % 29 == 0 or trouble == 'changed'
        entries = [configured(name, drift=changed, changed=changed) for name in names]
        yield Result(host, 'sendmemo_config', 'ok', {'changed': checking, 'servers': entries, 'problems': []}, checking)
        if trouble == 'hidden':
            yield Result(host, 'send_memo', 'ok', {'censored': 'the output has been hidden'})
        elif trouble in ('skipped', 'changed'):
            yield Result(host, 'send_memo', 'skipped', {'skip_reason': 'Conditional result was False'})
        elif not checking:
            until = 'handshake' if trouble == 'handshake' else 'sent'
            days = 9 if number % 13 == 0 else 61
            entries = [
                in_plaintext(name) if trouble == 'plaintext' else sent(name, ok=trouble != 'expired', until=until, days=days)
                for name in names
            ]
            yield Result(host, 'send_memo', 'failed' if trouble == 'expired' else 'ok', {'servers': entries, 'problems': []})
            if not trouble and number % 20 == 0:
                yield Result(host, 'confirm_delivery', 'ok', {'proofs': [delivered(host, name) for name in names]})


def hostile_results(hosts: int) -> t.Iterator[Result]:
    """Yield results in which every text that a host, a mail server or an inventory controls is markup, or moves the cursor."""
    for one in results(hosts):
        yield Result(f'{one.host}{MARKUP}{BIDI}', one.module, one.status, _foul(one.result), one.check_mode)


def _foul(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: one if key in ('severity', 'until', 'not_after', 'kind') else _foul(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_foul(one) for one in value]
    return f'{value}{MARKUP}{BIDI}' if isinstance(value, str) else value


def _part(name: str) -> t.Any:
    """Return a module of the report; the collection must be importable under its name."""
    return importlib.import_module(f'ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.{name}')


def grouped(found: t.Any, sites: t.Sequence[str] = ('site_a', 'site_b', 'site_c')) -> t.Any:
    """Put each host of a report into the group of all and into one of the sites, and return the report."""
    for number, host in enumerate(found.hosts):
        host.log.groups = ['print_servers', sites[number % len(sites)]]
    return found


def run(playbook: str = 'site.yml', days: float = 0, **more: t.Any) -> t.Any:
    """Return a run as the callback describes it, which began and ended at the same moment."""
    versions = {'collection': '1.1.0', 'ansible_core': '2.21.0', 'python': '3.13.1', 'openssl': 'OpenSSL 3.0.15 3 Sep 2024'}
    return _part('observations').Run(
        playbook, '', [], 'printops', 'controller.example.com', versions, moment(days), moment(days), **more
    )


def logs(given: t.Iterable[Result], of: t.Any, expected: t.Iterable[str] = (), days: float = 0) -> t.Any:
    """Return what a run with these results has observed, all of it at one moment."""
    collect = _part('events')
    collector = collect.Collector(of)
    collector.expect(expected)
    for one in given:
        collector.take(
            collect.Event(one.host, 'Prove', one.module, one.status, one.result, moment(days), check_mode=one.check_mode)
        )
    return collector.logs({})


def report(
    given: t.Iterable[Result],
    expected: t.Iterable[str] = (),
    title: str = 'InfoPrint mail encryption',
    days: float = 0,
    before: t.Any = None,
) -> t.Any:
    """Return the report of a run with these results, as the callback makes it; `expected` are hosts whose turn never came.

    `days` is when it ran, relative to today; it is laid over the report `before`, which is changed.
    """
    of = run(days=days, hosts={'inventory': 100, 'seen': 70, 'reached': 60})
    current = logs(given, of, expected, days)
    if before is not None:
        current = _part('observations').merge_newer(_part('compare').logs_of(before), current)
    return _part('state').build_report(title, current, [of], moment(days))
