# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: send_memo
short_description: Verify with a real mail that InfoPrint servers can send
version_added: 1.0.0
description:
  - Sends a mail from the target, for each RICOH InfoPrint Manager server, as its mailer C(sendmemo) would, with the active
    C(sendmemo-ssl.cfg) and its CA and CRL files. If the send fails, it names the cause and the remedy.
  - All servers are tried, at the same time, even after one has failed.
  - When run as root, the module opens the files and sends the mail as the owner of the server's working directory, since a send
    with root's rights does not show what the user who runs the server can do.
  - There is no fallback, neither to HELO, nor to plaintext, nor to another mode of encryption. With C(EnableTLS = 0) the mail is
    sent in plaintext, with the warning C(tls_off).
  - With errors in the configuration, or a CA or CRL file that cannot be used, nothing is sent.
  - With O(check_declared) it also reports where the active configuration differs from the declared one in what protects the mail.
extends_documentation_fragment:
  - printops.infoprint.common
  - printops.infoprint.options
  - printops.infoprint.options.send_memo
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode). It then stops at O(until=envelope) and sends no mail.
  diff_mode:
    support: none
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode. A
        verification changes nothing.
author:
  - The printops.infoprint authors (@printops)
seealso:
  - module: printops.infoprint.sendmemo_config
  - module: printops.infoprint.sendmemo_validate
"""

EXAMPLES = r"""
- name: Send a mail for every server of the host
  printops.infoprint.send_memo:
    smtp_host: mail.example.com
    smtp_port: 587
    recipients: [print-operations@example.com]

- name: Two servers with different mail servers, with retries for greylisting
  printops.infoprint.send_memo:
    recipients: [print-operations@example.com]
    smtp_host: mail.example.com
    smtp_port: 587
    retries: 5
    retry_delay: 60
    servers:
      - name: spl1
      - name: spl2
        smtp_host: relay.example.com
        smtp_port: 465

- name: Fail if a configuration was changed by hand, even if the mail is accepted
  printops.infoprint.send_memo:
    recipients: [print-operations@example.com]
    check_declared: true
    enable_tls: starttls
    ignore_certificate_errors: false
    servers:
      - name: spl1
      - name: spl2
        enable_tls: disabled
        accept_unprotected: true

