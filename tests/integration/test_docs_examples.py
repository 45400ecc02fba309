# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The examples of the documentation, docs/examples, run as they are written: only addresses and paths are this machine's."""

from __future__ import annotations

import configparser
import contextlib
import functools
import os
import pathlib
import pwd
import re
import shlex
import shutil
import subprocess
import sys
import threading
import typing as t

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from support import sshd as sshd_support
from support.crl_server import CrlServer, body
from support.dovecot import Dovecot
from support.mail_server_process import Listener, MailServer
from support.pd_programs import PdPrograms
from support.pki import Authority
from support.playbook import PROGRAMS, ROOT, Ansible, Run
from support.pythons import target_pythons
from support.role_results import reported as result_of
from support.role_results import sends
from support.sshd import OTHER_USER, PLAIN_USER, Sshd

from .conftest import Pki, need

EXAMPLES = ROOT / 'docs' / 'examples'
CONVERGE = 'printops.infoprint.converge'


class Site:
    """A directory as a reader of the documentation has it, from examples; its print hosts are directories of this machine."""

    def __init__(self, directory: pathlib.Path, ports: t.Mapping[str, int]) -> None:
        self.directory = directory
        self.put = {
            'mail.example.com': '127.0.0.1',
            ' 587': f' {ports["starttls"]}',
            ' 465': f' {ports["smtps"]}',
            '/print/': f'{directory}/print/',
        }
        (directory / 'files').mkdir(parents=True)

    def take(self, name: str) -> pathlib.Path:
        """Copy an example's files here; return the directory."""
        for source in sorted((EXAMPLES / name).rglob('*')):
            if source.is_file():
                text = source.read_text()
                for old, new in self.put.items():
                    text = text.replace(old, new)
                target = self.directory / source.relative_to(EXAMPLES / name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text)
        return self.directory

    def working_dir(self, host: str, server: str) -> pathlib.Path:
        return self.directory / 'hosts' / f'{host}.example.com' / server

    def make(self, host: str, *servers: str) -> None:
        """Make the working directories of a host's servers."""
        for server in servers:
            self.working_dir(host, server).mkdir(parents=True)

    @property
    def here(self) -> dict[str, t.Any]:
        """The variables that make the example's hosts this machine."""
        return {
            'ansible_connection': 'local',
            'ansible_python_interpreter': sys.executable,
            'ansible_become': False,
            'sendmemo_tls_base_dir': f'{self.directory}/hosts/{{{{ inventory_hostname }}}}',
        }


@pytest.fixture
def site(tmp_path: pathlib.Path, mail_server: MailServer, pki: Pki) -> Site:
    site = Site(tmp_path / 'site', mail_server.ports)
    shutil.copy(pki.ca_path, site.directory / 'files' / 'mail-ca.pem')
    return site


def run(ansible: Ansible, site: Site, *arguments: str, playbook: str = CONVERGE, **variables: t.Any) -> Run:
    return ansible.playbook(playbook, site.directory / 'hosts.yml', *arguments, extra_vars={**site.here, **variables})


def reported(ansible: Ansible, site: Site, *arguments: str, **variables: t.Any) -> Run:
    """Run it on one host with the quick start's ansible.cfg, so that a report is written."""
    return ansible.playbook(
        CONVERGE,
        site.directory / 'hosts.yml',
        '--limit',
        'print01.example.com',
        *arguments,
        extra_vars={**site.here, **variables},
        callbacks=['printops.infoprint.fleet_report'],
        ANSIBLE_CONFIG=str(site.directory / 'ansible.cfg'),
        COLUMNS='80',
    )


def proofs(run: Run) -> dict[tuple[str, str], dict[str, t.Any]]:
    """Return the servers that a run proved, by host (its first label) and name."""
    return {(host.split('.')[0], entry['name']): entry for host in run.stats for entry in sends(run, host)}


