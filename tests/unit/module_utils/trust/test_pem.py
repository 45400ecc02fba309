# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""PEM files: what comes out, and what is a fault because OpenSSL would pass over it or stumble."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import (
    CERTIFICATE,
    CRL,
    MOST_FAULTS,
    as_pem,
    read_pem,
    structure_problems,
)

pytestmark = pytest.mark.every_python

DER = b'\x30\x82\x01\x00' + bytes(range(256))
SMALL = b'\x30\x03\x02\x01\x05'


def block(label='CERTIFICATE', der=DER, width=64, end='\n', end_label=None):
    text = base64.b64encode(der).decode('ascii')
    lines = ['-----BEGIN %s-----' % label] + [text[i : i + width] for i in range(0, len(text), width)]
    return (end.join(lines + ['-----END %s-----' % (end_label or label), ''])).encode('ascii')


VALID = {
    'one': block(),
    'CR LF': block(end='\r\n'),
    'blanks at the ends of lines': block(end=' \t\n'),
    'no final newline': block()[:-1],
    'one long line': block(width=4000),
    'text around': b'Subject: CN=x\n  -- text --\n' + block() + b'more: -----\n',
    'text in another encoding': b'# M\xfcller\n' + block(),
}


@pytest.mark.parametrize('name', sorted(VALID))
def test_a_valid_block_comes_out(name):
    pem = read_pem(VALID[name])
    assert [(found.label, found.der) for found in pem.blocks] == [(CERTIFICATE, DER)]
    assert (pem.others, pem.faults, pem.is_der) == ((), (), False)
    assert list(structure_problems(pem, 'CAFile', 'ca.pem')) == []


def test_blocks_come_in_order_with_their_lines_and_kinds():
    pem = read_pem(block(der=SMALL) + b'text\n' + block(CRL, SMALL) + block(der=DER) + block('PUBLIC KEY', SMALL))
    assert [(found.label, found.line) for found in pem.blocks] == [(CERTIFICATE, 1), (CRL, 5), (CERTIFICATE, 8)]
    assert [label for label, _line in pem.others] == ['PUBLIC KEY']
    assert [found.der for found in pem.of(CRL)] == [SMALL]


BROKEN = {
    'no END': block()[:-26],
    'no END, then another': block()[:-26] + block(),
    'END of another kind': block(end_label='X509 CRL'),
    'END alone': b'-----END CERTIFICATE-----\n' + block(),
    'BEGIN not at the start': block() + b'  ' + block(),
    'four hyphens': block() + block().replace(b'-----BEGIN', b'----BEGIN'),
    'lower case': block() + block().replace(b'BEGIN CERTIFICATE', b'begin certificate'),
    'old Mac line ends': block(end='\r'),
    'a byte order mark': b'\xef\xbb\xbf' + block(),
    'a NUL byte': b'\0\n' + block(),
    'a blank line inside': block().replace(b'\n', b'\n\n', 2),
    'indented': block(end='\n  '),
    'a header inside': block().replace(b'-----\n', b'-----\nProc-Type: 4,ENCRYPTED\n\n', 1),
    'no base64': block().replace(b'\nMII', b'\nM*I'),
    'cut base64': block(der=SMALL).replace(b'MAMCAQU=', b'MAMCAQU'),
    'padding inside': block(der=SMALL).replace(b'MAMCAQU=', b'MAMCAQU=MAMCAQU='),
    'empty': b'-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
    'not DER': block(der=b'a secret that somebody wants to see'),
    'DER and more': block(der=SMALL + b'secret'),
    'DER cut short': block(der=DER[:-1]),
    'an indefinite length': block(der=b'\x30\x80\x00\x00'),
}


@pytest.mark.parametrize('name', sorted(BROKEN))
def test_a_broken_block_is_a_fault_also_beside_a_valid_one(name):
    for data in (BROKEN[name], block() + BROKEN[name]):
        pem = read_pem(data)
        assert pem.faults
        assert 'not_pem' in [problem.code for problem in structure_problems(pem, 'CAFile', 'ca.pem')]
        assert all(found.der in (DER, SMALL) for found in pem.blocks)


