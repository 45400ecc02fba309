# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verdict over what a target answers: ok only what is proven, and one line that says it."""

from __future__ import annotations

import base64
import datetime as dt
import time
import typing as t

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.profile import Profile
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.send import Sent, report, terms_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.send_answer import read_result
from support import pki

NOW = int(dt.datetime.now(dt.timezone.utc).timestamp())
CA = pki.Authority('Mail CA')
GOOD = CA.issue(['mail.example.com'], not_after=pki.days_from_now(61.5))
EXPIRED = CA.issue(['other.example.com'], not_after=pki.days_from_now(-3.5))
TERMS: dict[str, t.Any] = {'warn_days': 30, 'crl_check': 'leaf', 'observed': None, 'policy': {'profile': None}}


def der(identity: pki.Identity | pki.Authority) -> str:
    return base64.b64encode(identity.certificate.public_bytes(Encoding.DER)).decode('ascii')


def entry(**changes: t.Any) -> dict[str, t.Any]:
    """What a target answers for a mail that was sent; a None leaves a field out."""
    fields = {
        'name': 'spl1',
        'working_dir': '/var/pd/spl1',
        'until': 'sent',
        'host': 'mail.example.com',
        'port': 587,
        'mode': 'starttls',
        'reached': True,
        'attempts': 1,
        'problems': [],
        'ignored': [],
        'trusted': '/etc/mail-ca.pem',
        'chain': [der(GOOD)],
        'tls': {'mode': 'starttls', 'version': 'TLSv1.3', 'cipher': 'TLS_AES_256_GCM_SHA384', 'bits': 256},
        'ehlo': {'name': 'print1.example.com', 'features': ['SIZE 1000']},
        'reply': {'code': 250, 'text': '2.0.0 Ok: queued as 4A3B', 'queue_id': '4A3B'},
        'message_id': '<x@y>',
        'timings_ms': {'resolve': 1, 'total': 5},
        'checks_name': True,
        'ignores_errors': False,
        **changes,
    }
    return {key: value for key, value in fields.items() if value is not None}


def reported(until: str = 'sent', warn_days: int = 30, answer: dict[str, t.Any] | None = None, **changes: t.Any) -> Sent:
    known = AnswerObject({'now': NOW, 'trust': {}, **(answer or {})})
    return report(
        read_result(AnswerObject(entry(until=until, **changes)), until), known, terms_of(known, {**TERMS, 'warn_days': warn_days})
    )


def test_a_mail_that_was_sent_is_ok_and_has_its_line() -> None:
    sent = reported()
    assert sent.entry['ok'] is True
    assert sent.problems == []
    assert sent.line == (
        'spl1 -> mail.example.com:587 STARTTLS TLSv1.3 TLS_AES_256_GCM_SHA384, certificate 61 days left, queued as 4A3B'
    )
    assert sent.entry['certificate']['days_left'] == 61
    assert set(sent.entry) == {
        'name',
        'working_dir',
        'ok',
        'until',
        'problems',
        'ignored',
        'policy',
        'tls',
        'certificate',
        'chain',
        'ehlo',
        'reply',
        'message_id',
        'timings_ms',
        'trusted',
        'attempts',
        'smtp_host',
        'smtp_port',
    }


@pytest.mark.parametrize(
    'until, changes, words',
    [
        ('sent', {'owner': 'ipm1', 'proven_as': 'ipm1'}, ''),
        ('sent', {'owner': 'ipm1', 'proven_as': 'printops'}, '; sent with the rights of printops, not of the owner ipm1'),
        ('envelope', {'owner': '1001', 'proven_as': 'printops'}, '; tried with the rights of printops, not of the owner 1001'),
        (
            'sent',
            {'owner': 'ipm1', 'proven_as': 'printops', 'reached': False},
            '; tried with the rights of printops, not of the owner ipm1',
        ),
    ],
    ids=['those of the owner', 'others', 'others, without a mail', 'others, and it failed'],
)
def test_the_line_says_whose_rights_were_used_where_they_are_not_the_owner_s(
    until: str, changes: dict[str, t.Any], words: str
) -> None:
    sent = reported(until, **changes)
    assert (sent.entry['owner'], sent.entry['proven_as']) == (changes['owner'], changes['proven_as'])
    assert ('rights' in sent.line) is bool(words)
    assert sent.line.endswith(words)


