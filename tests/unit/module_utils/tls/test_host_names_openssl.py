# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Name matching gives OpenSSL's own verdict, on generated certificates and hosts (INFOPRINT_NAME_PAIRS of them)."""

import os
import random

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.tls.host_names import (
    CertificateNames,
    host_matches,
    packed_address,
)
from support import openssl_names
from support.name_pairs import HOSTS_PER_CERTIFICATE, make_case

pytestmark = pytest.mark.every_python

PAIRS = int(os.environ.get('INFOPRINT_NAME_PAIRS', '60000'))
SEED = int(os.environ.get('INFOPRINT_SEED', '20261124'))
REASON = openssl_names.why_not()


@pytest.fixture(autouse=True)
def openssl():
    if REASON and os.environ.get('CI'):
        pytest.fail('CI must run this test: %s' % REASON)
    if REASON:
        pytest.skip(REASON)


def is_asked(host):
    """Whether a host is one that is left to OpenSSL: one that begins with a dot would match every sub-domain there.

    Other hosts than those of ASCII characters never come to it: Python writes them as IDNA.
    """
    return bool(host) and not host.startswith('.') and not host.endswith('.') and max(host) < '\x80'


def test_generated_names_get_openssl_s_verdict():
    source = random.Random(SEED)
    count = {True: 0, False: 0}
    wrong = []
    while sum(count.values()) < PAIRS:
        case = make_case(source)
        names = CertificateNames(case.dns, case.ip, case.common)
        certificate = openssl_names.certificate_for(case.dns, case.ip, case.common)
        addresses = [host for host in case.hosts if packed_address(host) is not None]
        hosts = [host for host in case.hosts if packed_address(host) is None and is_asked(host)]
        verdicts = openssl_names.is_for_address(certificate, addresses) + openssl_names.is_for_host(certificate, hosts)
        for host, verdict in zip(addresses + hosts, verdicts):
            count[verdict] += 1
            if host_matches(names, host) is not verdict:
                wrong.append((names, host, verdict))
    assert wrong[:10] == []
    assert min(count.values()) > PAIRS // HOSTS_PER_CERTIFICATE, 'one verdict is hardly tried: %s' % count


def test_openssl_is_asked_rightly():
    certificate = openssl_names.certificate_for(['*.example.com'], ['192.0.2.1'], ['other.example'])
    assert openssl_names.is_for_host(certificate, ['a.example.com', 'other.example', '.example.com']) == (True, False, True)
    assert openssl_names.is_for_address(certificate, ['192.0.2.1', '192.0.2.2']) == (True, False)
