# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What only the role sendmemo_tls has: variables that are no module's option, its entry points, and where to begin."""

from __future__ import annotations

import typing as t

from .row import CONFIG, DELIVERY, ROLLBACK, SEND, VALIDATE, Option, Variable

# The variables that a site sets first; the role's documentation begins with them.
ESSENTIAL = ('servers', 'smtp_host', 'smtp_port', 'ca_src', 'hostname', 'verify_recipients')

ROWS = (
    Option(
        'audit_fails',
        'bool',
        'Whether the entry point C(audit) fails for drift, or for a problem of the severity O(fail_on) or above.',
        {},
        Variable(entry_points=('audit',)),
        default=False,
    ),
    Option(
        'restart_command',
        'str',
        """
        Command for the host's shell that restarts its InfoPrint servers. It runs once per host, only if something was changed
        there, and not in check mode. Without it, nothing is restarted.

        It runs after the verification, even if that failed. The verification uses a connection of its own and does not need
        restarted servers; the next run has nothing to change and would not restart them.

        It also runs if a server of the host could not be converged while another one was changed. If the command fails, the host
        has failed, and the command must be run by hand, since the next run finds nothing to change.
        """,
        {},
        Variable(entry_points=('main', 'refresh_crl', 'rollback')),
        default='',
    ),
)


class EntryPoint(t.NamedTuple):
    """An entry point of the role: its texts, and the modules that it uses, whose options are its variables."""

    short_description: str
    description: str
    modules: tuple[str, ...]


ENTRY_POINTS = {
    'main': EntryPoint(
        'Converge the mail encryption of InfoPrint servers and verify it with a real mail',
        """
        Set these six: O(servers), the InfoPrint servers of a host; O(smtp_host) and O(smtp_port), their mail server;
        O(ca_src), the CA that vouches for it; O(hostname), the name of the host in EHLO; and O(recipients), who receives the
        verification mails. Of these only O(recipients) must be set. Every other variable has a default or is optional.

        Writes C(sendmemo-ssl.cfg), CA and CRL of every RICOH InfoPrint Manager server of a host, then sends a mail from each
        of them under the policy of its configuration.

        One round trip per host, however many servers it has. No facts are gathered.

        Variables that contradict each other are refused before the host is touched. So is a variable whose name starts with
        C(sendmemo_tls_) and is not listed here.
        """,
        (CONFIG, SEND, DELIVERY),
    ),
    'audit': EntryPoint(
        'Report drift and problems of InfoPrint servers, changing nothing',
        """
        Nothing must be set. What the entry point C(main) needs declares what the servers are compared with.

        Changes nothing. Compares as the entry point C(main) does in check mode, validates the current configuration, and
        reports both in one message. Succeeds, unless O(audit_fails) is set or the host could not be queried.
        """,
        (CONFIG, VALIDATE),
    ),
    'verify': EntryPoint(
        'Verify InfoPrint servers with a real mail and the current configuration',
        """
        Set O(recipients), who receives the mails, and O(servers), O(smtp_host) and O(smtp_port) as for the entry point C(main).
        Only O(recipients) must be set.

        Changes nothing, and sends from every server that is not to be absent, as the entry point C(main) does at its end.

        If the current configuration differs from the declared one in what protects the mail, the verification fails with
        C(not_as_declared), even if the mail is accepted. After the entry point C(rollback) that is so until the inventory
        declares what was restored.
        """,
        (SEND, DELIVERY),
    ),
    'refresh_crl': EntryPoint(
        'Renew the revocation lists of InfoPrint servers, and change nothing else',
        """
        Must be set: O(crl_url), where the lists are; O(ca_src) or O(ca_content), by which they are checked; and O(recipients),
        who receives the verification mails. The rest is as for the entry point C(main).

        Fetches the revocation lists of O(crl_url) and hands them to every server whose active set has the declared CAs; the rest
        of the set stays as it is. Each new list is tested and verified as in the entry point C(main). Where a list is not a new
        one, nothing is changed.

        A list that cannot be fetched does not fail a host. The playbook C(refresh_crl) tells it by its exit code.
        """,
        (CONFIG,),
    ),
    'rollback': EntryPoint(
        'Restore the set that was active before the last change',
        """
        Nothing must be set. Name in O(servers) those to roll back: without it, every server of the host is rolled back.

        The previous set of each server is tested before it is activated. Another rollback returns to where the first one
        began. The files, and the attributes if they are managed, come from the backup, whatever is declared.
        """,
        (ROLLBACK,),
    ),
}
