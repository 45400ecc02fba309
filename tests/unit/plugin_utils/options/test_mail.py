# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What options put into an SMTP session is refused before anything connects."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.options.mail import check_mail
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import ArgumentError

REFUSED = {
    'a recipient that is no address': ({'recipients': ['print ops']}, 'recipients of server spl1'),
    'one bad recipient among good ones': ({'recipients': ['a@example.com', 'a@b@c']}, 'recipients of server spl1'),
    'a sender in angle brackets': ({'sender': '<root>'}, 'sender of server spl1'),
    'a subject of two lines': ({'subject': 'a\nBcc: x@example.com'}, 'subject of server spl1'),
    'a mail server with a line break': ({'smtp_host': 'mail\r\nQUIT'}, 'smtp_host of server spl1'),
}


@pytest.mark.parametrize(('entry', 'message'), REFUSED.values(), ids=REFUSED)
def test_what_no_mail_server_could_take_is_refused(entry: dict[str, t.Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        check_mail(entry, ' of server spl1')


def test_an_option_is_named_as_its_user_knows_it() -> None:
    with pytest.raises(ArgumentError, match='verify_sender of server spl1'):
        check_mail({'sender': '<root>'}, ' of server spl1', lambda option: f'verify_{option}')


def test_good_values_and_none_pass() -> None:
    check_mail({}, '')
    check_mail(
        {'recipients': ['a@example.com'], 'sender': 'ops@example.com', 'subject': 'Proof', 'smtp_host': 'mail.example.com'}, ''
    )
