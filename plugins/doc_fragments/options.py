# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options in the documentation of the modules.

Written by `make reference` from the table in plugins/plugin_utils/options/table/.
"""

from __future__ import annotations


class ModuleDocFragment:
    """The options of every module, then those of each module."""

    DOCUMENTATION = r"""
options:
  base_dir:
    description:
      - Directory of the target that contains the servers' working directories.
    type: str
    default: /var/pd
  servers:
    description:
      - The InfoPrint servers of the host.
      - >-
        An empty list means every server that is discovered: each directory directly under O(base_dir) that contains a
        C(sendmemo-ssl.cfg) or an C(error.log), except hidden ones and C(*.BAK).
      - What an entry does not set is taken from the module's option of the same name. Keys that only another module of the
        collection uses are accepted and ignored, so that one list serves all modules.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the server, one component of a path.
        type: str
        required: true
      working_dir:
        description:
          - Absolute path of the server's working directory. Without it, the directory O(servers[].name) under O(base_dir).
          - It is not followed if it is a symbolic link.
        type: str
      state:
        description:
          - V(absent) removes the configuration and the trust files that this collection manages, and the server is not
            verified. Without it, V(present).
        type: str
        choices: [present, absent]
      manage_attributes:
        description:
          - Whether the mail server's name and port are also set as the server's own attributes C(smtp-server-host) and
            C(smtp-server-port), together with the files, and rolled back with them.
        type: bool
      attributes:
        description:
          - Attributes of the server object by name, for M(printops.infoprint.server_attributes) to read and set.
        type: dict
      enable_tls:
        description:
          - How mails are encrypted. V(disabled) or V(0) is C(EnableTLS = 0), V(starttls) or V(1) is C(EnableTLS = 1), V(smtps)
            or V(2) is C(EnableTLS = 2).
        type: str
        choices: [disabled, starttls, smtps, "0", "1", "2"]
      ca_src:
        description:
          - File on the controller with the CA certificates, in PEM form, or a list of files, which are joined without
            duplicates, as for the overlap of a CA rollover. Looked up as M(ansible.builtin.copy) does. At most one of
            C(ca_src), C(ca_content) and C(ca_path) can be set.
        type: list
        elements: str
      ca_content:
        description:
          - The CA certificates themselves, in PEM form.
        type: str
      ca_path:
        description:
          - Absolute path of a file with CA certificates that is already on the target and is not managed.
        type: str
      crl_src:
        description:
          - File on the controller with the certificate revocation lists (CRLs), in PEM form, or a list of files. At most one of
            C(crl_src), C(crl_content) and C(crl_path) can be set.
        type: list
        elements: str
      crl_content:
        description:
          - The certificate revocation lists themselves, in PEM form.
        type: str
      crl_path:
        description:
          - Absolute path of a file with revocation lists that is already on the target and is not managed.
        type: str
      crl_url:
        description:
          - >-
            Address from which the controller fetches the revocation list of the CA, by http or https; a list of addresses,
            which are alternatives, in their order; or V(auto), for the distribution points that are named in the certificates
            of C(ca_src): one revocation list for each CA that names one.
          - >-
            Each address is asked once per run, for all hosts, and what it answers is checked before it replaces anything: PEM
            or DER, a complete revocation list, signed by a CA of C(ca_src) or C(ca_content), valid now, and not older than the
            one that is kept in C(crl_cache) or the one that is installed. What cannot be used changes nothing: it is the
            problem C(crl_fetch_failed), a warning as long as the revocation list in force is valid, an error once it has
            expired.
          - With C(crl_src) both are used together, as the files of a list are. It excludes C(crl_content) and C(crl_path).
          - The certificate of an https server is not verified, since the revocation list is signed, unless the address has a
            user name. Proxies are those of the environment of the controller.
        type: list
        elements: str
        version_added: "1.1.0"
      crl_cache:
        description:
          - Directory on the controller that keeps what was fetched from C(crl_url), created if it is missing. Without it,
            C(printops.infoprint/crl) in Ansible's home, C(ANSIBLE_HOME). In check mode nothing is written there.
        type: path
        version_added: "1.1.0"
      crl_tolerance:
        description:
          - How many hours the addresses of C(crl_url) may fail, after the last success, before the problem C(crl_fetch_failed)
            asks for their repair. It is an error as soon as the revocation list in force has expired, whatever this says.
          - From V(0) to V(8760).
        type: int
        version_added: "1.1.0"
      hostname:
        description:
          - >-
            Name sent to the mail server in EHLO: a fully qualified name, C([192.0.2.1]) or C([IPv6:2001:db8::1]).
        type: str
      cert_validation_ignore_host_name:
        description:
          - Accept a certificate that was issued for another host name.
        type: bool
      ignore_certificate_errors:
        description:
          - Accept any certificate.
        type: bool
      owner:
        description:
          - Name or number of the user who is to own the files. Without it, the owner of the working directory.
        type: str
      group:
        description:
          - Name or number of the group of the files. Without it, the group of the working directory.
        type: str
      mode:
        description:
          - Mode of the files, as an octal number in quotes.
        type: raw
      smtp_host:
        description:
          - Name or address of the mail server. Without it, the value of the server's own attribute C(smtp-server-host).
        type: str
      smtp_port:
        description:
          - Port of the mail server. Without it, the value of the server's own attribute C(smtp-server-port).
          - Usually 25 or 587 for STARTTLS and 465 for SMTPS. A port that is usual for another mode than that of C(EnableTLS) is
            the warning C(port_mismatch).
          - From V(1) to V(65535).
        type: int
      sender:
        description:
          - Envelope sender and C(From) of the verification mail. Without it, C(sendmemo@) and the EHLO name, or the name of the
            host itself if the EHLO name is an address in brackets.
        type: str
        aliases: [verify_sender]
      recipients:
        description:
          - Envelope recipients of the verification mail.
        type: list
        elements: str
        aliases: [verify_recipients]
      subject:
        description:
          - Subject of the verification mail. Without it, one that names host and server.
        type: str
      body:
        description:
          - Text of the verification mail. Without it, the mail says what it verifies and with which settings it was sent.
        type: str
      accept_unprotected:
        description:
          - Whether a mail in plaintext, or without verification of the certificate or its name, is intended. The fleet report
            shows the server as unprotected, but does not list it as one that needs attention for that. The send and its
            problems are the same.
        type: bool
