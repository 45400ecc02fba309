# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the RETURN of several modules has in common, or has from the vocabulary, by the name of the part."""

from __future__ import annotations

import typing as t

from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import FILE_KEYWORDS
from ansible_collections.printops.infoprint.plugins.module_utils.messages.change import ATTRIBUTES, DRIFT_KINDS, TEXT
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.vocabulary import (
    DISABLED,
    ENVELOPE,
    GOALS,
    SENT,
    SEVERITIES,
    STAGES,
    TIMINGS,
    TLS_MODES,
)

Facts = dict[str, t.Any]

OF_EVERY_PROBLEM = ('code', 'severity', 'message', 'hint')
SHORT = 100  # characters, that fit in one line
SAMPLE_TIMINGS = (2, 1, 3, 1, 1, 12, 4, 9, 35)  # milliseconds, of TIMINGS


def _words(values: t.Sequence[str], between: str, markup: str = 'V', notes: t.Mapping[str, str] | None = None) -> str:
    """Return values as an enumeration, the last one after `between`; a note follows its value."""
    known = notes or {}
    marked = [f'{markup}({value}){f" ({known[value]})" if value in known else ""}' for value in values]
    return f' {between} '.join(filter(None, [', '.join(marked[:-1]), marked[-1]]))


def _value(description: str, returned: str = 'always', type_: str = 'str', **more: t.Any) -> Facts:
    text = description if len(description) < SHORT else [description]
    return {'description': text, 'type': type_, 'returned': returned, **more}


OF_TRUST: Facts = {
    'keyword': _value(f'{_words(FILE_KEYWORDS, "or")}.'),
    'file': _value('The file that contains it.'),
    'name': _value('Subject of the CA, or issuer of the CRL.'),
    'not_after': _value('When the CA expires, or the CRL is to be replaced (nextUpdate), UTC.'),
    'days_left': _value('Whole days until then, negative if it has passed.', type_='int'),
    'this_update': _value('When the CRL was made (thisUpdate), UTC.', 'for a CRL'),
    'number': _value('Number of the CRL.', 'for a CRL that has one', 'int'),
    'refresh_due': _value('Whether less than a third of the time between the two is left.', 'for a CRL', 'bool'),
}
PARTS: dict[str, Facts] = {
    'servers': {
        'description': 'One entry per server, in the order of O(servers), or by name if they were discovered.',
        'returned': 'when the host was reached',
        'type': 'list',
        'elements': 'dict',
    },
    'refused': {
        'description': 'Whether the options were refused on the controller: nothing was done on the host.',
        'returned': 'when they were',
        'type': 'bool',
        'sample': True,
    },
    'name': {'name': _value('Name of the server.', sample='spl1')},
    'working_dir': {'working_dir': _value('Its working directory.', sample='/var/pd/spl1')},
    'problems of a server': {
        'problems': _value('The problems of this server.', type_='list', elements='dict', sample=[]),
    },
    'proofs': {
        'description': [
            (
                'The mails that mail servers accepted, for O(printops.infoprint.confirm_delivery#module:proofs). The lists of '
                'many hosts are joined for it.'
            ),
        ],
        'returned': 'when servers were verified',
        'type': 'list',
        'elements': 'dict',
        'version_added': '1.1.0',
    },
    'problems': {
        'description': [
            (
                f'All problems, in one list. Each has a C(code), a C(severity) ({_words(SEVERITIES, "or")}), a C(message) that '
                'describes what was observed and a C(hint) that says what to do; where they apply, also '
                f'{_words([field for field in Problem._fields if field not in OF_EVERY_PROBLEM], "and", "C")}.'
            ),
            f'The stages are {_words(STAGES, "and")}.',
        ],
        'returned': 'always',
        'type': 'list',
        'elements': 'dict',
    },
    'msg of a change': {
        'description': 'One line per server, then the problems.',
        'returned': 'always',
        'type': 'str',
    },
    'entries of drift': {
        'contains': {
            'file': _value(f'Path of the file, or C({ATTRIBUTES}).'),
            'keyword': _value('The keyword or attribute that differs.', 'for a keyword or an attribute'),
            'kind': _value(f'{_words(DRIFT_KINDS, "or", notes={TEXT: "a comment or blank, or a file that was not read"})}.'),
            'before': _value('The value before, as the file writes it.', 'when there was a value'),
            'after': _value('The value after, as the file writes it.', 'when there is a value'),
        },
    },
    'entries of trust': {
        'contains': OF_TRUST,
    },
    'entries of trust, with fetched CRLs': {
        'contains': {
            **OF_TRUST,
            'source': _value('Address that the CRL was fetched from, without credentials.', 'for a CRL of O(crl_url)'),
            'fetched': _value('When that address last answered with it, UTC.', 'when that is known'),
            'fetch_age': _value('Seconds since then.', 'when that is known', 'int'),
        },
    },
    'until': {
        'until': _value(
            f'How far the send was to go, {_words(GOALS, "or")}. In check mode V({ENVELOPE}) instead of O(until={SENT}).',
            sample=SENT,
        ),
    },
    'what tls has': {
        'contains': {
            'mode': _value(f'{_words([mode.in_report for mode in TLS_MODES if mode is not DISABLED], "or")}.'),
            'version': _value('Version of TLS.'),
            'cipher': _value('Name of the cipher.'),
            'bits': _value('Bits of its key.', type_='int'),
        },
    },
    'timings_ms': {
        'timings_ms': _value(
            f'Milliseconds that each stage took, and all together: {_words(TIMINGS, "and")}. '
            'Stages that were not reached are left out.',
            'when a send was attempted',
            'dict',
            sample=dict(zip(TIMINGS, SAMPLE_TIMINGS, strict=True)),
        ),
    },
}
