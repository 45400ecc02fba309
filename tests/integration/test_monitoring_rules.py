# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The alerting rules of monitoring/, run by promtool over the metrics of real runs: each fires, and not too early."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml

from support import fleet as recorded
from support import promtool
from support.alertmanager import Alertmanager
from support.collection import make_importable, part
from support.monitored_fleet import HOSTS, MANY, MonitoredFleet
from support.playbook import ROOT
from support.promtool import TARGET, Case, Check, Expected, Phase, shown

from .conftest import need

RULES = ROOT / 'monitoring' / 'prometheus' / 'sendmemo.rules.yml'
INHIBIT = ROOT / 'monitoring' / 'alertmanager' / 'inhibit_rules.yml'
GROUP = yaml.safe_load(RULES.read_text())['groups'][0]['rules']
ALERTS = {(rule['alert'], rule['labels']['severity']): rule for rule in GROUP if 'alert' in rule}
SHORTEST_FOR = 5  # minutes: two scrapes and more
DAY = 86400.0
Report = t.Any


def to_prometheus(report: Report) -> str:
    return str(part('fleet_report.formats.to_prometheus').to_prometheus(report))


def moment_of(seconds: float) -> str:
    return str(part('fleet_report.times').moment_of(int(seconds * 1e6)))


class Metrics:
    """The metrics of the two real runs, and of the same results at other times or of fewer hosts."""

    def __init__(self, fleet: MonitoredFleet) -> None:
        self.well = (fleet.well / 'sendmemo.prom').read_text()
        self.broken = (fleet.broken / 'sendmemo.prom').read_text()
        self._reports = {'well': fleet.well, 'broken': fleet.broken}
        # An hour before, since a time of 0 means never.
        self.began = promtool.seconds_of(self.well, 'sendmemo_report_timestamp_seconds') - 3600

    def rebuilt(
        self, name: str, hosts: t.Collection[str] = HOSTS, days: float = 0, change: t.Callable[[Report], None] | None = None
    ) -> str:
        """Return the metrics of what a run has recorded, of some hosts, if the report had been written so many days later."""
        report = part('fleet_report.formats.files').read_report(self._reports[name] / 'report.json')
        logs = {host: log for host, log in part('fleet_report.compare').logs_of(report).items() if host in hosts}
        now = moment_of(part('fleet_report.times').seconds(report.generated) + days * DAY)
        again = part('fleet_report.state').build_report(report.title, logs, report.runs, now)
        if change is not None:
            change(again)
        return to_prometheus(again)

    def end(self, metric: str = 'sendmemo_expiry_timestamp_seconds', kind: str = 'certificate') -> float:
        """Return when a certificate, CA or CRL ends, when all is well."""
        return float(_only(re.findall(rf'^{metric}\{{(?:kind="{kind}",)?name=.*\}} (\d+)$', self.well, re.MULTILINE)))

    def proof(self, host: str, server: str, text: str = '') -> float:
        """Return when a server was last proven; as the second run says, or a text."""
        line = f'sendmemo_server_last_proof_timestamp_seconds{{host="{host}",server="{server}"}} '
        return float(_only([one[len(line) :] for one in (text or self.broken).splitlines() if one.startswith(line)]))


def _only(found: t.Sequence[str]) -> str:
    assert len(found) == 1, found
    return found[0]


def alert(alert_name: str, severity: str, summary: str, **labels: str) -> Expected:
    """Return an alert that is to fire; what its annotations say besides the summary is in the rules."""
    rule = ALERTS[alert_name, severity]
    same = {key: rule['annotations'][key] for key in ('description', 'runbook')}
    return Expected({'severity': severity, **TARGET, **labels}, {'summary': summary, **same})


@pytest.fixture(scope='module')
def metrics(monitored_fleet: MonitoredFleet) -> Metrics:
    need(promtool.why_not())
    make_importable()
    return Metrics(monitored_fleet)


# The name of a case, and what it has: see Case.
Named = tuple[str, float, list[Phase], list[Check]]


