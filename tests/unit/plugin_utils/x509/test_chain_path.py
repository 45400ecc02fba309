# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The path from a certificate to a trusted root: the trusted issuers before the sent ones, the valid ones before others."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.chain_path import Trust, build_path, readable, trust_of
from support import pki
from support.x509_records import HOST, NOW, record

ROOT, TWIN, OTHER = pki.Authority('Root'), pki.Authority('Root'), pki.Authority('Other root')
MIDDLE = pki.Authority('Intermediate', parent=ROOT)
EXPIRED_ROOT = pki.Authority('Root', key=ROOT.key, not_after=pki.days_from_now(-1))
LEAF = MIDDLE.issue([HOST])
OF_ROOT = ROOT.issue([HOST])


class Case(t.NamedTuple):
    sent: list[t.Any]
    trusted: list[t.Any] | None
    path: list[t.Any]
    code: str = ''
    message: str = ''


CASES = {
    'by a trusted root': Case([OF_ROOT], [ROOT], [OF_ROOT, ROOT]),
    'by an intermediate CA': Case([LEAF, MIDDLE], [ROOT], [LEAF, MIDDLE, ROOT]),
    'sent in the wrong order': Case([LEAF, ROOT, MIDDLE], [ROOT], [LEAF, MIDDLE, ROOT]),
    'with others among what was sent': Case([LEAF, OTHER, MIDDLE], [OTHER, ROOT], [LEAF, MIDDLE, ROOT]),
    'the intermediate CA is trusted too': Case([LEAF], [MIDDLE, ROOT], [LEAF, MIDDLE, ROOT]),
    'by the valid of two certificates of the root': Case([OF_ROOT], [EXPIRED_ROOT, ROOT], [OF_ROOT, ROOT]),
    'by an expired root alone': Case([OF_ROOT], [EXPIRED_ROOT], [OF_ROOT, EXPIRED_ROOT]),
    "the system's store": Case([LEAF, MIDDLE], None, [LEAF, MIDDLE]),
    'the root is another': Case(
        [LEAF, MIDDLE],
        [OTHER],
        [LEAF, MIDDLE],
        'unknown_ca',
        'CN=Intermediate was issued by CN=Root, which is not in ca.pem.',
    ),
    'the root has another key': Case(
        [OF_ROOT],
        [TWIN],
        [OF_ROOT],
        'unknown_ca',
        f'CN={HOST} was issued by a CN=Root with another key than the one in ca.pem.',
    ),
    'an unknown root was sent': Case(
        [OF_ROOT, ROOT], [OTHER], [OF_ROOT, ROOT], 'unknown_ca', 'The chain ends at CN=Root, which is not in ca.pem.'
    ),
    'only the intermediate CA is trusted': Case(
        [LEAF],
        [MIDDLE],
        [LEAF, MIDDLE],
        'unknown_ca',
        'CN=Intermediate was issued by CN=Root, which is not in ca.pem; there is an intermediate CA, but not its root.',
    ),
    'only the certificate itself is trusted': Case(
        [LEAF],
        [LEAF],
        [LEAF],
        'unknown_ca',
        f'CN={HOST} was issued by CN=Intermediate, which is not in ca.pem; '
        'there is the certificate itself, but not that of its CA.',
    ),
    'self-signed': Case(
        [OTHER], [ROOT], [OTHER], 'self_signed', 'The certificate of CN=Other root is self-signed, not issued by a CA.'
    ),
}


@pytest.mark.parametrize('name', CASES)
def test_paths(name: str) -> None:
    case = CASES[name]
    sent, expected = ([record(holder.certificate) for holder in holders] for holders in (case.sent, case.path))
    authorities = None if case.trusted is None else [record(holder.certificate) for holder in case.trusted]
    path = build_path(sent, Trust(authorities, None, False, 'ca.pem'), NOW)
    assert [certificate.subject for certificate in path.certificates] == [certificate.subject for certificate in expected]
    assert path.certificates == expected
    assert (path.code, path.message) == (case.code, case.message)


def test_cas_that_issue_each_other_end_a_path() -> None:
    first, second = pki.Authority('First', parent=ROOT), pki.Authority('Second', parent=ROOT)
    circle = [
        record(pki.Authority(name, parent=parent, key=key).certificate)
        for name, parent, key in (('First', second, first.key), ('Second', first, second.key))
    ]
    leaf = record(first.issue([HOST]).certificate)
    assert build_path([leaf, *circle], Trust([], None, False, 'ca.pem'), NOW).certificates == [leaf, *circle]


def test_trust_without_crls_checks_no_revocation() -> None:
    trust = trust_of(None, [], True, "the system's own CA certificates")
    assert (trust.authorities, trust.crls) == (None, None)
    assert trust_of([], [b'broken'], True, 'ca.pem').crls == []


def test_records_are_separated_from_the_reasons_of_others() -> None:
    read = record(ROOT.certificate)
    assert readable(['it is broken', read]) == ([read], ('it is broken',))
