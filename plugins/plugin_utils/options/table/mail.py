# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options about mails: the mail server, the envelope, how far a send goes, and within which limits."""

from __future__ import annotations

from ....module_utils.vocabulary import CRL_CHECKS, GOALS, LEAF, SENT, TLS_VERSIONS
from .row import CONFIG, ROLLBACK, SEND, VALIDATE, Module, Option, Variable, each

VERIFYING = ('main', 'verify', 'refresh_crl')  # the entry points that send mails
_SENDS = {CONFIG: Module(version_added='1.1.0'), SEND: Module()}
_TESTED = 'O(try_before_commit) and O(verify) use it.'
_FROM_BACKUP = 'O(try_before_commit) uses it, unless O(manage_attributes) takes it from the backup.'
_PROOF = """
A proof then trusts the publicly known CAs besides the declared ones, if the mailer was observed to do so, speaks no TLS version
that the mailer does not, and counts no wildcards or common names in certificates that the mailer does not. O(min_tls) and
O(crl_check) are what the site requires: of these and what was observed, the stricter counts. It fails where the configuration has
what the mailer was observed not to read or not to do. Nothing else in a profile changes a proof.
"""
_VALIDATION = """
A validation then also reports as an error what the mailer was observed not to read, as CR LF or a full path where it is used, not
to do although a setting says so, or to refuse for want of a root CA or a CRL. What is an error anyway stays one, even if the
mailer was observed to accept it.
"""
_REFUSED = 'What a validation by the profile would report as an error is refused before anything changes.'

