# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""sendmemo's policy as an SSLContext: the same on every Python, each flag set. Real handshakes are in the controller's tests."""

import gc
import os
import ssl
import threading

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.tls import context as tls_policy
from ansible_collections.printops.infoprint.plugins.module_utils.tls.context import (
    ANY_VERSION,
    NAME_CHECK_BY_OPENSSL,
    VERSIONS,
    Contexts,
    Policy,
    is_older,
    new_context,
    verify_flags,
)
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import CERTIFICATE, CRL, Block, read_pem
from ansible_collections.printops.infoprint.plugins.module_utils.trust.trust_store import Trust
from ansible_collections.printops.infoprint.plugins.module_utils.vocabulary import TLS_VERSIONS

pytestmark = pytest.mark.every_python

# Of a throw-away CA without a key that anybody kept.
CA = b"""\
-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUfxWaizwWX1RhkWlkIuorpheBbFEwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHVGVzdCBDQTAgFw0yNjExMjQwMzA3MjFaGA8yMTIwMDEwMTAw
MDAwMFowEjEQMA4GA1UEAwwHVGVzdCBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABPjDNyozTtVDNeF/vfCPL+3NRtNRHCLn2q6jad5lBoO+cPS/krC2N4SouSf2
RuyuudALamaeuy4sY5/VR0SJTCyjYzBhMB0GA1UdDgQWBBS/qV3oW6S5v5x4g3rp
HBV3vK+xfzAfBgNVHSMEGDAWgBS/qV3oW6S5v5x4g3rpHBV3vK+xfzAPBgNVHRMB
Af8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAKBggqhkjOPQQDAgNIADBFAiEAlne/
LMQgwtFpvqoz9b2XBHBUf5cwVirqC9IO+sZ9b08CICpswxnQVvrYJAc/RT4/J7Hy
Fp4CzJ0m3twnnA3npziM
-----END CERTIFICATE-----
"""
OTHER_CA = b"""\
-----BEGIN CERTIFICATE-----
MIIBhjCCAS2gAwIBAgIUWpGI4PC0qZalFsgSwh2ayztS/zswCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNT3RoZXIgVGVzdCBDQTAgFw0yNjEyMDExMzE1MzdaGA8yMTA5
MDEyMDEzMTUzN1owGDEWMBQGA1UEAwwNT3RoZXIgVGVzdCBDQTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABJdVj3pNt3PB/X3IgbYMZFPkMTRoyzCmsTU66DwFM9BN
KS29I0Hj9rCA3dJgG8eZxRMC/a6vje8EaTUkM6Ht1+KjUzBRMB0GA1UdDgQWBBTO
tEuI7Clhx0b6kHBjA4WATHrUFTAfBgNVHSMEGDAWgBTOtEuI7Clhx0b6kHBjA4WA
THrUFTAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIEoS7nZVA4Qn
30Zmr1YqSpmx57lXQHuJZHJlH6aV71uhAiAhrvers0xMzmq6rQs4HU9lTL2kCsJG
SvM2CjsYC1pDMQ==
-----END CERTIFICATE-----
"""
REVOCATIONS = b"""\
-----BEGIN X509 CRL-----
MIHNMHQCAQEwCgYIKoZIzj0EAwIwEjEQMA4GA1UEAwwHVGVzdCBDQRcNMjYxMTI0
MDMwNzIxWhgPMjEyMDAxMDEwMDAwMDBaoC8wLTAfBgNVHSMEGDAWgBS/qV3oW6S5
v5x4g3rpHBV3vK+xfzAKBgNVHRQEAwIBATAKBggqhkjOPQQDAgNJADBGAiEA3iyI
OT2FL+nq5piuGtQd1X7UVgHDORjdMCvMXtQVYeICIQDCyadHH9YXo4geLUZP61/8
uS0ccZx1XV2gg1A99lgSOQ==
-----END X509 CRL-----
"""
CERTIFICATES = read_pem(CA).of(CERTIFICATE)
CRLS = read_pem(REVOCATIONS).of(CRL)
TRUST = Trust('ca.pem', CERTIFICATES, None)
WITH_CRL = Trust('ca.pem', CERTIFICATES, CRLS)
TRUSTED_FIRST = int(ssl.VERIFY_X509_TRUSTED_FIRST)
LEAF, CHAIN = int(ssl.VERIFY_CRL_CHECK_LEAF), int(ssl.VERIFY_CRL_CHECK_CHAIN)


