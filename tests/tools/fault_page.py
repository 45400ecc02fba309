# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The page docs/reference/send-faults.md: what send_memo reported for every fault of the table on each Python."""

from __future__ import annotations

import collections
import typing as t
from collections.abc import Iterator
from pathlib import Path

if t.TYPE_CHECKING:
    from support.fault_run import Outcome
    from support.fault_table import Fault

PAGE = Path(__file__).resolve().parents[2] / 'docs' / 'reference' / 'send-faults.md'
WRITE = 'INFOPRINT_WRITE_PAGE'  # set, the test writes the page in place of comparing it
HEAD = """<!-- Written by a run of tests/integration/test_send_faults.py: `make faults`. -->
# Send faults and what is reported

Each row is a scripted mail server with one fault, over real connections and real TLS, and an InfoPrint server that sends to it,
run by `ansible-playbook` with four Python versions on the target. *Expected* is the correct result; the other columns are what
`send_memo` reported.

A wrong "ok" would be the worst error, a wrong cause the second worst; refusing a correct mail server is an error too. Of the
{all} rows, {faults} have a fault and {good} have none.

## Expected and reported

Every problem that was expected or reported, counted per Python. A row whose first two cells differ is an error; there {are}.

"""
ROWS = """
## All rows

*=* means exactly as expected: the problems, their stage, the verdict, the warnings, what the switches that ignore errors hide,
and the number of delivered mails. Of several problems the first is the one that OpenSSL names; Python 3.6 checks the host name
after the handshake, so there a mismatch comes last. "dot" is the end of a mail; "retried" means two retries, "slow" is cut off by
the timeout.
"""


def confusion(faults: t.Sequence[Fault], runs: t.Mapping[str, t.Mapping[str, Outcome]]) -> list[str]:
    """Return the table of expected and reported problems, as lines of Markdown."""
    counts = {
        python: collections.Counter(pair for fault in faults for pair in _pairs(fault.codes, outcomes[fault.name].codes))
        for python, outcomes in runs.items()
    }
    every = dict.fromkeys(pair for of_python in counts.values() for pair in of_python)
    lines = [f'| expected | reported | {" | ".join(runs)} |', '|---|---|' + '--:|' * len(runs)]
    return lines + [
        f'| {one} | {other} | {" | ".join(str(counts[python][one, other]) for python in runs)} |'
        for one, other in sorted(every, key=lambda pair: (pair[0] == pair[1] != 'ok', pair[0] == pair[1], pair))
    ]


def _pairs(expected: t.Sequence[str], got: t.Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the codes that are in both, each with itself, and the rest with what there is in its place."""
    rest, other = list(expected), list(got)
    for code in expected:
        if code in other:
            rest.remove(code)
            other.remove(code)
            yield f'`{code}`', f'`{code}`'
    if not expected and not got:
        yield 'ok', 'ok'
    for place in range(max(len(rest), len(other))):
        pair = [f'`{found[place]}`' if place < len(found) else 'nothing' for found in (rest, other)]
        yield pair[0], pair[1]


def page(sections: t.Mapping[str, t.Sequence[Fault]], runs: t.Mapping[str, t.Mapping[str, Outcome]]) -> str:
    """Return the page. In: the table by headings, and by Python and fault the outcome."""
    faults = [fault for section in sections.values() for fault in section]
    table = confusion(faults, runs)
    wrong = sum(line.split('|')[1] != line.split('|')[2] for line in table[2:])
    bad = sum(bool(fault.expect) for fault in faults)
    lines = [
        HEAD.format(faults=bad, all=len(faults), good=len(faults) - bad, are=f'are {wrong}' if wrong else 'is none'),
        *(f'{line}\n' for line in table),
        ROWS,
    ]
    for heading, section in sections.items():
        lines.append(f'\n### {heading}\n\n| mail server | expected | {" | ".join(runs)} |\n|---|---|{"---|" * len(runs)}\n')
        for fault in section:
            expected = fault.page_cell
            cells = [
                '=' if not outcomes[fault.name].differences(fault, python) else outcomes[fault.name].page_cell()
                for python, outcomes in runs.items()
            ]
            lines.append(f'| {fault.name} | {expected} | {" | ".join(cells)} |\n')
    return ''.join(lines)


def rows(text: str) -> dict[str, str]:
    """Return the faults of a page and what is expected of each."""
    cells = [line.split(' | ') for line in text.partition('## All rows')[2].splitlines() if line.startswith('| ')]
    return {row[0][2:]: row[1] for row in cells if row[0] != '| mail server'}
