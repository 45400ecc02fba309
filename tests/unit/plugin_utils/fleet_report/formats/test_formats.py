# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a report is written as: read back by independent readers, everything foreign as text, of a size that holds."""

from __future__ import annotations

import ast
import csv
import html.parser
import io
import json
import pathlib
import re
import time
import tracemalloc
import typing as t
import xml.etree.ElementTree as ET

import jsonschema
import prometheus_client.parser
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.compare import compare
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.events import Collector, Event
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats import from_json as from_json_module
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats import to_csv as report_csv
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.files import FORMATS, write_report
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.from_json import (
    LARGEST,
    MOST_VALUES,
    from_json,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.page_cells import COLUMNS
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.page_data import PAGE_LENGTH
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.to_html import to_html
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.to_json import to_json
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.to_junit import to_junit
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.to_prometheus import METRICS, to_prometheus
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.model import CRITERION, PROVEN, STATES, Report
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.observations import Run
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.state import build_report
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.summary import verdict
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from support import fleet
from support.fleet import MARKUP

ROOT = pathlib.Path(__file__).resolve().parents[5]
REFERENCE, PLUGINS = ROOT / 'docs' / 'reference', ROOT / 'plugins'


def made(hosts: int, servers: int = 1, expected: t.Iterable[str] = (), results: t.Iterable[fleet.Result] = ()) -> Report:
    found: Report = fleet.report([*fleet.results(hosts, servers), *results], expected)
    return found


@pytest.fixture(scope='module')
def report() -> Report:
    before = fleet.report(fleet.results(3, 1), days=-30)
    before.hosts[0].log.name = before.hosts[0].name = 'print0000.example.com'  # which nobody has looked at since
    found: Report = fleet.report(fleet.results(60, 2), ['print9999.example.com'], before=before)
    found.comparison = compare(made(50, 2), found)
    found.runs[-1].limit = 'all'
    return t.cast(Report, fleet.grouped(found))


@pytest.fixture(scope='module')
def hostile() -> Report:
    """A report in which every text that a host, a mail server or an inventory controls is markup, or moves the cursor."""
    found = made(0, results=fleet.hostile_results(40))
    found.title = MARKUP
    found.unfinished, found.merged, found.missing = [MARKUP], [MARKUP], [MARKUP]
    run = found.runs[-1]
    run.playbook = run.limit = run.user = run.controller = MARKUP
    run.tags, run.versions = [MARKUP], {'python': MARKUP}
    return t.cast(Report, fleet.grouped(found, ['site_a', MARKUP]))


def test_the_fleet_of_the_tests_has_every_state(report: Report) -> None:
    assert not {state for state, count in report.counts().items() if not count}


def test_json_is_as_its_schema_says_and_reads_back_the_same(report: Report, hostile: Report) -> None:
    schema = json.loads((REFERENCE / 'report.schema.json').read_text())
    for one in (report, hostile, made(0)):
        text = to_json(one)
        jsonschema.validate(json.loads(text), schema)
        assert to_json(from_json(text.encode())) == text


DAMAGE = {
    'another version': ('"version": 2', '"version": 3'),
    'another format': ('fleet_report"', 'other"'),
    'an unknown verdict': ('"verdict":"failing"', '"verdict":"fine"'),
    'a name that is a number': ('"name":"spl1"', '"name":7'),
    'a certificate that it does not have': ('"certificate":0', '"certificate":99'),
    'a run that it does not have': ('"run":1', '"run":9'),
    'no time': ('"generated": "2026', '"generated": "x'),
    'hosts are a number': ('"hosts": [', '"hosts": 7, "x": ['),
    'a group that is a number': ('"groups":["', '"groups":[7,"'),
    'no JSON': ('}', ''),
    'a severity that is an object': ('"severity":"error"', '"severity":{}'),
    'nested without end': ('{', '[' * 100_000),
}


@pytest.mark.parametrize('name', DAMAGE)
def test_a_foreign_report_is_refused(report: Report, name: str) -> None:
    old, new = DAMAGE[name]
    text = to_json(report)
    assert old in text
    with pytest.raises(InvalidValue):
        from_json(text.replace(old, new, 1 if len(new) > len(old) + 9 else -1).encode())


HEAD = (
    '{"format":"printops.infoprint/fleet_report","version":2,"title":"x","generated":"2026-11-24T08:15:00Z",'
    '"runs":[{"started":"2026-11-24T08:15:00Z"}],"hosts":['
)


@pytest.mark.newest_core
@pytest.mark.parametrize(
    'entry',
    ['[]', '{"name":"h%d"}', '{"name":"%d","servers":[{"name":"s","log":{"seen":{}}}]}'],
    ids=['empty lists', 'hosts', 'hosts with a server'],
)
def test_a_report_that_would_take_much_memory_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch, entry: str) -> None:
    monkeypatch.setattr(from_json_module, 'MOST_VALUES', from_json_module.MOST_VALUES // 10)  # to count all takes half a minute
    content = (HEAD + ','.join([entry] * 400_000) + ']}').encode()
    tracemalloc.start()
    try:
        with pytest.raises(InvalidValue, match='more than'):
            from_json(content)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


SMALL = json.loads(to_json(fleet.report([*fleet.results(6, 2), *fleet.hostile_results(3)])))
ANY = st.none() | st.booleans() | st.integers(-2, 2**60) | st.floats() | st.text(max_size=4) | st.just([]) | st.just({})


def put(value: t.Any, path: list[int], new: t.Any) -> t.Any:
    """Return a value with another in the place that the numbers lead to."""
    if not path or not isinstance(value, list | dict) or not value:
        return new
    key = path[0] % len(value) if isinstance(value, list) else list(value)[path[0] % len(value)]
    changed = list(value) if isinstance(value, list) else dict(value)
    changed[key] = put(value[key], path[1:], new)
    return changed


@settings(max_examples=400, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=1, max_size=9), ANY)
def test_a_report_with_a_malformed_value_is_refused_or_read(path: list[int], new: t.Any) -> None:
    content = json.dumps(put(SMALL, path, new)).encode('utf-8', 'replace')
    try:
        text = to_json(from_json(content))
    except InvalidValue:
        return
    assert to_json(from_json(text.encode())) == text


