# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""EHLO names by RFC 5321 4.1.2 and 4.1.3 and by the manual."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.module_utils.config.ehlo_name import check_ehlo_hostname

LABEL63 = 'a' * 63
VALID = (
    'host.example.com',
    'HOST.Example.COM',
    'a.b',
    '1host.example.com',
    '3com.com',
    'xn--mller-kva.example',
    'a--b.example.com',
    '1.2.3.4.example',
    LABEL63 + '.example',
    '.'.join((LABEL63, LABEL63, LABEL63, 'a' * 61)),
    '[1.2.3.4]',
    '[0.0.0.0]',
    '[255.255.255.255]',
    '[001.02.3.004]',
    '[IPv6:fc00::1]',
    '[IPv6:FC00::1]',
    '[ipv6:fc00::1]',
    '[IPv6:::]',
    '[IPv6:::1]',
    '[IPv6:1::]',
    '[IPv6:1:2:3:4:5:6:7:8]',
    '[IPv6:0001:2:3:4:5:6:7:8]',
    '[IPv6:1:2:3::4:5:6]',
    '[IPv6:1:2:3:4:5:6::]',
    '[IPv6:::1:2:3:4:5:6]',
    '[IPv6:1:2:3:4:5:6:1.2.3.4]',
    '[IPv6:::ffff:1.2.3.4]',
    '[IPv6:::1.2.3.4]',
    '[IPv6:1:2:3:4::1.2.3.4]',
    '[IPv6:1::2:1.2.3.4]',
)
# Each with the nearest right form, '' where none is near.
INVALID = {
    '': '',
    'host': '',
    'localhost': '',
    ' ': '',
    '.': '',
    '..': '',
    '[': '',
    ']': '',
    '[]': '',
    'host.example.com.': 'host.example.com',
    '.example.com': '',
    'host..example.com': '',
    '-host.example.com': '',
    'host-.example.com': '',
    'my_host.example.com': 'my-host.example.com',
    'host example.com': '',
    'host.example.com ': 'host.example.com',
    '\thost.example.com': 'host.example.com',
    'host.example.com\n': 'host.example.com',
    'host.example.com:25': 'host.example.com',
    'smtp://host.example.com/': 'host.example.com',
    'user@example.com': '',
    'host.123': '',
    '1.2.3.256': '',
    '1.2.3': '',
    '*.example.com': '',
    'a' * 64 + '.example': '',
    '.'.join((LABEL63, LABEL63, LABEL63, 'a' * 62)): '',
    'm\u00fcller.example': 'xn--mller-kva.example',
    'host.example.co\u0661': '',
    '\udcff.example': '',
    '1.2.3.4': '[1.2.3.4]',
    '[1.2.3.4': '[1.2.3.4]',
    '1.2.3.4]': '[1.2.3.4]',
    '[[1.2.3.4]]': '[1.2.3.4]',
    '[ 1.2.3.4 ]': '[1.2.3.4]',
    '"1.2.3.4"': '[1.2.3.4]',
    '1.2.3.4:25': '[1.2.3.4]',
    '1.2.3.4/24': '[1.2.3.4]',
    '[1.2.3.4]:25': '[1.2.3.4]',
    '[fc00::1]:25': '[IPv6:fc00::1]',
    '[1.2.3]': '',
    '[1.2.3.256]': '',
    '[1.2.3.4.5]': '',
    '[0001.2.3.4]': '',
    '[1.2.3.-4]': '',
    '[1.2.3.+4]': '',
    '[1.2.3.]': '',
    '[1.2.3.\u0664]': '',
    '[0x1.2.3.4]': '',
    '[16909060]': '',
    'fc00::1': '[IPv6:fc00::1]',
    '[fc00::1]': '[IPv6:fc00::1]',
    'IPv6:fc00::1': '[IPv6:fc00::1]',
    '[IPv6: fc00::1]': '',
    '[IPv6:1.2.3.4]': '[1.2.3.4]',
    '[IPv4:1.2.3.4]': '',
    '[IPv6:fe80::1%eth0]': '[IPv6:fe80::1]',
    'fe80::1%eth0': '[IPv6:fe80::1]',
    '2001:db8::/32': '[IPv6:2001:db8::]',
    '::1': '[IPv6:::1]',
    '::': '[IPv6:::]',
    # "::" stands for two groups or more: inet_pton is more lenient
    '[IPv6:1:2:3:4:5:6:7::]': '[IPv6:1:2:3:4:5:6:7:0]',
    '[IPv6:::2:3:4:5:6:7:8]': '[IPv6:0:2:3:4:5:6:7:8]',
    '[IPv6:1:2:3::5:6:7:8]': '[IPv6:1:2:3:0:5:6:7:8]',
    '[IPv6:1:2:3:4:5::1.2.3.4]': '[IPv6:1:2:3:4:5:0:1.2.3.4]',
    '[IPv6:]': '',
    '[IPv6::]': '',
    '[IPv6:1]': '',
    '[IPv6::1:2:3:4:5:6:7]': '',
    '[IPv6:1:2:3:4:5:6:7:8:9]': '',
    '[IPv6:1::2::3]': '',
    '[IPv6:1:::2]': '',
    '[IPv6:12345::]': '',
    '[IPv6:g::]': '',
    '[IPv6:1:2:3:4:5:6:7:1.2.3.4]': '',
    '[IPv6:::1.2.3.4:5]': '',
    '[IPv6:::1.2.3.256]': '',
    '[IPv6:1.2.3.4::]': '',
    '[IPv6:::\u0661]': '',
    '[x-tag:content]': '',
    '[host.example.com]': 'host.example.com',
    'host[1].example.com': '',
}


