# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trust files of a change: what a diff shows, what the controller has to check, and what is checked on the host."""

import hashlib

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change.backups import Backups
from ansible_collections.printops.infoprint.plugins.module_utils.change.server_change import (
    HostOutcome,
    ServerChange,
    ServerOutcome,
)
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import (
    DesiredSet,
    read_current_file,
    trust_file_name,
)
from ansible_collections.printops.infoprint.plugins.module_utils.change.transaction import Transaction
from ansible_collections.printops.infoprint.plugins.module_utils.change.trust_checks import (
    check_staged_trust,
    collect_trust_files,
)
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import Server, WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.messages.change import ChangeOptions
from ansible_collections.printops.infoprint.plugins.module_utils.messages.configure import ConfigureEntry
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Watchdog

BLOCK = b'-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n'
CA, OTHER = BLOCK % b'MAMCAQU=', BLOCK % b'MAMCAQY='  # in the form of a certificate, but OpenSSL loads neither
BROKEN = BLOCK % b'M'
NAME = trust_file_name('ca', CA)
# Of a throw-away CA without a key that anybody kept.
REAL_CA = b"""\
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


def digest(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    yield made
    for change in made.opened:
        change.close()


class Site:
    """A server's working directory, and a file outside it."""

    def __init__(self, base):
        self.path, self.outside = base / 'spl1', base / 'ca.pem'
        self.path.mkdir(mode=0o755)
        self.outside.write_bytes(CA)
        self.opened = []

    def options(self, **more):
        return ChangeOptions(str(self.path.parent), '/nowhere', **more)

    def write(self, config, **files):
        """Make a configuration the active one, with files beside it."""
        (self.path / CONFIG_NAME).write_bytes(config)
        for name, content in files.items():
            (self.path / name.replace('_', '.')).write_bytes(content)

    def change(self, config, trust=()):
        directory = WorkingDir(str(self.path), 'spl1')
        transaction = Transaction(directory, DesiredSet(config, dict(trust), 0, 0, 0o644), Watchdog(60))
        transaction.compare()
        outcome = ServerOutcome(Server('spl1', str(self.path)))
        self.opened.append(ServerChange(outcome, directory, transaction, ConfigureEntry(name='spl1', mode=0o644)))
        return self.opened[-1]

    def collected(self, config, trust=(), **options):
        """Return the change and its host once its trust files are collected."""
        change, host = self.change(config, trust), HostOutcome([])
        collect_trust_files([change], self.options(**options), host)
        return change, host

    def outside_config(self):
        return b'CAFile = %s\n' % str(self.outside).encode()


def shown(change):
    """Return the key of each trust file that is reported, before and after."""
    outcome = change.outcome
    return tuple({keyword: one.key for keyword, one in trust.items()} for trust in (outcome.trust_before, outcome.trust_after))


def test_managed_files_alone_are_neither_read_nor_checked_without_a_diff(site):
    change, host = site.collected(b'CAFile = %s\n' % NAME.encode(), {NAME: CA})
    assert (host.blocks, host.needs_review, shown(change), change.unreviewed) == (None, False, ({}, {}), [])


DIFFS = {
    'added': (b'', ('CAFile', 'ca.pem'), (None, CA)),
    'removed': (b'CAFile = ca.pem\n', None, (CA, None)),
    'replaced': (b'CAFile = other.pem\n', ('CAFile', 'ca.pem'), (OTHER, CA)),
    'unchanged': (b'CAFile = ca.pem\n', ('CAFile', 'ca.pem'), (None, None)),
    'the same content under another name': (b'CAFile = copy.pem\n', ('CAFile', 'ca.pem'), (None, None)),
}


@pytest.mark.parametrize('case', DIFFS)
def test_a_diff_shows_the_trust_files_that_change(site, case):
    active, desired, expected = DIFFS[case]
    site.write(active, ca_pem=CA, other_pem=OTHER, copy_pem=CA)
    config = b'' if desired is None else ('%s = %s\n' % desired).encode()
    change, host = site.collected(config, diff=True)
    assert shown(change) == tuple({} if content is None else {'CAFile': digest(content)} for content in expected)
    assert len(host.blocks.answer()) == len([content for content in expected if content is not None])
    change, host = site.collected(config)
    assert (host.blocks, shown(change)) == (None, ({}, {})), 'no diff was asked for'


