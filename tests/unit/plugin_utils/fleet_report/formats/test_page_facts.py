# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the page's details and a ticket say of a server."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.page_cells import Subject
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.page_facts import facts, since
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.model import Change, Comparison
from support import fleet


def facts_of(module: str, entry: dict[str, t.Any], comparison: Comparison | None = None) -> list[tuple[str, str]]:
    """Return the labels and texts of a server after one result."""
    report = fleet.report([fleet.Result('print1', module, 'ok', {'servers': [entry]})])
    found = facts(Subject(report, report.hosts[0], report.hosts[0].servers[0]), since(comparison), lambda what: 7)
    assert {fact.ending for fact in found} <= {None, 7}
    return [(fact.label, f'{fact.text} {fact.more}'.strip()) for fact in found]


def test_a_failure_has_its_cause_its_remedy_and_where_it_is() -> None:
    assert facts_of('send_memo', fleet.sent('spl1', ok=False))[:4] == [
        ('State', 'failing: a send, a check or a task failed'),
        ('Error', 'The certificate of CN=mail.example.com expired on 2026-11-21 08:15 UTC, 3 days ago. [expired]'),
        ('Remedy', "Have the mail server's administrators replace the certificate."),
        ('Where', 'stage certificate'),
    ]


def test_drift_names_the_file() -> None:
    found = facts_of('sendmemo_config', fleet.configured('spl1', drift=True))
    assert ('Differs', 'EnableTLS changed (was 0, declared 1), in /var/pd/spl1/sendmemo-ssl.cfg') in found


def test_what_expires_says_what_it_is_whose_and_when() -> None:
    found = dict(facts_of('send_memo', fleet.sent('spl1', trust=fleet.trust(-3))))
    assert found['CA'] == 'CN=Example Mail CA,O=Example expired 3 days ago, 2026-11-21; mail-ca.pem'
    assert found['Certificate'] == 'CN=mail.example.com expires in 61 days, 2027-01-24; by CN=Example Mail CA,O=Example'


SINCE = {
    'broken since the report before': ('new', 'proven', 'after 2026-11-23 08:15 UTC, when it was proven'),
    'not in the report before': ('new', '', 'after 2026-11-23 08:15 UTC, when it was not in the report'),
    'still broken': ('still', 'failing', 'before 2026-11-23 08:15 UTC'),
    'not known to be fixed': ('unknown', 'failing', 'before 2026-11-23 08:15 UTC'),
    'fixed': ('fixed', 'failing', None),
}


@pytest.mark.parametrize('name', SINCE)
def test_since_when_a_server_needs_attention(name: str) -> None:
    part, before, expected = SINCE[name]
    comparison = Comparison(fleet.moment(-1), [], [], [], [])
    getattr(comparison, part).append(Change('print1', 'spl1', before, 'failing'))
    assert dict(facts_of('send_memo', fleet.sent('spl1'), comparison)).get('Since') == expected


@pytest.mark.parametrize(
    ('policy', 'text'),
    [
        pytest.param({'profile': fleet.PROFILE}, f'as observed: {fleet.PROFILE}', id='a profile'),
        pytest.param({'profile': None}, 'assumed to do what its manual does not say: no profile was given', id='none'),
        pytest.param(None, None, id='not known'),
    ],
)
def test_whether_a_proof_follows_the_mailer(policy: dict[str, t.Any] | None, text: str | None) -> None:
    assert dict(facts_of('send_memo', fleet.sent('spl1', policy=policy))).get('Mailer') == text
