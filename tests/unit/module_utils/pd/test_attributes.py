# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Attributes are read and set with the stand-ins of pdls and pdset, and what is not active afterwards is a problem."""

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.pd import attributes as pd_attributes
from ansible_collections.printops.infoprint.plugins.module_utils.pd.attributes import read_all, set_all
from ansible_collections.printops.infoprint.plugins.module_utils.pd.command_lines import HOST, PORT
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Stopped, Watchdog

STARTTLS = {HOST: 'mail.example.com', PORT: '587'}


@pytest.fixture
def watchdog():
    return Watchdog(60)


@pytest.fixture
def programs(make_pd_programs):
    return make_pd_programs({'spl1': STARTTLS, 'spl2': {HOST: '', PORT: ''}, 'spl3': {'list': ['a', 'b']}})


@pytest.fixture
def bin_dir(programs):
    return str(programs.bin_dir)


def read_one(bin_dir, server, names, watchdog):
    """Return the values of one server, or the problem."""
    return read_all(bin_dir, [(server, names)], watchdog)[0]


def set_one(bin_dir, server, values, watchdog):
    """Set attributes of one server; return the problem."""
    return set_all(bin_dir, [(server, values)], watchdog)[0].problem


@pytest.mark.parametrize('style', ('line', 'column'))
def test_attributes_are_read_in_both_styles(programs, bin_dir, watchdog, style):
    programs.set_state(style=style)
    assert read_one(bin_dir, 'spl1', [HOST, PORT], watchdog) == STARTTLS
    assert read_one(bin_dir, 'spl2', [PORT], watchdog) == {PORT: None}
    assert read_one(bin_dir, 'spl3', ['list'], watchdog) == {'list': 'a b'}
    assert read_one(bin_dir, 'spl3', [], watchdog) == {}


def test_servers_are_read_together_and_each_has_its_own_answer(programs, bin_dir, watchdog):
    programs.set_state(down=['spl2'])
    first, *others = read_all(bin_dir, [(server, [PORT]) for server in ('spl1', 'spl2', 'gone', '-c')], watchdog)
    assert first == {PORT: '587'}
    assert [problem.code for problem in others] == ['server_not_running', 'server_unknown', 'server_unknown']
    assert [problem.server for problem in others] == ['spl2', 'gone', '-c']
    assert len(programs.calls()) == 3


def test_only_what_differs_is_set_and_in_one_request(programs, bin_dir, watchdog):
    assert set_one(bin_dir, 'spl1', {HOST: 'mail.example.com', PORT: '465'}, watchdog) is None
    assert programs.attributes('spl1') == {HOST: 'mail.example.com', PORT: '465'}
    assert set_one(bin_dir, 'spl2', {HOST: 'b', PORT: '25'}, watchdog) is None
    assert set_one(bin_dir, 'spl2', {HOST: 'b', PORT: '25'}, watchdog) is None
    assert [call['arguments'][3:] for call in programs.calls('pdset')] == [
        ['smtp-server-port=465', 'spl1'],
        ['smtp-server-host=b smtp-server-port=25', 'spl2'],
    ]


def test_what_was_set_with_a_refused_attribute_is_restored(programs, bin_dir, watchdog):
    programs.set_state(refused=[PORT])
    problem = set_one(bin_dir, 'spl1', {HOST: 'b', PORT: '99999'}, watchdog)
    assert (problem.code, problem.server, problem.keyword, problem.value) == ('attribute_refused', 'spl1', PORT, '99999')
    assert problem.message == (
        'pdset refuses for spl1: 5010-900 The value 99999 of smtp-server-port\\x1b[31m is not allowed. '
        'The other attributes were restored.'
    )
    assert programs.attributes('spl1') == STARTTLS


def test_what_can_not_be_restored_is_named(programs, bin_dir, watchdog):
    programs.set_state(refused=[PORT])
    (change,) = set_all(bin_dir, [('spl2', {HOST: 'b', PORT: '1'})], watchdog)
    assert change.problem.message.endswith(
        'Not restored: smtp-server-host (it was unset, and there is no documented way to unset it).'
    )
    assert change.after == {HOST: 'b', PORT: None}


def test_a_refusal_for_one_server_leaves_another_set(programs, bin_dir, watchdog):
    first, second = set_all(bin_dir, [('spl1', {'no-such': '1'}), ('spl2', {PORT: '25'})], watchdog)
    assert first.problem.code == 'attribute_refused'
    assert (second.before, second.after, second.problem) == ({PORT: None}, {PORT: '25'}, None)


@pytest.mark.parametrize(
    'behaviour, code, words',
    (
        ('lie', 'attribute_refused', 'pdls shows that smtp-server-port is 587'),
        ('silent', 'attribute_refused', 'pdls shows that smtp-server-port is 587'),
        ('garbage', 'attribute_refused', 'pdls shows that smtp-server-port is 587'),
        ('crash', 'attribute_refused', 'ended with code -11'),
        ('hang', 'pd_output_unreadable', 'did not end in time'),
        ('flood', 'pd_output_unreadable', 'wrote more than'),
    ),
    ids=['it lies', 'it does nothing', 'it prints garbage', 'it crashes', 'it hangs', 'it floods'],
)
def test_a_pdset_that_misbehaves_is_not_believed(programs, bin_dir, watchdog, monkeypatch, behaviour, code, words):
    monkeypatch.setattr(pd_attributes, 'CALL_SECONDS', 3.0)
    programs.set_state(behaviour={'pdset': behaviour})
    (change,) = set_all(bin_dir, [('spl1', {PORT: '465'})], watchdog)
    assert (change.problem.code, change.problem.server) == (code, 'spl1')
    assert words in change.problem.message
    assert change.after == {PORT: '587'}


