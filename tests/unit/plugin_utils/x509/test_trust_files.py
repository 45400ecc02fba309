# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What CA and CRL files are worth: every date at its boundary, every kind, every signature; each message with its numbers."""

from __future__ import annotations

import pytest
from cryptography import x509

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import reader as x509_reader
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.trust_files import blocks_of, check_files, ends
from support import malformed_x509
from support.pki import Authority
from support.trust_checks import (
    DAY,
    FILES,
    FRESH,
    LONG,
    NOW,
    SECOND,
    built,
    reported,
)

CA = Authority('Test CA', **LONG)
OTHER = Authority('Other CA', **LONG)
TWIN = Authority('Test CA', **LONG)
CRL = CA.crl(**FRESH)


def test_a_valid_pair_has_no_problems():
    assert reported(CA.pem, CRL) == []


def test_order_duplicates_line_ends_and_text_between_make_no_difference():
    mixed = b'# our CAs\n' + (OTHER.pem + CA.pem + b'and again\n' + CA.pem).replace(b'\n', b'\r\n')
    assert reported(mixed, CRL + OTHER.crl(**FRESH) + CRL) == []
    old = Authority('Old CA', not_before=NOW - 20 * DAY, not_after=NOW - DAY).pem
    assert reported(old * 3) == ['ca_expired']


def test_messages_have_subject_date_and_days():
    old = Authority('A', not_before=NOW - 20 * DAY, not_after=NOW - 12 * DAY).pem
    ending = Authority('B', not_before=NOW - DAY, not_after=NOW + DAY).pem
    problems = check_files(old + ending, CA.crl(last_update=NOW - 9 * DAY, next_update=NOW - 2 * DAY), NOW, 30, FILES)
    assert [(problem.file, problem.line, problem.keyword, problem.message) for problem in problems] == [
        ('ca.pem', 1, 'CAFile', 'CN=A expired on 2026-11-12 12:00 UTC, 12 days ago.'),
        ('ca.pem', 1 + old.count(b'\n'), 'CAFile', 'CN=B expires on 2026-11-25 12:00 UTC, in 1 day.'),
        ('crl.pem', 1, 'CrlFile', 'The CRL of CN=Test CA was to be replaced by 2026-11-22 12:00 UTC, 2 days ago.'),
        ('crl.pem', 1, 'CrlFile', 'The CRL of CN=Test CA is by an issuer that is not in the CA file.'),
    ]


@pytest.mark.parametrize('label, keyword', (('CERTIFICATE', 'ca'), ('X509 CRL', 'crl')))
def test_a_block_that_is_der_and_nothing_more_is_broken(label, keyword):
    pem = f'-----BEGIN {label}-----\nMAMCAQU=\n-----END {label}-----\n'.encode()
    (problem,) = check_files(pem if keyword == 'ca' else None, pem if keyword == 'crl' else None, NOW, 30, FILES)
    assert (problem.code, problem.line) == ('not_pem', 1)


def test_what_is_not_pem_is_reported_before_anything_else():
    assert reported(b'', b'') == ['not_pem', 'not_pem']
    assert reported(CRL, CA.pem) == ['no_certificate', 'no_crl']


def test_each_distinct_file_is_read_once():
    x509_reader.read_certificate.cache_clear()
    for _server in range(4):
        assert reported(CA.pem + OTHER.pem, CRL + OTHER.crl(**FRESH)) == []
    assert x509_reader.read_certificate.cache_info().misses == 2


def test_ends_of_what_is_in_both_files():
    ca, crl = (blocks_of(content, file) for content, file in ((CA.pem + OTHER.pem + CA.pem, 'ca.pem'), (CRL, 'crl.pem')))
    reported = [(one['keyword'], one['file'], one['name'], one['days_left']) for one in ends(ca, crl, NOW)]
    assert reported == [
        ('CAFile', 'ca.pem', 'CN=Other CA', 1000),
        ('CAFile', 'ca.pem', 'CN=Test CA', 1000),
        ('CrlFile', 'crl.pem', 'CN=Test CA', 100),
    ]
    assert [one['days_left'] for one in ends(None, crl, NOW + 100 * DAY + SECOND)] == [-1]
    assert ends(None, None, NOW) == []
    assert ends(blocks_of(b'nothing', 'ca.pem'), None, NOW) == []


def test_what_ends_the_analysis_ends_neither_the_task_nor_what_was_found():
    """No date is that many days ahead."""
    problems = check_files(CA.pem, CRL + b'-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n', NOW, 10**12, FILES)
    assert [(problem.code, problem.file, problem.is_error) for problem in problems] == [
        ('analysis_incomplete', 'ca.pem', False),
        ('not_pem', 'crl.pem', True),
        ('analysis_incomplete', 'crl.pem', False),
    ]
    assert 'OverflowError' in problems[0].message


def test_what_can_not_be_read_in_all_parts_is_reported():
    pem, _key = built(constraints=x509.UnrecognizedExtension(x509.BasicConstraints.oid, malformed_x509.UNREADABLE))
    (problem,) = check_files(pem, None, NOW, 30, FILES)
    assert (problem.code, problem.line) == ('analysis_incomplete', 1)
    assert problem.message == "The certificate of CN=Test CA: basicConstraints not checked: it can't be read."