def test_csv_has_a_line_per_server_and_no_formula(report: Report, hostile: Report) -> None:
    for one in (report, hostile):
        rows = list(csv.reader(io.StringIO(report_csv.to_csv(one), newline='')))
        assert rows[0] == list(report_csv.COLUMNS)
        assert len(rows) == 1 + len(list(one.servers()))
        assert {len(row) for row in rows} == {len(report_csv.COLUMNS)}
        assert {row[2] for row in rows[1:]} == {server.state for _host, server in one.servers()}
        assert {row[-2] for row in rows[1:]} == {' '.join(host.log.groups) for host in one.hosts}
        assert {row[-1] for row in rows[1:]} == {report_csv.cell(server.facts.profile) for _host, server in one.servers()}


CELLS: dict[str, tuple[str | int, str]] = {
    'equals': ('=1+1', "'=1+1"),
    'plus': ('+1', "'+1"),
    'minus': ('-1', "'-1"),
    'at': ('@x', "'@x"),
    'behind a tab': ('\t=1', "'\t'=1"),
    'behind a CR': ('\r=1', "'\r'=1"),
    'behind a blank': (' =1', "' =1"),
    'behind a no-break space': ('\u00a0=1', "'\u00a0=1"),
    'full-width equals': ('\uff1d1', "'\uff1d1"),
    'full-width at': ('\uff20x', "'\uff20x"),
    'behind a byte order mark': ('\ufeff+1', "'\ufeff+1"),
    'behind a semicolon': ('a;=1', "a;'=1"),
    'behind two semicolons': ('a;;=1', "a;;'=1"),
    'behind a semicolon and a quote': ('a; "=1', 'a;\' "=1'),
    'behind a comma': ('a,-1', "a,'-1"),
    'a number': (-3, '-3'),
    'equals inside a word': ('a=1', 'a=1'),
    'equals inside a second word': ('a; b=1', 'a; b=1'),
    'empty': ('', ''),
}


@pytest.mark.parametrize('name', CELLS)
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(name: str) -> None:
    value, cell = CELLS[name]
    assert report_csv.cell(value) == cell


