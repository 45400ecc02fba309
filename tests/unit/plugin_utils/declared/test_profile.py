# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a proof follows a profile: the stricter of what the site requires and what was observed, and what its results say."""

from __future__ import annotations

import pathlib
import types
import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader

from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.profile import (
    criteria_of,
    followed,
    read,
    restart_warnings,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.source_files import ROLE
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.profile import Profile, to_yaml
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import ArgumentError
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.criteria import Mailer

USUAL = {'min_tls': 'TLSv1.2', 'crl_check': 'leaf'}
NOTHING_OBSERVED = {'max_tls': '', 'adds_default_cas': False, 'refuses_wildcards': False, 'refuses_common_names': False}


def profile(**readings: str) -> Profile:
    return Profile('InfoPrint', '4.10', '2026-12-01', 'sendmemo@{hostname}', (), readings)


@pytest.mark.parametrize(
    ('readings', 'options', 'changes'),
    [
        pytest.param({}, {}, {}, id='nothing observed'),
        pytest.param({'crl_check': 'chain'}, {}, {'crl_check': 'chain'}, id='CRLs of the chain'),
        pytest.param({'crl_check': 'leaf'}, {'crl_check': 'chain'}, {'crl_check': 'chain'}, id='the site requires the chain'),
        pytest.param({'crl_check': 'none'}, {}, {}, id='CRLs not used'),
        pytest.param({'min_tls': 'TLSv1.3'}, {}, {'min_tls': 'TLSv1.3'}, id='nothing older than TLS 1.3'),
        pytest.param({'min_tls': 'TLSv1'}, {}, {}, id='the site refuses TLS 1.0'),
        pytest.param({'min_tls': 'TLSv1.1'}, {'min_tls': 'TLSv1'}, {'min_tls': 'TLSv1.1'}, id='the mailer refuses TLS 1.0'),
        pytest.param({'max_tls': 'TLSv1.2'}, {}, {'max_tls': 'TLSv1.2'}, id='nothing newer than TLS 1.2'),
        pytest.param({'default_cas': 'added'}, {}, {'adds_default_cas': True}, id='default CAs besides'),
        pytest.param({'wildcard': 'refused'}, {}, {'refuses_wildcards': True}, id='no wildcards'),
        pytest.param({'common_name': 'refused', 'wildcard': 'accepted'}, {}, {'refuses_common_names': True}, id='no CN'),
        pytest.param({'default_cas': 'replaced'}, {}, {}, id='no default CAs'),
        pytest.param({'expired_crl': 'ignored', 'missing_crl': 'accepted', 'unknown_ca': 'accepted'}, {}, {}, id='stricter'),
    ],
)
def test_of_what_is_required_and_observed_the_stricter_counts(
    readings: dict[str, str], options: dict[str, str], changes: dict[str, t.Any]
) -> None:
    given = {**USUAL, **options, 'until': 'sent'}
    found = followed(given, profile(**readings))
    found.pop('policy')
    assert found == {**given, **NOTHING_OBSERVED, **changes, 'reads_forms': True, 'observed': profile(**readings)}


def test_what_the_site_requires_and_the_mailer_can_not_do_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r'min_tls is TLSv1\.2, and by the profile, the mailer speaks TLSv1\.1 at most'):
        followed(USUAL, profile(max_tls='TLSv1.1'))


@pytest.mark.parametrize(
    ('readings', 'mailer'),
    [
        pytest.param({}, Mailer(), id='nothing observed'),
        pytest.param({'crl_check': 'leaf', 'partial_chain': 'accepted', 'default_cas': 'replaced'}, Mailer(), id='as the least'),
        pytest.param({'crl_check': 'chain'}, Mailer(checks_chain=True), id='CRLs of the chain'),
        pytest.param({'crl_check': 'chain', 'missing_crl': 'accepted'}, Mailer(), id='a missing CRL does not count'),
        pytest.param({'partial_chain': 'refused'}, Mailer(needs_root=True), id='a root is needed'),
        pytest.param(
            {'partial_chain': 'refused', 'default_cas': 'added'}, Mailer(trusts_others=True), id='it can be a public one'
        ),
    ],
)
def test_trust_files_are_checked_for_what_was_observed(readings: dict[str, str], mailer: Mailer) -> None:
    criteria = criteria_of({'warn_days': 7}, profile(**readings))
    assert (criteria.warn_days, criteria.mailer) == (7, mailer)
    assert criteria_of({'warn_days': 7}, None).mailer == Mailer()


class Action:
    """What reading needs of an action: files of the controller, in one directory, and the role."""

    def __init__(self, folder: pathlib.Path, role: str = '') -> None:
        self.folder = folder
        self._loader = DataLoader()
        self._task = types.SimpleNamespace(_role=types.SimpleNamespace(get_name=lambda: role) if role else None)

    def _find_needle(self, _kind: str, name: str) -> str:
        if not (self.folder / name).exists():
            raise AnsibleError(f'Could not find {name}')
        return str(self.folder / name)


def read_from(folder: pathlib.Path, role: str = '', **args: t.Any) -> Profile | None:
    return read(t.cast('t.Any', Action(folder, role)), {}, args)


def test_a_profile_is_read_where_a_task_names_one(tmp_path: pathlib.Path) -> None:
    written = profile(crl_check='chain')
    (tmp_path / 'lab.yml').write_text(to_yaml(written))
    assert read_from(tmp_path, profile='lab.yml') == written
    assert read_from(tmp_path, profile=None) is None
    assert read_from(tmp_path, profile='') is None


@pytest.mark.parametrize(
    ('old', 'new', 'role', 'message'),
    [
        pytest.param('chain', 'all', '', 'profile is lab.yml: crl_check is all, not one of none, leaf, chain', id='a value'),
        pytest.param('crl_check', 'crls', '', 'profile is lab.yml: trust has an unknown name: crls', id='a name'),
        pytest.param('form:', '- form:', ROLE, 'sendmemo_tls_profile is lab.yml: the profile is no YAML', id='in the role'),
    ],
)
def test_a_wrong_profile_is_refused(tmp_path: pathlib.Path, old: str, new: str, role: str, message: str) -> None:
    (tmp_path / 'lab.yml').write_text(to_yaml(profile(crl_check='chain')).replace(old, new))
    with pytest.raises(ArgumentError, match=message):
        read_from(tmp_path, role, profile='lab.yml')


def test_a_profile_that_is_not_there_is_refused(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ArgumentError, match=r'profile is lab\.yml, and there is no such file on the controller'):
        read_from(tmp_path, profile='lab.yml')


@pytest.mark.parametrize(
    ('reading', 'role', 'command', 'changed', 'warns'),
    [
        pytest.param('at_start', ROLE, '', True, True, id='needed'),
        pytest.param('at_start', ROLE, 'restart', True, False, id='the role does it'),
        pytest.param('at_start', ROLE, '', False, False, id='nothing changed'),
        pytest.param('at_start', '', '', True, False, id='not in the role'),
        pytest.param('each_mail', ROLE, '', True, False, id='not needed'),
    ],
)
def test_a_restart_that_is_needed_and_that_nobody_does_is_a_warning(
    tmp_path: pathlib.Path, reading: str, role: str, command: str, *, changed: bool, warns: bool
) -> None:
    action = t.cast('t.Any', Action(tmp_path, role))
    variables = {'sendmemo_tls_restart_command': command}
    found = restart_warnings(action, variables, profile(when_read=reading), changed=changed)
    assert bool(found) == warns
    assert all('sendmemo_tls_restart_command is not set' in text for text in found)