"""

    SENDMEMO_CONFIG = r"""
options:
  pd_bin_dir:
    description:
      - Directory of the target that contains C(pdls) and C(pdset), which read and set the servers' own attributes.
    type: str
    default: /usr/lpp/pd/bin
  manage_attributes:
    description:
      - Whether the mail server's name and port are also set as the server's own attributes C(smtp-server-host) and
        C(smtp-server-port), together with the files, and rolled back with them.
      - They are set to O(smtp_host) and O(smtp_port), and are read before anything is changed.
      - If C(pdset) refuses one, the files are not switched, and an attribute that was already set is restored.
      - The attributes are set right before the files are switched. A run that is killed between the two leaves the server with
        the new attributes and the old files; the next run corrects that.
      - A server must be running; its attributes cannot be read otherwise. Those of a server that is to be V(absent) are left
        alone.
    type: bool
    default: false
  enable_tls:
    description:
      - How mails are encrypted. V(disabled) or V(0) is C(EnableTLS = 0), V(starttls) or V(1) is C(EnableTLS = 1), V(smtps) or
        V(2) is C(EnableTLS = 2).
      - A keyword whose option is not set has the product's default, here V(disabled); its line is commented out.
    type: str
    choices: [disabled, starttls, smtps, "0", "1", "2"]
  ca_src:
    description:
      - File on the controller with the CA certificates, in PEM form, or a list of files, which are joined without duplicates,
        as for the overlap of a CA rollover. Looked up as M(ansible.builtin.copy) does. At most one of C(ca_src), C(ca_content)
        and C(ca_path) can be set.
    type: list
    elements: str
  ca_content:
    description:
      - The CA certificates themselves, in PEM form.
    type: str
  ca_path:
    description:
      - Absolute path of a file with CA certificates that is already on the target and is not managed.
    type: str
  crl_src:
    description:
      - File on the controller with the certificate revocation lists (CRLs), in PEM form, or a list of files. At most one of
        C(crl_src), C(crl_content) and C(crl_path) can be set.
    type: list
    elements: str
  crl_content:
    description:
      - The certificate revocation lists themselves, in PEM form.
    type: str
  crl_path:
    description:
      - Absolute path of a file with revocation lists that is already on the target and is not managed.
    type: str
  crl_url:
    description:
      - >-
        Address from which the controller fetches the revocation list of the CA, by http or https; a list of addresses, which
        are alternatives, in their order; or V(auto), for the distribution points that are named in the certificates of
        C(ca_src): one revocation list for each CA that names one.
      - >-
        Each address is asked once per run, for all hosts, and what it answers is checked before it replaces anything: PEM or
        DER, a complete revocation list, signed by a CA of C(ca_src) or C(ca_content), valid now, and not older than the one
        that is kept in C(crl_cache) or the one that is installed. What cannot be used changes nothing: it is the problem
        C(crl_fetch_failed), a warning as long as the revocation list in force is valid, an error once it has expired.
      - With C(crl_src) both are used together, as the files of a list are. It excludes C(crl_content) and C(crl_path).
      - The certificate of an https server is not verified, since the revocation list is signed, unless the address has a user
        name. Proxies are those of the environment of the controller.
    type: list
    elements: str
    version_added: "1.1.0"
  crl_cache:
    description:
      - Directory on the controller that keeps what was fetched from C(crl_url), created if it is missing. Without it,
        C(printops.infoprint/crl) in Ansible's home, C(ANSIBLE_HOME). In check mode nothing is written there.
    type: path
    version_added: "1.1.0"
  crl_tolerance:
    description:
      - How many hours the addresses of C(crl_url) may fail, after the last success, before the problem C(crl_fetch_failed) asks
        for their repair. It is an error as soon as the revocation list in force has expired, whatever this says.
      - From V(0) to V(8760).
    type: int
    default: 24
    version_added: "1.1.0"
  only_crls:
    description:
      - >-
        Change nothing but the revocation lists of servers whose active set has the declared CAs; the rest of it stays as it is,
        even if it is not as declared. A server that has other CAs, or no C(CrlFile), is not changed: C(not_as_declared). One
        without a configuration, or that is declared V(absent), is left alone.
      - The playbook C(refresh_crl) sets it.
    type: bool
    default: false
    version_added: "1.1.0"
  hostname:
    description:
      - >-
        Name sent to the mail server in EHLO: a fully qualified name, C([192.0.2.1]) or C([IPv6:2001:db8::1]).
    type: str
  cert_validation_ignore_host_name:
    description:
      - Accept a certificate that was issued for another host name.
    type: bool
  ignore_certificate_errors:
    description:
      - Accept any certificate.
    type: bool
  template:
    description:
      - Jinja2 template of the configuration. Without it, the one of the role C(printops.infoprint.sendmemo_tls). Looked up as
        M(ansible.builtin.template) does.
      - It can use C(server.name), C(server.working_dir), C(settings) (declared keywords and their text) and the play's
        variables. If servers are discovered, not named, C(server) is undefined.
      - The rendered text is read back and must contain exactly the declared settings.
    type: str
  owner:
    description:
      - Name or number of the user who is to own the files. Without it, the owner of the working directory.
    type: str
  group:
    description:
      - Name or number of the group of the files. Without it, the group of the working directory.
    type: str
  mode:
    description:
      - Mode of the files, as an octal number in quotes.
      - With O(owner), O(group) and this mode, the owner of the working directory, who runs the server, must be able to read the
        files.
    type: raw
    default: "0644"
  backup:
    description:
      - Back up each set that is replaced, with its trust files and a manifest, in C(sendmemo-ssl.backups) in the working
        directory. For a server that had no configuration, only the manifest. A file that the owner of the working directory
        cannot read, or that is too large, is not copied but moved there unread.
    type: bool
    default: true
  backup_keep:
    description:
      - How many backups are retained, the newest. One more is retained if those differ from the active set only in owner, group
        and mode, so that there is always a set to roll back to.
      - From V(1) to V(1000).
    type: int
    default: 5
  try_before_commit:
    description:
      - >-
        Test a new set against the real mail server, from the host, before it is activated: up to the TLS handshake, or up to
        the acceptance of sender and recipients. If the test fails, the active set stays and the result says why.
      - Nothing is tested if nothing would change.
    type: str
    choices: [none, handshake, envelope]
    default: none
  enable_ssl_v3:
    description:
      - >-
        Whether the InfoPrint servers may use SSLv3, by the line C(IPM_ENABLE_SSL_V3=1) in the platform's environment file:
        C(/etc/profile.d/ipm_environment.sh) if a Linux host has it, else C(/etc/environment). V(false) removes the line from
        both. Without it, the line is not managed.
      - This is the only file outside a working directory that is written. It is replaced as a whole, its owner, mode and all
        other bytes unchanged, as the last step, and only if no server failed. Links in its place are not followed. It requires
        root.
      - The line takes effect when the InfoPrint servers are restarted. That is not done, but reported as a warning. As the line
        affects every server, it is listed in the drift of each.
    type: bool
  smtp_host:
    description:
      - Name or address of the mail server. Without it, the value of the server's own attribute C(smtp-server-host).
      - O(try_before_commit) and O(verify) use it.
    type: str
  smtp_port:
    description:
      - Port of the mail server. Without it, the value of the server's own attribute C(smtp-server-port).
      - Usually 25 or 587 for STARTTLS and 465 for SMTPS. A port that is usual for another mode than that of C(EnableTLS) is the
        warning C(port_mismatch).
      - From V(1) to V(65535).
      - O(try_before_commit) and O(verify) use it.
    type: int
  sender:
    description:
      - Envelope sender and C(From) of the verification mail. Without it, C(sendmemo@) and the EHLO name, or the name of the
        host itself if the EHLO name is an address in brackets.
      - O(try_before_commit=envelope) and O(verify) use it.
    type: str
  recipients:
    description:
      - Envelope recipients of the verification mail.
      - O(verify) sends to them; O(try_before_commit=envelope) only asks whether they are accepted.
    type: list
    elements: str
  subject:
    description:
      - Subject of the verification mail. Without it, one that names host and server.
    type: str
    version_added: "1.1.0"
  body:
    description:
      - Text of the verification mail. Without it, the mail says what it verifies and with which settings it was sent.
    type: str
    version_added: "1.1.0"
  verify:
    description:
      - How far each server is verified after the change, in the same round trip, with the configuration that is active then.
        V(handshake) ends after the TLS handshake and the EHLO that follows it; in plaintext, after EHLO. V(envelope) ends when
        sender and recipients are accepted. Neither leaves a mail behind. V(sent) ends when the mail server has accepted the
        mail. V(none) does not verify the servers.
      - Check mode stops at V(envelope).
      - A verification that fails makes the task fail; what was changed stays changed, and C(changed) says so. A server that
        could not be converged, that is to be V(absent), or that check mode would change is not verified.
      - What O(try_before_commit) has shown of the same set is not asked of the mail server again, except the mail itself.
    type: str
    choices: [none, handshake, envelope, sent]
    default: none
    version_added: "1.1.0"
  verify_when:
    description:
      - Verify the servers in every run, or only if something was changed on the host.
    type: str
    choices: [always, changed]
    default: always
    version_added: "1.1.0"
  timeout:
    description:
      - Seconds that one attempt may take for one server, by the wall clock, including name resolution and the search for the
        cause of a failure.
      - From V(1) to V(3600).
    type: float
    default: 30.0
  retries:
    description:
      - How often to retry after a temporary failure (a reply code 4xx) before the end of the mail. Nothing else is retried, and
        no recipient gets the mail twice.
      - From V(0) to V(100).
    type: int
    default: 0
    version_added: "1.1.0"
  retry_delay:
    description:
      - Seconds between two attempts.
      - From V(0) to V(3600).
    type: float
    default: 60.0
    version_added: "1.1.0"
  min_tls:
    description:
      - The oldest TLS version that is accepted. An older one is C(protocol_too_old).
      - V(TLSv1) and V(TLSv1.1) also lower OpenSSL's security level to 0 for the connection, since OpenSSL 3 offers them only
        there.
    type: str
    choices: [TLSv1, TLSv1.1, TLSv1.2, TLSv1.3]
    default: TLSv1.2
  crl_check:
    description:
      - Whether revocation is checked for the mail server's certificate alone or for its whole chain, which then needs a CRL of
        each CA in it.
    type: str
    choices: [leaf, chain]
    default: leaf
  profile:
    description:
      - >-
        File on the controller with a profile, as M(printops.infoprint.observe_sendmemo) writes it: what was observed of the
        product's own mailer takes the place of what is assumed of it. It is looked for where core looks for C(files), and
        beside the inventory.
      - >-
        A proof then trusts the publicly known CAs besides the declared ones, if the mailer was observed to do so, speaks no TLS
        version that the mailer does not, and counts no wildcards or common names in certificates that the mailer does not.
        O(min_tls) and O(crl_check) are what the site requires: of these and what was observed, the stricter counts. It fails
        where the configuration has what the mailer was observed not to read or not to do. Nothing else in a profile changes a
        proof.
      - What a validation by the profile would report as an error is refused before anything changes.
    type: str
    version_added: "1.1.0"
  check_declared:
    description:
      - Compare O(enable_tls), O(hostname), O(cert_validation_ignore_host_name) and O(ignore_certificate_errors), here or in the
        server's entry, with the active configuration. Each that is set and has another value there is the error
        C(not_as_declared). The mail is sent all the same, with the active configuration.
      - The role C(printops.infoprint.sendmemo_tls) always does this.
      - >-
        Here it is every keyword that is compared, after the change: one that is not set is its default.
    type: bool
    default: false
  accept_unprotected:
    description:
      - Whether a mail in plaintext, or without verification of the certificate or its name, is intended. The fleet report shows
        the server as unprotected, but does not list it as one that needs attention for that. The send and its problems are the
        same.
    type: bool
    default: false
    version_added: "1.1.0"
  warn_days:
    description:
      - Warn of certificates that expire within this many days, the CAs' and the mail server's, and of revocation lists that are
        to be replaced within them.
      - From V(0) to V(36500).
    type: int
    default: 30
  fail_on:
    description:
      - The least severity of a problem that makes the task fail. All results are returned either way.
      - Only for what O(verify) sends; a problem of the change always fails the task.
    type: str
    choices: [error, warning, never]
    default: error
    version_added: "1.1.0"
