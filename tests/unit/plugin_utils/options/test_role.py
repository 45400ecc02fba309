# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of the role are checked together, and refused by the names that the role has for them."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.options.role import check_variables, options_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import ArgumentError

# What the role's defaults make of a host that sets nothing, as far as the checks depend on it.
DEFAULTS = {'base_dir': '/var/pd', 'servers': [], 'verify': 'sent', 'try_before_commit': 'handshake'}
RECIPIENTS = {'verify_recipients': ['print-ops@example.com']}


def refusal(entry_point: str, **variables: t.Any) -> str:
    """Return the message of a refusal, '' for none."""
    try:
        check_variables({**DEFAULTS, **variables}, entry_point)
    except ArgumentError as error:
        return str(error)
    return ''


REFUSED = {
    'a CRL by address without a CA': ({'crl_url': ['http://a.example.com/']}, 'sendmemo_tls_crl_url needs sendmemo_tls_ca_src'),
    'a CRL by an address of another kind': (
        {'crl_url': ['ldap://a/']},
        'sendmemo_tls_crl_url has ldap://a/, which has the scheme',
    ),
    'a CRL by address and as text': (
        {'crl_url': ['http://a.example.com/'], 'crl_content': 'x'},
        'sendmemo_tls_crl_content and sendmemo_tls_crl_url exclude each other',
    ),
    'an unknown variable': (
        {'paper': 'blue'},
        'sendmemo_tls_paper is not a variable of the role: give variables of your own',
    ),
    'a misspelt variable': ({'crl_scr': []}, 'did you mean sendmemo_tls_crl_src?'),
    'a key of an entry as a variable': ({'state': 'absent'}, 'state belongs in an entry of sendmemo_tls_servers'),
    'a value of another type': ({'backup_keep': 'five'}, 'sendmemo_tls_backup_keep'),
    'a choice that there is not': ({'verify': 'maybe'}, 'sendmemo_tls_verify must be one of: none, handshake, envelope, sent'),
    'a number out of its range': ({'verify_retries': 101}, 'sendmemo_tls_verify_retries is 101: it can be 0 to 100'),
    'a relative path': ({'pd_bin_dir': 'bin'}, "sendmemo_tls_pd_bin_dir is 'bin': give an absolute path"),
    'two kinds of CA': ({'ca_src': ['a'], 'ca_path': '/a'}, 'sendmemo_tls_ca_src and sendmemo_tls_ca_path exclude each other'),
    'two kinds of CRL in an entry': (
        {'servers': [{'name': 'spl1', 'crl_src': ['a'], 'crl_path': '/a'}]},
        'sendmemo_tls_servers[0].crl_src and sendmemo_tls_servers[0].crl_path exclude each other',
    ),
    'a server twice': (
        {'servers': [{'name': 'spl1'}, {'name': 'spl1'}]},
        'sendmemo_tls_servers[1].name spl1 is already that of servers[0]',
    ),
    'an unknown key of an entry': ({'servers': [{'name': 'spl1', 'paper': 'blue'}]}, 'paper'),
    'nobody to send to': ({'verify_recipients': []}, 'sendmemo_tls_verify_recipients is missing and sendmemo_tls_verify is sent'),
    'a recipient that is no address': (
        {'verify_recipients': ['print ops']},
        'sendmemo_tls_verify_recipients is not a mail address',
    ),
    'attributes without a mail server': (
        {'manage_attributes': True, 'smtp_host': 'mail.example.com'},
        'sendmemo_tls_manage_attributes needs sendmemo_tls_smtp_host and sendmemo_tls_smtp_port',
    ),
}


@pytest.mark.parametrize(('variables', 'message'), REFUSED.values(), ids=REFUSED)
def test_what_contradicts_is_refused_by_the_names_of_variables(variables: dict[str, t.Any], message: str) -> None:
    assert message in refusal('main', **{**RECIPIENTS, **variables})


def test_recipients_are_required_only_where_a_mail_is_addressed() -> None:
    assert 'verify_recipients is missing' in refusal('main')
    assert 'verify_recipients is missing' in refusal('verify', verify='envelope')
    assert 'verify_recipients is missing' in refusal('rollback', try_before_commit='envelope')
    assert (
        refusal('main', verify='none') == refusal('verify', verify='handshake') == refusal('rollback') == refusal('audit') == ''
    )


def test_an_entry_s_own_recipients_are_enough() -> None:
    assert refusal('main', servers=[{'name': 'spl1', **RECIPIENTS}]) == ''
    assert 'of server spl2 is missing' in refusal('main', servers=[{'name': 'spl1', **RECIPIENTS}, {'name': 'spl2'}])
    assert refusal('main', servers=[{'name': 'spl1', 'state': 'absent'}]) == ''


def test_the_entry_point_that_verifies_needs_a_goal() -> None:
    assert 'sendmemo_tls_verify is none' in refusal('verify', verify='none', **RECIPIENTS)


def test_variables_become_the_options_of_a_module() -> None:
    given = {'verify': 'envelope', 'verify_timeout': 5, 'warn_days': 10, 'backup_keep': 3, 'restart_command': 'x'}
    assert options_of('send_memo', given) == {'until': 'envelope', 'timeout': 5, 'warn_days': 10}
    assert options_of('sendmemo_config', given) == {'verify': 'envelope', 'timeout': 5, 'warn_days': 10, 'backup_keep': 3}
    assert options_of('send_memo', {'verify': 'none'}) == {}
