# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The tour: shows and checks step by step what the collection does, on two print hosts with two servers each."""

from __future__ import annotations

import functools
import json
import os
import pathlib
import signal
import stat
import sys
import time
import typing as t
from importlib import metadata

from support.mail_server_process import MailServer
from support.playbook import Run

from . import console
from .observation import observe_and_follow
from .scene import EXPIRED_DAYS, HERE, HOSTS, SCRATCH, Scene, setting

SERVERS = [(host, server) for host, servers in HOSTS.items() for server in servers]
PLAYBOOK = 'printops.infoprint.converge'
ROLLBACK = 'printops.infoprint.rollback'
VERIFY = 'printops.infoprint.verify'
REPORT = 'report'


class WrongStep(Exception):
    """A step did not have the expected result; the message says what was expected."""


class Tour(console.Steps):
    """The steps, in order; each raises WrongStep unless it had the expected result."""

    def __init__(self, scene: Scene, mail_server: MailServer) -> None:
        super().__init__()
        self.scene = scene
        self.mail_server = mail_server
        self.ansible = scene.ansible()
        self.mails_counted = 0
        self.summary: list[tuple[str, str, str]] = []
        self.programs = scene.infoprint(mail_server)

    def play(self, title: str, *arguments: str, playbook: str = PLAYBOOK, **environment: t.Any) -> Run:
        """Run a playbook as a user would; print the command and its output."""
        console.command(' '.join(['ansible-playbook', playbook, *map(_quoted, arguments)]))
        run = self.ansible.playbook(
            playbook,
            self.scene.directory / 'hosts.yml',
            *arguments,
            callbacks=('printops.infoprint.fleet_report',),
            COLUMNS=str(console.OUTPUT_WIDTH),
            **environment,
        )
        console.output(run.output)
        arrived = len(self.mail_server.mails()) - self.mails_counted
        self.mails_counted += arrived
        counts = ', '.join(f'{host} {numbers["changed"]}' for host, numbers in run.stats.items())
        self.summary.append((title, f'{run.seconds:.1f} s', f'changed tasks: {counts}; mails: {arrived}'))
        return run

    def expect(self, holds: bool, text: str) -> None:
        if not holds:
            raise WrongStep(text)
        console.done(text)

    def expect_success(self, run: Run, changed: t.Collection[str], mails: int) -> None:
        """Expect a run that succeeded, changed exactly these hosts, and sent this number of mails."""
        self.expect(run.rc == 0, 'the run succeeded')
        hosts = sorted(host for host, numbers in run.stats.items() if numbers['changed'])
        self.expect(hosts == sorted(changed), f'changed hosts: {", ".join(sorted(changed)) or "none"}')
        arrived = self.mail_server.mails()[self.mails_counted - mails :] if mails else []
        senders = {mail.ehlo for mail in arrived}
        self.expect(self.summary[-1][2].endswith(f'mails: {mails}'), f'mails that arrived: {mails}')
        if mails:
            self.expect(
                senders == {f'{host}.example.com' for host in HOSTS} and all(mail.tls_version for mail in arrived),
                'each mail arrived over TLS, and each host gave the EHLO name that its configuration declares',
            )

    def converge(self) -> None:
        self.step(
            'Bring the four servers into the declared state, and verify each with a mail',
            "The playbook writes each server's sendmemo-ssl.cfg with its CA file and CRL. Then it sends a mail from each "
            'server with these files, and verifies the mail server as sendmemo would.',
        )
        self.expect_success(self.play('converge'), HOSTS, mails=len(SERVERS))
        config = self.scene.config('print1', 'spl1')
        console.note(f'{config.relative_to(HERE.parent)}, without its comments:')
        lines = config.read_text().splitlines()
        console.output('\n'.join(line for line in lines if not line.lstrip().startswith((';', '#'))))

    def converge_again(self) -> None:
        self.step('Run it again', 'Nothing has to change, but each server is verified again, so the mails are sent.')
        self.expect_success(self.play('again'), (), mails=len(SERVERS))

    def break_by_hand(self) -> None:
        self.step('Break three things by hand')
        keyword = self.scene.config('print1', 'spl1')
        text = keyword.read_text()
        keyword.write_text(text.replace('EnableTLS = 1', 'EnableTLS = 0'))
        self.expect(keyword.read_text() != text, 'a keyword: spl1 on print1 no longer encrypts (EnableTLS = 0)')
        crl = self.crl()
        crl.write_bytes((self.scene.trust / 'crl-of-last-year.pem').read_bytes())
        console.done("the CRL: spl2 on print1 has last year's, which has expired and lacks a revoked certificate")
        self.scene.config('print2', 'spl3').chmod(0o666)
        console.done('a mode: everybody may write the configuration of spl3 on print2 (0666)')

    def crl(self) -> pathlib.Path:
        """Return the path of the CRL that print1's second server uses."""
        config = self.scene.config('print1', 'spl2')
        return config.parent / setting(config, 'CrlFile')

    def check(self) -> None:
        self.step('Preview the correction without changing anything: --check --diff')
        before = self.snapshot()
        run = self.play('check', '--check', '--diff')
        self.expect(run.rc == 0, 'the run succeeded')
        drift = [
            (result.host, server['name'], pathlib.PurePath(entry['file']).name, entry['kind'], entry.get('keyword', ''))
            for result in run.task_results
            for server in _servers(result.result)
            for entry in server.get('drift', [])
        ]
        console.table(('host', 'server', 'file', 'drift', 'keyword'), drift)
        reported = {(host, server, kind) for host, server, _file, kind, _keyword in drift}
        expected = {('print1', 'spl1', 'changed'), ('print1', 'spl2', 'changed'), ('print2', 'spl3', 'mode')}
        self.expect(reported == expected, 'all three are reported, and nothing else')
        self.expect(self.snapshot() == before, 'no file was changed')

    def snapshot(self) -> dict[str, tuple[int, bytes]]:
        """Return every file of the print hosts with its mode and content (of a symlink, its target)."""
        files = {}
        for path in sorted((self.scene.directory / 'hosts').rglob('*')):
            if path.is_symlink() or path.is_file():
                content = os.fsencode(path.readlink()) if path.is_symlink() else path.read_bytes()
                files[str(path)] = (stat.S_IMODE(path.lstat().st_mode), content)
        return files

    def correct(self) -> None:
        self.step('Correct what was broken')
        self.expect_success(self.play('correct'), HOSTS, mails=len(SERVERS))
        self.expect(setting(self.scene.config('print1', 'spl1'), 'EnableTLS') == '1', 'spl1 on print1 encrypts again')
        self.expect(self.crl().read_bytes() == (self.scene.trust / 'crl.pem').read_bytes(), 'spl2 on print1 has the current CRL')
        mode = stat.S_IMODE(self.scene.config('print2', 'spl3').stat().st_mode)
        self.expect(mode == 0o644, f'the configuration of spl3 on print2 has mode {mode:04o}')

    def move_and_roll_back(self) -> None:
        self.step(
            'Move one server to TLS from the first byte, and roll that back',
            'move.yml also declares two attributes that InfoPrint itself stores for the server, smtp-server-host and '
            'smtp-server-port. infoprint/bin has stand-ins for pdls and pdset, which read and set them. Files and '
            'attributes are one set: they are tested, changed and rolled back together.',
        )
        ports = self.mail_server.ports
        arguments = ('--limit', 'print1', '-e', '@move.yml')
        moved = self.play('move', *arguments)
        self.expect(
            moved.rc == 0 and self.active() == ('2', str(ports['smtps'])),
            f'spl1 on print1 has EnableTLS 2, its attribute smtp-server-port is {ports["smtps"]}, and a mail verified it',
        )
        back = self.play('roll back', *arguments, playbook=ROLLBACK)
        self.expect(
            back.rc == 0 and self.active() == ('1', str(ports['starttls'])),
            f'both are restored: EnableTLS 1, smtp-server-port {ports["starttls"]}',
        )

    def active(self) -> tuple[str, str]:
        """Return EnableTLS and the port of print1's first server."""
        return setting(self.scene.config('print1', 'spl1'), 'EnableTLS'), self.programs.attributes('spl1')['smtp-server-port']

    def fail(self) -> None:
        self.step(
            'A failing send, its cause and what to do about it',
            f'In this run spl4 sends to a mail server whose certificate expired {EXPIRED_DAYS} days ago. '
            'The play fails and reports why.',
        )
        run = self.play('expired', '--limit', 'print2', '-e', '@expired.yml')
        problems = [
            (result.host, server['name'], problem)
            for result in run.task_results
            for server in _servers(result.result)
            for problem in server.get('send', server).get('problems', [])
            if problem['severity'] == 'error'
        ]
        self.expect(run.rc != 0, 'ansible-playbook ended with an error')
        self.expect(
            [(host, server, problem['code']) for host, server, problem in problems] == [('print2', 'spl4', 'expired')],
            'the cause is reported, only for the server that is affected',
        )
        self.expect('spl4' in run.output and 'expired' in run.output, 'the output of the run shows it too')

    def report(self) -> None:
        self.step(
            'The fleet at a glance',
            'Each run has updated the report. The last three runs were limited to one host each; the other host keeps its '
            'last known state.',
        )
        console.table((), [('verdict', self.fleet()['verdict'])])
        self.expect_states(
            {'proven': 2, 'failing': 1, 'changed_unproven': 1},
            'two servers are proven; spl4 is failing; spl1, which was rolled back, is not verified yet',
        )
        for name in ('index.html', 'report.json', 'report.csv', 'junit.xml', 'sendmemo.prom'):
            self.expect((self.scene.directory / REPORT / name).stat().st_size > 0, f'written: {REPORT}/{name}')

    def fleet(self) -> dict[str, t.Any]:
        report: dict[str, t.Any] = json.loads((self.scene.directory / REPORT / 'report.json').read_text())
        return report

    def expect_states(self, expected: dict[str, int], text: str) -> None:
        self.expect({state: count for state, count in self.fleet()['servers'].items() if count} == expected, text)

    def go_plaintext(self) -> None:
        self.step(
            'Someone switches a server to plaintext by hand, and nobody notices',
            'The mail server also accepts mail without TLS, so alerts still arrive, and a tool that checks only that stays '
            'green. verify changes nothing: it tests the active configuration and compares it with the declared one.',
        )
        config = self.scene.config('print1', 'spl1')
        config.write_text(config.read_text().replace('EnableTLS = 1', 'EnableTLS = 0'))
        self.expect(setting(config, 'EnableTLS') == '0', 'spl1 on print1 no longer encrypts (EnableTLS = 0)')
        run = self.play('plaintext', playbook=VERIFY)
        self.expect(run.rc != 0, 'ansible-playbook ended with an error')
        self.expect(
            '[not_as_declared]' in run.output and 'spl1' in run.output, 'the server is named, with the code not_as_declared'
        )
        self.expect_states(
            {'proven': 3, 'unprotected': 1}, 'three servers are proven, spl4 among them again; spl1 is unprotected'
        )
        page = (self.scene.directory / REPORT / 'index.html').read_text()
        self.expect('class="well"' not in page, 'the page is not green')
        metrics = (self.scene.directory / REPORT / 'sendmemo.prom').read_text()
        self.expect('sendmemo_server_proven{host="print1",server="spl1"} 0' in metrics, 'its metric sendmemo_server_proven is 0')

    def confirm_delivery(self) -> None:
        self.step(
            'A mail server accepts a mail and loses it',
            'For the sender all is well: "250 Ok". So the mailbox that receives the mails is asked, once for all hosts; it also '
            'tells what the mail server noted about each mail. The mails of spl4 are lost on purpose.',
        )
        self.mail_server.lose('server spl4 on')
        run = self.play('lost', '-e', '@confirm.yml')
        self.expect(run.rc != 0, 'ansible-playbook ended with an error')
        found = [entry for result in run.task_results for entry in result.result.get('proofs', []) if 'delivered' in entry]
        console.table(
            ('host', 'server', 'delivered', 'after', 'received with', 'from'),
            [
                (
                    entry['host'],
                    entry['server'],
                    'yes' if entry['delivered'] else 'no',
                    f'{entry["delay_ms"]} ms' if entry['delivered'] else '',
                    *((entry['received'][key] for key in ('with', 'helo')) if entry['received'] else ('', '')),
                )
                for entry in found
            ],
        )
        lost = [(entry['host'], entry['server']) for entry in found if not entry['delivered']]
        self.expect(lost == [('print2', 'spl4')], 'the lost mail is named')
        self.expect('3 servers proven, 1 failing' in run.output, 'the line of its batch counts its server as failing')
        self.expect(len(found) == len(SERVERS), 'the three others arrived')
        self.expect_states({'delivered': 3, 'failing': 1}, 'three servers are delivered, spl4 is failing')

    def show_mails(self) -> None:
        self.step('The mails that arrived')
        mails = self.mail_server.mails()
        console.show_mails(mails)
        console.note(f'They are in {mails[0].path.parent.relative_to(HERE.parent)}/.')