"""

    SENDMEMO_ROLLBACK = r"""
options:
  pd_bin_dir:
    description:
      - Directory of the target that contains C(pdls) and C(pdset), which read and set the servers' own attributes.
    type: str
    default: /usr/lpp/pd/bin
  manage_attributes:
    description:
      - Whether the mail server's name and port are also set as the server's own attributes C(smtp-server-host) and
        C(smtp-server-port), together with the files, and rolled back with them.
      - If it is off, the attributes in a backup are ignored.
    type: bool
    default: false
    version_added: "1.1.0"
  owner:
    description:
      - Name or number of the user who is to own the files. Without it, the owner of the working directory.
    type: str
  group:
    description:
      - Name or number of the group of the files. Without it, the group of the working directory.
    type: str
  mode:
    description:
      - Mode of the files, as an octal number in quotes.
      - Without it, that of the current configuration, or V('0644') if that mode keeps its owner out or lets everybody write.
    type: raw
  try_before_commit:
    description:
      - >-
        Test a new set against the real mail server, from the host, before it is activated: up to the TLS handshake, or up to
        the acceptance of sender and recipients. If the test fails, the active set stays and the result says why.
      - Nothing is tested if nothing would change.
    type: str
    choices: [none, handshake, envelope]
    default: handshake
  smtp_host:
    description:
      - Name or address of the mail server. Without it, the value of the server's own attribute C(smtp-server-host).
      - O(try_before_commit) uses it, unless O(manage_attributes) takes it from the backup.
    type: str
  smtp_port:
    description:
      - Port of the mail server. Without it, the value of the server's own attribute C(smtp-server-port).
      - Usually 25 or 587 for STARTTLS and 465 for SMTPS. A port that is usual for another mode than that of C(EnableTLS) is the
        warning C(port_mismatch).
      - From V(1) to V(65535).
      - O(try_before_commit) uses it, unless O(manage_attributes) takes it from the backup.
    type: int
  sender:
    description:
      - Envelope sender and C(From) of the verification mail. Without it, C(sendmemo@) and the EHLO name, or the name of the
        host itself if the EHLO name is an address in brackets.
      - O(try_before_commit=envelope) uses it.
    type: str
  recipients:
    description:
      - Envelope recipients of the verification mail.
      - O(try_before_commit=envelope) uses them. Nothing is sent to them.
    type: list
    elements: str
  timeout:
    description:
      - Seconds that one attempt may take for one server, by the wall clock, including name resolution and the search for the
        cause of a failure.
      - From V(1) to V(3600).
    type: float
    default: 30.0
  min_tls:
    description:
      - The oldest TLS version that is accepted. An older one is C(protocol_too_old).
      - V(TLSv1) and V(TLSv1.1) also lower OpenSSL's security level to 0 for the connection, since OpenSSL 3 offers them only
        there.
    type: str
    choices: [TLSv1, TLSv1.1, TLSv1.2, TLSv1.3]
    default: TLSv1.2
  crl_check:
    description:
      - Whether revocation is checked for the mail server's certificate alone or for its whole chain, which then needs a CRL of
        each CA in it.
    type: str
    choices: [leaf, chain]
    default: leaf
  profile:
    description:
      - >-
        File on the controller with a profile, as M(printops.infoprint.observe_sendmemo) writes it: what was observed of the
        product's own mailer takes the place of what is assumed of it. It is looked for where core looks for C(files), and
        beside the inventory.
      - >-
        A proof then trusts the publicly known CAs besides the declared ones, if the mailer was observed to do so, speaks no TLS
        version that the mailer does not, and counts no wildcards or common names in certificates that the mailer does not.
        O(min_tls) and O(crl_check) are what the site requires: of these and what was observed, the stricter counts. It fails
        where the configuration has what the mailer was observed not to read or not to do. Nothing else in a profile changes a
        proof.
    type: str
    version_added: "1.1.0"
  warn_days:
    description:
      - Warn of certificates that expire within this many days, the CAs' and the mail server's, and of revocation lists that are
        to be replaced within them.
      - From V(0) to V(36500).
    type: int
    default: 30