UNPROVEN: dict[str, dict[str, t.Any]] = {
    'not reached': {'reached': False},
    'no word whether reached': {'reached': None},
    'no TLS': {'tls': None},
    'no version of TLS': {'tls': {'mode': 'starttls'}},
    'no cipher': {'tls': {'mode': 'starttls', 'version': 'TLSv1.3'}},
    'nothing of TLS in plaintext': {'mode': 'disabled', 'tls': {}},
    'no mode': {'mode': None, 'tls': None},
    'no reply': {'reply': None},
    'a refusal as reply': {'reply': {'code': 550, 'text': 'no', 'queue_id': ''}},
    'an error': {'problems': [{'code': 'recipient_refused', 'message': 'no', 'stage': 'envelope', 'severity': 'error'}]},
    'an error without a severity': {'problems': [{'code': 'recipient_refused', 'message': 'no'}]},
}


@pytest.mark.parametrize('name', UNPROVEN)
def test_what_is_not_proven_is_not_ok_and_has_an_error(name: str) -> None:
    sent = reported(**UNPROVEN[name])
    assert sent.entry['ok'] is False
    assert any(problem.is_error for problem in sent.problems)
    assert 'FAILED' in sent.line


def test_what_is_missing_of_a_proof_is_named() -> None:
    sent = reported(tls={'version': 'TLSv1.3'})
    assert [(problem.code, problem.message) for problem in sent.problems] == [
        ('program_failed', 'The answer reports a successful send without its TLS cipher, so the send is not verified.')
    ]


GARBAGE = base64.b64encode(b'\x30\x03\x02\x01\x05').decode('ascii')


@pytest.mark.parametrize(
    ('warn_days', 'chain'),
    [(10**12, [der(GOOD)]), (30, [GARBAGE]), (30, [GARBAGE, der(CA)])],
    ids=['days beyond the calendar', 'an unreadable certificate', 'an unreadable certificate before a CA'],
)
def test_what_can_not_be_checked_revokes_no_proof(warn_days: int, chain: list[str]) -> None:
    sent = reported(warn_days=warn_days, chain=chain)
    assert sent.entry['ok'] is True
    assert [(problem.code, problem.is_error, problem.server) for problem in sent.problems] == [
        ('analysis_incomplete', False, 'spl1')
    ]
    assert sent.line.endswith('queued as 4A3B; also: analysis_incomplete')


@pytest.mark.parametrize(
    ('chain', 'trust'),
    [([GARBAGE], [der(CA)]), ([der(EXPIRED), GARBAGE], [der(CA)]), ([der(EXPIRED)], [der(CA), GARBAGE])],
    ids=['the certificate', 'one of the chain', 'one of the CAs'],
)
def test_what_can_not_be_checked_hides_no_cause(chain: list[str], trust: list[str]) -> None:
    sent = reported(
        answer={'trust': {'key': {'ca': trust, 'crl': [], 'system': False}}},
        reached=False,
        tls=None,
        reply=None,
        chain=chain,
        problems=[REFUSED],
        verify={'code': 10, 'text': 'certificate has expired'},
        trust_key='key',
    )
    assert sent.entry['ok'] is False
    assert sent.problems[0].code == 'expired'
    assert sent.problems[-1].code == 'analysis_incomplete'
    assert 'FAILED (certificate)' in sent.line


@pytest.mark.parametrize(
    'changes',
    [
        {'until': 'envelope'},
        {'problems': [{'code': 'no_such_code'}]},
        {'problems': [{'code': 'expired', 'severity': 'info'}]},
        {'chain': ['not base64!']},
        {'reached': 'yes'},
        {'problems': 'none'},
        {'trust_key': 'unknown'},
    ],
    ids=[
        'another goal',
        'an unknown code',
        'a severity too low',
        'no base64',
        'reached is text',
        'problems are text',
        'an unknown trust set',
    ],
)
def test_what_our_program_never_answers_is_malformed(changes: dict[str, t.Any]) -> None:
    known = AnswerObject({'now': NOW, 'trust': {}})
    with pytest.raises(InvalidValue):
        report(read_result(AnswerObject(entry(**changes)), 'sent'), known, terms_of(known, TERMS))


