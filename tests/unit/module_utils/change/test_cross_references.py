# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Managed trust files that configurations of other servers name by their full paths."""

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change.cross_references import referenced_elsewhere
from ansible_collections.printops.infoprint.plugins.module_utils.change.server_change import ServerChange, ServerOutcome
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import DesiredSet
from ansible_collections.printops.infoprint.plugins.module_utils.change.transaction import Transaction
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.config.lines import LARGEST
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import Server, WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.messages.configure import ConfigureEntry
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Watchdog


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    for change in made.changes.values():
        change.close()


class Site:
    """Servers with active configurations, and changes of them to desired ones."""

    def __init__(self, base):
        self.base = base
        self.changes = {}

    def server(self, name, active=None, desired=None):
        path = self.base / name
        path.mkdir()
        if active is not None:
            (path / CONFIG_NAME).write_bytes(active)
        directory = WorkingDir(str(path), name)
        transaction = Transaction(directory, DesiredSet(desired, {}, 0, 0, 0o644), Watchdog(60))
        outcome = ServerOutcome(Server(name, str(path)))
        self.changes[name] = ServerChange(outcome, directory, transaction, ConfigureEntry(name=name, mode=0o644))

    def referenced(self, changing=(), switching=()):
        changes, switches = ([self.changes[name] for name in names] for names in (changing, switching))
        return referenced_elsewhere(str(self.base), changes, switches)


OLD, NEW = b'CAFile = /var/pd/spl2/old.pem\n', b'CAFile = /var/pd/spl2/new.pem\n'
CONFIGS = {
    'both keywords': (b'CAFile = /a/ca.pem\nCrlFile = /b/crl.pem\n', {'ca.pem', 'crl.pem'}),
    'a name alone': (b'CAFile = ca.pem\n', set()),
    'a relative path': (b'CAFile = spl2/ca.pem\n', set()),
    'another keyword': (b'Hostname = /a/ca.pem\n', set()),
    'commented out': (b'#CAFile = /a/ca.pem\n', set()),
    'none': (b'', set()),
    'the last of a duplicate': (b'CAFile = /a/1.pem\nCAFile = /a/2.pem\n', {'2.pem'}),
}


@pytest.mark.parametrize('kind', CONFIGS)
def test_full_paths_count_in_active_and_in_desired_configurations(site, kind):
    config, names = CONFIGS[kind]
    site.server('spl1', active=config)
    assert site.referenced() == names
    site.server('spl2', desired=config)
    assert site.referenced(changing=['spl2']) == names


def test_both_configurations_of_a_server_count_until_it_switches(site):
    site.server('spl1', OLD, NEW)
    assert site.referenced() == {'old.pem'}
    assert site.referenced(changing=['spl1']) == {'old.pem', 'new.pem'}
    assert site.referenced(changing=['spl1'], switching=['spl1']) == {'new.pem'}


def test_of_a_server_that_does_not_switch_both_count_beside_one_that_does(site):
    site.server('spl1', OLD, NEW)
    site.server('spl2', b'CAFile = /x/a.pem\n', b'CAFile = /x/b.pem\n')
    assert site.referenced(changing=['spl1', 'spl2'], switching=['spl2']) == {'old.pem', 'new.pem', 'b.pem'}


@pytest.mark.parametrize(
    'make',
    [
        pytest.param(lambda path: path.mkdir(), id='a directory'),
        pytest.param(lambda path: path.write_bytes(OLD + b'x' * LARGEST), id='too large'),
        pytest.param(lambda path: path.symlink_to('nowhere'), id='a link'),
    ],
)
def test_a_configuration_that_no_server_can_use_does_not_count(site, make):
    site.server('spl1', active=NEW)
    site.server('spl2')
    make(site.base / 'spl2' / CONFIG_NAME)
    assert site.referenced() == {'new.pem'}


def test_without_a_base_directory_only_the_changes_count(tmp_path):
    assert referenced_elsewhere(str(tmp_path / 'missing'), [], []) == set()
