# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trust files that a configuration names: where they are looked for, and what can't be used."""

import os

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.trust import trust_store as trust_files
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import read_pem
from ansible_collections.printops.infoprint.plugins.module_utils.trust.trust_store import load_trust, path_of

pytestmark = pytest.mark.every_python

CA = b'-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n'
CRL = b'-----BEGIN X509 CRL-----\nMAMCAQU=\n-----END X509 CRL-----\n'
KEY = b'-----BEGIN PRIVATE KEY-----\nMAMCAQU=\n-----END PRIVATE KEY-----\n'


@pytest.mark.parametrize(
    'value, path',
    [('ca.pem', '/var/pd/spl1/ca.pem'), ('/etc/ca.pem', '/etc/ca.pem'), ('..', '/var/pd/spl1/..')],
    ids=['bare name', 'full path', 'parent directory'],
)
def test_a_value_is_looked_for_where_the_manual_says(value, path):
    assert path_of('CAFile', value, '/var/pd/spl1') == path


def test_what_is_staged_is_read_and_reported_by_its_own_name(tmp_path):
    (tmp_path / '.ca.pem.new').write_bytes(CA)
    trust, problems = load_trust(settings(), str(tmp_path), {'ca.pem': '.ca.pem.new'})
    assert (trust.source, len(trust.certificates), problems) == (str(tmp_path / 'ca.pem'), 1, [])
    (tmp_path / '.ca.pem.new').write_bytes(KEY)
    trust, problems = load_trust(settings(), str(tmp_path), {'ca.pem': '.ca.pem.new'})
    assert (trust, [problem.file for problem in problems]) == (None, [str(tmp_path / 'ca.pem')])


@pytest.mark.parametrize('value', ['./ca.pem', 'sub/ca.pem', '../ca.pem', 'C:\\ca.pem', '\\ca.pem', 'a\\b'])
def test_any_other_path_is_relative(value):
    with pytest.raises(ProblemError) as error:
        path_of('CrlFile', value, '/var/pd/spl1')
    problem = error.value.problem
    assert (problem.code, problem.keyword, problem.value) == ('relative_path', 'CrlFile', value)


def settings(**values):
    return dict({'CAFile': 'ca.pem', 'CrlFile': ''}, **values)


def test_certificates_and_crls_are_found(tmp_path):
    (tmp_path / 'ca.pem').write_bytes(CA + CA)
    (tmp_path / 'crl.pem').write_bytes(CRL)
    trust, problems = load_trust(settings(CrlFile='crl.pem'), str(tmp_path), {})
    assert problems == []
    assert (len(trust.certificates), len(trust.crls)) == (2, 1)
    assert trust.source == str(tmp_path / 'ca.pem')


def test_without_a_crl_file_revocation_is_not_checked(tmp_path):
    (tmp_path / 'ca.pem').write_bytes(CA)
    assert load_trust(settings(), str(tmp_path), {})[0].crls is None


def test_certificates_in_a_crl_file_are_not_trusted(tmp_path):
    (tmp_path / 'ca.pem').write_bytes(CA)
    (tmp_path / 'crl.pem').write_bytes(CRL + CA + CA)
    trust, _problems = load_trust(settings(CrlFile='crl.pem'), str(tmp_path), {})
    assert (len(trust.certificates), len(trust.crls)) == (1, 1)


def test_without_a_ca_file_the_products_bundle_counts(tmp_path, monkeypatch):
    bundle = tmp_path / 'bundle.pem'
    monkeypatch.setattr(trust_files, 'PRODUCT_BUNDLE', str(bundle))
    trust, _problems = load_trust(settings(CAFile=''), str(tmp_path), {})
    assert trust.certificates is None
    assert 'system' in trust.source
    bundle.write_bytes(CA)
    trust, _problems = load_trust(settings(CAFile=''), str(tmp_path), {})
    assert (len(trust.certificates), trust.path) == (1, str(bundle))
    assert trust.source == "the product's bundle %s" % bundle


