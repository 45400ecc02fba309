# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A real OpenSMTPD: STARTTLS, which it demands, on one port, TLS on another, no TLS on a third one.

It keeps in its queue what comes for example.com, and refuses the rest.
"""

from __future__ import annotations

from .postfix import free_ports
from .root_server import RootServer

LARGEST = 20_000  # bytes of a mail

# By smtpd.conf(5). Nobody is there to relay to, so that mails stay in the queue.
CONFIG = """\
pki mail.example.com cert "/etc/ssl/mail.pem"
pki mail.example.com key "/etc/ssl/mail.key"
smtp max-message-size {largest}
listen on 127.0.0.1 port {starttls} tls-require pki mail.example.com hostname mail.example.com
listen on 127.0.0.1 port {smtps} smtps pki mail.example.com hostname mail.example.com
listen on 127.0.0.1 port {bare} hostname mail.example.com
action "keep" relay host smtp://127.0.0.1:{nobody}
match from any for domain "example.com" action "keep"
"""


class OpenSmtpd(RootServer):
    """OpenSMTPD; `ports` has 'starttls', 'smtps' and 'bare'."""

    PACKAGE = 'opensmtpd'
    USERS = {'opensmtpd': 902, 'opensmtpq': 903}
    PORTS = ('starttls', 'smtps', 'bare')
    COMMAND = ('/usr/sbin/smtpd', '-d')

    def lay_out(self) -> None:
        for name in ('var/lib/opensmtpd/empty', 'var/spool/smtpd', 'var/run', 'etc/ssl/certs'):
            (self.root / name).mkdir(mode=0o755, parents=True, exist_ok=True)
        (self.root / 'var' / 'spool' / 'smtpd').chmod(0o711)
        own = self.root / 'etc' / 'ssl'
        (own / 'mail.pem').write_bytes(self.certificate)
        (own / 'certs' / 'ca-certificates.crt').write_bytes(self.certificate)  # to relay it wants to have some
        (own / 'mail.key').touch(mode=0o600)
        (own / 'mail.key').write_bytes(self.key)
        [nobody] = free_ports(1)
        (self.root / 'etc' / 'smtpd.conf').write_text(CONFIG.format(largest=LARGEST, nobody=nobody, **self.ports))

    def content(self, queue_id: str) -> bytes:
        return (self.root / 'var' / 'spool' / 'smtpd' / 'queue' / queue_id[:2] / queue_id / 'message').read_bytes()
