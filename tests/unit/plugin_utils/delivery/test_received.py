# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What relays write into `Received`, each in its own way, and what is made of that which nobody should write there."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.received import (
    LONGEST_WORD,
    Header,
    Received,
    read_header,
    read_received,
)

HOST, RELAY, ADDRESS = 'print1.example.com', 'mail.example.com', '192.0.2.10'
CIPHER = 'TLS_AES_256_GCM_SHA384'
TLS_1_3 = f'TLSv1.3 {CIPHER}'
DATE = 'Tue, 24 Nov 2026 08:15:00 +0000'
SECONDS = 1.0  # of processor time, many times of what the longest field needs

WRITTEN: dict[str, tuple[str, Received]] = {
    'Postfix': (
        (
            f'from {HOST} (unknown [{ADDRESS}])\n\tby {RELAY} (Postfix) with ESMTPS id 4RbX2k0Qz1\n'
            f'\tfor <proofs@example.com>; {DATE} (UTC)'
        ),
        Received(RELAY, 'ESMTPS', HOST, ADDRESS),
    ),
    'Postfix in plaintext': (
        f'from {HOST} ({HOST} [{ADDRESS}])\n\tby {RELAY} (Postfix) with ESMTP id 4RbX2k0Qz1; {DATE} (UTC)',
        Received(RELAY, 'ESMTP', HOST, ADDRESS),
    ),
    'Postfix with smtpd_tls_received_header': (
        (
            f'from {HOST} (unknown [{ADDRESS}])\n\t(using TLSv1.3 with cipher {CIPHER} (256/256 bits)\n'
            '\t key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)\n'
            f'\t(No client certificate requested)\n\tby {RELAY} (Postfix) with ESMTPS id 4RbX2k0Qz1; {DATE}'
        ),
        Received(RELAY, 'ESMTPS', HOST, ADDRESS, TLS_1_3),
    ),
    'Postfix with TLS 1.2': (
        (
            f'from {HOST} (unknown [{ADDRESS}]) (using TLSv1.2 with cipher ECDHE-RSA-AES256-GCM-SHA384 (256/256 bits))\n'
            f'\tby {RELAY} (Postfix) with ESMTPS id 4RbX2k0Qz1; {DATE}'
        ),
        Received(RELAY, 'ESMTPS', HOST, ADDRESS, 'TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384'),
    ),
    'Postfix with a session that was authenticated': (
        f'from {HOST} (unknown [{ADDRESS}])\n\t(Authenticated sender: printer)\n\tby {RELAY} (Postfix) with ESMTPSA id 4; {DATE}',
        Received(RELAY, 'ESMTPSA', HOST, ADDRESS),
    ),
    'Postfix with IPv6': (
        f'from {HOST} (unknown [IPv6:2001:db8::10])\n\tby {RELAY} (Postfix) with ESMTPS id 4RbX2k0Qz1; {DATE}',
        Received(RELAY, 'ESMTPS', HOST, '2001:db8::10'),
    ),
    'Postfix with an address literal as the EHLO name': (
        f'from [{ADDRESS}] (unknown [{ADDRESS}])\n\tby {RELAY} (Postfix) with ESMTPS id 4RbX2k0Qz1; {DATE}',
        Received(RELAY, 'ESMTPS', f'[{ADDRESS}]', ADDRESS),
    ),
    'Postfix, from a program on the relay': (
        f'by {RELAY} (Postfix, from userid 1000)\n\tid 4RbX2k0Qz1; {DATE}',
        Received(RELAY),
    ),
    'Exim': (
        (
            f'from {HOST} ([{ADDRESS}] helo=print1)\n\tby {RELAY} with esmtps (TLS1.3) tls {CIPHER}\n\t(Exim 4.96)\n'
            f'\t(envelope-from <print@example.com>)\n\tid 1tFabc-00004X-2y\n\tfor proofs@example.com; {DATE}'
        ),
        Received(RELAY, 'esmtps', 'print1', ADDRESS, TLS_1_3),
    ),
    'Exim, host unknown': (
        f'from [{ADDRESS}] (helo={HOST})\n\tby {RELAY} with esmtp (Exim 4.96)\n\tid 1tFabc-00004X-2y; {DATE}',
        Received(RELAY, 'esmtp', HOST, ADDRESS),
    ),
    'Exim, host unknown, with a port': (
        f'from [{ADDRESS}]:40122 (helo={HOST})\n\tby {RELAY} with esmtp (Exim 4.96); {DATE}',
        Received(RELAY, 'esmtp', HOST, ADDRESS),
    ),
    'Exim, host known by its EHLO name': (
        (
            f'from {HOST} ([{ADDRESS}])\n\tby {RELAY} with esmtps (TLS1.2) tls TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384\n'
            f'\t(Exim 4.96)\n\tid 1tFabc-00004X-2y; {DATE}'
        ),
        Received(RELAY, 'esmtps', HOST, ADDRESS, 'TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),
    ),
    'Exim, older': (
        f'from {HOST} ([{ADDRESS}])\n\tby {RELAY} with esmtps (TLSv1.2:ECDHE-RSA-AES256-GCM-SHA384:256)\n\t(Exim 4.89); {DATE}',
        Received(RELAY, 'esmtps', HOST, ADDRESS, 'TLSv1.2 ECDHE-RSA-AES256-GCM-SHA384'),
    ),
    'Sendmail': (
        (
            f'from {HOST} ({HOST} [{ADDRESS}])\n\tby {RELAY} (8.17.1/8.17.1) with ESMTPS id 3AO8F0cd\n'
            f'\t(version=TLSv1.3 cipher={CIPHER} bits=256 verify=NOT)\n\tfor <proofs@example.com>; {DATE}'
        ),
        Received(RELAY, 'ESMTPS', HOST, ADDRESS, TLS_1_3),
    ),
    'Sendmail in plaintext, with a name that may be forged': (
        f'from print1 (other.example.com [{ADDRESS}] (may be forged))\n\tby {RELAY} (8.17.1/8.17.1) with ESMTP id 3AO8; {DATE}',
        Received(RELAY, 'ESMTP', 'print1', ADDRESS),
    ),
    'Sendmail with IPv6 in full': (
        f'from {HOST} (print1 [IPv6:2001:db8:0:0:0:0:0:10])\n\tby {RELAY} (8.17.1/8.17.1) with ESMTP id 3AO8; {DATE}',
        Received(RELAY, 'ESMTP', HOST, '2001:db8::10'),
    ),
    'Exchange': (
        (
            f'from {HOST} ({ADDRESS}) by EX01.example.com\n (192.0.2.20) with Microsoft SMTP Server (version=TLS1_2,\n'
            f' cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.2.1544.11 via Frontend\n Transport; {DATE}'
        ),
        Received('EX01.example.com', 'Microsoft SMTP Server', HOST, ADDRESS, 'TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),
    ),
    'Exchange in plaintext': (
        f'from {HOST} ({ADDRESS}) by EX01.example.com\n (192.0.2.20) with Microsoft SMTP Server id 15.2.1544.11; {DATE}',
        Received('EX01.example.com', 'Microsoft SMTP Server', HOST, ADDRESS),
    ),
    'Exchange, older, which names no version': (
        f'from {HOST} ({ADDRESS}) by EX01.example.com\n (192.0.2.20) with Microsoft SMTP Server (TLS) id 14.3.513.0; {DATE}',
        Received('EX01.example.com', 'Microsoft SMTP Server', HOST, ADDRESS, 'TLS'),
    ),
    'Exchange with IPv6': (
        f'from {HOST} (2001:db8::10) by EX01.example.com\n (2001:db8::20) with Microsoft SMTP Server id 15.2.1544.11; {DATE}',
        Received('EX01.example.com', 'Microsoft SMTP Server', HOST, '2001:db8::10'),
    ),
    'Exchange, from within': (
        f'by EX01.example.com ([192.0.2.20]) with mapi id 15.2.1544.11; {DATE}',
        Received('EX01.example.com', 'mapi'),
    ),
    'OpenSMTPD': (
        (
            f'from {HOST} ({HOST} [{ADDRESS}])\n\tby {RELAY} (OpenSMTPD) with ESMTPS id 5f3c2a1b (TLSv1.3:{CIPHER}:256:NO)\n'
            f'\tfor <proofs@example.com>;\n\t{DATE} (UTC)'
        ),
        Received(RELAY, 'ESMTPS', HOST, ADDRESS, TLS_1_3),
    ),
    'qmail': (
        f'from unknown (HELO {HOST}) ({ADDRESS})\n  by {RELAY} with SMTP; 24 Nov 2026 08:15:00 -0000',
        Received(RELAY, 'SMTP', HOST, ADDRESS),
    ),
    'qmail with a user': (
        f'from {HOST} (HELO print1) (printer@{ADDRESS})\n  by {RELAY} with ESMTPA; 24 Nov 2026 08:15:00 -0000',
        Received(RELAY, 'ESMTPA', 'print1', ADDRESS),
    ),
    'qmail with TLS, older': (
        f'from unknown (HELO {HOST}) ({ADDRESS})\n  by {RELAY} with (DHE-RSA-AES256-SHA encrypted) SMTP; {DATE}',
        Received(RELAY, 'SMTP', HOST, ADDRESS, 'TLS DHE-RSA-AES256-SHA'),
    ),
    'qmail with TLS': (
        f'from unknown (HELO {HOST}) ({ADDRESS})\n  by {RELAY} with ESMTPS (AES256-GCM-SHA384 encrypted); {DATE}',
        Received(RELAY, 'ESMTPS', HOST, ADDRESS, 'TLS AES256-GCM-SHA384'),
    ),
    'Cisco': (
        f'from {HOST} ([{ADDRESS}])\n  by {RELAY} with ESMTP/TLS/ECDHE-RSA-AES256-GCM-SHA384; 24 Nov 2026 08:15:00 +0000',
        Received(RELAY, 'ESMTP/TLS/ECDHE-RSA-AES256-GCM-SHA384', HOST, ADDRESS, 'TLS ECDHE-RSA-AES256-GCM-SHA384'),
    ),
    'Cisco in plaintext': (
        f'from unknown (HELO {HOST}) ([{ADDRESS}])\n  by {RELAY} with ESMTP; 24 Nov 2026 08:15:00 +0000',
        Received(RELAY, 'ESMTP', HOST, ADDRESS),
    ),
    'a filter that says it at the end of a comment': (
        f'from {HOST} [({ADDRESS})] by {RELAY}\n\t(mx ESMTP with TLS)\n\twith ESMTP id 1; {DATE}',
        Received(RELAY, 'ESMTP', HOST, ADDRESS, 'TLS'),
    ),
    'Zoho': (
        f'from {HOST} ({ADDRESS} [{ADDRESS}]) by mx.zohomail.com\n\twith SMTPS id 1739900216177414.78; {DATE}',
        Received('mx.zohomail.com', 'SMTPS', HOST, ADDRESS),
    ),
    'Domino': (
        (
            f'from {HOST} ([{ADDRESS}])\n          by {RELAY} (HCL Domino Release 12.0.2)\n'
            f'          with ESMTP id 2026112408150012-1234 ;\n          {DATE}'
        ),
        Received(RELAY, 'ESMTP', HOST, ADDRESS),
    ),
    'Haraka': (
        (
            f'from {HOST} ({HOST} [{ADDRESS}])\n\tby {RELAY} (Haraka/3.0.5) with ESMTPS id 1B2C3D4E-0A1B.1\n'
            f'\tenvelope-from <print@example.com>\n\ttls {CIPHER};\n\t{DATE}'
        ),
        Received(RELAY, 'ESMTPS', HOST, ADDRESS),
    ),
    'Google': (
        (
            f'from {HOST} ({HOST}. [{ADDRESS}])\n        by mx.google.com with ESMTPS id a1-20020a05b2.17.2026.11.24\n'
            f'        for <proofs@example.com>\n        (version=TLS1_3 cipher={CIPHER} bits=256/256);\n        {DATE}'
        ),
        Received('mx.google.com', 'ESMTPS', HOST, ADDRESS, TLS_1_3),
    ),
    'Mimecast': (
        (
            f'from {HOST} (out.example.com\n [{ADDRESS}]) by relay.mimecast.com with ESMTP with\n STARTTLS (version=TLSv1.3,\n'
            f' cipher={CIPHER}) id us-mta-12-4f1c0a9b;\n {DATE}'
        ),
        Received('relay.mimecast.com', 'ESMTP', HOST, ADDRESS, TLS_1_3),
    ),
    'comments within comments': (
        f'from {HOST} (one (two (three) [{ADDRESS}]) four) by {RELAY} (a (b) c) with ESMTPS id 1',
        Received(RELAY, 'ESMTPS', HOST, ADDRESS),
    ),
    'folded at every word': (
        f'from\n {HOST}\r\n\t(unknown\n [{ADDRESS}])\n by\n {RELAY}\n with\n ESMTPS\n id\n 1\n;\n {DATE}',
        Received(RELAY, 'ESMTPS', HOST, ADDRESS),
    ),
    'clauses in capitals and in another order': (
        f'BY {RELAY} WITH ESMTPS FROM {HOST} ([{ADDRESS}]) ID 1',
        Received(RELAY, 'ESMTPS', HOST),
    ),
    'a clause twice': (
        f'from {HOST} by {RELAY} with ESMTPS by other.example.com with SMTP from other.example.com',
        Received(RELAY, 'ESMTPS', HOST),
    ),
    'an address that is none': (f'from {HOST} ([999.0.2.1]) by {RELAY}', Received(RELAY, '', HOST)),
    'a comment that does not end': (f'from {HOST} (unknown by {RELAY} with SMTP', Received('', '', HOST)),
    'clauses without a value': ('from by with id', Received()),
    'nothing': ('', Received()),
    'only a date': (f'; {DATE}', Received()),
}


@pytest.mark.parametrize(('field', 'received'), WRITTEN.values(), ids=WRITTEN)
def test_a_field_is_read_as_its_relay_means_it(field: str, received: Received) -> None:
    assert read_received(field) == received


# By name: whether it is plaintext (RFC 3848, RFC 6531).
PROTOCOLS = {
    'SMTP': True,
    'ESMTP': True,
    'ESMTPA': True,
    'ESMTPS': False,
    'ESMTPSA': False,
    'LMTP': True,
    'LMTPA': True,
    'LMTPS': False,
    'LMTPSA': False,
    'UTF8SMTP': True,
    'UTF8SMTPA': True,
    'UTF8SMTPS': False,
    'UTF8SMTPSA': False,
    'UTF8LMTP': True,
    'UTF8LMTPA': True,
    'UTF8LMTPS': False,
    'UTF8LMTPSA': False,
    'SMTPS': False,  # registered nowhere
}


@pytest.mark.parametrize(('protocol', 'is_plaintext'), PROTOCOLS.items(), ids=PROTOCOLS)
def test_the_protocol_says_whether_it_was_plaintext(protocol: str, *, is_plaintext: bool) -> None:
    for written in (protocol, protocol.lower()):
        assert read_received(f'from {HOST} by {RELAY} with {written} id 1').is_plaintext is is_plaintext
    assert not read_received(f'from {HOST} by {RELAY} with {protocol} (TLS1.3) id 1').is_plaintext


PLAINTEXT = (
    'Postfix in plaintext',
    'Sendmail in plaintext, with a name that may be forged',
    'Exchange in plaintext',
    'Domino',
    'Cisco in plaintext',
    'qmail',
    'Exim, host unknown',
)
ENCRYPTED = (
    'Postfix',
    'Exim',
    'Exchange',
    'Exchange, older, which names no version',
    'Haraka',
    'Mimecast',
    'Cisco',
    'qmail with TLS, older',
    'a filter that says it at the end of a comment',
    'Zoho',
    'Postfix, from a program on the relay',
)


@pytest.mark.parametrize('name', (*PLAINTEXT, *ENCRYPTED))
def test_a_relay_is_taken_at_its_word_and_silence_is_no_plaintext(name: str) -> None:
    assert read_received(WRITTEN[name][0]).is_plaintext is (name in PLAINTEXT)


# Names of hosts and users that look like a version of TLS, on a mail that came in plaintext.
NO_TLS = {
    'the EHLO name': f'from TLS1.3.example.com (unknown [{ADDRESS}]) by {RELAY} with ESMTP id 1',
    'the EHLO name alone': f'from TLSv1.3 (unknown [{ADDRESS}]) by {RELAY} with ESMTP id 1',
    'the name in the DNS': f'from {HOST} (TLS1.3.example.com [{ADDRESS}]) by {RELAY} with ESMTP id 1',
    'the name in the DNS, one word': f'from {HOST} (print-tls1 [{ADDRESS}]) by {RELAY} with ESMTP id 1',
    'the EHLO name in a comment': f'from [{ADDRESS}] (helo=print-tls1) by {RELAY} with esmtp (Exim 4.96) id 1',
    'the EHLO name of qmail': f'from unknown (HELO TLSv1.3) ({ADDRESS}) by {RELAY} with SMTP',
    'the relay': f'from {HOST} ([{ADDRESS}]) by TLS1.3 with ESMTP id 1',
    'the queue id': f'from {HOST} ([{ADDRESS}]) by {RELAY} with ESMTP id TLS1.3',
    'the recipient': f'from {HOST} ([{ADDRESS}]) by {RELAY} with ESMTP id 1 for <TLSv1.3@example.com>',
    'the sender in a comment': f'from {HOST} ([{ADDRESS}]) by {RELAY} with esmtp (envelope-from <tls1@example.com>) id 1',
    'a comment that denies it': f'from {HOST} ([{ADDRESS}]) by {RELAY} (not using TLS) with ESMTP id 1',
    'another comment that denies it': f'from {HOST} ([{ADDRESS}]) by {RELAY} (without TLS) (unencrypted) with ESMTP id 1',
    'a protocol of another name': f'from {HOST} ([{ADDRESS}]) by {RELAY} with ESMTP/NOTLS id 1',
    'part of a word': f'from {HOST} ([{ADDRESS}]) by {RELAY} (noTLS1.3) with ESMTP id 1',
    'another part of a word': f'from {HOST} ([{ADDRESS}]) by {RELAY} (TLS1.3x, STARTTLS) with ESMTP id 1',
}


@pytest.mark.parametrize('field', NO_TLS.values(), ids=NO_TLS)
def test_a_name_that_looks_like_tls_is_none(field: str) -> None:
    received = read_received(field)
    assert (received.tls, received.is_plaintext) == ('', True)


PIECES = [
    'from',
    'by',
    'with',
    'id',
    ';',
    '(',
    ')',
    '\\',
    '[',
    ']',
    ' ',
    '\n\t',
    'helo=',
    'HELO ',
    'TLS1.3',
    'cipher ',
    ':TLS',
    'IPv6:',
    ADDRESS,
    '\x00',
    '\x1b[2J',
    '\u202e',
    '\udcff',
    'x' * 300,
]
fields = st.one_of(st.text(), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=60).map(' '.join))
UNSAFE = re.compile('[\x00-\x1f\x7f-\x9f\u2028-\u202e\ud800-\udfff]')


@settings(deadline=None)
@given(fields)
def test_whatever_a_field_holds_what_is_read_is_short_and_without_control_characters(field: str) -> None:
    for word in read_received(field):
        assert len(word) <= LONGEST_WORD
        assert not UNSAFE.search(word)


@settings(deadline=None)
@given(st.binary(max_size=300), st.lists(st.sampled_from([b'Received: ', b'Message-ID: ', b'\n', b'\r', b' ', b':', b'\xff'])))
def test_whatever_a_header_holds_it_is_read(noise: bytes, pieces: list[bytes]) -> None:
    for data in (noise, b''.join(pieces) + noise, noise.join(pieces)):
        header = read_header(data)
        assert isinstance(header.message_id, str)
        assert header.received is None or isinstance(header.received, Received)


HOSTILE = {
    'opening parentheses': '(',
    'closing parentheses': ')',
    'pairs of parentheses': '()',
    'comments of one word': '(a) ',
    'comments with an address': f'([{ADDRESS}]) ',
    'ciphers that say no more': '(AES256-SHA encoded) ',
    'slashes': '/TLS',
    'backslashes': '\\',
    'escaped parentheses': '(\\)',
    'words': 'word ',
    'one word': 'w',
    'clauses': 'from by with id ',
    'spaces': ' ',
    'folds': '\n ',
    'brackets': '[',
    'colons': '[:',
    'digits and dots': '1.',
    'a name that does not end': '(helo=',
    'versions of TLS': '(TLS1.3) ',
    'ciphers that do not end': '(TLS1.3 cipher ',
    'bytes that are no ASCII': '\xfc',
}


@pytest.mark.parametrize('size', [4 << 10, 64 << 10], ids='{} bytes'.format)
@pytest.mark.parametrize('piece', HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_field_is_read_in_no_time(piece: str, size: int) -> None:
    field = f'from {piece * (size // len(piece))} by {RELAY} with SMTP'
    began = time.process_time()
    read_received(field)
    read_header(f'Received: {field}\n'.encode('latin-1'))
    assert time.process_time() - began < SECONDS


def test_a_header_of_many_fields_is_read_in_no_time() -> None:
    data = b'Received: x\n' * (64 << 10) + b'Message-ID: <1@print1>\n'
    began = time.process_time()
    assert read_header(data).message_id == '<1@print1>'
    assert time.process_time() - began < 4 * SECONDS


ID = '<1@print1>'


def header(*lines: str, end: str = '\n') -> bytes:
    return end.join([*lines, '']).encode('utf-8')


def by(relay: str) -> str:
    return f'Received: from {HOST} ([{ADDRESS}]) by {relay} with ESMTPS id 1'


HEADERS: dict[str, tuple[bytes, Header]] = {
    'both': (header(by(RELAY), f'Message-ID: {ID}'), Header(ID, Received(RELAY, 'ESMTPS', HOST, ADDRESS))),
    'the lowest of several': (
        header(by('third'), by('second'), f'Message-ID: {ID}', by('first')),
        Header(ID, Received('first', 'ESMTPS', HOST, ADDRESS)),
    ),
    'no Received': (header(f'Message-ID: {ID}', 'Subject: x'), Header(ID, None)),
    'no Message-ID': (header(by(RELAY)), Header('', Received(RELAY, 'ESMTPS', HOST, ADDRESS))),
    'another case': (header(f'MESSAGE-id: {ID}'), Header(ID, None)),
    'CRLF': (
        header(by(RELAY), f'Message-ID: {ID}', end='\r\n'),
        Header(ID, Received(RELAY, 'ESMTPS', HOST, ADDRESS)),
    ),
    'a folded Message-ID': (header('Message-ID:', f'\t{ID} '), Header(ID, None)),
    'a Message-ID twice, the first one counts': (header(f'Message-ID: {ID}', 'Message-ID: <2@print1>'), Header(ID, None)),
    'a Message-ID in the text of the mail': (header('Subject: x', '', f'Message-ID: {ID}', by(RELAY)), Header('', None)),
    'a Message-ID in another field': (header(f'Subject: Message-ID: {ID}', f' Message-ID: {ID}'), Header('', None)),
    'a line of mbox before it': (header('From x Tue Nov 24 08:15:00 2026', f'Message-ID: {ID}'), Header(ID, None)),
    'an empty Received': (header('Received:', f'Message-ID: {ID}'), Header(ID, Received())),
    'no line end': (f'Message-ID: {ID}'.encode(), Header(ID, None)),
    'cut in the middle': (header(f'Message-ID: {ID}') + b'Received: from pri', Header(ID, Received(helo='pri'))),
    'nothing': (b'', Header('', None)),
    'NUL bytes': (b'\x00' * 100, Header('', None)),
    'no field': (b'\xff\xfe no field at all\nMessage-ID: <1@print1>\n', Header('', None)),
    'non-ASCII beside': (
        header('Subject: Füße', f'Message-ID: {ID}') + b'X-Latin: M\xfcller\n',
        Header(ID, None),
    ),
}


@pytest.mark.parametrize(('data', 'read'), HEADERS.values(), ids=HEADERS)
def test_a_header_has_its_message_id_and_the_lowest_received(data: bytes, read: Header) -> None:
    assert read_header(data) == read


@pytest.mark.parametrize(
    'raw',
    ['prínt1'.encode(), b'pr\xednt1', b'print1\x00', '\u202eprint1'.encode()],
    ids=['UTF-8', 'Latin-1', 'NUL', 'a mark of direction'],
)
def test_a_name_that_is_no_ascii_is_shown_safely(raw: bytes) -> None:
    received = read_header(b'Received: from ' + raw + b' ([192.0.2.10]) by relay with ESMTPS id 1\n').received
    assert received is not None
    assert (received.by, received.protocol, received.address) == ('relay', 'ESMTPS', ADDRESS)
    assert received.helo not in ('', 'print1')
    assert not UNSAFE.search(received.helo)


def test_a_message_id_that_is_no_ascii_is_no_other_one() -> None:
    assert read_header(b'Message-ID: <1@print1\xff>\n').message_id != ID
    assert read_header('Message-ID: <1@print1\u200b>\n'.encode()).message_id != ID


def test_of_64_kb_the_fields_around_are_read() -> None:
    data = header(by('upper'), 'X-Long: ' + 'x' * (64 << 10), by(RELAY), f'Message-ID: {ID}')
    assert read_header(data) == Header(ID, Received(RELAY, 'ESMTPS', HOST, ADDRESS))


@pytest.mark.parametrize('end', ['\n', '\r\n'], ids=['LF', 'CRLF'])
def test_in_a_header_a_field_means_the_same(end: str) -> None:
    for name, (field, received) in WRITTEN.items():
        data = f'Received: {field}\n'.replace('\r\n', '\n').replace('\n', end).encode()
        assert read_header(data).received == received, name