SIGNS = '=+-@\uff1d\uff0b\uff0d\uff20'


@given(st.lists(st.text(st.sampled_from(SIGNS + ';,\t|"\' \u00a0\u200b\r\nab'), max_size=12), min_size=1, max_size=4))
def test_no_reader_finds_a_formula_in_a_cell_whatever_it_separates_them_by(texts: list[str]) -> None:
    stream = io.StringIO()
    csv.writer(stream, lineterminator='\r\n').writerow([report_csv.cell(text) for text in texts])
    for separator in ',;\t|':
        for row in csv.reader(io.StringIO(stream.getvalue(), newline=''), delimiter=separator):
            assert not [cell for cell in row if re.match(f'[\\s\u200b"]*[{re.escape(SIGNS)}]', cell)]


def test_junit_counts_are_right_and_only_a_proof_passes(report: Report, hostile: Report) -> None:
    for one in (report, hostile):
        root = ET.fromstring(to_junit(one))
        cases = root.findall('./testsuite/testcase')
        for element, found in [(root, cases), *((suite, suite.findall('testcase')) for suite in root)]:
            assert int(element.attrib['tests']) == len(found)
            for kind, name in (('failure', 'failures'), ('error', 'errors'), ('skipped', 'skipped')):
                assert int(element.attrib[name]) == sum(case.find(kind) is not None for case in found)
        assert all(len(case) <= 1 and case.attrib['classname'] and case.attrib['name'] for case in cases)
        passed = sum(case.attrib['name'].endswith(' proof') and not len(case) for case in cases)
        assert passed == sum(one.counts()[state] for state in PROVEN)
        delivered = sum(case.attrib['name'].endswith(' delivery') and not len(case) for case in cases)
        assert delivered == one.counts()['delivered'] > 0
        bad = sum(server.needs_attention for _host, server in one.servers())
        assert int(root.attrib['failures']) + int(root.attrib['errors']) >= bad


def test_metrics_are_read_by_the_parser_of_prometheus(report: Report, hostile: Report) -> None:
    for one in (report, hostile):
        families = {family.name: family for family in prometheus_client.parser.text_string_to_metric_families(to_prometheus(one))}
        assert set(families) == set(METRICS)
        assert all(family.documentation and family.type == 'gauge' for family in families.values())
        for family in families.values():
            labels = [tuple(sorted(sample.labels.items())) for sample in family.samples]
            assert len(labels) == len(set(labels)), family.name
        by_state = {sample.labels['state']: sample.value for sample in families['sendmemo_servers'].samples}
        assert by_state == one.counts()
        proven = families['sendmemo_server_proven'].samples
        assert sum(sample.value for sample in proven) == sum(one.counts()[state] for state in PROVEN)
        assert sum(sample.value for sample in families['sendmemo_delivered'].samples) == one.counts()['delivered']
        assert {sample.value for sample in families['sendmemo_delivery_delay_seconds'].samples} == {1.25}
        assert len(proven) == len(list(one.servers()))
        reachable = {sample.labels['host']: bool(sample.value) for sample in families['sendmemo_host_reachable'].samples}
        assert reachable == {host.name: host.state != 'unreachable' for host in one.hosts if host.is_checked}


class Page(html.parser.HTMLParser):
    """The elements, attributes and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ''
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or '') for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_what_is_foreign_is_text_on_the_page(hostile: Report) -> None:
    page = Page(to_html(hostile))
    assert 'img' not in page.tags
    assert not {name for name, _value in page.attributes if name.startswith('on') or name in ('src', 'style')}
    assert {value for name, value in page.attributes if name == 'href' and not value.startswith('#')} == {'data:,'}
    assert MARKUP in page.text
    assert not set(page.text) & set('\u202e\u2066\x1b\x00\r')


def test_no_file_and_no_line_holds_what_moves_a_cursor(hostile: Report) -> None:
    texts = [make(hostile) for _file, make in FORMATS.values()]
    for text in texts:
        assert not set(text.replace('\r\n', '\n')) & set('\u202e\u2066\x1b\x00\r')


def data_of(page: str) -> dict[str, t.Any]:
    """Return the data that the page's script reads."""
    found: dict[str, t.Any] = json.loads(page.partition('id="data">')[2].partition('</script>')[0])
    return found


