# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sendmemo_config
short_description: Bring the mail encryption of InfoPrint servers into the declared state
version_added: 1.0.0
description:
  - Writes C(sendmemo-ssl.cfg) and the CA and CRL files that it names into the working directory of each RICOH InfoPrint
    Manager server of a host, and corrects drift.
  - A server's files change together. They are staged under names that nobody reads, and renaming the configuration is the
    switch, so that a run that is killed, or that finds the disk full, leaves the old set active.
  - The declared state is checked on the controller before anything starts on the host.
  - The replaced set is backed up, and M(printops.infoprint.sendmemo_rollback) restores it.
  - With O(verify), each server then sends with the configuration that is active, in the same round trip, and the result is what
    M(printops.infoprint.send_memo) would return.
extends_documentation_fragment:
  - printops.infoprint.common
  - printops.infoprint.options
  - printops.infoprint.options.sendmemo_config
attributes:
  diff_mode:
    support: full
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
notes:
  - InfoPrint Manager grants rights to the login user, not to the user that C(become) changes to. With C(become) it can refuse
    attributes to a user who could set them after a login.
author:
  - The printops.infoprint authors (@printops)
seealso:
  - module: printops.infoprint.send_memo
  - module: printops.infoprint.sendmemo_rollback
  - module: printops.infoprint.sendmemo_validate
"""

EXAMPLES = r"""
- name: Encrypt the mails of two servers, one by STARTTLS and one by SMTPS
  printops.infoprint.sendmemo_config:
    ca_src: mail-ca.pem
    crl_src: mail-ca.crl.pem
    hostname: print1.example.com
    enable_tls: starttls
    servers:
      - name: spl1
      - name: spl2
        enable_tls: smtps

- name: The same configuration for every server of the host
  printops.infoprint.sendmemo_config:
    ca_src: mail-ca.pem
    enable_tls: starttls

- name: Fetch the CRL from a mirror or, where that fails, from the CA
  printops.infoprint.sendmemo_config:
    ca_src: mail-ca.pem
    crl_url: ['http://mirror.example.com/mail-ca.crl', 'http://ca.example.com/mail-ca.crl']
    enable_tls: starttls

- name: Trust the old and the new CA during a rollover
  printops.infoprint.sendmemo_config:
    ca_src: [mail-ca-2024.pem, mail-ca-2026.pem]
    enable_tls: starttls

- name: Move from STARTTLS to SMTPS, file and port together
  printops.infoprint.sendmemo_config:
    ca_src: mail-ca.pem
    enable_tls: smtps
    smtp_host: mail.example.com
    smtp_port: 465
    manage_attributes: true
    try_before_commit: handshake

- name: Converge two servers, and verify each with a real mail in the same round trip
  printops.infoprint.sendmemo_config:
    ca_src: mail-ca.pem
    enable_tls: starttls
    smtp_host: mail.example.com
    smtp_port: 587
    recipients: [print-ops@example.com]
    verify: sent
    servers:
      - name: spl1
      - name: spl2

- name: Return one server to plaintext, and remove all managed files
  printops.infoprint.sendmemo_config:
    servers:
      - name: spl3
        state: absent