def _quoted(argument: str) -> str:
    return f"'{argument}'" if ' ' in argument else argument


def _servers(result: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """Return the servers in a task's result."""
    return [server for server in result.get('servers') or [] if isinstance(server, dict)]


def all_steps(walk: Tour) -> tuple[t.Callable[[], None], ...]:
    return (
        walk.converge,
        walk.converge_again,
        walk.break_by_hand,
        walk.check,
        walk.correct,
        walk.move_and_roll_back,
        walk.fail,
        walk.report,
        walk.go_plaintext,
        walk.confirm_delivery,
        functools.partial(observe_and_follow, walk),
        walk.show_mails,
    )


def quick_steps(walk: Tour) -> tuple[t.Callable[[], None], ...]:
    """The main job, and a failure: with QUICK=1."""
    return walk.converge, walk.break_by_hand, walk.check, walk.correct, walk.fail


def tour() -> None:
    begin = time.monotonic()
    scene = Scene()
    scene.build()
    with scene.mail_server() as mail_server:
        scene.write_ports(mail_server)
        walk = Tour(scene, mail_server)
        walk.step(
            'A CA, a CRL, a mail server and two print hosts',
            f'All of it is in {scene.directory.relative_to(HERE.parent)}/, created anew by each demo. Two "hosts" on this '
            'machine have two InfoPrint servers each: spl1 and spl2 on print1, spl3 and spl4 on print2. The runs are by '
            f'ansible-core {metadata.version("ansible-core")}.',
        )
        console.table(('mail server on 127.0.0.1', 'port'), mail_server.ports.items())
        for part in quick_steps(walk) if os.environ.get('QUICK') else all_steps(walk):
            part()
        walk.step('Summary')
        console.table(('run', 'time', 'result'), walk.summary)
    closing(time.monotonic() - begin)


def closing(seconds: float) -> None:
    print()
    console.done(f'each step was checked while it ran, in {seconds:.0f} s; nothing is left running')
    print(f"""
To try things out, edit any file in {SCRATCH.relative_to(HERE.parent)}/ and run

   demo/play                   start the mail server, run ansible-playbook, list the mails that arrive
   demo/play --check --diff    the same with any options of ansible-playbook; these only preview changes

   hosts.yml, group_vars/      the inventory: the servers, and what is declared for them
   hosts/print1/var/pd/spl1/   files on the print hosts: try to break them
   trust/                      the CA and the CRLs

The fleet report: {(SCRATCH / REPORT / 'index.html').as_uri()}

The next make demo replaces all of these; make clean removes them.""")


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(143))
    try:
        tour()
    except WrongStep as problem:
        sys.exit(f'\nThe demo failed. Expected, but not true: {problem}')
    except KeyboardInterrupt:
        print('\nInterrupted; the mail server was stopped.')
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)


if __name__ == '__main__':
    main()