def test_a_file_elsewhere_has_to_be_checked_by_the_controller(site):
    change, host = site.collected(site.outside_config())
    assert (change.unreviewed, change.outside) == ([str(site.outside)], {str(site.outside): digest(CA)})
    assert (host.needs_review, shown(change)) == (True, ({}, {'CAFile': digest(CA)}))
    assert change.outcome.trust_after['CAFile'].file == str(site.outside)


REVIEWED = {
    'nothing yet': (None, True, True),
    'this content': ([digest(CA)], False, False),
    'this content and another': ([digest(OTHER), digest(CA)], False, False),
    'another content': ([digest(OTHER)], True, False),
    'no content': ([], True, False),
}


@pytest.mark.parametrize('case', REVIEWED)
def test_what_was_checked_is_known_by_its_content_and_checked_once(site, case):
    reviewed, is_unreviewed, needs_review = REVIEWED[case]
    change, host = site.collected(site.outside_config(), reviewed=reviewed)
    assert (bool(change.unreviewed), host.needs_review) == (is_unreviewed, needs_review)


@pytest.mark.parametrize('content, needs_review', [(CA, False), (OTHER, True)], ids=['the same', 'another'])
def test_what_was_checked_for_the_last_change_is_not_checked_again(site, content, needs_review):
    site.write(b'EnableTLS = 0\n')
    with WorkingDir(str(site.path), 'spl1') as directory:
        Backups(directory).back_up(read_current_file(directory, CONFIG_NAME), None, {str(site.outside): digest(CA)})
    site.outside.write_bytes(content)
    change, host = site.collected(site.outside_config())
    assert (bool(change.unreviewed), host.needs_review) == (needs_review, needs_review)


def test_one_server_is_enough_to_need_the_controller(site):
    host = HostOutcome([])
    changes = [site.change(b'CAFile = ca.pem\n'), site.change(site.outside_config())]
    collect_trust_files(changes, site.options(), host)
    assert host.needs_review


# On the host


def checked(change, options):
    """Return the code and the file of the problem, None where there is none."""
    try:
        check_staged_trust(change, options)
    except ProblemError as error:
        return error.problem.code, error.problem.file
    return None


def test_managed_files_that_the_controller_has_checked_are_not_read(site):
    change = site.change(b'CAFile = %s\n' % NAME.encode(), {NAME: BROKEN})
    assert checked(change, site.options()) is None


@pytest.mark.parametrize('is_check', [True, False], ids=['check mode', 'for real'])
def test_managed_files_that_nobody_has_checked_are(site, is_check):
    """In check mode they are not written, and only parsed."""
    change = site.change(b'CAFile = %s\n' % NAME.encode(), {NAME: BROKEN})
    change.checks_managed_files = True
    if not is_check:
        change.transaction.stage()
    code, file = checked(change, site.options(check=is_check))
    assert (code, file) == ('not_pem', str(site.path / NAME))


def test_in_check_mode_a_file_that_can_be_parsed_is_enough(site):
    change = site.change(b'CAFile = %s\n' % NAME.encode(), {NAME: CA})
    change.checks_managed_files = True
    assert checked(change, site.options(check=True)) is None
    change.transaction.stage()
    assert checked(change, site.options()) == ('not_pem', str(site.path / NAME)), 'OpenSSL does not load it'


@pytest.mark.parametrize('is_check', [True, False], ids=['check mode', 'for real'])
@pytest.mark.parametrize(
    'make, code',
    [
        pytest.param(lambda path: path.write_bytes(BROKEN), 'not_pem', id='broken'),
        pytest.param(lambda path: path.unlink(), 'file_not_found', id='missing'),
    ],
)
def test_a_file_elsewhere_is_read_where_it_is(site, is_check, make, code):
    make(site.outside)
    assert checked(site.change(site.outside_config()), site.options(check=is_check)) == (code, str(site.outside))


def test_a_good_file_elsewhere_must_not_have_changed_while_it_was_checked(site):
    site.outside.write_bytes(REAL_CA)
    change = site.change(site.outside_config())
    assert checked(change, site.options()) is None
    change.unreviewed = [str(site.outside)]
    assert checked(change, site.options()) is None, 'the controller has not been asked yet'
    assert checked(change, site.options(reviewed=[])) == ('file_not_readable', str(site.outside))


def test_without_trust_files_there_is_nothing_to_check(site):
    for config in (b'EnableTLS = 0\n', None):
        change = site.change(config)
        change.checks_managed_files = True
        assert checked(change, site.options()) is None
