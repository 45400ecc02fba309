# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mail_report
short_description: Send a fleet report by mail
version_added: 1.1.0
description:
  - Sends a report, as the callback P(printops.infoprint.fleet_report#callback) or M(printops.infoprint.merge_reports) wrote it,
    by mail. The subject is the verdict, the text lists the servers that need attention and why, and the page is attached. It
    works on the controller and connects to no host but the mail server.
  - The text has the SHA-256 of each attached file, by which it can be compared with an archived one, and signed.
  - A report of more than O(max_age) hours is sent as C(OLD), since it does not describe the state of today.
  - The task fails if the mail was not handed over to all recipients. There is no fallback to plaintext.
options:
  directory:
    description: The directory of the report.
    type: path
    required: true
  to:
    description: The addresses that get the mail.
    type: list
    elements: str
    required: true
  from:
    description: The address that the mail is from.
    type: str
    required: true
  smtp_host:
    description: The mail server, by the name that its certificate has.
    type: str
    default: localhost
  smtp_port:
    description: Its port. By default 587 for V(starttls), 465 for V(smtps) and 25 for V(none).
    type: int
  tls:
    description:
      - How the connection is encrypted. For V(starttls) and V(smtps) the certificate of the mail server is verified.
      - V(none) sends the report in plaintext, which is for a mail server on the controller itself.
    type: str
    choices: [starttls, smtps, none]
    default: starttls
  ca_src:
    description: File with the CA certificates to trust (PEM), on the controller. Without it, those of the system.
    type: path
  username:
    description: The user name to log in with.
    type: str
  password:
    description: The password that belongs to O(username). It is never sent without TLS.
    type: str
  send_when:
    description:
      - V(attention) sends a mail only if a server is neither proven nor accepted as it is, a certificate, CA or CRL expires soon,
        the run ended early, or the report is old.
    type: str
    choices: [always, attention]
    default: always
  attach:
    description: The files of the report to attach. A file of more than 2 MiB is compressed.
    type: list
    elements: str
    choices: [html, json, csv, junit, prometheus]
    default: [html]
  max_age:
    description: A report that is more than this many hours old is sent as C(OLD).
    type: float
    default: 24
  stale_after:
    description: As O(printops.infoprint.fleet_report#callback:stale_after) of the runs that wrote the report.
    type: float
    default: 7
  archive:
    description: Where the same files are archived, to be named in the mail.
    type: str
    default: ''
  timeout:
    description: Seconds that sending may take in all.
    type: float
    default: 60
attributes:
  check_mode:
    support: full
    description: Can run in check_mode and return changed status prediction without modifying target.
  diff_mode:
    support: none
    description: Will return details on what has changed (or possibly needs changing in check_mode), when in diff mode.
author:
  - The printops.infoprint authors (@printops)
seealso:
  - module: printops.infoprint.archive_report
  - plugin: printops.infoprint.fleet_report
    plugin_type: callback
"""

EXAMPLES = r"""
- name: Send the report of last night to print operations and to the auditors
  printops.infoprint.mail_report:
    directory: fleet-report
    to: [print-ops@example.com, audit@example.com]
    from: printops@example.com
    smtp_host: mail.example.com
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
sent:
  description: Whether a mail was sent.
  returned: always
  type: bool
  sample: true
subject:
  description: The subject of the mail.
  returned: always
  type: str
  sample: 'InfoPrint mail encryption: All 61 servers are proven.'
attachments:
  description: The attached files.
  returned: always
  type: list
  elements: dict
  contains:
    name:
      description: The name of the attachment. That of a compressed file ends with C(.gz).
      returned: always
      type: str
      sample: index.html
    size:
      description: The size of the file of the report, in bytes.
      returned: always
      type: int
      sample: 120000
    sha256:
      description: The SHA-256 of the file of the report.
      returned: always
      type: str
      sample: 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
msg:
  description: To whom the mail was sent, with its subject, or why none was sent.
  returned: always
  type: str
  sample: 'Sent to print-ops@example.com: InfoPrint mail encryption: All 61 servers are proven.'
"""
