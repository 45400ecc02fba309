# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: merge_reports
short_description: Merge fleet reports into one
version_added: 1.0.0
description:
  - Reads several C(report.json) that the callback P(printops.infoprint.fleet_report#callback) wrote, such as those of slices of a
    fleet or of several days, and writes one report of them all. It works on the controller and connects to no host.
  - The result is what one report would be if all these runs had updated it, one after the other. For each server, the newest
    result on each subject counts; an unreachable host is unreachable for each of its known servers.
  - If some of the reports can't be read, such as that of a slice whose worker died, the others are merged, the verdict names
    those that are missing, and the task fails.
  - What is new, fixed and still broken is reported by comparison with the report that is replaced, or with O(compare_with).
options:
  reports:
    description:
      - The reports, each a C(report.json) or a directory that contains one. A relative path is relative to the working directory
        of the run.
    type: list
    elements: path
    required: true
  directory:
    description: The directory for the merged report. It is created if it is missing.
    type: path
    required: true
  title:
    description: The heading of the report. Without it, that of the newest report.
    type: str
    default: ''
  formats:
    description: The formats to write.
    type: list
    elements: str
    choices: [html, json, csv, junit, prometheus]
    default: [html, json, csv, junit, prometheus]
  compare_with:
    description: The report to compare with. Without it, the C(report.json) in O(directory).
    type: path
  hosts:
    description:
      - The hosts that the report is to cover. Those that are in none of the reports are listed as V(not_checked).
    type: list
    elements: str
    default: []
    version_added: 1.1.0
  mode:
    description: Mode of the files, as an octal number in quotes.
    type: raw
    default: "0640"
    version_added: 1.1.0
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
  - plugin: printops.infoprint.fleet_report
    plugin_type: callback
"""

EXAMPLES = r"""
- name: One page for the whole fleet
  printops.infoprint.merge_reports:
    reports: [reports/europe, reports/america, reports/asia]
    directory: reports/world
    title: Print servers, world
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
verdict:
  description: The fleet in one line, with how many of its hosts were checked, and which reports are missing.
  returned: when at least one report can be read
  type: str
  sample: '2 of 61 servers need attention: 1 failing, 1 drifted. 30 of 30 hosts were checked.'
states:
  description: The number of servers in each state.
  returned: when at least one report can be read
  type: dict
  sample: {failing: 1, unreachable: 0, drifted: 1, hidden: 0, not_checked: 0, configured: 0, tested: 0, proven: 59}
files:
  description: The files of the report.
  returned: when at least one report can be read
  type: list
  elements: str
  sample: [reports/world/index.html, reports/world/report.json]
msg:
  description: The verdict, and what has changed since the previous report.
  returned: always
  type: str
  sample: |-
    2 of 61 servers need attention: 1 failing, 1 drifted. 30 of 30 hosts were checked.
    since 2026-11-23 08:15 UTC: 1 new, 3 fixed, 1 still broken
"""
