# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options that say what is validated, and how severe a problem must be to fail a task."""

from __future__ import annotations

from ....module_utils.vocabulary import ERROR, WARNING
from .row import CONFIG, ROLLBACK, SEND, VALIDATE, Module, Option, Variable, each

ROWS = (
    Option(
        'path',
        'str',
        """
        Absolute path of one configuration on the target, which is validated instead of the servers'. File names in it are
        looked up in its directory.

        Mutually exclusive with O(servers) and O(content).
        """,
        each(VALIDATE),
        is_path=True,
    ),
    Option(
        'content',
        'str',
        """
        Text of a configuration, which is validated instead of the servers'. No connection is made unless O(working_dir) is
        set.

        Mutually exclusive with O(servers) and O(path).
        """,
        each(VALIDATE),
        is_multiline=True,
    ),
    Option(
        'working_dir',
        'str',
        """
        Absolute path of the directory on the target in which file names in O(content) are looked up. Without it, the files
        that O(content) names are not validated.
        """,
        each(VALIDATE),
        is_path=True,
    ),
    Option(
        'require_configuration',
        'bool',
        """
        Whether a server in O(servers) without a C(sendmemo-ssl.cfg) is the error C(file_not_found). With V(false) it is the
        information C(not_configured), as it always is for discovered servers.
        """,
        each(VALIDATE),
        default=True,
    ),
    Option(
        'warn_days',
        'int',
        """
        Warn of certificates that expire within this many days, the CAs' and the mail server's, and of revocation lists that
        are to be replaced within them.
        """,
        each(CONFIG, ROLLBACK, VALIDATE, SEND),
        Variable(),
        default=30,
        range=(0, 36500),
    ),
    Option(
        'fail_on',
        'str',
        'The least severity of a problem that makes the task fail. All results are returned either way.',
        {
            **each(VALIDATE, SEND),
            CONFIG: Module(
                version_added='1.1.0', more='Only for what O(verify) sends; a problem of the change always fails the task.'
            ),
        },
        Variable(more='The entry point C(audit) fails only with O(audit_fails).'),
        default=ERROR,
        choices=(ERROR, WARNING, 'never'),
    ),
)
