# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which certificates of a path are revoked, which CRL is used for each, and what is wrong with that CRL."""

from __future__ import annotations

import typing as t

import pytest
from cryptography import x509

from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.chain_path import Path, Trust
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.revocation_diagnosis import OTHER_LIST, revocation
from support import pki
from support.x509_records import HOST, NOW, listed, record

ROOT, OTHER, TWIN = pki.Authority('Test CA'), pki.Authority('Other CA'), pki.Authority('Test CA')
NO_CRL_SIGN = pki.Authority('Test CA', key=ROOT.key, crl_sign=False)
INTERMEDIATE = pki.Authority('Issuing CA', parent=ROOT)
LEAF, DEEP = ROOT.issue([HOST]), INTERMEDIATE.issue([HOST])
SELF_SIGNED = pki.Authority(HOST, is_ca=False)
OLD = {'last_update': pki.days_from_now(-20), 'next_update': pki.days_from_now(-3.5)}
TO_COME = {'last_update': pki.days_from_now(2)}
URI = x509.UniformResourceIdentifier('http://a.example.com/a.crl')
RELATIVE = x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'part 1')])


class Case(t.NamedTuple):
    """A path, the leaf first, and CRLs in PEM; `codes` are the problems in their order."""

    path: t.Sequence[pki.Identity | pki.Authority]
    crls: t.Sequence[bytes]
    codes: list[str]
    whole_chain: bool = False
    unread: tuple[str, ...] = ()


def scope(
    *,
    full_name: list[x509.GeneralName] | None = None,
    relative_name: x509.RelativeDistinguishedName | None = None,
    only: str = '',
    indirect: bool = False,
    reasons: frozenset[x509.ReasonFlags] | None = None,
) -> pki.More:
    """Return an issuing distribution point; `only` is the kind of certificates that it is for."""
    extension = x509.IssuingDistributionPoint(
        full_name, relative_name, only == 'user', only == 'ca', reasons, indirect, only == 'attribute'
    )
    return [(extension, True)]


def with_point(
    full_name: list[x509.GeneralName] | None, relative_name: x509.RelativeDistinguishedName | None = None
) -> pki.Identity:
    """Return a certificate with a distribution point of its CRL."""
    point = x509.DistributionPoint(full_name, relative_name, None, None)
    return ROOT.issue([HOST], more=[(x509.CRLDistributionPoints([point]), False)])


def delta(revoked: t.Sequence[pki.Identity] = ()) -> bytes:
    return ROOT.crl(revoked, more=[(x509.DeltaCRLIndicator(1), True)])


def problems_of(case: Case) -> list[t.Any]:
    path = Path([record(one.certificate) for one in case.path])
    trust = Trust([record(ROOT.certificate)], [listed(crl) for crl in case.crls], case.whole_chain, 'ca.pem', (), case.unread)
    return list(revocation(path, trust, NOW))


