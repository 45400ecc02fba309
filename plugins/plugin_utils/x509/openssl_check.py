# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the controller's OpenSSL parses a certificate or CRL that `cryptography` refuses: it accepts more."""

from __future__ import annotations

import ssl
import tempfile

from ...module_utils.trust.pem import CERTIFICATE, Block, as_pem
from . import budget


def openssl_reads(block: Block) -> bool:
    """Return whether OpenSSL parses the content of a block (d2i_X509, d2i_X509_CRL). Raises OverBudget."""
    budget.check()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if block.label == CERTIFICATE:
            context.load_verify_locations(cadata=block.der)
        else:
            _load_from_file(context, as_pem(block))
    except (ssl.SSLError, ValueError):
        return False
    return True


def _load_from_file(context: ssl.SSLContext, pem: str) -> None:
    """Load a CRL: Python passes CRLs to OpenSSL only by a file. Raises SSLError."""
    with tempfile.NamedTemporaryFile('w', encoding='ascii') as file:
        file.write(pem)
        file.flush()
        context.load_verify_locations(cafile=file.name)
