# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the fault table: an InfoPrint server and a mail server for each fault, and one playbook that sends for them all."""

from __future__ import annotations

import functools
import pathlib
import shutil
import typing as t

from .fault_pki import Site
from .fault_table import ENVIRONMENT, FAULTS, NAMES, TASKS, Fault, page_cell
from .playbook import Ansible, Run, hosts, local_host
from .pythons import target_pythons
from .scripted_server import ScriptedServer, TlsSetup, free_port, server_context

# By it a process has an /etc/hosts of its own (Debian package libnss-wrapper).
RESOLVER = 'libnss_wrapper.so'
AT_ONCE = 100  # sends that one task has, so that the machine's load doesn't make the time of one of them run out
CONFIG = {'plain': 'EnableTLS = 0', 'starttls': 'EnableTLS = 1', 'smtps': 'EnableTLS = 2'}


class Outcome(t.NamedTuple):
    """What send_memo said of a fault, in the table's words, and what the mail server saw."""

    expect: str
    ok: bool
    warns: str
    ignored: str
    mails: int
    seconds: float
    entry: dict[str, t.Any]

    @property
    def codes(self) -> list[str]:
        return self.expect.partition(': ')[2].split()

    def page_cell(self) -> str:
        """Return it as the page shows it."""
        return f'{page_cell(self.expect, self.warns, self.ignored)}, ok: {self.ok}, mails: {self.mails}'

    def differences(self, fault: Fault, python: str) -> list[str]:
        """Return what is not as the table has it. Of a certificate's defects the first is the one that OpenSSL names; where the
        Python looks at the name, not OpenSSL, that comes later."""
        later = {'hostname_mismatch'} if python == '3.6' and len(fault.codes) > 1 else set()
        first = [code for code in fault.codes if code not in later][:1] if fault.stage == 'certificate' else []
        expected_mails = int(not fault.expect and TASKS[fault.task].get('until') is None) if fault.mails is None else fault.mails
        wrong = []
        if (self.expect.partition(': ')[0], sorted(self.codes)) != (fault.stage, sorted(fault.codes)) or (
            first and self.codes[:1] != first
        ):
            wrong.append(f'it is {self.expect or "ok"}')
        for what, expected, got in (
            ('ok', not fault.expect, self.ok),
            ('warnings', fault.warns, self.warns),
            ('ignored', sorted(fault.ignored.split()), sorted(self.ignored.split())),
            ('mails', expected_mails, self.mails),
        ):
            if expected != got:
                wrong.append(f'{what}: {got} in place of {expected}')
        if self.seconds > TASKS[fault.task]['timeout'] * (1 + TASKS[fault.task].get('retries', 0)) + 1:
            wrong.append(f'it took {self.seconds:.1f} s')
        if not all(problem['message'] and problem['hint'] for problem in self.entry['problems']):
            wrong.append('a problem has no message or no hint')
        return wrong


class FaultServers:
    """All mail servers of the table, between `with` and its end, and the InfoPrint servers under `base_dir`."""

    def __init__(self, base_dir: pathlib.Path, site: Site) -> None:
        self.base_dir = base_dir
        self._site = site
        self._servers: dict[str, ScriptedServer] = {}
        self._hosts = base_dir.parent / 'hosts'

    def __enter__(self) -> FaultServers:
        self._hosts.write_text(''.join(f'{address} {name}\n' for name, found in NAMES.items() for address in found))
        context = functools.lru_cache(maxsize=None)(self._context)
        for fault in FAULTS:
            self._lay_out(fault)
            if fault.script is not None:
                self._servers[fault.name] = ScriptedServer(fault.script, context(fault.script.tls), fault.listen)
        return self

    def __exit__(self, *exception: object) -> None:
        for name, server in self._servers.items():
            server.close()
            if server.broken is not None:
                raise RuntimeError(f'the script of {name} failed') from server.broken
        shutil.rmtree(self.base_dir)

    def _context(self, setup: TlsSetup) -> t.Any:
        identity = self._site.shown[setup.identity]
        return server_context(setup, identity.certificate_pem, identity.key_pem)

    def _lay_out(self, fault: Fault) -> None:
        directory = self.base_dir / fault.server
        directory.mkdir(parents=True)
        lines = [CONFIG[fault.config], 'Hostname = print1.example.test', *fault.lines]
        for keyword, name, files in (('CAFile', fault.ca, self._site.cas), ('CrlFile', fault.crl, self._site.crls)):
            if name:
                file = f'{keyword.lower()}.pem'
                (directory / file).write_bytes(files[name])
                lines.append(f'{keyword} = {file}')
        (directory / 'sendmemo-ssl.cfg').write_text(''.join(f'{line}\n' for line in lines))

    def tasks(self) -> list[dict[str, t.Any]]:
        """Return the tasks that send for all faults."""
        found = []
        for name, options in TASKS.items():
            of_task = [fault for fault in FAULTS if fault.task == name]
            for start in range(0, len(of_task), AT_ONCE):
                part = of_task[start : start + AT_ONCE]
                memo = {
                    'base_dir': str(self.base_dir),
                    'fail_on': 'never',
                    'warn_days': 30,
                    **options,
                    'servers': [self._entry(fault) for fault in part],
                }
                found.append(
                    {
                        'name': f'{name} {start}',
                        'printops.infoprint.send_memo': memo,
                        'environment': {
                            'LD_PRELOAD': RESOLVER,
                            'NSS_WRAPPER_HOSTS': str(self._hosts),
                            **ENVIRONMENT.get(name, {}),
                        },
                    }
                )
        return found

    def _entry(self, fault: Fault) -> dict[str, t.Any]:
        server = self._servers.get(fault.name)
        return {
            'name': fault.server,
            'smtp_host': fault.host,
            'smtp_port': server.port if server else free_port(),
            'recipients': list(fault.recipients),
            **({'body': fault.body} if fault.body else {}),
        }

    def outcomes(self, run: Run) -> dict[str, Outcome]:
        """Return the outcome of each fault in a run of the tasks, by its name."""
        entries = {entry['name']: entry for result in run.task_results for entry in result.result.get('servers', ())}
        return {fault.name: self._outcome(fault, entries[fault.server]) for fault in FAULTS if fault.server in entries}

    def _outcome(self, fault: Fault, entry: dict[str, t.Any]) -> Outcome:
        errors = [problem for problem in entry['problems'] if problem['severity'] == 'error']
        stages = list(dict.fromkeys(problem.get('stage', '-') for problem in errors))
        expect = f'{"+".join(stages)}: {" ".join(problem["code"] for problem in errors)}' if errors else ''
        server = self._servers.get(fault.name)
        return Outcome(
            expect,
            entry['ok'],
            ' '.join(problem['code'] for problem in entry['problems'] if problem['severity'] == 'warning'),
            ' '.join(problem['code'] for problem in entry['ignored']),
            len(server.mails) if server else 0,
            entry.get('timings_ms', {}).get('total', 0) / 1000,
            entry,
        )


def run_faults(ansible: Ansible, base_dir: pathlib.Path, site: Site, python: str) -> dict[str, Outcome]:
    """Send for the whole table on a Python of the target's; return the outcome of each fault."""
    host = local_host(ansible_python_interpreter=str(target_pythons()[python]))
    with FaultServers(base_dir, site) as servers:
        play = {'hosts': 'print_servers', 'gather_facts': False, 'tasks': servers.tasks()}
        run = ansible.playbook([play], hosts(print1=host), timeout=300)
        assert run.rc == 0, run.output[-4000:]
        assert 'Traceback' not in run.output
        return servers.outcomes(run)