def test_page_shows_every_server_and_every_state(report: Report) -> None:
    page = Page(to_html(report))
    rows = data_of(to_html(report))
    assert sorted(rows['hosts'][row[0]][0] for row in rows['rows']) == sorted(host.name for host, _server in report.servers())
    assert all(host.name in page.text for host, server in report.servers() if server.needs_attention)
    assert all(state.label in page.text and state.meaning in page.text for state in STATES.values())


def test_durations_of_sends_are_quantiles() -> None:
    entries = [fleet.sent(f'spl{number}', timings_ms={'total': 10 * number}) for number in range(1, 11)]
    text = to_prometheus(made(0, results=[fleet.Result('print1', 'send_memo', 'ok', {'servers': entries})]))
    found = dict(re.findall(r'^sendmemo_send_duration_seconds\{quantile="(.+)"\} (.+)$', text, re.MULTILINE))
    assert found == {'0.5': '0.05', '0.9': '0.09', '1': '0.1'}
    assert 'sendmemo_send_duration_seconds{' not in to_prometheus(made(0))


def test_each_row_of_the_page_has_a_cell_for_each_column(report: Report) -> None:
    page = to_html(report)
    head, _tag, body = page.partition('<thead>')[2].partition('<tbody>')
    rows = body.partition('</tbody>')[0].split('<tr ')[1:]
    assert len(rows) == PAGE_LENGTH
    assert {row.count('<th>') + row.count('<td>') for row in rows} == {head.count('<th ')} == {len(COLUMNS)}
    assert {len(cells) + 1 for _host, _state, _cause, _part, cells, _facts in data_of(page)['rows']} == {len(COLUMNS)}
    assert ':column(' not in page.replace(':column(...)', '')


@pytest.mark.parametrize('plugin', ['callback/fleet_report.py', 'modules/merge_reports.py'])
def test_a_plugin_that_writes_reports_offers_each_format(plugin: str) -> None:
    tree = ast.parse((PLUGINS / plugin).read_text('utf-8'))
    texts = {
        statement.targets[0].id: statement.value.value
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Constant)
    }
    option = yaml.safe_load(texts['DOCUMENTATION'])['options']['formats']
    assert option['choices'] == option['default'] == list(FORMATS)


def test_an_empty_report_is_no_good_one() -> None:
    empty = made(0)
    assert 'No InfoPrint server was checked.' in to_html(empty)
    assert 'class="well"' not in to_html(empty)
    assert 'tests="0"' in to_junit(empty)


@pytest.mark.newest_core
def test_ten_thousand_servers_take_seconds_and_two_kilobytes_each(tmp_path: pathlib.Path) -> None:
    results = list(fleet.results(2500, 4))
    collector = Collector(Run())
    begin = time.process_time()
    for one in results:
        collector.take(Event(one.host, 'Prove', one.module, one.status, one.result, fleet.moment(), check_mode=one.check_mode))
    big = build_report('Big', collector.logs({}), [], fleet.moment())
    written = write_report(big, tmp_path, list(FORMATS))
    assert time.process_time() - begin < 10
    assert len(list(big.servers())) > 9000
    assert sum(path.stat().st_size for path in written) < 22_500_000


def test_the_report_of_ten_thousand_hosts_that_were_all_changed_can_be_read_again() -> None:
    paths = [f'/var/pd/spl1/{name}' for name in ('sendmemo-ca-a87c33bc0153d95f.pem', 'sendmemo-crl-2f9bbebae8372f68.pem')]
    keywords = ('EnableTLS', 'CAFile', 'CrlFile')
    drift = [
        *({'file': path, 'kind': 'missing'} for path in paths),
        *(
            {'file': '/var/pd/spl1/sendmemo-ssl.cfg', 'keyword': word, 'kind': 'changed', 'before': 'a.pem', 'after': 'b.pem'}
            for word in keywords
        ),
    ]
    names, hosts = [f'spl{number}' for number in range(1, 5)], [f'print{number:05}.example.com' for number in range(50)]
    results = [
        *(
            fleet.Result(
                host,
                'sendmemo_config',
                'ok',
                {'servers': [{**fleet.configured(name, changed=True), 'drift': drift} for name in names]},
            )
            for host in hosts
        ),
        *(fleet.Result(host, 'send_memo', 'ok', {'servers': [fleet.sent(name) for name in names]}) for host in hosts),
    ]
    text = to_json(made(0, results=results))
    assert from_json(text.encode()).counts()['proven'] == 200
    assert 200 * len(text) < LARGEST
    assert 200 * len(re.findall(r'[\[{,]', text)) < MOST_VALUES


