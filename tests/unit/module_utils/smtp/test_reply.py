# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Replies to the letter of RFC 5321, section 4.2: what is one, what is none, and the bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.smtp.reply import (
    MOST_IN_ALL,
    MOST_PER_REPLY,
    Malformed,
    ReplyReader,
)


def read(data, size=1 << 20):
    """Feed `data` in pieces of `size` bytes and return the replies and what is left over."""
    reader = ReplyReader()
    replies = []
    for start in range(0, len(data), size):
        reader.feed(data[start : start + size])
        reply = reader.next_reply()
        while reply is not None:
            replies.append(reply)
            reply = reader.next_reply()
    return replies, reader.leftover


WELL_FORMED = {
    'code and text': (b'220 mail.example.com ESMTP\r\n', 220, [b'mail.example.com ESMTP']),
    'code alone': (b'250\r\n', 250, [b'']),
    'code and a space': (b'250 \r\n', 250, [b'']),
    'several lines': (b'250-one\r\n250-two\r\n250 three\r\n', 250, [b'one', b'two', b'three']),
    'last line is the code alone': (b'250-one\r\n250\r\n', 250, [b'one', b'']),
    'empty lines between': (b'250-\r\n250-x\r\n250 \r\n', 250, [b'', b'x', b'']),
    'text that looks like a code': (b'550 250 ok\r\n', 550, [b'250 ok']),
    '8-bit bytes': (b'220 M\xfcller\r\n', 220, [b'M\xfcller']),
    'NUL byte': (b'220 a\x00b\r\n', 220, [b'a\x00b']),
    'bare CR in the text': (b'220 a\rb\r\n', 220, [b'a\rb']),
    'tab': (b'220 a\tb\r\n', 220, [b'a\tb']),
    '600 octets': (b'220 ' + b'x' * 600 + b'\r\n', 220, [b'x' * 600]),
    '60 kB line': (b'220 ' + b'x' * 60000 + b'\r\n', 220, [b'x' * 60000]),
    'highest code': (b'559 x\r\n', 559, [b'x']),
    'lowest code': (b'200 x\r\n', 200, [b'x']),
}


@pytest.mark.parametrize('size', [1, 2, 3, 7, 1 << 20], ids='{} bytes'.format)
@pytest.mark.parametrize('name', sorted(WELL_FORMED))
def test_a_reply_is_read_in_pieces_of_any_size(name, size):
    data, code, lines = WELL_FORMED[name]
    replies, leftover = read(data, size)
    assert [(reply.code, list(reply.lines)) for reply in replies] == [(code, lines)]
    assert leftover == b''


MALFORMED = {
    'bare LF': (b'220 hello\n', True),
    'bare LF between lines': (b'220-a\n220 b\r\n', True),
    'no code': (b'hello\r\n', False),
    'two digits': (b'22 hello\r\n', False),
    'four digits': (b'2200 hello\r\n', False),
    'first digit 1': (b'150 x\r\n', False),
    'first digit 6': (b'650 x\r\n', False),
    'second digit 6': (b'260 x\r\n', False),
    'wrong separator': (b'250_x\r\n', False),
    'tab as separator': (b'250\tx\r\n', False),
    'space before the code': (b' 220 x\r\n', False),
    'code changes': (b'250-a\r\n251 b\r\n', True),
    'second line without a code': (b'250-a\r\nhello\r\n', True),
    'empty line': (b'\r\n', False),
    'HTTP': (b'HTTP/1.1 400 Bad Request\r\n', False),
    'SSH': (b'SSH-2.0-OpenSSH_9.2\r\n', False),
    'TLS alert': (b'\x15\x03\x01\x00\x02\x02\x46', False),
}


@pytest.mark.parametrize('size', [1, 1 << 20], ids='{} bytes'.format)
@pytest.mark.parametrize('name', sorted(MALFORMED))
def test_what_is_no_reply_is_refused(name, size):
    data, in_reply = MALFORMED[name]
    with pytest.raises(Malformed) as error:
        read(data, size)
    assert error.value.problem.code == 'reply_malformed'
    assert error.value.in_reply is in_reply