"""

RETURN = r"""
servers:
  # From return_parts: servers
  description: One entry per server, in the order of O(servers), or by name if they were discovered.
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
    changed:
      description: Whether its files were changed, or would be in check mode; also by an earlier run that could not report it, and
        then without RV(servers[].drift).
      type: bool
      returned: always
      sample: true
    drift:
      description: The differences from the declared state, one entry per keyword, attribute or file.
      type: list
      elements: dict
      returned: always
      sample:
        - {file: /var/pd/spl1/sendmemo-ssl.cfg, keyword: EnableTLS, kind: changed, before: '0', after: '1'}
        - {file: /var/pd/spl1/sendmemo-ssl.cfg, kind: mode, before: '0600', after: '0644'}
      # From return_parts: entries of drift
      contains:
        file:
          description: Path of the file, or C(server attributes).
          type: str
          returned: always
        keyword:
          description: The keyword or attribute that differs.
          type: str
          returned: for a keyword or an attribute
        kind:
          description:
            - V(missing), V(changed), V(extra), V(text) (a comment or blank, or a file that was not read), V(owner), V(group),
              V(mode) or V(link).
          type: str
          returned: always
        before:
          description: The value before, as the file writes it.
          type: str
          returned: when there was a value
        after:
          description: The value after, as the file writes it.
          type: str
          returned: when there is a value
    # From return_parts: problems of a server
    problems:
      description: The problems of this server.
      type: list
      returned: always
      elements: dict
      sample: []
    state:
      description: V(absent).
      type: str
      returned: when it is declared absent
      sample: absent
    trust:
      description:
        - When the CAs and CRLs of its declared and managed files expire, for each file the twenty that expire first.
      type: list
      elements: dict
      returned: unless it is declared absent
      sample:
        - {keyword: CAFile, file: mail-ca.pem, name: CN=Example Mail CA, not_after: '2027-01-24T00:00:00Z', days_left: 61}
      # From return_parts: entries of trust, with fetched CRLs
      contains:
        keyword:
          description: V(CAFile) or V(CrlFile).
          type: str
          returned: always
        file:
          description: The file that contains it.
          type: str
          returned: always
        name:
          description: Subject of the CA, or issuer of the CRL.
          type: str
          returned: always
        not_after:
          description: When the CA expires, or the CRL is to be replaced (nextUpdate), UTC.
          type: str
          returned: always
        days_left:
          description: Whole days until then, negative if it has passed.
          type: int
          returned: always
        this_update:
          description: When the CRL was made (thisUpdate), UTC.
          type: str
          returned: for a CRL
        number:
          description: Number of the CRL.
          type: int
          returned: for a CRL that has one
        refresh_due:
          description: Whether less than a third of the time between the two is left.
          type: bool
          returned: for a CRL
        source:
          description: Address that the CRL was fetched from, without credentials.
          type: str
          returned: for a CRL of C(crl_url)
        fetched:
          description: When that address last answered with it, UTC.
          type: str
          returned: when that is known
        fetch_age:
          description: Seconds since then.
          type: int
          returned: when that is known
    backup:
      description: Path of the backup of the replaced set.
      type: str
      returned: when one was made
      sample: /var/pd/spl1/sendmemo-ssl.backups/20261124T081500Z-0001
    send:
      description: The result of O(verify) for this server. It has the keys of an entry of M(printops.infoprint.send_memo).
      type: dict
      returned: when the server was to be verified, and its configuration is the declared one
      sample:
        ok: true
        until: sent
        tls: {mode: starttls, version: TLSv1.3, cipher: TLS_AES_256_GCM_SHA384, bits: 256}
        message_id: <4f1c0a9be2d73865.6925f0a4@print1.example.com>
crl_overdue:
  description:
    - For each source of O(crl_url) that has failed for longer than O(crl_tolerance) allows, whose revocation list has expired
      meanwhile, or that has never answered, its addresses and why they failed.
  type: list
  elements: str
  returned: when there is one
  sample: ['http://ca.example.com/mail-ca.crl: it answered 404 Not Found']
only_crls:
  description: V(true).
  type: bool
  returned: with O(only_crls)
  sample: true
proofs:
  # From return_parts: proofs
  description:
    - The mails that mail servers accepted, for O(printops.infoprint.confirm_delivery#module:proofs). The lists of many hosts
      are joined for it.
  returned: when servers were verified
  type: list
  elements: dict
  version_added: "1.1.0"
  sample:
    - host: print01
      server: spl1
      message_id: <4f1c0a9be2d73865.6925f0a4@print01.example.com>
      sent_at: '2026-11-24T08:15:00.250Z'
      tls: true
      ehlo: print01.example.com
      address: 192.0.2.17
      queue_id: 4ABC1D2E3F
      relay: mail.example.com:587
refused:
  # From return_parts: refused
  description: "Whether the options were refused on the controller: nothing was done on the host."
  returned: when they were
  type: bool
  sample: true
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
  sample:
    - code: ca_expires_soon
      severity: warning
      message: The CA certificate CN=Example Mail CA in mail-ca.pem ends in 12 days, on 2026-12-06.
      hint: Plan the rollover, ca_src takes the old and the new file together.
      file: mail-ca.pem
msg:
  # From return_parts: msg of a change
  description: One line per server, then the problems.
  returned: always
  type: str
  sample: 'spl1: changed: EnableTLS changed (was 0, declared 1)'
"""
