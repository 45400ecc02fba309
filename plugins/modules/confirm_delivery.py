# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: confirm_delivery
short_description: Confirm in a mailbox that the mails of InfoPrint servers were delivered
version_added: 1.1.0
description:
  - A mail server that accepts a mail has not delivered it. This module looks into a mailbox that receives the mails of the
    verification. It confirms for each mail whether it arrived, how long that took, and what the relay that took it noted in the
    header field C(Received), as a second witness beside the host.
  - It runs on the controller, once for any number of hosts, and connects to none of them. Before the first mail, O(state=mark)
    marks the mailbox; afterwards O(state=confirm) waits for all mails in one session.
  - A mail that is in the mailbox twice counts once. A mail of an earlier run is never taken for one of this run, since each has a
    Message-ID of its own.
  - If the mailbox gives no answer, the task succeeds with a warning and the problem C(mailbox_unavailable), and
    RV(proofs[].delivered) is null for what is not known.
  - The playbooks of this collection use it if the variable C(sendmemo_tls_confirm) of the role is set.
extends_documentation_fragment:
  - printops.infoprint.options.confirm_delivery
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode). It then does not open the mailbox, and confirms nothing.
  diff_mode:
    support: none
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
notes:
  - Needs Python 3.10 or later on the controller and no library.
  - At most 64 MiB are read from an IMAP server. A session ends 10 seconds after O(timeout) at the latest.
author:
  - The printops.infoprint authors (@printops)
seealso:
  - module: printops.infoprint.send_memo
  - module: printops.infoprint.sendmemo_config
  - plugin: printops.infoprint.fleet_report
    plugin_type: callback
"""

EXAMPLES = r"""
- name: Mark the mailbox before the first mail
  printops.infoprint.confirm_delivery:
    state: mark
    imap_host: imap.example.com
    imap_username: print-proofs
    imap_password: "{{ vault_print_proofs_password }}"
  delegate_to: localhost
  run_once: true
  register: mailbox

- name: Send a mail from every server of every host
  printops.infoprint.send_memo:
    smtp_host: mail.example.com
    smtp_port: 587
    recipients: [print-proofs@example.com]
  register: sent

- name: Confirm once for all hosts that their mails arrived
  printops.infoprint.confirm_delivery:
    state: confirm
    mark: "{{ mailbox.mark }}"
    proofs: "{{ ansible_play_hosts | map('extract', hostvars, ['sent', 'proofs']) | flatten }}"
    imap_host: imap.example.com
    imap_username: print-proofs
    imap_password: "{{ vault_print_proofs_password }}"
  delegate_to: localhost
  run_once: true

- name: Mark a Maildir on the controller instead
  printops.infoprint.confirm_delivery:
    state: mark
    maildir: /var/mail/print-proofs/Maildir
  delegate_to: localhost
  run_once: true
  register: mailbox
"""

RETURN = r"""
mark:
  description: What is in the mailbox now, for O(mark). Null if the mailbox gives no answer, and in check mode.
  returned: with O(state=mark)
  type: dict
  sample:
    mailbox: INBOX of print-proofs at imap.example.com:993
    uidvalidity: 1700000000
    uidnext: 4711
    at: 1795508100
proofs:
  description: One entry for each of O(proofs), in their order.
  returned: with O(state=confirm)
  type: list
  elements: dict
  contains:
    host:
      description: The host that sent the mail.
      type: str
      returned: always
      sample: print01
    server:
      description: Its InfoPrint server.
      type: str
      returned: always
      sample: spl1
    message_id:
      description: Message-ID of the mail.
      type: str
      returned: always
      sample: <4f1c0a9be2d73865.6925f0a4@print01.example.com>
    delivered:
      description: Whether the mail is in the mailbox. Null if that is not known.
      type: bool
      returned: always
      sample: true
    delay_ms:
      description:
        - Milliseconds from the end of the mail to its arrival, at most, by the clock of the controller. The time of arrival is
          that of the mailbox if both clocks agree or can be compared, otherwise that at which the mail was seen there.
        - Null if nothing was delivered, or if C(sent_at) is not known.
      type: int
      returned: always
      sample: 1250
    received:
      description:
        - What the lowest header field C(Received) says, which is that of the relay that took the mail, unless another mail
          system has removed it. Each is empty if the field does not say it. Null if the mail has no such field.
      type: dict
      returned: always
      contains:
        by:
          description: Name of the relay.
          type: str
          returned: always
          sample: mail.example.com
        with:
          description: Protocol by which it received the mail, such as V(ESMTPS) for TLS (RFC 3848).
          type: str
          returned: always
          sample: ESMTPS
        helo:
          description: The EHLO name that it was told.
          type: str
          returned: always
          sample: print01.example.com
        address:
          description: The address that the mail came from.
          type: str
          returned: always
          sample: 192.0.2.17
        tls:
          description: TLS version and cipher. Postfix writes them only with C(smtpd_tls_received_header = yes).
          type: str
          returned: always
          sample: TLSv1.3 TLS_AES_256_GCM_SHA384
    problems:
      description: The problems of this mail, like RV(problems).
      type: list
      elements: dict
      returned: always
      sample: []
failed_hosts:
  description: The hosts with a mail that was lost, or came to the relay in plaintext. If there are any, the task fails.
  returned: with O(state=confirm)
  type: list
  elements: str
  sample: []
problems:
  # From return_parts: problems
  description:
    - All problems, in one list. Each has a C(code), a C(severity) (V(error), V(warning) or V(info)), a C(message) that
      describes what was observed and a C(hint) that says what to do; where they apply, also C(server), C(stage), C(file),
      C(line), C(keyword) and C(value).
    - The stages are V(resolve), V(connect), V(banner), V(ehlo), V(starttls), V(handshake), V(certificate), V(envelope) and
      V(data).
  returned: always
  type: list
  elements: dict
msg:
  description: How many mails were delivered, and one line for each problem.
  returned: always
  type: str
  sample: 240 of 240 mails delivered, the slowest after 1.3 s
"""
