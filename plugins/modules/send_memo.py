# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: send_memo
short_description: Prove by a real mail that InfoPrint servers can send
version_added: 1.0.0
description:
  - Sends a mail from the target, for each RICOH InfoPrint Manager server, as its mailer C(sendmemo) would, with the
    C(sendmemo-ssl.cfg) that is in force and its CA and CRL files. Without success it names the cause and the remedy.
  - All servers are tried, at the same time, also after one has failed.
  - Run as root, the files are opened and the mail is sent as the owner of the server's working directory, since a proof made
    as root proves nothing for the user who runs the server.
  - There is no fallback, neither to HELO, nor to plaintext, nor to another way of encryption. With C(EnableTLS = 0) the mail
    goes in plaintext, with the warning C(tls_off).
  - With problems in the configuration, or a CA or CRL file that can't be used, nothing is sent.
  - With O(check_declared) it also tells where the configuration in force is not the declared one in what protects the mail.
extends_documentation_fragment:
  - printops.infoprint.common
  - printops.infoprint.options
  - printops.infoprint.options.send_memo
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode). It then goes as far as O(until=envelope) and sends no mail.
  diff_mode:
    support: none
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode. A
        proof changes nothing.
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

- name: Two servers with different mail servers, patient with greylisting
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

- name: Fail where a configuration was changed by hand, also where the mail goes out
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

- name: Only look whether TLS works, and warn two months before a certificate ends
  printops.infoprint.send_memo:
    smtp_host: mail.example.com
    smtp_port: 465
    until: handshake
    warn_days: 60
    fail_on: warning
"""

RETURN = r"""
servers:
  description: One entry per server, in the order of O(servers), or by name where they were found.
  returned: when the host was reached
  type: list
  elements: dict
  contains:
    name:
      description: Name of the server.
      type: str
      returned: always
      sample: spl1
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
    until:
      description: The goal in force. In check mode V(envelope) where O(until=sent).
      type: str
      returned: always
      sample: sent
    problems:
      description:
        - What is wrong with this server, as RV(problems). Of a certificate all defects, first the one that OpenSSL
          named.
      type: list
      elements: dict
      returned: always
      sample: []
    ignored:
      description: What C(IgnoreCertificateErrors) or C(CertValidationIgnoreHostName) hides, in the same shape.
      type: list
      elements: dict
      returned: always
      sample: []
    smtp_host:
      description: The mail server that was asked.
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
        - What the mail server's certificate was verified against. The path of the CA file; where C(CAFile) is not set,
          V(the product's bundle /etc/ipm/ca-cert.pem) if that is there, else V(the system's own CA certificates).
        - With C(IgnoreCertificateErrors) what RV(servers[].ignored) was judged by.
      type: str
      returned: when C(EnableTLS) is not 0 and something was tried
      sample: /var/pd/spl1/ca.pem
    accept_unprotected:
      description: Whether a mail without protection is meant here.
      type: bool
      returned: when O(accept_unprotected) is set for the server
      sample: true
    owner:
      description: Owner of the working directory, who runs C(sendmemo) for the server. The number where it has no name.
      type: str
      returned: when something was tried
      sample: ipm1
    proven_as:
      description:
        - The user whose rights the send used. As root this is RV(servers[].owner). Without C(become) it is the user who has
          logged in; where that is another one, RV(msg) says so, since the proof then says nothing of what the owner may read.
      type: str
      returned: when something was tried
      sample: ipm1
    attempts:
      description: How often it was tried, more than once only with O(retries).
      type: int
      returned: when something was tried
      sample: 1
    certificate:
      description: The mail server's certificate, also where it was refused.
      type: dict
      returned: when it was seen
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
          description: Whose it is.
          type: str
          returned: always
        issuer:
          description: Who signed it.
          type: str
          returned: always
        sans:
          description: The names and addresses that it is for, with C(DNS:) or C(IP:) before each.
          type: list
          elements: str
          returned: always
        not_before:
          description: Its first moment, UTC.
          type: str
          returned: always
        not_after:
          description: Its last moment, UTC.
          type: str
          returned: always
        days_left:
          description: Whole days that are left by the target's clock, negative for an expired one.
          type: int
          returned: always
        sha256:
          description: SHA-256 fingerprint.
          type: str
          returned: always
    chain:
      description:
        - The certificates that the mail server sent, its own first, each like RV(servers[].certificate). In TLS 1.3, with a
          Python before 3.10 on the target, only its own, unless it was refused; where it was refused, before 3.8.
      type: list
      elements: dict
      returned: when it was seen
      sample: []
    ehlo:
      description: The greeting.
      type: dict
      returned: when EHLO was said
      sample: {name: print1.example.com, features: [PIPELINING, SIZE 10240000, 8BITMIME]}
      contains:
        name:
          description: The name that was given to the mail server.
          type: str
          returned: always
        features:
          description: What the mail server offered in its last reply to EHLO.
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
          description: Name of the mail in the mail server's queue, empty where the reply doesn't tell it.
          type: str
          returned: always
    message_id:
      description: Message-ID of the mail, to find it by in logs and mailboxes.
      type: str
      returned: when the mail was handed over, or that was tried
      sample: <66c785e5f12194fb.6b050b2a@print1.example.com>
    timings_ms:
      description: Milliseconds that each stage took, and all together. A stage that was not reached is left out.
      type: dict
      returned: when something was tried
      sample: {resolve: 2, connect: 1, banner: 3, ehlo: 1, starttls: 1, handshake: 12, envelope: 4, data: 9, total: 35}
problems:
  description:
    - Everything that is wrong, in one list. Each has a C(code), a C(severity) (V(error), V(warning) or V(info)), a C(message)
      that says what was seen and a C(hint) that says what to do; where they apply C(server), C(stage), C(file), C(line),
      C(keyword) and C(value).
    - C(stage) is V(resolve), V(connect), V(banner), V(ehlo), V(starttls), V(handshake), V(certificate), V(envelope) or V(data).
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
  description: One line per server. For a failure the first cause and its remedy.
  returned: always
  type: str
  sample: 'spl1 -> mail.example.com:587 STARTTLS TLSv1.3 TLS_AES_256_GCM_SHA384, certificate 61 days left, queued as 4A3B'
"""
