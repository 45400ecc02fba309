# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: observe_sendmemo
short_description: Observe how the mailer of an InfoPrint server behaves
version_added: 1.1.0
description:
  - Where the manual of InfoPrint Manager is silent, this collection assumes something about C(sendmemo). This module finds out,
    on one lab server, which of these assumptions hold. Mail servers on the controller play a part in each experiment, such as
    one with a revoked certificate. The server gets a configuration for it and has to send one notification mail. What connects,
    and how it ends, tells one answer from another.
  - A mail that comes, or an alert by which TLS is refused, counts at once. That nothing came counts only if it happens twice,
    while the mails between them come, and only for a mailer whose mails came whenever they had to. What cannot be told is
    V(unknown), never guessed.
  - It was developed without the product. Its tests use a stand-in that can behave in every way that it asks about.
  - For some minutes the server sends its mails to the controller. So it works on one host alone, on the one server that
    O(servers) names, and needs O(confirm).
  - Everything is put back at the end, from a backup that is made first. If the run is killed, the next one does that, or one with
    O(put_back_only). A configuration that something else has changed meanwhile is left as it is.
extends_documentation_fragment:
  - printops.infoprint.common
  - printops.infoprint.options
  - printops.infoprint.options.observe_sendmemo
attributes:
  check_mode:
    details:
      - Says what would be done, connects to nothing and changes nothing.
  diff_mode:
    support: none
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
notes:
  - Each trial takes one round trip, and another one where no mail came.
  - The certificates, their authorities and the CRLs are made for the run and worth nothing after it.
  - Where no mail came, the evidence has what the server wrote to its C(error.log) meanwhile, which can name hosts and people.
  - Only connections from the address that the first mail came from count.
author:
  - The printops.infoprint authors (@printops)
seealso:
  - module: printops.infoprint.send_memo
  - module: printops.infoprint.sendmemo_rollback
"""

EXAMPLES = r"""
- name: Observe the mailer of a lab server
  printops.infoprint.observe_sendmemo:
    servers: [{name: lab1}]
    confirm: true
    listen_address: 192.0.2.10
    listen_ports: [2525]
    mail_host: control.print.example.com
    trigger_command: /usr/local/bin/cause-a-notification lab1
    profile_path: "{{ playbook_dir }}/sendmemo-profile.yml"
    product_version: '4.10.1'

- name: Ask only two questions
  printops.infoprint.observe_sendmemo:
    servers: [{name: lab1}]
    confirm: true
    listen_address: 192.0.2.10
    experiments: [crl_check, expired_crl]

- name: Put a server back after a run that was killed
  printops.infoprint.observe_sendmemo:
    servers: [{name: lab1}]
    listen_address: 192.0.2.10
    put_back_only: true
"""

RETURN = r"""
assumptions:
  description: One entry for each question that was asked.
  returned: always
  type: list
  elements: dict
  sample:
    - name: crl_check
      verdict: differs
      observed: chain
      evidence:
        - >-
          starttls server, certificate "of_revoked_issuer": refused [refused; the handshake ended by: alert certificate_revoked]
  contains:
    name:
      description: Name of the question.
      type: str
      returned: always
    verdict:
      description: V(holds) or V(differs), of the assumption; V(unknown) if it could not be told.
      type: str
      returned: always
    observed:
      description: What was observed, in a word; empty if it could not be told.
      type: str
      returned: always
    evidence:
      description: What was seen, or why nothing can be said.
      type: list
      elements: str
      returned: always
profile:
  description: What was observed, as it is in O(profile_path). Null if nothing was observed.
  returned: always
  type: dict
  sample:
    product: RICOH InfoPrint Manager
    version: 4.10.1
    observed: '2026-12-01'
    sender: sendmemo@{hostname}
    ciphers: [TLS_AES_256_GCM_SHA384]
    readings: {crl_check: chain}
servers:
  description: The server, with the problems of putting it back.
  returned: when the host was reached
  type: list
  elements: dict
  contains:
    # From return_parts: name
    name:
      description: Name of the server.
      type: str
      returned: always
      sample: spl1
    # From return_parts: working_dir
    working_dir:
      description: Its working directory.
      type: str
      returned: always
      sample: /var/pd/spl1
    # From return_parts: problems of a server
    problems:
      description: The problems of this server.
      type: list
      returned: always
      elements: dict
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
  description: The verdicts, one per line; in check mode what would be done.
  returned: always
  type: str
  sample: 'crl_check  DIFFERS  chain'
"""