def of_servers(metrics: Metrics) -> t.Iterator[Named]:
    """What fires when the second run finds trouble: nothing before it, nothing for the first minutes, then each alert."""

    def last_proven(host: str, server: str = 'spl1') -> str:
        return f'last proven {shown(metrics.proof(host, server) - metrics.began)}'

    def one(name: str, severity: str, host: str, text: str, **labels: str) -> Expected:
        return alert(name, severity, f'{host} {text}', host=host, **{'server': 'spl1', **labels})

    def not_proven(host: str, server: str, code: str) -> Expected:
        text = f'{server} is failing ({code}), {last_proven(host, server)}'
        return one('SendmemoServerNotProven', 'critical', host, text, server=server, state='failing', code=code)

    failing = [('print2', 'spl1', 'expired'), ('print6', 'spl1', 'not_delivered')]
    failing += [('print7', f'spl{number}', 'connection_refused') for number in range(1, MANY + 1)]
    unprotected = f'spl1 sends unprotected mail (not_as_declared), {last_proven("print3")}'
    of_unprotected = {'state': 'unprotected', 'code': 'not_as_declared'}
    fires = {
        'SendmemoServerNotProven': [not_proven(*who) for who in failing],
        'SendmemoServerUnprotected': [one('SendmemoServerUnprotected', 'critical', 'print3', unprotected, **of_unprotected)],
        'SendmemoConfigurationDrifted': [
            one(
                'SendmemoConfigurationDrifted',
                'warning',
                'print5',
                f'spl1 is not as declared (drift), {last_proven("print5")}',
                state='drifted',
                code='drift',
            )
        ],
        'SendmemoHostUnreachable': [
            alert(
                'SendmemoHostUnreachable',
                'warning',
                f"print4 can't be reached, {last_proven('print4').replace('proven', 'checked')}",
                host='print4',
                code='unreachable',
            )
        ],
        'SendmemoMailLost': [
            one('SendmemoMailLost', 'critical', 'print6', 'spl1: its mail was accepted by the mail server and did not arrive')
        ],
        'SendmemoManyServersOneCause': [
            alert(
                'SendmemoManyServersOneCause',
                'critical',
                f'{MANY} servers have the same problem: connection_refused',
                code='connection_refused',
            )
        ],
    }
    phases = [Phase(metrics.well, 1), Phase(metrics.broken, 2)]
    checks = [
        Check(hours, name, found) for name, alerts in fires.items() for hours, found in ((0.9, []), (1.05, []), (2, alerts))
    ]
    yield 'the second run finds trouble', metrics.began, phases, checks


def of_accepted(_metrics: Metrics) -> t.Iterator[Named]:
    results = [
        recorded.Result('print1', 'send_memo', 'ok', {'servers': [recorded.in_plaintext('spl1', accept_unprotected=True)]})
    ]
    text = to_prometheus(recorded.report(results))
    yield 'plaintext is accepted', recorded.NOW.timestamp(), [Phase(text, 2)], [Check(1, 'SendmemoServerUnprotected', [])]


def of_many_hosts(_metrics: Metrics) -> t.Iterator[Named]:
    """One host is not many, however many servers it has."""

    def text(hosts: int) -> str:
        one = recorded.Result('print0', 'send_memo', 'ok', {'servers': [recorded.sent(f'spl{number}') for number in range(20)]})
        gone = [recorded.Result(f'print{number}', 'send_memo', 'unreachable', {'msg': ''}) for number in range(hosts)]
        before = recorded.report([one], days=-1)
        return to_prometheus(recorded.report(gone, before=before))

    name = 'SendmemoManyServersOneCause'
    many = alert(name, 'critical', '11 hosts have the same problem: unreachable', code='unreachable')
    phases = [Phase(text(1), 1), Phase(text(11), 1)]
    yield 'many hosts are unreachable', recorded.NOW.timestamp(), phases, [Check(0.9, name, []), Check(1.5, name, [many])]


def of_late_mail(_metrics: Metrics) -> t.Iterator[Named]:
    def text(delay_ms: int) -> str:
        confirmed = {'proofs': [recorded.delivered('print1', 'spl1', delay_ms=delay_ms)]}
        sent = {'servers': [recorded.sent('spl1')]}
        results = [
            recorded.Result('print1', 'send_memo', 'ok', sent),
            recorded.Result('print1', 'confirm_delivery', 'ok', confirmed),
        ]
        return to_prometheus(recorded.report(results))

    late = alert('SendmemoMailDelayed', 'warning', 'print1 spl1: its mail arrived after 1m 35s', host='print1', server='spl1')
    checks = [Check(0.9, 'SendmemoMailDelayed', []), Check(1.5, 'SendmemoMailDelayed', [late])]
    yield 'a mail arrives late', recorded.NOW.timestamp(), [Phase(text(1000), 1), Phase(text(95_000), 1)], checks


