# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sendmemo_rollback
short_description: Restore the previous mail encryption of InfoPrint servers
version_added: 1.0.0
description:
  - Restores the set of files that was active before the last change of each RICOH InfoPrint Manager server of a host, from the
    backups that M(printops.infoprint.sendmemo_config) retains in C(sendmemo-ssl.backups) in the working directory.
  - The previous set is the newest backup that differs from the active set. The active set is backed up in its place, so that a
    second rollback returns to where the first one began, and the number of backups stays the same.
  - A server that had no configuration before its first change has none after the rollback of that change.
  - If O(manage_attributes) is on, and a backup contains the server's attributes because it was on then too, they are restored
    with the files and are part of the comparison; check mode and the diff show them first. An attribute that was unset stays
    as it is, since C(pdset) has no documented way to unset one.
  - The files change together, as those of M(printops.infoprint.sendmemo_config) do, and only after the set was compared with its
    manifest, read, loaded into OpenSSL and tested. A set with an error is not restored.
  - A CA or CRL file beside the configuration that is missing, or differs from the backup, is restored under a name of this
    collection, and the line that names it is the only one that changes. A file elsewhere is not backed up, and is checked as it
    is.
  - Backups belong to the owner of the working directory, who could have changed them. Owner, group and mode are never taken from
    a backup; the server's attributes only if they are managed.
extends_documentation_fragment:
  - printops.infoprint.common
  - printops.infoprint.options
  - printops.infoprint.options.sendmemo_rollback
attributes:
  diff_mode:
    support: full
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
notes:
  - What was restored is drift for the next run of M(printops.infoprint.sendmemo_config), unless the declared state is rolled back
    too.
author:
  - The printops.infoprint authors (@printops)
seealso:
  - module: printops.infoprint.sendmemo_config
  - module: printops.infoprint.send_memo
"""

EXAMPLES = r"""
- name: Restore the previous set of every server, if it can still send
  printops.infoprint.sendmemo_rollback:
    smtp_host: mail.example.com
    smtp_port: 587

- name: Show what a rollback of one server would do
  printops.infoprint.sendmemo_rollback:
    servers:
      - name: spl1
    try_before_commit: none
  check_mode: true
  diff: true
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
      description: Whether the previous set was restored, or would be in check mode; also by an earlier run that could not report
        it, which is then not done again.
      type: bool
      returned: always
      sample: true
    drift:
      description: The differences between the active set and the previous one, one entry per keyword, attribute or file.
      type: list
      elements: dict
      returned: always
      sample:
        - {file: /var/pd/spl1/sendmemo-ssl.cfg, keyword: EnableTLS, kind: changed, before: '2', after: '1'}
        - {file: server attributes, keyword: smtp-server-port, kind: changed, before: '465', after: '587'}
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
    backup:
      description: Path of the backup of the replaced set, which the next rollback restores.
      type: str
      returned: when one was made
      sample: /var/pd/spl1/sendmemo-ssl.backups/20261124T081500Z-0003
    restored:
      description: Path of the backup that was restored. It is removed when its set is active.
      type: str
      returned: when there is a previous set
      sample: /var/pd/spl1/sendmemo-ssl.backups/20261120T074000Z-0002
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
    - code: no_previous_set
      severity: error
      message: >-
        /var/pd/spl2/sendmemo-ssl.backups has no backup that differs from the active set (the newest 25 are searched).
      hint: 'Converge instead: the declared set needs no backup.'
      server: spl2
      file: /var/pd/spl2/sendmemo-ssl.backups
msg:
  # From return_parts: msg of a change
  description: One line per server, then the problems.
  returned: always
  type: str
  sample: 'spl1: changed: EnableTLS changed (was 2, declared 1)'
"""