@pytest.mark.parametrize('name', FORMATS)
def test_a_file_is_replaced_in_one_step_and_readable_as_its_mode_says(tmp_path: pathlib.Path, report: Report, name: str) -> None:
    path = write_report(report, tmp_path, [name])[0]
    first = path.stat().st_ino
    path.chmod(0o600)
    assert write_report(report, tmp_path, [name]) == []
    path.write_text('x')
    write_report(report, tmp_path, [name])
    assert path.stat().st_ino != first
    assert path.stat().st_mode & 0o777 == 0o640
    path.write_text('x')
    write_report(report, tmp_path, [name], 0o644)
    assert path.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_reference_names_every_metric_state_and_file(report: Report) -> None:
    page = (REFERENCE / 'report.md').read_text()
    labels: dict[str, set[str]] = {}
    for family in prometheus_client.parser.text_string_to_metric_families(to_prometheus(report)):
        labels[family.name] = {label for sample in family.samples for label in sample.labels}
    for name, (help_text, _samples) in METRICS.items():
        line = next(line for line in page.splitlines() if line.startswith(f'| `{name}` |'))
        assert help_text in line
        assert set(line.split('|')[2].strip().strip('`').split()) == labels[name]
    assert all(f'| `{word}` |' in page for word in [*STATES, *(file for file, _make in FORMATS.values())])


def test_a_run_that_ended_early_is_not_well() -> None:
    proven = made(0, results=[fleet.Result('print1', 'send_memo', 'ok', {'servers': [fleet.sent('spl1')]})])
    assert 'class="well"' in to_html(proven)
    proven.unfinished = ['Prove the others']
    assert 'class="well"' not in to_html(proven)
    assert verdict(proven).endswith('The run ended before this play: Prove the others.')


def test_the_verdict_counts_what_was_changed_and_not_proven() -> None:
    entries = {'servers': [fleet.configured('spl1', drift=True, changed=True, trust=[]), fleet.configured('spl2', trust=[])]}
    found = fleet.report(
        [
            fleet.Result('print1', 'sendmemo_config', 'ok', entries),
            fleet.Result('print1', 'send_memo', 'failed', {'servers': [fleet.sent('spl2', ok=False, trust=[])]}),
        ]
    )
    assert verdict(found) == '1 of 2 servers needs attention: 1 failing; 1 changed but not proven.'


def test_what_sends_in_plaintext_is_green_nowhere() -> None:
    found = fleet.report([fleet.Result('print1', 'send_memo', 'ok', {'servers': [fleet.in_plaintext('spl1')]})])
    assert 'class="ill"' in to_html(found)
    assert 'sendmemo_server_proven{host="print1",server="spl1"} 0' in to_prometheus(found)
    assert 'sendmemo_server_needs_attention{host="print1",server="spl1"} 1' in to_prometheus(found)
    failure = ET.fromstring(to_junit(found)).find("./testsuite/testcase[@name='spl1 proof']/failure")
    assert failure is not None
    assert failure.attrib['type'] == 'tls_off'
    accepted = fleet.report(
        [fleet.Result('print1', 'send_memo', 'ok', {'servers': [fleet.in_plaintext('spl1', accept_unprotected=True)]})]
    )
    assert 'class="fair"' in to_html(accepted)
    assert 'sendmemo_server_proven{host="print1",server="spl1"} 0' in to_prometheus(accepted)
    assert 'sendmemo_server_needs_attention{host="print1",server="spl1"} 0' in to_prometheus(accepted)
    assert ET.fromstring(to_junit(accepted)).attrib['failures'] == '0'


