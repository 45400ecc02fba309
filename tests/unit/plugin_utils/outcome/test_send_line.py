# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One server's line of a send: what worked, or the first error with its remedy, and whose rights were used."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.send import FinalReply, SendResult, TlsSession
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.send_line import GOALS, line

RESULT = SendResult(
    'spl1',
    '/var/pd/spl1',
    'sent',
    'mail.example.com',
    587,
    True,
    mode='starttls',
    tls=TlsSession('starttls', 'TLSv1.3', 'AES256', 256),
    trusted='/etc/ca.pem',
    reply=FinalReply(250, '2.0.0 Ok: queued as 4A3B', '4A3B'),
)
FAILED = 'spl1 -> mail.example.com:587 STARTTLS FAILED (certificate): It expired. [expired] Renew it.'
HEAD = 'spl1 -> mail.example.com:587 STARTTLS TLSv1.3 AES256'
ERROR = Problem('expired', 'It expired.', 'Renew it.', stage='certificate')
OTHER = Problem('hostname_mismatch', 'Another name.', 'Correct it.', stage='certificate')
WARNING = Problem('port_mismatch', 'EnableTLS is 1.')


def of(
    result: SendResult = RESULT,
    *,
    days: int | None = None,
    ignored: t.Sequence[Problem] = (),
    problems: t.Sequence[Problem] = (),
    **changes: t.Any,
) -> str:
    """Return the line of a result with changes."""
    result = result._replace(**changes)
    entry: dict[str, t.Any] = {'ok': result.reached and not any(problem.is_error for problem in problems), 'ignored': ignored}
    if result.tls is not None:
        entry['tls'] = result.tls._asdict()
    if days is not None:
        entry['certificate'] = {'days_left': days}
    return line(result, entry, problems)


SUCCESSES: dict[str, tuple[dict[str, t.Any], str]] = {
    'sent': ({}, f'{HEAD}, queued as 4A3B'),
    'without a queue id': ({'reply': FinalReply(250, 'fine', '')}, f'{HEAD}, accepted: 250 fine'),
    'as far as the handshake': (
        {'until': 'handshake', 'reply': None},
        f'{HEAD}, {GOALS["handshake"]}',
    ),
    'as far as the envelope': ({'until': 'envelope'}, f'{HEAD}, {GOALS["envelope"]}'),
    'a certificate': ({'days': 30}, f'{HEAD}, certificate 30 days left, queued as 4A3B'),
    'a certificate that expires today': ({'days': 0}, f'{HEAD}, certificate 0 days left, queued as 4A3B'),
    'an expired certificate': ({'days': -3}, f'{HEAD}, certificate expired 3 days ago, queued as 4A3B'),
    "the system's CAs": ({'trusted': "the system's CAs"}, f"{HEAD}, verified against the system's CAs, queued as 4A3B"),
    'errors ignored': ({'trusted': "the system's CAs", 'ignores_errors': True}, f'{HEAD}, queued as 4A3B'),
    'one ignored': ({'ignored': [ERROR]}, f'{HEAD}, queued as 4A3B, ignored: expired'),
    'several ignored': ({'ignored': [ERROR, OTHER]}, f'{HEAD}, queued as 4A3B, ignored: expired, hostname_mismatch'),
    'a warning': ({'problems': [WARNING]}, f'{HEAD}, queued as 4A3B; also: port_mismatch'),
    'plaintext': ({'mode': 'disabled', 'tls': None}, 'spl1 -> mail.example.com:587 plaintext, queued as 4A3B'),
    'plaintext and a certificate': (
        {'mode': 'disabled', 'tls': None, 'days': 3},
        'spl1 -> mail.example.com:587 plaintext, queued as 4A3B',
    ),
}


@pytest.mark.parametrize('case', SUCCESSES)
def test_a_success_says_what_worked(case: str) -> None:
    changes, expected = SUCCESSES[case]
    assert of(**changes) == expected


FAILURES: dict[str, tuple[dict[str, t.Any], str]] = {
    'an error': ({}, FAILED),
    'no stage': (
        {'problems': [ERROR._replace(stage=None)]},
        'spl1 -> mail.example.com:587 STARTTLS FAILED: It expired. [expired] Renew it.',
    ),
    'nothing known of the mail server': (
        {'host': None, 'port': None, 'mode': None},
        'spl1 -> unknown:unknown FAILED (certificate): It expired. [expired] Renew it.',
    ),
    'an unknown mode': ({'mode': 'often'}, 'spl1 -> mail.example.com:587 FAILED (certificate): It expired. [expired] Renew it.'),
    'several': (
        {'problems': [WARNING, ERROR, OTHER]},
        f'{FAILED}; also: hostname_mismatch, port_mismatch',
    ),
    'line breaks': (
        {'problems': [ERROR._replace(message='one\ntwo')]},
        'spl1 -> mail.example.com:587 STARTTLS FAILED (certificate): one two [expired] Renew it.',
    ),
}


@pytest.mark.parametrize('case', FAILURES)
def test_a_failure_names_the_first_error_and_its_remedy(case: str) -> None:
    changes, expected = FAILURES[case]
    assert of(**{'reached': False, 'problems': [ERROR], **changes}) == expected


RIGHTS: dict[str, tuple[dict[str, t.Any], str]] = {
    'the owner': ({'owner': 'printer', 'proven_as': 'printer'}, ''),
    'another who sent': ({'owner': 'printer', 'proven_as': 'root'}, '; sent with the rights of root, not of the owner printer'),
    'another who sent no mail': (
        {'owner': 'printer', 'proven_as': 'root', 'until': 'handshake'},
        '; tried with the rights of root, not of the owner printer',
    ),
    'another who failed': (
        {'owner': 'printer', 'proven_as': 'root', 'problems': [ERROR]},
        '; tried with the rights of root, not of the owner printer',
    ),
    'owner not known': ({'owner': None, 'proven_as': 'root'}, ''),
    'rights not known': ({'owner': 'printer', 'proven_as': None}, ''),
}


@pytest.mark.parametrize('case', RIGHTS)
def test_whose_rights_were_used_is_said_where_they_were_not_the_owner_s(case: str) -> None:
    changes, expected = RIGHTS[case]
    assert of(**changes).partition(';')[2] == expected[1:]
