# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: archive_report
short_description: Archive a fleet report by its date
version_added: 1.1.0
description:
  - Copies the files of a report, as the callback P(printops.infoprint.fleet_report#callback) or
    M(printops.infoprint.merge_reports) wrote them, into a directory that is named by the time of the report, such as
    C(2026-11-24T081500Z). It works on the controller and connects to no host.
  - The files are of the same run. The directory appears when all of it is on disk, and is never written again. A report that is
    in the archive already is not archived twice.
  - C(SHA256SUMS) beside the files has their digests, to be checked by C(sha256sum -c) and signed.
options:
  directory:
    description: The directory of the report.
    type: path
    required: true
  archive:
    description: The directory of the archive. It is created if it is missing.
    type: path
    required: true
  keep_days:
    description:
      - Reports that are more than this many days old are removed from the archive. V(0) retains all.
      - A report is retained if there is any other file beside its own, such as a signature.
    type: float
    default: 0
  mode:
    description: Mode of the files, as an octal number in quotes.
    type: raw
    default: "0640"
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
  - module: printops.infoprint.mail_report
  - plugin: printops.infoprint.fleet_report
    plugin_type: callback
"""

EXAMPLES = r"""
- name: Archive the report of last night, for two years
  printops.infoprint.archive_report:
    directory: fleet-report
    archive: /srv/print-reports
    keep_days: 730
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
path:
  description: The directory that holds the report in the archive.
  returned: always
  type: str
  sample: /srv/print-reports/2026-11-24T081500Z
files:
  description: The names of the archived files, without C(SHA256SUMS).
  returned: always
  type: list
  elements: str
  sample: [index.html, junit.xml, report.csv, report.json, sendmemo.prom]
removed:
  description: The directories of old reports that were removed.
  returned: always
  type: list
  elements: str
  sample: [/srv/print-reports/2024-11-23T081500Z]
msg:
  description: Where the report is, and whether it was there already.
  returned: always
  type: str
  sample: '/srv/print-reports/2026-11-24T081500Z: archived'
"""
