# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the public bundle of CAs costs: it is read, sent over and checked once, however many servers name it."""

from __future__ import annotations

import datetime as dt
import json
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.operations import validate as validating
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Watchdog
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome.validation import validate_answer
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.trust_blocks import read_blocks
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.validate_answer import read_result
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import reader as x509_reader
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.criteria import Criteria

CAS, SERVERS = 140, 4
MOST_SECONDS = 1.0  # of the controller's CPU
NOW = dt.datetime(2026, 11, 24, tzinfo=dt.timezone.utc)


@pytest.fixture(scope='module')
def bundle() -> bytes:
    """140 CAs in about 200 kB, as Mozilla's bundle has."""
    key = ec.generate_private_key(ec.SECP384R1())
    return b''.join(root(f'Public CA {number}', key) for number in range(CAS))


def root(name: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(NOW - dt.timedelta(1000)).not_valid_after(NOW + dt.timedelta(5000))
    builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    # As large as certificates with RSA keys are, which take long to make.
    filling = x509.UnrecognizedExtension(x509.ObjectIdentifier('1.2.3.4'), b'\x04\x82\x02\x58' + bytes(600))
    return builder.add_extension(filling, critical=False).sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_the_public_bundle_for_four_servers_is_checked_once_and_fast(bundle, tmp_path) -> None:
    for number in range(SERVERS):
        directory = tmp_path / f'spl{number}'
        directory.mkdir(mode=0o755)
        (directory / 'sendmemo-ssl.cfg').write_text('EnableTLS = 1\nCAFile = ca-bundle.pem\n')
        (directory / 'ca-bundle.pem').write_bytes(bundle)
    nothing = ('path', 'content', 'working_dir', 'smtp_port', 'pd_bin_dir')
    request = {**dict.fromkeys(nothing), 'base_dir': str(tmp_path), 'servers': []}
    answer = json.dumps(plain(validating.run(request, Watchdog(60))))
    assert 180_000 < len(bundle) < 240_000
    assert len(answer) < 1.1 * len(bundle)
    x509_reader.read_certificate.cache_clear()
    began = time.process_time()
    fields = AnswerObject(json.loads(answer), 'the answer')
    blocks = read_blocks(fields)
    validated = [validate_answer(read_result(entry), blocks, None, Criteria(NOW, 30)) for entry in fields.children('servers')]
    spent = time.process_time() - began
    assert [(entry.entry['name'], entry.problems) for entry in validated] == [(f'spl{number}', []) for number in range(SERVERS)]
    assert x509_reader.read_certificate.cache_info().misses == CAS
    assert spent < MOST_SECONDS, f'{spent:.2f} s'
