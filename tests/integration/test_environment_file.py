# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""IPM_ENABLE_SSL_V3 in the platform's environment file, by real runs that have an /etc of their own (a mount namespace)."""

from __future__ import annotations

import os
import pathlib
import shutil
import stat
import subprocess
import typing as t

import pytest

from support.playbook import Run, local_host
from support.role_results import reported
from support.steps import Playbook
from support.together import together

from .conftest import need

CONFIG = 'sendmemo-ssl.cfg'
FOUND = 'PATH="/usr/bin"\nhttp_proxy=http://user:secret@proxy\n'
WITH = FOUND + 'IPM_ENABLE_SSL_V3=1\n'
# In the place of the Python of a host: the same one, where /etc is another directory.
PYTHON = """\
#!/bin/sh
exec unshare --mount --propagation private /bin/sh -c 'mount --bind "$0" /etc && exec "$@"' {etc} {python} "$@"
"""


def why_not() -> str:
    """Return what this machine lacks for a mount namespace, '' where it has it."""
    if os.geteuid() != 0 or not shutil.which('unshare'):
        return 'a mount namespace needs root and unshare'
    done = subprocess.run(['unshare', '--mount', 'true'], capture_output=True, check=False)
    return '' if done.returncode == 0 else 'mount namespaces are not allowed here'


class Host:
    """A print host with two servers and an /etc of its own."""

    def __init__(self, tmp_path: pathlib.Path) -> None:
        self.etc = tmp_path / 'etc'
        (self.etc / 'profile.d').mkdir(parents=True)
        for name in ('passwd', 'group'):
            shutil.copy(f'/etc/{name}', self.etc / name)
        self.file = self.etc / 'environment'
        self.file.write_text(FOUND)
        self.file.chmod(0o640)
        self.log = tmp_path / 'restarted'
        for name in ('spl1', 'spl2'):
            (tmp_path / 'pd' / name).mkdir(parents=True)
        self.config = tmp_path / 'pd' / 'spl1' / CONFIG
        usual = local_host()
        python = tmp_path / 'python'
        python.write_text(PYTHON.format(etc=self.etc, python=usual['ansible_python_interpreter']))
        python.chmod(0o755)
        self.variables = {
            **usual,
            'ansible_python_interpreter': str(python),
            'sendmemo_tls_base_dir': str(tmp_path / 'pd'),
            'sendmemo_tls_servers': [{'name': 'spl1'}, {'name': 'spl2'}],
            'sendmemo_tls_enable_tls': 'disabled',
            'sendmemo_tls_try_before_commit': 'none',
            'sendmemo_tls_verify': 'none',
            'sendmemo_tls_enable_ssl_v3': True,
            'sendmemo_tls_restart_command': f'echo restarted >> {self.log}',
        }

    async def run(self, *arguments: str, **variables: t.Any) -> tuple[Run, dict[str, t.Any]]:
        run = await Playbook('converge', '-e', 'batches=100%', *arguments, **{**self.variables, **variables})
        return run, reported(run).result

    def restarts(self) -> int:
        return len(self.log.read_text().splitlines()) if self.log.exists() else 0


def made_host(tmp_path: pathlib.Path) -> Host:
    need(why_not())
    return Host(tmp_path)


MISSING = {'file': '/etc/environment', 'keyword': 'IPM_ENABLE_SSL_V3', 'kind': 'missing', 'after': '1'}
EXTRA = {'file': '/etc/environment', 'keyword': 'IPM_ENABLE_SSL_V3', 'kind': 'extra', 'before': '1'}


