# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every problem code: what it means and what to do about it.

The severities of the codes of the modules are in `module_utils/problems.py`, those of the fleet report in `report_codes.py`.
"""

from __future__ import annotations

import typing as t

from ...module_utils.files.working_dir import CONVERGE_HINT
from ...module_utils.problems import usual_severity
from .report_codes import REPORT_CODES


class Entry(t.NamedTuple):
    meaning: str
    remedy: str


_CERTIFICATE = "Have the mail server's administrators replace the certificate"

DELIVERY = 'Delivery, as the mailbox and the relay report it'
# In the order of the documentation's page: heading, then by code the meaning and the remedy.
GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    'The configuration file': {
        'invalid_line': (
            'A line is neither blank, nor a comment, nor "Keyword = value"; or sendmemo was observed not to read its form.',
            'Correct or remove the line.',
        ),
        'unknown_keyword': ('sendmemo has no such keyword; names are case-sensitive.', 'Correct the name or remove the line.'),
        'duplicate_keyword': ('A keyword is set more than once.', 'Keep one of the lines.'),
        'invalid_value': (
            'A keyword has a value that it cannot have, or that sendmemo was observed not to use.',
            'Set one of the values that the keyword can have.',
        ),
        'invalid_ehlo_hostname': (
            'Hostname is neither a domain name nor an address literal (RFC 5321 4.1.3), or sendmemo was observed not to use it.',
            'Set a name such as host.example.com, or an address such as [192.0.2.1] or [IPv6:2001:db8::1].',
        ),
        'unsupported_keyword': (
            'sendmemo has no client certificates, so no such keywords. An error if it was observed to refuse unknown keywords.',
            'Remove the line.',
        ),
        'no_effect': (
            'A value has no effect because of another setting. A warning if sendmemo was observed not to use it.',
            'No action is needed; remove the line for clarity.',
        ),
        'tls_off': (
            'EnableTLS is 0: mails leave the host in plaintext.',
            'Set sendmemo_tls_enable_tls to starttls or smtps (EnableTLS 1 or 2).',
        ),
        'verification_off': (
            'IgnoreCertificateErrors is 1: mails are encrypted, but for whoever answers.',
            'Set sendmemo_tls_ca_src (CAFile) to the CA, and remove sendmemo_tls_ignore_certificate_errors.',
        ),
        'name_check_off': (
            'CertValidationIgnoreHostName is 1: any host with a certificate of this CA is taken for the mail server.',
            'Set CertValidationIgnoreHostName to 0 and use a name that the certificate has.',
        ),
        'port_mismatch': (
            'EnableTLS and the port do not fit: STARTTLS is usual on 25 and 587, SMTPS on 465.',
            'Set sendmemo_tls_smtp_port to agree with sendmemo_tls_enable_tls (EnableTLS), or the other way round.',
        ),
    },
    'Files and directories': {
        'file_not_found': ('A configured file does not exist.', 'Correct the path, or create the file.'),
        'file_not_readable': (
            'A file cannot be read by the owner of the working directory, who runs sendmemo.',
            'Let that owner read the file (mode 0644 and a searchable directory are usual).',
        ),
        'relative_path': (
            'A file is named by a path that is not absolute; only a bare name is looked up beside the configuration.',
            'Give the full path, or the bare name of a file in the working directory.',
        ),
        'unsafe_permissions': (
            "Others than the directory's owner and root can change the file, the working directory or one above.",
            'Remove write permission for group and others, or make root the owner of the directory.',
        ),
        'unsafe_path': (
            'A path is not a regular file, or a symbolic link leads out of the working directory.',
            'Find out who created it; remove it, or configure the intended path.',
        ),
        'not_configured': (
            "A server has no sendmemo-ssl.cfg yet; the product's defaults apply.",
            CONVERGE_HINT,
        ),
        'not_a_server': ('There is no InfoPrint server where one is expected.', 'Correct name, working_dir or base_dir.'),
        'no_previous_set': (
            'There is no backup of a set that differs from the active one, or the backup was altered.',
            'Converge instead: the declared set needs no backup.',
        ),
        'write_failed': (
            'A file could not be written; the previous set is still active.',
            'Free disk space or allow writing in the working directory, then run again.',
        ),
    },
    'Trust files': {
        'not_pem': (
            'A trust file, or a part of it, is not valid PEM (RFC 7468).',
            'Get the file again from its issuer. DER is converted by openssl x509 (or crl) -inform DER -in FILE -out FILE.pem',
        ),
        'no_certificate': ('A CA file holds no certificate.', "Give a file with the CA's certificate in PEM form."),
        'no_crl': ('A CRL file holds no certificate revocation list.', "Give a file with the CA's CRL in PEM form."),
        'private_key_in_trust_file': (
            'A private key is in a file that is to be copied to every server.',
            'Remove the key, and treat it as compromised if the file has already been copied.',
        ),
        'not_a_ca': (
            'A certificate in the CA file may not sign others (RFC 5280 4.2.1.9).',
            'Give the certificate of the CA, not of the mail server.',
        ),
        'ca_expired': (
            'A CA certificate has expired. A warning where the file has a valid one of the same CA, by name and key.',
            "Get the CA's new certificate, and remove this one from the file.",
        ),
        'ca_not_yet_valid': (
            'A CA certificate is not valid yet. A warning where the file has a valid one of the same CA, by name and key.',
            "Check the controller's clock, or postpone the rollout.",
        ),
        'ca_expires_soon': (
            'A CA certificate expires within warn_days.',
            'Plan the rollover: ca_src takes the old and the new file together.',
        ),
        'crl_expired': (
            'A CRL is past its nextUpdate (RFC 5280 5.1.2.5). A warning where the file has a current one of the same CA.',
            "Fetch the CA's current CRL.",
        ),
        'crl_not_yet_valid': (
            'The thisUpdate of a CRL is in the future. A warning where the file has a current one of the same CA.',
            "Check the controller's clock, or postpone the rollout.",
        ),
        'crl_expires_soon': (
            'A CRL reaches its nextUpdate within warn_days, or has none, so that it never expires.',
            "Fetch the CA's current CRL, and do so on a schedule.",
        ),
        'crl_issuer_unknown': (
            'A CRL is issued by none of the CAs in the CA file. A warning where another CRL of the file is by one of them.',
            'Give the CRL of the CA that is used, or add its issuer to the CA file.',
        ),
        'crl_signature_invalid': ('A CRL is not signed by the CA that it names.', 'Fetch the CRL again from the CA.'),
        'crl_fetch_failed': (
            'The CRL could not be fetched from crl_url, or is not usable. An error once the one in force has expired.',
            'Have the address, or what it serves, repaired before the CRL in force expires.',
        ),
        'crl_older_than_installed': (
            'The CRL that was fetched from crl_url is older than the installed one, which stays.',
            'Find out why the address serves an old CRL. If the installed one is not by the CA, remove it from the host.',
        ),
    },
    'Server attributes': {
        'pd_command_missing': (
            'pdls or pdset is not there or cannot be started.',
            'Set pd_bin_dir to the directory of the InfoPrint commands on that host; on AIX it is /usr/lpp/pd/bin.',
        ),
        'server_unknown': (
            'InfoPrint Manager knows no server of that name (message 5010-065).',
            'Correct the name; only existing servers can be read, and none is created.',
        ),
        'server_not_running': (
            'The server does not answer (message 5010-414), or no server answers on the port that the command uses (5010-452).',
            'Start the server, or find out why it does not answer, then run again.',
        ),
        'attribute_refused': (
            'pdls or pdset refuses an attribute or a value, or shows another value after it was set.',
            'Read the message of the command: it is the name, the value, or the rights (of the login user, not of become).',
        ),
        'pd_output_unreadable': (
            'The output of pdls or pdset has an unknown form, is too long, or did not come in time.',
            'Run the command by hand on that host, as the same user, and read its output.',
        ),
    },
    'The connection to the target': {
        'no_python': (
            'No usable Python was found on the host.',
            'Install Python 3.6 or newer there, or set ansible_python_interpreter to where it is.',
        ),
        'python_too_old': (
            'The Python of the host is older than 3.6.',
            'Install Python 3.6 or newer there, or set ansible_python_interpreter to where it is.',
        ),
        'program_failed': (
            'The program on the target ended without a valid answer.',
            'See the reason (-vvv shows more), then run again. Each server has its old set of files or its new one, no mixture.',
        ),
    },
    'Sending: resolve, connect, banner': {
        'smtp_server_unknown': (
            "No mail server or port is known: none is declared, and the server's own attributes show none.",
            "Set smtp_host and smtp_port, or make sure that pdls (in pd_bin_dir) can read the server's attributes.",
        ),
        'host_not_found': (
            'The name of the mail server is unknown on this host.',
            "Correct smtp_host, or the host's name resolution.",
        ),
        'connection_refused': (
            'Nothing listens on that port.',
            'Correct the port (sendmemo_tls_smtp_port), or start the mail server.',
        ),
        'connection_timed_out': (
            'The mail server did not answer.',
            'Check the network and firewalls between the host and the mail server.',
        ),
        'network_unreachable': ('There is no route to the mail server.', "Check the host's routes and network."),
        'not_smtp': ('What answers is not a mail server.', 'Correct host and port.'),
        'banner_refused': (
            'The mail server refuses this host at once.',
            'Ask its administrators to admit this host.',
        ),
        'banner_timed_out': (
            'The mail server is silent, or greets too slowly.',
            'Check the mail server; many servers delay hosts without reverse DNS.',
        ),
        'tls_expected': (
            'The port speaks TLS from the first byte.',
            'Set sendmemo_tls_enable_tls to smtps (EnableTLS 2), or sendmemo_tls_smtp_port to the STARTTLS port (usually 587).',
        ),
    },
    'EHLO, STARTTLS': {
        'ehlo_refused': (
            'The mail server refuses EHLO.',
            'Set sendmemo_tls_hostname (Hostname) to a name or address literal that the server accepts.',
        ),
        'starttls_not_offered': (
            'The mail server does not offer STARTTLS.',
            'Use another port (sendmemo_tls_smtp_port), or smtps (sendmemo_tls_enable_tls), or have STARTTLS enabled there.',
        ),
        'starttls_stripped': (
            'The offer of STARTTLS was overwritten in transit.',
            'A firewall between the host and the mail server inspects SMTP: have that inspection disabled.',
        ),
        'starttls_refused': (
            'The mail server offers STARTTLS and refuses it.',
            "Have the mail server's TLS set-up checked (its certificate and key).",
        ),
        'plaintext_injected': (
            'Plaintext followed the reply to STARTTLS (CVE-2011-0411): somebody may be intercepting the connection.',
            'Have the network path and the mail server checked.',
        ),
    },
    'Handshake': {
        'plaintext_expected': (
            'The port begins in plaintext.',
            'Set sendmemo_tls_enable_tls to starttls (EnableTLS 1), or sendmemo_tls_smtp_port to the SMTPS port (usually 465).',
        ),
        'protocol_too_old': (
            'The mail server speaks no TLS version that is allowed.',
            'Have TLS 1.2 or newer switched on there.',
        ),
        'no_shared_cipher': ('Host and mail server have no cipher in common.', "Have the mail server's ciphers checked."),
        'weak_dh': (
            'The mail server uses a Diffie-Hellman key that is too small.',
            'Have it use 2048 bits or more, or elliptic curves.',
        ),
        'handshake_closed': ('The connection was closed in the TLS handshake.', "Check the mail server's log for that time."),
        'handshake_timed_out': ('The TLS handshake did not end in time.', 'Check the mail server and the firewalls before it.'),
        'ssl_v3_unavailable': (
            "IPM_ENABLE_SSL_V3 is set, and this host's Python has no SSLv3, so it cannot be tested.",
            'Have TLS 1.2 switched on at the mail server and unset the variable.',
        ),
    },
    'Certificate': {
        'unknown_ca': (
            'The certificate is signed by a CA that is not in the CA file, or the CA file lacks a root that sendmemo needs.',
            'To trust that CA, add it to sendmemo_tls_ca_src (CAFile). Intermediate CAs have to be sent by the mail server.',
        ),
        'self_signed': ('The certificate is self-signed.', f'{_CERTIFICATE}, or put it into the CA file.'),
        'expired': ('The certificate has expired.', f'{_CERTIFICATE}.'),
        'not_yet_valid': ('The certificate is not valid yet.', 'Check the clock of the host, then the certificate.'),
        'hostname_mismatch': (
            'The certificate is for other names.',
            'Use a name that it has as smtp-server-host, or have the certificate extended.',
        ),
        'revoked': ('The certificate is revoked.', f'{_CERTIFICATE}.'),
        'crl_missing': (
            "The CRL of the certificate's issuer is required and missing. A warning if the CRL file lacks that of some CAs.",
            "Add that CA's CRL to the CRL file.",
        ),
        'wrong_purpose': (
            'The certificate is not meant for servers (extended key usage).',
            f'{_CERTIFICATE} by one for serverAuth.',
        ),
        'weak_key': (
            'A key in the chain is too small. A warning for a certificate in the CA file.',
            f'{_CERTIFICATE} by one with RSA 2048 or P-256 or better.',
        ),
        'weak_signature': (
            'A signature in the chain uses MD5 or SHA-1. A warning for an intermediate CA in the CA file or a CRL.',
            f'{_CERTIFICATE} by one signed with SHA-256 or better.',
        ),
        'path_length_exceeded': ('The chain is longer than a CA in it allows.', f'{_CERTIFICATE}.'),
        'name_constraint': ('A CA in the chain may not issue for this name.', f'{_CERTIFICATE}.'),
        'issuer_not_ca': ('A certificate in the chain was issued by one that is not a CA.', f'{_CERTIFICATE}.'),
        'signature_invalid': ('A signature in the chain is wrong.', f'{_CERTIFICATE}.'),
        'certificate_invalid': (
            'OpenSSL refuses the certificate for another reason, shown with its number; the cause can be a CRL.',
            f'{_CERTIFICATE}.',
        ),
        'certificate_expires_soon': ('The certificate expires within warn_days.', f'{_CERTIFICATE} in time.'),
    },
    'Envelope, data': {
        'authentication_required': (
            'The mail server requires authentication, which sendmemo does not support.',
            'Have this host admitted by its address, or use a relay that does.',
        ),
        'sender_refused': ('The sender is refused.', 'Set a sender that the mail server accepts.'),
        'recipient_refused': (
            'A recipient is refused.',
            'Correct the address, or have the mail server accept it from this host.',
        ),
        'greylisted': (
            'The mail server defers a recipient (temporary failure).',
            'Set retries and retry_delay, or have this host exempted.',
        ),
        'rate_limited': (
            'The mail server ended the session with 421.',
            'Try later, with fewer hosts at a time (throttle), or have the limit raised.',
        ),
        'message_refused': (
            'The mail is refused after its recipients were accepted.',
            'Look at the reason in the reply; often it is a filter.',
        ),
        'message_too_large': ('The mail is larger than the mail server accepts.', 'Shorten the body, or have the limit raised.'),
        'outcome_unknown': (
            'The connection ended after the mail was handed over and before the reply.',
            'Check the mailbox. The mail is not sent again, since it could arrive twice.',
        ),
    },
    'The active configuration compared with what is declared': {
        'not_as_declared': (
            'A keyword is active with another value than the declared one; the mail is sent all the same.',
            'Run printops.infoprint.converge to activate the declared configuration, or change the declaration.',
        ),
    },
    DELIVERY: {
        'not_delivered': (
            'The mail server accepted the mail, but the mailbox did not hold it in time.',
            'Ask the administrators of the mail server what became of it, by its queue id and Message-ID.',
        ),
        'delivered_late': (
            'The mail arrived, but later than after late_after seconds.',
            'If it happens again, have the queues of the mail servers on its way checked, and greylisting.',
        ),
        'relay_saw_plaintext': (
            'The host sent the mail over TLS, but the relay noted in the field Received that it came in plaintext.',
            'Find out what is between them, such as a proxy that ends TLS or a relay whose own line was removed.',
        ),
        'relay_saw_other_name': (
            'The relay noted another EHLO name in the field Received than the host had sent.',
            'Often a gateway or NAT is between them, which is fine if it is known; otherwise find out what it is.',
        ),
        'mailbox_unavailable': (
            'The mailbox gave no answer that can be used, so nothing is known about delivery.',
            'Correct what the message names, and verify again: the servers stay as they were.',
        ),
    },
    'Analysis': {
        'analysis_incomplete': (
            'The controller could not read a part of a certificate or CRL, or ran out of its budget: that part is not checked.',
            'The verdict does not depend on it; examine that part with openssl x509 -text or openssl crl -text.',
        ),
    },
    'Any stage': {
        'connection_lost': ('The connection was lost.', "Check the mail server's log for that time."),
        'timed_out': (
            'The whole conversation took longer than timeout.',
            'Look at the timings; raise timeout if the mail server is slow by nature.',
        ),
        'reply_malformed': (
            'A reply is not valid SMTP (RFC 5321 4.2).',
            'Check what listens on that port, and what inspects the traffic.',
        ),
        'reply_too_long': ('A reply of the mail server is too long.', 'Check what listens on that port.'),
    },
    'The fleet report': {code: (entry.meaning, entry.remedy) for code, entry in REPORT_CODES.items()},
}

CATALOGUE: dict[str, Entry] = {code: Entry(*texts) for group in GROUPS.values() for code, texts in group.items()}
TARGET_CODES = frozenset(CATALOGUE) - frozenset(REPORT_CODES) - frozenset(GROUPS[DELIVERY])  # what a target may answer with


def severity_of(code: str) -> str:
    """Return the severity that a problem of this code usually has."""
    return REPORT_CODES[code].severity if code in REPORT_CODES else usual_severity(code)
