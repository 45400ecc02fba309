# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of the role sendmemo_tls: checked before a host is touched, beyond an argument specification."""

from __future__ import annotations

import difflib
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .mail import check_mail
from .mailbox import check_mailbox, mailbox_name
from .spec import (
    EXCLUSIVE,
    MODULES,
    NAMED,
    ArgumentError,
    Spec,
    check,
    check_keys,
    check_option,
    keys_of,
    merged_servers,
    normalized,
)
from .table.mail import VERIFYING
from .table.row import DELIVERY
from .variables import PREFIX, VARIABLES, option_of, variable_argument, variable_of

# What the role itself sets in a module; a variable comes first. A switch of the configuration that is not set in the role is
# declared all the same: the product's default is active after a run.
OF_THE_ROLE: dict[str, dict[str, t.Any]] = {
    'sendmemo_validate': {'require_configuration': False},  # an audit reports a missing one as drift
    'send_memo': {'check_declared': True, 'cert_validation_ignore_host_name': False, 'ignore_certificate_errors': False},
    'sendmemo_config': {'check_declared': True},
}
# Variables that must not be empty where mails are addressed; by entry point, which variable requires it and at what value.
ADDRESSED = {
    'main': (('verify', ('envelope', 'sent')), ('try_before_commit', ('envelope',))),
    'verify': (('verify', ('envelope', 'sent')),),
    'refresh_crl': (('verify', ('envelope', 'sent')), ('try_before_commit', ('envelope',))),
    'rollback': (('try_before_commit', ('envelope',)),),
}

Values = t.Mapping[str, t.Any]

# The two that every check needs have their default here too, since the lookup may be used where the role's are not loaded.
SPEC: Spec = {
    name: variable_argument(option, option.default if name in ('base_dir', 'servers') else None)
    for name, option in VARIABLES.items()
}
SPEC['servers'].update(options=MODULES['sendmemo_config']['servers']['options'])
_VALIDATOR = ArgumentSpecValidator({PREFIX + name: option for name, option in SPEC.items()})


def options_of(module: str, given: Values) -> dict[str, t.Any]:
    """Return the options of a module as the variables that are set, by name without the prefix, give them."""
    options = {VARIABLES[name].name: value for name, value in given.items() if module in VARIABLES[name].modules}
    if 'until' in MODULES[module] and given.get('verify', 'none') != 'none':
        options['until'] = given['verify']
    return options


def check_variables(given: Values, entry_point: str) -> None:
    """Check the variables that are set, by name without the prefix. Raises ArgumentError, which names them as the role does.

    Types and choices too: where the role's argument specification is checked, that is a task of its own for each host.
    """
    for name in sorted(set(given) - set(SPEC)):
        raise ArgumentError(_unknown(name))
    check_keys(given.get('servers'), f'{PREFIX}servers', keys_of(SPEC['servers']['options']))
    read = _VALIDATOR.validate({PREFIX + name: value for name, value in given.items()})
    if read.error_messages:
        raise ArgumentError('; '.join(read.error_messages))
    values = {name[len(PREFIX) :]: value for name, value in read.validated_parameters.items()}
    for name, value in values.items():
        option = option_of(name)
        check_option(option, value, PREFIX + name.removesuffix(option))
    for group in EXCLUSIVE:
        _exclusive(values, group, PREFIX)
        for number, entry in enumerate(values['servers']):
            _exclusive(entry, group, f'{PREFIX}servers[{number}].')
    if entry_point == 'verify' and values['verify'] == 'none':
        raise ArgumentError(f'{PREFIX}verify is none, so there is nothing to verify: set it to handshake, envelope or sent')
    if values.get('confirm') and entry_point in VERIFYING:
        check_mailbox(mailbox_of(values), lambda option: f'{PREFIX}confirm_{option}')
    _check_servers(values, entry_point)


def mailbox_of(given: Values) -> dict[str, t.Any]:
    """Return the options of the mailbox that the variables describe."""
    return {VARIABLES[name].name: value for name, value in given.items() if DELIVERY in VARIABLES[name].modules}


def check_confirmation(given: Values, marked: t.Mapping[str, t.Any]) -> None:
    """Check that the mails of a host will be confirmed if, and where, its variables say so. Raises ArgumentError.

    `marked` is the result of the task that marked the mailbox, once for all hosts, by the variables of one of them.
    """
    is_marked, wanted = not marked.get('skipped'), bool(given.get('confirm'))
    if is_marked != wanted:
        here, there = str(wanted).lower(), str(is_marked).lower()
        raise ArgumentError(
            f'{PREFIX}confirm is {here} here and {there} for another host of the play: mails of a play are confirmed together, '
            'so set it for all of its hosts or for none, or run them separately (target)'
        )
    mark = marked.get('mark')
    if is_marked and mark and mark['mailbox'] != (own := mailbox_name(mailbox_of(given))):
        raise ArgumentError(
            f'the mailbox of this host is {own}, that of another host of the play is {mark["mailbox"]}: set {PREFIX}confirm_* '
            'alike for all hosts of a play, or run them separately (target)'
        )


def _unknown(name: str) -> str:
    if name in NAMED:
        return f'{PREFIX}{name} is not a variable: {name} belongs in an entry of {PREFIX}servers'
    similar = difflib.get_close_matches(name, sorted(SPEC), 1)
    return f'{PREFIX}{name} is not a variable of the role: ' + (
        f'did you mean {PREFIX}{similar[0]}?' if similar else f'give variables of your own another prefix than {PREFIX}'
    )


def _exclusive(options: Values, group: tuple[str, ...], where: str) -> None:
    given = [f'{where}{name}' for name in group if options.get(name) is not None]
    if len(given) > 1:
        raise ArgumentError(f'{" and ".join(given)} exclude each other: give one of them')


def _check_servers(given: Values, entry_point: str) -> None:
    """Check the servers' entries, each also together with the variables of the host."""
    try:
        check(normalized({'base_dir': given['base_dir'], 'servers': given['servers']}))
    except ArgumentError as error:
        raise ArgumentError(f'{PREFIX}{error}') from None
    args = {option_of(name): value for name, value in given.items()}
    present = [entry for entry in merged_servers(args) if entry.get('state') != 'absent']
    for entry in present if args['servers'] else [args]:
        of = f' of server {entry["name"]}' if args['servers'] else ''
        for variable, values in ADDRESSED.get(entry_point, ()):
            if given[variable] in values and not entry.get('recipients'):
                raise ArgumentError(
                    f'{PREFIX}verify_recipients{of} is missing and {PREFIX}{variable} is {given[variable]}: give at least '
                    f'one mail address, or set {PREFIX}{variable} to handshake or none'
                )
        _check_needs(entry, of)
        check_mail(entry, of, variable_of)


def _check_needs(entry: Values, of: str) -> None:
    """Check that a server has what its other options need; `of` says whose they are. Raises ArgumentError."""
    if entry.get('manage_attributes') and not (entry.get('smtp_host') and entry.get('smtp_port')):
        raise ArgumentError(
            f'{PREFIX}manage_attributes{of} needs {PREFIX}smtp_host and {PREFIX}smtp_port: they are what the attributes are set '
            'to'
        )
    if entry.get('crl_url') and not (entry.get('ca_src') or entry.get('ca_content')):
        raise ArgumentError(
            f'{PREFIX}crl_url{of} needs {PREFIX}ca_src or {PREFIX}ca_content: a CRL that is fetched is checked against the CAs '
            'that are declared'
        )
