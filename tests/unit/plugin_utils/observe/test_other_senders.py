# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Senders that nobody here wrote, with two TLS libraries: what is observed of them is what their documentation says."""

from __future__ import annotations

import os
import pathlib
import shutil
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.laboratory import Laboratory, Patience
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.observe import Observation, chosen, observe
from support.observed import HOST, LOOPBACK, authorities, playing, public_authority
from support.other_senders import Mail, OtherSender, curl, msmtp, swaks
from support.postfix import Postfix
from support.postfix import why_not as postfix_is_missing
from support.postfix_sender import AT_A_RESTART, NEVER_AGAIN, PostfixSender

pytestmark = [pytest.mark.filterwarnings('ignore:ssl.TLSVersion:DeprecationWarning'), pytest.mark.newest_core]


def need(reason: str) -> None:
    if reason:
        (pytest.fail if os.environ.get('CI') else pytest.skip)(reason)


ALL = {
    'unknown_ca': 'refused',
    'expired_certificate': 'refused',
    'no_ca_file': 'refused',
    'ignore_certificate_errors': 'accepted',
    'smtps': 'at_once',
    'starttls_not_offered': 'never',
    'handshake_failed': 'never',
    'ehlo_host': 'as_written',
    'max_tls': 'TLSv1.3',
    'retry': 'no',
}
NAMES = {'host_name': 'refused', 'wildcard': 'accepted', 'partial_wildcard': 'refused', 'common_name': 'accepted'}
SENDERS: dict[str, tuple[t.Callable[[Mail], list[str]], dict[str, str]]] = {
    # OpenSSL. --crlfile switches the check of the whole chain on, and an intermediate authority is trusted as an anchor.
    'curl': (
        curl,
        {**NAMES, 'crl_check': 'chain', 'missing_crl': 'refused', 'expired_crl': 'refused', 'partial_chain': 'accepted'},
    ),
    # GnuTLS: a CRL counts for each certificate whose authority has one, none is required, and its nextUpdate is not looked at.
    'msmtp': (
        msmtp,
        {**NAMES, 'crl_check': 'chain', 'missing_crl': 'accepted', 'expired_crl': 'used', 'partial_chain': 'accepted'},
    ),
    # OpenSSL by Perl, without CRLs and without a check of the name.
    'swaks': (swaks, {'host_name': 'accepted', 'crl_check': 'none', 'partial_chain': 'refused'}),
}


@pytest.mark.parametrize('name', SENDERS)
def test_what_is_observed_of_a_sender_is_what_it_is_known_for(name: str, tmp_path: pathlib.Path) -> None:
    need('' if shutil.which(name) else f'not installed: {name}')
    command, known = SENDERS[name]
    wanted = {**ALL, **known}
    with playing() as server:
        mailer = OtherSender(command, tmp_path, HOST, (LOOPBACK, server.port))
        found = observe(Laboratory(mailer, server, authorities(), Patience(10.0, 0.1)), chosen(list(wanted)))
    check(found, wanted)


def check(found: Observation, wanted: dict[str, str], open_questions: t.Container[str] = ()) -> None:
    readings = {verdict.question: verdict for verdict in found.verdicts}
    wrong = {
        question: readings[question]
        for question, reading in wanted.items()
        if readings[question].observed != reading and (readings[question].observed or question not in open_questions)
    }
    assert not wrong


# By postconf(5) and TLS_README. It knows no CRLs. Without smtp_tls_CAfile it trusts no authority, which is neither reading of
# `default_cas`. A trusted certificate of any name can't be demanded, and the name in EHLO is not looked at. The oldest version is
# that of Debian's OpenSSL.
OF_POSTFIX = {
    **{question: reading for question, reading in ALL.items() if question != 'retry'},
    **NAMES,
    'when_read': 'each_mail',
    'default_cas': '',
    'partial_chain': 'refused',
    'crl_check': 'none',
    'ignore_host_name': 'refused',
    'common_name_beside': 'refused',
    'min_tls': 'TLSv1.2',
    'starttls_refused': 'never',
    'ehlo_ipv6': 'as_written',
    'ehlo_invalid': 'as_written',
    'missing_file': 'refused',
}
AT_START = {
    'when_read': 'at_start',
    'unknown_ca': 'refused',
    'smtps': 'at_once',
    'starttls_not_offered': 'never',
    'handshake_failed': 'never',
}


@pytest.fixture(scope='module')
def postfix() -> t.Iterator[Postfix]:
    need(postfix_is_missing())
    identity = public_authority().issue([HOST])  # of the ports that it listens on, which nobody uses
    with Postfix(identity.certificate_pem, identity.key_pem) as running:
        yield running


class Sends(t.NamedTuple):
    """How Postfix is set up, the seconds that a mail is waited for, what is to be found, and what may also remain unknown.

    In all but the last of the `tries`, everything may: on a busy machine Postfix does not keep to its times. Wrong it is never.
    """

    options: dict[str, t.Any]
    deadline: float
    wanted: dict[str, str]
    open_questions: frozenset[str] = frozenset()
    tries: int = 1


OF_A_QUEUE = {
    'all': Sends({}, 10.0, OF_POSTFIX),
    'tries again later': Sends({}, 1.5, {'retry': 'no'}),
    'tries again soon': Sends({'backoff': '1s'}, 4.0, {'retry': 'yes'}, tries=4),
    # What was refused in a trial is tried again in the next ones, and the processes of then may do it.
    'old mails': Sends(
        {'backoff': '1s', 'empties': False, 'reads': AT_A_RESTART}, 10.0, AT_START, frozenset(AT_START) - {'when_read', 'smtps'}
    ),
    'old processes alone': Sends({'reads': NEVER_AGAIN}, 3.0, dict.fromkeys(AT_START, '')),
}


@pytest.mark.parametrize('how', OF_A_QUEUE)
def test_a_mailer_that_queues_is_observed_as_well(how: str, postfix: Postfix, tmp_path: pathlib.Path) -> None:
    sends = OF_A_QUEUE[how]
    with playing() as server:
        mailer = PostfixSender(postfix, tmp_path, HOST, (LOOPBACK, server.port), **sends.options)
        for _number in range(sends.tries):
            laboratory = Laboratory(mailer, server, authorities(), Patience(sends.deadline, 0.1, settling=(0.5,)))
            found = observe(laboratory, chosen(list(sends.wanted.keys() - {'when_read'})))
            check(found, sends.wanted, sends.wanted)
            if not {verdict.question for verdict in found.verdicts if not verdict.observed} & sends.wanted.keys():
                break
    check(found, sends.wanted, sends.open_questions)
