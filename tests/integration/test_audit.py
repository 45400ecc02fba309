# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An audit touches nothing, reports drift and problems in one message, and fails only on request or without any result."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from support.playbook import Run
from support.profiles import profile
from support.steps import Playbook
from support.together import together

from .conftest import Pki

pytestmark = pytest.mark.every_core

TASK_REPORT = 'Report drift and problems'
CONFIG = 'sendmemo-ssl.cfg'


class Host:
    """A print host with two servers."""

    def __init__(self, base: pathlib.Path, pki: Pki) -> None:
        self.base = base
        for name in ('spl1', 'spl2'):
            (base / name).mkdir(parents=True)
        self.log = base.parent / 'restarted'
        self.variables = {
            'sendmemo_tls_base_dir': str(base),
            'sendmemo_tls_servers': [{'name': 'spl1'}, {'name': 'spl2'}],
            'sendmemo_tls_ca_src': str(pki.ca_path),
            'sendmemo_tls_crl_src': str(pki.crl_path),
            'sendmemo_tls_smtp_host': '127.0.0.1',
            'sendmemo_tls_smtp_port': 587,
            'sendmemo_tls_try_before_commit': 'none',
            'sendmemo_tls_verify': 'none',
            'sendmemo_tls_restart_command': f'touch {self.log}',
        }

    async def converge(self, **variables: t.Any) -> Run:
        return await Playbook('converge', '-e', 'batches=100%', **{**self.variables, **variables})

    async def audit(self, **variables: t.Any) -> Run:
        return await Playbook('audit', **{**self.variables, **variables})

    def config(self, server: str) -> pathlib.Path:
        return self.base / server / CONFIG

    def snapshot(self) -> dict[str, tuple[int, int, bytes]]:
        """Return every file and directory: its times, and its bytes."""
        return {
            str(path): (path.stat().st_mtime_ns, path.stat().st_ctime_ns, path.read_bytes() if path.is_file() else b'')
            for path in self.base.rglob('*')
        }


async def made_host(tmp_path: pathlib.Path, pki: Pki) -> Host:
    """A host whose servers are converged."""
    host = Host(tmp_path / 'pd', pki)
    run = await host.converge()
    assert run.rc == 0, run.output
    host.log.unlink()
    return host


def report_lines(run: Run) -> list[str]:
    """Return the lines of the one message."""
    [one] = run.results(task=TASK_REPORT)
    lines: list[str] = one.result['msg']
    return lines


@together(made_host)
async def test_all_is_well(host: Host) -> None:
    run = await host.audit(sendmemo_tls_audit_fails=True, sendmemo_tls_fail_on='warning')
    assert run.rc == 0, run.output
    assert report_lines(run) == ['spl1: as declared', 'spl2: as declared', 'current configuration: no problems']


@together(made_host)
async def test_drift_and_problems_are_reported_and_nothing_is_touched(host: Host) -> None:
    text = host.config('spl1').read_text()
    # What looks like a template must not be taken for one.
    host.config('spl1').write_text(text.replace('EnableTLS = 1', 'EnableTLS = 0') + "Verbose = {{ lookup('pipe', 'echo no') }}\n")
    host.config('spl2').chmod(0o666)
    before = host.snapshot()
    run = await host.audit()
    assert run.rc == 0, run.output
    assert [counted['changed'] for counted in run.stats.values()] == [0]
    lines = report_lines(run)
    assert lines[0].startswith('spl1: would be changed: EnableTLS changed (was 0, declared 1); Verbose extra (was {{ lookup')
    assert lines[1].startswith('spl2: would be changed: sendmemo-ssl.cfg mode (was 0666, declared 0644)')
    assert lines[2].startswith('current configuration: ')
    assert any('[unknown_keyword]' in line for line in lines[3:])
    assert any('[unsafe_permissions]' in line for line in lines[3:])
    assert host.snapshot() == before
    assert not host.log.exists(), 'nothing is restarted'
    failing = await host.audit(sendmemo_tls_audit_fails=True)
    assert failing.rc == 2
    assert report_lines(failing) == lines


