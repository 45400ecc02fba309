# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The report of a real run in the archive and in the mail, by the playbook: the same bytes, over verified TLS or not at all."""

from __future__ import annotations

import gzip
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import typing as t

import pytest

from support.mail_server_process import Mail, MailServer
from support.monitored_fleet import MonitoredFleet
from support.playbook import Ansible, Run
from support.scripted_server import Script, ScriptedServer, Slowly

from .conftest import Pki

FILES = {'index.html', 'report.json', 'report.csv', 'junit.xml', 'sendmemo.prom'}
PASSWORD = 'open sesame 4711'


class Distribution:
    """Runs of the playbook `report` on a report in a directory of its own, a copy of that of a real run."""

    def __init__(
        self, ansible: Ansible, directory: pathlib.Path, report: pathlib.Path, mail_server: MailServer, pki: Pki
    ) -> None:
        self.ansible = ansible
        self.directory = directory / 'report'
        self.archive = directory / 'archive'
        shutil.copytree(report, self.directory)
        self._server = mail_server
        self.options = {
            'from': 'printops@example.com',
            'smtp_host': 'localhost',
            'smtp_port': mail_server.ports['starttls'],
            'ca_src': str(pki.ca_path),
        }
        self.to = f'audit-{directory.name.replace("_", "-")}@example.com'

    def run(self, *arguments: str, **variables: t.Any) -> Run:
        given = {'directory': str(self.directory), **variables}
        return self.ansible.playbook('printops.infoprint.report', {'all': {}}, *arguments, extra_vars=given)

    def mail(self, *arguments: str, **variables: t.Any) -> Run:
        return self.run(
            *arguments, **{'mail_to': [self.to], **{f'mail_{name}': value for name, value in self.options.items()}, **variables}
        )

    def mails(self) -> list[Mail]:
        return self._server.mails(self.to)

    def make_older(self) -> None:
        """Let the report be of last year."""
        path = self.directory / 'report.json'
        text = path.read_text()
        generated = json.loads(text)['generated']
        year = int(generated[:4])
        path.write_text(text.replace(f'"generated": "{generated}"', f'"generated": "{year - 1}{generated[4:]}"'))


@pytest.fixture
def broken(
    ansible: Ansible, tmp_path: pathlib.Path, monitored_fleet: MonitoredFleet, mail_server: MailServer, pki: Pki
) -> Distribution:
    return Distribution(ansible, tmp_path, monitored_fleet.broken, mail_server, pki)


@pytest.fixture
def well(
    ansible: Ansible, tmp_path: pathlib.Path, monitored_fleet: MonitoredFleet, mail_server: MailServer, pki: Pki
) -> Distribution:
    return Distribution(ansible, tmp_path, monitored_fleet.well, mail_server, pki)


def attached(mail: Mail) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_payload(decode=True) for part in mail.message.iter_attachments()}


def text_of(mail: Mail) -> str:
    body = mail.message.get_body(('plain',))
    assert body is not None
    return str(body.get_content())


@pytest.mark.version_shim
def test_an_auditor_gets_the_page_by_mail_and_finds_the_same_bytes_in_the_archive(broken: Distribution) -> None:
    run = broken.mail(archive=str(broken.archive))
    assert run.rc == 0, run.output
    [mail] = broken.mails()
    assert mail.tls_version == 'TLSv1.3'
    verdict = '17 of 18 servers need attention: 14 failing, 1 unprotected, 1 unreachable, 1 drifted.'
    assert mail.message['Subject'] == f'InfoPrint mail encryption: {verdict}'
    assert mail.message['Auto-Submitted'] == 'auto-generated'
    [archived] = broken.archive.iterdir()
    assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d{6}Z', archived.name)
    assert {path.name for path in archived.iterdir()} == {*FILES, 'SHA256SUMS'}
    files = attached(mail)
    assert files == {'index.html': (archived / 'index.html').read_bytes()}
    assert files['index.html'] == (broken.directory / 'index.html').read_bytes()
    text = text_of(mail)
    assert hashlib.sha256(files['index.html']).hexdigest() in text
    assert str(archived) in text
    assert re.search(r'failing: print2 spl1: The certificate of CN=mail.example.com expired .* \[expired\] Have the mail', text)
    subprocess.run(['sha256sum', '--check', '--strict', '--quiet', 'SHA256SUMS'], cwd=archived, check=True, timeout=20)
    assert {path.stat().st_mode & 0o777 for path in archived.iterdir()} == {0o640}
    assert archived.stat().st_mode & 0o777 == 0o750

    again = broken.mail('--check', archive=str(broken.archive))
    assert again.results(task='Archive')[0].result['changed'] is False
    assert 'Would be sent' in again.results(task='Mail')[0].result['msg']
    assert (len(broken.mails()), len(list(broken.archive.iterdir()))) == (1, 1)


