# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A real Exim: STARTTLS on one port, TLS on another. It keeps in its queue what it takes; some recipients it refuses."""

from __future__ import annotations

import os

from .root_server import RootServer

USER, NUMBER = 'Debian-exim', 901
LARGEST = 20_000  # bytes of a mail

# By Exim's specification, chapters 14, 43 and 44.
CONFIG = """\
primary_hostname = mail.example.com
local_interfaces = 127.0.0.1
daemon_smtp_ports = {starttls} : {smtps}
tls_on_connect_ports = {smtps}
tls_advertise_hosts = *
tls_certificate = /etc/exim4/chain.pem
tls_privatekey = /etc/exim4/key.pem
host_lookup =
rfc1413_hosts =
smtp_accept_max_per_host = 100
message_size_limit = {largest}
queue_only = true
timezone = UTC
acl_smtp_rcpt = recipients
acl_smtp_data = mails
begin acl
recipients:
  defer recipients = greylisted@example.com
        message = 451 4.7.1 Come back later
  deny recipients = unknown@example.com
       message = 550 5.1.1 Unknown user
  deny recipients = unauthenticated@example.com
       message = 530 5.7.0 Authentication required
  accept
mails:
  accept
"""


class Exim(RootServer):
    """Exim; `ports` has 'starttls' and 'smtps'."""

    PACKAGE = 'exim4-daemon-light'
    USERS = {USER: NUMBER}
    PORTS = ('starttls', 'smtps')
    COMMAND = ('/usr/sbin/exim4', '-bdf')

    def lay_out(self) -> None:
        config = self.root / 'etc' / 'exim4'
        config.mkdir(mode=0o755)
        for directory in ('var/spool/exim4', 'var/log/exim4'):
            (self.root / directory).mkdir(parents=True, exist_ok=True)
            os.chown(self.root / directory, NUMBER, NUMBER)
        (config / 'chain.pem').write_bytes(self.certificate)
        (config / 'key.pem').touch(mode=0o600)
        (config / 'key.pem').write_bytes(self.key)
        os.chown(config / 'key.pem', NUMBER, NUMBER)
        (config / 'exim4.conf').write_text(CONFIG.format(largest=LARGEST, **self.ports))

    def content(self, queue_id: str) -> bytes:
        [path] = (self.root / 'var' / 'spool' / 'exim4' / 'input').rglob(f'{queue_id}-D')
        return path.read_bytes().partition(b'\n')[2]  # behind the line that repeats the name
