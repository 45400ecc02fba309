# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The bill of materials of an archive, in CycloneDX 1.7: the collection, and what it needs but does not contain."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timezone
from typing import Any, NamedTuple

SPDX_OF_THE_COLLECTION = 'GPL-3.0-or-later'


class Need(NamedTuple):
    """A package that the environment has to provide, by its name on PyPI."""

    name: str
    minimum: str
    licence: str  # an SPDX expression
    purpose: str


NEEDS = (
    Need('ansible-core', '2.16.0', 'GPL-3.0-or-later', 'runs the collection, on the controller'),
    Need('cryptography', '42', 'Apache-2.0 OR BSD-3-Clause', 'reads certificates and CRLs, on the controller'),
    Need(
        'Jinja2', '3.0.0', 'BSD-3-Clause', 'makes the configurations and the report, on the controller; ansible-core requires it'
    ),
)


def sbom(version: str, digest: str, moment: int) -> str:
    """Return the bill of an archive with this SHA-256 digest, dated `moment` (Unix time); the same each time."""
    collection = {
        'type': 'library',
        'bom-ref': f'printops.infoprint@{version}',
        'group': 'printops',
        'name': 'infoprint',
        'version': version,
        'licenses': [{'license': {'id': SPDX_OF_THE_COLLECTION}}],
        'hashes': [{'alg': 'SHA-256', 'content': digest}],
    }
    bill = {
        '$schema': 'http://cyclonedx.org/schema/bom-1.7.schema.json',
        'bomFormat': 'CycloneDX',
        'specVersion': '1.7',
        'serialNumber': f'urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, digest)}',
        'version': 1,
        'metadata': {
            'timestamp': datetime.fromtimestamp(moment, timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ'),
            'component': collection,
        },
        'components': [_component(need) for need in NEEDS],
        'dependencies': [
            {'ref': collection['bom-ref'], 'dependsOn': [need.name for need in NEEDS]},
            {'ref': 'ansible-core', 'dependsOn': ['Jinja2', 'cryptography']},
        ],
    }
    return json.dumps(bill, indent=2) + '\n'


def _component(need: Need) -> dict[str, Any]:
    return {
        'type': 'library',
        'bom-ref': need.name,
        'name': need.name,
        'isExternal': True,
        'versionRange': f'vers:pypi/>={need.minimum}',
        'purl': f'pkg:pypi/{need.name.lower()}',
        'description': need.purpose,
        'licenses': [{'expression': need.licence}],
    }