def test_old_reports_leave_the_archive_unless_they_are_signed(well: Distribution) -> None:
    days = {'2020-01-01T000000Z': (), '2020-01-02T000000Z': ('SHA256SUMS.asc',), '2020-13-01T000000Z': (), 'notes': ()}
    for name, more in days.items():
        for file in ('index.html', 'SHA256SUMS', *more):
            path = well.archive / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text('')
    (well.archive / '2020-01-03T000000Z').symlink_to(well.archive / 'notes')
    predicted = well.run('--check', archive=str(well.archive), archive_keep_days=30).results(task='Archive')[0].result
    assert (well.archive / '2020-01-01T000000Z').exists()
    result = well.run(archive=str(well.archive), archive_keep_days=30).results(task='Archive')[0].result
    assert result['removed'] == predicted['removed'] == [str(well.archive / '2020-01-01T000000Z')]
    left = {path.name for path in well.archive.iterdir()}
    assert left == {*days, '2020-01-03T000000Z', pathlib.Path(result['path']).name} - {'2020-01-01T000000Z'}
    assert (well.archive / 'notes' / 'index.html').exists()


def test_a_mail_is_sent_only_for_attention_if_that_is_asked_for(well: Distribution) -> None:
    run = well.mail(mail_when='attention')
    assert (run.rc, run.results(task='Mail')[0].result['sent'], well.mails()) == (0, False, [])
    well.make_older()
    run = well.mail(mail_when='attention', mail_attach=[])
    assert run.rc == 0, run.output
    [mail] = well.mails()
    assert mail.message['Subject'].startswith('OLD, of ')
    assert 'What it says is not the state of today.' in text_of(mail)
    assert attached(mail) == {}


def test_a_large_page_is_compressed(well: Distribution) -> None:
    page = (well.directory / 'index.html').read_bytes() + b' ' * (3 << 20)
    (well.directory / 'index.html').write_bytes(page)
    assert well.mail(mail_attach=['html', 'csv']).rc == 0
    files = attached(well.mails()[0])
    assert set(files) == {'index.html.gz', 'report.csv'}
    assert gzip.decompress(files['index.html.gz']) == page
    assert hashlib.sha256(page).hexdigest() in text_of(well.mails()[0])


