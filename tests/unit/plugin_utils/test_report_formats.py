# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a report is written as: read back by readers that are not ours, everything foreign as text, of a size that holds."""
from __future__ import annotations

import csv
import html.parser
import io
import json
import pathlib
import time
import typing as t
import xml.etree.ElementTree as ET

import jsonschema
import prometheus_client.parser
import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils import report_csv
from ansible_collections.printops.infoprint.plugins.plugin_utils.report_collect import Collector, Event
from ansible_collections.printops.infoprint.plugins.plugin_utils.report_compare import compare
from ansible_collections.printops.infoprint.plugins.plugin_utils.report_files import FORMATS, write_report
from ansible_collections.printops.infoprint.plugins.plugin_utils.report_html import to_html
from ansible_collections.printops.infoprint.plugins.plugin_utils.report_json import from_json, to_json
from ansible_collections.printops.infoprint.plugins.plugin_utils.report_junit import to_junit
from ansible_collections.printops.infoprint.plugins.plugin_utils.report_model import BAD, STATES, Report
from ansible_collections.printops.infoprint.plugins.plugin_utils.report_prometheus import METRICS, to_prometheus
from ansible_collections.printops.infoprint.plugins.plugin_utils.report_summary import terminal_lines
from ansible_collections.printops.infoprint.plugins.plugin_utils.report_values import Odd
from support import fleet
from support.fleet import MARKUP

REFERENCE = pathlib.Path(__file__).resolve().parents[3] / 'docs' / 'reference'


def made(hosts: int, servers: int = 1, expected: t.Iterable[str] = (), results: t.Iterable[fleet.Result] = ()) -> Report:
    found: Report = fleet.report([*fleet.results(hosts, servers), *results], expected)
    return found


@pytest.fixture(scope='module')
def report() -> Report:
    found = made(60, 2, ['print9999.example.com'])
    found.comparison = compare(made(50, 2), found)
    return found


@pytest.fixture(scope='module')
def hostile() -> Report:
    """A report in which every text that a host, a mail server or an inventory controls is markup, or moves the cursor."""
    found = made(0, results=fleet.hostile_results(40))
    found.title = MARKUP
    found.unfinished, found.merged, found.playbooks = [MARKUP], [MARKUP], [MARKUP]
    return found


def test_the_fleet_of_the_tests_has_every_state(report: Report) -> None:
    assert all(report.counts().values())


def test_json_is_as_its_schema_says_and_reads_back_the_same(report: Report, hostile: Report) -> None:
    schema = json.loads((REFERENCE / 'report.schema.json').read_text())
    for one in (report, hostile, made(0)):
        text = to_json(one)
        jsonschema.validate(json.loads(text), schema)
        assert to_json(from_json(text.encode())) == text


@pytest.mark.parametrize(('old', 'new'), [
    ('"version": 1', '"version": 2'), ('fleet_report"', 'other"'),
    ('[{"name":"spl1","state":"proven"', '[{"name":"spl1","state":"fine"'), ('"name":"spl1"', '"name":7'),
    ('"certificate":0', '"certificate":99'), ('"generated": "2026', '"generated": "x'), ('"hosts": [', '"hosts": 7, "x": ['),
    ('}', ''), ('"severity":"error"', '"severity":{}'), ('{', '[' * 100_000),
])
def test_a_report_that_is_not_ours_is_refused(report: Report, old: str, new: str) -> None:
    text = to_json(report)
    assert old in text
    with pytest.raises(Odd):
        from_json(text.replace(old, new, 1).encode())


def test_csv_has_a_line_per_server_and_no_formula(report: Report, hostile: Report) -> None:
    for one in (report, hostile):
        rows = list(csv.reader(io.StringIO(report_csv.to_csv(one), newline='')))
        assert rows[0] == list(report_csv.COLUMNS)
        assert len(rows) == 1 + len(list(one.servers()))
        assert {len(row) for row in rows} == {len(report_csv.COLUMNS)}
        assert {row[2] for row in rows[1:]} == {server.state for _host, server in one.servers()}


