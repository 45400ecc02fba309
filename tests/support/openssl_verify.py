# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All that the OpenSSL library of a Python has against chains: `openssl_verify.py <JSON >JSON`. Runs on Python 3.6 too.

A verify callback notes each error and goes on (X509_STORE_CTX_set_verify_cb). By itself OpenSSL ends with the first.
"""

import base64
import ctypes
import json
import os
import sys
from typing import Any, Dict, List, Tuple

if not __package__:
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from support.openssl_library import library

NO_PARTIAL_WILDCARDS = 0x4
# When it is made to go on, it reports one defect twice: its number, and what it has as a consequence at the same depth.
CONSEQUENCES = {
    21: 20,  # of an issuer that is unknown the signature can't be verified
    3: 44,  # a list that isn't for the certificate leaves it without one
    26: 79,  # what is no CA has no CA's purpose
    32: 79,  # what may not sign certificates is no CA
}

_P, _INT, _TEXT = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
_CALLBACK = ctypes.CFUNCTYPE(_INT, _INT, _P)
_READ = (_P, ctypes.POINTER(_TEXT), ctypes.c_long)
_openssl = library(
    (
        ('d2i_X509', _P, _READ),
        ('d2i_X509_CRL', _P, _READ),
        ('X509_free', None, (_P,)),
        ('X509_CRL_free', None, (_P,)),
        ('X509_STORE_new', _P, ()),
        ('X509_STORE_free', None, (_P,)),
        ('X509_STORE_add_cert', _INT, (_P, _P)),
        ('X509_STORE_add_crl', _INT, (_P, _P)),
        ('OPENSSL_sk_new_null', _P, ()),
        ('OPENSSL_sk_push', _INT, (_P, _P)),
        ('OPENSSL_sk_free', None, (_P,)),
        ('X509_STORE_CTX_new', _P, ()),
        ('X509_STORE_CTX_free', None, (_P,)),
        ('X509_STORE_CTX_init', _INT, (_P, _P, _P, _P)),
        ('X509_STORE_CTX_set_default', _INT, (_P, _TEXT)),
        ('X509_STORE_CTX_get0_param', _P, (_P,)),
        ('X509_STORE_CTX_set_verify_cb', None, (_P, _CALLBACK)),
        ('X509_STORE_CTX_get_error', _INT, (_P,)),
        ('X509_STORE_CTX_get_error_depth', _INT, (_P,)),
        ('X509_VERIFY_PARAM_set_flags', _INT, (_P, ctypes.c_ulong)),
        ('X509_VERIFY_PARAM_set_auth_level', None, (_P, _INT)),
        ('X509_VERIFY_PARAM_set_hostflags', None, (_P, ctypes.c_uint)),
        ('X509_VERIFY_PARAM_set1_host', _INT, (_P, _TEXT, ctypes.c_size_t)),
        ('X509_VERIFY_PARAM_set1_ip_asc', _INT, (_P, _TEXT)),
        ('X509_verify_cert', _INT, (_P,)),
    )
)


def errors_of(
    chain: List[bytes], trusted: List[bytes], crls: List[bytes], host: str, flags: int, level: int
) -> List[Tuple[int, int]]:
    """Return number (X509_V_ERR_*) and depth of each error of a server's chain, the leaf first, in the order of their finding,
    without the consequences.

    All in DER. `flags` are X509_V_FLAG_*, `level` is the security level.
    """
    found = []  # type: List[Tuple[int, int]]

    def note(good: int, context: int) -> int:
        if not good:
            found.append((_openssl.X509_STORE_CTX_get_error(context), _openssl.X509_STORE_CTX_get_error_depth(context)))
        return 1

    callback = _CALLBACK(note)
    store, context, untrusted = _openssl.X509_STORE_new(), _openssl.X509_STORE_CTX_new(), _openssl.OPENSSL_sk_new_null()
    certificates = [_read(_openssl.d2i_X509, der) for der in chain]
    for certificate in certificates:
        _openssl.OPENSSL_sk_push(untrusted, certificate)
    for add, read, free, items in (
        (_openssl.X509_STORE_add_cert, _openssl.d2i_X509, _openssl.X509_free, trusted),
        (_openssl.X509_STORE_add_crl, _openssl.d2i_X509_CRL, _openssl.X509_CRL_free, crls),
    ):
        for der in items:
            thing = _read(read, der)
            add(store, thing)
            free(thing)
    try:
        _openssl.X509_STORE_CTX_init(context, store, certificates[0], untrusted)
        _openssl.X509_STORE_CTX_set_default(context, b'ssl_server')  # as ssl_verify_cert_chain does for a client
        param = _openssl.X509_STORE_CTX_get0_param(context)
        _openssl.X509_VERIFY_PARAM_set_flags(param, flags)
        _openssl.X509_VERIFY_PARAM_set_auth_level(param, level)
        _openssl.X509_VERIFY_PARAM_set_hostflags(param, NO_PARTIAL_WILDCARDS)
        if not _openssl.X509_VERIFY_PARAM_set1_ip_asc(param, host.encode('ascii')):
            _openssl.X509_VERIFY_PARAM_set1_host(param, host.encode('ascii'), 0)
        _openssl.X509_STORE_CTX_set_verify_cb(context, callback)
        _openssl.X509_verify_cert(context)
    finally:
        _openssl.X509_STORE_CTX_free(context)
        _openssl.X509_STORE_free(store)
        _openssl.OPENSSL_sk_free(untrusted)
        for certificate in certificates:
            _openssl.X509_free(certificate)
    return [(number, depth) for number, depth in found if (CONSEQUENCES.get(number), depth) not in found]


def _read(read: Any, der: bytes) -> int:
    thing = read(None, ctypes.byref(ctypes.c_char_p(der)), len(der))
    if not thing:
        raise ValueError('OpenSSL cannot read it')
    return int(thing)


def main() -> None:
    """Answer for each case of standard input, by name."""

    def ders(case: Dict[str, Any], key: str) -> List[bytes]:
        return [base64.b64decode(item) for item in case[key]]

    answers = {}
    for name, case in json.load(sys.stdin).items():
        answers[name] = errors_of(
            ders(case, 'chain'), ders(case, 'trusted'), ders(case, 'crls'), case['host'], case['flags'], case['level']
        )
    json.dump(answers, sys.stdout)


if __name__ == '__main__':
    main()
