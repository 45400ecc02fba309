# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is reported of a host's servers where a run is stopped, and what is active then."""

import json
import os
import time

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.change import converge as converging
from ansible_collections.printops.infoprint.plugins.module_utils.change import managed_attributes
from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import trust_file_name
from ansible_collections.printops.infoprint.plugins.module_utils.change.transaction import Transaction
from ansible_collections.printops.infoprint.plugins.module_utils.config.keywords import CONFIG_NAME
from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.operations import configure
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Stopped, Watchdog

OLD, NEW = 'Hostname = old.example.com\n', 'Hostname = new.example.com\n'


@pytest.fixture
def base(tmp_path):
    """Two servers, of which the second has no configuration yet."""
    for name in ('spl1', 'spl2'):
        (tmp_path / name).mkdir()
    (tmp_path / 'spl1' / CONFIG_NAME).write_text(OLD)
    return tmp_path


def request(base, **more):
    options = {'base_dir': str(base), 'pd_bin_dir': '/nowhere', 'backup_keep': 5}
    servers = [{'name': name, 'config': 'new', 'trust': {}, 'mode': 0o644} for name in ('spl1', 'spl2')]
    return dict({'options': options, 'servers': servers, 'contents': {'new': NEW}}, **more)


def with_attributes(base, programs):
    """Ask for another port in the server attributes of spl1."""
    asked = request(base)
    asked['options']['pd_bin_dir'] = str(programs.bin_dir)
    asked['servers'] = [dict(asked['servers'][0], manage_attributes=True, smtp_host='a.example.com', smtp_port=465)]
    return asked


def run(asked, watchdog=None):
    return configure.run(asked, watchdog or Watchdog(60)).servers


def codes(server):
    return [problem.code for problem in server.problems]


def active_set(base):
    paths = [base / name / CONFIG_NAME for name in ('spl1', 'spl2')]
    return [path.read_text() if path.exists() else None for path in paths]


def answer_at_limit(base):
    """Run with half a second to go, in a child; return what it answers."""
    read_end, write_end = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            watchdog = Watchdog(0.5, write_end, lambda answer: os.write(write_end, json.dumps(plain(answer)).encode()))
            watchdog.watch()
            run(request(base), watchdog)
        finally:
            os._exit(0)
    os.close(write_end)
    os.waitpid(pid, 0)
    with os.fdopen(read_end, 'rb') as stream:
        return json.loads(stream.read().decode())['answer']['servers']


def hang(*_args):
    time.sleep(30)


def test_a_limit_after_the_switch_does_not_leave_it_unreported(base, monkeypatch):
    monkeypatch.setattr(Transaction, 'clean', hang)
    assert [(entry['changed'], entry['problems']) for entry in answer_at_limit(base)] == [(True, []), (True, [])]
    assert active_set(base) == [NEW, NEW]


def test_a_limit_before_the_switch_is_reported_for_each_server(base, monkeypatch):
    monkeypatch.setattr(Transaction, 'stage', hang)
    servers = answer_at_limit(base)
    assert [entry['changed'] for entry in servers] == [False, False]
    assert [entry['problems'][0]['code'] for entry in servers] == ['program_failed'] * 2
    assert 'the time limit of 0.5 s is reached' in servers[0]['problems'][0]['message']
    assert active_set(base) == [OLD, None]


def test_a_server_that_is_as_declared_is_reported_as_such_at_the_limit(base, monkeypatch):
    (base / 'spl1' / CONFIG_NAME).write_text(NEW)
    monkeypatch.setattr(Transaction, 'stage', hang)
    assert [len(entry['problems']) for entry in answer_at_limit(base)] == [0, 1]


def test_a_guard_that_says_stop_leaves_the_old_sets(base):
    class Stopping(Watchdog):
        def check(self):
            raise Stopped('nobody waits for the answer any more')

    servers = run(request(base), Stopping(60))
    assert [(server.changed, codes(server)) for server in servers] == [(False, ['program_failed'])] * 2
    assert active_set(base) == [OLD, None]
    assert not list(base.rglob('*.new'))


def test_attributes_that_were_set_are_restored_where_the_switch_fails_after_all(base, monkeypatch, make_pd_programs):
    programs = make_pd_programs({'spl1': {'smtp-server-host': 'a.example.com', 'smtp-server-port': '587'}})
    asked = with_attributes(base, programs)

    def fail(_transaction):
        assert programs.attributes('spl1')['smtp-server-port'] == '465'
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(Transaction, 'commit', fail)
    (entry,) = run(asked)
    assert (codes(entry), entry.changed) == (['write_failed'], False)
    assert programs.attributes('spl1')['smtp-server-port'] == '587'


