# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Questions about certificates: the authorities that are trusted, CRLs, and names."""

from __future__ import annotations

from ..playing.authorities import PUBLIC
from ..playing.server import Server
from ..playing.visit import REFUSED, SENT
from .experiment import TLS, Need, Question, Trial, reading, text_of

ACCEPTED, IS_REFUSED = reading('accepted', SENT), reading('refused', REFUSED)
PLAIN = Trial(text_of())
WITH_CRL = Trial(text_of(crl=True), crl='all')
VERIFIES = Need('unknown_ca', ('refused',))
COMPARES_NAMES = Need('host_name', ('refused',))
USES_CRLS = Need('crl_check', ('leaf', 'chain'))


def _accepts(name: str, text: str, trial: Trial, assumed: str, needs: tuple[Need, ...] = (), control: Trial = PLAIN) -> Question:
    """Return a question of whether one server is accepted."""
    return Question(name, text, TLS, control, (trial,), (ACCEPTED, IS_REFUSED), (assumed,), needs)


def _presents(identity: str, *lines: str, ca: str = 'root') -> Trial:
    return Trial(text_of(*lines), Server(identity), ca)


def _with_crl(identity: str, crl: str) -> Trial:
    return WITH_CRL._replace(server=Server(identity), crl=crl)


NO_CA_FILE = text_of(ca='')

TRUST = (
    _accepts(
        'unknown_ca',
        'Is a mail server accepted whose certificate is of an authority that CAFile does not have?',
        _presents('unknown_root'),
        'refused',
    ),
    _accepts(
        'expired_certificate',
        'Is a mail server accepted whose certificate has expired?',
        _presents('expired'),
        'refused',
    ),
    _accepts(
        'no_ca_file',
        'Without a CAFile, is a mail server accepted whose certificate is of an authority that is not publicly known?',
        Trial(NO_CA_FILE),
        'refused',
        (VERIFIES,),
    ),
    Question(
        'default_cas',
        'Does CAFile replace the publicly known CAs, or add to them?',
        TLS,
        PLAIN,
        (Trial(NO_CA_FILE, Server(PUBLIC)), _presents(PUBLIC)),
        (reading('replaced', SENT, REFUSED), reading('added', SENT, SENT)),
        ('replaced',),
        (VERIFIES,),
    ),
    _accepts(
        'partial_chain',
        'Is an intermediate authority in CAFile enough, without its root?',
        Trial(text_of(), ca='intermediate'),
        'refused',
        (VERIFIES,),
    ),
    Question(
        'crl_check',
        "Is a CRL applied to the mail server's certificate, or to the whole chain?",
        TLS,
        WITH_CRL,
        (_with_crl('revoked', 'all'), _with_crl('of_revoked_issuer', 'all')),
        (reading('none', SENT, SENT), reading('leaf', REFUSED, SENT), reading('chain', REFUSED, REFUSED)),
        ('leaf',),
    ),
    _accepts(
        'missing_crl',
        "Is a mail server accepted if CrlFile has no CRL of its certificate's authority?",
        _with_crl('good', 'without_issuer'),
        'refused',
        (USES_CRLS,),
        WITH_CRL,
    ),
    Question(
        'expired_crl',
        'What does a CRL past its nextUpdate do?',
        TLS,
        WITH_CRL,
        (_with_crl('good', 'expired'), _with_crl('revoked', 'expired')),
        (reading('refused', REFUSED, REFUSED), reading('used', SENT, REFUSED), reading('ignored', SENT, SENT)),
        ('refused',),
        (USES_CRLS,),
    ),
    _accepts(
        'ignore_certificate_errors',
        'Is any certificate accepted while IgnoreCertificateErrors is 1?',
        _presents('unknown_root', 'IgnoreCertificateErrors = 1'),
        'accepted',
        (VERIFIES,),
    ),
)

NAMES = (
    _accepts(
        'host_name',
        'Is a mail server accepted whose certificate is for another name?',
        _presents('wrong_name'),
        'refused',
    ),
    _accepts(
        'ignore_host_name',
        'Is another name accepted while CertValidationIgnoreHostName is 1?',
        _presents('wrong_name', 'CertValidationIgnoreHostName = 1'),
        'accepted',
        (COMPARES_NAMES,),
    ),
    _accepts(
        'wildcard',
        'Does `*` stand for the first label of a name?',
        _presents('wildcard'),
        'accepted',
        (COMPARES_NAMES,),
    ),
    _accepts(
        'partial_wildcard',
        'Does `*` stand for a part of the first label of a name?',
        _presents('partial_wildcard'),
        'refused',
        (COMPARES_NAMES,),
    ),
    _accepts(
        'common_name',
        'Does the common name count in a certificate without other names?',
        _presents('common_name'),
        'accepted',
        (COMPARES_NAMES,),
    ),
    _accepts(
        'common_name_beside',
        'Does the common name count in a certificate with other names?',
        _presents('common_name_beside'),
        'refused',
        (COMPARES_NAMES,),
    ),
)