SOME_REASONS = frozenset([x509.ReasonFlags.key_compromise])
UNUSABLE = ['certificate_invalid']
CASES = {
    'good': Case([LEAF, ROOT], [ROOT.crl()], []),
    'revoked': Case([LEAF, ROOT], [ROOT.crl([LEAF])], ['revoked']),
    'another certificate is revoked': Case([LEAF, ROOT], [ROOT.crl([DEEP])], []),
    'no CRL': Case([LEAF, ROOT], [], ['crl_missing']),
    'only a CRL of another CA': Case([LEAF, ROOT], [OTHER.crl([LEAF])], ['crl_missing']),
    'only a CRL of another key': Case([LEAF, ROOT], [TWIN.crl([LEAF])], ['crl_missing']),
    'a CRL of another key too': Case([LEAF, ROOT], [TWIN.crl([LEAF]), ROOT.crl()], []),
    'a CRL that can not be read': Case([LEAF, ROOT], [], [], unread=('it is cut off',)),
    'expired': Case([LEAF, ROOT], [ROOT.crl(**OLD)], ['crl_expired']),
    'expired and revoked': Case([LEAF, ROOT], [ROOT.crl([LEAF], **OLD)], ['crl_expired', 'revoked']),
    'to come': Case([LEAF, ROOT], [ROOT.crl(**TO_COME)], ['crl_not_yet_valid']),
    'expired, but a current one': Case([LEAF, ROOT], [ROOT.crl([LEAF], **OLD), ROOT.crl()], []),
    'to come, but a current one': Case([LEAF, ROOT], [ROOT.crl([LEAF], **TO_COME), ROOT.crl()], []),
    'the newer of two counts': Case([LEAF, ROOT], [ROOT.crl([LEAF]), ROOT.crl(last_update=pki.days_from_now(-5))], ['revoked']),
    'damaged': Case([LEAF, ROOT], [pki.damaged(ROOT.crl())], ['crl_signature_invalid']),
    'no cRLSign': Case([LEAF, NO_CRL_SIGN], [ROOT.crl()], UNUSABLE),
    'self-signed': Case([SELF_SIGNED], [], ['crl_missing']),
    'root alone, with its own CRL': Case([ROOT], [ROOT.crl([ROOT.certificate])], ['revoked']),
    # The issuer was not received.
    'issuer hidden, its CRL': Case([LEAF], [ROOT.crl([LEAF])], ['revoked']),
    'issuer hidden, no CRL': Case([LEAF], [], ['crl_missing']),
    'issuer hidden, a CRL by another key of that name': Case([LEAF], [TWIN.crl([LEAF])], []),
    'issuer hidden, a CRL of another CA': Case([LEAF], [OTHER.crl()], ['crl_missing']),
    # Above the leaf.
    'the leaf alone is checked': Case([DEEP, INTERMEDIATE, ROOT], [INTERMEDIATE.crl()], []),
    'each level is checked': Case([DEEP, INTERMEDIATE, ROOT], [INTERMEDIATE.crl(), ROOT.crl()], [], whole_chain=True),
    'a level is missing': Case([DEEP, INTERMEDIATE, ROOT], [INTERMEDIATE.crl()], ['crl_missing'], whole_chain=True),
    'all levels are missing': Case([DEEP, INTERMEDIATE, ROOT], [], ['crl_missing', 'crl_missing'], whole_chain=True),
    'an intermediate CA is revoked': Case(
        [DEEP, INTERMEDIATE, ROOT], [INTERMEDIATE.crl(), ROOT.crl([INTERMEDIATE.certificate])], ['revoked'], whole_chain=True
    ),
    # What a CRL is for.
    'for user certificates': Case([LEAF, ROOT], [ROOT.crl([LEAF], more=scope(only='user'))], ['revoked']),
    'for CA certificates': Case([LEAF, ROOT], [ROOT.crl(more=scope(only='ca'))], UNUSABLE),
    'for CA certificates, but another one': Case(
        [LEAF, ROOT], [ROOT.crl([LEAF], more=scope(only='ca')), ROOT.crl(**OLD)], ['crl_expired']
    ),
    'for attribute certificates': Case([LEAF, ROOT], [ROOT.crl(more=scope(only='attribute'))], UNUSABLE),
    'indirect': Case([LEAF, ROOT], [ROOT.crl([LEAF], more=scope(indirect=True, only='user'))], ['crl_missing']),
    'for some reasons': Case([LEAF, ROOT], [ROOT.crl([LEAF], more=scope(reasons=SOME_REASONS, only='user'))], ['crl_missing']),
    'delta': Case([LEAF, ROOT], [delta([LEAF])], ['revoked']),
    # Distribution points.
    'a point, and a certificate without one': Case([LEAF, ROOT], [ROOT.crl(more=scope(full_name=[URI]))], UNUSABLE),
    'the point of the certificate': Case([with_point([URI]), ROOT], [ROOT.crl(more=scope(full_name=[URI]))], []),
    'another point': Case([with_point([x509.DNSName('b.example.com')]), ROOT], [ROOT.crl(more=scope(full_name=[URI]))], UNUSABLE),
    'the same relative point': Case([with_point(None, RELATIVE), ROOT], [ROOT.crl(more=scope(relative_name=RELATIVE))], []),
    'a relative point, written in full': Case(
        [with_point([x509.DirectoryName(x509.Name([*ROOT.name.rdns, RELATIVE]))]), ROOT],
        [ROOT.crl(more=scope(relative_name=RELATIVE))],
        [],
    ),
    'any CRL for a certificate with a point': Case([with_point([URI]), ROOT], [ROOT.crl()], []),
}


@pytest.mark.parametrize('name', CASES)
def test_a_path_has_these_problems(name: str) -> None:
    problems = problems_of(CASES[name])
    assert [problem.code for problem in problems] == CASES[name].codes
    assert {problem.stage for problem in problems} <= {'certificate'}


def test_a_problem_is_named_once() -> None:
    """Two levels by one issuer have one list."""
    same = pki.Authority('Test CA', parent=ROOT, key=ROOT.key)
    (problem,) = problems_of(Case([same.issue([HOST]), same, ROOT], [], [], whole_chain=True))
    assert (problem.code, problem.message) == (
        'crl_missing',
        f'There is no revocation list of {_of(ROOT)}, who issued CN={HOST}.',
    )


def _of(authority: pki.Authority) -> str:
    return record(authority.certificate).subject


def test_messages_name_the_ca_and_the_dates() -> None:
    expired, revoked = problems_of(Case([LEAF, ROOT], [ROOT.crl([LEAF], **OLD)], []))
    assert expired.message.startswith(f'The revocation list of {_of(ROOT)} was to be replaced by ')
    assert expired.message.endswith(', 3 days ago.')
    assert revoked.message.startswith(f'The certificate of {record(LEAF.certificate).subject} was revoked on 2')


@pytest.mark.parametrize('name', [name for name, case in CASES.items() if case.codes == UNUSABLE])
def test_for_a_crl_that_is_for_something_else_another_one_is_asked_for(name: str) -> None:
    (problem,) = problems_of(CASES[name])
    assert problem.hint == OTHER_LIST
    assert "can't be used" in problem.message
