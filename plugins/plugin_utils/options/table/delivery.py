# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options about the mailbox in which the delivery of mails is confirmed."""

from __future__ import annotations

import typing as t

from .row import DELIVERY, Module, Option, Variable

CONFIRMING = ('main', 'verify')  # the entry points whose playbooks look into the mailbox

_HERE = {DELIVERY: Module()}


def _option(name: str, type_: str, description: str, **facts: t.Any) -> Option:
    """Return an option of the mailbox: in the role, its name begins with `confirm_`."""
    return Option(name, type_, description, _HERE, Variable(f'confirm_{name}', entry_points=CONFIRMING), **facts)


ROWS = (
    Option(
        'confirm',
        'bool',
        """
        Whether the playbooks C(converge) and C(verify) confirm in a mailbox that the mails of the verification arrived there:
        once per batch, on the controller. A mail that did not arrive fails its host, and with it the run at the end of the
        batch.

        The mailbox must be a recipient of the mails. It must be the same for all hosts of a play, and so must this variable.
        """,
        {},
        Variable(entry_points=CONFIRMING),
        default=False,
        version_added='1.1.0',
    ),
    Option(
        'state',
        'str',
        """
        V(mark) returns RV(mark), which tells the mails that are in the mailbox now from later ones. It comes before the first
        mail.

        V(confirm) waits until the mailbox holds the mail of each of O(proofs).
        """,
        _HERE,
        required=True,
        choices=('mark', 'confirm'),
    ),
    Option(
        'mark',
        'dict',
        """
        With O(state=confirm), what O(state=mark) returned. Without it, because the mailbox gave no answer then, nothing is
        confirmed.
        """,
        _HERE,
    ),
    Option(
        'proofs',
        'list',
        """
        With O(state=confirm), the mails to look for, as M(printops.infoprint.send_memo) and
        M(printops.infoprint.sendmemo_config) return them in C(proofs), of any number of hosts in one list.

        Each has C(host), C(server) and C(message_id), and what is known of C(sent_at) (a time in UTC, such as
        V(2026-11-24T08:15:00.250Z)), C(tls) (whether it was sent over TLS), C(ehlo) and C(address) (the name and the address
        that the host used), C(queue_id) and C(relay) (the mail server that accepted it).
        """,
        _HERE,
        elements='dict',
        default=[],
    ),
    _option(
        'imap_host',
        'str',
        """
        Name or address of the IMAP server that has the mailbox. Its certificate must be valid for this name. Either this or
        O(maildir) is needed.
        """,
    ),
    _option(
        'imap_port',
        'int',
        'Port of the IMAP server. Usual are 993, and 143 with O(imap_tls=starttls).',
        default=993,
        range=(1, 65535),
    ),
    _option(
        'imap_tls',
        'str',
        'Whether TLS starts with the connection, or by the command STARTTLS. Nothing is sent in plaintext.',
        choices=('implicit', 'starttls'),
        default='implicit',
    ),
    _option('imap_username', 'str', 'Name of the user that the mailbox belongs to.'),
    _option(
        'imap_password',
        'str',
        "The user's password. Keep it encrypted with C(ansible-vault). It is written to no log, result or report.",
        is_secret=True,
    ),
    _option(
        'imap_ca_src',
        'str',
        """
        File on the controller with the CA certificates (PEM) that vouch for the IMAP server. Without it, those of the
        controller's system.
        """,
    ),
    _option('folder', 'str', 'Name of the folder, such as V(INBOX) or V(INBOX/Proofs).', default='INBOX'),
    _option(
        'maildir',
        'str',
        'Absolute path of a Maildir on the controller, instead of a mailbox on an IMAP server.',
        is_path=True,
    ),
    Option(
        'timeout',
        'float',
        'Seconds to wait for the mails, from the start of the task. A mail that is not there then is lost: C(not_delivered).',
        _HERE,
        Variable('confirm_timeout', default=300, entry_points=CONFIRMING),
        default=300.0,
        range=(1, 3600),
    ),
    Option(
        'late_after',
        'float',
        'Seconds after which a mail that was delivered is late: the warning C(delivered_late).',
        _HERE,
        Variable('confirm_late_after', default=60, entry_points=CONFIRMING),
        default=60.0,
        range=(1, 86400),
    ),
    _option(
        'delete',
        'bool',
        """
        Delete the mails that were found, and no others. Otherwise the mailbox is only read. An IMAP server without the extension
        UIDPLUS cannot delete some mails without others, so nothing is deleted there.
        """,
        default=False,
    ),
)
