# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names are compared with the constraints of a CA as OpenSSL does it."""

from __future__ import annotations

import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ansible_collections.printops.infoprint.plugins.module_utils.problems import Problem
from ansible_collections.printops.infoprint.plugins.module_utils.tls.context import STRONG_LEVEL
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.budget import (
    Budget,
    limited_to,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.guard import guard
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.name_constraints import violation
from support import openssl_verify, pki
from support.x509_records import HOST, Clock, incomplete, record, records_of


def test_names_are_compared_as_long_as_the_budget_lasts() -> None:
    """Beyond 1,048,576 comparisons OpenSSL refuses by itself (NAME_CHECK_MAX): see test_unchecked."""
    many = [x509.DNSName(f'host{number}.example.com') for number in range(900)]
    ca = pki.Authority('Narrow CA', more=[(x509.NameConstraints(None, many), True)])
    (leaf,) = records_of(ca.issue([f'other{number}.example.com' for number in range(900)]).certificate_pem)
    constraints = records_of(ca.pem)[0].name_constraints
    assert constraints is not None
    problems: list[Problem] = []
    with limited_to(Budget(clock=Clock(0.01))), guard(problems, "The mail server's certificate"):
        violation(leaf, constraints, is_leaf=True)
    assert len(incomplete(problems)) == 1


def dns(name: str) -> x509.GeneralName:
    return x509.DNSName(name)


def ip(network: str) -> x509.GeneralName:
    return x509.IPAddress(ipaddress.ip_network(network))


def directory(common_name: str) -> x509.GeneralName:
    return x509.DirectoryName(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)]))


MAIL, URI = x509.RFC822Name, x509.UniformResourceIdentifier
ADDRESS = x509.IPAddress(ipaddress.ip_address('192.0.2.1'))

OPENSSL_REFUSALS = {47, 48}  # permitted and excluded subtree violation

# name: the name of the certificate, the constraint, whether the name is within it
WITHIN: dict[str, tuple[x509.GeneralName, x509.GeneralName, bool]] = {
    'a host': (dns('mail.example.com'), dns('mail.example.com'), True),
    'a host in another case': (dns('MAIL.example.com'), dns('mail.EXAMPLE.com'), True),
    'a host below a domain': (dns('mail.example.com'), dns('example.com'), True),
    'a host below a domain with a dot': (dns('mail.example.com'), dns('.example.com'), True),
    'a domain and the domain with a dot': (dns('example.com'), dns('.example.com'), False),
    'a host that only ends alike': (dns('badexample.com'), dns('example.com'), False),
    'a host and the empty domain': (dns('mail.example.com'), dns(''), True),
    'an address': (ADDRESS, ip('192.0.2.0/24'), True),
    'an address of another network': (ADDRESS, ip('198.51.100.0/24'), False),
    'an address and a network of IPv6': (ADDRESS, ip('2001:db8::/32'), False),
    'a mailbox': (MAIL('a@example.com'), MAIL('a@example.com'), True),
    'a mailbox in another case': (MAIL('A@example.com'), MAIL('a@example.com'), False),
    'a mailbox of a host': (MAIL('a@example.com'), MAIL('example.com'), True),
    'a mailbox below a host': (MAIL('a@mail.example.com'), MAIL('example.com'), False),
    'a mailbox below a domain': (MAIL('a@mail.example.com'), MAIL('.example.com'), True),
    'a URI': (URI('https://example.com/a'), URI('example.com'), True),
    'a URI with a port': (URI('https://example.com:8443/a'), URI('example.com'), True),
    'a URI below a host': (URI('https://www.example.com'), URI('example.com'), False),
    'a URI below a domain': (URI('https://www.example.com'), URI('.example.com'), True),
    'a directory name': (directory('x'), directory('x'), True),
    'another directory name': (directory('x'), directory('y'), False),
}


@pytest.mark.parametrize('name', WITHIN)
def test_names_are_within_constraints_as_openssl_says(name: str) -> None:
    alternative, base, is_within = WITHIN[name]
    for permitted, excluded in (([base], None), (None, [base])):
        ca = pki.Authority('Narrow CA', more=[(x509.NameConstraints(permitted, excluded), True)])
        leaf = ca.issue([], common_name='x', more=[(x509.SubjectAlternativeName([alternative]), False)]).certificate
        constraints = record(ca.certificate).name_constraints
        assert constraints is not None
        is_refused = violation(record(leaf), constraints, is_leaf=True) != ''
        assert is_refused is (is_within if excluded else not is_within)
        chain, trusted = ([one.public_bytes(serialization.Encoding.DER)] for one in (leaf, ca.certificate))
        errors = openssl_verify.errors_of(chain, trusted, [], HOST, 0, STRONG_LEVEL)
        assert bool(OPENSSL_REFUSALS & {number for number, _depth in errors}) is is_refused
