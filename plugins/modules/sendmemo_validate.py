# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sendmemo_validate
short_description: Validate the mail encryption of InfoPrint servers, changing nothing
version_added: 1.0.0
description:
  - Reads the C(sendmemo-ssl.cfg) of each RICOH InfoPrint Manager server of a host and the CA and CRL files that it names, and
    lists all problems, each with file, line, keyword and what to do about it.
  - Checks the grammar, keywords and values, the form of the EHLO name, the dates, kinds and signatures of certificates and CRLs,
    and who can change the files.
  - When run as root, it reads the files with the rights of the owner of the working directory, who runs the server. From a CA or
    CRL file only certificates and CRLs leave the host, and nothing else of it is quoted.
  - Where the product's manual is silent, the strict reading applies. A comment after a value, quotes and sections are reported.
    So are a byte order mark, control characters, lines of more than 4095 bytes and files of more than 64 kB.
  - CA and CRL files are checked as OpenSSL uses them. An expired CA certificate is an error, unless the file has a valid one of
    the same CA, by name and key; then it is a warning. The same applies to a CRL beside a current one of its CA.
  - A CRL that none of the CAs in the CA file issued is an error. Beside a CRL that matches it is a warning, since it can be that
    of an intermediate CA whose certificate the mail server sends. A CA without a CRL, where another CA has one, is the warning
    C(crl_missing). So is a CRL that OpenSSL ignores or treats as more than it is, as it does with delta and partial CRLs.
  - Keys with fewer bits than OpenSSL's security level 2 requires, and signatures with MD5 or SHA-1, are the warnings C(weak_key)
    and C(weak_signature). Whether they are refused depends on the host; M(printops.infoprint.send_memo) shows it.
  - A block of the kind C(TRUSTED CERTIFICATE) is an error. It carries settings that are not checked.
  - A symbolic link in the working directory must not lead out of it, although sendmemo would follow it, and
    M(printops.infoprint.send_memo), which verifies what sendmemo does, follows it too. A CA or CRL file elsewhere can be a link.
extends_documentation_fragment:
  - printops.infoprint.common
  - printops.infoprint.options
  - printops.infoprint.options.sendmemo_validate
attributes:
  diff_mode:
    support: none
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
author:
  - The printops.infoprint authors (@printops)
seealso:
  - module: printops.infoprint.sendmemo_config
  - module: printops.infoprint.send_memo
"""

EXAMPLES = r"""
- name: Validate every server of the host
  printops.infoprint.sendmemo_validate:

- name: Validate two servers, and fail if a CA or a CRL expires within 60 days
  printops.infoprint.sendmemo_validate:
    servers:
      - name: spl1
      - name: spl2
        working_dir: /print/spl2
        smtp_port: 465
    smtp_port: 587
    warn_days: 60
    fail_on: warning

- name: Validate the vendor's sample after an update of the product
  printops.infoprint.sendmemo_validate:
    path: /usr/lpp/pd/cfg-samples/ssl/sendmemo/sendmemo-ssl.cfg

- name: Validate a text on the controller, without a connection
  printops.infoprint.sendmemo_validate:
    content: "{{ lookup('ansible.builtin.file', 'sendmemo-ssl.cfg') }}"
    fail_on: never
  register: draft

- name: Validate by what was observed of the product's own mailer
  printops.infoprint.sendmemo_validate:
    profile: sendmemo-profile.yml