# name: data, keyword, codes
FILES = {
    'nothing': (b'', 'CAFile', ['not_pem']),
    'text': (b'hello\n', 'CAFile', ['not_pem']),
    'DER': (DER, 'CAFile', ['not_pem']),
    'a CRL as CA': (block(CRL), 'CAFile', ['no_certificate']),
    'a CA as CRL': (block(), 'CrlFile', ['no_crl']),
    'a CRL': (block(CRL), 'CrlFile', []),
    'PKCS7': (block('PKCS7'), 'CAFile', ['no_certificate']),
    'a request': (block('CERTIFICATE REQUEST'), 'CAFile', ['no_certificate']),
    'trust settings': (block('TRUSTED CERTIFICATE'), 'CAFile', ['not_pem', 'no_certificate']),
    'trust settings beside': (block() + block('TRUSTED CERTIFICATE'), 'CAFile', ['not_pem']),
    'an old label beside': (block() + block('X509 CERTIFICATE'), 'CAFile', ['not_pem']),
    'a key': (block('PRIVATE KEY'), 'CAFile', ['private_key_in_trust_file', 'no_certificate']),
    'a key beside': (block() + block('RSA PRIVATE KEY'), 'CAFile', ['private_key_in_trust_file']),
    'an encrypted key beside': (
        block() + b'-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nQUJD\n'
        b'-----END RSA PRIVATE KEY-----\n',
        'CAFile',
        ['private_key_in_trust_file'],
    ),
    'a key without its END': (block() + block('EC PRIVATE KEY')[:-30], 'CAFile', ['private_key_in_trust_file', 'not_pem']),
    'a key in the CRL file': (block(CRL) + block('OPENSSH PRIVATE KEY'), 'CrlFile', ['private_key_in_trust_file']),
}


@pytest.mark.parametrize('name', sorted(FILES))
def test_the_contents_of_a_trust_file_are_checked(name):
    data, keyword, codes = FILES[name]
    problems = list(structure_problems(read_pem(data), keyword, 'ca.pem'))
    assert [problem.code for problem in problems] == codes
    assert all(problem.file == 'ca.pem' and problem.keyword == keyword for problem in problems)


def test_der_is_named_with_the_command_that_converts_it():
    for keyword, kind in (('CAFile', 'x509'), ('CrlFile', 'crl')):
        (problem,) = structure_problems(read_pem(DER), keyword, 'ca.der')
        assert (problem.message, problem.hint) == (
            'The file is DER, not PEM.',
            'Convert it: openssl %s -inform DER -in FILE -out NEW.' % kind,
        )


def test_nothing_of_a_file_is_quoted_but_known_labels():
    secret = 'HUNTER2'
    data = block(secret) + block('%s PRIVATE KEY' % secret) + secret.encode('ascii') + b'\n--BEGIN HUNTER2\n'
    problems = list(structure_problems(read_pem(data), 'CAFile', 'ca.pem'))
    assert len(problems) == 2
    assert secret not in repr(problems)


def test_many_faults_are_counted():
    problems = list(structure_problems(read_pem(b'-----BEGIN CERTIFICATE-----\n' * 1000), 'CAFile', 'ca.pem'))
    assert len(problems) == MOST_FAULTS + 1
    assert problems[-1].message == 'The file has 980 more faults.'


@given(st.lists(st.tuples(st.sampled_from([CERTIFICATE, CRL]), st.sampled_from([SMALL, DER, b'\x30\x00'])), max_size=6))
def test_what_is_written_is_read(items):
    blocks = read_pem(b''.join(block(label, der) for label, der in items)).blocks
    assert [(found.label, found.der) for found in blocks] == items
    again = read_pem(''.join(as_pem(found) for found in blocks).encode('ascii'))
    assert [(found.label, found.der) for found in again.blocks] == items
    assert not again.faults


_PIECES = st.sampled_from(
    [
        b'-----BEGIN CERTIFICATE-----',
        b'-----END CERTIFICATE-----',
        b'-----BEGIN X509 CRL-----',
        b'\n',
        b'\r\n',
        b'MAA=',
        b'-',
        b'=',
        b'\0',
        b' ',
        b'-----BEGIN PRIVATE KEY-----',
        b'\xff',
    ]
)


@given(st.binary(max_size=200) | st.lists(_PIECES, max_size=30).map(b''.join))
def test_any_bytes_are_read(data):
    pem = read_pem(data)
    for keyword in ('CAFile', 'CrlFile'):
        assert list(structure_problems(pem, keyword, 'x')) or pem.blocks
