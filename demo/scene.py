# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The demo's site on disk: inventory, playbook, CA and CRL, the print hosts' directories, and the mail server."""

from __future__ import annotations

import pathlib
import shutil

from environments import VENVS
from support.mail_server_process import Listener, MailServer
from support.pd_programs import PdPrograms
from support.pki import Authority, days_from_now
from support.playbook import Ansible

HERE = pathlib.Path(__file__).resolve().parent
SCRATCH = HERE / 'scratch'
HOSTS = {'print1': ('spl1', 'spl2'), 'print2': ('spl3', 'spl4')}
ADDRESS = '127.0.0.1'
EXPIRED_DAYS = 3
PORTS = """\
---
# Written whenever the demo's mail server starts: it uses ports that are free at that time.
mail_ports:
  starttls: {starttls}
  smtps: {smtps}
"""
# For -e: moves print1's first server to TLS from the first byte, together with the attributes that InfoPrint stores for it.
MOVE = """\
---
sendmemo_tls_servers:
  - name: spl1
    enable_tls: smtps
    smtp_port: "{{ mail_ports.smtps }}"
sendmemo_tls_manage_attributes: true
sendmemo_tls_pd_bin_dir: "{{ inventory_dir }}/infoprint/bin"
"""


# For -e: confirms in the mailbox of the verification mails that they arrived.
CONFIRM = """\
---
sendmemo_tls_confirm: true
sendmemo_tls_confirm_maildir: "{{ inventory_dir }}/mail-server/Maildir"
sendmemo_tls_confirm_timeout: 3
"""


class Scene:
    """The site in a directory: `build()` creates it; afterwards it can be used any number of times."""

    def __init__(self, directory: pathlib.Path = SCRATCH) -> None:
        self.directory = directory
        self.trust = directory / 'trust'

    @property
    def built(self) -> bool:
        return (self.directory / 'hosts.yml').exists()

    def build(self) -> None:
        """Create the site; the files of an earlier demo are removed."""
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.copytree(HERE / 'site', self.directory)
        for host, servers in HOSTS.items():
            for server in servers:
                self.working_dir(host, server).mkdir(parents=True)
        (self.directory / 'move.yml').write_text(MOVE)
        (self.directory / 'confirm.yml').write_text(CONFIRM)
        self._create_certificates()

    def infoprint(self, server: MailServer) -> PdPrograms:
        """Create stand-ins for InfoPrint's pdls and pdset, with attributes of print1's servers that fit their configuration."""
        modes = {'spl1': 'starttls', 'spl2': 'smtps'}
        attributes = {
            name: {'smtp-server-host': ADDRESS, 'smtp-server-port': str(server.ports[mode])} for name, mode in modes.items()
        }
        return PdPrograms(self.directory / 'infoprint', attributes)

    def _create_certificates(self) -> None:
        """Create the CAs, one of which stands for those that are publicly known, their CRLs, in which a certificate and a CA are
        revoked, an old CRL, and the mail servers' certificates.
        """
        self.trust.mkdir()
        authority, public = Authority('Demo CA'), Authority('Publicly known CA')
        revoked, issuing = authority.issue(['old-mail.example.com']), Authority('Revoked Mail CA', parent=authority)
        (self.trust / 'ca.pem').write_bytes(authority.pem)
        (self.trust / 'publicly-known-ca.pem').write_bytes(public.pem)
        crls = authority.crl([revoked, issuing.certificate], number=2), issuing.crl(), public.crl()
        (self.trust / 'crl.pem').write_bytes(b''.join(crls))
        (self.trust / 'crl-of-last-year.pem').write_bytes(authority.crl(number=1, next_update=days_from_now(-200)))
        servers = self.directory / 'mail-server'
        servers.mkdir()
        authority.issue(['mail.example.com', ADDRESS]).write(servers, 'current')
        authority.issue(['mail.example.com', ADDRESS], not_after=days_from_now(-EXPIRED_DAYS)).write(servers, 'expired')
        issuing.issue(['mail.example.com', ADDRESS]).write(servers, 'revoked')
        public.issue(['mail.example.com', ADDRESS]).write(servers, 'public')

    def working_dir(self, host: str, server: str) -> pathlib.Path:
        return self.directory / 'hosts' / host / 'var' / 'pd' / server

    def config(self, host: str, server: str) -> pathlib.Path:
        return self.working_dir(host, server) / 'sendmemo-ssl.cfg'

    def mail_server(self) -> MailServer:
        """Return the mail server, not started yet: listeners for optional STARTTLS, TLS, and with other certificates."""
        keys = self.directory / 'mail-server'
        current, expired, revoked, public = (
            (keys / f'{name}.pem', keys / f'{name}.key') for name in ('current', 'expired', 'revoked', 'public')
        )
        return MailServer(
            keys,
            [
                Listener('starttls', 'optional', *current),
                Listener('smtps', 'smtps', *current),
                Listener('expired', 'smtps', *expired),
                Listener('revoked', 'starttls', *revoked),
                Listener('public', 'smtps', *public),
            ],
        )

    def write_ports(self, server: MailServer) -> None:
        """Write the mail server's ports to the inventory. expired.yml, for -e, has the bad listener's as the port of smtps."""
        ports = server.ports
        (self.directory / 'group_vars' / 'all.yml').write_text(PORTS.format(starttls=ports['starttls'], smtps=ports['smtps']))
        (self.directory / 'expired.yml').write_text(PORTS.format(starttls=ports['starttls'], smtps=ports['expired']))

    def ansible(self) -> Ansible:
        """Return the runner of ansible-playbook, with the site's own ansible.cfg."""
        settings = (HERE / 'site' / 'ansible.cfg').read_text()
        return Ansible(self.directory, collections=VENVS / 'collections', settings=settings)


def setting(config: pathlib.Path, keyword: str) -> str:
    """Return a keyword's value in a sendmemo-ssl.cfg, '' where it isn't set."""
    for line in config.read_text().splitlines():
        name, separator, value = line.partition('=')
        if separator and name.strip() == keyword:
            return value.strip()
    return ''
