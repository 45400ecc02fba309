# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""JSON of strangers: what is refused before it is made, and what the worst that is not refused costs."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import pathlib
import resource
import time
import typing as t
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.plugin_utils.bounded_json import LONGEST_NUMBER, load
from ansible_collections.printops.infoprint.plugins.plugin_utils.target import program

pytestmark = pytest.mark.newest_core

NONCE = '0123456789abcdef'
MOST_KB = 500_000
OF_A_WORKER_KB = 100_000  # at least, before it reads an answer
MOST_SECONDS = 5  # on a machine that is busy; alone it takes a half


@pytest.mark.parametrize(
    'text',
    [
        b'[' + b'[],' * 1000 + b'[]]',
        b'[' + b'{"a":1},' * 1000 + b'{}]',
        b'[' + b'"",' * 2000 + b'""]',
        b'[' * 2000 + b']' * 2000,
        b'{' + b','.join(b'"%d":1' % number for number in range(2000)) + b'}',
        b'[' + b'1,' * 2000 + b'1]',
    ],
    ids=['lists', 'objects', 'texts', 'deep', 'keys', 'numbers'],
)
def test_many_values_are_refused_before_they_are_made(text: bytes) -> None:
    with pytest.raises(ValueError, match='more than 1000 values'):
        load(text, 1000)


def test_what_is_inside_a_text_is_not_counted() -> None:
    value = ['[{,' * 1000, '\\"[[[' * 1000, 'a"b,' * 1000]
    assert load(json.dumps(value).encode(), 10) == value


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_is_not_too_much_is_read_as_it_is(value: t.Any) -> None:
    assert load(json.dumps(value).encode('ascii'), 1000) == value


@pytest.mark.parametrize(
    'text',
    ['1' * (LONGEST_NUMBER + 1), '-' + '1' * 1_000_000, '"é"'],
    ids=['a digit too many', 'a million digits', 'not ASCII'],
)
def test_a_number_without_end_and_what_is_not_ascii_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        load(text.encode(), 10)


def worst(kind: str) -> bytes:
    """Return the text of an answer of nearly 32 MiB."""
    size, number = program.MAX_ANSWER - 100, program.MOST_VALUES
    texts = {
        'nested lists': lambda: b'[' + b'[],' * (size // 3) + b'[]]',
        'as many lists as may be': lambda: b'[' + b'[],' * (number // 2 - 2) + b'[]]',
        'as many objects as may be': lambda: b'[' + b'{"abc":0.5},' * (number // 2 - 2) + b'{}]',
        'one wide text': lambda: b'"' + b'a' * (size - 30) + b'\\ud83d\\ude00"',
        'commas in a text': lambda: b'"' + b',' * size + b'"',
        'deep': lambda: b'[' * (number - 10),
        'backslashes': lambda: b'"' + b'\\\\' * (size // 2) + b'"',
        'quotes': lambda: b'"",' * (size // 3),
        'no end of a text': lambda: b',' * number + b'"' + b'\\' * size,
    }
    return b'{"answer": ' + texts[kind]() + b'}'


@pytest.mark.parametrize(
    'kind',
    [
        'nested lists',
        'as many lists as may be',
        'as many objects as may be',
        'one wide text',
        'commas in a text',
        'deep',
        'backslashes',
        'quotes',
        'no end of a text',
    ],
)
def test_no_answer_costs_a_worker_more_than_500_mb_or_long(kind: str) -> None:
    packed = framed(worst(kind))
    read_end, write_end = os.pipe()
    before = resident_kb()  # this process may have grown by other tests, and the child begins with as much
    pid = os.fork()
    if not pid:
        began = time.monotonic()
        try:
            program.read_answer(packed, NONCE)
        except program.NoAnswer:
            pass
        finally:
            os.write(write_end, b'%d' % ((time.monotonic() - began) * 1000))
            os._exit(0)
    _pid, _status, usage = os.wait4(pid, 0)
    milliseconds = int(os.read(read_end, 20))
    for fd in (read_end, write_end):
        os.close(fd)
    assert usage.ru_maxrss - before < MOST_KB - OF_A_WORKER_KB
    assert milliseconds < MOST_SECONDS * 1000


def resident_kb() -> int:
    """Return how much memory this process has, in kB."""
    pages = int(pathlib.Path('/proc/self/statm').read_text('ascii').split()[1])
    return pages * resource.getpagesize() // 1024


def framed(text: bytes) -> str:
    """Return the frame of an answer that is this text."""
    packed = zlib.compress(text, 6)
    body = base64.b64encode(packed).decode()
    return f'INFOPRINT-ANSWER-{NONCE}:{len(body)}:{hashlib.sha256(packed).hexdigest()}:{body}:END'
