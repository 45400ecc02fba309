# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What `make release` refuses, and what it writes beside the archive."""

from __future__ import annotations

import importlib.metadata
import json
import pathlib
import re
import typing as t

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tools.release.agreement import State, disagreements, remarks
from tools.release.archive import FILES, MANIFEST, packed
from tools.release.contents import REQUIRED, dead_links, misplaced
from tools.release.sbom import NEEDS, sbom

pytestmark = pytest.mark.newest_core

ROOT = pathlib.Path(__file__).resolve().parents[3]
READY = State(
    version='1.1.0',
    released=['1.0.0', '1.1.0'],
    headings=['1.1.0', '1.0.0'],
    fragments=[],
    tags=['1.1.0'],
    tag_elsewhere=False,
    uncommitted=[],
    addresses=['repository', 'documentation', 'homepage', 'issues'],
)
WORKFLOW = yaml.safe_load((ROOT / '.github' / 'workflows' / 'release.yml').read_text('utf-8'))


def test_a_checkout_that_agrees_with_itself_is_a_release() -> None:
    assert list(disagreements(READY)) == []
    assert list(remarks(READY)) == []


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        ({'uncommitted': [' M galaxy.yml', '?? notes.txt']}, r'2 files are not committed \(galaxy.yml, notes.txt\)'),
        ({'fragments': ['a.yml']}, '1 fragments .* belong to no release: run antsibull-changelog release'),
        ({'version': '1.2.0', 'tags': []}, 'galaxy.yml says 1.2.0, the newest release in the changelog is 1.1.0'),
        ({'released': ['1.0.0']}, 'galaxy.yml says 1.1.0'),
        ({'headings': ['1.0.0']}, 'the newest release in the changelog is 1.0.0'),
        ({'tags': ['1.0.9']}, 'the commit has the tag v1.0.9, galaxy.yml says 1.1.0'),
        ({'tags': [], 'tag_elsewhere': True}, 'another commit has the tag v1.1.0'),
    ],
    ids=['uncommitted', 'fragments', 'version', 'changelog.yaml', 'CHANGELOG.rst', 'other tag', 'tagged elsewhere'],
)
def test_what_keeps_a_checkout_from_being_a_release_is_said(change: dict[str, t.Any], said: str) -> None:
    found = list(disagreements(READY._replace(**change)))
    assert len(found) == 1
    assert re.search(said, found[0])


def test_what_an_archive_lacks_for_being_published_is_said() -> None:
    untagged, unaddressed = remarks(READY._replace(tags=[], addresses=['homepage']))
    assert 'git tag --sign v1.1.0' in untagged
    assert unaddressed.endswith('galaxy.yml names no repository, documentation, issues')


@pytest.mark.parametrize(
    ('names', 'said'),
    [
        (REQUIRED | {'tests/a.py'}, 'tests/a.py is in the archive'),
        (REQUIRED | {'plugins/.hidden'}, 'plugins/.hidden is in the archive'),
        (REQUIRED | {'changelogs/fragments/a.yml'}, 'changelogs/fragments/a.yml is in the archive'),
        (REQUIRED - {'LICENSE'}, 'LICENSE is missing'),
    ],
    ids=['tests', 'hidden', 'fragment', 'licence'],
)
def test_an_archive_has_what_users_need_and_no_more(names: set[str], said: str) -> None:
    assert list(misplaced(REQUIRED)) == []
    assert [line.partition(':')[0] for line in misplaced(names)] == [
        said if said.endswith('archive') else f'{said} in the archive'
    ]


@pytest.mark.parametrize(
    ('text', 'dead'),
    [
        ('[a](docs/a.md#part), [b](docs/), [c](https://example.com/), [d](#here)', []),
        ('![picture](docs/none.png)', ['README.md: docs/none.png is not in the archive']),
        ('[up](../a.md)', ['README.md: ../a.md is not in the archive']),
        ('```\n[code](none.md)\n```', []),
    ],
    ids=['there', 'picture', 'outside', 'code'],
)
def test_a_link_leads_to_what_is_in_the_archive(text: str, dead: list[str]) -> None:
    assert list(dead_links({'README.md': text}, ['README.md', 'docs/a.md'])) == dead


def test_the_order_of_the_files_makes_no_difference() -> None:
    listed = [{'name': '.', 'ftype': 'dir'}, {'name': 'docs', 'ftype': 'dir'}, {'name': 'docs/a.md', 'ftype': 'file'}]
    archives = []
    for order in (listed, listed[::-1]):
        files = {
            'docs/a.md': (b'# A', 0o644),
            FILES: (json.dumps({'files': order}).encode(), 0o644),
            MANIFEST: (b'{"file_manifest_file": {}}', 0o644),
        }
        archives.append(packed(files, 1_700_000_000))
    assert archives[0] == archives[1]


def test_the_bill_of_materials_follows_its_schema_and_is_the_same_each_time() -> None:
    text = sbom('1.1.0', 'ab' * 32, 1_700_000_000)
    assert JsonStrictValidator(SchemaVersion.V1_7).validate_str(text) is None
    assert text == sbom('1.1.0', 'ab' * 32, 1_700_000_000)
    bill = json.loads(text)
    assert bill['metadata']['component']['hashes'] == [{'alg': 'SHA-256', 'content': 'ab' * 32}]
    assert {part['name']: part['versionRange'] for part in bill['components']} == {
        'ansible-core': 'vers:pypi/>=2.16.0',
        'cryptography': 'vers:pypi/>=42',
        'Jinja2': 'vers:pypi/>=3.0.0',
    }


def test_the_bill_asks_for_what_the_collection_asks_for() -> None:
    minimum = {need.name: need.minimum for need in NEEDS}
    requires = yaml.safe_load((ROOT / 'meta' / 'runtime.yml').read_text('utf-8'))['requires_ansible']
    assert requires == f'>={minimum["ansible-core"]}'
    assert f'cryptography >= {minimum["cryptography"]}\n' in (ROOT / 'meta' / 'ee-requirements.txt').read_text('utf-8')


@pytest.mark.parametrize('need', [need for need in NEEDS if need.name != 'Jinja2'], ids=lambda need: need.name)
def test_the_licence_in_the_bill_is_none_but_the_one_that_the_package_names(need: t.Any) -> None:
    named = dict(importlib.metadata.metadata(need.name).items()).get('License-Expression')
    assert named in (need.licence, None), 'ansible-core 2.16 has an older form of metadata'


def test_the_workflow_runs_what_everyone_can_run() -> None:
    (job,) = WORKFLOW['jobs'].values()
    commands = [step['run'] for step in job['steps'] if 'run' in step]
    assert commands == ['bash .ci/run', 'make release']
    targets = re.findall(r'^([a-z-]+):', (ROOT / 'Makefile').read_text('utf-8'), re.MULTILINE)
    assert [words[1] for words in map(str.split, commands) if words[0] == 'make' and words[1] not in targets] == []
    assert (ROOT / '.ci' / 'run').exists()


def test_the_workflow_uses_pinned_actions_and_no_secret() -> None:
    (job,) = WORKFLOW['jobs'].values()
    assert all(re.fullmatch(r'actions/[a-z-]+@v\d+', step['uses']) for step in job['steps'] if 'uses' in step)
    assert 'secrets' not in (ROOT / '.github' / 'workflows' / 'release.yml').read_text('utf-8')
    assert WORKFLOW['permissions'] == {'contents': 'read'}
    assert job['steps'][-1]['with']['path'] == 'dist/'
