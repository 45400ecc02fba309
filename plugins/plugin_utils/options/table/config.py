# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options that say what a server's configuration and its trust files are to be."""

from __future__ import annotations

from ....module_utils.vocabulary import TLS_MODES
from .row import CONFIG, SEND, Module, Option, Variable, each

_COMPARED = Module(more='Here it is what O(check_declared) compares with the active configuration.')

ROWS = (
    Option(
        'enable_tls',
        'str',
        """
        How mails are encrypted. V(disabled) or V(0) is C(EnableTLS = 0), V(starttls) or V(1) is C(EnableTLS = 1), V(smtps) or
        V(2) is C(EnableTLS = 2).
        """,
        {
            CONFIG: Module(
                more="""
                A keyword whose option is not set has the product's default, here V(disabled); its line is commented out.
                """
            ),
            SEND: _COMPARED,
        },
        Variable(default='starttls'),
        choices=(*(mode.name for mode in TLS_MODES), *(mode.value for mode in TLS_MODES)),
        in_entry=True,
    ),
    Option(
        'ca_src',
        'list',
        """
        File on the controller with the CA certificates, in PEM form, or a list of files, which are joined without duplicates,
        as for the overlap of a CA rollover. Looked up as M(ansible.builtin.copy) does. At most one of C(ca_src),
        C(ca_content) and C(ca_path) can be set.
        """,
        each(CONFIG),
        Variable(),
        elements='str',
        in_entry=True,
        one_of='ca',
    ),
    Option(
        'ca_content',
        'str',
        'The CA certificates themselves, in PEM form.',
        each(CONFIG),
        Variable(),
        in_entry=True,
        one_of='ca',
        is_multiline=True,
    ),
    Option(
        'ca_path',
        'str',
        'Absolute path of a file with CA certificates that is already on the target and is not managed.',
        each(CONFIG),
        Variable(),
        in_entry=True,
        one_of='ca',
        is_path=True,
    ),
    Option(
        'crl_src',
        'list',
        """
        File on the controller with the certificate revocation lists (CRLs), in PEM form, or a list of files. At most one of
        C(crl_src), C(crl_content) and C(crl_path) can be set.
        """,
        each(CONFIG),
        Variable(),
        elements='str',
        in_entry=True,
        one_of='crl',
    ),
    Option(
        'crl_content',
        'str',
        'The certificate revocation lists themselves, in PEM form.',
        each(CONFIG),
        Variable(),
        in_entry=True,
        one_of='crl',
        is_multiline=True,
    ),
    Option(
        'crl_path',
        'str',
        'Absolute path of a file with revocation lists that is already on the target and is not managed.',
        each(CONFIG),
        Variable(),
        in_entry=True,
        one_of='crl',
        is_path=True,
    ),
    Option(
        'hostname',
        'str',
        'Name sent to the mail server in EHLO: a fully qualified name, C([192.0.2.1]) or C([IPv6:2001:db8::1]).',
        {CONFIG: Module(), SEND: _COMPARED},
        Variable(),
        in_entry=True,
    ),
    Option(
        'cert_validation_ignore_host_name',
        'bool',
        'Accept a certificate that was issued for another host name.',
        {CONFIG: Module(), SEND: _COMPARED},
        Variable(),
        in_entry=True,
    ),
    Option(
        'ignore_certificate_errors',
        'bool',
        'Accept any certificate.',
        {CONFIG: Module(), SEND: _COMPARED},
        Variable(),
        in_entry=True,
    ),
    Option(
        'template',
        'str',
        """
        Jinja2 template of the configuration. Without it, the one of the role C(printops.infoprint.sendmemo_tls). Looked up as
        M(ansible.builtin.template) does.

        It can use C(server.name), C(server.working_dir), C(settings) (declared keywords and their text) and the play's
        variables. If servers are discovered, not named, C(server) is undefined.

        The rendered text is read back and must contain exactly the declared settings.
        """,
        each(CONFIG),
        Variable(),
    ),
)