def test_what_is_trusted_without_a_ca_file_can_be_added_to_one(tmp_path, monkeypatch):
    (tmp_path / 'ca.pem').write_bytes(CA)
    bundle = tmp_path / 'bundle.pem'
    monkeypatch.setattr(trust_files, 'PRODUCT_BUNDLE', str(bundle))
    trust, _problems = load_trust(settings(), str(tmp_path), {}, adds_default_cas=True)
    assert (len(trust.certificates), trust.adds_system, trust.has_system) == (1, True, True)
    assert trust.source == "%s/ca.pem and the system's own CA certificates" % tmp_path
    bundle.write_bytes(CA)
    trust, _problems = load_trust(settings(), str(tmp_path), {}, adds_default_cas=True)
    assert (len(trust.certificates), trust.has_system) == (2, False)
    assert trust.source == "%s/ca.pem and the product's bundle %s" % (tmp_path, bundle)
    bundle.write_bytes(b'')
    trust, problems = load_trust(settings(), str(tmp_path), {}, adds_default_cas=True)
    assert (trust, [problem.code for problem in problems]) == (None, ['not_pem'])


def test_a_bundle_that_can_not_be_used_is_a_problem_not_a_fallback(tmp_path, monkeypatch):
    (tmp_path / 'bundle.pem').write_bytes(b'')
    monkeypatch.setattr(trust_files, 'PRODUCT_BUNDLE', str(tmp_path / 'bundle.pem'))
    trust, problems = load_trust(settings(CAFile=''), str(tmp_path), {})
    assert trust is None
    assert [problem.code for problem in problems] == ['not_pem']


@pytest.mark.parametrize(
    'content, code',
    [
        pytest.param(b'', 'not_pem', id='empty'),
        pytest.param(b'hello', 'not_pem', id='text'),
        pytest.param(b'\x30\x03\x02\x01\x05', 'not_pem', id='DER'),
        pytest.param(CRL, 'no_certificate', id='a CRL'),
        pytest.param(CA + KEY, 'private_key_in_trust_file', id='with a private key'),
        pytest.param(CA[:-10], 'not_pem', id='cut off'),
        pytest.param(None, 'file_not_found', id='missing'),
        pytest.param(b'x' * ((4 << 20) + 1), 'file_not_readable', id='over 4 MiB'),
    ],
)
def test_a_ca_file_that_can_not_be_used_is_a_problem(content, code, tmp_path):
    if content is not None:
        (tmp_path / 'ca.pem').write_bytes(content)
    trust, problems = load_trust(settings(), str(tmp_path), {})
    assert trust is None
    assert [(problem.code, problem.keyword) for problem in problems] == [(code, 'CAFile')]


def test_both_files_are_checked(tmp_path):
    (tmp_path / 'crl.pem').write_bytes(CA)
    _trust, problems = load_trust(settings(CrlFile='crl.pem'), str(tmp_path), {})
    assert [problem.code for problem in problems] == ['file_not_found', 'no_crl']


@pytest.mark.parametrize('make', [pytest.param(os.mkdir, id='directory'), pytest.param(os.mkfifo, id='pipe')])
def test_only_regular_files_are_read(make, tmp_path):
    make(str(tmp_path / 'ca.pem'))
    _trust, problems = load_trust(settings(), str(tmp_path), {})
    assert [problem.code for problem in problems] == ['unsafe_path']


def test_a_link_is_followed_as_by_sendmemo(tmp_path):
    (tmp_path / 'real.pem').write_bytes(CA)
    (tmp_path / 'ca.pem').symlink_to('real.pem')
    assert load_trust(settings(), str(tmp_path), {})[1] == []


def test_what_was_read_once_is_not_parsed_again_and_is_the_same_content_anywhere(tmp_path, monkeypatch):
    (tmp_path / 'ca.pem').write_bytes(CA)
    (tmp_path / 'copy.pem').write_bytes(CA)
    (tmp_path / 'other.pem').write_bytes(CA + CA)
    parsed = []
    monkeypatch.setattr(trust_files, 'read_pem', lambda data: parsed.append(data) or read_pem(data))
    read = {}
    first, second, other = [
        load_trust(settings(CAFile=name), str(tmp_path), {}, read)[0] for name in ('ca.pem', 'copy.pem', 'other.pem')
    ]
    assert parsed == [CA, CA + CA]
    assert first.content == second.content != other.content
    assert first.source != second.source
