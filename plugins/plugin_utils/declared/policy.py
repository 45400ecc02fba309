# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a result says of what it rests on where the manual is silent: the profile, and what is assumed in spite of it."""

from __future__ import annotations

import typing as t

from ...module_utils.messages.forms import FormUse
from ...module_utils.vocabulary import CHAIN, CRL_CHECKS, TLS_VERSIONS
from ..observe.profile import GROUPS, Profile
from ..observe.questions.experiment import Question
from .observed_forms import FORMS, UNVERIFIED

Policy = dict[str, t.Any]
Followed = t.Mapping[str, t.Collection[str]]

# What a proof rests on, by the questions of an observation.
ASSUMPTIONS = ('default_cas', 'no_ca_file', 'crl_check', 'missing_crl', 'expired_crl', 'min_tls', 'max_tls', 'ciphers')
_OF_A_FORM: Followed = {name: tuple(form.others) for name, form in FORMS.items()}
# What a proof does where it was observed. Any other reading that is not the assumed one is only reported.
FOLLOWED: Followed = {
    **_OF_A_FORM,
    'default_cas': ('replaced', 'added'),
    'crl_check': CRL_CHECKS,
    'min_tls': TLS_VERSIONS,
    'max_tls': TLS_VERSIONS,
    'wildcard': ('accepted', 'refused'),
    'common_name': ('accepted', 'refused'),
}
OF_A_PROOF = ('trust', 'names', 'session')

# What a validation rests on, besides the forms: of a file that is named, and where none is.
OF_A_FILE = {'CAFile': ('default_cas', 'partial_chain'), 'CrlFile': ('crl_check', 'missing_crl', 'expired_crl')}
NO_CA_FILE = 'no_ca_file'
FOLLOWED_BY_VALIDATION: Followed = {
    **_OF_A_FORM,
    'default_cas': ('added',),
    'partial_chain': ('accepted',),
    'crl_check': (CHAIN, 'none'),
    **dict.fromkeys(UNVERIFIED, ('accepted',)),
}
OF_VALIDATION = {
    *FORMS,
    *UNVERIFIED,
    *(name for names in OF_A_FILE.values() for name in names),
    *(question.name for question in GROUPS['grammar']),
    'expired_certificate',
    'ehlo_invalid',
}


def policy_of(profile: Profile | None) -> Policy:
    """Return what the results of a proof say."""
    return _policy(profile, ASSUMPTIONS, [question for group in OF_A_PROOF for question in GROUPS[group]], FOLLOWED)


def policy_of_validation(profile: Profile | None, uses: t.Iterable[FormUse], settings: t.Mapping[str, str]) -> Policy:
    """Return what the result of a validation says: what is assumed of the forms and files that this configuration uses."""
    trust = [name for keyword, names in OF_A_FILE.items() for name in names if settings.get(keyword)]
    assumptions = [*(use.form for use in uses), *trust, *([] if settings.get('CAFile') else [NO_CA_FILE])]
    questions = [question for group in GROUPS.values() for question in group if question.name in OF_VALIDATION]
    return _policy(profile, assumptions, questions, FOLLOWED_BY_VALIDATION)


def _policy(profile: Profile | None, assumptions: t.Sequence[str], questions: t.Sequence[Question], followed: Followed) -> Policy:
    if profile is None:
        return {'profile': None, 'assumed': list(assumptions), 'not_followed': {}}
    known = {*profile.readings, *(['ciphers'] if profile.ciphers else [])}
    return {
        'profile': profile.shown(),
        'assumed': [name for name in assumptions if name not in known],
        'not_followed': _not_followed(profile.readings, questions, followed),
    }


def _not_followed(readings: t.Mapping[str, str], questions: t.Sequence[Question], followed: Followed) -> dict[str, str]:
    """Return the readings of what is done otherwise."""
    return {
        question.name: readings[question.name]
        for question in questions
        if question.name in readings and readings[question.name] not in (*question.assumed, *followed.get(question.name, ()))
    }
