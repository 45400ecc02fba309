# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What must hold for any bytes: one function for each reader, which raises AssertionError where it doesn't."""

from __future__ import annotations

import base64
import datetime as dt

from ansible_collections.printops.infoprint.plugins.module_utils.config.ehlo_name import check_ehlo_hostname
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import defaults
from ansible_collections.printops.infoprint.plugins.module_utils.config.parser import parse
from ansible_collections.printops.infoprint.plugins.module_utils.config.rules import check_config
from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.tls.host_names import CertificateNames, host_matches
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import as_pem, read_pem, structure_problems
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.from_json import from_json
from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats.to_json import to_json
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.catalogue import CATALOGUE
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.text import summary
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.trust_files import check_files

from .analysis import answer, x509
from .target_side import frame, manifest, pd

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.timezone.utc)
FILES = {'CAFile': 'ca.pem', 'CrlFile': 'crl.pem'}
SECRET = b'\x03hunter2'  # never in what is reported of a trust file


def config(data: bytes) -> None:
    """The reader of sendmemo-ssl.cfg loses nothing, and every problem is one that can be shown."""
    read = parse(data, 'sendmemo-ssl.cfg')
    assert b''.join(line.raw for line in read.lines) == data
    assert set(read.settings) == set(defaults())
    _can_be_shown(check_config(read))


def ehlo(data: bytes) -> None:
    """A refusal shows a right form or none."""
    refusal = check_ehlo_hostname(data.decode('utf-8', 'surrogateescape'))
    assert refusal is None or not refusal.nearest or check_ehlo_hostname(refusal.nearest) is None


def pem(data: bytes) -> None:
    """What the PEM reader takes for a block is written again as a block, and nothing else of the file is shown."""
    read = read_pem(data)
    for block in read.blocks:
        (again,) = read_pem(as_pem(block).encode('ascii')).blocks
        assert (again.label, again.der) == (block.label, block.der)
    for keyword, file in FILES.items():
        problems = list(structure_problems(read, keyword, file))
        _can_be_shown(problems)
        assert problems or read.blocks
        assert SECRET.decode() not in repr(problems)


def trust(data: bytes) -> None:
    """Certificates and CRLs of any content are checked: `data` is the DER of one of each."""
    text = base64.encodebytes(b'\x30' + _length(len(data)) + data)
    blocks = [b'-----BEGIN %s-----\n%s-----END %s-----\n' % (label, text, label) for label in (b'CERTIFICATE', b'X509 CRL')]
    _can_be_shown(check_files(blocks[0], blocks[1], NOW, 30, FILES))


def names(data: bytes) -> None:
    """The matcher takes any names and any host; one that begins with a dot, or none, is never matched."""
    texts = data.decode('latin-1').split('\n')
    kinds = [tuple(texts[start::4]) for start in range(1, 4)]
    matched = host_matches(CertificateNames(*kinds), texts[0])
    assert not (matched and (not texts[0] or texts[0].startswith('.')))


def report(data: bytes) -> None:
    """A report.json is refused, or read; what is written of it then is read as the same."""
    try:
        text = to_json(from_json(data))
    except InvalidValue:
        return
    assert to_json(from_json(text.encode('utf-8', 'replace'))) == text


TARGETS = {
    'config': config,
    'ehlo': ehlo,
    'pem': pem,
    'trust': trust,
    'names': names,
    'x509': x509,
    'answer': answer,
    'frame': frame,
    'manifest': manifest,
    'pd': pd,
    'report': report,
}


def _can_be_shown(problems: list[Problem]) -> None:
    assert {problem.code for problem in problems} <= set(CATALOGUE)
    text = summary(problems)
    assert text.count('\n') == len(problems)
    assert not any(character < ' ' for character in text.replace('\n', ''))


def _length(size: int) -> bytes:
    return bytes([size]) if size < 0x80 else b'\x83' + size.to_bytes(3, 'big')
