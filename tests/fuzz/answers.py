# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a target answers, with certificates and CRLs of any content in it."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import typing as t

from cryptography import x509

from support.pki import Authority

Answer = dict[str, t.Any]
NOW = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
ROOT = Authority('Root CA')
LIMITS = x509.NameConstraints(
    [x509.DNSName('example.com'), x509.IPAddress(ipaddress.ip_network('192.0.2.0/24')), x509.DirectoryName(x509.Name([]))], None
)
ISSUING = Authority('Issuing CA', parent=ROOT, more=[(LIMITS, True)])
SCOPE = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
REFUSED = {'code': 'expired', 'severity': 'error', 'message': 'certificate has expired (OpenSSL 10)', 'stage': 'certificate'}


def der(pem: bytes) -> bytes:
    """Return the content of the first block."""
    lines = pem.splitlines()
    return base64.b64decode(b''.join(lines[1 : next(number for number, line in enumerate(lines) if b'END' in line)]))


LEAF = ISSUING.issue(['mail.example.com', '192.0.2.1'])
CHAIN = [der(LEAF.certificate_pem), der(ISSUING.pem)]
CA, CRLS = der(ROOT.pem), [der(ISSUING.crl([LEAF], more=[(SCOPE, True)])), der(ROOT.crl())]


def send_answer(chain: t.Sequence[bytes], ca: t.Sequence[bytes], crls: t.Sequence[bytes]) -> Answer:
    """Return an answer for three servers: one that was refused, one that ignores problems, one that sent."""
    tls = {'mode': 'starttls', 'version': 'TLSv1.3', 'cipher': 'TLS_AES_256_GCM_SHA384', 'bits': 256}
    common = {
        'working_dir': '/var/pd/spl',
        'until': 'sent',
        'host': 'mail.example.com',
        'port': 25,
        'mode': 'starttls',
        'attempts': 1,
        'problems': [],
        'ignored': [],
        'trusted': 'ca.pem',
        'chain': _texts(chain),
        'trust_key': 'key',
        'checks_name': True,
        'ignores_errors': False,
        'timings_ms': {'total': 9},
        'ehlo': {'name': 'print1.example.com', 'features': ['SIZE']},
    }
    sent = {'reached': True, 'tls': tls, 'reply': {'code': 250, 'text': 'queued as 4A3B', 'queue_id': '4A3B'}}
    verify = {'code': 10, 'text': 'certificate has expired'}
    return {
        'now': int(NOW.timestamp()),
        'trust': {'key': {'ca': _texts(ca), 'crl': _texts(crls), 'system': False}},
        'servers': [
            {**common, 'name': 'refused', 'reached': False, 'problems': [REFUSED], 'verify': verify, 'anchored': None},
            {**common, **sent, 'name': 'ignoring', 'ignores_errors': True, 'ignored': [REFUSED], 'verify': verify},
            {**common, **sent, 'name': 'sent'},
        ],
    }


def file_answer(ca: t.Sequence[bytes], crls: t.Sequence[bytes]) -> Answer:
    """Return an answer of a validation, and of a change, of a server with a CA file and a CRL file; before it had others."""
    files = {'ca': ('CERTIFICATE', ca), 'crl': ('X509 CRL', crls), 'old': ('CERTIFICATE', [CA])}
    trust = {'CAFile': {'key': 'ca', 'file': 'ca.pem'}, 'CrlFile': {'key': 'crl', 'file': 'crl.pem'}}
    return {
        'trust_files': [
            {'key': key, 'blocks': [{'label': label, 'line': line, 'der': text} for line, text in enumerate(_texts(ders), 1)]}
            for key, (label, ders) in files.items()
        ],
        'servers': [
            {
                'name': 'spl1',
                'working_dir': '/var/pd/spl1',
                'path': '/var/pd/spl1/sendmemo-ssl.cfg',
                'sha256': '00',
                'settings': {'EnableTLS': '1'},
                'problems': [],
                'changed': True,
                'backup': '/var/pd/spl1/b',
                'trust': trust,
                'forms': [{'form': 'carriage_return', 'lines': 2, 'line': 1, 'keyword': 'EnableTLS'}],
                'drift': [{'file': 'sendmemo-ssl.cfg', 'kind': 'changed', 'keyword': 'CAFile', 'before': 'a', 'after': 'b'}],
                'before': 'EnableTLS = 0\n',
                'after': 'EnableTLS = 1\n',
                'trust_before': {'CAFile': {'key': 'old', 'file': 'old.pem'}},
                'trust_after': trust,
            }
        ],
    }


def _texts(ders: t.Sequence[bytes]) -> list[str]:
    return [base64.b64encode(one).decode('ascii') for one in ders]
