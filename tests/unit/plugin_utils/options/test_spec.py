# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options are checked before anything connects; an entry's own ones come first."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import (
    ArgumentError,
    check,
    file_mode,
    merged_servers,
)


def args(**more: t.Any) -> dict[str, t.Any]:
    return {'base_dir': '/var/pd', 'servers': [], **more}


@pytest.mark.parametrize(
    ('value', 'mode'),
    [('0644', 0o644), ('644', 0o644), (420, 0o644), ('0600', 0o600), ('0640', 0o640), ('0444', 0o444), (0o400, 0o400)],
)
def test_a_mode_is_octal_text_or_the_mode_itself(value: object, mode: int) -> None:
    assert file_mode(value) == mode


@pytest.mark.parametrize(
    'value', ['u=rw', '0999', '416', '420', '666', '', '07777', 0o1777, -1, True, None, 6.44, '+x', '\uff14\uff12\uff10']
)
def test_another_mode_is_refused(value: object) -> None:
    with pytest.raises(ArgumentError, match='octal'):
        file_mode(value)


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        ({'hostname': 'a\nb'}, 'hostname'),
        ({'hostname': 'a\x85b'}, 'control character'),
        ({'ca_content': 'a\x00b'}, 'ca_content'),
        ({'ca_src': ['good', 'b\rad']}, 'ca_src'),
        ({'base_dir': 'var/pd'}, 'absolute'),
        ({'ca_path': '~/ca.pem'}, 'absolute'),
        ({'smtp_port': 0}, '1 to 65535'),
        ({'smtp_port': 65536}, '1 to 65535'),
        ({'timeout': float('nan')}, 'timeout'),
        ({'servers': [{'name': ''}]}, 'one path component'),
        ({'servers': [{'name': '..'}]}, 'one path component'),
        ({'servers': [{'name': 'a/b'}]}, 'one path component'),
        ({'servers': [{'name': 'a'}, {'name': 'b', 'working_dir': '/var/pd/a'}]}, 'already'),
        ({'servers': [{'name': 'a', 'mode': 'rw'}]}, 'servers[0].mode'),
        ({'owner': '4294967295'}, 'owner is 4294967295'),
        ({'servers': [{'name': 'a', 'group': '18446744073709551615'}]}, 'servers[0].group is 18446744073709551615'),
    ],
)
def test_what_cannot_be_is_named_with_its_place(options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(ArgumentError) as error:
        check(args(**options))
    assert words in str(error.value)


def test_the_highest_user_and_group_are_allowed() -> None:
    check(args(owner='4294967294', servers=[{'name': 'a', 'group': '0', 'owner': 'ipm1'}]))


def test_texts_of_several_lines_are_allowed_where_they_belong() -> None:
    check(args(ca_content='-----BEGIN\r\n\tx\n', body='two\nlines', servers=[{'name': 'spl1', 'body': 'a\nb', 'mode': None}]))


def test_an_entry_s_own_option_comes_before_the_module_s() -> None:
    merged = merged_servers(
        args(
            enable_tls='starttls',
            hostname='h.example.com',
            servers=[{'name': 'spl1', 'enable_tls': None}, {'name': 'spl2', 'enable_tls': 'smtps'}],
        )
    )
    assert [entry['enable_tls'] for entry in merged] == ['starttls', 'smtps']
    assert [entry['hostname'] for entry in merged] == ['h.example.com', 'h.example.com']


def test_of_options_that_exclude_each_other_an_entry_s_own_one_keeps_all_others_out() -> None:
    merged = merged_servers(args(ca_src=['ca.pem'], crl_src=['crl.pem'], servers=[{'name': 'spl1', 'ca_path': '/etc/ca.pem'}]))
    assert merged == [{'name': 'spl1', 'ca_path': '/etc/ca.pem', 'crl_src': ['crl.pem']}]
