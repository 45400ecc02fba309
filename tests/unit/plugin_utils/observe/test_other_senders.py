# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Senders that nobody here wrote, with two TLS libraries: what is observed of them is what their documentation says."""

from __future__ import annotations

import os
import pathlib
import shutil
import typing as t

import pytest

from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.laboratory import Laboratory, Patience
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.observe import chosen, observe
from support.observed import HOST, LOOPBACK, authorities, playing
from support.other_senders import Mail, OtherSender, curl, msmtp, swaks

pytestmark = [pytest.mark.filterwarnings('ignore:ssl.TLSVersion:DeprecationWarning'), pytest.mark.newest_core]

ALL = {
    'unknown_ca': 'refused',
    'expired_certificate': 'refused',
    'no_ca_file': 'refused',
    'ignore_certificate_errors': 'accepted',
    'smtps': 'at_once',
    'starttls_not_offered': 'never',
    'handshake_failed': 'never',
    'ehlo_host': 'as_written',
    'max_tls': 'TLSv1.3',
    'retry': 'no',
}
NAMES = {'host_name': 'refused', 'wildcard': 'accepted', 'partial_wildcard': 'refused', 'common_name': 'accepted'}
SENDERS: dict[str, tuple[t.Callable[[Mail], list[str]], dict[str, str]]] = {
    # OpenSSL. --crlfile switches the check of the whole chain on, and an intermediate authority is trusted as an anchor.
    'curl': (
        curl,
        {**NAMES, 'crl_check': 'chain', 'missing_crl': 'refused', 'expired_crl': 'refused', 'partial_chain': 'accepted'},
    ),
    # GnuTLS: a CRL counts for each certificate whose authority has one, none is required, and its nextUpdate is not looked at.
    'msmtp': (
        msmtp,
        {**NAMES, 'crl_check': 'chain', 'missing_crl': 'accepted', 'expired_crl': 'used', 'partial_chain': 'accepted'},
    ),
    # OpenSSL by Perl, without CRLs and without a check of the name.
    'swaks': (swaks, {'host_name': 'accepted', 'crl_check': 'none', 'partial_chain': 'refused'}),
}


@pytest.mark.parametrize('name', SENDERS)
def test_what_is_observed_of_a_sender_is_what_it_is_known_for(name: str, tmp_path: pathlib.Path) -> None:
    if shutil.which(name) is None:
        (pytest.fail if os.environ.get('CI') else pytest.skip)(f'not installed: {name}')
    command, known = SENDERS[name]
    wanted = {**ALL, **known}
    with playing() as server:
        mailer = OtherSender(command, tmp_path, HOST, (LOOPBACK, server.port))
        found = observe(Laboratory(mailer, server, authorities(), Patience(10.0, 0.1)), chosen(list(wanted)))
    readings = {verdict.question: verdict for verdict in found.verdicts}
    assert {question: readings[question].observed for question in wanted} == wanted, readings