@pytest.mark.parametrize('beginning', [b'x', b'2x', b'25x', b'250x', b'\x16', b'\n'], ids=ascii)
def test_a_beginning_that_can_not_become_a_reply_is_refused_at_once(beginning):
    with pytest.raises(Malformed):
        read(beginning)


@pytest.mark.parametrize(
    'beginning', [b'', b'2', b'25', b'250', b'250-', b'250 ', b'250\r', b'250-a\r\n', b'250-a\r\n2'], ids=ascii
)
def test_a_beginning_that_can_become_a_reply_is_waited_for(beginning):
    assert read(beginning)[0] == []


def test_replies_that_come_together_are_separated():
    replies, leftover = read(b'250 a\r\n354 b\r\n2')
    assert [reply.code for reply in replies] == [250, 354]
    assert leftover == b'2'


@pytest.mark.parametrize(
    'data',
    [
        b'220 ' + b'x' * MOST_PER_REPLY,
        b'220 ' + b'x' * MOST_PER_REPLY + b'\r\n',
        b'250-' + b'x' * 1000 + b'\r\n',
    ],
    ids=['one line without end', 'one line', 'lines without end'],
)
@pytest.mark.parametrize('size', [999, 1 << 16], ids='{} bytes'.format)
def test_a_reply_beyond_its_bound_is_too_long(data, size):
    with pytest.raises(ProblemError) as error:
        read(data * (MOST_PER_REPLY // len(data) + 1), size)
    assert error.value.problem.code == 'reply_too_long'


def test_many_replies_beyond_the_bound_of_all_are_too_long():
    reply = b'250 ' + b'x' * 1000 + b'\r\n'
    with pytest.raises(ProblemError) as error:
        read(reply * (MOST_IN_ALL // len(reply) + 1), 5000)
    assert error.value.problem.code == 'reply_too_long'


@pytest.mark.parametrize(
    'text, enhanced',
    [
        (b'5.7.1 no', '5.7.1'),
        (b'2.0.0', '2.0.0'),
        (b'4.123.999 x', '4.123.999'),
        (b'3.0.0 x', ''),
        (b'5.7.1no', ''),
        (b'no 5.7.1', ''),
    ],
    ids=['with text', 'alone', 'three digits', 'class 3', 'no blank', 'not first'],
)
def test_the_enhanced_code_is_read(text, enhanced):
    assert read(b'550 ' + text + b'\r\n')[0][0].enhanced == enhanced


def test_the_text_is_safe_to_show():
    reply = read(b'550-a\x1b[31m\r\n550 b\x00\xff\r\n')[0][0]
    assert reply.text == 'a\\x1b[31m b\\x00\\xff'
    assert reply.shown() == '550 ' + reply.text


@given(
    st.lists(st.one_of(st.binary(max_size=300), st.sampled_from([b'250-a\r\n', b'250 ok\r\n', b'354\r\n', b'\r\n'])), max_size=20)
)
def test_any_bytes_give_replies_or_the_domain_error(pieces):
    reader = ReplyReader()
    size = 0
    try:
        for piece in pieces:
            reader.feed(piece)
            size += len(piece)
            reply = reader.next_reply()
            while reply is not None:
                assert 200 <= reply.code <= 559
                reply = reader.next_reply()
            assert len(reader.leftover) <= min(size, MOST_PER_REPLY)
    except ProblemError as error:
        assert error.problem.code in ('reply_malformed', 'reply_too_long')


@given(st.binary(max_size=400), st.integers(1, 50))
def test_the_size_of_the_pieces_changes_nothing(data, size):
    def outcome(pieces):
        try:
            return read(data, pieces)
        except ProblemError as error:
            return error.problem.code

    assert outcome(size) == outcome(1)