@pytest.mark.parametrize(('value', 'cell'), [
    ('=1+1', "'=1+1"), ('+1', "'+1"), ('-1', "'-1"), ('@x', "'@x"), ('\t=1', "'\t=1"), ('\r=1', "'\r=1"), (' =1', "' =1"),
    (-3, '-3'), ('a=1', 'a=1'), ('', ''),
])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted(value: str | int, cell: str) -> None:
    assert report_csv.cell(value) == cell


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
        assert passed == one.counts()['proven']
        assert int(root.attrib['failures']) + int(root.attrib['errors']) >= sum(one.counts()[state] for state in BAD)


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
        assert sum(sample.value for sample in proven) == one.counts()['proven']
        assert len(proven) == len(list(one.servers()))


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
    texts = [make(hostile) for _file, make in FORMATS.values()] + terminal_lines(hostile, '')
    for text in texts:
        assert not set(text.replace('\r\n', '\n')) & set('\u202e\u2066\x1b\x00\r')


def test_page_shows_every_server_and_every_state(report: Report) -> None:
    page = Page(to_html(report))
    for host, _server in report.servers():
        assert host.name in page.text
    assert all(state.label in page.text and state.meaning in page.text for state in STATES.values())


def test_an_empty_report_is_no_good_one() -> None:
    empty = made(0)
    assert 'No InfoPrint server was looked at.' in to_html(empty)
    assert 'class="well"' not in to_html(empty)
    assert 'tests="0"' in to_junit(empty)


def test_ten_thousand_servers_take_seconds_and_a_few_megabytes(tmp_path: pathlib.Path) -> None:
    results = list(fleet.results(2500, 4))
    collector = Collector()
    begin = time.process_time()
    for one in results:
        collector.take(Event(one.host, 'Prove', one.module, one.status, one.result, fleet.moment(), check_mode=one.check_mode))
    big = Report('Big', fleet.moment(), fleet.moment(), False, [], collector.hosts({}))
    written = write_report(big, tmp_path, list(FORMATS))
    assert time.process_time() - begin < 10
    assert len(list(big.servers())) > 9000
    assert sum(path.stat().st_size for path in written) < 15_000_000


@pytest.mark.parametrize('name', FORMATS)
def test_a_file_is_replaced_in_one_step_and_readable_as_the_umask_says(tmp_path: pathlib.Path, report: Report, name: str) -> None:
    path = write_report(report, tmp_path, [name])[0]
    first = path.stat().st_ino
    path.chmod(0o600)
    assert write_report(report, tmp_path, [name]) == []
    path.write_text('x')
    write_report(report, tmp_path, [name])
    assert path.stat().st_ino != first
    assert path.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_reference_names_every_metric_state_and_file(report: Report) -> None:
    page = (REFERENCE / 'report.md').read_text()
    labels: dict[str, set[str]] = {}
    for family in prometheus_client.parser.text_string_to_metric_families(to_prometheus(report)):
        labels[family.name] = {label for sample in family.samples for label in sample.labels}
    for name, (told, _samples) in METRICS.items():
        line = next(line for line in page.splitlines() if line.startswith(f'| `{name}` |'))
        assert told in line
        assert set(line.split('|')[2].strip().strip('`').split()) == labels[name]
    assert all(f'| `{word}` |' in page for word in [*STATES, *(file for file, _make in FORMATS.values())])


def test_a_run_that_ended_early_is_not_well() -> None:
    proven = made(0, results=[fleet.Result('print1', 'send_memo', 'ok', {'servers': [fleet.sent('spl1')]})])
    assert 'class="well"' in to_html(proven)
    proven.unfinished = ['Prove the others']
    assert 'class="well"' not in to_html(proven)
    assert 'The run ended before this play: Prove the others.' in terminal_lines(proven, '')[0]
