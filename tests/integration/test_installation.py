# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The collection installs as users install it, from an archive and from a checkout, and carries what they need and no more."""

from __future__ import annotations

import configparser
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import typing as t

import pytest
import yaml

from tools.release.contents import SHIPPED

pytestmark = pytest.mark.every_core

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(sys.executable).parent
ON_THE_CONTROLLER = ('merge_reports', 'archive_report', 'mail_report', 'confirm_delivery', 'crl_verdict')
MODULES = sorted(file.stem for file in (ROOT / 'plugins' / 'modules').glob('*.py'))
PLAYBOOKS = sorted(file.stem for file in (ROOT / 'playbooks').glob('*.yml'))
ROLES = sorted(directory.name for directory in (ROOT / 'roles').iterdir() if directory.is_dir())


def command(home: pathlib.Path, *words: str, collections: pathlib.Path | None = None) -> str:
    """Run one of this environment's commands as a user with nothing but a HOME would; return its output."""
    variables = {
        'HOME': str(home),
        'PATH': f'{PROGRAMS}{os.pathsep}{os.defpath}',
        'LC_ALL': 'C.UTF-8',
        'ANSIBLE_NOCOLOR': '1',
        'ANSIBLE_COLLECTIONS_PATH': str(collections or home / 'collections'),
    }
    done = subprocess.run(
        [str(PROGRAMS / words[0]), *words[1:]],
        cwd=home,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope='module')
def archive(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    home = tmp_path_factory.mktemp('build')
    command(home, 'ansible-galaxy', 'collection', 'build', str(ROOT), '--output-path', str(home))
    return next(home.glob('printops-infoprint-*.tar.gz'))


@pytest.fixture(scope='module', params=['archive', 'checkout'])
def installed(request: pytest.FixtureRequest, archive: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The collections directory that it was installed into, in a HOME of its own."""
    home = tmp_path_factory.mktemp('install')
    source = archive if request.param == 'archive' else ROOT
    collections = home / 'collections'
    command(home, 'ansible-galaxy', 'collection', 'install', str(source), '--offline', '-p', str(collections))
    return collections


def shipped_names(installed: pathlib.Path) -> list[str]:
    root = installed / 'ansible_collections' / 'printops' / 'infoprint'
    return sorted(str(path.relative_to(root)) for path in root.rglob('*') if path.is_file())


class Documentation(t.NamedTuple):
    """What ansible-doc says of the modules, the callback and the roles, by name; and the modules' pages."""

    entries: dict[str, dict[str, t.Any]]
    pages: dict[str, str]


@pytest.fixture(scope='module')
def documentation(installed: pathlib.Path) -> Documentation:
    """What ansible-doc says, asked once for each kind: it takes seconds to start."""

    def ask(kind: str, names: t.Iterable[str], *options: str) -> str:
        words = ('ansible-doc', *options, '-t', kind, *(f'printops.infoprint.{name}' for name in names))
        return command(installed.parent, *words, collections=installed)

    entries: dict[str, dict[str, t.Any]] = {}
    for kind, names in (('module', MODULES), ('callback', ['fleet_report']), ('role', ROLES)):
        entries.update(json.loads(ask(kind, names, '--json')))
    # A page begins with the full name, which core before 2.19 writes in capitals.
    pages = re.split(r'^> .*printops\.infoprint\.(\w+) .*$', ask('module', MODULES), flags=re.MULTILINE | re.IGNORECASE)[1:]
    return Documentation(
        {name.rpartition('.')[2]: entry for name, entry in entries.items()},
        {name.lower(): page for name, page in zip(pages[::2], pages[1::2], strict=True)},
    )


def test_archive_holds_what_users_need_and_no_more(archive: pathlib.Path) -> None:
    with tarfile.open(archive) as opened:
        names = opened.getnames()
    assert {name.split('/')[0] for name in names} <= SHIPPED
    assert [name for name in names if '/.' in name or '__pycache__' in name or '/fragments' in name] == []
    assert {'README.md', 'LICENSE', 'meta/runtime.yml', 'plugins/module_utils/problems.py'} <= set(names)


def test_installed_copy_holds_what_users_need_and_no_more(installed: pathlib.Path) -> None:
    names = shipped_names(installed)
    assert {name.split('/')[0] for name in names} <= SHIPPED
    assert {f'plugins/modules/{name}.py' for name in MODULES} <= set(names)
    assert {f'plugins/action/{name}.py' for name in MODULES} <= set(names)
    assert {f'plugins/plugin_utils/fleet_report/formats/report_page/page.{kind}' for kind in ('html.j2', 'css', 'js')} <= set(
        names
    )
    assert {f'roles/{name}/meta/argument_specs.yml' for name in ROLES} <= set(names)


def test_there_is_something_to_document() -> None:
    assert {'sendmemo_config', 'sendmemo_validate', 'send_memo'} <= set(MODULES)
    assert 'sendmemo_tls' in ROLES


@pytest.mark.parametrize('name', MODULES)
def test_ansible_doc_shows_each_module(documentation: Documentation, name: str) -> None:
    entry = documentation.entries[name]
    assert entry['doc']['short_description']
    assert entry['doc']['options']
    assert entry['examples'].strip()
    assert entry['return']
    assert ('base_dir' in documentation.pages[name]) == (name not in ON_THE_CONTROLLER)


def test_ansible_doc_shows_the_callback(documentation: Documentation) -> None:
    entry = documentation.entries['fleet_report']
    options = entry['doc']['options']
    assert options['directory']['env']
    examples = yaml.safe_load(entry['examples'])
    settings = configparser.ConfigParser()
    settings.read_string(examples['ansible.cfg'])
    assert settings['defaults']['callbacks_enabled'] == 'printops.infoprint.fleet_report'
    assert set(settings['fleet_report']) <= {one['key'] for option in options.values() for one in option['ini']}
    variables = set(re.findall(r'INFOPRINT_\w+', examples['shell']))
    assert variables
    assert variables <= {one['name'] for option in options.values() for one in option['env']}


@pytest.mark.parametrize('name', ROLES)
def test_ansible_doc_shows_each_role(documentation: Documentation, name: str) -> None:
    entry = documentation.entries[name]
    assert entry['entry_points']['main']['short_description']
    assert f'{name}_servers' in entry['entry_points']['main']['options']
    assert all(yaml.safe_load(entry_point['examples']) for entry_point in entry['entry_points'].values())


@pytest.mark.parametrize('playbook', PLAYBOOKS)
def test_playbook_is_found_by_its_full_name(installed: pathlib.Path, playbook: str) -> None:
    words = ('ansible-playbook', '-i', 'host1,', f'printops.infoprint.{playbook}', '-e', 'target=all')
    listed = command(installed.parent, *words, '--list-hosts', '--list-tags', collections=installed)
    assert 'hosts (1)' in listed
    assert {'configure', 'verify'} <= set(re.findall(r'\w+', listed.partition('TASK TAGS')[2])) or playbook != 'converge'
