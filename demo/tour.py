# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The tour: what the collection does, on two print hosts with two servers each, shown step by step and checked at each."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import stat
import sys
import time
import typing as t

from support.mail_server_process import MailServer
from support.pd_programs import PdPrograms
from support.playbook import Run

from . import console
from .scene import EXPIRED_DAYS, HERE, HOSTS, SCRATCH, Scene, setting

SERVERS = [(host, server) for host, servers in HOSTS.items() for server in servers]
PLAYBOOK = 'printops.infoprint.converge'
ROLLBACK = 'printops.infoprint.rollback'
VERIFY = 'printops.infoprint.verify'
REPORT = 'report'


class WrongStep(Exception):
    """A step did not do what the demo says it does; the message says what was expected."""


class Tour(console.Steps):
    """The steps, in order; each raises WrongStep unless it really happened."""

    def __init__(self, scene: Scene, mail_server: MailServer) -> None:
        super().__init__()
        self.scene = scene
        self.mail_server = mail_server
        self.ansible = scene.ansible()
        self.mails_seen = 0
        self.summary: list[tuple[str, str, str]] = []

    def play(self, title: str, *arguments: str, playbook: str = PLAYBOOK) -> Run:
        """Run a playbook as a user would; show the command and what it prints."""
        console.command(' '.join(['ansible-playbook', playbook, *map(_quoted, arguments)]))
        run = self.ansible.playbook(
            playbook, self.scene.directory / 'hosts.yml', *arguments, callbacks=('printops.infoprint.fleet_report',)
        )
        console.output(run.output)
        arrived = len(self.mail_server.mails()) - self.mails_seen
        self.mails_seen += arrived
        counts = ', '.join(f'{host} {numbers["changed"]}' for host, numbers in run.stats.items())
        self.summary.append((title, f'{run.seconds:.1f} s', f'changed tasks: {counts}; mails: {arrived}'))
        return run

    def expect(self, holds: bool, text: str) -> None:
        if not holds:
            raise WrongStep(text)
        console.done(text)

    def expect_success(self, run: Run, changed: t.Collection[str], mails: int) -> None:
        """Expect a run that succeeded, changed exactly these hosts, and sent so many mails."""
        self.expect(run.rc == 0, 'the run succeeded')
        hosts = sorted(host for host, numbers in run.stats.items() if numbers['changed'])
        self.expect(hosts == sorted(changed), f'changed hosts: {", ".join(sorted(changed)) or "none"}')
        arrived = self.mail_server.mails()[self.mails_seen - mails :] if mails else []
        senders = {mail.ehlo for mail in arrived}
        self.expect(self.summary[-1][2].endswith(f'mails: {mails}'), f'mails that arrived: {mails}')
        if mails:
            self.expect(
                senders == {f'{host}.example.com' for host in HOSTS} and all(mail.tls_version for mail in arrived),
                'each over TLS, and each host gave the EHLO name that its configuration declares',
            )

    def converge(self) -> None:
        self.step(
            'Bring the four servers into the declared state, and prove each with a mail',
            "The playbook writes each server's sendmemo-ssl.cfg with its CA and CRL, and then sends a mail from each "
            'server with what it has written, verifying the mail server as sendmemo would.',
        )
        self.expect_success(self.play('converge'), HOSTS, mails=len(SERVERS))
        config = self.scene.config('print1', 'spl1')
        console.note(f'{config.relative_to(HERE.parent)}, without its comments:')
        lines = config.read_text().splitlines()
        console.output('\n'.join(line for line in lines if not line.lstrip().startswith((';', '#'))))

    def converge_again(self) -> None:
        self.step('Do it again', 'Nothing has to change; the mails are sent all the same, for a proof has to be fresh.')
        self.expect_success(self.play('again'), (), mails=len(SERVERS))

    def break_by_hand(self) -> None:
        self.step('Break three things by hand')
        keyword = self.scene.config('print1', 'spl1')
        text = keyword.read_text()
        keyword.write_text(text.replace('EnableTLS = 1', 'EnableTLS = 0'))
        self.expect(keyword.read_text() != text, 'a keyword: print1, spl1 no longer encrypts (EnableTLS = 0)')
        crl = self.crl()
        crl.write_bytes((self.scene.trust / 'crl-of-last-year.pem').read_bytes())
        console.done('the CRL: print1, spl2 has that of last year, which has expired and lacks a revoked certificate')
        self.scene.config('print2', 'spl3').chmod(0o666)
        console.done('a mode: everybody may write the configuration of print2, spl3 (0666)')

    def crl(self) -> pathlib.Path:
        """Return the path of the CRL that print1's second server uses."""
        config = self.scene.config('print1', 'spl2')
        return config.parent / setting(config, 'CrlFile')

    def check(self) -> None:
        self.step('Look, and touch nothing: --check --diff')
        before = self.snapshot()
        run = self.play('check', '--check', '--diff')
        self.expect(run.rc == 0, 'the run succeeded')
        drift = [
            (result.host, server['name'], pathlib.PurePath(one['file']).name, one['kind'], one.get('keyword', ''))
            for result in run.task_results
            for server in _servers(result.result)
            for one in server.get('drift', [])
        ]
        console.table(('host', 'server', 'file', 'drift', 'keyword'), drift)
        seen = {(host, server, kind) for host, server, _file, kind, _keyword in drift}
        wanted = {('print1', 'spl1', 'changed'), ('print1', 'spl2', 'changed'), ('print2', 'spl3', 'mode')}
        self.expect(seen == wanted, 'all three are named, and nothing else')
        self.expect(self.snapshot() == before, 'no file was touched')

    def snapshot(self) -> dict[str, tuple[int, bytes]]:
        """Return every file of the print hosts: its mode and bytes (of a link, where it points)."""
        found = {}
        for path in sorted((self.scene.directory / 'hosts').rglob('*')):
            if path.is_symlink() or path.is_file():
                content = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
                found[str(path)] = (stat.S_IMODE(path.lstat().st_mode), content)
        return found

    def correct(self) -> None:
        self.step('Correct what was broken')
        self.expect_success(self.play('correct'), HOSTS, mails=len(SERVERS))
        self.expect(setting(self.scene.config('print1', 'spl1'), 'EnableTLS') == '1', 'print1, spl1 encrypts again')
        self.expect(self.crl().read_bytes() == (self.scene.trust / 'crl.pem').read_bytes(), 'print1, spl2 has the current CRL')
        mode = stat.S_IMODE(self.scene.config('print2', 'spl3').stat().st_mode)
        self.expect(mode == 0o644, f'print2, spl3 has mode {mode:04o}')

    def move_and_take_back(self) -> None:
        self.step(
            'Move one server to TLS from the first byte, and take that back',
            'move.yml also declares what InfoPrint itself keeps of the server, its attributes smtp-server-host and '
            'smtp-server-port; infoprint/bin has stand-ins for pdls and pdset, which read and set them. Files and '
            'attributes are one set: tried, changed and put back together.',
        )
        programs = self.scene.infoprint(self.mail_server)
        ports = self.mail_server.ports
        arguments = ('--limit', 'print1', '-e', '@move.yml')
        moved = self.play('move', *arguments)
        self.expect(
            moved.rc == 0 and self.in_force(programs) == ('2', str(ports['smtps'])),
            f'print1, spl1 has EnableTLS 2, its attribute smtp-server-port is {ports["smtps"]}, and a mail proved it',
        )
        back = self.play('take back', *arguments, playbook=ROLLBACK)
        self.expect(
            back.rc == 0 and self.in_force(programs) == ('1', str(ports['starttls'])),
            f'both are back: EnableTLS 1, smtp-server-port {ports["starttls"]}',
        )

    def in_force(self, programs: PdPrograms) -> tuple[str, str]:
        """Return EnableTLS and the port of print1's first server."""
        return setting(self.scene.config('print1', 'spl1'), 'EnableTLS'), programs.attributes('spl1')['smtp-server-port']

    def fail(self) -> None:
        self.step(
            'A send that fails, with its cause and what to do about it',
            f'For this run spl4 is sent to a mail server whose certificate expired {EXPIRED_DAYS} days ago. '
            'The play fails, and says why.',
        )
        run = self.play('expired', '--limit', 'print2', '-e', '@expired.yml')
        found = [
            (result.host, server['name'], problem)
            for result in run.task_results
            for server in _servers(result.result)
            for problem in server.get('problems', [])
            if problem['severity'] == 'error'
        ]
        for host, server, problem in found:
            console.table(
                (),
                [
                    ('where', f'{server} on {host}, at the stage "{problem.get("stage", "")}"'),
                    ('code', problem['code']),
                    ('seen', problem['message']),
                    ('remedy', problem['hint']),
                ],
            )
        self.expect(run.rc != 0, 'ansible-playbook ended with an error')
        self.expect(
            [(host, server, problem['code']) for host, server, problem in found] == [('print2', 'spl4', 'expired')],
            'the cause is named, for the one server that has it',
        )
        self.expect('spl4' in run.output and 'expired' in run.output, 'it is on the screen of whoever ran it too')

    def report(self) -> None:
        self.step(
            'The fleet at a glance',
            'Each run has updated the report. The last three looked at one host each, and left the other as it was last seen.',
        )
        found = self.fleet()
        console.table((), [('verdict', found['verdict'])])
        self.expect_states(
            {'proven': 2, 'failing': 1, 'changed_unproven': 1},
            'two servers are proven; spl4 is failing, and spl1, which was taken back, waits for its proof',
        )
        for name in ('index.html', 'report.json', 'report.csv', 'junit.xml', 'sendmemo.prom'):
            self.expect((self.scene.directory / REPORT / name).stat().st_size > 0, f'written: {REPORT}/{name}')

    def fleet(self) -> dict[str, t.Any]:
        found: dict[str, t.Any] = json.loads((self.scene.directory / REPORT / 'report.json').read_text())
        return found

    def expect_states(self, wanted: dict[str, int], text: str) -> None:
        self.expect({state: count for state, count in self.fleet()['servers'].items() if count} == wanted, text)

    def go_plaintext(self) -> None:
        self.step(
            'Somebody takes a server to plaintext by hand, and nobody is told',
            'The mail server takes mail without TLS too, so alerts still arrive: a tool that asks no more than that stays '
            'green. verify changes nothing: it proves what is in force, and compares it with what is declared.',
        )
        config = self.scene.config('print1', 'spl1')
        config.write_text(config.read_text().replace('EnableTLS = 1', 'EnableTLS = 0'))
        self.expect(setting(config, 'EnableTLS') == '0', 'print1, spl1 no longer encrypts (EnableTLS = 0)')
        run = self.play('plaintext', playbook=VERIFY)
        self.expect(run.rc != 0, 'ansible-playbook ended with an error')
        self.expect('[not_as_declared]' in run.output and 'spl1' in run.output, 'the server and the keyword are named')
        self.expect_states({'proven': 3, 'unprotected': 1}, 'three servers are proven, spl4 again; spl1 is unprotected')
        page = (self.scene.directory / REPORT / 'index.html').read_text()
        self.expect('class="well"' not in page, 'the page is not green')
        metrics = (self.scene.directory / REPORT / 'sendmemo.prom').read_text()
        self.expect('sendmemo_server_proven{host="print1",server="spl1"} 0' in metrics, 'its metric of a proof is 0')

    def show_mails(self) -> None:
        self.step('The mails that arrived')
        mails = self.mail_server.mails()
        console.show_mails(mails)
        console.note(f'They are in {mails[0].path.parent.relative_to(HERE.parent)}/.')


