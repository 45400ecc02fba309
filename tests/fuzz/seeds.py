# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the fuzzing of each target begins with: valid data, to be corrupted."""

from __future__ import annotations

import json
import pathlib

import cryptography_vectors

from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.to_json import to_json
from support import fleet
from support.pki import Authority

from . import target_side
from .answers import CA, CHAIN, CRLS, der, file_answer, send_answer

PKITS = pathlib.Path(cryptography_vectors.__file__).parent / 'x509' / 'PKITS_data'

WORDS = {
    'pem': tuple(
        f'-----{edge} {label}-----\n'.encode()
        for edge in ('BEGIN', 'END')
        for label in ('CERTIFICATE', 'X509 CRL', 'TRUSTED CERTIFICATE', 'PRIVATE KEY', 'RSA PRIVATE KEY')
    )
}


def seeds() -> dict[str, list[bytes]]:
    """Return by target what it begins with."""
    authority = Authority('Test CA')
    intermediate, leaf = Authority('Issuing CA', parent=authority), authority.issue(['mail.example.com', '192.0.2.1'])
    crl = authority.crl([leaf])
    files = [authority.pem, intermediate.pem, leaf.certificate_pem, crl]
    sample = (
        b'# managed\nEnableTLS = 1\nCAFile = ca.pem\nCrlFile = /etc/ipm/crl.pem\nCertValidationIgnoreHostName = 0\n'
        b'IgnoreCertificateErrors = 0\nHostname = [IPv6:fc00::1]\n'
    )
    return {
        **target_side.SEEDS,
        'config': [sample, sample.replace(b'\n', b'\r\n'), b'\xef\xbb\xbf' + sample, sample + sample],
        'ehlo': [
            b'host.example.com',
            b'[192.0.2.1]',
            b'[IPv6:fc00::1]',
            b'fc00::1',
            b'host_a.example.com.',
            b'http://h/',
            b'1.2.3.4:25',
        ],
        'pem': [
            authority.pem + b'text between\n' + crl,
            crl.replace(b'\n', b'\r\n'),
            authority.pem.replace(b'CERTIFICATE', b'TRUSTED CERTIFICATE'),
            der(authority.pem),
            b'-----BEGIN PRIVATE KEY-----\nA2h1bnRlcjI=\n-----END PRIVATE KEY-----\n\x03hunter2\n' + authority.pem,
        ],
        'trust': [der(file)[4:] for file in files],
        'x509': [*CHAIN, CA, *CRLS, *(path.read_bytes() for path in sorted([*PKITS.glob('certs/*'), *PKITS.glob('crls/*')]))],
        'report': [to_json(fleet.report(one)).encode() for one in (fleet.results(6, 2), fleet.hostile_results(6))],
        'answer': [json.dumps(one).encode() for one in (send_answer(CHAIN, [CA], CRLS), file_answer([CA], CRLS))],
        'names': [b'host.example.com\n*.example.com\n192.0.2.1\nhost.example.com\nb.example', b'::1\na\n::1\nb'],
    }