@pytest.mark.parametrize(('fail_on', 'rc'), [('error', 0), ('warning', 2), ('never', 0)], ids=['error', 'warning', 'never'])
@together(made_host)
async def test_what_counts_is_what_the_verification_fails_on(host: Host, fail_on: str, rc: int) -> None:
    """Without drift, and with a warning: the CA ends within so many days."""
    run = await host.audit(sendmemo_tls_audit_fails=True, sendmemo_tls_fail_on=fail_on, sendmemo_tls_warn_days=36500)
    assert run.rc == rc, run.output
    assert any('[ca_expires_soon]' in line for line in report_lines(run))


@pytest.mark.parametrize('found', [False, True], ids=['named', 'found'])
@together(made_host)
async def test_a_server_without_a_configuration_is_drift_and_no_error(host: Host, found: bool) -> None:
    host.config('spl2').unlink()
    (host.base / 'spl2' / 'error.log').write_text('')
    variables: dict[str, t.Any] = {'sendmemo_tls_servers': []} if found else {}
    run = await host.audit(**variables)
    assert run.rc == 0, run.output
    lines = report_lines(run)
    assert lines[1].startswith('spl2: would be changed: sendmemo-ssl.cfg missing')
    assert lines[2] == 'current configuration: 1 info'
    assert lines[3].startswith(f'info spl2 {host.config("spl2")}: It has no configuration yet. [not_configured] Run printops.')
    assert (await host.audit(sendmemo_tls_audit_fails=True, **variables)).rc == 2, 'drift counts'


@together(made_host)
async def test_a_declared_set_that_is_wrong_is_reported(host: Host) -> None:
    run = await host.audit(sendmemo_tls_hostname='print1')
    assert run.rc == 0, run.output
    assert any('[invalid_ehlo_hostname]' in line for line in report_lines(run))
    assert (await host.audit(sendmemo_tls_hostname='print1', sendmemo_tls_audit_fails=True)).rc == 2


@together(made_host)
async def test_by_a_profile_lines_that_the_mailer_does_not_read_count(host: Host) -> None:
    observed = host.base.parent / 'lab.yml'
    observed.write_text(
        profile(grammar={'carriage_return': 'kept', 'no_final_newline': 'line_ignored', 'absolute_path': 'refused'})
    )
    by_profile = {'sendmemo_tls_profile': str(observed)}
    run = await host.audit(sendmemo_tls_audit_fails=True, **by_profile)
    assert run.rc == 0, run.output
    assert report_lines(run)[2] == 'current configuration: no problems', 'what was converged has no such lines'
    host.config('spl1').write_bytes(host.config('spl1').read_bytes().replace(b'\n', b'\r\n'))
    with host.config('spl2').open('a') as config:
        config.write('IgnoreCertificateErrors = 0')
    run = await host.audit(**by_profile)
    assert run.rc == 0, run.output
    of_spl1, of_spl2 = report_lines(run)[3:]
    lines = host.config('spl2').read_text().splitlines()
    first = f'{host.config("spl1")}:{lines.index("EnableTLS = 1") + 1}'
    assert of_spl1.startswith(f'error spl1 {first}: The line ends in CR LF, like {len(lines) - 2} more; ')
    assert of_spl2.startswith(f'error spl2 {host.config("spl2")}:{len(lines)}: The line has no line end; ')
    assert (await host.audit(sendmemo_tls_audit_fails=True, **by_profile)).rc == 2


@together(made_host)
async def test_an_absent_server_is_no_problem_while_it_is_absent(host: Host) -> None:
    servers = [{'name': 'spl1'}, {'name': 'spl2', 'state': 'absent'}]
    assert 'spl2: would be changed' in str(report_lines(await host.audit(sendmemo_tls_servers=servers)))
    await host.converge(sendmemo_tls_servers=servers)
    assert report_lines(await host.audit(sendmemo_tls_servers=servers)) == [
        'spl1: as declared',
        'spl2: as declared',
        'current configuration: no problems',
    ]
    none = [{'name': 'spl2', 'state': 'absent'}]
    assert (await host.audit(sendmemo_tls_servers=none, sendmemo_tls_audit_fails=True)).rc == 0


@together(made_host)
async def test_a_host_that_could_not_be_looked_at_does_not_pass(host: Host) -> None:
    run = await host.audit(ansible_python_interpreter='/no/such/python')
    assert run.rc == 2
    assert 'no_python' in run.output
