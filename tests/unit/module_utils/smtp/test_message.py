# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The mail on the wire, read back by Python's own email package."""

import email
import email.header
import email.utils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.smtp.message import (
    LONGEST_LINE,
    PIECE,
    Mail,
    check_address,
    compose,
    date_text,
    dot_stuffed,
    folded,
    refuse_breaks,
)

pytestmark = pytest.mark.every_python

MAIL = Mail('sendmemo@print1.example.com', ['a@example.com', 'b@example.com'], 'Test', 'Hello\n', 'token@print1.example.com', 0)


def whole(mail):
    return b''.join(compose(mail))


def read_back(mail):
    """Return (headers, subject, body) as a reader of mail sees them."""
    data = whole(mail)
    assert b'\n' not in data.replace(b'\r\n', b'')
    assert b'\r' not in data.replace(b'\r\n', b'')
    assert data.endswith(b'\r\n')
    assert max(len(line) for line in data.split(b'\r\n')) <= LONGEST_LINE
    assert max(data) < 0x80
    message = email.message_from_bytes(data)
    unfolded = message['Subject'].replace('\r', '').replace('\n', '')
    subject = str(email.header.make_header(email.header.decode_header(unfolded)))
    return message, subject, message.get_payload(decode=True).decode(message.get_content_charset())


def test_a_plain_mail_is_just_this():
    assert whole(MAIL).decode('ascii').split('\r\n') == [
        'Date: Thu, 1 Jan 1970 00:00:00 +0000',
        'From: <sendmemo@print1.example.com>',
        'To: <a@example.com>,',
        ' <b@example.com>',
        'Subject: Test',
        'Message-ID: <token@print1.example.com>',
        'Auto-Submitted: auto-generated',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 7bit',
        '',
        'Hello',
        '',
    ]


@pytest.mark.parametrize(
    'subject',
    [
        'Test',
        'InfoPrint server spl1 on print1.example.com: test of outgoing mail, which is rather long and has to be folded',
        'Prüfung',
        'テスト ' * 40,
        '=?utf-8?q?not_encoded?=',
        'x' * 2000,
        'two  blanks',
        ' leading',
        'trailing ',
        '\U0001f5a8' * 30,
        'a\tb',
    ],
    ids=[
        'a word',
        'folded',
        'umlaut',
        'Japanese',
        'an encoded word',
        '2000 characters',
        'two blanks',
        'leading blank',
        'trailing blank',
        'emoji',
        'tab',
    ],
)
def test_a_subject_arrives_as_it_was_given(subject):
    _message, found, _body = read_back(MAIL._replace(subject=subject))
    assert found == subject


@given(st.text(st.characters(blacklist_characters='\r\n\0', blacklist_categories=['Cs']), min_size=1, max_size=300))
def test_any_subject_is_folded_into_short_lines(subject):
    header = folded('Subject', subject)
    assert all(len(line) <= 76 for line in header.split('\r\n'))
    assert all(line.startswith(' ') and line.strip() for line in header.split('\r\n')[1:])
    value = header[len('Subject:') :].replace('\r\n', '')
    decoded = ''.join(
        part.decode(charset or 'ascii') if isinstance(part, bytes) else part
        for part, charset in email.header.decode_header(value)
    )
    assert decoded.strip(' ') == subject.strip(' ')


@pytest.mark.parametrize(
    'body, encoding',
    [
        ('Hello\n', '7bit'),
        ('no line end', '7bit'),
        ('', '7bit'),
        ('tabs\tand dots\n.\n..\n', '7bit'),
        ('x' * 998, '7bit'),
        ('x' * 999, 'quoted-printable'),
        ('Grüße\n', 'quoted-printable'),
        ('=3D\n', '7bit'),
        ('Ü = \n. \n', 'quoted-printable'),
        ('bell\x07\n', 'quoted-printable'),
        ('lone\rCR\n', 'quoted-printable'),
        ('Ü trailing blank \n', 'quoted-printable'),
        ('\u65e5\u672c\u8a9e' * 500, 'quoted-printable'),
    ],
    ids=[
        'a line',
        'no line end',
        'empty',
        'tabs and dots',
        '998 characters',
        '999 characters',
        'umlauts',
        'equals sign',
        'umlaut, equals sign, dot',
        'control character',
        'lone CR',
        'trailing blank',
        'Japanese',
    ],
)
def test_a_body_arrives_as_it_was_given(body, encoding):
    message, _subject, found = read_back(MAIL._replace(body=body))
    assert message['Content-Transfer-Encoding'] == encoding
    assert found.replace('\r\n', '\n') == (body if body.endswith('\n') else body + '\n')


@given(st.text(st.characters(blacklist_categories=['Cs']), max_size=500))
def test_any_body_arrives_as_it_was_given(body):
    _message, _subject, found = read_back(MAIL._replace(body=body))
    expected = body.replace('\r\n', '\n')
    assert found.replace('\r\n', '\n') == (expected if expected.endswith('\n') else expected + '\n')


