# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation that the modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """What every module of the collection says of itself."""

    DOCUMENTATION = r"""
notes:
  - Nothing needs to be installed on the target but Python 3.6 or newer. It is searched for in C(/usr/bin/python3),
    C(/usr/libexec/platform-python), C(/opt/freeware/bin/python3) and where ansible-core looks, unless
    C(ansible_python_interpreter) names one.
  - One round trip per host, however many servers it has. A change to a CA or CRL file that lies on the target and was not
    judged for an earlier change takes a second one.
options:
  base_dir:
    description:
      - Directory of the target that holds the servers' working directories.
    type: str
    default: /var/pd
  servers:
    description:
      - The InfoPrint servers of the host.
      - An empty list means every server that is found, that is every directory directly under O(base_dir) that holds a
        C(sendmemo-ssl.cfg) or an C(error.log), hidden ones and C(*.BAK) apart.
      - What an entry does not set is taken from the module's option of the same name. Keys that another module of the
        collection uses are accepted and ignored, so that one list serves them all.
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
          - Absolute path of the server's working directory. Without it the directory O(servers[].name) under O(base_dir).
          - It is not followed if it is a symbolic link.
        type: str
      state:
        description:
          - V(absent) removes the configuration and the trust files that this collection manages. Without a value V(present).
        type: str
        choices: [present, absent]
      enable_tls:
        description:
          - How mails are encrypted. V(disabled) or V(0) is C(EnableTLS = 0), V(starttls) or V(1) is C(EnableTLS = 1),
            V(smtps) or V(2) is C(EnableTLS = 2).
        type: str
        choices: [disabled, starttls, smtps, '0', '1', '2']
      ca_src:
        description:
          - File of the controller with the CA certificates, in PEM form, or a list of files, which are joined without
            duplicates. Looked up as M(ansible.builtin.copy) does.
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
          - File of the controller with the certificate revocation lists, in PEM form, or a list of files.
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
      hostname:
        description:
          - Name given to the mail server in EHLO, a fully qualified name, C([192.0.2.1]) or C([IPv6:2001:db8::1]).
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
          - Name or number of the user who is to own the files. Without it the owner of the working directory.
        type: str
      group:
        description:
          - Name or number of the group of the files. Without it the group of the working directory.
        type: str
      mode:
        description:
          - Mode of the files, as an octal number in quotes.
        type: raw
      smtp_host:
        description:
          - Name or address of the mail server.
        type: str
      smtp_port:
        description:
          - Port of the mail server.
        type: int
      sender:
        description:
          - Envelope sender of the proof.
        type: str
        aliases: [verify_sender]
      recipients:
        description:
          - Envelope recipients of the proof.
        type: list
        elements: str
        aliases: [verify_recipients]
      subject:
        description:
          - Subject of the proof.
        type: str
      body:
        description:
          - Text of the proof.
        type: str
      attributes:
        description:
          - Attributes of the server object, by name, as M(printops.infoprint.server_attributes) reads and sets them.
        type: dict
      accept_unprotected:
        description:
          - Whether a mail in plaintext, or without verification of the certificate or its name, is meant here, so that the report
            doesn't count the server as one that needs attention for it.
        type: bool
      manage_attributes:
        description:
          - Whether the server's attributes C(smtp-server-host) and C(smtp-server-port) belong to what
            M(printops.infoprint.sendmemo_config) brings into the declared state.
        type: bool
attributes:
  action:
    support: full
    description: Has a corresponding action plugin, so that parts of the options can be executed on the controller.
  check_mode:
    support: full
    description: Can run in C(check_mode) and return what would be done without doing it.
  async:
    support: none
    description: Supports being used with the C(async) keyword.
  platform:
    support: full
    platforms: posix
    description: Target platforms that can be managed, AIX and Linux among them.
"""

    # Of those that change the files, and try them first.
    CHANGE = r"""
options:
  owner:
    description:
      - Name or number of the user who is to own the files. Without it the owner of the working directory.
    type: str
  group:
    description:
      - Name or number of the group of the files. Without it the group of the working directory.
    type: str
  sender:
    description:
      - Envelope sender that O(try_before_commit=envelope) uses.
    type: str
  recipients:
    description:
      - Envelope recipients that O(try_before_commit=envelope) uses. Nothing is sent to them.
    type: list
    elements: str
  timeout:
    description:
      - Seconds that a try may take for one server, by the wall clock.
    type: float
    default: 30.0
  min_tls:
    description:
      - The oldest TLS version that a try accepts.
    type: str
    choices: [TLSv1, TLSv1.1, TLSv1.2, TLSv1.3]
    default: TLSv1.2
  crl_check:
    description:
      - Whether revocation is checked for the mail server's certificate alone or for its whole chain.
    type: str
    choices: [leaf, chain]
    default: leaf
"""
