# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of certificates against host names: the manual's table, and OpenSSL's rules without partial wildcards."""

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.tls.host_names import (
    CertificateNames,
    host_matches,
    name_matches,
    names_of,
    packed_address,
    plain_host,
)

pytestmark = pytest.mark.every_python

MANUAL = [
    ('host.example.com', 'host.example.com', True),
    ('host.example.com', '*.example.com', True),
    ('host.subdomain.example.com', '*.subdomain.example.com', True),
    ('host.example.com', 'host.another-example.com', False),
    ('host.subdomain.example.com', 'host.another-subdomain.example.com', False),
    ('host.example.com', 'host*.example.com', False),
    ('host.example.com', '*host.example.com', False),
    ('host.subdomain.example.com', 'host*.subdomain.example.com', False),
    ('host.subdomain.example.com', '*host.subdomain.example.com', False),
]
# As X509_check_host of OpenSSL 3.0 answers with X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS.
OTHERS = [
    ('HOST.Example.COM', 'host.example.com', True),
    ('host.example.com', '*.Example.Com', True),
    ('host.example.com', '*.com', False),
    ('example.com', '*.com', False),
    ('example.com', '*.example.com', False),
    ('a.b.example.com', '*.example.com', False),
    ('host.example.com', '*', False),
    ('host', '*', False),
    ('host.example.com', '*.*.com', False),
    ('host.example.com', 'host.*.com', False),
    ('host.example.com', 'ho*st.example.com', False),
    ('host.example.com', '**.example.com', False),
    ('.example.com', '*.example.com', False),
    ('xn--mller-kva.example.com', '*.example.com', True),
    ('host.xn--mller-kva.example', '*.xn--mller-kva.example', True),
    ('host.example.com', '*.-example.com', False),
    ('host.exa_mple.com', '*.exa_mple.com', False),
    ('host.example.com', 'host.example.com.', False),
    ('host.example.com', '*.example.com.', False),
    ('ho_st.example.com', '*.example.com', False),
    ('ho_st.example.com', 'ho_st.example.com', True),
    ('*.example.com', '*.example.com', True),
    ('host', 'host', True),
    ('h\xd6st', 'h\xf6st', False),
    ('host.example.com', 'host.example.com\0.evil.example', False),
]


@pytest.mark.parametrize(
    'host, pattern, matches',
    MANUAL + OTHERS,
    ids=[
        '{} {} {}'.format(pattern, 'covers' if matches else 'does not cover', host) for host, pattern, matches in MANUAL + OTHERS
    ],
)
def test_a_name_covers_a_host_as_the_manual_and_openssl_say(host, pattern, matches):
    assert name_matches(pattern, host) is matches


@pytest.mark.parametrize(
    'host, dns, ip, common, matches',
    [
        ('a.example.com', (), (), ('a.example.com',), True),
        ('a.example.com', (), (), ('b.example.com', 'a.example.com'), True),
        ('a.example.com', ('b.example.com',), (), ('a.example.com',), False),
        ('a.example.com', (), ('192.0.2.1',), ('a.example.com',), True),
        ('a.example.com', ('b.example.com', 'a.example.com'), (), (), True),
        ('a.example.com.', ('a.example.com',), (), (), True),
        ('192.0.2.1', (), ('192.0.2.1',), (), True),
        ('192.0.2.1', ('192.0.2.1',), (), ('192.0.2.1',), False),
        ('192.0.2.1', ('*.0.2.1',), (), (), False),
        ('2001:db8::1', (), ('2001:DB8:0:0:0:0:0:1',), (), True),
        ('2001:db8::2', (), ('2001:DB8:0:0:0:0:0:1',), (), False),
        ('.example.com', ('a.example.com',), (), (), False),
        ('', ('',), (), ('',), False),
        ('.', ('',), (), ('',), False),
        ('a.example.com', (), (), (), False),
    ],
    ids=[
        'common name',
        'second common name',
        'common name beside a DNS name',
        'common name beside an address',
        'second DNS name',
        'dot at the end of the host',
        'address',
        'address as DNS name',
        'address and wildcard',
        'IPv6 address',
        'another IPv6 address',
        'leading dot',
        'empty',
        'a dot',
        'no name',
    ],
)
def test_names_count_as_they_should(host, dns, ip, common, matches):
    assert host_matches(CertificateNames(dns, ip, common), host) is matches


def test_the_names_are_read_from_what_python_returns_of_a_certificate():
    names = names_of(
        {
            'subject': ((('organizationName', 'Example'),), (('commonName', 'mail.example.com'),)),
            'subjectAltName': (
                ('DNS', 'a.example.com'),
                ('IP Address', '2001:DB8:0:0:0:0:0:1\n'),
                ('email', 'x@y.z'),
                ('DNS', '*.b.example'),
            ),
        }
    )
    assert names == CertificateNames(('a.example.com', '*.b.example'), ('2001:DB8:0:0:0:0:0:1',), ('mail.example.com',))
    assert names.shown() == 'a.example.com, *.b.example, IP 2001:DB8:0:0:0:0:0:1'


@pytest.mark.parametrize(
    'names, shown',
    [
        (CertificateNames((), (), ('cn',)), 'CN cn'),
        (CertificateNames((), (), ()), 'none at all'),
        (CertificateNames((), ('192.0.2.1',), ('cn',)), 'IP 192.0.2.1, CN cn'),
    ],
    ids=['common name', 'none', 'address and common name'],
)
def test_only_names_that_count_are_shown(names, shown):
    assert names.shown() == shown


@pytest.mark.parametrize(
    'host, plain', [('a.b.', 'a.b'), ('a.b', 'a.b'), ('a.b..', 'a.b.'), ('', '')], ids=['one', 'none', 'two', 'empty']
)
def test_one_dot_at_the_end_is_dropped(host, plain):
    assert plain_host(host) == plain


@pytest.mark.parametrize(
    'text, packed',
    [('127.0.0.1', b'\x7f\0\0\1'), ('::1', b'\0' * 15 + b'\1'), ('1.2.3', None), ('host', None), ('', None), ('1.2.3.4\0', None)],
    ids=['IPv4', 'IPv6', 'three numbers', 'name', 'empty', 'NUL'],
)
def test_an_address_is_distinguished_from_a_name(text, packed):
    assert packed_address(text) == packed


@pytest.mark.parametrize(
    'dns, common, kinds, matches',
    [
        pytest.param(['*.example.com'], [], [], True, id='a wildcard'),
        pytest.param(['*.example.com'], [], ['wildcard'], False, id='a wildcard that does not count'),
        pytest.param(['*.example.com'], ['mail.example.com'], ['wildcard'], False, id='a common name beside it'),
        pytest.param(['*.example.com', 'mail.example.com'], [], ['wildcard', 'common_name'], True, id='a name beside it'),
        pytest.param([], ['mail.example.com'], ['wildcard'], True, id='a common name'),
        pytest.param([], ['mail.example.com'], ['common_name'], False, id='a common name that does not count'),
        pytest.param([], ['*.example.com'], ['wildcard'], False, id='a wildcard as common name'),
    ],
)
def test_names_of_some_kinds_do_not_count(dns, common, kinds, matches):
    names = CertificateNames(tuple(dns), (), tuple(common)).without('wildcard' in kinds, 'common_name' in kinds)
    assert host_matches(names, 'mail.example.com') == matches
