# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a run shows on the terminal: progress, each failure once with its remedy, how to go on, and no JSON."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml

from support.mail_server_process import MailServer
from support.playbook import Ansible, Run, local_host

if t.TYPE_CHECKING:
    from .conftest import Pki

REPORT = 'printops.infoprint.fleet_report'
SERVERS = [{'name': 'spl1'}, {'name': 'spl2'}]
# In the place of ssh. It takes its input first: with a real one core sometimes tells only of a broken pipe.
SSH_TO_NOWHERE = """\
#!/bin/sh
cat >/dev/null
echo 'ssh: connect to host 127.0.0.1 port 9: Connection refused' >&2
exit 255
"""
CLOSED = {'sendmemo_tls_smtp_port': 9}
REFUSED = 'refuses the connection'

pytestmark = pytest.mark.version_shim


class Site:
    """Hosts on this machine with two servers each, and the report's callback, as the README sets it up."""

    def __init__(self, directory: pathlib.Path, mail_server: MailServer, pki: Pki) -> None:
        self.ansible = Ansible(directory)
        self.directory = directory
        self.variables = {
            'sendmemo_tls_servers': SERVERS,
            'sendmemo_tls_enable_tls': 'starttls',
            'sendmemo_tls_ca_src': str(pki.ca_path),
            'sendmemo_tls_hostname': '{{ inventory_hostname }}.example.com',
            'sendmemo_tls_smtp_host': 'localhost',
            'sendmemo_tls_smtp_port': mail_server.ports['starttls'],
            'sendmemo_tls_verify_recipients': ['print-ops@example.com'],
        }

    def run(
        self, *arguments: str, play: str = 'converge', hosts: int = 3, environment: dict[str, str] | None = None, **special: t.Any
    ) -> Run:
        """Run a playbook; `special` are variables of single hosts, or of all of them."""
        names = [f'print{number}' for number in range(1, hosts + 1)]
        for name in names:
            for server in SERVERS:
                (self.directory / name / server['name']).mkdir(parents=True, exist_ok=True)
        of_hosts = {name: local_host(sendmemo_tls_base_dir=str(self.directory / name), **special.pop(name, {})) for name in names}
        inventory = self.directory / 'hosts.yml'
        groups = {'print_servers': {'hosts': of_hosts, 'vars': {**self.variables, **special}}}
        inventory.write_text(yaml.safe_dump(groups, sort_keys=False))
        environment = {'INFOPRINT_REPORT_DIRECTORY': str(self.directory / 'report'), **(environment or {})}
        return self.ansible.playbook(f'printops.infoprint.{play}', inventory, *arguments, callbacks=[REPORT], **environment)


@pytest.fixture
def site(tmp_path: pathlib.Path, mail_server: MailServer, pki: Pki) -> Site:
    return Site(tmp_path, mail_server, pki)


def told(run: Run) -> list[str]:
    """Return the lines before the recap, without blank ones, rows of stars, and times."""
    before = run.stdout.split('PLAY RECAP')[0]
    return [re.sub(r' \*+$|, \d\d:\d\d$', '', line) for line in before.splitlines() if line.strip()]


def end_of(run: Run) -> list[str]:
    """Return the lines after the recap."""
    return [line for line in run.stdout.split('PLAY RECAP')[1].splitlines()[1:] if line.strip() and ' : ok=' not in line]


def test_each_host_has_a_line_and_each_batch(site: Site) -> None:
    run = site.run('-e', 'batches=1,100%')
    assert run.rc == 0, run.output
    lines = told(run)
    lines[4:6] = sorted(lines[4:6])
    assert lines == [
        'PLAY [Converge and verify the InfoPrint servers]',
        'TASK [printops.infoprint.sendmemo_tls : Converge and verify the servers]',
        'changed: [print1] spl1, spl2 changed, proven',
        'batch 1 of 2: 1 of 3 hosts, 2 servers proven, 0 failing',
        'changed: [print2] spl1, spl2 changed, proven',
        'changed: [print3] spl1, spl2 changed, proven',
        'batch 2 of 2: 3 of 3 hosts, 6 servers proven, 0 failing',
    ]