@pytest.mark.parametrize(
    'policy, flags',
    [
        (Policy(TRUST, True), TRUSTED_FIRST),
        (Policy(TRUST, True, 'chain'), TRUSTED_FIRST),
        (Policy(WITH_CRL, True), TRUSTED_FIRST | LEAF),
        (Policy(WITH_CRL, True, 'chain'), TRUSTED_FIRST | CHAIN),
        (Policy(WITH_CRL, False, 'chain'), TRUSTED_FIRST | CHAIN),
    ],
    ids=['CA', 'CA, chain without CRLs', 'CRLs of the leaf', 'CRLs of the chain', 'CRLs without the name'],
)
def test_the_verify_flags_are_these_and_no_others(policy, flags):
    assert verify_flags(policy) == flags
    context = new_context(policy)
    assert int(context.verify_flags) == flags
    assert context.verify_mode == ssl.CERT_REQUIRED


@pytest.mark.parametrize('check_name', [True, False], ids=['with the name', 'without'])
def test_openssl_checks_the_name_where_it_does_so_rightly(check_name):
    assert new_context(Policy(TRUST, check_name)).check_hostname is (check_name and NAME_CHECK_BY_OPENSSL)


def test_without_trust_nothing_is_verified():
    context = new_context(ANY_VERSION)
    assert context.verify_mode == ssl.CERT_NONE
    assert context.check_hostname is False


@pytest.mark.parametrize('trust, x509, crl', [(TRUST, 1, 0), (WITH_CRL, 1, 1)], ids=['CA', 'CA and CRL'])
def test_exactly_what_is_trusted_is_loaded(trust, x509, crl):
    stats = new_context(Policy(trust, True)).cert_store_stats()
    assert stats == {'x509': x509, 'crl': crl, 'x509_ca': x509}


@pytest.mark.parametrize('without', ['', 'memfd_create'], ids=['from memory', 'from a pipe'])
def test_a_large_crl_is_loaded_whole_and_without_a_thread(monkeypatch, tmp_path, without):
    if without:
        monkeypatch.delattr(os, without, raising=False)
    monkeypatch.setattr(threading.Thread, 'start', None)
    monkeypatch.setenv('TMPDIR', str(tmp_path / 'missing'))
    gc.collect()  # what other tests left would be closed at any moment
    descriptors = len(os.listdir('/proc/self/fd'))
    many = Trust('ca.pem', CERTIFICATES, CRLS * 1000)
    assert new_context(Policy(many, True)).cert_store_stats()['crl'] >= 1
    assert len(os.listdir('/proc/self/fd')) == descriptors


def test_a_crl_that_no_pipe_holds_is_loaded_from_a_file(monkeypatch, tmp_path):
    monkeypatch.delattr(os, 'memfd_create', raising=False)
    monkeypatch.setattr(tls_policy, 'F_SETPIPE_SZ', -1)
    monkeypatch.setenv('TMPDIR', str(tmp_path))
    many = Trust('ca.pem', CERTIFICATES, CRLS * 1000)
    assert new_context(Policy(many, True)).cert_store_stats()['crl'] >= 1
    assert os.listdir(str(tmp_path)) == []


def test_where_a_descriptor_has_no_path_crls_are_loaded_from_a_private_file_that_is_gone_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(tls_policy, 'DESCRIPTORS', '/nonexistent')
    monkeypatch.setenv('TMPDIR', str(tmp_path))
    opened = []
    open_file = os.open
    monkeypatch.setattr(os, 'open', lambda path, *how: opened.append((path, how)) or open_file(path, *how))
    gc.collect()  # what other tests left would be closed at any moment
    descriptors = len(os.listdir('/proc/self/fd'))
    assert new_context(Policy(WITH_CRL, True)).cert_store_stats() == {'x509': 1, 'crl': 1, 'x509_ca': 1}
    ((_path, (flags, mode)),) = [one for one in opened if str(one[0]).startswith(str(tmp_path))]
    assert flags & os.O_EXCL
    assert mode == 0o600
    assert os.listdir(str(tmp_path)) == []
    assert len(os.listdir('/proc/self/fd')) == descriptors
    with pytest.raises(ProblemError):
        new_context(Policy(Trust('ca.pem', CERTIFICATES, (Block(CRL, 1, b'\x30\x03\x02\x01\x05'),)), True))
    assert os.listdir(str(tmp_path)) == []


def test_without_any_place_for_the_crls_the_problem_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(tls_policy, 'DESCRIPTORS', '/nonexistent')
    monkeypatch.setenv('TMPDIR', str(tmp_path / 'missing'))
    with pytest.raises(ProblemError) as error:
        new_context(Policy(WITH_CRL, True))
    assert (error.value.problem.code, error.value.problem.keyword) == ('file_not_readable', 'CrlFile')


def test_the_options_are_the_same_on_every_python():
    options = int(new_context(Policy(TRUST, True)).options)
    assert options & int(ssl.OP_NO_SSLv3)
    assert options & int(ssl.OP_NO_COMPRESSION)
    for name in ('OP_NO_TLSv1', 'OP_NO_TLSv1_1', 'OP_NO_TLSv1_2', 'OP_NO_TLSv1_3', 'OP_IGNORE_UNEXPECTED_EOF'):
        assert not options & int(getattr(ssl, name, 0)), name


