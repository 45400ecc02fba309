# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The host's local name: in EHLO, in the sender's address, in the mail."""

import os

from ..config.ehlo_name import check_ehlo_hostname, is_address_literal


def host_name() -> str:
    """Return the host's name as its kernel has it; no resolver is asked, since none keeps a deadline."""
    return os.uname().nodename or 'localhost'


def ehlo_name_for(hostname: str, local_address: str) -> str:
    """Return the name for EHLO: as configured, else the host's full name, else an address literal (RFC 5321, section 4.1.4)."""
    if hostname:
        return hostname
    name = host_name()
    if check_ehlo_hostname(name) is None and not is_address_literal(name):
        return name
    address = local_address.partition('%')[0]
    return '[IPv6:%s]' % address if ':' in address else '[%s]' % address


def default_sender(ehlo_name: str) -> str:
    return 'sendmemo@%s' % (host_name() if is_address_literal(ehlo_name) else ehlo_name)