def test_a_failure_is_told_once_with_its_remedy_and_how_to_go_on(site: Site) -> None:
    run = site.run('-e', 'batches=2,100%', print1=CLOSED, print2=CLOSED, environment={'COLUMNS': '80'})
    assert run.rc == 2
    assert '{' not in run.output
    assert ' '.join(run.output.split()).count(REFUSED) == 1
    assert max(len(line) for line in [*told(run), *end_of(run)] if not line.endswith('index.html')) <= 80
    first, second = (line for line in told(run) if line.startswith('failed'))
    assert [first, second] == [
        f'failed: [{first[9:15]}] spl1, spl2 [connection_refused]',
        f'failed: [{second[9:15]}] spl1, spl2 [connection_refused] as on {first[9:15]}',
    ]
    assert 'batch 1 of 2: 2 of 3 hosts, 0 servers proven, 4 failing' in told(run)
    end = ' '.join(end_of(run))
    assert 'Fix the cause and run the same command again' in end
    assert "add --limit 'print_servers:!print1:!print2'" in ' '.join(end.split())


def test_what_other_callbacks_and_playbooks_get_is_complete(site: Site) -> None:
    run = site.run(hosts=1, print1=CLOSED)
    result = run.results(task='Converge and verify the servers')[0].result
    assert [server['problems'][0]['code'] for server in result['servers']] == ['connection_refused'] * 2


def test_one_host_gets_no_limit_that_matches_nothing(site: Site) -> None:
    run = site.run(hosts=1, print1=CLOSED)
    assert end_of(run)[-1] == (
        'print1 failed. Fix the cause and run the same command again; finished hosts are only verified again.'
    )


def test_without_a_summary_the_run_still_says_how_to_go_on(site: Site) -> None:
    run = site.run(hosts=1, print1=CLOSED, environment={'INFOPRINT_REPORT_SUMMARY': 'false'})
    assert [line.split('.')[0] for line in end_of(run)] == ['print1 failed']


def test_a_mail_that_fails_is_no_mistake_in_the_inventory(site: Site) -> None:
    site.run(hosts=1)
    run = site.run('--tags', 'verify', hosts=1, print1=CLOSED)
    assert end_of(run)[-1] == (
        'print1 failed. Fix the cause and run the same command again; finished hosts are only verified again.'
    )


MISTAKES = {
    'a misspelt variable': (
        {'sendmemo_tls_ca_scr': '/tmp/ca.pem'},
        r'hosts\.yml, line \d+: sendmemo_tls_ca_scr is not a variable of the role: did you mean sendmemo_tls_ca_src\?',
    ),
    'a misspelt key of a server': (
        {'sendmemo_tls_servers': [{'name': 'spl1'}, {'name': 'spl2', 'smtp_prot': 25}]},
        (
            r'hosts\.yml, line \d+: sendmemo_tls_servers\[1\]\.smtp_prot \(server spl2\) is not a key of a server: '
            r'did you mean smtp_port\?'
        ),
    ),
    'a lost CA file': (
        {'sendmemo_tls_ca_src': 'lost.pem'},
        (
            r'sendmemo_tls_ca_src \(\S*hosts\.yml, line \d+\) is lost\.pem, and there is no such file on the controller\. '
            r'Looked for it in \S+/files, \S+\. Correct the path, or put the file there\.'
        ),
    ),
    'a name without a dot': (
        {'sendmemo_tls_hostname': 'localhost'},
        r'sendmemo_tls_hostname \(\S*hosts\.yml, line \d+\): Hostname "localhost" has no dot',
    ),
}


@pytest.mark.parametrize('mistake', MISTAKES)
def test_a_mistake_in_the_inventory_names_the_variable_and_the_line(site: Site, mistake: str) -> None:
    variables, message = MISTAKES[mistake]
    run = site.run(**variables)
    assert run.rc == 2
    assert '{' not in run.output
    (line,) = (line for line in told(run) if line.startswith('    '))
    assert re.search(message, line), run.output
    assert end_of(run)[-1] == (
        'print1 failed, and the run ends with this batch: 2 hosts were not processed. Nothing was changed there. Correct the '
        'inventory and run the same command again.'
    )
    assert not list(site.directory.glob('print*/spl*/*'))