def test_criterion_and_provenance_are_on_the_page_and_in_the_json(report: Report) -> None:
    page = Page(to_html(report))
    assert CRITERION in page.text
    given = json.loads(to_json(report))
    assert given['criterion'] == CRITERION
    newest = given['runs'][-1]
    assert (newest['playbook'], newest['user'], newest['hosts']) == (
        'site.yml',
        'printops',
        {'inventory': 100, 'seen': 70, 'reached': 60},
    )
    assert set(newest['versions']) == {'collection', 'ansible_core', 'python', 'openssl'}
    assert 'by printops on controller.example.com' in page.text
    assert len(given['runs']) == 2
    assert 'check_mode' not in given


VERSION_1 = {
    'format': 'printops.infoprint/fleet_report',
    'version': 1,
    'title': 'Old',
    'generated': fleet.moment(-1),
    'started': fleet.moment(-1),
    'check_mode': False,
    'playbooks': ['verify.yml'],
    'unfinished': [],
    'merged': [],
    'comparison': None,
    'certificates': [{'kind': 'certificate', 'name': 'CN=mail.example.com', 'not_after': fleet.moment(60)}],
}
PROOF_1 = {'at': fleet.moment(-1), 'message_id': '<a@b>', 'queue_id': '4A3B'}
ROWS_1: dict[str, tuple[dict[str, t.Any], str]] = {
    'proven': ({'state': 'proven', 'proof': PROOF_1, 'mode': 'starttls', 'tls_version': 'TLSv1.3', 'certificate': 0}, 'proven'),
    'proven in plaintext': (
        {
            'state': 'proven',
            'proof': PROOF_1,
            'mode': 'plaintext',
            'checked': fleet.moment(-1),
            'problems': [{'code': 'tls_off', 'severity': 'warning', 'message': 'plaintext'}],
        },
        'unprotected',
    ),
    'proven in spite of errors': (
        {
            'state': 'proven',
            'proof': PROOF_1,
            'tls_version': 'TLSv1.3',
            'ignored': [{'code': 'expired', 'severity': 'error', 'message': 'it expired'}],
        },
        'unprotected',
    ),
    'failing': (
        {
            'state': 'failing',
            'checked': fleet.moment(-1),
            'proof': {'at': fleet.moment(-5)},
            'problems': [{'code': 'expired', 'severity': 'error', 'stage': 'certificate', 'message': 'it expired'}],
        },
        'failing',
    ),
    'drifted': ({'state': 'drifted', 'checked': fleet.moment(-1), 'drift': [{'file': 'x', 'kind': 'mode'}]}, 'drifted'),
    'configured': (
        {
            'state': 'configured',
            'checked': fleet.moment(-1),
            'problems': [{'code': 'not_proven', 'severity': 'info', 'message': 'Nothing was sent in this run.'}],
        },
        'configured',
    ),
    'corrected': (
        {'state': 'configured', 'checked': fleet.moment(-1), 'corrected': True, 'drift': [{'file': 'x', 'kind': 'mode'}]},
        'changed_unproven',
    ),
    'tested': ({'state': 'tested', 'checked': fleet.moment(-1), 'until': 'envelope', 'tls_version': 'TLSv1.3'}, 'tested'),
    'not checked': ({'state': 'not_checked'}, 'not_checked'),
}


@pytest.mark.parametrize('name', ROWS_1)
def test_a_report_of_version_1_is_read(name: str) -> None:
    row, expected = ROWS_1[name]
    given = {**VERSION_1, 'hosts': [{'name': 'print1', 'state': row['state'], 'servers': [{'name': 'spl1', **row}]}]}
    server = from_json(json.dumps(given).encode()).hosts[0].servers[0]
    assert server.state == expected
    proof = {} if expected == 'unprotected' else row.get('proof', {})
    assert (server.proof.at if server.proof else None) == proof.get('at')


def test_an_unreachable_host_of_version_1_is_read() -> None:
    server = {'name': '', 'state': 'unreachable', 'problems': [{'code': 'unreachable', 'severity': 'error', 'message': 'gone'}]}
    given = {**VERSION_1, 'hosts': [{'name': 'print1', 'state': 'unreachable', 'servers': [server]}]}
    assert [one.state for one in from_json(json.dumps(given).encode()).hosts[0].servers] == ['unreachable']