"""

    SENDMEMO_VALIDATE = r"""
options:
  pd_bin_dir:
    description:
      - Directory of the target that contains C(pdls) and C(pdset), which read and set the servers' own attributes.
      - If it is set and O(smtp_port) is not, the port is read from the server's attribute C(smtp-server-port), for all servers
        in the same round trip. An attribute that cannot be read is a problem of its server.
      - Without it, no attribute is read.
    type: str
  smtp_port:
    description:
      - Port of the mail server. Without it, the value of the server's own attribute C(smtp-server-port).
      - Usually 25 or 587 for STARTTLS and 465 for SMTPS. A port that is usual for another mode than that of C(EnableTLS) is the
        warning C(port_mismatch).
      - From V(1) to V(65535).
      - The attribute is read only with O(pd_bin_dir).
    type: int
  profile:
    description:
      - >-
        File on the controller with a profile, as M(printops.infoprint.observe_sendmemo) writes it: what was observed of the
        product's own mailer takes the place of what is assumed of it. It is looked for where core looks for C(files), and
        beside the inventory.
      - A validation then also reports as an error what the mailer was observed not to read, as CR LF or a full path where it is
        used, not to do although a setting says so, or to refuse for want of a root CA or a CRL. What is an error anyway stays
        one, even if the mailer was observed to accept it.
    type: str
    version_added: "1.1.0"
  path:
    description:
      - Absolute path of one configuration on the target, which is validated instead of the servers'. File names in it are
        looked up in its directory.
      - Mutually exclusive with O(servers) and O(content).
    type: str
  content:
    description:
      - Text of a configuration, which is validated instead of the servers'. No connection is made unless O(working_dir) is set.
      - Mutually exclusive with O(servers) and O(path).
    type: str
  working_dir:
    description:
      - Absolute path of the directory on the target in which file names in O(content) are looked up. Without it, the files that
        O(content) names are not validated.
    type: str
  require_configuration:
    description:
      - Whether a server in O(servers) without a C(sendmemo-ssl.cfg) is the error C(file_not_found). With V(false) it is the
        information C(not_configured), as it always is for discovered servers.
    type: bool
    default: true
  warn_days:
    description:
      - Warn of certificates that expire within this many days, the CAs' and the mail server's, and of revocation lists that are
        to be replaced within them.
      - From V(0) to V(36500).
    type: int
    default: 30
  fail_on:
    description:
      - The least severity of a problem that makes the task fail. All results are returned either way.
    type: str
    choices: [error, warning, never]
    default: error
