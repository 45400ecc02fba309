# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of an observation of the product's own mailer."""

from __future__ import annotations

import typing as t

from .row import OBSERVE, Module, Option


def _option(name: str, type_: str, description: str, **facts: t.Any) -> Option:
    return Option(name, type_, description, {OBSERVE: Module()}, **facts)


ROWS = (
    _option(
        'confirm',
        'bool',
        """
        Whether the observation may begin. For some minutes the server sends its mails to the controller and not to the mail
        server, by configurations most of which are wrong on purpose, so this must be a server that nobody needs meanwhile.
        """,
        default=False,
    ),
    _option(
        'put_back_only',
        'bool',
        """
        Whether only an earlier observation is ended, whose run was killed: the server is put back as it was before it. The next
        observation does so too, before it begins.
        """,
        default=False,
    ),
    _option(
        'listen_address',
        'str',
        'Address of the controller on which the playing mail servers listen. The print server must reach it.',
        required=True,
    ),
    _option(
        'listen_ports',
        'list',
        'Port of the controller on which they listen. A list of one; the first that is given counts.',
        elements='int',
        default=[2525],
    ),
    _option(
        'mail_host',
        'str',
        """
        Name or address by which the print server reaches the controller: the server attribute C(smtp-server-host) during the
        observation, and the name in the certificates. A name of three labels or more, such as V(control.print.example.com), lets
        the rules for wildcards be observed too. Without it, O(listen_address).
        """,
    ),
    _option(
        'set_attributes',
        'bool',
        """
        Whether the server attributes C(smtp-server-host) and C(smtp-server-port) are set for the observation with C(pdset), and
        put back with the rest. Otherwise they must have been set by hand to O(mail_host) and O(listen_ports).
        """,
        default=True,
    ),
    _option(
        'trigger_command',
        'str',
        """
        Command line, run by C(/bin/sh) on the print server, that makes this server send one notification mail. Without it, each
        experiment waits for a mail that somebody causes.
        """,
    ),
    _option(
        'restart_command',
        'str',
        """
        Command line that restarts the server, used if its mailer turns out to read its configuration only when the server
        starts. Without it, nothing else can be observed then.
        """,
    ),
    _option(
        'deadline',
        'int',
        'Seconds that a mail is waited for. An experiment in which none comes takes this long, several times.',
        default=30,
        range=(1, 600),
    ),
    _option(
        'experiments',
        'list',
        'Names of the questions that are asked; all of them if empty. What others rest on is asked too.',
        elements='str',
        default=[],
    ),
    _option(
        'public_certificate_src',
        'str',
        """
        File on the controller with a certificate of a publicly known CA and its chain, in PEM, such as a wildcard of the
        company's, valid for O(mail_host). Without it, whether C(CAFile) replaces the publicly known CAs or adds to them is not
        observed: nobody can mint such a certificate.
        """,
    ),
    _option('public_key_src', 'str', 'File on the controller with the private key of O(public_certificate_src), in PEM.'),
    _option(
        'profile_path',
        'str',
        'File on the controller that the profile is written to. A file that is there is replaced.',
    ),
    _option(
        'page_path',
        'str',
        'File on the controller that the result is written to as a page, with the evidence. A file that is there is replaced.',
    ),
    _option('product', 'str', 'Name of the product in the profile.', default='RICOH InfoPrint Manager'),
    _option('product_version', 'str', 'Version of the product in the profile.', default='unknown'),
)
