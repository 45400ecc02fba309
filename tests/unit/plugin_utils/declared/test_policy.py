# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Results say which profile they follow, what is assumed all the same, and what was observed that they do not count on."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.config.forms import FORMS, forms_of
from ansible_collections.printops.infoprint.plugins.module_utils.config.parser import parse
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.policy import (
    ASSUMPTIONS,
    OF_A_FILE,
    Policy,
    policy_of,
    policy_of_validation,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.profile import Profile

ROOT = pathlib.Path(__file__).parents[4]
PAGE = (ROOT / 'docs' / 'assumptions.md').read_text()
PLAIN = b'EnableTLS = 1\nCAFile = ca.pem\n'


def profile(**readings: str) -> Profile:
    return Profile('InfoPrint', '4.10', '2026-12-01', 'sendmemo@{hostname}', (), readings)


def test_without_a_profile_all_is_assumed() -> None:
    assert policy_of(None) == {'profile': None, 'assumed': list(ASSUMPTIONS), 'not_followed': {}}
    assert [name for name in ASSUMPTIONS if f'`{name}`' not in PAGE] == []


def test_the_results_say_what_is_assumed_and_what_the_proof_does_otherwise() -> None:
    readings = {'crl_check': 'chain', 'default_cas': 'replaced', 'expired_crl': 'used', 'keyword_case': 'sensitive'}
    observed = profile(**readings, smtps='otherwise', handshake_failed='plaintext')
    policy = policy_of(observed._replace(ciphers=('TLS_AES_256_GCM_SHA384',)))
    assert policy == {
        'profile': 'InfoPrint 4.10, observed on 2026-12-01',
        'assumed': ['no_ca_file', 'missing_crl', 'min_tls', 'max_tls'],
        'not_followed': {'expired_crl': 'used', 'handshake_failed': 'plaintext'},
    }
    assert policy_of(profile(crl_check='none'))['not_followed'] == {'crl_check': 'none'}


def of_validation(text: bytes, observed: Profile | None) -> Policy:
    config = parse(text, 'file')
    return policy_of_validation(observed, forms_of(config), config.settings)


@pytest.mark.parametrize(
    ('text', 'assumed'),
    [
        pytest.param(PLAIN, ['default_cas', 'partial_chain'], id='plain'),
        pytest.param(b'EnableTLS = 1\n', ['no_ca_file'], id='no CA file'),
        pytest.param(PLAIN.replace(b' = ', b'='), ['no_blanks', 'default_cas', 'partial_chain'], id='a form'),
        pytest.param(PLAIN + b'CrlFile = crl.pem\n', [name for names in OF_A_FILE.values() for name in names], id='CRLs'),
    ],
)
def test_what_a_validation_assumes_is_what_this_configuration_uses(text: bytes, assumed: list[str]) -> None:
    assert of_validation(text, None) == {'profile': None, 'assumed': assumed, 'not_followed': {}}
    observed = of_validation(text, profile(**dict.fromkeys(assumed[:1], 'accepted')))
    assert (observed['profile'], observed['assumed']) == ('InfoPrint 4.10, observed on 2026-12-01', assumed[1:])


def test_what_a_validation_does_not_count_on_is_said() -> None:
    laxer = {'duplicate_keyword': 'first', 'missing_file': 'accepted', 'expired_crl': 'used', 'expired_certificate': 'accepted'}
    stricter = {'carriage_return': 'kept', 'ehlo_host': 'refused', 'crl_check': 'chain', 'host_name': 'accepted'}
    of_proofs = {'wildcard': 'refused', 'min_tls': 'TLSv1.3'}
    assert of_validation(PLAIN, profile(**stricter, **of_proofs))['not_followed'] == {}
    assert of_validation(PLAIN, profile(**{**stricter, **laxer}))['not_followed'] == laxer


def test_what_a_validation_assumes_is_on_the_page() -> None:
    names = {*FORMS, *(name for names in OF_A_FILE.values() for name in names)}
    assert sorted(name for name in names if f'`{name}`' not in PAGE) == []
