# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options that say how the files of a server are changed."""

from __future__ import annotations

from ....module_utils.vocabulary import ENVELOPE, HANDSHAKE
from .row import CONFIG, ROLLBACK, Module, Option, Variable, each

ROWS = (
    Option(
        'owner',
        'str',
        'Name or number of the user who is to own the files. Without it, the owner of the working directory.',
        each(CONFIG, ROLLBACK),
        Variable(),
        in_entry=True,
    ),
    Option(
        'group',
        'str',
        'Name or number of the group of the files. Without it, the group of the working directory.',
        each(CONFIG, ROLLBACK),
        Variable(),
        in_entry=True,
    ),
    Option(
        'mode',
        'raw',
        'Mode of the files, as an octal number in quotes.',
        {
            CONFIG: Module(
                default='0644',
                more="""
                With O(owner), O(group) and this mode, the owner of the working directory, who runs the server, must be able
                to read the files.
                """,
            ),
            ROLLBACK: Module(
                more="""
                Without it, that of the current configuration, or V('0644') if that mode keeps its owner out or lets everybody
                write.
                """
            ),
        },
        Variable(default='0644'),
        in_entry=True,
    ),
    Option(
        'backup',
        'bool',
        """
        Back up each set that is replaced, with its trust files and a manifest, in C(sendmemo-ssl.backups) in the working
        directory. For a server that had no configuration, only the manifest. A file that the owner of the working directory
        cannot read, or that is too large, is not copied but moved there unread.
        """,
        each(CONFIG),
        Variable(),
        default=True,
    ),
    Option(
        'backup_keep',
        'int',
        """
        How many backups are retained, the newest. One more is retained if those differ from the active set only in owner,
        group and mode, so that there is always a set to roll back to.
        """,
        each(CONFIG),
        Variable(),
        default=5,
        range=(1, 1000),
    ),
    Option(
        'try_before_commit',
        'str',
        """
        Test a new set against the real mail server, from the host, before it is activated: up to the TLS handshake, or up to
        the acceptance of sender and recipients. If the test fails, the active set stays and the result says why.

        Nothing is tested if nothing would change.
        """,
        {CONFIG: Module(default='none'), ROLLBACK: Module()},
        Variable(),
        default='handshake',
        choices=('none', HANDSHAKE, ENVELOPE),
    ),
    Option(
        'enable_ssl_v3',
        'bool',
        """
        Whether the InfoPrint servers may use SSLv3, by the line C(IPM_ENABLE_SSL_V3=1) in the platform's environment file:
        C(/etc/profile.d/ipm_environment.sh) if a Linux host has it, else C(/etc/environment). V(false) removes the line from
        both. Without it, the line is not managed.

        This is the only file outside a working directory that is written. It is replaced as a whole, its owner, mode and all
        other bytes unchanged, as the last step, and only if no server failed. Links in its place are not followed. It
        requires root.

        The line takes effect when the InfoPrint servers are restarted. That is not done, but reported as a warning. As the
        line affects every server, it is listed in the drift of each.
        """,
        each(CONFIG),
        Variable(),
    ),
)