def test_an_unreachable_host_is_told_once_in_the_words_of_ssh(site: Site) -> None:
    ssh = site.directory / 'ssh-to-nowhere'
    ssh.write_text(SSH_TO_NOWHERE)
    ssh.chmod(0o755)
    run = site.run('-e', 'batches=1,100%', print2={'ansible_connection': 'ssh', 'ansible_ssh_executable': str(ssh)})
    assert run.rc == 4
    assert [line for line in told(run) if 'print2' in line or line.startswith('    ')] == [
        'unreachable: [print2]',
        (
            '    No connection: connect to host 127.0.0.1 port 9: Connection refused. '
            'Check that the host is up and accepts SSH connections from the controller.'
        ),
        'unreachable: [print2] as before',
    ]
    assert any(line.endswith('print2 [unreachable]') for line in end_of(run))


def test_with_v_there_is_a_table_of_the_servers(site: Site) -> None:
    run = site.run('-v', hosts=1)
    assert '{' not in run.output
    table = [line.split() for line in told(run) if line.startswith('    ')]
    assert table[0] == ['SERVER', 'CHANGE', 'SENT', 'TO', 'TLS', 'CERT', 'RESULT']
    assert [(row[0], row[4], row[7]) for row in table[1:]] == [('spl1', 'TLSv1.3', 'proven'), ('spl2', 'TLSv1.3', 'proven')]


@pytest.mark.parametrize(
    ('arguments', 'environment'), [(['-vv'], {}), ([], {'INFOPRINT_REPORT_QUIET': 'false'})], ids=['-vv', 'not quiet']
)
def test_core_s_own_output_can_be_had(site: Site, arguments: list[str], environment: dict[str, str]) -> None:
    run = site.run(*arguments, hosts=1, environment=environment, print1=CLOSED)
    assert 'fatal: [print1]: FAILED! => {' in run.output
    assert 'batch 1 of' not in run.output


def test_a_restart_that_does_not_happen_has_no_heading(site: Site) -> None:
    command = {'sendmemo_tls_restart_command': f'touch {site.directory}/restarted'}
    first, second = site.run(hosts=1, **command), site.run(hosts=1, **command)
    assert (site.directory / 'restarted').exists()
    assert [sum('Restart' in line for line in told(run)) for run in (first, second)] == [1, 0]


def test_a_restart_that_fails_says_what_to_do(site: Site) -> None:
    run = site.run(hosts=1, sendmemo_tls_restart_command='echo no license >&2; false')
    assert run.rc == 2
    assert any('Restart the InfoPrint servers by hand' in line for line in told(run)), run.output


def test_rollback_verify_and_audit_say_in_a_line_what_they_did(site: Site) -> None:
    site.run(hosts=1, sendmemo_tls_enable_tls='disabled', sendmemo_tls_verify='none', sendmemo_tls_try_before_commit='none')
    site.run(hosts=1)
    assert 'ok: [print1] spl1, spl2 proven' in told(site.run(hosts=1, play='verify'))
    assert 'ok: [print1] 2 servers as declared, no problems' in told(site.run(hosts=1, play='audit'))
    back = told(site.run(hosts=1, play='rollback', sendmemo_tls_try_before_commit='none'))[-1]
    assert re.fullmatch(r'changed: \[print1\] spl1, spl2 rolled back to the set active until \d{4}-\d\d-\d\d \d\d:\d\d UTC', back)
    assert any('EnableTLS changed (was 0, declared 1)' in line for line in told(site.run(hosts=1, play='audit')))


def test_serial_is_taken_for_batches_with_a_warning(site: Site) -> None:
    run = site.run('-e', 'serial=2', '--check')
    assert 'The variable serial is now called batches' in ' '.join(run.output.split())
    assert any(line.startswith('batch 2 of 2') for line in told(run))


def test_a_size_that_is_none_is_refused(site: Site) -> None:
    run = site.run('-e', 'batches=two')
    assert run.rc != 0
    assert "batches: 'two' is not the size of a batch" in run.output


def test_tasks_of_the_site_s_own_are_shown_as_core_shows_them(site: Site) -> None:
    plays = [{'hosts': 'localhost', 'gather_facts': False, 'tasks': [{'name': 'Ours', 'ansible.builtin.command': 'false'}]}]
    run = site.ansible.playbook(plays, {'all': {'hosts': {'localhost': local_host()}}}, callbacks=[REPORT])
    assert 'TASK [Ours]' in run.stdout
    assert 'fatal: [localhost]: FAILED! => {' in run.output
