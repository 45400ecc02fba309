# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The plugins for users' own templates and asserts, as a playbook sees them."""

from __future__ import annotations

import pytest

from support.playbook import hosts, local_host

CONFIG = 'EnableTLS = 1\r\nCAFile = {{ ca }}.pem\r\n'


def play(*conditions, **variables):
    return [
        {
            'hosts': 'print_servers',
            'gather_facts': False,
            'vars': variables,
            'tasks': [{'name': 'Assert', 'ansible.builtin.assert': {'that': list(conditions)}}],
        }
    ]


@pytest.mark.version_shim
def test_a_text_becomes_settings_and_a_name_is_tested(run_playbook, tmp_path):
    (tmp_path / 'sendmemo-ssl.cfg').write_bytes(CONFIG.encode())
    ran = run_playbook(
        play(
            "lookup('ansible.builtin.file', path) | printops.infoprint.sendmemo_settings == expected",
            "'host.example.com' is printops.infoprint.ehlo_hostname",
            "'fc00::1' is not printops.infoprint.ehlo_hostname",
            '25 is not printops.infoprint.ehlo_hostname',
            path=str(tmp_path / 'sendmemo-ssl.cfg'),
            expected={
                'EnableTLS': '1',
                'CAFile': {'__ansible_unsafe': '{{ ca }}.pem'},
                'CrlFile': '',
                'CertValidationIgnoreHostName': '0',
                'IgnoreCertificateErrors': '0',
                'Hostname': '',
            },
        ),
        hosts(print1=local_host()),
    )
    assert ran.rc == 0, ran.output


def test_what_is_no_text_is_refused(run_playbook):
    ran = run_playbook(play('[1] | printops.infoprint.sendmemo_settings'), hosts(print1=local_host()))
    assert ran.rc == 2
    assert 'takes the text of a file' in ran.output


LOOKUP = 'printops.infoprint.sendmemo_tls_options'


@pytest.mark.version_shim
def test_variables_of_the_role_become_the_options_of_its_modules(run_playbook):
    ran = run_playbook(
        play(
            f"query('{LOOKUP}', 'sendmemo_validate', 'send_memo', entry_point='verify') == expected",
            sendmemo_tls_base_dir='/srv/pd',
            sendmemo_tls_verify='handshake',
            sendmemo_tls_verify_when='changed',
            sendmemo_tls_servers=[{'name': 'spl1', 'verify_sender': 'ipm@example.com', 'hostname': '{{ omit }}'}],
            sendmemo_tls_verify_timeout=12,
            sendmemo_tls_hostname='{{ omit }}',
            sendmemo_tls_audit_fails=True,
            sendmemo_tls_accept_unprotected=True,
            sendmemo_tls_ignore_certificate_errors=True,
            expected=[
                {
                    'base_dir': '/srv/pd',
                    'servers': [{'name': 'spl1', 'verify_sender': 'ipm@example.com'}],
                    'require_configuration': False,
                },
                {
                    'base_dir': '/srv/pd',
                    'servers': [{'name': 'spl1', 'verify_sender': 'ipm@example.com'}],
                    'until': 'handshake',
                    'timeout': 12,
                    'accept_unprotected': True,
                    'check_declared': True,
                    'cert_validation_ignore_host_name': False,
                    'ignore_certificate_errors': True,
                },
            ],
        ),
        hosts(print1=local_host()),
    )
    assert ran.rc == 0, ran.output


@pytest.mark.parametrize(
    ('terms', 'message'),
    [
        ("'sendmemo_confg'", "'sendmemo_confg' is not a module that the role uses"),
        (
            "'send_memo', entry_point='prove'",
            "'prove' is not an entry point of the role: main, audit, verify, refresh_crl, rollback",
        ),
        ("'send_memo'", 'sendmemo_tls_bse_dir is not a variable of the role: did you mean sendmemo_tls_base_dir?'),
    ],
    ids=['module', 'entry point', 'variable'],
)
def test_lookup_refuses_what_it_does_not_know(run_playbook, terms, message):
    ran = run_playbook(play(f"query('{LOOKUP}', {terms}) == []", sendmemo_tls_bse_dir='/srv/pd'), hosts(print1=local_host()))
    assert ran.rc == 2
    assert message in ran.output