@pytest.mark.parametrize(
    'body',
    [
        '\u65e5\u672c\u8a9e' * 40000,
        ('x' * 70 + '\n') * 3000,
        '\n' * 50000,
        'Ü\n' * 30000,
        'a\r\n' * 20000,
        ' ' * 40000,
        '.\n' * 40000,
        'x' * PIECE + '\n',
        'x' * (PIECE - 1) + '\r\nÜ',
    ],
    ids=[
        'one line of Japanese',
        'lines of ASCII',
        'empty lines',
        'lines of an umlaut',
        'lines with CR LF',
        'one line of blanks',
        'lines of a dot',
        'a line as long as a piece',
        'CR LF across pieces',
    ],
)
def test_a_large_body_arrives_as_it_was_given_in_bounded_pieces(body):
    assert max(map(len, compose(MAIL._replace(body=body)))) <= 12 * PIECE
    _message, _subject, found = read_back(MAIL._replace(body=body))
    expected = body.replace('\r\n', '\n')
    assert found.replace('\r\n', '\n') == (expected if expected.endswith('\n') else expected + '\n')


def test_both_line_ends_of_a_body_end_a_line():
    assert whole(MAIL._replace(body='a\r\nb\nc')).endswith(b'\r\n\r\na\r\nb\r\nc\r\n')


@pytest.mark.parametrize(
    'data, stuffed',
    [
        (b'.\r\n', b'..\r\n'),
        (b'a\r\n.\r\n', b'a\r\n..\r\n'),
        (b'..a\r\n', b'...a\r\n'),
        (b'a.b\r\n', b'a.b\r\n'),
        (b'', b''),
        (b'\r\n.\r\n.\r\n', b'\r\n..\r\n..\r\n'),
    ],
    ids=['first line', 'second line', 'two dots', 'inner dot', 'empty', 'two lines'],
)
def test_dots_at_the_beginning_of_a_line_are_doubled(data, stuffed):
    assert b''.join(dot_stuffed([data])) == stuffed


@given(st.lists(st.sampled_from([b'.', b'a', b'\r\n', b'..', b'\r', b'\n.']), max_size=30))
def test_dot_stuffing_can_be_undone_and_hides_every_end(pieces):
    data = b''.join(pieces)
    stuffed = b''.join(dot_stuffed(pieces))
    assert stuffed == b''.join(dot_stuffed([data]))
    assert b'\r\n.\r\n' not in b'\r\n' + stuffed
    lines = [line[1:] if line.startswith(b'.') else line for line in stuffed.split(b'\r\n')]
    assert b'\r\n'.join(lines) == data


@pytest.mark.parametrize(
    'seconds',
    [0, 951782400, 1709164800, 1798761599, 4102444799],
    ids=['epoch', '29 February 2000', '29 February 2024', 'last second of 2026', 'year 2099'],
)
def test_the_date_is_that_of_rfc_5322(seconds):
    assert email.utils.mktime_tz(email.utils.parsedate_tz(date_text(seconds))) == seconds
    assert (
        email.utils.format_datetime(email.utils.parsedate_to_datetime(date_text(seconds)))
        .replace('0000', '')
        .startswith(date_text(seconds)[:4])
    )


@pytest.mark.parametrize('field', ['sender', 'subject', 'message_id', 'recipients'])
@pytest.mark.parametrize('bad', ['a\r', 'a\nBcc: x@y.z', 'a\0', '\r\n.\r\n'], ids=['CR', 'LF', 'NUL', 'end of the mail'])
def test_a_break_in_a_header_is_refused(field, bad):
    with pytest.raises(ValueError):
        compose(MAIL._replace(**{field: [bad] if field == 'recipients' else bad}))


def test_a_refusal_names_what_and_where():
    with pytest.raises(ValueError, match='The subject holds a line feed'):
        refuse_breaks('The subject', 'a\nb')


@pytest.mark.parametrize(
    'address',
    [
        'user@example.com',
        'user',
        'a.b+c@example.com',
        '"quoted user"@example.com',
        '"a\\"b"@example.com',
        'user@[192.0.2.1]',
        'user@[IPv6:2001:db8::1]',
        "o'hara@example.com",
        'x@y',
    ],
)
def test_an_address_that_a_mail_server_could_take_is_taken(address):
    check_address('recipient', address)
    assert b'<' + address.encode('ascii') + b'>' in whole(MAIL._replace(recipients=[address]))


@pytest.mark.parametrize(
    'address',
    [
        '',
        'two words@example.com',
        '<user@example.com>',
        'user@example.com>',
        'a@b@c',
        'Grün@example.com',
        'user@exämple.com',
        'user@example.com SIZE=1',
        'a@b,c@d',
        '"open@example.com',
        'x' * 250 + '@example.com',
        'user@',
        '@example.com',
        'a;b@example.com',
        'user@example.com\n',
        '"a\nb"@example.com',
    ],
    ids=[
        'empty',
        'blank',
        'brackets',
        'bracket',
        'two at signs',
        'local part not ASCII',
        'domain not ASCII',
        'a parameter',
        'a list',
        'open quote',
        '262 characters',
        'no domain',
        'no local part',
        'semicolon',
        'line feed',
        'line feed in quotes',
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ValueError, match='recipient'):
        check_address('recipient', address)
