# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A task's profile: what was observed of the product's own mailer, and how the proof follows it.

The options say what the site requires, the profile what the mailer does. Both hold, and the stricter counts: a proof never
accepts what the site does not, or what the mailer was observed to refuse. What a profile does not have is assumed.
"""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible.plugins.action import ActionBase

from ...module_utils.problems import ProblemError
from ...module_utils.vocabulary import CHAIN, CRL_CHECKS, TLS_VERSIONS
from ..foreign_values import InvalidValue
from ..observe.profile import Profile, read_profile
from ..observe.reload import AT_START, WHEN_READ
from ..options.spec import ArgumentError
from ..x509.criteria import Criteria, Mailer
from .policy import policy_of
from .source_files import ROLE, SourceReader, called

Options = dict[str, t.Any]

RESTART = (
    'By the profile, the mailer reads a changed configuration only when its server starts, and {name} is not set: restart the '
    'servers of this host by hand.'
)


def read(action: ActionBase, task_vars: t.Mapping[str, t.Any], args: t.Mapping[str, t.Any]) -> Profile | None:
    """Return the profile that a task names, None for none. Raises ArgumentError."""
    path = args['profile']
    if not path:
        return None
    try:
        return read_profile(SourceReader(action, task_vars).content([path], 'profile'))
    except InvalidValue as error:
        raise ArgumentError(f'{called(action, task_vars, "profile")} is {path}: {error}') from None
    except ProblemError as error:
        raise ArgumentError(error.problem.message) from None


def followed(args: t.Mapping[str, t.Any], profile: Profile | None) -> Options:
    """Return the options of a proof that follows the profile, with `observed`, the profile, and `policy`, what its results say of
    that.

    Raises ArgumentError where the site requires what the mailer can't do.
    """
    readings = profile.readings if profile is not None else {}
    min_tls = _stricter(args['min_tls'], readings.get('min_tls', ''), TLS_VERSIONS)
    max_tls = readings.get('max_tls', '')
    if max_tls and TLS_VERSIONS.index(max_tls) < TLS_VERSIONS.index(min_tls):
        raise ArgumentError(f'min_tls is {min_tls}, and by the profile, the mailer speaks {max_tls} at most')
    return {
        **args,
        'min_tls': min_tls,
        'max_tls': max_tls,
        'crl_check': _stricter(args['crl_check'], readings.get('crl_check', ''), CRL_CHECKS),
        'adds_default_cas': readings.get('default_cas') == 'added',
        'refuses_wildcards': readings.get('wildcard') == 'refused',
        'refuses_common_names': readings.get('common_name') == 'refused',
        'reads_forms': profile is not None,
        'observed': profile,
        'policy': policy_of(profile),
    }


def _stricter(required: str, observed: str, scale: t.Sequence[str]) -> str:
    """Return the stricter of two values; one that the scale does not have is laxer than all of it."""
    return max(required, observed, key=lambda value: scale.index(value) if value in scale else -1)


def criteria_of(args: t.Mapping[str, t.Any], profile: Profile | None) -> Criteria:
    """Return what a task checks trust files against, by now."""
    return Criteria(dt.datetime.now(dt.timezone.utc), args['warn_days'], _mailer(profile))


def _mailer(profile: Profile | None) -> Mailer:
    readings = profile.readings if profile is not None else {}
    trusts_others = readings.get('default_cas') == 'added'
    return Mailer(
        checks_chain=readings.get('crl_check') == CHAIN and readings.get('missing_crl') != 'accepted',
        needs_root=readings.get('partial_chain') == 'refused' and not trusts_others,
        trusts_others=trusts_others,
    )


def restart_warnings(
    action: ActionBase, task_vars: t.Mapping[str, t.Any], profile: Profile | None, *, changed: bool
) -> list[str]:
    """Return that a change does not count yet, where the role would not restart the servers; a task alone can't know that."""
    role = action._task._role
    is_needed = changed and profile is not None and profile.readings.get(WHEN_READ) == AT_START
    if not is_needed or role is None or role.get_name() != ROLE or task_vars.get('sendmemo_tls_restart_command'):
        return []
    return [RESTART.format(name='sendmemo_tls_restart_command')]