def _quoted(argument: str) -> str:
    return f"'{argument}'" if ' ' in argument else argument


def _servers(result: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """Return the servers that a task's result speaks of."""
    return [server for server in result.get('servers') or [] if isinstance(server, dict)]


def tour() -> None:
    begin = time.monotonic()
    scene = Scene()
    scene.build()
    with scene.mail_server() as mail_server:
        scene.write_ports(mail_server)
        walk = Tour(scene, mail_server)
        walk.step(
            'A CA, a CRL, a mail server and two print hosts',
            f'All of it is in {scene.directory.relative_to(HERE.parent)}/, made anew by each demo. Two "hosts" on this '
            'machine have two InfoPrint servers each: spl1 and spl2 on print1, spl3 and spl4 on print2.',
        )
        console.table(('mail server on 127.0.0.1', 'port'), mail_server.ports.items())
        for part in (
            walk.converge,
            walk.converge_again,
            walk.break_by_hand,
            walk.check,
            walk.correct,
            walk.move_and_take_back,
            walk.fail,
            walk.report,
            walk.go_plaintext,
            walk.show_mails,
        ):
            part()
        walk.step('Summary')
        console.table(('run', 'took', 'what happened'), walk.summary)
    closing(time.monotonic() - begin)


def closing(seconds: float) -> None:
    print()
    console.done(f'everything above was checked as it happened, in {seconds:.0f} s; nothing is left running')
    print(f"""
To play with it: edit what you like in {SCRATCH.relative_to(HERE.parent)}/ and run

   demo/play                   the mail server, ansible-playbook, and the mails that arrived
   demo/play --check --diff    the same, with any options of ansible-playbook: look, touch nothing

   hosts.yml, group_vars/      the inventory: which servers there are, and what is declared for them
   hosts/print1/var/pd/spl1/   what is on the print hosts: try to break it
   trust/                      the CA and the CRLs
   report/index.html           how the fleet is: open it in a browser

The next make demo begins with new ones; make clean removes them.""")


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(143))
    try:
        tour()
    except WrongStep as problem:
        sys.exit(f'\nThe demo failed; this was expected and did not happen: {problem}')
    except KeyboardInterrupt:
        print('\nInterrupted; the mail server has been ended.')
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)


if __name__ == '__main__':
    main()