def expect_shown(name: str, text: str, site: Site) -> None:
    """Compare what a run said with a file that the documentation shows, but for what differs each time.

    With INFOPRINT_WRITE_EXAMPLES in the environment the file is written instead.
    """
    for new, old in ((f'{site.directory}/hosts', '/var/pd'), (f'{site.directory}/', ''), ('127.0.0.1', 'mail.example.com')):
        text = text.replace(new, old)
    for pattern, example in (
        (r'/var/pd/print\d\d\.example\.com/', '/var/pd/'),
        (r'(mail\.example\.com:)\d+', r'\g<1>587'),
        (r'587 SMTPS', '465 SMTPS'),
        (r'queued as \w+', 'queued as 4A3B'),
        (r'proven \(\w+\)', 'proven (4A3B)'),
        (r'sendmemo-ca-[0-9a-f]{16}', 'sendmemo-ca-50fa1260ec6c677f'),
        (r'\d{4}-\d\d-\d\d \d\d:\d\d UTC', '2026-11-21 04:05 UTC'),
    ):
        text = re.sub(pattern, example, text)
    shown = EXAMPLES / name
    if os.environ.get('INFOPRINT_WRITE_EXAMPLES'):
        shown.write_text(text)
    assert text == shown.read_text(), 'what the documentation shows is old: INFOPRINT_WRITE_EXAMPLES=1 writes it anew'


def screen(run: Run) -> str:
    """Return what a run showed, without blank lines at its ends and the rows of stars."""
    return '\n'.join(re.sub(r' \*{3,}$', ' ***', line.rstrip()) for line in run.stdout.strip().splitlines()) + '\n'


def all_ok(run: Run) -> set[tuple[str, str]]:
    """Return the servers that a run proved, when it went well as a whole."""
    assert run.rc == 0, run.output
    found = proofs(run)
    assert all(server['ok'] and server['until'] == 'sent' for server in found.values())
    return set(found)