def test_without_the_targets_clock_the_controllers_counts() -> None:
    assert abs(terms_of(AnswerObject({}), TERMS).now.timestamp() - time.time()) < 10


TRUST = {'trust': {'key': {'ca': [der(CA)], 'crl': [], 'system': False}}}
REFUSED = {'code': 'expired', 'severity': 'error', 'message': 'certificate has expired (OpenSSL 10)', 'stage': 'certificate'}


@pytest.mark.parametrize(
    'named, verify',
    [
        (REFUSED, {'code': 10, 'text': 'certificate has expired'}),
        ({**REFUSED, 'code': 'certificate_invalid'}, {'code': 0, 'text': 'verify failed', 'may_be': ['expired', 'crl_expired']}),
    ],
    ids=['by a number', 'without a number'],
)
def test_all_defects_of_a_refused_certificate_are_reported(named: dict[str, str], verify: dict[str, t.Any]) -> None:
    sent = reported(
        answer=TRUST, reached=False, tls=None, reply=None, chain=[der(EXPIRED)], problems=[named], verify=verify, trust_key='key'
    )
    assert {problem.code for problem in sent.problems} == {'expired', 'hostname_mismatch'}
    assert all(problem.stage == 'certificate' and problem.server == 'spl1' for problem in sent.problems)
    assert sent.problems[0].code == 'expired'
    assert 'FAILED (certificate)' in sent.line
    assert 'also: ' in sent.line


def test_what_the_switch_hides_is_distinguished() -> None:
    sent = reported(
        answer=TRUST,
        chain=[der(EXPIRED)],
        ignores_errors=True,
        ignored=[REFUSED],
        trust_key='key',
        verify={'code': 10, 'text': 'certificate has expired'},
    )
    assert sent.entry['ok'] is True
    assert sent.problems == []
    assert [problem.code for problem in sent.entry['ignored']] == ['expired', 'hostname_mismatch']
    assert sent.line.endswith('certificate expired 3 days ago, queued as 4A3B, ignored: expired, hostname_mismatch')


def test_a_certificate_that_ends_soon_is_a_warning() -> None:
    sent = reported(warn_days=90)
    assert sent.entry['ok'] is True
    assert [problem.code for problem in sent.problems] == ['certificate_expires_soon']
    assert sent.line.endswith('; also: certificate_expires_soon')


@pytest.mark.parametrize(
    'until, changes, line',
    [
        ('envelope', {'reply': None}, 'certificate 61 days left, sender and recipients accepted, no mail sent'),
        ('handshake', {'reply': None}, 'certificate 61 days left, stopped after the handshake as requested, no mail sent'),
        ('sent', {'mode': 'disabled', 'tls': None, 'chain': []}, 'spl1 -> mail.example.com:587 plaintext, queued as 4A3B'),
        ('sent', {'reply': {'code': 250, 'text': 'thanks'}}, 'accepted: 250 thanks'),
        ('sent', {'reply': {'code': 250, 'text': 'two\nlines'}}, 'accepted: 250 two lines'),
    ],
    ids=['envelope', 'handshake', 'plaintext', 'a reply without a queue id', 'a reply of two lines'],
)
def test_the_line_says_how_far_it_went(until: str, changes: dict[str, t.Any], line: str) -> None:
    sent = reported(until, **changes)
    assert sent.entry['ok'] is True
    assert line in sent.line
    assert '\n' not in sent.line


def test_a_server_without_a_mail_server_has_its_line() -> None:
    sent = reported(
        host=None,
        port=None,
        mode=None,
        reached=False,
        tls=None,
        reply=None,
        chain=None,
        problems=[{'code': 'smtp_server_unknown', 'message': 'No mail server is known.'}],
    )
    assert sent.line.startswith('spl1 -> unknown:unknown FAILED: No mail server is known. [smtp_server_unknown] Set')


