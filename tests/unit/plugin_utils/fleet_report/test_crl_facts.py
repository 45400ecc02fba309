# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CRLs in the report: what is shown of each, what counts as due, and metrics that a new CRL continues."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.crl_facts import is_refresh_due
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.from_json import from_json
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.to_html import to_html
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.to_json import to_json
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.to_prometheus import to_prometheus
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.model import Report
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.observations import Expiry
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.summary import verdict
from support import fleet

NAME, URL = 'CN=Example Mail CA', 'http://ca.example.com/mail-ca.crl'


def crl(made: float = -2, ends: float = 5, number: int = 9, fetched: float | None = -0.5) -> dict[str, t.Any]:
    """Return the entry of a CRL; times are in days from now."""
    facts = {'this_update': fleet.moment(made), 'not_after': fleet.moment(ends), 'number': number}
    by_url = {} if fetched is None else {'source': URL, 'fetched': fleet.moment(fetched)}
    return {'keyword': 'CrlFile', 'file': URL, 'name': NAME, **facts, **by_url}


def result(host: str, module: str, *trust: dict[str, t.Any], **more: t.Any) -> fleet.Result:
    entry = {**fleet.configured('spl1', trust=list(trust)), **more.pop('entry', {})}
    return fleet.Result(host, module, 'ok', {'changed': False, 'servers': [entry], 'problems': [], **more})


def metrics(report: Report) -> dict[str, str]:
    lines = [line.rpartition(' ') for line in to_prometheus(report).splitlines() if line.startswith('sendmemo_crl_')]
    assert {series.partition('{')[2] for series, _blank, _value in lines} <= {f'name="{NAME}"}}'}
    return {series.partition('{')[0].removeprefix('sendmemo_crl_'): value for series, _blank, value in lines}


def seconds(days: float) -> str:
    return str(int((fleet.NOW.timestamp()) + days * 86400))


def test_metrics_of_a_crl() -> None:
    assert metrics(fleet.report([result('print1', 'sendmemo_config', crl())])) == {
        'next_update_timestamp_seconds': seconds(5),
        'this_update_timestamp_seconds': seconds(-2),
        'number': '9',
        'fetch_age_seconds': str(86400 // 2),
        'stale': '0',
    }


def test_of_several_crls_of_a_ca_the_first_to_be_replaced_counts() -> None:
    old, new = crl(-9, -1, 8, fetched=-3), crl()
    found = metrics(fleet.report([result('print1', 'sendmemo_config', new), result('print2', 'sendmemo_config', old)]))
    assert (found['number'], found['stale'], found['fetch_age_seconds']) == ('8', '1', str(86400 // 2))


def test_without_crls_there_is_no_metric_of_them() -> None:
    assert metrics(fleet.report([result('print1', 'sendmemo_config')])) == {}


def test_a_check_of_the_host_does_not_lose_what_is_known_of_the_fetch() -> None:
    checked = [result('print1', 'sendmemo_config', crl()), result('print1', 'sendmemo_validate', crl(fetched=None))]
    assert metrics(fleet.report(checked))['fetch_age_seconds'] == str(86400 // 2)
    other = [result('print1', 'sendmemo_config', crl()), result('print1', 'sendmemo_validate', crl(-3, fetched=None))]
    assert 'fetch_age_seconds' not in metrics(fleet.report(other)), 'the host has another one'


def test_the_report_is_the_same_after_it_was_written_and_read() -> None:
    report = fleet.report([result('print1', 'sendmemo_config', crl(number=(1 << 159) + 1))])
    again = from_json(to_json(report).encode())
    assert metrics(again) == metrics(report)
    assert to_json(again) == to_json(report)


def test_the_page_says_what_is_known_of_each() -> None:
    page = to_html(fleet.report([result('print1', 'sendmemo_config', crl(-20, 5))]))
    minutes = [fleet.moment(days)[:16].replace('T', ' ') for days in (-20, -0.5)]
    assert f'number 9, made {minutes[0]} UTC, from {URL}, last fetched {minutes[1]} UTC, refresh due;' in page


@pytest.mark.parametrize(
    ('made', 'ends', 'due'),
    [
        pytest.param(-4, 2.1, False, id='more than a third is left'),
        pytest.param(-4, 1.9, True, id='less than a third is left'),
        pytest.param(-4, -1, True, id='nothing is left'),
        pytest.param(-0.1, 0.5, False, id='a short life, just begun'),
    ],
)
def test_a_refresh_is_due_where_less_than_a_third_is_left(made: float, ends: float, due: bool) -> None:
    what = Expiry('crl', NAME, fleet.moment(ends), this_update=fleet.moment(made))
    assert is_refresh_due(what, fleet.moment()) is due


@pytest.mark.parametrize(
    ('given', 'soon'),
    [
        pytest.param(crl(), False, id='one that is fetched'),
        pytest.param(crl(-20, 5), True, id='one that is fetched and due'),
        pytest.param(crl(fetched=None), True, id='a file'),
    ],
)
def test_the_verdict_does_not_warn_of_what_is_renewed_in_time(given: dict[str, t.Any], soon: bool) -> None:
    assert ('expires' in verdict(fleet.report([result('print1', 'sendmemo_config', given)]))) is soon


def test_a_refresh_of_crls_says_nothing_of_drift_in_all_else() -> None:
    drifted = result('print1', 'sendmemo_config', crl(), entry={'drift': fleet.configured('spl1', drift=True)['drift']})
    refreshed = result('print1', 'sendmemo_config', crl(), only_crls=True)
    ((_host, server),) = fleet.report([drifted, refreshed]).servers()
    assert server.state == 'drifted'
    corrected = fleet.report([drifted, refreshed, result('print1', 'sendmemo_config', crl())])
    assert [server.state for _host, server in corrected.servers()] == ['configured']