"""

    SEND_MEMO = r"""
options:
  pd_bin_dir:
    description:
      - Directory of the target that contains C(pdls) and C(pdset), which read and set the servers' own attributes.
      - C(pdls) runs with the rights of the task, not as the owner of the working directory, since InfoPrint grants rights to
        the login user.
    type: str
    default: /usr/lpp/pd/bin
  enable_tls:
    description:
      - How mails are encrypted. V(disabled) or V(0) is C(EnableTLS = 0), V(starttls) or V(1) is C(EnableTLS = 1), V(smtps) or
        V(2) is C(EnableTLS = 2).
      - Here it is what O(check_declared) compares with the active configuration.
    type: str
    choices: [disabled, starttls, smtps, "0", "1", "2"]
  hostname:
    description:
      - >-
        Name sent to the mail server in EHLO: a fully qualified name, C([192.0.2.1]) or C([IPv6:2001:db8::1]).
      - Here it is what O(check_declared) compares with the active configuration.
    type: str
  cert_validation_ignore_host_name:
    description:
      - Accept a certificate that was issued for another host name.
      - Here it is what O(check_declared) compares with the active configuration.
    type: bool
  ignore_certificate_errors:
    description:
      - Accept any certificate.
      - Here it is what O(check_declared) compares with the active configuration.
    type: bool
  smtp_host:
    description:
      - Name or address of the mail server. Without it, the value of the server's own attribute C(smtp-server-host).
      - The attribute is read with C(pdls). If that does not show it either, the problem is C(smtp_server_unknown), and its
        message says why.
      - A name with non-ASCII letters is used in its ASCII form, as certificates have it.
    type: str
  smtp_port:
    description:
      - Port of the mail server. Without it, the value of the server's own attribute C(smtp-server-port).
      - Usually 25 or 587 for STARTTLS and 465 for SMTPS. A port that is usual for another mode than that of C(EnableTLS) is the
        warning C(port_mismatch).
      - From V(1) to V(65535).
    type: int
  sender:
    description:
      - Envelope sender and C(From) of the verification mail. Without it, C(sendmemo@) and the EHLO name, or the name of the
        host itself if the EHLO name is an address in brackets.
    type: str
  recipients:
    description:
      - Envelope recipients of the verification mail.
      - Required, here or in the server's entry, unless O(until=handshake).
      - If some are refused, the others get the mail; the result is not C(ok), with one C(recipient_refused) for each refused
        one.
    type: list
    elements: str
  subject:
    description:
      - Subject of the verification mail. Without it, one that names host and server.
    type: str
  body:
    description:
      - Text of the verification mail. Without it, the mail says what it verifies and with which settings it was sent.
    type: str
  until:
    description:
      - How far each send goes. V(handshake) ends after the TLS handshake and the EHLO that follows it; in plaintext, after
        EHLO. V(envelope) ends when sender and recipients are accepted. Neither leaves a mail behind. V(sent) ends when the mail
        server has accepted the mail.
      - Check mode stops at V(envelope).
    type: str
    choices: [handshake, envelope, sent]
    default: sent
  timeout:
    description:
      - Seconds that one attempt may take for one server, by the wall clock, including name resolution and the search for the
        cause of a failure.
      - From V(1) to V(3600).
    type: float
    default: 30.0
  retries:
    description:
      - How often to retry after a temporary failure (a reply code 4xx) before the end of the mail. Nothing else is retried, and
        no recipient gets the mail twice.
      - From V(0) to V(100).
    type: int
    default: 0
  retry_delay:
    description:
      - Seconds between two attempts.
      - From V(0) to V(3600).
    type: float
    default: 60.0
  min_tls:
    description:
      - The oldest TLS version that is accepted. An older one is C(protocol_too_old).
      - V(TLSv1) and V(TLSv1.1) also lower OpenSSL's security level to 0 for the connection, since OpenSSL 3 offers them only
        there.
    type: str
    choices: [TLSv1, TLSv1.1, TLSv1.2, TLSv1.3]
    default: TLSv1.2
  crl_check:
    description:
      - Whether revocation is checked for the mail server's certificate alone or for its whole chain, which then needs a CRL of
        each CA in it.
    type: str
    choices: [leaf, chain]
    default: leaf
  profile:
    description:
      - >-
        File on the controller with a profile, as M(printops.infoprint.observe_sendmemo) writes it: what was observed of the
        product's own mailer takes the place of what is assumed of it. It is looked for where core looks for C(files), and
        beside the inventory.
      - >-
        A proof then trusts the publicly known CAs besides the declared ones, if the mailer was observed to do so, speaks no TLS
        version that the mailer does not, and counts no wildcards or common names in certificates that the mailer does not.
        O(min_tls) and O(crl_check) are what the site requires: of these and what was observed, the stricter counts. It fails
        where the configuration has what the mailer was observed not to read or not to do. Nothing else in a profile changes a
        proof.
    type: str
    version_added: "1.1.0"
  check_declared:
    description:
      - Compare O(enable_tls), O(hostname), O(cert_validation_ignore_host_name) and O(ignore_certificate_errors), here or in the
        server's entry, with the active configuration. Each that is set and has another value there is the error
        C(not_as_declared). The mail is sent all the same, with the active configuration.
      - The role C(printops.infoprint.sendmemo_tls) always does this.
    type: bool
    default: false
  accept_unprotected:
    description:
      - Whether a mail in plaintext, or without verification of the certificate or its name, is intended. The fleet report shows
        the server as unprotected, but does not list it as one that needs attention for that. The send and its problems are the
        same.
    type: bool
    default: false
  warn_days:
    description:
      - Warn of certificates that expire within this many days, the CAs' and the mail server's, and of revocation lists that are
        to be replaced within them.
      - From V(0) to V(36500).
    type: int
    default: 30
  fail_on:
    description:
      - The least severity of a problem that makes the task fail. All results are returned either way.
    type: str
    choices: [error, warning, never]
    default: error