@pytest.mark.parametrize('behaviour', ('code 0', 'code 1', 'remark', 'slow', 'on stdout'))
def test_the_active_value_counts_whatever_the_exit_code(programs, bin_dir, watchdog, behaviour):
    programs.set_state(behaviour={'pdset': behaviour})
    assert set_one(bin_dir, 'spl1', {PORT: '465'}, watchdog) is None
    assert programs.attributes('spl1')[PORT] == '465'


@pytest.mark.parametrize('behaviour', ('code 0', 'on stdout', ''), ids=['code 0', 'on stdout', 'as usual'])
def test_a_refusal_counts_on_either_stream_and_with_exit_code_0(programs, bin_dir, watchdog, behaviour):
    programs.set_state(refused=[PORT], behaviour={'pdset': behaviour})
    assert set_one(bin_dir, 'spl1', {PORT: '465'}, watchdog).code == 'attribute_refused'


def test_what_can_not_be_looked_at_afterwards_is_a_problem(programs, bin_dir, watchdog):
    (programs.bin_dir / 'pdset').write_text('#!/bin/sh\nchmod 600 %s/pdls\n' % bin_dir)
    (change,) = set_all(bin_dir, [('spl1', {PORT: '465'})], watchdog)
    assert (change.before, change.after) == ({PORT: '587'}, None)
    assert change.problem.message.startswith("The outcome of pdset can't be verified.")


def test_programs_that_are_missing_are_named(programs, bin_dir, watchdog, tmp_path):
    problem = read_one(str(tmp_path / 'nowhere'), 'spl1', [PORT], watchdog)
    assert (problem.code, problem.file) == ('pd_command_missing', str(tmp_path / 'nowhere'))
    assert "pdls can't be started: No such file" in problem.message
    (programs.bin_dir / 'pdset').unlink()
    for check in (True, False):
        (change,) = set_all(bin_dir, [('spl1', {PORT: '465'})], watchdog, check)
        assert (change.problem.code, change.after) == ('pd_command_missing', {PORT: '587'})
    assert set_all(bin_dir, [('spl1', {PORT: '587'})], watchdog)[0].problem is None


def test_a_prediction_changes_nothing(programs, bin_dir, watchdog):
    (change,) = set_all(bin_dir, [('spl1', {PORT: '465', HOST: None})], watchdog, check=True)
    assert (change.before, change.after, change.problem) == (STARTTLS, dict(STARTTLS, **{PORT: '465'}), None)
    assert programs.attributes('spl1') == STARTTLS
    assert programs.calls('pdset') == []


@pytest.mark.parametrize(
    'values',
    ({PORT: 'a b'}, {PORT: '"'}, {'a b': '1'}, {PORT: ''}),
    ids=['a blank', 'a quote', 'a blank in the name', 'an empty value'],
)
def test_what_can_not_be_handed_to_pdset_starts_nothing(programs, bin_dir, watchdog, values):
    assert set_one(bin_dir, 'spl1', values, watchdog).code == 'attribute_refused'
    assert programs.calls() == []


def test_nothing_is_set_after_the_watchdog_has_stopped(programs, bin_dir):
    watchdog = Watchdog(60)
    checks = []

    def check():
        checks.append(len(programs.calls()))
        if programs.calls():
            raise Stopped('nobody waits')

    watchdog.check = check
    with pytest.raises(Stopped):
        set_all(bin_dir, [('spl1', {PORT: '465'})], watchdog)
    assert programs.attributes('spl1') == STARTTLS


LOCALES = ('C', 'de_DE.ISO8859-1', 'ja_JP.eucJP', 'fr_FR.UTF-8')


@pytest.mark.parametrize('locale', LOCALES)
def test_the_answers_do_not_depend_on_the_language(programs, bin_dir, watchdog, monkeypatch, locale):
    monkeypatch.setenv('LC_ALL', locale)
    assert read_one(bin_dir, 'spl1', [PORT], watchdog) == {PORT: '587'}
    programs.set_state(down=['spl1'])
    for server, code in (('spl1', 'server_not_running'), ('spl9', 'server_unknown')):
        problem = read_one(bin_dir, server, [PORT], watchdog)
        assert problem.code == code
        assert problem.message.isprintable()


@pytest.mark.parametrize('locale', LOCALES)
def test_a_command_asks_the_server_of_the_caller_s_locale(programs, bin_dir, watchdog, monkeypatch, locale):
    monkeypatch.delenv('PD_SOCKET', raising=False)
    monkeypatch.setenv('LC_ALL', locale)
    programs.set_state(daemons=[['ja', 6880, True], ['de', 6878, False], ['de', 6882, True]])
    if locale.startswith('ja'):
        assert read_one(bin_dir, 'spl1', [PORT], watchdog) == {PORT: '587'}
        return
    port = '6878' if locale.startswith('de') else '6874'
    problem = read_one(bin_dir, 'spl1', [PORT], watchdog)
    assert problem.code == 'server_not_running'
    assert problem.message.startswith('Nobody answers on port %s that pdls asks about spl1: 5010-452 ' % port)
    assert 'PD_SOCKET' in problem.hint
