# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options are checked before anything connects; an entry's own ones come first."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import (
    ArgumentError,
    check,
    fields_for,
    file_mode,
    merged_servers,
)


def args(**more: t.Any) -> dict[str, t.Any]:
    return {'base_dir': '/var/pd', 'servers': [], **more}


@pytest.mark.parametrize(
    ('value', 'mode'),
    [
        pytest.param('0644', 0o644, id='octal'),
        pytest.param('644', 0o644, id='octal without a leading zero'),
        pytest.param(420, 0o644, id='an integer'),
        pytest.param('0600', 0o600, id="the owner's alone"),
        pytest.param('0640', 0o640, id='with the group'),
        pytest.param('0444', 0o444, id='read-only'),
        pytest.param(0o400, 0o400, id='read-only, an integer'),
    ],
)
def test_a_mode_is_octal_text_or_the_mode_itself(value: object, mode: int) -> None:
    assert file_mode(value) == mode


@pytest.mark.parametrize(
    'value',
    [
        pytest.param('u=rw', id='symbolic'),
        pytest.param('0999', id='not octal'),
        pytest.param('416', id='0640 as a decimal text'),
        pytest.param('420', id='0644 as a decimal text'),
        pytest.param('666', id='everybody writes, without a leading zero'),
        pytest.param('', id='empty'),
        pytest.param('07777', id='too many digits'),
        pytest.param(0o1777, id='too large'),
        pytest.param(-1, id='negative'),
        pytest.param(True, id='a switch'),
        pytest.param(None, id='nothing'),
        pytest.param(6.44, id='a fraction'),
        pytest.param('+x', id='a symbolic addition'),
        pytest.param('\uff14\uff12\uff10', id='digits of another script'),
    ],
)
def test_another_mode_is_refused(value: object) -> None:
    with pytest.raises(ArgumentError, match='octal'):
        file_mode(value)


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        pytest.param({'hostname': 'a\nb'}, 'hostname', id='a line break in the EHLO name'),
        pytest.param({'hostname': 'a\x85b'}, 'control character', id='a control character above 127'),
        pytest.param({'ca_content': 'a\x00b'}, 'ca_content', id='a NUL byte in a text of lines'),
        pytest.param({'ca_src': ['good', 'b\rad']}, 'ca_src', id='a carriage return in a list'),
        pytest.param({'base_dir': 'var/pd'}, 'absolute', id='a relative base directory'),
        pytest.param({'ca_path': '~/ca.pem'}, 'absolute', id='a path with a tilde'),
        pytest.param({'smtp_port': 0}, '1 to 65535', id='port 0'),
        pytest.param({'smtp_port': 65536}, '1 to 65535', id='a port above the highest'),
        pytest.param({'timeout': float('nan')}, 'timeout', id='a timeout that is no number'),
        pytest.param({'servers': [{'name': ''}]}, 'one path component', id='a server without a name'),
        pytest.param({'servers': [{'name': '..'}]}, 'one path component', id='the parent as a name'),
        pytest.param({'servers': [{'name': 'a/b'}]}, 'one path component', id='a path as a name'),
        pytest.param(
            {'servers': [{'name': 'a'}, {'name': 'b', 'working_dir': '/var/pd/a'}]}, 'already', id='a working directory twice'
        ),
        pytest.param({'servers': [{'name': 'a', 'mode': 'rw'}]}, 'servers[0].mode', id='a symbolic mode'),
        pytest.param({'owner': '4294967295'}, 'owner is 4294967295', id='a user above the highest'),
        pytest.param(
            {'servers': [{'name': 'a', 'group': '18446744073709551615'}]},
            'servers[0].group is 18446744073709551615',
            id='a group above the highest',
        ),
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


class Message(t.NamedTuple):
    """A message with fields of which some are named as options."""

    name: str
    config: str = ''
    smtp_port: int | None = None
    recipients: t.Sequence[str] = ()


def test_a_message_gets_the_options_that_are_set_and_that_it_has_a_field_for() -> None:
    entry = {'name': 'spl1', 'smtp_port': 25, 'recipients': None, 'mode': '0644'}
    assert Message(**fields_for(Message, entry)) == Message('spl1', smtp_port=25)
