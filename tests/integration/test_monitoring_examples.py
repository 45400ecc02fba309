# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The examples of the pages on monitoring and on mail, as they are written: only addresses and paths are this machine's."""

from __future__ import annotations

import json
import pathlib
import re
import shlex
import shutil
import subprocess
import typing as t

import pytest
import yaml

from support import promtool
from support.mail_server_process import MailServer
from support.monitored_fleet import MonitoredFleet
from support.playbook import ROOT, Ansible

from .conftest import Pki, need

EXAMPLES = ROOT / 'docs' / 'examples'
MONITORING = EXAMPLES / 'monitoring'
PAGE = ROOT / 'docs' / 'howto' / 'monitoring.md'
RULES = ROOT / 'monitoring' / 'prometheus' / 'sendmemo.rules.yml'


def printed(line: str, report: pathlib.Path, host: str = '') -> tuple[int, str]:
    """Return the exit code and the output of a line of an example."""
    line = line.replace('/usr/local/lib/nagios', str(ROOT / 'monitoring' / 'nagios')).replace('$HOSTNAME$', host)
    words = shlex.split(line.replace('/srv/printops/fleet-report', str(report)))
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, check=False)
    assert done.stderr == ''
    return done.returncode, done.stdout


def test_prometheus_reads_the_rules(tmp_path: pathlib.Path) -> None:
    need(promtool.why_not())
    for path in (MONITORING / 'prometheus.yml', RULES):
        shutil.copy(path, tmp_path)
    done = subprocess.run(
        [promtool.PROMTOOL, 'check', 'config', str(tmp_path / 'prometheus.yml')],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '1 rule files found' in done.stdout


def test_nagios_and_icinga_have_a_service_for_each_host(monitored_fleet: MonitoredFleet) -> None:
    text = (MONITORING / 'nagios.cfg').read_text()
    line = re.findall(r'command_line +(.+)', text)[0]
    assert [printed(line, monitored_fleet.broken, host)[0] for host in ('print1', 'print4', 'print2', 'print99')] == [0, 1, 2, 3]
    icinga = (MONITORING / 'icinga2.conf').read_text()
    words = re.findall(r'"([^"]+)"', re.findall(r'command = \[(.+)\]', icinga)[0])
    [(option, value)] = re.findall(r'"(--\S+)" = "(\S+)"', icinga)
    assert shlex.split(line) == [*words, option, value.replace('$host.name$', '$HOSTNAME$')]


def test_checkmk_has_a_line(monitored_fleet: MonitoredFleet, tmp_path: pathlib.Path) -> None:
    line = (MONITORING / 'checkmk-local').read_text().splitlines()[-1].removeprefix('exec ')
    assert printed(line, monitored_fleet.well)[1].startswith('0 "Print mail" proven=18|')


def test_zabbix_has_the_keys_of_the_page(monitored_fleet: MonitoredFleet) -> None:
    commands = dict(re.findall(r'^UserParameter=([a-z.]+),(.+)$', (MONITORING / 'zabbix.conf').read_text(), re.MULTILINE))
    found = json.loads(printed(commands['sendmemo.discovery'], monitored_fleet.broken)[1])
    values = json.loads(printed(commands['sendmemo.values'], monitored_fleet.broken)[1])
    paths = re.findall(r'`(\$\.[^`]+)`', PAGE.read_text())
    assert paths == ['$.status', "$.servers[?(@.host=='{#HOST}' && @.server=='{#SERVER}')].status.first()"]
    assert values['status'] == 2
    of_servers = {(one['host'], one['server']): one['status'] for one in values['servers']}
    assert set(of_servers) == {(one['{#HOST}'], one['{#SERVER}']) for one in found}


def test_the_page_lists_every_alert_and_file() -> None:
    page = PAGE.read_text()
    alerts = [(rule['alert'], rule['labels']['severity']) for rule in yaml.safe_load(RULES.read_text())['groups'][0]['rules'][1:]]
    listed = re.findall(r'^\| `(Sendmemo\w+)` \| ([a-z, ]+) \|', page, re.MULTILINE)
    assert [(name, one) for name, severities in listed for one in severities.split(', ')] == alerts
    files = {str(path.relative_to(ROOT / 'monitoring')) for path in (ROOT / 'monitoring').rglob('*') if path.is_file()}
    assert set(re.findall(r'^\| `(\S+/\S+)` \|', page, re.MULTILINE)) == {file for file in files if '__pycache__' not in file}


@pytest.fixture
def report_by_mail(tmp_path: pathlib.Path) -> pathlib.Path:
    text = (EXAMPLES / 'report-by-mail' / 'report.yml').read_text()
    path = tmp_path / 'report.yml'
    path.write_text(text.replace('/srv/printops', str(tmp_path)).replace('fleet-report', f'{tmp_path}/fleet-report'))
    return path


def test_the_service_mails_and_archives_the_report(
    ansible: Ansible, monitored_fleet: MonitoredFleet, report_by_mail: pathlib.Path, mail_server: MailServer, pki: Pki
) -> None:
    directory = report_by_mail.parent
    shutil.copytree(monitored_fleet.well, directory / 'fleet-report')
    service = (EXAMPLES / 'report-by-mail' / 'printops-drift.service').read_text()
    words = shlex.split(re.findall(r'^ExecStopPost=(.+)$', service, re.MULTILINE)[0])
    assert words[1:3] == ['-i', 'hosts.yml']
    arguments = [word.replace('@report.yml', f'@{report_by_mail}') for word in words[4:]]
    # The name and port of this machine's mail server, and its CA.
    here = {'mail_smtp_host': 'localhost', 'mail_smtp_port': mail_server.ports['starttls'], 'mail_ca_src': str(pki.ca_path)}
    run = ansible.playbook(words[3], {'all': {}}, *arguments, '-e', json.dumps(here))
    assert run.rc == 0, run.output
    mail = mail_server.mails('audit@example.com')[-1]
    assert mail.recipients == ['print-ops@example.com', 'audit@example.com']
    assert mail.message['Subject'] == 'InfoPrint mail encryption: All 18 servers are proven, and all mails delivered.'
    assert len(list((directory / 'archive').iterdir())) == 1


def test_the_service_is_that_of_the_schedule_and_the_mail() -> None:
    def lines(name: str) -> t.Iterator[str]:
        text = (EXAMPLES / name / 'printops-drift.service').read_text()
        return (line for line in text.splitlines() if not line.startswith(('Description=', 'ExecStopPost=')))

    assert list(lines('report-by-mail')) == list(lines('schedule'))