"""

    SERVER_ATTRIBUTES = r"""
options:
  pd_bin_dir:
    description:
      - Directory of the target that contains C(pdls) and C(pdset), which read and set the servers' own attributes.
    type: str
    default: /usr/lpp/pd/bin
  attributes:
    description:
      - Attributes of the server object by name, for M(printops.infoprint.server_attributes) to read and set.
      - They are the default for all servers. An entry with O(servers[].attributes) uses only those; the two are not merged.
      - A value is one word of printable ASCII characters without quotes and backslashes, since how C(pdset) reads these is not
        documented. An attribute without a value (C(null)) is read and left unchanged.
      - Without any attribute, C(smtp-server-host) and C(smtp-server-port) are read.
    type: dict
"""

    CONFIRM_DELIVERY = r"""
options:
  state:
    description:
      - V(mark) returns RV(mark), which tells the mails that are in the mailbox now from later ones. It comes before the first
        mail.
      - V(confirm) waits until the mailbox holds the mail of each of O(proofs).
    type: str
    choices: [mark, confirm]
    required: true
  mark:
    description:
      - With O(state=confirm), what O(state=mark) returned. Without it, because the mailbox gave no answer then, nothing is
        confirmed.
    type: dict
  proofs:
    description:
      - With O(state=confirm), the mails to look for, as M(printops.infoprint.send_memo) and
        M(printops.infoprint.sendmemo_config) return them in C(proofs), of any number of hosts in one list.
      - Each has C(host), C(server) and C(message_id), and what is known of C(sent_at) (a time in UTC, such as
        V(2026-11-24T08:15:00.250Z)), C(tls) (whether it was sent over TLS), C(ehlo) and C(address) (the name and the address
        that the host used), C(queue_id) and C(relay) (the mail server that accepted it).
    type: list
    elements: dict
    default: []
  imap_host:
    description:
      - Name or address of the IMAP server that has the mailbox. Its certificate must be valid for this name. Either this or
        O(maildir) is needed.
    type: str
  imap_port:
    description:
      - Port of the IMAP server. Usual are 993, and 143 with O(imap_tls=starttls).
      - From V(1) to V(65535).
    type: int
    default: 993
  imap_tls:
    description:
      - Whether TLS starts with the connection, or by the command STARTTLS. Nothing is sent in plaintext.
    type: str
    choices: [implicit, starttls]
    default: implicit
  imap_username:
    description:
      - Name of the user that the mailbox belongs to.
    type: str
  imap_password:
    description:
      - The user's password. Keep it encrypted with C(ansible-vault). It is written to no log, result or report.
    type: str
  imap_ca_src:
    description:
      - File on the controller with the CA certificates (PEM) that vouch for the IMAP server. Without it, those of the
        controller's system.
    type: str
  folder:
    description:
      - Name of the folder, such as V(INBOX) or V(INBOX/Proofs).
    type: str
    default: INBOX
  maildir:
    description:
      - Absolute path of a Maildir on the controller, instead of a mailbox on an IMAP server.
    type: str
  timeout:
    description:
      - >-
        Seconds to wait for the mails, from the start of the task. A mail that is not there then is lost: C(not_delivered).
      - From V(1) to V(3600).
    type: float
    default: 300.0
  late_after:
    description:
      - >-
        Seconds after which a mail that was delivered is late: the warning C(delivered_late).
      - From V(1) to V(86400).
    type: float
    default: 60.0
  delete:
    description:
      - Delete the mails that were found, and no others. Otherwise the mailbox is only read. An IMAP server without the
        extension UIDPLUS cannot delete some mails without others, so nothing is deleted there.
    type: bool
    default: false