def test_a_refused_attribute_leaves_no_backup_and_names_none(base, make_pd_programs):
    programs = make_pd_programs({'spl1': {'smtp-server-host': 'a.example.com', 'smtp-server-port': '587'}})
    asked = with_attributes(base, programs)
    programs.set_state(behaviour={'pdset': 'lie'})
    (entry,) = run(asked)
    assert (codes(entry), entry.changed) == (['attribute_refused'], False)
    assert entry.backup is None
    assert [path.name for path in (base / 'spl1').iterdir()] == [CONFIG_NAME]


def test_attributes_that_can_not_be_restored_are_reported(base, monkeypatch, make_pd_programs):
    programs = make_pd_programs({'spl1': {'smtp-server-host': 'a.example.com', 'smtp-server-port': '587'}})
    asked = with_attributes(base, programs)

    def fail(_transaction):
        programs.set_state(behaviour={'pdset': 'lie'})
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr(Transaction, 'commit', fail)
    (entry,) = run(asked)
    assert codes(entry) == ['write_failed', 'attribute_refused']
    assert 'could not be restored' in entry.problems[1].message


def test_the_files_stay_where_the_effect_of_pdset_is_unknown(base, monkeypatch, make_pd_programs):
    programs = make_pd_programs({'spl1': {'smtp-server-host': 'a.example.com', 'smtp-server-port': '587'}})
    programs.set_state(behaviour={'pdset': 'hang'})
    monkeypatch.setattr(managed_attributes, 'SETTING_SECONDS', 1.0)
    asked = with_attributes(base, programs)
    (entry,) = run(asked, Watchdog(2))
    assert (entry.changed, codes(entry)[0], active_set(base)[0]) == (False, 'pd_output_unreadable', OLD)
    assert 'did not end in time' in entry.problems[0].message


# A managed CA of spl1 that spl2 names by its full path

CA = trust_file_name('ca', b'CA')


def naming(base, ca, **more):
    """Ask that spl1 have a CA of its own (None = no set) and spl2 name a file."""
    declared = (
        {'name': 'spl1', 'mode': 0o644, 'absent': True}
        if ca is None
        else {'name': 'spl1', 'mode': 0o644, 'config': 'own', 'trust': {trust_file_name('ca', ca): 'ca'}}
    )
    contents = {'own': 'CAFile = %s\n' % trust_file_name('ca', ca or b''), 'ca': (ca or b'').decode()}
    return request(base, servers=[declared], contents=contents, **more)


@pytest.fixture
def shared(base, monkeypatch):
    monkeypatch.setattr(converging, 'GRACE', 0)
    run(naming(base, b'CA'))
    (base / 'spl2' / CONFIG_NAME).write_text('CAFile = %s\n' % (base / 'spl1' / CA))
    return base


@pytest.mark.parametrize('ca', [pytest.param(b'other CA', id='another CA'), pytest.param(None, id='no set')])
def test_a_trust_file_that_another_server_names_stays_until_none_does(shared, ca):
    (entry,) = run(naming(shared, ca))
    assert entry.changed
    assert (shared / 'spl1' / CA).read_bytes() == b'CA'
    assert not run(naming(shared, ca))[0].changed, 'it is no drift'
    (shared / 'spl2' / CONFIG_NAME).write_text('CAFile = elsewhere.pem\n')
    run(naming(shared, b'third CA'))
    assert not (shared / 'spl1' / CA).exists()


def test_a_server_that_names_it_no_more_after_this_run_does_not_count(shared):
    asked = naming(shared, None)
    asked['servers'].append({'name': 'spl2', 'config': 'new', 'trust': {}, 'mode': 0o644})
    asked['contents']['new'] = NEW
    assert [entry.changed for entry in run(asked)] == [True, True]
    assert not (shared / 'spl1' / CA).exists()
    assert not run(asked)[0].changed


def test_a_server_whose_change_fails_still_counts(shared, monkeypatch):
    asked = naming(shared, None)
    asked['servers'].append({'name': 'spl2', 'config': 'new', 'trust': {}, 'mode': 0o644})
    asked['contents']['new'] = NEW
    stage = Transaction.stage

    def fail_for_spl2(transaction):
        if transaction.directory.server == 'spl2':
            raise OSError(28, 'No space left on device')
        stage(transaction)

    monkeypatch.setattr(Transaction, 'stage', fail_for_spl2)
    assert [entry.changed for entry in run(asked)] == [True, False]
    assert (shared / 'spl1' / CA).exists()