SCRIPTS = {
    'one of two is refused': {'RCPT': ['250 2.1.5 Ok', '550 5.1.1 Who\x1b[31m is {{ 7 * 7 }}']},
    'both are refused': {'RCPT': '550 5.1.1 Unknown'},
    'the mail is refused': {'.': '552 5.3.4 Too large'},
    'it trickles': {'banner': Slowly(b'220 ' + b'x' * 500, 0.05)},
    'no STARTTLS': {},
}
# The options beside the usual ones, by the ports of the mail servers; and a part of the message.
Options = t.Callable[[t.Mapping[str, int]], dict[str, t.Any]]
REFUSALS: dict[str, tuple[Options, str]] = {
    'an unknown CA': (lambda _port: {'ca_src': ''}, 'its certificate is not accepted: unable to get local issuer certificate'),
    'an expired certificate': (
        lambda port: {'tls': 'smtps', 'smtp_port': port['expired']},
        'its certificate is not accepted: certificate has expired',
    ),
    'another name': (lambda _port: {'smtp_host': '127.1'}, 'its certificate is not accepted: Hostname mismatch'),
    'no STARTTLS': (lambda port: {'smtp_port': port['no STARTTLS']}, 'STARTTLS extension not supported by server'),
    'nobody there': (lambda _port: {'smtp_port': 9}, 'port 9: Connection refused'),
    'a wrong password': (
        lambda _port: {'username': 'me', 'password': PASSWORD},
        'it refuses the user name or the password (535)',
    ),
    'a password without TLS': (
        lambda port: {'tls': 'none', 'smtp_port': port['plain'], 'username': 'me', 'password': PASSWORD},
        'a password is only sent over TLS',
    ),
    'a password alone': (lambda _port: {'password': PASSWORD}, 'username and password belong together'),
    'two addresses in one': (lambda _port: {'to': ['a@b.example, c']}, "'a@b.example, c' is not a mail address"),
    'a header in an address': (lambda _port: {'to': ['a@b.example\nBcc: x@y.example']}, 'is not a mail address'),
    'nobody to send to': (lambda _port: {'to': []}, 'to is empty'),
    'no report': (lambda _port: {'directory': 'nowhere'}, "nowhere can't be read as a report: there is no such directory"),
    'no such file': (lambda _port: {'attach': ['junit']}, 'the report has no junit.xml'),
    **{
        name: (lambda port, name=name: {'tls': 'none', 'smtp_port': port[name], 'timeout': 2}, text)
        for name, text in (
            ('one of two is refused', r'the mail was sent, but not to b@example.com (550 5.1.1 Who\x1b[31m is {{ 7 * 7 }})'),
            ('both are refused', 'it refuses a@example.com (550 5.1.1 Unknown), b@example.com (550 5.1.1 Unknown)'),
            ('the mail is refused', '552 5.3.4 Too large'),
            ('it trickles', 'no end within 2 s'),
        )
    },
}


def test_a_mail_that_is_not_sent_protected_and_to_all_is_a_failure(
    ansible: Ansible, well: Distribution, mail_server: MailServer
) -> None:
    """All in one run, since starting it is what takes long."""
    (well.directory / 'junit.xml').unlink()
    scripted = {name: ScriptedServer(Script('plain', steps)) for name, steps in SCRIPTS.items()}
    ports = {**mail_server.ports, **{name: server.port for name, server in scripted.items()}}
    common = {'directory': str(well.directory), 'to': ['a@example.com', 'b@example.com'], **well.options}
    before = len(mail_server.mails())
    tasks = [
        {'name': name, 'printops.infoprint.mail_report': {**common, **options(ports)}, 'ignore_errors': True}
        for name, (options, _text) in REFUSALS.items()
    ]
    run = ansible.playbook([{'hosts': 'localhost', 'gather_facts': False, 'tasks': tasks}], {'all': {}}, '-vvv')
    for server in scripted.values():
        server.close()
    found = {one.task: (one.status, one.result['msg']) for one in run.results()}
    assert set(found) == set(REFUSALS)
    for name, (_options, text) in REFUSALS.items():
        assert (found[name][0], text in found[name][1]) == ('failed', True), (name, found[name])
    assert len(mail_server.mails()) == before
    assert [len(scripted[name].mails) for name in SCRIPTS] == [1, 0, 1, 0, 0]
    assert PASSWORD not in run.output


def test_a_merged_report_is_archived_and_mailed_also_if_a_slice_is_missing(broken: Distribution) -> None:
    into = broken.directory.parent / 'merged'
    reports = [str(broken.directory), str(broken.directory.parent / 'lost')]
    run = broken.mail(reports=reports, directory=str(into), archive=str(broken.archive))
    assert run.rc != 0
    [mail] = broken.mails()
    assert f'This report is missing: {reports[1]}.' in text_of(mail)
    assert attached(mail)['index.html'] == (into / 'index.html').read_bytes()
