# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""check_sendmemo on the reports of real runs, and on what is no report: never better than the report, never a traceback."""

from __future__ import annotations

import copy
import functools
import http.server
import importlib.machinery
import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import time
import types
import typing as t

import pytest

from support import fleet as recorded
from support.collection import make_importable, part
from support.monitored_fleet import MANY, MonitoredFleet
from support.playbook import ROOT
from support.pythons import first_and_last, target_pythons

CHECK = ROOT / 'monitoring' / 'nagios' / 'check_sendmemo'
DAY = 86400.0
NOW = recorded.NOW.timestamp()
BAD = {'expired': 2, 'not_as_declared': 2, 'connection_refused': 2, 'not_delivered': 2, 'unreachable': 1, 'drift': 1}


class Done(t.NamedTuple):
    rc: int
    lines: list[str]


def run(report: pathlib.Path | str, *options: str, python: str = sys.executable) -> Done:
    done = subprocess.run(
        [python, str(CHECK), str(report), *options],
        capture_output=True,
        timeout=30,
        stdin=subprocess.DEVNULL,
        env={'PATH': os.defpath, 'LC_ALL': 'C'},
        check=False,
    )
    assert done.stderr == b''
    return Done(done.returncode, done.stdout.decode().splitlines())


@functools.cache
def script() -> types.ModuleType:
    """Return the check as a module."""
    loader = importlib.machinery.SourceFileLoader('check_sendmemo', str(CHECK))
    spec = importlib.util.spec_from_loader('check_sendmemo', loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def judged(tmp_path: pathlib.Path, report: object, *options: str, hours: float = 1) -> Done:
    """Return what the check says of a report, so many hours after it was made."""
    path = tmp_path / 'report.json'
    path.write_text(report if isinstance(report, str) else json.dumps(report))
    code, lines = script().run(script().arguments([str(path), *options]), NOW + hours * 3600)
    return Done(code, lines)


@pytest.mark.parametrize('version', first_and_last('3.9'))
def test_real_reports_have_their_line_and_exit_code(monitored_fleet: MonitoredFleet, version: str) -> None:
    python = str(target_pythons().get(version, sys.executable))
    well = run(monitored_fleet.well / 'report.json', python=python)
    assert well.rc == 0
    assert re.fullmatch(
        r'MAIL OK - 18 of 18 servers proven \| '
        r'proven=18;;;0;18 days_left=36\d;20:;3: crl_days_left=89;;0: age=\d+s;;172800;0',
        well.lines[0],
    )
    broken = run(monitored_fleet.broken / 'report.json', python=python)
    assert broken.rc == 2
    assert broken.lines[0].startswith(
        'MAIL CRITICAL - 17 of 18 servers not proven: print2 spl1 (expired), print3 spl1 (not_as_declared), '
        'print6 spl1 (not_delivered) and 14 more; certificate CN=mail.example.com ended 3 days ago | '
        'proven=1;;;0;18 days_left=-4;'
    )
    assert len(broken.lines) == 1 + 17
    assert broken.lines[-1] == 'print5 spl1 (drift): drifted: Hostname'


def test_one_service_per_host_has_its_own_status(monitored_fleet: MonitoredFleet) -> None:
    report = monitored_fleet.broken / 'report.json'
    codes = {f'print{number}': run(report, '--host', f'print{number}').rc for number in range(1, 8)}
    assert codes == {'print1': 0, 'print2': 2, 'print3': 2, 'print4': 1, 'print5': 1, 'print6': 2, 'print7': 2}
    assert run(report, '--host', 'print7', '--server', 'spl3').lines[0].startswith('MAIL CRITICAL - 1 of 1 servers')
    assert run(report, '--host', 'print9').rc == 3
    assert run(report, '--host', 'print2', '--ignore', 'expired', '--critical-days', '0').rc == 2, 'its certificate has ended'
    ignored = run(report, '--host', 'print7', '--ignore', 'connection_refused')
    assert ignored.rc == 0
    assert f'0 of {MANY} servers proven, {MANY} ignored: print7 spl1 (connection_refused)' in ignored.lines[0]


def test_checkmk_and_zabbix_read_the_same(monitored_fleet: MonitoredFleet) -> None:
    report = monitored_fleet.broken / 'report.json'
    local = run(report, '--checkmk', '--host', 'print2', '--service', 'Mail of print2')
    assert (local.rc, len(local.lines)) == (0, 1)
    found = re.fullmatch(r'(\d) "([^"]+)" (\S+) (.+)', local.lines[0])
    assert found, local.lines
    status, service, metrics, text = found.groups()
    assert (status, service) == ('2', 'Mail of print2')
    assert all(re.fullmatch(r'[a-z_]+=-?\d+', metric) for metric in metrics.split('|'))
    assert text.startswith('1 of 1 servers not proven: print2 spl1 (expired); certificate')
    found = json.loads(run(report, '--zabbix', 'discovery').lines[0])
    assert {'{#HOST}': 'print7', '{#SERVER}': 'spl12'} in found
    values = json.loads(run(report, '--zabbix', 'values').lines[0])
    assert (len(found), len(values['servers']), values['status']) == (18, 18, 2)
    assert {one['code']: one['status'] for one in values['servers'] if one['code']} == BAD
    assert json.loads(run('/nonexistent', '--zabbix', 'values').lines[0])['status'] == 3
    assert run('/nonexistent', '--checkmk').lines == ['3 "Print mail" - the report can\'t be read: No such file or directory']


def test_nothing_is_discovered_where_no_report_is(tmp_path: pathlib.Path) -> None:
    done = subprocess.run(
        [sys.executable, str(CHECK), str(tmp_path / 'none'), '--zabbix', 'discovery'],
        capture_output=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (3, b'')
    assert b'No such file' in done.stderr


@functools.cache
def content(kind: str) -> dict[str, t.Any]:
    """Return the report of one server: proven, in plaintext, or accepted in plaintext; or of a proven and a failing one."""
    make_importable()
    entries = {
        'proven': [recorded.sent('spl1')],
        'plaintext': [recorded.in_plaintext('spl1')],
        'accepted': [recorded.in_plaintext('spl1', accept_unprotected=True)],
        'one fails': [recorded.sent('spl1'), recorded.sent('spl2', ok=False)],
        'one fails now': [recorded.sent('spl1'), recorded.sent('spl2', ok=False, certificate=recorded.certificate())],
        'handshake': [recorded.sent('spl1', until='handshake')],
    }[kind]
    status = 'failed' if kind.startswith('one fails') else 'ok'
    report = recorded.report([recorded.Result('print1', 'send_memo', status, {'servers': entries})])
    return t.cast('dict[str, t.Any]', json.loads(part('fleet_report.formats.to_json').to_json(report)))


def changed(kind: str, **values: t.Any) -> dict[str, t.Any]:
    return {**content(kind), **values}


def of_server(kind: str = 'proven', **values: t.Any) -> dict[str, t.Any]:
    report = copy.deepcopy(content(kind))
    report['hosts'][0]['servers'][0].update(values)
    return report


TWO = [{'code': code, 'severity': 'error', 'message': code} for code in ('one', 'two')]


def with_empty_host() -> dict[str, t.Any]:
    hosts = content('proven')['hosts']
    return changed('proven', hosts=[*hosts, {'name': 'print2', 'servers': []}])


# A report and the options; hours after it was made; exit code, and a part of the line.
CASES: dict[str, tuple[t.Callable[[], object], tuple[str, ...], float, int, str]] = {
    'proven': (lambda: content('proven'), (), 1, 0, '1 of 1 servers proven'),
    'plaintext': (lambda: content('plaintext'), (), 1, 2, 'print1 spl1 (tls_off)'),
    'accepted': (lambda: content('accepted'), (), 1, 0, '0 of 1 servers proven, 1 unprotected but accepted'),
    'accepted by mistake': (lambda: of_server('plaintext', accepted='no'), (), 1, 2, 'tls_off'),
    'a certificate of no number': (lambda: of_server(certificate=-1), (), 1, 3, 'certificate is malformed'),
    'never sent': (lambda: content('handshake'), (), 1, 1, 'print1 spl1 (tested)'),
    'one fails': (lambda: content('one fails'), (), 1, 2, 'print1 spl2 (expired)'),
    'too old': (lambda: content('proven'), (), 49, 3, 'it is 2 days old'),
    'not too old for me': (lambda: content('proven'), ('--max-age', '72', '--proof-age', '3'), 49, 0, 'proven'),
    'too old and failing': (lambda: content('one fails'), (), 49, 3, 'it is 2 days old'),
    'of tomorrow': (lambda: content('proven'), (), -24, 3, 'it is dated 1 day from now'),
    'a proof of last week': (lambda: of_server(proof={'at': recorded.moment(-3)}), (), 1, 1, 'not proven for 2 days'),
    'a proof without a time': (lambda: of_server(proof={}), (), 1, 1, 'not proven for 2 days'),
    'unfinished': (lambda: changed('proven', unfinished=['Verify']), (), 1, 3, 'the run ended early'),
    'unfinished and failing': (lambda: changed('one fails', unfinished=['Verify']), (), 1, 2, 'the run ended early'),
    'a slice is missing': (lambda: changed('proven', missing=['slice3']), (), 1, 3, 'a report is missing'),
    'a certificate ends': (lambda: content('proven'), ('--warning-days', '70'), 1, 1, 'CN=mail.example.com ends in 60 days'),
    'a certificate ends now': (lambda: content('proven'), ('--critical-days', '70'), 1, 2, 'ends in 60 days'),
    'a CRL is due': (
        lambda: content('proven'),
        ('--max-age', '480', '--proof-age', '20'),
        24 * 13,
        1,
        'CRL of CN=Example Mail CA',
    ),
    'a CRL is past': (lambda: content('proven'), ('--max-age', '960', '--proof-age', '40'), 24 * 22, 2, 'ended 1 day ago'),
    'no servers': (lambda: changed('proven', hosts=[], servers={}), (), 1, 3, 'it has no servers'),
    'a host without servers': (with_empty_host, (), 1, 3, 'servers is malformed'),
    'counts differ': (lambda: changed('one fails', servers={'proven': 2}), (), 1, 3, 'it contradicts itself'),
    'a new state': (lambda: of_server(state='better'), (), 1, 3, 'the state better is not known here'),
    'version 1': (lambda: changed('proven', version=1), (), 1, 3, 'not a fleet report of version 2'),
    'version true': (lambda: changed('proven', version=True), (), 1, 3, 'malformed'),
    'another format': (lambda: changed('proven', format='x'), (), 1, 3, 'not a fleet report'),
    'empty': (lambda: '', (), 1, 3, 'not valid JSON'),
    'cut off': (lambda: json.dumps(content('proven'))[:-9], (), 1, 3, 'not valid JSON'),
    'nested without end': (lambda: '[' * 100_000, (), 1, 3, 'not valid JSON'),
    'a number without end': (lambda: '1' * 100_000, (), 1, 3, ''),
    'a list': (list, (), 1, 3, 'malformed'),
    'ignored': (lambda: content('one fails'), ('--ignore', 'expired', '--critical-days', '0'), 1, 2, 'ended 3 days ago'),
    'one of two is ignored': (lambda: of_server('plaintext', problems=TWO), ('--ignore', 'one'), 1, 2, 'print1 spl1 (one)'),
    'both are ignored': (lambda: of_server('plaintext', problems=TWO), ('--ignore', 'one', '--ignore', 'two'), 1, 0, '1 ignored'),
    'another is ignored': (lambda: content('plaintext'), ('--ignore', 'expired'), 1, 2, 'tls_off'),
}


@pytest.mark.parametrize('case', CASES)
def test_what_is_not_known_to_be_well_is_not_ok(tmp_path: pathlib.Path, case: str) -> None:
    make, options, hours, rc, text = CASES[case]
    done = judged(tmp_path, make(), *options, hours=hours)
    assert (done.rc, text in done.lines[0]) == (rc, True), done.lines[0]


@pytest.mark.parametrize('option', [('--bad',), ('--timeout', '0'), ('--max-age', 'nan'), ('--max-age', '-1')], ids=' '.join)
def test_a_mistake_in_the_options_is_unknown_and_not_critical(option: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, str(CHECK), 'x', *option], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 3
    assert done.stderr.startswith('MAIL UNKNOWN - ')


def test_whatever_a_report_says_is_text_on_one_line(tmp_path: pathlib.Path) -> None:
    make_importable()
    hostile = recorded.report(recorded.hostile_results(40), title=recorded.MARKUP)
    text = part('fleet_report.formats.to_json').to_json(hostile)
    report = json.loads(text)
    for host in report['hosts']:
        host['name'] = f'a|b\n\x1b[31m\u202e\ud800{host["name"]}'
        for server in host['servers']:
            server['name'] = '|c=1;2;3\u2028' * 500
    for options in ((), ('--checkmk',), ('--zabbix', 'values')):
        done = judged(tmp_path, report, *options)
        assert len(done.lines) <= 22
        for number, line in enumerate(done.lines):
            assert line.isprintable()
            assert line.encode()
            assert options or line.count('|') == (1 if number == 0 else 0)
            assert options[:1] == ('--zabbix',) or len(line) < 10_000


NEW = (
    None,
    True,
    False,
    -1,
    0,
    1,
    2**70,
    0.5,
    '',
    'x',
    'proven',
    'delivered',
    'unprotected',
    'error',
    recorded.moment(300),
    [],
    {},
    [[]],
    [{}],
)


def places(value: t.Any, path: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    """Yield the way to each value, but for the logs, which the check does not read."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        if key not in ('log', 'seen', 'runs'):
            yield from places(child, (*path, key))


def put(value: t.Any, path: tuple[t.Any, ...], new: t.Any) -> t.Any:
    """Return a value with another in a place."""
    if not path:
        return new
    replaced = copy.copy(value)
    replaced[path[0]] = put(value[path[0]], path[1:], new)
    return replaced


def test_no_single_change_makes_a_failing_server_look_well(tmp_path: pathlib.Path) -> None:
    report = content('one fails now')
    well = [(path, new) for path in places(report) for new in NEW if judged(tmp_path, put(report, path, new)).rc not in (1, 2, 3)]
    assert not well
    removed = [path for path in places(report) if path and judged(tmp_path, without(report, path)).rc not in (1, 2, 3)]
    assert not removed


def without(value: t.Any, path: tuple[t.Any, ...]) -> t.Any:
    changed = copy.copy(value)
    if len(path) == 1:
        del changed[path[0]]
    else:
        changed[path[0]] = without(value[path[0]], path[1:])
    return changed


class Pages(http.server.BaseHTTPRequestHandler):
    """A web server with a report, a page without end, one that comes byte by byte, and nothing else."""

    content = b''

    def do_GET(self) -> None:
        self.send_response(200 if self.path in ('/report.json', '/trickles') else 404)
        self.end_headers()
        if self.path == '/report.json':
            self.wfile.write(self.content)
        for _second in range(30 if self.path == '/trickles' else 0):
            try:
                self.wfile.write(b' ')
            except OSError:
                return
            time.sleep(0.2)

    def log_message(self, *_arguments: object) -> None:
        pass


def test_a_report_is_read_from_a_web_server_in_bounded_time(monitored_fleet: MonitoredFleet) -> None:
    Pages.content = (monitored_fleet.well / 'report.json').read_bytes()
    with http.server.ThreadingHTTPServer(('127.0.0.1', 0), Pages) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f'http://127.0.0.1:{server.server_port}'
        assert run(f'{address}/report.json').rc == 0
        assert run(f'{address}/other').lines == ["MAIL UNKNOWN - the report can't be read: Not Found"]
        begin = time.monotonic()
        assert run(f'{address}/trickles', '--timeout', '1').lines == ["MAIL UNKNOWN - the report can't be read: it took too long"]
        assert time.monotonic() - begin < 4
        server.shutdown()


def test_what_is_no_file_is_not_read(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / 'pipe')
    assert run(tmp_path / 'pipe').lines == ['MAIL UNKNOWN - the report is of no use: it is not a file']
    assert run(tmp_path).rc == 3
    assert run('/dev/zero').rc == 3
