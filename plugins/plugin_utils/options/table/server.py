# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options that say which servers a task is about, and what belongs to a server object itself."""

from __future__ import annotations

from .row import ATTRIBUTES, CONFIG, OBSERVE, ON_HOSTS, ROLLBACK, SEND, VALIDATE, Module, Option, Variable, each

ROWS = (
    Option(
        'base_dir',
        'str',
        "Directory of the target that contains the servers' working directories.",
        each(*ON_HOSTS, OBSERVE),
        Variable(),
        default='/var/pd',
        is_path=True,
    ),
    Option(
        'servers',
        'list',
        """
        The InfoPrint servers of the host.

        An empty list means every server that is discovered: each directory directly under O(base_dir) that contains a
        C(sendmemo-ssl.cfg) or an C(error.log), except hidden ones and C(*.BAK).
        """,
        each(
            *ON_HOSTS,
            OBSERVE,
            more="""
            What an entry does not set is taken from the module's option of the same name. Keys that only another module of
            the collection uses are accepted and ignored, so that one list serves all modules.
            """,
        ),
        Variable(more='What an entry does not set is taken from the variable of the same name.'),
        default=[],
        elements='dict',
    ),
    Option(
        'name',
        'str',
        'Name of the server, one component of a path.',
        each(*ON_HOSTS, OBSERVE),
        required=True,
        in_entry=True,
    ),
    Option(
        'working_dir',
        'str',
        """
        Absolute path of the server's working directory. Without it, the directory O(servers[].name) under O(base_dir).

        It is not followed if it is a symbolic link.
        """,
        each(CONFIG, ROLLBACK, VALIDATE, SEND, OBSERVE),
        in_entry=True,
        is_path=True,
    ),
    Option(
        'state',
        'str',
        """
        V(absent) removes the configuration and the trust files that this collection manages, and the server is not verified.
        Without it, V(present).
        """,
        each(CONFIG),
        choices=('present', 'absent'),
        in_entry=True,
    ),
    Option(
        'pd_bin_dir',
        'str',
        "Directory of the target that contains C(pdls) and C(pdset), which read and set the servers' own attributes.",
        {
            **each(CONFIG, ROLLBACK, ATTRIBUTES, OBSERVE),
            SEND: Module(
                more="""
                C(pdls) runs with the rights of the task, not as the owner of the working directory, since InfoPrint grants
                rights to the login user.
                """,
            ),
            VALIDATE: Module(
                default=None,
                more="""
                If it is set and O(smtp_port) is not, the port is read from the server's attribute C(smtp-server-port), for
                all servers in the same round trip. An attribute that cannot be read is a problem of its server.

                Without it, no attribute is read.
                """,
            ),
        },
        Variable(),
        default='/usr/lpp/pd/bin',
        is_path=True,
    ),
    Option(
        'manage_attributes',
        'bool',
        """
        Whether the mail server's name and port are also set as the server's own attributes C(smtp-server-host) and
        C(smtp-server-port), together with the files, and rolled back with them.
        """,
        {
            CONFIG: Module(
                more="""
                They are set to O(smtp_host) and O(smtp_port), and are read before anything is changed.

                If C(pdset) refuses one, the files are not switched, and an attribute that was already set is restored.

                The attributes are set right before the files are switched. A run that is killed between the two leaves the
                server with the new attributes and the old files; the next run corrects that.

                A server must be running; its attributes cannot be read otherwise. Those of a server that is to be V(absent)
                are left alone.
                """,
            ),
            ROLLBACK: Module(version_added='1.1.0', more='If it is off, the attributes in a backup are ignored.'),
        },
        Variable(more='It requires O(smtp_host) and O(smtp_port).'),
        default=False,
        in_entry=True,
    ),
    Option(
        'attributes',
        'dict',
        'Attributes of the server object by name, for M(printops.infoprint.server_attributes) to read and set.',
        {
            ATTRIBUTES: Module(
                more="""
                They are the default for all servers. An entry with O(servers[].attributes) uses only those; the two are not
                merged.

                A value is one word of printable ASCII characters without quotes and backslashes, since how C(pdset) reads
                these is not documented. An attribute without a value (C(null)) is read and left unchanged.

                Without any attribute, C(smtp-server-host) and C(smtp-server-port) are read.
                """,
            ),
        },
        in_entry=True,
    ),
)