def test_the_ciphers_are_the_same_for_every_policy_but_the_oldest():
    def names(policy):
        return [cipher['name'] for cipher in new_context(policy).get_ciphers()]

    strong = names(Policy(TRUST, True))
    assert strong == names(Policy(WITH_CRL, False, min_tls='TLSv1.3'))
    weak = ('NULL', 'ADH', 'AECDH', 'RC4', 'PSK', 'SRP', 'EXP', 'MD5')
    assert not [name for name in strong if any(part in name for part in weak)]
    assert set(strong) <= set(names(Policy(TRUST, True, min_tls='TLSv1.1')))


def test_the_bounds_of_the_version_are_set():
    context = new_context(Policy(TRUST, True, min_tls='TLSv1.3'))
    capped = new_context(ANY_VERSION._replace(max_tls='TLSv1.2'))
    if hasattr(ssl, 'TLSVersion'):
        assert context.minimum_version == ssl.TLSVersion.MINIMUM_SUPPORTED
        assert context.maximum_version == ssl.TLSVersion.MAXIMUM_SUPPORTED
        assert capped.maximum_version == ssl.TLSVersion.TLSv1_2
    else:
        assert capped.options & ssl.OP_NO_TLSv1_3


@pytest.mark.filterwarnings('ignore:ssl.TLSVersion:DeprecationWarning')
@pytest.mark.parametrize('newest', TLS_VERSIONS)
def test_nothing_newer_is_spoken(newest):
    context = new_context(ANY_VERSION._replace(max_tls=newest))
    newer = TLS_VERSIONS[TLS_VERSIONS.index(newest) + 1 :]
    if hasattr(ssl, 'TLSVersion'):
        assert context.maximum_version == getattr(ssl.TLSVersion, newest.replace('.', '_'))
    else:
        refused = [version for version in TLS_VERSIONS if context.options & getattr(ssl, 'OP_NO_' + version.replace('.', '_'), 0)]
        assert tuple(refused) == newer


def test_the_systems_authorities_are_added_to_those_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv('SSL_CERT_DIR', str(tmp_path))
    monkeypatch.setenv('SSL_CERT_FILE', str(tmp_path / 'none.pem'))
    more = Policy(TRUST._replace(adds_system=True), True)
    assert len(new_context(more).get_ca_certs()) == 1
    monkeypatch.setenv('SSL_CERT_FILE', str(tmp_path / 'system.pem'))
    (tmp_path / 'system.pem').write_bytes(OTHER_CA)
    assert len(new_context(more).get_ca_certs()) == 2
    assert len(new_context(Policy(TRUST, True)).get_ca_certs()) == 1
    contexts = Contexts()
    assert contexts.get(Policy(TRUST, True)) is not contexts.get(Policy(TRUST._replace(adds_system=True), True))


OLDER = [
    ('TLSv1', 'TLSv1.2', True),
    ('TLSv1.1', 'TLSv1.2', True),
    ('TLSv1.2', 'TLSv1.2', False),
    ('TLSv1.3', 'TLSv1.2', False),
    ('TLSv1.2', 'TLSv1.3', True),
    ('TLSv1', 'TLSv1', False),
    ('SSLv3', 'TLSv1', True),
    ('TLSv9', 'TLSv1', True),
    (None, 'TLSv1', True),
]


@pytest.mark.parametrize(
    'version, minimum, older',
    OLDER,
    ids=['{} where {} is the least'.format(version, minimum) for version, minimum, _older in OLDER],
)
def test_versions_are_compared(version, minimum, older):
    assert is_older(version, minimum) is older


def test_versions_are_in_order():
    assert [is_older(version, 'TLSv1.1') for version in VERSIONS] == [True, True, False, False, False]


@pytest.mark.parametrize(
    'trust, keyword',
    [
        (Trust('ca.pem', (Block(CERTIFICATE, 1, b'\x30\x03\x02\x01\x05'),), None), 'CAFile'),
        (Trust('ca.pem', CERTIFICATES, (Block(CRL, 1, b'\x30\x03\x02\x01\x05'),)), 'CrlFile'),
    ],
    ids=['CA', 'CRL'],
)
def test_what_openssl_can_not_read_is_a_problem(trust, keyword):
    with pytest.raises(ProblemError) as error:
        new_context(Policy(trust, True))
    assert (error.value.problem.code, error.value.problem.keyword) == ('not_pem', keyword)


def test_one_context_serves_every_equal_policy():
    contexts = Contexts()
    first = contexts.get(Policy(Trust('ca.pem', tuple(CERTIFICATES), None), True))
    assert contexts.get(Policy(TRUST, True)) is first
    assert contexts.get(Policy(TRUST._replace(source='copy.pem', path='copy.pem'), True)) is first
    assert contexts.get(Policy(WITH_CRL, True)) is not first
    assert contexts.get(Policy(TRUST, False)) is not first
