# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The request of sendmemo_config: what is declared becomes entries and contents, or problems."""

from __future__ import annotations

import pathlib
import types
import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader

from ansible_collections.printops.infoprint.plugins.module_utils.change.set_files import trust_file_name
from ansible_collections.printops.infoprint.plugins.module_utils.config.forms import forms_of
from ansible_collections.printops.infoprint.plugins.module_utils.config.parser import parse
from ansible_collections.printops.infoprint.plugins.module_utils.messages.change import StagedTest
from ansible_collections.printops.infoprint.plugins.module_utils.messages.configure import ConfigureEntry
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.request import RequestBuilder, staged_test
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.profile import Profile
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import ArgumentError
from support.pki import Authority

ARGS: dict[str, t.Any] = {
    'base_dir': '/var/pd',
    'template': None,
    'warn_days': 30,
    'servers': [],
    'recipients': None,
    'try_before_commit': 'handshake',
    'timeout': 30.0,
    'min_tls': 'TLSv1.2',
    'crl_check': 'leaf',
}
ENTRY: dict[str, t.Any] = {'name': 'spl1', 'mode': '0644', 'enable_tls': 'starttls'}
CA = Authority('Declared CA').pem.decode()


class Action:
    """What the request needs of an action: files of the controller, looked up in one directory."""

    _task = types.SimpleNamespace(check_mode=False, _role=None)

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        self._loader = DataLoader()

    def _find_needle(self, _kind: str, name: str) -> str:
        return str(self.folder / name)


@pytest.fixture
def builder(tmp_path: pathlib.Path) -> RequestBuilder:
    (tmp_path / 'ca.pem').write_text(CA)
    return RequestBuilder(t.cast('t.Any', Action(tmp_path)), {}, ARGS)


def text(builder: RequestBuilder, entry: ConfigureEntry) -> str:
    return builder.contents[entry.config or '']


@pytest.mark.parametrize(
    'declared, config',
    [
        pytest.param({}, 'EnableTLS = 1\n', id='a mode by its name'),
        pytest.param({'enable_tls': 'smtps', 'hostname': 'a.example.com'}, 'EnableTLS = 2\nHostname = a.example.com\n', id='two'),
        pytest.param({'ignore_certificate_errors': True}, 'EnableTLS = 1\nIgnoreCertificateErrors = 1\n', id='true is 1'),
        pytest.param({'ca_path': '/etc/ca.pem'}, 'EnableTLS = 1\nCAFile = /etc/ca.pem\n', id='a path on the host'),
        pytest.param({'enable_tls': None}, '', id='what is not given is not set'),
    ],
)
def test_options_become_lines(builder: RequestBuilder, declared: dict[str, t.Any], config: str) -> None:
    lines = [line for line in text(builder, builder.entry({**ENTRY, **declared})).splitlines(True) if line[0] not in '#;\n']
    assert ''.join(lines) == config


@pytest.mark.parametrize(
    'declared, source',
    [
        pytest.param({'ca_src': ['ca.pem']}, 'ca.pem', id='a file'),
        pytest.param({'ca_content': CA}, 'ca_content', id='a text'),
        pytest.param({'ca_src': ['ca.pem', 'ca.pem']}, 'ca.pem, ca.pem', id='the same file twice'),
    ],
)
def test_a_managed_ca_has_the_name_of_its_content(builder: RequestBuilder, declared: dict[str, t.Any], source: str) -> None:
    entry = builder.entry({**ENTRY, **declared})
    ((name, key),) = (entry.trust or {}).items()
    assert name == trust_file_name('ca', builder.contents[key].encode('latin-1'))
    assert f'CAFile = {name}\n' in text(builder, entry)
    assert builder.sources == {name: source}
    assert [end['name'] for end in builder.ends_for('spl1')] == ['CN=Declared CA']
    assert builder.problems == []


def test_contents_that_servers_share_travel_once(builder: RequestBuilder) -> None:
    entries = [builder.entry({**ENTRY, 'name': name, 'ca_content': CA}) for name in ('spl1', 'spl2')]
    assert (entries[0].config, entries[0].trust) == (entries[1].config, entries[1].trust)
    assert len(builder.contents) == 2


def test_an_absent_server_has_no_contents(builder: RequestBuilder) -> None:
    assert builder.entry({**ENTRY, 'state': 'absent'}) == ConfigureEntry(mode=0o644, name='spl1', absent=True)
    assert builder.contents == {}


@pytest.mark.parametrize(
    'declared, code',
    [
        pytest.param({'ca_src': ['missing.pem']}, 'file_not_found', id='a missing file'),
        pytest.param({'hostname': 'no name'}, 'invalid_ehlo_hostname', id='a value that the file cannot have'),
    ],
)
def test_what_cannot_be_written_is_refused(builder: RequestBuilder, declared: dict[str, t.Any], code: str) -> None:
    with pytest.raises(ProblemError) as error:
        builder.entry({**ENTRY, **declared})
    assert error.value.problem.code == code


def test_a_ca_that_is_none_is_a_problem_of_what_is_declared(builder: RequestBuilder) -> None:
    builder.entry({**ENTRY, 'ca_content': 'no certificate'})
    assert [(problem.is_error, problem.file) for problem in builder.problems] == [(True, 'ca_content')]