def of_age(metrics: Metrics) -> t.Iterator[Named]:
    """What fires when time goes by."""
    stale, since = (
        metrics.rebuilt('well', ['print1'], days=8),
        shown(metrics.proof('print1', 'spl1', metrics.well) - metrics.began),
    )
    text = f'print1 spl1 is stale (stale), last proven {since}'
    found = alert('SendmemoServerNotProven', 'warning', text, host='print1', server='spl1', state='stale', code='stale')
    yield (
        'not checked for eight days',
        metrics.began,
        [Phase(metrics.rebuilt('well', ['print1']), 8 * 24), Phase(stale, 2)],
        [Check(8 * 24 - 1, 'SendmemoServerNotProven', []), Check(8 * 24 + 1, 'SendmemoServerNotProven', [found])],
    )
    old = metrics.rebuilt('well', ['print1'], days=3)
    text = f'print1 spl1 was last proven {since}, and not by any run since'
    found = alert('SendmemoProofTooOld', 'warning', text, host='print1', server='spl1')
    yield (
        'no run repeats the proof',
        metrics.began,
        [Phase(metrics.rebuilt('well', ['print1']), 72), Phase(old, 2)],
        [Check(71, 'SendmemoProofTooOld', []), Check(73, 'SendmemoProofTooOld', [found])],
    )
    silent = alert('SendmemoReportSilent', 'critical', 'The last report of controller:9100 is 2d 2h 0m 0s old')
    none = alert('SendmemoReportSilent', 'critical', 'There are no metrics of any report')
    none = none._replace(labels={'severity': 'critical'})  # of no target
    yield (
        'the timer died',
        metrics.began,
        [Phase(metrics.well, 60)],
        [
            Check(48, 'SendmemoReportSilent', []),
            Check(51, 'SendmemoReportSilent', [silent]),
            Check(51, 'SendmemoProofTooOld', []),
        ],
    )
    yield (
        'the file vanished',
        metrics.began,
        [Phase(metrics.well, 1), Phase('', 60)],
        [Check(2, 'SendmemoReportSilent', [none]), Check(51, 'SendmemoReportSilent', [silent, none])],
    )
    yield 'the file was never written', metrics.began, [], [Check(1, 'SendmemoReportSilent', [none])]


def of_ends(metrics: Metrics) -> t.Iterator[Named]:
    """What fires before the end of a certificate, a CA or a CRL."""
    for name, kind, days in (
        ('SendmemoCertificateEndsSoon', 'certificate', (20, 3)),
        ('SendmemoCaEndsSoon', 'ca', (60, 7)),
    ):
        end = metrics.end(kind=kind)
        for severity, left in zip(('warning', 'critical'), days, strict=True):
            begin = end - left * DAY - DAY / 2
            found = ending(name, kind, end - begin, *(('warning', 'critical') if severity == 'critical' else ('warning',)))
            before = found[:-1]
            yield (
                f'{left} days before the end of the {kind}',
                begin,
                [Phase(metrics.well, 24)],
                [Check(11, name, before), Check(15, name, found)],
            )
    name, kind = 'SendmemoCertificateEndsSoon', 'certificate'
    end = metrics.end()
    # print7 can't connect any more, so that nobody reads the certificate.
    gone = [Phase(metrics.rebuilt('well', ['print7']), 2), Phase(metrics.rebuilt('broken', ['print7']), 120)]
    assert 'kind="certificate"' not in gone[1].text
    begin = end - 4 * DAY
    expired = ending(name, kind, end - begin, 'warning', 'critical')
    yield (
        'the metric of an expired certificate vanished',
        begin,
        gone,
        [Check(20, name, expired[:1]), Check(100, name, expired)],
    )
    end_text = moment_of(end)

    def with_new_end(text: str) -> str:
        return text.replace(f'not_after="{end_text}"}} {end:.0f}', f'not_after="new"}} {end + 365 * DAY:.0f}')

    seven = [Phase(metrics.rebuilt('well', ['print7']), 2), Phase(with_new_end(metrics.rebuilt('well', ['print7'])), 20), gone[1]]
    yield 'the metric of a renewed certificate vanished', begin, seven, [Check(1, name, expired[:1]), Check(120, name, [])]
    other = metrics.well.replace('kind="certificate",name="CN=mail.', 'kind="certificate",name="CN=new.')
    for case, text in (('renewed', with_new_end(metrics.well)), ('replaced by one of another name', with_new_end(other))):
        checks = [Check(23, name, expired[:1]), Check(25, name, []), Check(100, name, [])]
        yield f'a certificate is {case}', begin, [Phase(metrics.well, 24), Phase(text, 80)], checks
    two = [float(found) for found in re.findall(r'_timestamp_seconds\{kind="certificate".* (\d+)$', metrics.broken, re.MULTILINE)]
    first = ending(name, kind, min(two) - metrics.began, 'warning', 'critical')
    yield 'of two of a name one has expired', metrics.began, [Phase(metrics.broken, 2)], [Check(1, name, first)]


