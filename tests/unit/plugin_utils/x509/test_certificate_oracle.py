# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""No false cause: what is reported of NIST's chains (PKITS) against all that the OpenSSL of the same Python has against them."""

from __future__ import annotations

import base64
import functools
import json
import pathlib
import subprocess
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.tls.context import STRONG_LEVEL, Policy, verify_flags
from ansible_collections.printops.infoprint.plugins.module_utils.tls.faults import certificate_code
from ansible_collections.printops.infoprint.plugins.module_utils.trust.pem import CERTIFICATE, CRL, Block, as_pem
from ansible_collections.printops.infoprint.plugins.module_utils.trust.trust_store import Trust
from support import openssl_verify, pkits
from support.real_sends import HOST, V13, Sent, Setup, python_named, sent

pytestmark = pytest.mark.newest_core

PYTHONS = ('3.6', '3.11')  # one that doesn't expose OpenSSL's number, one that does
AT_ONCE = 60  # sends of one run, so that none of them waits for the machine
NAME_MISMATCH = 62  # Python 3.6 looks at the name when the handshake is done: not where that has failed

Errors = t.Sequence[t.Sequence[int]]  # each its number and its depth


@functools.cache
def asked(version: str, crl_check: str) -> dict[str, Errors]:
    """Return what the OpenSSL of a Python has against each chain."""

    def texts(ders: t.Iterable[bytes]) -> list[str]:
        return [base64.b64encode(der).decode('ascii') for der in ders]

    policy = {'host': HOST, 'flags': verify_flags(Policy(Trust('', (), ()), True, crl_check)), 'level': STRONG_LEVEL}
    cases = {
        name: {'chain': texts(chain.sent), 'trusted': texts(chain.trusted), 'crls': texts(chain.crls), **policy}
        for name, chain in pkits.chains().items()
    }
    done = subprocess.run(
        [str(python_named(version)), '-B', openssl_verify.__file__],
        input=json.dumps(cases).encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    return t.cast('dict[str, Errors]', json.loads(done.stdout))


def reported(version: str, directory: pathlib.Path, crl_check: str, **changes: t.Any) -> dict[str, list[str]]:
    """Return the codes that are reported of each chain: the errors, or what IgnoreCertificateErrors hides."""
    setups = {
        name: Setup(chain.identity, pem(CERTIFICATE, chain.trusted), pem(CRL, chain.crls), **changes)
        for name, chain in pkits.chains().items()
    }
    names = list(setups)
    answers: dict[str, Sent] = {}
    for start in range(0, len(names), AT_ONCE):
        part = {name: setups[name] for name in names[start : start + AT_ONCE]}
        answers.update(sent(part, version, directory / str(start), crl_check))
    return {name: codes(answer, ignored=changes.get('ignore', False)) for name, answer in answers.items()}


def pem(kind: str, ders: t.Iterable[bytes]) -> bytes:
    return ''.join(as_pem(Block(kind, 1, der)) for der in ders).encode('ascii')


def codes(one: Sent, *, ignored: bool) -> list[str]:
    if ignored:
        return [problem.code for problem in one.entry['ignored']]
    return [problem.code for problem in one.problems if problem.is_error]


def called(errors: Errors) -> list[str]:
    return [certificate_code(number, '') for number, _depth in errors]


def first_of(errors: Errors, python: str) -> str:
    """Return the code of what ends a handshake."""
    before = [error for error in errors if python != '3.6' or error[0] != NAME_MISMATCH]
    return called(before or errors)[0]


def test_the_suite_is_whole() -> None:
    assert len(pkits.chains()) == 220
    refused = [name for name, errors in asked('3.11', 'leaf').items() if set(called(errors)) > {'hostname_mismatch'}]
    assert len(refused) > 90


@pytest.mark.parametrize(
    ('ignore', 'crl_check'), [(False, 'leaf'), (True, 'leaf'), (True, 'chain')], ids=['leaf', 'leaf, ignored', 'chain, ignored']
)
@pytest.mark.parametrize('python', PYTHONS)
def test_the_codes_are_those_of_openssl(python: str, crl_check: str, tmp_path: pathlib.Path, *, ignore: bool) -> None:
    errors = asked(python, crl_check)
    results = reported(python, tmp_path, crl_check, ignore=ignore)
    assert {name: set(found) for name, found in results.items()} == {name: set(called(found)) for name, found in errors.items()}
    assert {name: found[0] for name, found in results.items()} == {
        name: first_of(found, python) for name, found in errors.items()
    }


def test_where_the_chain_is_hidden_nothing_is_false(tmp_path: pathlib.Path) -> None:
    """Python 3.6, and a mail server that speaks TLS 1.3 alone: what can't be known is left open."""
    errors = asked('3.6', 'leaf')
    results = reported('3.6', tmp_path, 'leaf', lowest=V13)
    assert {
        name: false
        for name, found in results.items()
        if (false := set(found) - set(called(errors[name])) - {'certificate_invalid'})
    } == {}
    left_open = [
        name for name, found in results.items() if found[0] not in (first_of(errors[name], '3.6'), 'certificate_invalid')
    ]
    assert left_open == []