- name: Only check whether TLS works, and warn two months before a certificate expires
  printops.infoprint.send_memo:
    smtp_host: mail.example.com
    smtp_port: 465
    until: handshake
    warn_days: 60
    fail_on: warning
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
    ok:
      description: Whether the goal was reached and no problem is an error.
      type: bool
      returned: always
      sample: true
    # From return_parts: until
    until:
      description:
        - How far the send was to go, V(handshake), V(envelope) or V(sent). In check mode V(envelope) instead of O(until=sent).
      type: str
      returned: always
      sample: sent
    problems:
      description:
        - The problems of this server, like RV(problems). All defects of a certificate are listed, first the one that OpenSSL
          named.
      type: list
      elements: dict
      returned: always
      sample: []
    ignored:
      description: The problems that C(IgnoreCertificateErrors) or C(CertValidationIgnoreHostName) hides, in the same form.
      type: list
      elements: dict
      returned: always
      sample: []
    smtp_host:
      description: The mail server.
      type: str
      returned: when it is known
      sample: mail.example.com
    smtp_port:
      description: Its port.
      type: int
      returned: when it is known
      sample: 587
    tls:
      description: What was negotiated.
      type: dict
      returned: when the handshake was finished
      sample: {mode: starttls, version: TLSv1.3, cipher: TLS_AES_256_GCM_SHA384, bits: 256}
      # From return_parts: what tls has
      contains:
        mode:
          description: V(starttls) or V(smtps).
          type: str
          returned: always
        version:
          description: Version of TLS.
          type: str
          returned: always
        cipher:
          description: Name of the cipher.
          type: str
          returned: always
        bits:
          description: Bits of its key.
          type: int
          returned: always
    trusted:
      description:
        - What the mail server's certificate was verified against. The path of the CA file; if C(CAFile) is not set,
          V(the product's bundle /etc/ipm/ca-cert.pem) if that exists, else V(the system's own CA certificates).
        - With C(IgnoreCertificateErrors), what RV(servers[].ignored) is based on.
      type: str
      returned: when C(EnableTLS) is not 0 and a send was attempted
      sample: /var/pd/spl1/ca.pem
    policy:
      description: What the proof rests on where the product's manual is silent.
      type: dict
      returned: unless the program on the host ended before the server was verified
      sample:
        profile: RICOH InfoPrint Manager 4.10.1, observed on 2026-12-01
        assumed: [expired_crl]
        not_followed: {missing_crl: accepted}
      contains:
        profile:
          description: Which O(profile) it follows. Null without one.
          type: str
          returned: always
        assumed:
          description: Names of what is assumed of the product's own mailer, since it was not observed.
          type: list
          elements: str
          returned: always
        not_followed:
          description: What was observed of the mailer that the proof does otherwise, by name.
          type: dict
          returned: always
    accept_unprotected:
      description: Whether a mail without protection is intended.
      type: bool
      returned: when O(accept_unprotected) is set for the server
      sample: true
    owner:
      description: Owner of the working directory, who runs C(sendmemo) for the server. The number if there is no name.
      type: str
      returned: when a send was attempted
      sample: ipm1
    proven_as:
      description:
        - The user whose rights the send used. As root this is RV(servers[].owner). Without C(become) it is the login
          user; if that is another one, RV(msg) says so, since the send then does not show what the owner can read.
      type: str
      returned: when a send was attempted
      sample: ipm1
    attempts:
      description: The number of attempts, more than one only with O(retries).
      type: int
      returned: when a send was attempted
      sample: 1
    certificate:
      description: The mail server's certificate, even if it was refused.
      type: dict
      returned: when it was received
      sample:
        subject: CN=mail.example.com
        issuer: CN=Example Mail CA
        sans: ['DNS:mail.example.com', 'IP:192.0.2.25']
        not_before: '2026-01-24T00:00:00Z'
        not_after: '2027-01-24T00:00:00Z'
        days_left: 61
        sha256: 615c731e6eaa8d7d126280d1f400b82862b7dde5832b5dac94d4109448bdeb11
      contains:
        subject:
          description: The subject.
          type: str
          returned: always
        issuer:
          description: The issuer.
          type: str
          returned: always
        sans:
          description: The names and addresses that it is valid for, with C(DNS:) or C(IP:) before each.
          type: list
          elements: str
          returned: always
        not_before:
          description: Start of its validity, UTC.
          type: str
          returned: always
        not_after:
          description: End of its validity, UTC.
          type: str
          returned: always
        days_left:
          description: Whole days until then by the target's clock, negative if it has expired.
          type: int
          returned: always
        sha256:
          description: SHA-256 fingerprint.
          type: str
          returned: always
    chain:
      description:
        - The certificates that the mail server sent, its own first, each like RV(servers[].certificate). With TLS 1.3
          and a Python before 3.10 on the target, only its own, unless it was refused; if it was refused, before 3.8.
      type: list
      elements: dict
      returned: when it was received
      sample: []
    ehlo:
      description: The EHLO command and its reply.
      type: dict
      returned: when EHLO was sent
      sample: {name: print1.example.com, features: [PIPELINING, SIZE 10240000, 8BITMIME]}
      contains:
        name:
          description: The name that was sent to the mail server.
          type: str
          returned: always
        features:
          description: The features that the mail server offered in its last reply to EHLO.
          type: list
          elements: str
          returned: always
    reply:
      description: The reply to the mail, or the refusal.
      type: dict
      returned: when there was one
      sample: {code: 250, text: '2.0.0 Ok: queued as 4A3B', queue_id: 4A3B}
      contains:
        code:
          description: Reply code.
          type: int
          returned: always
        text:
          description: Its text.
          type: str
          returned: always
        queue_id:
          description: Name of the mail in the mail server's queue, empty if the reply does not contain it.
          type: str
          returned: always
    message_id:
      description:
        - Message-ID of the mail, to find it in logs and mailboxes. Under ansible-runner, and so in AWX, its left side ends with
          the job's C(--ident).
      type: str
      returned: when the mail was sent, or an attempt was made
      sample: <66c785e5f12194fb.6b050b2a@print1.example.com>
    sent_at:
      description: When the end of the mail was sent, in UTC, by the clock of the controller.
      type: str
      returned: when the mail was handed over
      sample: '2026-11-24T08:15:00.250Z'
      version_added: 1.1.0
    address:
      description: The host's own address in the connection.
      type: str
      returned: when a connection was established
      sample: 192.0.2.17
      version_added: 1.1.0
    # From return_parts: timings_ms
    timings_ms:
      description:
        - >-
          Milliseconds that each stage took, and all together: V(resolve), V(connect), V(banner), V(ehlo), V(starttls),
          V(handshake), V(envelope), V(data) and V(total). Stages that were not reached are left out.
      type: dict
      returned: when a send was attempted
      sample:
        resolve: 2
        connect: 1
        banner: 3
        ehlo: 1
        starttls: 1
        handshake: 12
        envelope: 4
        data: 9
        total: 35
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
    - code: expired
      severity: error
      message: 'The certificate of CN=mail.example.com expired on 2026-11-21 08:15 UTC, 3 days ago. (OpenSSL 10: ...)'
      hint: Have the mail server's administrators replace the certificate.
      server: spl1
      stage: certificate
msg:
  description: One line per server. For a failure, the first cause and its remedy.
  returned: always
  type: str
  sample: 'spl1 -> mail.example.com:587 STARTTLS TLSv1.3 TLS_AES_256_GCM_SHA384, certificate 61 days left, queued as 4A3B'
"""