def test_quick_start(ansible: Ansible, site: Site) -> None:
    site.take('quick-start')
    for host in ('print01', 'print02'):
        site.make(host, 'spl1')
    checked = run(ansible, site, '--check', '--diff')
    assert checked.rc == 0, checked.output
    assert '+EnableTLS = 1' in checked.output
    assert not list(site.working_dir('print01', 'spl1').iterdir())
    first = reported(ansible, site)
    assert (site.directory / 'report' / 'index.html').exists()
    assert all_ok(first) == {('print01', 'spl1')}
    expect_shown('quick-start/output.txt', screen(first), site)
    first_line, *rows = screen(reported(ansible, site, '-v')).split(' ***\n')[2].partition('\n\n')[0].splitlines()
    cells = [re.split('  +', re.sub(r'127\.0\.0\.1:\d+', 'mail.example.com:587', row.strip())) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ['  '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    expect_shown('quick-start/table.txt', '\n    '.join([first_line, *lines]) + '\n', site)
    assert all_ok(run(ansible, site)) == {('print01', 'spl1'), ('print02', 'spl1')}


def test_first_rollout(ansible: Ansible, site: Site) -> None:
    site.take('quick-start')
    for host in ('print01', 'print02'):
        site.make(host, 'spl1')
    inventory = site.directory / 'hosts.yml'
    base = {'base_dir': str(site.working_dir('print01', ''))}
    config = site.working_dir('print01', 'spl1') / 'sendmemo-ssl.cfg'
    config.write_text('EnableTLS = 3\n')
    validated = ansible.adhoc(
        'printops.infoprint.sendmemo_validate',
        inventory,
        '--limit',
        'print01.example.com',
        args=base,
        extra_vars={**site.here, 'ansible_pipelining': True},
    )
    assert validated.results()[0].result['problems'][0]['code'] == 'invalid_value'
    audit = run(ansible, site, '--diff', playbook='printops.infoprint.audit')
    assert audit.rc == 0, audit.output
    assert 'EnableTLS' in audit.output
    assert config.read_text() == 'EnableTLS = 3\n'
    assert len(all_ok(run(ansible, site, '-e', 'batches=1,10,25%,100%', '--forks', '50'))) == 2


def test_failure(ansible: Ansible, site: Site, mail_server: MailServer) -> None:
    """What the page on failures shows is what a failing run says."""
    site.take('quick-start')
    site.make('print01', 'spl1')
    bad = {'sendmemo_tls_smtp_port': mail_server.ports['expired'], 'sendmemo_tls_enable_tls': 'smtps'}
    failed = reported(ansible, site, sendmemo_tls_try_before_commit='none', **bad)
    assert failed.rc != 0
    expect_shown('failure/output.txt', screen(failed), site)
    result = result_of(failed).result
    expect_shown('failure/message.txt', result['msg'] + '\n', site)
    expect_shown('failure/problem.yml', yaml.safe_dump(result['problems'], sort_keys=False, width=110), site)


def test_several_servers(ansible: Ansible, site: Site, mail_server: MailServer) -> None:
    site.take('several-servers')
    site.make('print01', 'spl1', 'spl2', 'billing')
    (site.directory / 'print' / 'archive').mkdir(parents=True)
    site.make('print02', 'spl1', 'spl9')
    left = site.working_dir('print02', 'spl9') / 'sendmemo-ssl.cfg'
    left.write_text('EnableTLS = 0\n')
    site.make('print03', 'found')
    (site.working_dir('print03', 'found') / 'error.log').touch()
    before = len(mail_server.mails('billing-ops@example.com'))
    assert all_ok(run(ansible, site)) == {
        ('print01', 'spl1'),
        ('print01', 'spl2'),
        ('print01', 'billing'),
        ('print01', 'archive'),
        ('print02', 'spl1'),
        ('print03', 'found'),
    }
    billing = mail_server.mails('billing-ops@example.com')[before:]
    assert [(mail.listener, mail.ehlo) for mail in billing] == [('smtps', 'billing.print01.example.com')]
    assert (site.directory / 'print' / 'archive' / 'sendmemo-ssl.cfg').exists()
    assert not left.exists()


def test_mail_server(ansible: Ansible, site: Site, tmp_path: pathlib.Path) -> None:
    site.take('quick-start')
    site.make('print01', 'spl1')
    pd = PdPrograms(tmp_path / 'pd', {'spl1': {'smtp-server-host': 'mail.example.com', 'smtp-server-port': '587'}})
    given = functools.partial(run, ansible, site, '--limit', 'print01.example.com', sendmemo_tls_pd_bin_dir=str(pd.bin_dir))
    all_ok(given())
    site.take('mail-server')
    all_ok(given())
    assert pd.attributes('spl1') == {'smtp-server-host': '127.0.0.1', 'smtp-server-port': site.put[' 465'].strip()}
    assert 'EnableTLS = 2' in (site.working_dir('print01', 'spl1') / 'sendmemo-ssl.cfg').read_text()


def test_remove(ansible: Ansible, site: Site) -> None:
    site.take('quick-start')
    site.make('print01', 'spl1')
    given = functools.partial(run, ansible, site, '--limit', 'print01.example.com')
    all_ok(given())
    playbook = str(site.take('remove') / 'remove.yml')
    assert given('--check', '--diff', playbook=playbook).rc == 0
    assert (site.working_dir('print01', 'spl1') / 'sendmemo-ssl.cfg').exists()
    removed = given(playbook=playbook)
    assert removed.rc == 0, removed.output
    assert {path.name for path in site.working_dir('print01', 'spl1').iterdir()} == {'sendmemo-ssl.backups'}
    assert given(playbook='printops.infoprint.rollback').rc == 0
    assert (site.working_dir('print01', 'spl1') / 'sendmemo-ssl.cfg').exists()


def test_without_mail(ansible: Ansible, site: Site, mail_server: MailServer) -> None:
    """A server that was proven is tested after a run without a mail, and its last proof keeps its date."""
    site.take('quick-start')
    site.make('print01', 'spl1')
    all_ok(reported(ansible, site))
    arrived = len(mail_server.mails())
    site.take('without-mail')
    tested = reported(ansible, site)
    assert tested.rc == 0, tested.output
    assert [server['until'] for server in proofs(tested).values()] == ['envelope']
    assert len(mail_server.mails()) == arrived
    metrics = (site.directory / 'report' / 'sendmemo.prom').read_text()
    of_server = '{host="print01.example.com",server="spl1"}'
    values = dict(line.rsplit(' ', 1) for line in metrics.splitlines() if of_server in line)
    assert values[f'sendmemo_server_proven{of_server}'] == '0'
    assert values[f'sendmemo_server_needs_attention{of_server}'] == '0'
    assert float(values[f'sendmemo_server_last_proof_timestamp_seconds{of_server}']) > 0
    assert 'state="tested"' in metrics


def test_confirm_delivery(ansible: Ansible, site: Site, mail_server: MailServer, dovecot: Dovecot) -> None:
    """The mail server of the examples has a Maildir: what the IMAP server sees is what it delivered."""
    site.put['imap.example.com'] = 'localhost'
    site.put['    sendmemo_tls_verify_recipients:\n      - print-ops@example.com\n'] = ''
    site.take('quick-start')
    site.take('confirm-delivery')
    site.make('print01', 'spl1')
    site.make('print02', 'spl1')
    given = {
        'vault_print_proofs_password': dovecot.password,
        'sendmemo_tls_confirm_imap_username': dovecot.username,
        'sendmemo_tls_confirm_imap_port': dovecot.ports['imaps'],
        'sendmemo_tls_confirm_timeout': 20,
    }
    with delivering(mail_server.maildir, dovecot.maildir):
        done = run(ansible, site, **given)
    assert done.rc == 0, done.output
    found = [entry for one in done.results(task='Confirm delivery') for entry in one.result['proofs']]
    assert [(entry['host'], entry['delivered']) for entry in found] == [
        ('print01.example.com', True),
        ('print02.example.com', True),
    ]


@contextlib.contextmanager
def delivering(source: pathlib.Path, target: pathlib.Path) -> t.Iterator[None]:
    """Copy what arrives in one Maildir into another one."""
    known = {path.name for path in (source / 'new').iterdir()}
    over = threading.Event()

    def deliver() -> None:
        while not over.wait(0.1):
            for path in (source / 'new').iterdir():
                if path.name not in known:
                    known.add(path.name)
                    shutil.copy(path, target / 'tmp' / path.name)
                    (target / 'tmp' / path.name).chmod(0o644)
                    (target / 'tmp' / path.name).rename(target / 'new' / path.name)

    thread = threading.Thread(target=deliver, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_rollback(ansible: Ansible, site: Site) -> None:
    site.take('quick-start')
    site.make('print01', 'spl1')
    given = functools.partial(run, ansible, site, '--limit', 'print01.example.com')
    config = site.working_dir('print01', 'spl1') / 'sendmemo-ssl.cfg'
    all_ok(given())
    first = config.read_bytes()
    all_ok(given(sendmemo_tls_hostname='other.example.com'))
    assert config.read_bytes() != first
    back = given(playbook='printops.infoprint.rollback')
    assert back.rc == 0, back.output
    assert config.read_bytes() == first


def test_ca_rollover(ansible: Ansible, site: Site, tmp_path: pathlib.Path) -> None:
    site.take('quick-start')
    site.take('ca-rollover')
    site.make('print01', 'spl1')
    names = ('mail.example.com', '127.0.0.1')
    listeners = []
    for year in ('2024', '2026'):
        authority = Authority(f'Mail CA {year}')
        (site.directory / 'files' / f'mail-ca-{year}.pem').write_bytes(authority.pem)
        (site.directory / 'files' / f'mail-ca-{year}.crl.pem').write_bytes(authority.crl())
        listeners.append(Listener(year, 'starttls', *authority.issue(names).write(tmp_path, year)))
    before = {'sendmemo_tls_ca_src': str(site.directory / 'files' / 'mail-ca-2024.pem')}
    with MailServer(tmp_path / 'mail', listeners) as mail:
        old, new = ({'sendmemo_tls_smtp_port': mail.ports[year]} for year in ('2024', '2026'))
        overlap, after = (('-e', f'@{site.directory}/{name}.yml') for name in ('overlap', 'after'))
        one = ('--limit', 'print01.example.com')
        all_ok(run(ansible, site, *one, **before, **old))
        assert run(ansible, site, *one, **before, **new).rc != 0
        for port in (old, new):
            all_ok(run(ansible, site, *one, *overlap, **port))
        all_ok(run(ansible, site, *one, *after, **new))
        refused = run(ansible, site, *one, *after, **old)
    assert refused.rc != 0
    assert proofs(refused)[('print01', 'spl1')]['problems'][0]['code'] == 'unknown_ca'


def test_crl(ansible: Ansible, site: Site, pki: Pki) -> None:
    need('' if shutil.which('curl') else 'curl is not installed')
    site.make('print01', 'spl1')
    www = site.directory / 'www'
    www.mkdir()
    with CrlServer() as ca, CrlServer() as web:
        site.put.update({'/srv/www/crl': str(www), 'http://ca.example.com': ca.url('')})
        site.take('quick-start')
        directory = site.take('crl')
        published = der(pki.authority.crl(number=7))
        ca.answers['/mail-ca.crl'] = body(published)
        limited = functools.partial(run, ansible, site, '--limit', 'localhost,print01.example.com')
        assert all_ok(limited()) == {('print01', 'spl1')}
        (directory / 'mirror').chmod(0o755)
        subprocess.run([directory / 'mirror'], check=True)
        assert (www / 'mail-ca.crl').read_bytes() == published
        web.answers['/mail-ca.crl'] = body(der(pki.authority.crl([pki.server], number=8)))
        refused = limited(playbook=str(directory / 'refresh_crl.yml'), sendmemo_tls_crl_url=web.url('/mail-ca.crl'))
    assert refused.rc == 2
    assert 'revoked' in refused.output, 'the mail server is refused before the CRL is activated'
    unit = read_unit(directory / 'printops-crl.service')
    assert shlex.split(unit['Service']['ExecStart'])[3:] == ['printops.infoprint.refresh_crl']
    verify_units(directory, 'printops-crl')


def der(pem: bytes) -> bytes:
    return x509.load_pem_x509_crl(pem).public_bytes(serialization.Encoding.DER)


def test_rhel8(ansible: Ansible, site: Site) -> None:
    site.take('rhel8')
    site.make('rhel8-print01', 'spl1')
    python = target_pythons().get('3.6')
    if python is None:
        need('no Python 3.6 was found (the tests are to be started by make test)')
    assert all_ok(run(ansible, site, ansible_python_interpreter=str(python))) == {('rhel8-print01', 'spl1')}


def test_aix(ansible: Ansible, site: Site) -> None:
    site.take('aix')
    site.make('aix-print01', 'spl1')
    assert all_ok(run(ansible, site)) == {('aix-print01', 'spl1')}


def test_sudo_rule_is_enough_and_gives_no_more(ansible: Ansible, site: Site, sshd: Sshd, tmp_path: pathlib.Path) -> None:
    site.put.update({'printops': PLAIN_USER, 'ipm1': OTHER_USER})
    site.take('sudo')
    site.make('print01', 'spl1')
    owner = pwd.getpwnam(OTHER_USER)
    os.chown(site.working_dir('print01', 'spl1'), owner.pw_uid, owner.pw_gid)
    for directory in [site.working_dir('print01', 'spl1'), *site.working_dir('print01', 'spl1').parents]:
        if str(directory).startswith('/tmp/'):
            directory.chmod(directory.stat().st_mode | 0o055)
    rule = site.directory / 'sudoers'
    rule.chmod(0o440)
    subprocess.run(['visudo', '-c', '-q', '-f', str(rule)], check=True)
    ssh = {key: value for key, value in sshd.host().items() if key != 'ansible_user'}
    here = {'sendmemo_tls_base_dir': site.here['sendmemo_tls_base_dir'], **ssh}
    usual = sshd_support.SUDOERS.read_text()
    sshd_support.SUDOERS.write_text(rule.read_text())
    try:
        done = ansible.playbook(CONVERGE, site.directory / 'hosts.yml', extra_vars=here)
        refused = ansible.playbook(CONVERGE, site.directory / 'hosts.yml', extra_vars={**here, 'ansible_become_user': 'root'})
    finally:
        sshd_support.SUDOERS.write_text(usual)
    assert all_ok(done) == {('print01', 'spl1')}
    assert refused.rc != 0
    assert 'password' in refused.output


def test_awx(ansible: Ansible, site: Site) -> None:
    site.take('quick-start')
    site.take('awx')
    site.make('print01', 'spl1')
    playbook = str(site.directory / 'converge.yml')
    assert all_ok(run(ansible, site, '--limit', 'print01.example.com', playbook=playbook)) == {('print01', 'spl1')}


def test_execution_environment(ansible: Ansible, site: Site) -> None:
    """The collection declares to ansible-builder what it needs, and the example's file is one that ansible-builder takes."""
    directory = site.take('awx')
    builder = PROGRAMS / 'ansible-builder'
    env = ansible.environment()
    subprocess.run(
        [builder, 'create', '-f', 'execution-environment.yml', '-c', 'context', '--output-filename', 'Containerfile'],
        cwd=directory,
        env=env,
        check=True,
    )
    assert (directory / 'context' / 'Containerfile').exists()
    output = subprocess.run(
        [builder, 'introspect', str(ansible.collections)], cwd=directory, env=env, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    assert 'cryptography' in output
    galaxy = yaml.safe_load((ROOT / 'galaxy.yml').read_text())
    archive = f'{galaxy["namespace"]}-{galaxy["name"]}-{galaxy["version"]}.tar.gz'
    asked = yaml.safe_load((directory / 'collections' / 'requirements.yml').read_text())
    assert [entry['name'] for entry in asked['collections']] == [f'files/{archive}']


def test_schedule(ansible: Ansible, site: Site) -> None:
    site.take('quick-start')
    site.make('print01', 'spl1')
    units = site.take('schedule')
    words = shlex.split(read_unit(units / 'printops-drift.service')['Service']['ExecStart'])
    assert words[:3] == ['/srv/printops/venv/bin/ansible-playbook', '-i', 'hosts.yml']
    assert all_ok(run(ansible, site, *words[4:], '--limit', 'print01.example.com', playbook=words[3])) == {('print01', 'spl1')}
    verify_units(units, 'printops-drift')


def read_unit(path: pathlib.Path) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str
    unit.read(path)
    return unit


def verify_units(directory: pathlib.Path, name: str) -> None:
    """Let systemd read a service and its timer."""
    if not shutil.which('systemd-analyze'):
        return  # a container has no systemd, and what it would say of the units is not about this collection
    service = directory / f'{name}.service'
    text = service.read_text().replace('/srv/printops/venv/bin/ansible-playbook', '/bin/true')
    service.write_text(text.replace('User=ansible\n', ''))
    subprocess.run(['systemd-analyze', 'verify', str(directory / f'{name}.timer'), str(service)], check=True)


def test_every_example_is_run() -> None:
    """An example that is new needs a test above: its directory is named in one. Others have a file of tests of their own."""
    source = pathlib.Path(__file__).read_text()
    names = {path.name for path in EXAMPLES.iterdir()} - {'slices', 'monitoring', 'report-by-mail'}
    assert {name for name in names if f"'{name}/" not in source and f"take('{name}')" not in source} == set()