@pytest.mark.parametrize(
    ('trusted', 'tail'),
    [
        ('/etc/mail-ca.pem', 'queued as 4A3B'),
        ("the system's own CA certificates", "verified against the system's own CA certificates, queued as 4A3B"),
    ],
    ids=['a file', 'the system'],
)
def test_what_was_trusted_is_reported_where_the_configuration_does_not_say_it(trusted: str, tail: str) -> None:
    sent = reported(trusted=trusted)
    assert sent.entry['trusted'] == trusted
    assert sent.entry['attempts'] == 1
    assert sent.line.endswith(f'days left, {tail}')
    assert 'verified' not in reported(trusted=trusted, ignores_errors=True).line


PORTS = [
    ('starttls', 465, True),
    ('starttls', 587, False),
    ('smtps', 25, True),
    ('smtps', 465, False),
    ('disabled', 465, True),
    ('disabled', 25, False),
    (None, 465, False),
]


@pytest.mark.parametrize(
    ('mode', 'port', 'warns'), PORTS, ids=[f'{mode or "unknown mode"}, port {port}' for mode, port, _warns in PORTS]
)
def test_a_port_that_is_usual_for_another_mode_is_a_warning(mode: str | None, port: int, *, warns: bool) -> None:
    sent = reported(mode=mode, port=port, **({'tls': None} if mode in ('disabled', None) else {}))
    found = [problem for problem in sent.problems if problem.code == 'port_mismatch']
    assert bool(found) is warns
    assert not any(problem.is_error for problem in found)
    assert not found or found[0].file == '/var/pd/spl1/sendmemo-ssl.cfg'


def by_profile(readings: dict[str, str], **changes: t.Any) -> Sent:
    """Return the outcome of a proof that follows a profile."""
    known = AnswerObject({'now': NOW, 'trust': {}})
    observed = Profile('InfoPrint', '4.10', '2026-12-01', '', (), readings)
    terms = terms_of(known, {**TERMS, 'observed': observed})
    return report(read_result(AnswerObject(entry(**changes)), 'sent'), known, terms)


SMTPS_FORM = {'form': 'smtps', 'lines': 1, 'line': 1, 'keyword': 'EnableTLS'}
CR_FORM = {'form': 'carriage_return', 'lines': 3, 'line': 2, 'keyword': 'CAFile'}


@pytest.mark.parametrize(
    ('readings', 'forms', 'codes'),
    [
        pytest.param({'smtps': 'otherwise'}, [SMTPS_FORM], ['invalid_value'], id='the mailer begins TLS otherwise'),
        pytest.param({'smtps': 'at_once'}, [SMTPS_FORM], [], id='the mailer begins TLS at once'),
        pytest.param({'carriage_return': 'kept'}, [CR_FORM], ['invalid_line'], id='the mailer reads another value'),
        pytest.param({'carriage_return': 'kept'}, [], [], id='a form that is not used'),
        pytest.param({}, [SMTPS_FORM, CR_FORM], [], id='not observed'),
    ],
)
def test_a_mail_that_the_mailer_would_not_send_proves_nothing(
    readings: dict[str, str], forms: list[dict[str, t.Any]], codes: list[str]
) -> None:
    sent = by_profile(readings, forms=forms)
    assert ([problem.code for problem in sent.problems], sent.entry['ok']) == (codes, not codes)
    assert all(problem.file == '/var/pd/spl1/sendmemo-ssl.cfg' for problem in sent.problems)


def test_the_versions_that_the_mailer_speaks_are_in_the_hint() -> None:
    problems = [{'code': 'protocol_too_old', 'severity': 'error', 'message': 'x', 'hint': 'Enable it.', 'stage': 'handshake'}]
    failed = {'problems': problems, 'reached': False}
    assert reported(**failed).problems[0].hint == 'Enable it.'
    (problem,) = by_profile({'min_tls': 'TLSv1.2', 'max_tls': 'TLSv1.2'}, **failed).problems
    assert problem.hint == (
        'Enable it. By the profile, the mailer speaks nothing older than TLSv1.2, nothing newer than TLSv1.2.'
    )