"""

    OBSERVE_SENDMEMO = r"""
options:
  pd_bin_dir:
    description:
      - Directory of the target that contains C(pdls) and C(pdset), which read and set the servers' own attributes.
    type: str
    default: /usr/lpp/pd/bin
  confirm:
    description:
      - Whether the observation may begin. For some minutes the server sends its mails to the controller and not to the mail
        server, by configurations most of which are wrong on purpose, so this must be a server that nobody needs meanwhile.
    type: bool
    default: false
  put_back_only:
    description:
      - >-
        Whether only an earlier observation is ended, whose run was killed: the server is put back as it was before it. The next
        observation does so too, before it begins.
    type: bool
    default: false
  listen_address:
    description:
      - Address of the controller on which the playing mail servers listen. The print server must reach it.
    type: str
    required: true
  listen_ports:
    description:
      - Port of the controller on which they listen. A list of one; the first that is given counts.
    type: list
    elements: int
    default: [2525]
  mail_host:
    description:
      - >-
        Name or address by which the print server reaches the controller: the server attribute C(smtp-server-host) during the
        observation, and the name in the certificates. A name of three labels or more, such as V(control.print.example.com),
        lets the rules for wildcards be observed too. Without it, O(listen_address).
    type: str
  set_attributes:
    description:
      - Whether the server attributes C(smtp-server-host) and C(smtp-server-port) are set for the observation with C(pdset), and
        put back with the rest. Otherwise they must have been set by hand to O(mail_host) and O(listen_ports).
    type: bool
    default: true
  trigger_command:
    description:
      - Command line, run by C(/bin/sh) on the print server, that makes this server send one notification mail. Without it, each
        experiment waits for a mail that somebody causes.
    type: str
  restart_command:
    description:
      - Command line that restarts the server, used if its mailer turns out to read its configuration only when the server
        starts. Without it, nothing else can be observed then.
    type: str
  deadline:
    description:
      - Seconds that a mail is waited for. An experiment in which none comes takes this long, several times.
      - From V(1) to V(600).
    type: int
    default: 30
  experiments:
    description:
      - Names of the questions that are asked; all of them if empty. What others rest on is asked too.
    type: list
    elements: str
    default: []
  public_certificate_src:
    description:
      - >-
        File on the controller with a certificate of a publicly known CA and its chain, in PEM, such as a wildcard of the
        company's, valid for O(mail_host). Without it, whether C(CAFile) replaces the publicly known CAs or adds to them is not
        observed: nobody can mint such a certificate.
    type: str
  public_key_src:
    description:
      - File on the controller with the private key of O(public_certificate_src), in PEM.
    type: str
  profile_path:
    description:
      - File on the controller that the profile is written to. A file that is there is replaced.
    type: str
  page_path:
    description:
      - File on the controller that the result is written to as a page, with the evidence. A file that is there is replaced.
    type: str
  product:
    description:
      - Name of the product in the profile.
    type: str
    default: RICOH InfoPrint Manager
  product_version:
    description:
      - Version of the product in the profile.
    type: str
    default: unknown
"""