def short(value):
    return ascii(value) if len(value) <= 80 else '%d characters' % len(value)


@pytest.mark.parametrize('value', VALID, ids=short)
def test_a_valid_name_is_accepted(value):
    assert check_ehlo_hostname(value) is None


@pytest.mark.parametrize('value', sorted(INVALID), ids=short)
def test_an_invalid_name_is_refused_with_the_nearest_right_form(value):
    refusal = check_ehlo_hostname(value)
    assert refusal is not None
    assert refusal.reason
    assert refusal.nearest == INVALID[value]


@pytest.mark.parametrize(
    'value, reason',
    (
        ('host', 'has no dot, so it is not fully qualified'),
        ('1.2.3.4', 'is an IPv4 address without brackets'),
        ('fc00::1', 'is an IPv6 address without brackets and the tag IPv6:'),
        ('[1.2.3.256]', 'is not an IPv4 address literal: 256 is more than 255'),
        ('host.example.com.', 'has a dot at its end'),
    ),
    ids=['no dot', 'IPv4', 'IPv6', '256', 'final dot'],
)
def test_the_reason_names_what_is_wrong(value, reason):
    assert check_ehlo_hostname(value).reason == reason


@given(st.text(max_size=80) | st.from_regex(r'\[?(IPv6:)?[0-9a-f:.]{0,40}\]?', fullmatch=True))
def test_any_text_is_checked_and_a_nearest_form_is_valid(value):
    refusal = check_ehlo_hostname(value)
    if refusal is None:
        value.encode('ascii')
        assert not set(value) & set(' \t\r\n\0')
    elif refusal.nearest:
        assert check_ehlo_hostname(refusal.nearest) is None


@given(st.ip_addresses() if hasattr(st, 'ip_addresses') else st.just('192.0.2.1'))
def test_any_address_is_right_in_brackets_and_only_there(address):
    text = str(address)
    assert check_ehlo_hostname(text) is not None
    literal = '[IPv6:%s]' % text if ':' in text else '[%s]' % text
    assert check_ehlo_hostname(literal) is None
