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
        one_of='crl content_or_url',
        is_multiline=True,
    ),
    Option(
        'crl_path',
        'str',
        'Absolute path of a file with revocation lists that is already on the target and is not managed.',
        each(CONFIG),
        Variable(),
        in_entry=True,
        one_of='crl path_or_url',
        is_path=True,
    ),
    Option(
        'crl_url',
        'list',
        """
        Address from which the controller fetches the revocation list of the CA, by http or https; a list of addresses, which are
        alternatives, in their order; or V(auto), for the distribution points that are named in the certificates of C(ca_src):
        one revocation list for each CA that names one.

        Each address is asked once per run, for all hosts, and what it answers is checked before it replaces anything: PEM or
        DER, a complete revocation list, signed by a CA of C(ca_src) or C(ca_content), valid now, and not older than the one that
        is kept in C(crl_cache) or the one that is installed. What cannot be used changes nothing: it is the problem
        C(crl_fetch_failed), a warning as long as the revocation list in force is valid, an error once it has expired.

        With C(crl_src) both are used together, as the files of a list are. It excludes C(crl_content) and C(crl_path).

        The certificate of an https server is not verified, since the revocation list is signed, unless the address has a user
        name. Proxies are those of the environment of the controller.
        """,
        each(CONFIG),
        Variable(),
        elements='str',
        in_entry=True,
        one_of='content_or_url path_or_url',
        version_added='1.1.0',
    ),
    Option(
        'crl_cache',
        'path',
        """
        Directory on the controller that keeps what was fetched from C(crl_url), created if it is missing. Without it,
        C(printops.infoprint/crl) in Ansible's home, C(ANSIBLE_HOME). In check mode nothing is written there.
        """,
        each(CONFIG),
        Variable(),
        in_entry=True,
        version_added='1.1.0',
    ),
    Option(
        'crl_tolerance',
        'int',
        """
        How many hours the addresses of C(crl_url) may fail, after the last success, before the problem C(crl_fetch_failed) asks
        for their repair. It is an error as soon as the revocation list in force has expired, whatever this says.
        """,
        each(CONFIG),
        Variable(),
        default=24,
        range=(0, 8760),
        in_entry=True,
        version_added='1.1.0',
    ),
    Option(
        'only_crls',
        'bool',
        """
        Change nothing but the revocation lists of servers whose active set has the declared CAs; the rest of it stays as it is,
        even if it is not as declared. A server that has other CAs, or no C(CrlFile), is not changed: C(not_as_declared). One
        without a configuration, or that is declared V(absent), is left alone.

        The playbook C(refresh_crl) sets it.
        """,
        each(CONFIG),
        default=False,
        version_added='1.1.0',
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