@pytest.mark.every_core
@together(made_host)
async def test_the_line_comes_and_goes_and_each_time_a_restart_is_reported(host: Host) -> None:
    run, _result = await host.run('--check')
    assert run.rc == 0, run.output
    assert host.file.read_text() == FOUND
    run, result = await host.run('--diff')
    assert run.rc == 0, run.output
    assert host.file.read_text() == WITH
    assert stat.S_IMODE(host.file.stat().st_mode) == 0o640
    assert all(MISSING in entry['drift'] for entry in result['servers'])
    [warning] = result['warnings']
    assert 'Restart the InfoPrint servers' in warning
    assert '/etc/environment' in warning
    assert '+IPM_ENABLE_SSL_V3=1' in run.stdout
    assert 'secret' not in run.output
    assert host.restarts() == 1

    run, result = await host.run()
    assert (result['changed'], result.get('warnings'), host.restarts()) == (False, None, 1)
    run, result = await host.run('--check', sendmemo_tls_enable_ssl_v3=False)
    assert [entry['drift'] for entry in result['servers']] == [[EXTRA], [EXTRA]]
    assert (host.file.read_text(), host.restarts()) == (WITH, 1)
    run, result = await host.run(sendmemo_tls_enable_ssl_v3=False)
    assert result['changed'] is True
    assert (host.file.read_text(), host.restarts()) == (FOUND, 2)
    assert sorted(path.name for path in host.etc.iterdir()) == ['environment', 'group', 'passwd', 'profile.d']


@together(made_host)
async def test_without_the_variable_it_is_left_alone(host: Host) -> None:
    host.file.write_text(WITH)
    del host.variables['sendmemo_tls_enable_ssl_v3']
    run, _result = await host.run()
    assert run.rc == 0
    assert host.file.read_text() == WITH


@together(made_host)
async def test_where_linux_has_a_file_of_the_product_s_that_one_is_used(host: Host) -> None:
    product = host.etc / 'profile.d' / 'ipm_environment.sh'
    product.write_text('IPM=1\n')
    run, _result = await host.run()
    assert run.rc == 0, run.output
    assert (host.file.read_text(), product.read_text()) == (FOUND, 'IPM=1\nIPM_ENABLE_SSL_V3=1\n')


@together(made_host)
async def test_a_link_in_its_place_is_refused_before_anything_is_changed(host: Host) -> None:
    outside = host.etc.parent / 'outside'
    host.file.rename(outside)
    host.file.symlink_to(outside)
    run, result = await host.run()
    assert run.rc != 0
    assert [problem['code'] for problem in result['problems']] == ['unsafe_path']
    assert outside.read_text() == FOUND
    assert not host.config.exists()


@together(made_host)
async def test_it_stays_as_it_is_while_a_server_fails(host: Host) -> None:
    """What was changed is restarted nevertheless. The run that corrects the server then changes the file, and restarts again."""
    servers = [{'name': 'spl1'}, {'name': 'nowhere'}]
    run, result = await host.run(sendmemo_tls_servers=servers)
    assert run.rc != 0
    assert MISSING in result['servers'][0]['drift']
    assert (host.file.read_text(), host.config.exists(), host.restarts()) == (FOUND, True, 1)
    assert 'environment: not changed: IPM_ENABLE_SSL_V3 missing' in result['msg']
    run, _result = await host.run(sendmemo_tls_servers=servers)
    assert (run.rc, host.restarts()) == (2, 1)
    run, _result = await host.run()
    assert run.rc == 0, run.output
    assert (host.file.read_text(), host.restarts()) == (WITH, 2)


@together(Host)
async def test_without_root_it_is_refused_before_anything_is_changed(host: Host) -> None:
    if os.geteuid() == 0:
        need(why_not())
        # Root in name only: a file system that nobody can write.
        python = pathlib.Path(host.variables['ansible_python_interpreter'])
        python.write_text(python.read_text().replace('&& exec', '&& mount -o remount,bind,ro /etc && exec'))
    else:
        host.variables['ansible_python_interpreter'] = local_host()['ansible_python_interpreter']
    for arguments in (('--check',), ()):
        run, result = await host.run(*arguments)
        assert run.rc != 0
        assert [problem['code'] for problem in result['problems']] == ['write_failed']
        assert 'become' in result['problems'][0]['hint']
        assert not host.config.exists()
