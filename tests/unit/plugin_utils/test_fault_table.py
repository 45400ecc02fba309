# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The fault table has every sending code, and its page has every fault."""

from __future__ import annotations

from ansible_collections.printops.infoprint.plugins.module_utils.vocabulary import STAGES
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.catalogue import CATALOGUE, GROUPS
from support.fault_table import FAULTS
from tools.fault_page import PAGE, rows

SENDING = ('Sending: resolve, connect, banner', 'EHLO, STARTTLS', 'Handshake', 'Certificate', 'Envelope, data', 'Any stage')
OF_LISTS = ('crl_expired', 'crl_not_yet_valid', 'crl_signature_invalid')  # of a configuration and of a send
ELSEWHERE = {
    'smtp_server_unknown': 'before any stage, and by the attributes of a server: test_send_memo, test_server_attributes',
}


def test_every_sending_code_is_in_the_table() -> None:
    codes = {*(code for heading in SENDING for code in GROUPS[heading]), *OF_LISTS}
    reported = {code for fault in FAULTS for code in (*fault.codes, *fault.warns.split())}
    assert codes - reported == set(ELSEWHERE)


def test_the_table_is_of_codes_and_stages_that_there_are() -> None:
    for fault in FAULTS:
        assert set(fault.codes) | set(fault.warns.split()) | set(fault.ignored.split()) <= set(CATALOGUE), fault.name
        assert not fault.expect or fault.stage in STAGES, fault.name
    assert len({fault.server for fault in FAULTS}) == len(FAULTS)
    assert sum(bool(fault.expect) for fault in FAULTS) >= 90


def test_the_page_has_every_fault_as_it_is_expected() -> None:
    assert rows(PAGE.read_text('utf-8')) == {fault.name: fault.page_cell for fault in FAULTS}
