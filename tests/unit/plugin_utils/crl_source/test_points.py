# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which sources a value of crl_url means, and which addresses are fetched at all."""

from __future__ import annotations

import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.printops.infoprint.plugins.plugin_utils.crl_source.points import sources_of
from ansible_collections.printops.infoprint.plugins.plugin_utils.crl_source.urls import is_local, shown, url_fault, urls_fault
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reader import read_certificate
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.records import Certificate
from support.pki import Authority


def naming(*points: t.Sequence[str], indirect: bool = False) -> list[tuple[x509.ExtensionType, bool]]:
    """Return the extension with distribution points, each with its addresses."""
    issuer: list[x509.GeneralName] = [x509.DirectoryName(x509.Name([]))]
    found = [
        x509.DistributionPoint([x509.UniformResourceIdentifier(uri) for uri in uris], None, None, issuer if indirect else None)
        for uris in points
    ]
    return [(x509.CRLDistributionPoints(found), False)]


ROOT = Authority('Root', more=naming(['http://a.example/root.crl'], ['ldap://a.example/cn=root', 'https://b.example/root.crl']))
ISSUING = Authority('Issuing', parent=ROOT, more=naming(['http://a.example/root.crl'], ['https://b.example/root.crl']))
OTHER = Authority('Other', more=naming(['http://o.example/other.crl']))
SILENT, INDIRECT = Authority('Silent'), Authority('Indirect', more=naming(['http://i.example/'], indirect=True))
OF_ROOT = ('http://a.example/root.crl', 'https://b.example/root.crl')


def read(ca: Authority) -> Certificate:
    return t.cast('Certificate', read_certificate(ca.certificate.public_bytes(Encoding.DER)))


@pytest.mark.parametrize(
    ('cas', 'expected'),
    [
        pytest.param([ROOT], [(OF_ROOT, [ROOT])], id='alternatives of one CA'),
        pytest.param([ROOT, OTHER], [(OF_ROOT, [ROOT]), (('http://o.example/other.crl',), [OTHER])], id='two CAs'),
        pytest.param([ROOT, ISSUING], [(OF_ROOT, [ROOT])], id='one below it names the same'),
        pytest.param([ISSUING], [], id='its issuer is not declared'),
        pytest.param([SILENT, INDIRECT], [], id='none, and one of an indirect CRL'),
    ],
)
def test_auto_means_one_source_for_each_ca_that_names_one(cas: list[Authority], expected: list[t.Any]) -> None:
    sources = sources_of(['auto'], [read(ca) for ca in cas])
    assert [(source.urls, list(source.authorities)) for source in sources] == [
        (urls, [read(ca) for ca in issuers]) for urls, issuers in expected
    ]


def test_a_list_is_one_source_of_any_declared_ca() -> None:
    (source,) = sources_of(['http://b/', 'http://a/', 'http://b/'], [read(ROOT), read(OTHER)])
    assert source.urls == ('http://b/', 'http://a/')
    assert source.names() == [ca.name.public_bytes() for ca in (ROOT, OTHER)]


@pytest.mark.parametrize(
    ('url', 'fault'),
    [
        pytest.param('http://ca.example.com/a.crl', '', id='http'),
        pytest.param('HTTPS://[2001:db8::1]:8443/a?b=c', '', id='https, IPv6, a port'),
        pytest.param('ftp://ca.example.com/', 'the scheme ftp', id='ftp'),
        pytest.param('/etc/crl.pem', 'the scheme (none)', id='a path'),
        pytest.param('http://', 'is not a valid URL', id='no host'),
        pytest.param('http://ca.example.com:http/', 'is not a valid URL', id='a port that is none'),
        pytest.param('http://[::1/', 'is not a valid URL', id='a broken address'),
        pytest.param('http://ca.example.com/a b', 'is not a valid URL', id='a blank'),
    ],
)
def test_addresses(url: str, fault: str) -> None:
    assert (fault in url_fault(url)) if fault else url_fault(url) == ''


@pytest.mark.parametrize(
    ('urls', 'fault'),
    [
        pytest.param(['auto'], '', id='auto'),
        pytest.param(['http://a/', 'http://b/'], '', id='two'),
        pytest.param(['http://a/', 'auto'], 'auto beside addresses', id='both'),
        pytest.param([f'http://a/{number}' for number in range(9)], 'at most 8', id='too many'),
        pytest.param(['http://a/', 'gopher://b/'], 'has gopher://b/, which has the scheme gopher', id='one is of another kind'),
    ],
)
def test_values_of_the_option(urls: list[str], fault: str) -> None:
    assert (fault in urls_fault(urls)) if fault else urls_fault(urls) == ''


@pytest.mark.parametrize(
    ('url', 'expected'),
    [
        pytest.param('http://u:p@h/x', 'http://h/x', id='a user'),
        pytest.param('http://u:p@q@h:80/x@y', 'http://h:80/x@y', id='an @ in the password'),
        pytest.param('http://h/?sig=a&b=c&api_key=d#e', 'http://h/?sig=***&b=c&api_key=***#e', id='secrets in the query'),
        pytest.param('http://h/\x1b[31m', 'http://h/\\x1b[31m', id='an escape'),
    ],
)
def test_an_address_is_shown_without_what_is_secret(url: str, expected: str) -> None:
    assert shown(url) == expected


@pytest.mark.parametrize(
    'host', ['localhost', 'a.localhost', '127.1.2.3', '[::1]', '0.0.0.0', '169.254.169.254', '[::ffff:127.0.0.1]']
)
def test_addresses_of_this_machine(host: str) -> None:
    assert is_local(f'http://{host}/')
    assert not is_local('http://192.0.2.1/')