ROWS = (
    Option(
        'smtp_host',
        'str',
        "Name or address of the mail server. Without it, the value of the server's own attribute C(smtp-server-host).",
        {
            CONFIG: Module(more=_TESTED),
            ROLLBACK: Module(more=_FROM_BACKUP),
            SEND: Module(
                more="""
                The attribute is read with C(pdls). If that does not show it either, the problem is C(smtp_server_unknown),
                and its message says why.

                A name with non-ASCII letters is used in its ASCII form, as certificates have it.
                """,
            ),
        },
        Variable(),
        in_entry=True,
    ),
    Option(
        'smtp_port',
        'int',
        """
        Port of the mail server. Without it, the value of the server's own attribute C(smtp-server-port).

        Usually 25 or 587 for STARTTLS and 465 for SMTPS. A port that is usual for another mode than that of C(EnableTLS) is
        the warning C(port_mismatch).
        """,
        {
            CONFIG: Module(more=_TESTED),
            ROLLBACK: Module(more=_FROM_BACKUP),
            VALIDATE: Module(more='The attribute is read only with O(pd_bin_dir).'),
            SEND: Module(),
        },
        Variable(),
        range=(1, 65535),
        in_entry=True,
    ),
    Option(
        'sender',
        'str',
        """
        Envelope sender and C(From) of the verification mail. Without it, C(sendmemo@) and the EHLO name, or the name of the
        host itself if the EHLO name is an address in brackets.
        """,
        {
            CONFIG: Module(more='O(try_before_commit=envelope) and O(verify) use it.'),
            ROLLBACK: Module(more='O(try_before_commit=envelope) uses it.'),
            SEND: Module(),
        },
        Variable('verify_sender'),
        in_entry=True,
        aliases=('verify_sender',),
    ),
    Option(
        'recipients',
        'list',
        'Envelope recipients of the verification mail.',
        {
            CONFIG: Module(more='O(verify) sends to them; O(try_before_commit=envelope) only asks whether they are accepted.'),
            ROLLBACK: Module(more='O(try_before_commit=envelope) uses them. Nothing is sent to them.'),
            SEND: Module(
                more="""
                Required, here or in the server's entry, unless O(until=handshake).

                If some are refused, the others get the mail; the result is not C(ok), with one C(recipient_refused) for each
                refused one.
                """,
            ),
        },
        Variable(
            'verify_recipients',
            more='Required while O(verify) is V(envelope) or V(sent), or O(try_before_commit) is V(envelope).',
        ),
        elements='str',
        in_entry=True,
        aliases=('verify_recipients',),
    ),
    Option(
        'subject',
        'str',
        'Subject of the verification mail. Without it, one that names host and server.',
        _SENDS,
        Variable('verify_subject', entry_points=VERIFYING),
        in_entry=True,
    ),
    Option(
        'body',
        'str',
        'Text of the verification mail. Without it, the mail says what it verifies and with which settings it was sent.',
        _SENDS,
        Variable('verify_body', entry_points=VERIFYING),
        in_entry=True,
        is_multiline=True,
    ),
    Option(
        'until',
        'str',
        """
        How far each send goes. V(handshake) ends after the TLS handshake and the EHLO that follows it; in plaintext, after
        EHLO. V(envelope) ends when sender and recipients are accepted. Neither leaves a mail behind. V(sent) ends when the
        mail server has accepted the mail.

        Check mode stops at V(envelope).
        """,
        each(SEND),
        default=SENT,
        choices=GOALS,
    ),
    Option(
        'verify',
        'str',
        """
        How far each server is verified after the change, in the same round trip, with the configuration that is active then.
        V(handshake) ends after the TLS handshake and the EHLO that follows it; in plaintext, after EHLO. V(envelope) ends when
        sender and recipients are accepted. Neither leaves a mail behind. V(sent) ends when the mail server has accepted the mail.
        V(none) does not verify the servers.

        Check mode stops at V(envelope).
        """,
        {
            CONFIG: Module(
                default='none',
                version_added='1.1.0',
                more="""
                A verification that fails makes the task fail; what was changed stays changed, and C(changed) says so. A server
                that could not be converged, that is to be V(absent), or that check mode would change is not verified.

                What O(try_before_commit) has shown of the same set is not asked of the mail server again, except the mail itself.
                """,
            )
        },
        Variable(entry_points=VERIFYING),
        default=SENT,
        choices=('none', *GOALS),
    ),
    Option(
        'verify_when',
        'str',
        'Verify the servers in every run, or only if something was changed on the host.',
        each(CONFIG, version_added='1.1.0'),
        Variable(entry_points=('main', 'refresh_crl')),
        default='always',
        choices=('always', 'changed'),
    ),
    Option(
        'timeout',
        'float',
        """
        Seconds that one attempt may take for one server, by the wall clock, including name resolution and the search for the
        cause of a failure.
        """,
        each(CONFIG, ROLLBACK, SEND),
        Variable('verify_timeout', default=30),
        default=30.0,
        range=(1, 3600),
    ),
    Option(
        'retries',
        'int',
        """
        How often to retry after a temporary failure (a reply code 4xx) before the end of the mail. Nothing else is retried,
        and no recipient gets the mail twice.
        """,
        _SENDS,
        Variable('verify_retries', entry_points=VERIFYING),
        default=0,
        range=(0, 100),
    ),
    Option(
        'retry_delay',
        'float',
        'Seconds between two attempts.',
        _SENDS,
        Variable('verify_retry_delay', default=60, entry_points=VERIFYING),
        default=60.0,
        range=(0, 3600),
    ),
    Option(
        'min_tls',
        'str',
        """
        The oldest TLS version that is accepted. An older one is C(protocol_too_old).

        V(TLSv1) and V(TLSv1.1) also lower OpenSSL's security level to 0 for the connection, since OpenSSL 3 offers them only
        there.
        """,
        each(CONFIG, ROLLBACK, SEND),
        Variable(),
        default='TLSv1.2',
        choices=TLS_VERSIONS,
    ),
    Option(
        'crl_check',
        'str',
        """
        Whether revocation is checked for the mail server's certificate alone or for its whole chain, which then needs a CRL
        of each CA in it.
        """,
        each(CONFIG, ROLLBACK, SEND),
        Variable(),
        default=LEAF,
        choices=CRL_CHECKS,
    ),
    Option(
        'profile',
        'str',
        """
        File on the controller with a profile, as M(printops.infoprint.observe_sendmemo) writes it: what was observed of the
        product's own mailer takes the place of what is assumed of it. It is looked for where core looks for C(files), and
        beside the inventory.
        """,
        {
            **each(ROLLBACK, SEND, more=_PROOF),
            CONFIG: Module(more=f'{_PROOF}\n\n{_REFUSED}'),
            VALIDATE: Module(more=_VALIDATION),
        },
        Variable(more=f'{_PROOF}\n\n{_VALIDATION}\n\n{_REFUSED}'),
        version_added='1.1.0',
    ),
    Option(
        'check_declared',
        'bool',
        """
        Compare O(enable_tls), O(hostname), O(cert_validation_ignore_host_name) and O(ignore_certificate_errors), here or in
        the server's entry, with the active configuration. Each that is set and has another value there is the error
        C(not_as_declared). The mail is sent all the same, with the active configuration.

        The role C(printops.infoprint.sendmemo_tls) always does this.
        """,
        {
            SEND: Module(),
            CONFIG: Module(
                more='Here it is every keyword that is compared, after the change: one that is not set is its default.'
            ),
        },
        default=False,
    ),
    Option(
        'accept_unprotected',
        'bool',
        """
        Whether a mail in plaintext, or without verification of the certificate or its name, is intended. The fleet report
        shows the server as unprotected, but does not list it as one that needs attention for that. The send and its problems
        are the same.
        """,
        _SENDS,
        Variable(entry_points=VERIFYING),
        default=False,
        in_entry=True,
    ),
)