# A run without problems returns, beside settings and digest of each server:
#
#   changed: false
#   msg: no problems
#   problems: []
#   valid: true
#
# A run that fails returns the same keys, and in msg the problems for the operator, the worst first:
#
#   failed: true
#   msg: |-
#     2 errors, 1 warning
#     error spl1 /var/pd/spl1/sendmemo-ssl.cfg:52: Hostname "fc00::1" is an IPv6 address without brackets and the tag IPv6:.
#       [invalid_ehlo_hostname] Write [IPv6:fc00::1].
#     error spl2 /var/pd/spl2/crl.pem:1: The CRL of CN=Example Mail CA was to be replaced by 2026-11-22 08:15 UTC, 2 days ago.
#       [crl_expired] Fetch the CA's current CRL.
#     warning spl2 /var/pd/spl2/mail-ca.pem:1: CN=Example Mail CA expires on 2026-12-06 08:15 UTC, in 12 days.
#       [ca_expires_soon] Plan the rollover: ca_src takes the old and the new file together.
#   problems: (three of them, see RETURN)
#   valid: false
#
# Each problem is one line of msg; here they are wrapped.
"""

RETURN = r"""
valid:
  description: Whether no problem is an error, whatever O(fail_on) says.
  returned: when the configurations could be read
  type: bool
  sample: false
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
    - code: invalid_ehlo_hostname
      severity: error
      message: 'Hostname "fc00::1" is an IPv6 address without brackets and the tag IPv6:.'
      hint: 'Write [IPv6:fc00::1].'
      server: spl1
      file: /var/pd/spl1/sendmemo-ssl.cfg
      line: 52
      keyword: Hostname
      value: fc00::1
    - code: ca_expires_soon
      severity: warning
      message: CN=Example Mail CA expires on 2026-12-06 08:15 UTC, in 12 days.
      hint: 'Plan the rollover: ca_src takes the old and the new file together.'
      server: spl1
      file: /var/pd/spl1/mail-ca.pem
      line: 1
      keyword: CAFile
servers:
  description: One entry per configuration, in the order of O(servers), or by name if they were discovered.
  returned: unless an option is invalid
  type: list
  elements: dict
  sample:
    - name: spl2
      path: /var/pd/spl2/sendmemo-ssl.cfg
      sha256: 43b34d2a1bd7f4b9e1f0c5d4a3f0a76d7c0f54a3c6f63cd2e8a9f1b1a0f0f5d1
      settings:
        EnableTLS: '2'
        CAFile: mail-ca.pem
        CrlFile: ''
        CertValidationIgnoreHostName: '0'
        IgnoreCertificateErrors: '0'
        Hostname: print1.example.com
      problems: []
  contains:
    name:
      description: Name of the server.
      type: str
      returned: for a server
      sample: spl1
    path:
      description: Path of the configuration.
      type: str
      returned: unless O(content) is given
      sample: /var/pd/spl1/sendmemo-ssl.cfg
    sha256:
      description: SHA-256 digest of the configuration.
      type: str
      returned: when it could be read
      sample: 43b34d2a1bd7f4b9e1f0c5d4a3f0a76d7c0f54a3c6f63cd2e8a9f1b1a0f0f5d1
    settings:
      description:
        - The active value of each keyword, as text, defaults included. If a keyword is set twice, the last one.
      type: dict
      returned: when it could be read
      sample:
        EnableTLS: '1'
        CAFile: mail-ca.pem
        CrlFile: ''
        CertValidationIgnoreHostName: '0'
        IgnoreCertificateErrors: '0'
        Hostname: ''
    trust:
      description:
        - When the CAs and CRLs of its files expire, for each file the twenty that expire first.
      type: list
      elements: dict
      returned: when its files could be read
      sample:
        - {keyword: CAFile, file: mail-ca.pem, name: CN=Example Mail CA, not_after: '2027-01-24T00:00:00Z', days_left: 61}
      # From return_parts: entries of trust
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
    policy:
      description: What the verdict rests on where the product's manual is silent.
      type: dict
      returned: when it could be read
      sample:
        profile: RICOH InfoPrint Manager 4.10.1, observed on 2026-12-01
        assumed: [carriage_return]
        not_followed: {duplicate_keyword: first}
      contains:
        profile:
          description: Which O(profile) it follows. Null without one.
          type: str
          returned: always
        assumed:
          description:
            - Names of what is assumed of the product's own mailer, since it was not observed. Only that on which the verdict on
              this configuration depends.
          type: list
          elements: str
          returned: always
        not_followed:
          description: What the mailer was observed to accept or to do, by name, and the verdict does not count on.
          type: dict
          returned: always
    problems:
      description: The problems of this configuration.
      type: list
      elements: dict
      returned: always
      sample: []
msg:
  description: The number of problems of each severity, then one line for each problem.
  returned: always
  type: str
  sample: |-
    1 error
    error spl1 /var/pd/spl1/sendmemo-ssl.cfg:9: EnableTLS is "3"; it can only be 0, 1 or 2. [invalid_value] Write 0, 1 or 2.
"""