OBSERVED = {'ehlo_ipv4': 'own_name', 'absolute_path': 'refused', 'partial_chain': 'refused', 'host_name': 'accepted'}
ROOT = Authority('Root CA')
ISSUING = Authority('Issuing CA', parent=ROOT).pem.decode()


@pytest.mark.parametrize(
    'declared, args, problems',
    [
        pytest.param({'hostname': 'a.example.com', 'ca_src': ['ca.pem']}, {}, [], id='all is read'),
        pytest.param({'hostname': '[192.0.2.1]'}, {}, [('invalid_ehlo_hostname', 'sendmemo-ssl.cfg')], id='not the name in EHLO'),
        pytest.param({'ca_path': '/etc/ca.pem'}, {}, [('invalid_value', 'sendmemo-ssl.cfg')], id='no full path'),
        pytest.param({'ca_content': ISSUING}, {}, [('unknown_ca', 'ca_content')], id='no root'),
        pytest.param({'hostname': '[192.0.2.1]'}, {'only_crls': True}, [], id='only CRLs are changed'),
    ],
)
def test_what_the_mailer_was_observed_not_to_use_is_a_problem_of_what_is_declared(
    tmp_path: pathlib.Path, declared: dict[str, t.Any], args: dict[str, t.Any], problems: list[tuple[str, str]]
) -> None:
    (tmp_path / 'ca.pem').write_text(CA)
    found = []
    for profile in (None, Profile('InfoPrint', '4.10', '2026-12-01', '', (), OBSERVED)):
        builder = RequestBuilder(t.cast('t.Any', Action(tmp_path)), {}, {**ARGS, **args}, profile)
        builder.entry({**ENTRY, **declared})
        found.append([(problem.code, (problem.file or '').rpartition('/')[2]) for problem in builder.problems])
    assert found == [[], problems]


@pytest.mark.parametrize('mode', ['starttls', 'smtps', 'disabled'])
def test_what_is_written_uses_no_form_that_is_not_declared(builder: RequestBuilder, mode: str) -> None:
    entry = builder.entry({**ENTRY, 'enable_tls': mode, 'ca_src': ['ca.pem'], 'cert_validation_ignore_host_name': False})
    uses = forms_of(parse(text(builder, entry).encode(), 'file'))
    assert [use.form for use in uses] == ([mode] if mode == 'smtps' else [])


@pytest.mark.parametrize(
    'declared, port, codes',
    [
        pytest.param({}, 587, [], id='it fits'),
        pytest.param({}, 465, ['port_mismatch'], id='STARTTLS at the port of SMTPS'),
        pytest.param({'enable_tls': 'smtps'}, 25, ['port_mismatch'], id='SMTPS at port 25'),
        pytest.param({}, None, [], id='unknown'),
    ],
)
def test_ports(builder: RequestBuilder, declared: dict[str, t.Any], port: int | None, codes: list[str]) -> None:
    builder.entry({**ENTRY, **declared})
    problems = builder.port_problems('spl1', port, '/var/pd/spl1/sendmemo-ssl.cfg')
    assert [problem.code for problem in problems] == codes
    assert all(problem.server == 'spl1' for problem in problems)


def test_defaults_apply_to_servers_that_are_found(builder: RequestBuilder) -> None:
    builder.entry({**ENTRY, 'name': None, 'ca_content': CA})
    assert [problem.code for problem in builder.port_problems('found', 465, 'x')] == ['port_mismatch']
    assert len(builder.ends_for('found')) == 1


@pytest.mark.parametrize(
    'missing',
    [
        pytest.param({'smtp_host': None}, id='host'),
        pytest.param({'smtp_port': None}, id='port'),
    ],
)
def test_managed_attributes_have_to_be_declared(builder: RequestBuilder, missing: dict[str, None]) -> None:
    entry = {**ENTRY, 'manage_attributes': True, 'smtp_host': 'mail.example.com', 'smtp_port': 25}
    assert builder.entry(entry).manage_attributes
    with pytest.raises(ArgumentError, match=f'{next(iter(missing))} of server spl1 is missing'):
        builder.entry({**entry, **missing})


@pytest.mark.parametrize(
    'args, test',
    [
        pytest.param({}, StagedTest('handshake', 30.0, 'TLSv1.2', 'leaf'), id='handshake'),
        pytest.param({'try_before_commit': 'none'}, None, id='none'),
        pytest.param(
            {'try_before_commit': 'envelope', 'recipients': ['a@example.com']},
            StagedTest('envelope', 30.0, 'TLSv1.2', 'leaf'),
            id='envelope',
        ),
    ],
)
def test_the_staged_test(args: dict[str, t.Any], test: StagedTest | None) -> None:
    assert staged_test({**ARGS, **args}) == test


def test_the_test_of_an_envelope_needs_a_recipient_for_each_server() -> None:
    servers = [{'name': 'spl1', 'recipients': ['a@example.com']}, {'name': 'spl2'}]
    with pytest.raises(ArgumentError, match='recipients is missing'):
        staged_test({**ARGS, 'try_before_commit': 'envelope', 'servers': servers})