def ending(name: str, kind: str, end: float, *severities: str) -> list[Expected]:
    if kind == 'ca':
        who, text = 'CN=Test CA', f'The CA CN=Test CA ends {shown(end)}'
    else:
        who, text = 'CN=mail.example.com', f'The certificate CN=mail.example.com ends {shown(end)}'
    return [alert(name, severity, text, kind=kind, name=who) for severity in severities]


def of_crls(metrics: Metrics) -> t.Iterator[Named]:
    def crl(name: str, severity: str, end: float) -> list[Expected]:
        text = f'The CRL of CN=Test CA is to be replaced by {shown(end)}'
        return [alert(name, severity, text, name='CN=Test CA')]

    end, made = (metrics.end(f'sendmemo_crl_{which}_update_timestamp_seconds') for which in ('next', 'this'))
    undated = '\n'.join(line for line in metrics.well.splitlines() if not line.startswith('sendmemo_crl_this_update')) + '\n'
    for case, text, left in (
        ('a third of the life of the CRL is left', metrics.well, (end - made) / 3),
        ('seven days are left of a CRL of unknown age', undated, 7 * DAY),
    ):
        begin = end - left - DAY / 2
        found = crl('SendmemoCrlNeedsRefresh', 'warning', end - begin)
        checks = [Check(11, 'SendmemoCrlNeedsRefresh', []), Check(15, 'SendmemoCrlNeedsRefresh', found)]
        yield case, begin, [Phase(text, 24)], checks
    found = crl('SendmemoCrlStale', 'critical', DAY / 2)
    yield (
        'the CRL is stale',
        end - DAY / 2,
        [Phase(metrics.well, 24)],
        [Check(11, 'SendmemoCrlStale', []), Check(15, 'SendmemoCrlStale', found)],
    )


def of_coverage(metrics: Metrics) -> t.Iterator[Named]:
    """What fires when the report does not cover the fleet."""

    def end_early(report: Report) -> None:
        report.unfinished = ['Verify']

    text = 'The last run on controller:9100 did not begin all of its plays, or a merged report is missing'
    found = alert('SendmemoRunUnfinished', 'warning', text)
    yield (
        'the run ended early',
        metrics.began,
        [Phase(metrics.well, 1), Phase(metrics.rebuilt('well', change=end_early), 2)],
        [Check(0.9, 'SendmemoRunUnfinished', []), Check(2, 'SendmemoRunUnfinished', [found])],
    )
    gone = alert('SendmemoServersDisappeared', 'warning', '12 servers are not in the report of controller:9100 any more')
    rest = [host for host in HOSTS if host != 'print7']
    yield (
        'servers disappeared',
        metrics.began,
        [Phase(metrics.well, 24), Phase(metrics.rebuilt('well', rest), 80)],
        [Check(hours, 'SendmemoServersDisappeared', found) for hours, found in ((23, []), (26, [gone]), (100, []))],
    )


GROUPS = (of_servers, of_accepted, of_many_hosts, of_late_mail, of_age, of_ends, of_crls, of_coverage)


