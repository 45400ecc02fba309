# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A mailbox is described once and completely, and is the same for all hosts of a play."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.options.mailbox import check_mailbox, mailbox_name
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.role import (
    check_confirmation,
    check_variables,
    mailbox_of,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import ArgumentError

IMAP = {'imap_host': 'imap.example.com', 'imap_username': 'proofs', 'imap_password': 'secret'}
MAILDIR = {'maildir': '/var/mail/proofs'}

ACCEPTED = {
    'IMAP': IMAP,
    'IMAP with all that it has': {**IMAP, 'imap_port': 143, 'imap_tls': 'starttls', 'imap_ca_src': 'ca.pem', 'folder': 'Proofs'},
    'IMAP, and no Maildir': {**IMAP, 'maildir': None},
    'a Maildir': MAILDIR,
    'a Maildir, and no IMAP': {**MAILDIR, 'imap_host': None, 'imap_username': None, 'imap_password': None},
    'a Maildir, and what only IMAP has': {**MAILDIR, 'imap_port': 993, 'folder': 'INBOX', 'imap_username': 'proofs'},
}


@pytest.mark.parametrize('options', ACCEPTED.values(), ids=ACCEPTED)
def test_one_mailbox_is_enough(options: dict[str, t.Any]) -> None:
    check_mailbox(options)


def without(name: str) -> dict[str, t.Any]:
    return {option: value for option, value in IMAP.items() if option != name}


NONE = 'no mailbox is given: set imap_host with imap_username and imap_password, or maildir'
REFUSED = {
    'nothing': ({}, NONE),
    'nothing but null': ({'imap_host': None, 'maildir': None}, NONE),
    'nothing but empty texts': ({'imap_host': '', 'maildir': ''}, NONE),
    'a user of nowhere': (without('imap_host'), NONE),
    'two': ({**IMAP, **MAILDIR}, 'imap_host and maildir exclude each other: give one of them'),
    'no user': (without('imap_username'), 'imap_username is missing: imap_host needs it'),
    'no password': (without('imap_password'), 'imap_password is missing: imap_host needs it'),
    'an empty user': ({**IMAP, 'imap_username': ''}, 'imap_username is missing: imap_host needs it'),
    'an empty password': ({**IMAP, 'imap_password': ''}, 'imap_password is missing: imap_host needs it'),
}


@pytest.mark.parametrize(('options', 'message'), REFUSED.values(), ids=REFUSED)
def test_what_is_no_mailbox_or_two_is_refused_by_the_names_of_options(options: dict[str, t.Any], message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        check_mailbox(options)
    assert str(error.value) == message


NAMES = {
    'a Maildir': (MAILDIR, '/var/mail/proofs'),
    'a Maildir beside defaults': ({**MAILDIR, 'folder': 'INBOX', 'imap_host': None}, '/var/mail/proofs'),
    'IMAP': (IMAP, 'INBOX of proofs at imap.example.com:993'),
    'IMAP with all that it has': (
        {**IMAP, 'folder': 'Proofs', 'imap_port': 143, 'maildir': None},
        'Proofs of proofs at imap.example.com:143',
    ),
}


@pytest.mark.parametrize(('options', 'name'), NAMES.values(), ids=NAMES)
def test_a_mailbox_has_a_name_without_a_secret(options: dict[str, t.Any], name: str) -> None:
    assert mailbox_name(options) == name


# What the role's defaults make of a host that sets nothing, as far as the checks depend on it.
DEFAULTS = {'base_dir': '/var/pd', 'servers': [], 'verify': 'sent', 'try_before_commit': 'handshake'}
RECIPIENTS = {'verify_recipients': ['proofs@example.com']}


def variables(**options: t.Any) -> dict[str, t.Any]:
    """Return the variables that set these options of the mailbox."""
    return {f'confirm_{name}': value for name, value in options.items()}


def refusal(entry_point: str, **given: t.Any) -> str:
    """Return the message of a refusal, '' for none."""
    try:
        check_variables({**DEFAULTS, **RECIPIENTS, **given}, entry_point)
    except ArgumentError as error:
        return str(error)
    return ''


OF_VARIABLES = {
    'none': (
        {},
        'set sendmemo_tls_confirm_imap_host with sendmemo_tls_confirm_imap_username and sendmemo_tls_confirm_imap_password, or',
    ),
    'two': (variables(**IMAP, **MAILDIR), 'sendmemo_tls_confirm_imap_host and sendmemo_tls_confirm_maildir exclude each other'),
    'no password': (variables(**without('imap_password')), 'sendmemo_tls_confirm_imap_password is missing'),
    'a relative path': (variables(maildir='Maildir'), "sendmemo_tls_confirm_maildir is 'Maildir': give an absolute path"),
    'no time': (variables(**MAILDIR, timeout=0), 'sendmemo_tls_confirm_timeout is 0'),
    'more than a day for late': (variables(**MAILDIR, late_after=86_401), 'sendmemo_tls_confirm_late_after is 86401'),
    'a port that there is not': (variables(**IMAP, imap_port=65_536), 'sendmemo_tls_confirm_imap_port is 65536'),
    'a kind of TLS that there is not': (variables(**IMAP, imap_tls='none'), 'sendmemo_tls_confirm_imap_tls must be one of'),
    'an option of the module alone': (variables(**MAILDIR, proofs=[]), 'sendmemo_tls_confirm_proofs is not a variable'),
}


@pytest.mark.parametrize(('given', 'message'), OF_VARIABLES.values(), ids=OF_VARIABLES)
@pytest.mark.parametrize('entry_point', ['main', 'verify'])
def test_a_host_that_confirms_has_one_mailbox(entry_point: str, given: dict[str, t.Any], message: str) -> None:
    assert message in refusal(entry_point, confirm=True, **given)


@pytest.mark.parametrize('entry_point', ['audit', 'rollback'])
def test_where_no_mail_is_sent_no_mailbox_is_needed(entry_point: str) -> None:
    assert refusal(entry_point, confirm=True) == ''


def test_a_host_that_does_not_confirm_needs_no_mailbox() -> None:
    assert refusal('main', confirm=False) == refusal('main') == refusal('main', confirm=True, **variables(**IMAP)) == ''


@pytest.mark.parametrize('password', ['sec\nret', 'secret\x00', '\x1bsecret', 'sec\u2028ret'], ids='{!a}'.format)
def test_a_password_with_a_control_character_is_refused_and_not_shown(password: str) -> None:
    said = refusal('main', confirm=True, **variables(**{**IMAP, 'imap_password': password}))
    assert 'sendmemo_tls_confirm_imap_password holds the control character' in said
    assert 'sec' not in said.replace('sendmemo', '')


MARKED = {'mark': {'mailbox': '/var/mail/proofs', 'at': 1}, 'changed': False}
SKIPPED = {'skipped': True, 'skip_reason': 'Conditional result was False'}
OF_IMAP = {'mark': {'mailbox': mailbox_name(IMAP), 'uidvalidity': 1, 'uidnext': 1, 'at': 1}}
HERE = {'confirm': True, **variables(**MAILDIR)}

ALIKE: dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {
    'both confirm': (HERE, MARKED),
    'neither confirms': ({'confirm': False}, SKIPPED),
    'neither says so': ({}, SKIPPED),
    'neither confirms, but one has a mailbox': (variables(**MAILDIR), SKIPPED),
    'a mailbox that gave no answer': (HERE, {'mark': None, 'problems': []}),
    'check mode': (HERE, {'mark': None, 'msg': 'check mode: the mailbox is not opened'}),
    'IMAP': ({'confirm': True, **variables(**IMAP)}, OF_IMAP),
    'IMAP, with the port in a text': ({'confirm': True, **variables(**IMAP, imap_port='993', folder='INBOX')}, OF_IMAP),
    'IMAP, with another password': ({'confirm': True, **variables(**{**IMAP, 'imap_password': 'other'})}, OF_IMAP),
}


@pytest.mark.parametrize(('given', 'marked'), ALIKE.values(), ids=ALIKE)
def test_hosts_that_are_alike_are_confirmed_together(given: dict[str, t.Any], marked: dict[str, t.Any]) -> None:
    check_confirmation(given, marked)


TOGETHER = 'mails of a play are confirmed together, so set it for all of its hosts or for none'
DIFFERENT: dict[str, tuple[dict[str, t.Any], dict[str, t.Any], list[str]]] = {
    'not here': ({'confirm': False}, MARKED, ['sendmemo_tls_confirm is false here and true for another host', TOGETHER]),
    'not set here': (variables(**MAILDIR), MARKED, ['sendmemo_tls_confirm is false here and true for another host', TOGETHER]),
    'here alone': (HERE, SKIPPED, ['sendmemo_tls_confirm is true here and false for another host', TOGETHER]),
    'not here, and no answer': ({}, {'mark': None}, ['sendmemo_tls_confirm is false here and true for another host']),
    'another Maildir': (
        {'confirm': True, **variables(maildir='/var/mail/other')},
        MARKED,
        ['the mailbox of this host is /var/mail/other, that of another host of the play is /var/mail/proofs', '(target)'],
    ),
    'another kind': ({'confirm': True, **variables(**IMAP)}, MARKED, ['is INBOX of proofs at imap.example.com:993, that']),
    'another folder': (
        {'confirm': True, **variables(**IMAP, folder='Proofs')},
        OF_IMAP,
        ['is Proofs of proofs at imap.example.com:993, that of another host of the play is INBOX of proofs'],
    ),
    'another port': ({'confirm': True, **variables(**IMAP, imap_port=143)}, OF_IMAP, ['imap.example.com:143, that']),
    'another user': (
        {'confirm': True, **variables(**{**IMAP, 'imap_username': 'other'})},
        OF_IMAP,
        ['is INBOX of other at', 'set sendmemo_tls_confirm_* alike'],
    ),
}


@pytest.mark.parametrize(('given', 'marked', 'words'), DIFFERENT.values(), ids=DIFFERENT)
def test_a_host_that_would_not_be_confirmed_is_refused(
    given: dict[str, t.Any], marked: dict[str, t.Any], words: list[str]
) -> None:
    with pytest.raises(ArgumentError) as error:
        check_confirmation(given, marked)
    assert [word for word in words if word not in str(error.value)] == []
    assert IMAP['imap_password'] not in str(error.value)


def test_the_mailbox_of_variables_has_the_options_of_the_module() -> None:
    given = {**DEFAULTS, 'confirm': True, **variables(**IMAP, folder='Proofs', timeout=10, late_after=5, delete=True)}
    assert mailbox_of(given) == {**IMAP, 'folder': 'Proofs', 'timeout': 10, 'late_after': 5, 'delete': True}
