# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The dashboard's queries and the alerting rules in a real Prometheus that scrapes the metrics of a real run."""

from __future__ import annotations

import itertools
import json
import re
import typing as t

import pytest

from support.collection import part
from support.http_service import until
from support.monitored_fleet import MonitoredFleet
from support.playbook import ROOT
from support.prometheus import Prometheus

from .conftest import need

MONITORING = ROOT / 'monitoring'
DASHBOARD = json.loads((MONITORING / 'grafana' / 'sendmemo.json').read_text())
PANELS = DASHBOARD['panels']
OF_CORE = {'row', 'text', 'stat', 'table', 'timeseries'}  # panels that Grafana has without a plugin
QUERIES = {f'{panel["title"]}, {target["refId"]}': target for panel in PANELS for target in panel.get('targets', ())}
VARIABLE = {'uid': '${datasource}', 'type': 'prometheus'}


@pytest.fixture(scope='module')
def prometheus(monitored_fleet: MonitoredFleet, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Prometheus]:
    need(Prometheus.why_not())
    metrics = monitored_fleet.broken / 'sendmemo.prom'
    rules = MONITORING / 'prometheus' / 'sendmemo.rules.yml'
    with Prometheus(tmp_path_factory.mktemp('prometheus'), metrics, rules) as running:
        yield running


@pytest.mark.parametrize('name', QUERIES)
def test_each_query_of_the_dashboard_has_an_answer(prometheus: Prometheus, name: str) -> None:
    target = QUERIES[name]
    for instance in ('.*', f'({re.escape("127.0.0.1")}:[0-9]+)'):
        expression = target['expr'].replace('$instance', instance.replace('\\', '\\\\'))
        assert '$' not in expression
        assert prometheus.query(expression) if target['instant'] else prometheus.query_range(expression)


def test_the_table_of_attention_has_each_server_with_its_cause(prometheus: Prometheus) -> None:
    expression = QUERIES['Servers that need attention, A']['expr'].replace('$instance', '.*')
    found = {(one['metric']['host'], one['metric']['code']) for one in prometheus.query(expression)}
    assert found == {
        ('print2', 'expired'),
        ('print3', 'not_as_declared'),
        ('print4', 'unreachable'),
        ('print5', 'drift'),
        ('print6', 'not_delivered'),
        ('print7', 'connection_refused'),
    }


def test_the_rules_are_evaluated_without_an_error(prometheus: Prometheus) -> None:
    waiting = {
        'SendmemoServerNotProven',
        'SendmemoServerUnprotected',
        'SendmemoConfigurationDrifted',
        'SendmemoHostUnreachable',
        'SendmemoMailLost',
        'SendmemoManyServersOneCause',
        'SendmemoCertificateEndsSoon',
    }
    # The first evaluation may come before the first scrape.
    until(lambda: {rule['name'] for rule in prometheus.rules() if rule.get('state') == 'pending'} == waiting)
    rules = prometheus.rules()
    assert {rule['health'] for rule in rules} == {'ok'}, [rule.get('lastError') for rule in rules]


def test_it_needs_no_plugin_and_no_data_source_of_its_own() -> None:
    assert {panel['type'] for panel in PANELS} <= OF_CORE
    assert all(target['datasource'] == panel['datasource'] == VARIABLE for panel in PANELS for target in panel.get('targets', ()))
    variables = {one['name']: one for one in DASHBOARD['templating']['list']}
    assert (variables['datasource']['type'], variables['datasource']['query']) == ('datasource', 'prometheus')
    assert set(re.findall(r'\$\{?(\w+)', json.dumps(PANELS))) == set(variables)


def test_each_panel_has_a_place_and_a_number_of_its_own() -> None:
    assert len({panel['id'] for panel in PANELS}) == len(PANELS)
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel['gridPos']
        cells = set(itertools.product(range(place['x'], place['x'] + place['w']), range(place['y'], place['y'] + place['h'])))
        assert not cells & taken, panel['title']
        assert place['x'] + place['w'] <= 24
        taken |= cells


def test_what_a_table_renames_or_formats_is_there() -> None:
    """A column is named by the query, `Value` or a label, and formatted by the name that it gets."""
    for panel in PANELS:
        for change in panel.get('transformations', ()):
            if change['id'] == 'organize':
                options = change['options']
                assert set(options['renameByName']) <= set(options['indexByName'])
                shown = {options['renameByName'].get(name, name) for name in options['indexByName']}
                assert {override['matcher']['options'] for override in panel['fieldConfig']['overrides']} <= shown


def test_its_header_says_what_proven_means_and_its_colours_have_every_state() -> None:
    model = part('fleet_report.model')
    assert model.CRITERION in PANELS[0]['options']['content']
    [states] = [panel for panel in PANELS if panel['title'] == 'Servers by state']
    assert [override['matcher']['options'] for override in states['fieldConfig']['overrides']] == list(model.STATES)


def test_every_metric_that_it_shows_exists() -> None:
    used = set(re.findall(r'\bsendmemo_[a-z_]+', json.dumps(DASHBOARD)))
    assert used <= set(part('fleet_report.formats.to_prometheus').METRICS)