@pytest.fixture(scope='module')
def cases(metrics: Metrics) -> dict[str, Case]:
    return {name: Case(begin, phases, checks) for group in GROUPS for name, begin, phases, checks in group(metrics)}


def test_each_alert_fires_in_its_case_and_not_before(cases: dict[str, Case], tmp_path: pathlib.Path) -> None:
    said = promtool.run(RULES, tmp_path, cases)
    assert not said, said


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(cases: dict[str, Case]) -> None:
    checks = [check for case in cases.values() for check in case.checks]
    assert {(check.alert, one.labels['severity']) for check in checks for one in check.expected} == set(ALERTS)
    assert {check.alert for check in checks if not check.expected} == {name for name, _severity in ALERTS}


@pytest.mark.parametrize(('name', 'severity'), ALERTS)
def test_an_alert_is_named_waits_and_says_where_to_look(name: str, severity: str) -> None:
    rule = ALERTS[name, severity]
    assert re.fullmatch('Sendmemo[A-Z][A-Za-z]+', name)
    assert severity in ('warning', 'critical')
    assert int(rule['for'].removesuffix('m')) >= SHORTEST_FOR
    assert set(rule['annotations']) == {'summary', 'description', 'runbook'}
    assert (ROOT / rule['annotations']['runbook']).is_file()
    assert set(re.findall(r'\bsendmemo_[a-z_]+', rule['expr'])) <= set(part('fleet_report.formats.to_prometheus').METRICS)


# Of an alert that follows from another one: its labels, and those of the other.
ONE, OTHER = {'host': 'print1', 'server': 'spl1'}, {'host': 'print2', 'server': 'spl1'}
FAILS = {'alertname': 'SendmemoServerNotProven', 'severity': 'critical'}
MANY_ONE = {'alertname': 'SendmemoManyServersOneCause', 'code': 'connection_refused'}
GONE = {'alertname': 'SendmemoHostUnreachable', 'host': 'print1', 'code': 'unreachable'}
STALE = {'alertname': 'SendmemoServerNotProven', 'severity': 'warning'}
LOST = {'alertname': 'SendmemoMailLost', **ONE}
ENDS = {'alertname': 'SendmemoCertificateEndsSoon', 'name': 'CN=a'}
CRL = {'name': 'CN=a'}
FOLLOWS: dict[str, tuple[dict[str, str], dict[str, str], bool]] = {
    'one of many with a cause': ({**FAILS, **ONE, 'code': 'connection_refused'}, MANY_ONE, True),
    'another cause': ({**FAILS, **ONE, 'code': 'expired'}, MANY_ONE, False),
    'a host among many': (GONE, {**MANY_ONE, 'code': 'unreachable'}, True),
    'a stale server of a host': ({**STALE, **ONE}, GONE, True),
    'a stale server of another host': ({**STALE, **OTHER}, GONE, False),
    'a failing server of a host': ({**FAILS, **ONE, 'code': 'expired'}, GONE, False),
    'a lost mail': ({**FAILS, **ONE, 'code': 'not_delivered'}, LOST, True),
    'a lost mail of another server': ({**FAILS, **OTHER, 'code': 'not_delivered'}, LOST, False),
    'an earlier warning': ({**ENDS, 'severity': 'warning'}, {**ENDS, 'severity': 'critical'}, True),
    'a warning of another': ({**ENDS, 'name': 'CN=b', 'severity': 'warning'}, {**ENDS, 'severity': 'critical'}, False),
    'of a stale CRL': ({'alertname': 'SendmemoCrlNeedsRefresh', **CRL}, {'alertname': 'SendmemoCrlStale', **CRL}, True),
}


@pytest.fixture(scope='module')
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Alertmanager]:
    need(Alertmanager.why_not())
    with Alertmanager(tmp_path_factory.mktemp('alertmanager'), INHIBIT.read_text()) as running:
        yield running


@pytest.mark.parametrize('case', FOLLOWS)
def test_an_alert_that_follows_from_another_is_kept_back(alertmanager: Alertmanager, case: str) -> None:
    alert_of, cause, is_kept_back = FOLLOWS[case]
    # Each case in a place of its own, so that none disturbs another.
    apart = {'job': 'node', 'instance': case}
    assert alertmanager.keeps_back({**alert_of, **apart}, {**cause, **apart}) is is_kept_back
