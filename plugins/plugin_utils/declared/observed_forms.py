# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a profile says of the forms that a configuration uses: those that the mailer was observed not to read are problems.

A configuration is never valid because the mailer accepts more than the manual says.
"""

from __future__ import annotations

import typing as t

from ...module_utils.messages.forms import FormUse
from ...module_utils.problems import Problem
from ...module_utils.safe_text import safe_text
from ...module_utils.vocabulary import DISABLED, ERROR, WARNING
from ..observe.profile import Profile


class Form(t.NamedTuple):
    """A form, in words that continue "The line"; the reading under which it is fine, the others, and what to do about it.

    The others are in words that continue "the mailer was observed", and `seen` says with what.
    """

    text: str
    fine: str
    others: t.Mapping[str, str]
    remedy: str
    code: str = 'invalid_line'
    seen: str = 'such a line'


_OF_A_LINE = ('line_ignored', 'kept')  # readings that are harmless where the line sets nothing
_NO_MAIL = 'to send no mail'
_NOT_READ = {'refused': _NO_MAIL, 'file_ignored': 'to ignore the whole file and send in plaintext'}
_LINE = {'line_ignored': 'to ignore the line', **_NOT_READ}
_EHLO = {'own_name': 'to use a name of its own in EHLO', 'refused': _NO_MAIL}
_COMMENT = 'Use a value without "{mark}"; put a comment on a line of its own.'
_HOSTNAME = 'Set Hostname (sendmemo_tls_hostname) to a name of another form, or remove it.'


def _around(what: str) -> dict[str, str]:
    return {'kept': f'to take {what} for a part of the value', **_LINE}


def _comment(mark: str) -> Form:
    others = {'comment': 'to begin a comment there', **_LINE}
    seen = f'"{mark} comment" behind a value'
    return Form(f'has "{mark}" in its value', 'kept', others, _COMMENT.format(mark=mark), seen=seen)


def _ehlo(what: str) -> Form:
    return Form(f'sets Hostname to {what}', 'as_written', _EHLO, _HOSTNAME, 'invalid_ehlo_hostname')


def _switch(keyword: str, what: str) -> Form:
    others = {'refused': f'to refuse {what}'}
    return Form(f'sets {keyword} to 1', 'accepted', others, 'Remove the line, and correct what it was to hide.', 'invalid_value')


# By the name of the question whose reading counts; the forms are those of `config.forms`.
FORMS: dict[str, Form] = {
    'carriage_return': Form('ends in CR LF', 'dropped', _around('CR'), 'Write the file with LF alone at the end of each line.'),
    'no_final_newline': Form('has no line end', 'accepted', _LINE, 'End the last line with LF.'),
    'leading_blanks': Form('begins with a blank', 'accepted', _LINE, 'Begin the line with its keyword.'),
    'no_blanks': Form(
        'lacks a blank before or after "="', 'accepted', _LINE, 'Write "Keyword = value", or remove a line without a value.'
    ),
    'tabs': Form('has a tab', 'accepted', _LINE, 'Write "Keyword = value" with one blank on each side of "=", and no tab.'),
    'trailing_blanks': Form(
        'ends in a blank', 'dropped', _around('the blanks'), 'Remove the blanks at its end, or a line without a value as a whole.'
    ),
    'comment_semicolon': _comment(';'),
    'comment_hash': _comment('#'),
    'quotes': Form(
        'has a quote in its value',
        'kept',
        {'removed': 'to remove them', **_LINE},
        'Use a value without quotes.',
        seen='quotes around a value',
    ),
    'unknown_keyword': Form(
        'sets a keyword of client certificates, which sendmemo does not have',
        'ignored',
        _NOT_READ,
        'Remove the line.',
        'unsupported_keyword',
        'an unknown keyword',
    ),
    'absolute_path': Form(
        'names a file by its full path',
        'accepted',
        {'refused': _NO_MAIL},
        'Name a file beside the configuration without a path: declare it by ca_src or crl_src, not by ca_path or crl_path.',
        'invalid_value',
        'a full path in CAFile',
    ),
    'smtps': Form(
        'sets EnableTLS to 2',
        'at_once',
        {'otherwise': 'not to begin TLS at once'},
        'Set sendmemo_tls_enable_tls to starttls (EnableTLS 1), with a port of the mail server that fits.',
        'invalid_value',
    ),
    'ignore_certificate_errors': _switch('IgnoreCertificateErrors', 'a certificate of an unknown CA'),
    'ignore_host_name': _switch('CertValidationIgnoreHostName', 'a certificate for another name'),
    'ehlo_host': _ehlo('a host name'),
    'ehlo_ipv4': _ehlo('an IPv4 address'),
    'ehlo_ipv6': _ehlo('an IPv6 address'),
}

# What is a warning under the reading `accepted`: message and hint.
_NO_SETTING = 'No setting changes that. Have the vendor of the product correct it.'
UNVERIFIED = {
    'no_ca_file': ('CAFile is not set, and without it, the mailer was observed to accept a certificate of any CA.', ''),
    'unknown_ca': ('The mailer was observed to accept a certificate of a CA that CAFile does not have.', _NO_SETTING),
    'host_name': ('The mailer was observed to accept a certificate for another name.', _NO_SETTING),
}


def observed_problems(
    uses: t.Iterable[FormUse], settings: t.Mapping[str, str], profile: Profile | None, file: str
) -> list[Problem]:
    """Return the problems that a configuration has only because of what was observed."""
    if profile is None:
        return []
    readings = profile.readings
    found = [_form_problem(use, readings.get(use.form, ''), settings, file) for use in uses]
    return [*(problem for problem in found if problem is not None), *_unverified(readings, settings, file)]


def _form_problem(use: FormUse, reading: str, settings: t.Mapping[str, str], file: str) -> Problem | None:
    form = FORMS[use.form]
    if reading not in form.others or (not use.keyword and reading in _OF_A_LINE):
        return None
    more = f', like {use.lines - 1} more' if use.lines > 1 else ''
    value = settings.get(use.keyword)
    return Problem(
        form.code,
        f'The line {form.text}{more}; with {form.seen}, the mailer was observed {form.others[reading]}.',
        form.remedy,
        ERROR,
        file=file,
        line=use.line,
        keyword=use.keyword or None,
        value=None if value is None else safe_text(value),
    )


def _unverified(readings: t.Mapping[str, str], settings: t.Mapping[str, str], file: str) -> t.Iterator[Problem]:
    """Yield the warnings that less is verified than a configuration says."""
    if not settings or settings.get('EnableTLS') == DISABLED.value or settings.get('IgnoreCertificateErrors') == '1':
        return
    of_a_ca = 'unknown_ca' if settings.get('CAFile') else 'no_ca_file'
    if readings.get(of_a_ca) == 'accepted':
        yield Problem('verification_off', *UNVERIFIED[of_a_ca], file=file, keyword='CAFile')
    if readings.get('host_name') == 'accepted' and settings.get('CertValidationIgnoreHostName') != '1':
        yield Problem('name_check_off', *UNVERIFIED['host_name'], file=file, keyword='CertValidationIgnoreHostName')
    if readings.get('crl_check') == 'none' and settings.get('CrlFile'):
        message = 'CrlFile has no effect: the mailer was observed to accept a revoked certificate.'
        yield Problem('no_effect', message, _NO_SETTING, WARNING, file=file, keyword='CrlFile')
