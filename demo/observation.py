# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A step of the tour: the mailer of a server is observed, and the proofs follow what was found."""

from __future__ import annotations

import pathlib
import shlex
import socket
import subprocess
import sys
import typing as t

import yaml

from support.playbook import Run

from . import console
from .scene import ADDRESS, HERE, Scene

if t.TYPE_CHECKING:
    from .tour import Tour

OBSERVE, VERIFY = 'printops.infoprint.observe', 'printops.infoprint.verify'
MAILER = HERE / 'mailer.py'
DEVIATIONS = {'default_cas': 'added', 'crl_check': 'chain'}
ASKED = (*DEVIATIONS, 'missing_crl', 'expired_crl', 'host_name', 'min_tls', 'max_tls', 'starttls_not_offered')
# Where the servers of print1 send to in the two proofs: TLS mode, listener, and what is odd about its certificate.
MOVED = {
    'spl1': ('starttls', 'revoked', 'issued by a CA that is revoked'),
    'spl2': ('smtps', 'public', 'issued by a publicly known CA'),
}


class Observed:
    """The site with a mailer that differs from what is assumed."""

    def __init__(self, tour: Tour) -> None:
        self.tour = tour
        self.scene: Scene = tour.scene
        self.ports = tour.mail_server.ports
        self.pd_bin = tour.programs.bin_dir
        self.profile = self.scene.directory / 'profile.yml'

    def play(self, title: str, playbook: str, *arguments: str) -> Run:
        public = self.scene.trust / 'publicly-known-ca.pem'
        return self.tour.play(title, '--limit', 'print1', *arguments, playbook=playbook, SSL_CERT_FILE=str(public))

    def mailer(self, server: str) -> list[str]:
        """Return the command that makes the server's mailer send a mail."""
        words = sys.executable, MAILER, self.scene.working_dir('print1', server), self.pd_bin / 'pdls'
        return list(map(str, words))

    def write_variables(self) -> None:
        """Write the files that the runs get with -e."""
        with socket.create_server((ADDRESS, 0)) as unused:
            port = unused.getsockname()[1]
        public = self.scene.directory / 'mail-server' / 'public'
        self._write(
            'observe',
            observe_server='spl1',
            observe_listen_address=ADDRESS,
            observe_listen_port=port,
            observe_trigger_command=shlex.join(self.mailer('spl1')),
            observe_deadline=5,
            observe_experiments=list(ASKED),
            observe_public_certificate_src=f'{public}.pem',
            observe_public_key_src=f'{public}.key',
            observe_profile_path=str(self.profile),
            observe_page_path=str(self.scene.directory / 'observed.html'),
            sendmemo_tls_pd_bin_dir=str(self.pd_bin),
        )
        servers = [
            {'name': name, 'enable_tls': mode, 'smtp_port': self.ports[listener]}
            for name, (mode, listener, _what) in MOVED.items()
        ]
        self._write('moved', sendmemo_tls_servers=servers)

    def _write(self, name: str, **variables: t.Any) -> None:
        text = yaml.safe_dump(variables, sort_keys=False, explicit_start=True)
        (self.scene.directory / f'{name}.yml').write_text(text)

    def sends(self, server: str) -> bool:
        """Return whether the server's own mailer sends a mail to the mail server that it moves to."""
        port = self.ports[MOVED[server][1]]
        subprocess.run([self.pd_bin / 'pdset', '-c', 'server', '-x', f'smtp-server-port={port}', server], check=True, timeout=60)
        before = len(self.tour.mail_server.mails())
        environment = {'SSL_CERT_FILE': str(self.scene.trust / 'publicly-known-ca.pem')}
        subprocess.run(self.mailer(server), env=environment, check=True, timeout=60)
        arrived = len(self.tour.mail_server.mails()) - before
        self.tour.mails_counted += arrived
        return arrived == 1


def observe_and_follow(tour: Tour) -> None:
    """Observe the mailer of spl1, and compare what the proofs say of print1's servers with what the mailer does."""
    tour.step(
        'Observe how the mailer itself behaves, and let the proofs follow it',
        f'{MAILER.relative_to(HERE.parent)} stands in for sendmemo, which is not at hand here. Where the manual is silent, it '
        'differs in two things from what is assumed: publicly known CAs are trusted beside those in CAFile, and CRLs apply to '
        'the whole chain. Mail servers that play a part in each experiment find that out. (SSL_CERT_FILE makes a CA of the '
        'demo a publicly known one.)',
    )
    site = Observed(tour)
    site.write_variables()
    before = _without_logs(tour.snapshot())
    run = site.play('observe', OBSERVE, '-e', '@observe.yml', '-e', 'observe_confirm=true')
    tour.expect(run.rc == 0, 'the run succeeded')
    (found,) = (one.result['assumptions'] for one in run.task_results if one.result.get('assumptions'))
    differing = {one['name']: one['observed'] for one in found if one['verdict'] != 'holds'}
    tour.expect(differing == DEVIATIONS, 'both differences are found, and nothing else')
    tour.expect(_without_logs(tour.snapshot()) == before, 'configuration and trust files are as before')
    console.note(
        'Now both servers of print1 send to mail servers for which that matters. They are verified as assumed, and then with the '
        'profile.'
    )
    mailer = {server: site.sends(server) for server in MOVED}
    assumed = _proofs(site.play('assumed', VERIFY, '-e', '@moved.yml'))
    following = _proofs(site.play('with profile', VERIFY, '-e', '@moved.yml', '-e', f'sendmemo_tls_profile={site.profile.name}'))
    words = {True: 'sent', False: 'not sent'}
    console.table(
        ('server', "mail server's certificate", 'mailer', 'proof, assumed', 'proof, with the profile'),
        [
            (name, what, *(words[column[name]] for column in (mailer, assumed, following)))
            for name, (_mode, _listener, what) in MOVED.items()
        ],
    )
    tour.expect(all(assumed[name] != mailer[name] for name in MOVED), 'as assumed, both proofs differ from the mailer')
    tour.expect(following == mailer, 'with the profile, both agree with it')
    reported = {server.get('profile') for host in tour.fleet()['hosts'] for server in host['servers'] if server['name'] in MOVED}
    tour.expect(reported == {following_profile(site.profile)}, 'the report names the profile')


def following_profile(path: pathlib.Path) -> str:
    """Return a profile in the words of the report."""
    profile = yaml.safe_load(path.read_text())
    return f'{profile["product"]} {profile["version"]}, observed on {profile["observed"]}'


def _proofs(run: Run) -> dict[str, bool]:
    """Return whether the proof of each server succeeded."""
    servers = (server for result in run.task_results for server in result.result.get('servers') or [])
    return {server['name']: server['ok'] for server in servers if 'ok' in server}


def _without_logs(files: dict[str, tuple[int, bytes]]) -> dict[str, tuple[int, bytes]]:
    """Return the files of print hosts without the servers' error logs."""
    return {path: file for path, file in files.items() if not path.endswith('/error.log')}
