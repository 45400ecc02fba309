# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The table of faults: what a mail server does or shows, and what send_memo is to say of it, on every Python.

It has good paths too: to refuse what is right is as wrong as to let pass what is not.
"""

from __future__ import annotations

import typing as t

from .fault_pki import HOST, SMALL_DH
from .scripted_server import (
    CLOSE,
    GOOD,
    HANDSHAKE,
    HANG,
    LOOPBACK,
    OFFERING,
    READ,
    RESET,
    Pause,
    Script,
    SlowHandshake,
    Slowly,
    TlsSetup,
)

A_BYTE_A_SECOND = 1.0
A_LINE = 'A line of the body that is long enough to fill something.\n'
LONG_BODY, ENDLESS_BODY = A_LINE * 5_000, A_LINE * 70_000  # the second one is more than buffers on the way take
# Names that the target resolves, by address.
NAMES = {
    HOST: (LOOPBACK,),
    'relay.example.test': (LOOPBACK,),
    'a.mail.example.test': (LOOPBACK,),
    'mail.example.org': (LOOPBACK,),
    'mailserver.example.test': (LOOPBACK,),
    'xn--bcher-kva.example.test': (LOOPBACK,),
    'two.example.test': ('127.0.0.9', LOOPBACK),
    'dual.example.test': ('::1', LOOPBACK),
    'nobody.example.test': ('::1', '127.0.0.9'),
    'nowhere.example.test': ('224.0.0.1',),
    'example.test': (LOOPBACK,),
}
# The tasks that the faults are sent by, with their options; the time is in seconds.
TASKS: dict[str, dict[str, t.Any]] = {
    'usual': {'timeout': 25},
    'slow': {'timeout': 4},  # for what ends with the time
    'chain': {'timeout': 25, 'crl_check': 'chain'},
    'retried': {'timeout': 25, 'retries': 2, 'retry_delay': 0},
    'newest': {'timeout': 25, 'min_tls': 'TLSv1.3'},
    'old': {'timeout': 25, 'min_tls': 'TLSv1'},
    'handshake': {'timeout': 25, 'until': 'handshake'},
    'envelope': {'timeout': 25, 'until': 'envelope'},
    'sslv3': {'timeout': 25},
}
ENVIRONMENT = {'sslv3': {'IPM_ENABLE_SSL_V3': '1'}}  # of a task


class Fault(t.NamedTuple):
    """One mail server and one InfoPrint server that is to send to it.

    expect: '' where the mail is to be handed over, else 'stage: code ...' with all errors, first the one that OpenSSL names.
    config: the EnableTLS word of the InfoPrint server; `ca` and `crl` name trust files ('' = none), `lines` are further lines.
    warns, ignored: the codes of the warnings, and of what the ignore switches hide.
    mails: how many mails reach their final dot; None = one where the goal is reached, none where it isn't.
    task: one of TASKS.
    """

    name: str
    expect: str
    script: Script | None
    config: str
    ca: str = 'root'
    crl: str = ''
    lines: tuple[str, ...] = ()
    host: str = HOST
    listen: str = LOOPBACK
    warns: str = ''
    ignored: str = ''
    mails: int | None = None
    task: str = 'usual'
    recipients: tuple[str, ...] = ('ops@example.test',)
    body: str = ''  # '' = send_memo's own

    @property
    def server(self) -> str:
        """The name of its InfoPrint server."""
        return ''.join(letter if letter.isalnum() else '-' for letter in self.name.lower())

    @property
    def stage(self) -> str:
        return self.expect.partition(': ')[0]

    @property
    def codes(self) -> list[str]:
        return self.expect.partition(': ')[2].split()

    @property
    def page_cell(self) -> str:
        """What is expected, in words."""
        return page_cell(self.expect, self.warns, self.ignored)


def page_cell(expect: str, warns: str, ignored: str) -> str:
    """Return a result in words: the errors with their stage, or ok; the warnings; what was ignored."""
    stage, _colon, codes = expect.partition(': ')
    parts = [f'{_codes(codes)} ({stage})' if codes else 'ok']
    parts += [f'{word} {_codes(found)}' for word, found in (('warning', warns), ('ignored', ignored)) if found]
    return ', '.join(parts)


def _codes(text: str) -> str:
    return ' '.join(f'`{code}`' for code in text.split())


def says(name: str, expect: str, mode: str, point: str, step: t.Any, *, config: str = '', **extras: t.Any) -> Fault:
    """Return the fault of a server that does a certain thing at one point of the conversation."""
    return does(name, expect, mode, {point: step}, config=config, **extras)


def does(
    name: str, expect: str, mode: str, steps: dict[str, t.Any], *, config: str = '', tls: TlsSetup | None = None, **extras: t.Any
) -> Fault:
    """Return the fault of a server that does certain things at certain points."""
    return Fault(name, expect, Script(mode, steps, tls or TlsSetup()), config or mode, **extras)


def shows(name: str, expect: str, identity: str, *, mode: str = 'smtps', **extras: t.Any) -> Fault:
    """Return the fault of a server that shows a certain certificate."""
    return Fault(name, expect, Script(mode, {}, TlsSetup(identity)), mode, **extras)


def absent(name: str, expect: str, host: str, **extras: t.Any) -> Fault:
    """Return the fault of a mail server that isn't there: nobody listens on the port."""
    return Fault(name, expect, None, 'starttls', host=host, **extras)


IGNORE_ERRORS = ('IgnoreCertificateErrors = 1',)
IGNORE_NAME = ('CertValidationIgnoreHostName = 1',)
THREE = ('first@example.test', 'second@example.test', 'third@example.test')
SSL_V3 = TlsSetup('good rsa', 'SSLv3')
MANY = tuple(f'user{number}@example.test' for number in range(20))

# By heading of the page that shows them.
SECTIONS: dict[str, list[Fault]] = {
    'No fault': [
        does('good by STARTTLS', '', 'starttls', {}),
        does('good by SMTPS', '', 'smtps', {}),
        does('good in plaintext', '', 'plain', {}, warns='tls_off'),
        says(
            'good with a multi-line greeting',
            '',
            'smtps',
            'banner',
            '220-mail.example.test ESMTP\r\n220-We log everything.\r\n220 Go on',
        ),
        says('good with a reply of no text', '', 'smtps', 'RCPT', '250'),
        says('good with 8-bit and NUL bytes in a reply', '', 'smtps', 'MAIL', b'250 gr\xfc\xdfe \xc3\xbc\0 \x1b[31mred\r\n'),
        says('good with a line of 2000 bytes', '', 'smtps', 'MAIL', '250 ' + 'x' * 2000),
        says('good with replies in pieces', '', 'starttls', 'EHLO', Slowly(OFFERING.encode() + b'\r\n', 0.005)),
        says(
            'good with 90 features',
            '',
            'starttls',
            'EHLO',
            '250-mail.example.test\r\n' + '250-X-FEATURE\r\n' * 90 + '250 starttls',
        ),
        says('good with 251 for a recipient', '', 'smtps', 'RCPT', '251 User not local; will forward'),
        says('good, closed after the last 250', '', 'smtps', '.', ('250 2.0.0 Ok: queued as 4A3B', CLOSE)),
        says('good, reset after the last 250', '', 'starttls', '.', ('250 2.0.0 Ok: queued as 4A3B', Pause(0.1), RESET)),
        says('good, 421 at QUIT', '', 'starttls', 'QUIT', ('421 4.3.2 Shutting down', CLOSE)),
        says('good, QUIT a byte a second', '', 'smtps', 'QUIT', Slowly(b'221 2.0.0 Bye\r\n', A_BYTE_A_SECOND)),
        says('good, nonsense at QUIT', '', 'starttls', 'QUIT', 'bye'),
        says('good, hangs at QUIT', '', 'starttls', 'QUIT', HANG, task='slow'),
        does(
            'good, slow everywhere',
            '',
            'starttls',
            {point: (Pause(0.2), GOOD[point]) for point in GOOD if point not in ('EHLO', 'connect')},
            task='slow',
        ),
        does('good at the second address', '', 'plain', {}, host='two.example.test', warns='tls_off'),
        does('good at IPv4 where IPv6 is dead', '', 'plain', {}, host='dual.example.test', warns='tls_off'),
        does('good by TLS 1.2', '', 'smtps', {}, tls=TlsSetup('good rsa', 'TLSv1_2')),
        does('good by TLS 1.1 where that is allowed', '', 'smtps', {}, tls=TlsSetup('good rsa', 'TLSv1_1'), task='old'),
        says('good as far as the handshake', '', 'starttls', 'MAIL', '550 5.7.1 No', task='handshake'),
        says('good as far as the envelope', '', 'starttls', 'DATA', '550 5.7.1 No', task='envelope'),
        says('good after greylisting', '', 'starttls', 'RCPT', ['450 4.2.0 Greylisted', '250 2.1.5 Ok'], task='retried'),
        says('good after a busy greeting', '', 'starttls', 'banner', ['421 4.3.2 Busy', '220 mail.example.test'], task='retried'),
        says(
            'good after a deferred sender',
            '',
            'smtps',
            'MAIL',
            ['451 4.3.0 Later', '451 4.3.0 Later', '250 2.1.0 Ok'],
            task='retried',
        ),
        says('good after a deferred DATA', '', 'smtps', 'DATA', ['451 4.3.0 Later', '354 Go on'], task='retried'),
        does('a large mail is taken', '', 'starttls', {}, body=LONG_BODY),
    ],
    'The way to the mail server': [
        absent('name unknown', 'resolve: host_not_found', 'no-such-host.example.test'),
        absent('name with a leading dot', 'resolve: host_not_found', '.example.test'),
        absent('name with an empty label', 'resolve: host_not_found', 'mail..example.test'),
        absent('name with a label of 70 letters', 'resolve: host_not_found', 'm' * 70 + '.example.test'),
        absent('port closed', 'connect: connection_refused', HOST),
        absent('port closed at all addresses', 'connect: connection_refused', 'nobody.example.test'),
        does('no answer to the connection', 'connect: connection_timed_out', 'full', {}, config='starttls', task='slow'),
        absent('no route to an address', 'connect: network_unreachable', '255.255.255.255'),
        absent('no route to a name', 'connect: network_unreachable', 'nowhere.example.test'),
    ],
    'The greeting': [
        says('greets with 554', 'banner: banner_refused', 'starttls', 'banner', '554 5.7.1 Your address is listed'),
        says(
            'greets with 554 in lines',
            'banner: banner_refused',
            'smtps',
            'banner',
            '554-5.7.1 Your address\r\n554 5.7.1 is listed',
        ),
        says('greets with 421', 'banner: banner_refused', 'starttls', 'banner', ('421 4.7.0 Too many connections', CLOSE)),
        says('greets with 421 in TLS', 'banner: banner_refused', 'smtps', 'banner', ('421 4.7.0 Too many connections', CLOSE)),
        says('greets with 450', 'banner: banner_refused', 'starttls', 'banner', '450 4.7.1 Not now'),
        says(
            'greets with 421, retried', 'banner: banner_refused', 'starttls', 'banner', ('421 4.7.0 Busy', CLOSE), task='retried'
        ),
        says('greets with 250', 'banner: not_smtp', 'starttls', 'banner', '250 Ok'),
        says('greets with 354', 'banner: not_smtp', 'starttls', 'banner', '354 Go on'),
        says(
            'greets as HTTP',
            'banner: not_smtp',
            'starttls',
            'banner',
            ('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n', CLOSE),
        ),
        says('greets as SSH', 'banner: not_smtp', 'starttls', 'banner', 'SSH-2.0-OpenSSH_9.2p1'),
        says('greets as POP3', 'banner: not_smtp', 'starttls', 'banner', '+OK POP3 ready'),
        says('greets as IMAP', 'banner: not_smtp', 'starttls', 'banner', '* OK IMAP4rev1 ready'),
        says('greets as IMAP in TLS', 'banner: not_smtp', 'smtps', 'banner', '* OK IMAP4rev1 ready'),
        says('greets with binary', 'banner: not_smtp', 'starttls', 'banner', b'\x4a\0\0\0\x0a8.0.36\0\x08\0\0\0'),
        says('greets with a bare LF', 'banner: reply_malformed', 'starttls', 'banner', b'220 mail.example.test\n'),
        says('greets with two codes', 'banner: reply_malformed', 'starttls', 'banner', '220-mail.example.test\r\n250 Ok'),
        says('greets without end', 'banner: reply_too_long', 'starttls', 'banner', '220 ' + 'x' * 70000),
        says('greets with lines without end', 'banner: reply_too_long', 'starttls', 'banner', '220-Welcome\r\n' * 6000),
        says('closes at once', 'banner: connection_lost', 'starttls', 'connect', CLOSE),
        says('resets at once', 'banner: connection_lost', 'starttls', 'connect', (Pause(0.2), RESET)),
        says('closes in its greeting', 'banner: connection_lost', 'starttls', 'banner', (b'220 mail.exam', CLOSE)),
        says('closes after TLS', 'banner: connection_lost', 'smtps', 'banner', CLOSE),
        says('silent', 'banner: banner_timed_out', 'starttls', 'connect', HANG, task='slow'),
        says('silent after TLS', 'banner: banner_timed_out', 'smtps', 'banner', HANG, task='slow'),
        says(
            'greets a byte a second',
            'banner: banner_timed_out',
            'starttls',
            'banner',
            Slowly(b'220 mail.example.test ESMTP\r\n', A_BYTE_A_SECOND),
            task='slow',
        ),
        says(
            'greets a line a second',
            'banner: banner_timed_out',
            'starttls',
            'banner',
            (*('220-Wait', Pause(1)) * 5, '220 Go'),
            task='slow',
        ),
        does('TLS at once on a STARTTLS port', 'banner: tls_expected', 'smtps', {}, config='starttls', task='slow'),
        does(
            'TLS at once where plaintext is set',
            'banner: tls_expected',
            'smtps',
            {},
            config='plain',
            task='slow',
            warns='tls_off',
        ),
        says(
            'TLS at once, closed to who waits',
            'banner: tls_expected',
            'smtps',
            'handshake',
            [(Pause(0.3), CLOSE), HANDSHAKE],
            config='starttls',
        ),
        says('TLS alert in place of a greeting', 'banner: tls_expected', 'starttls', 'banner', b'\x15\x03\x01\x00\x02\x02\x28'),
    ],
    'EHLO, before TLS and in it': [
        says('EHLO 501', 'ehlo: ehlo_refused', 'starttls', 'EHLO', '501 5.5.4 Invalid name'),
        says('EHLO 550', 'ehlo: ehlo_refused', 'starttls', 'EHLO', '550 5.7.1 No'),
        says('EHLO 502', 'ehlo: ehlo_refused', 'starttls', 'EHLO', '502 5.5.1 Not implemented'),
        says('EHLO 500', 'ehlo: ehlo_refused', 'smtps', 'EHLO', '500 5.5.2 Error'),
        says('EHLO 504', 'ehlo: ehlo_refused', 'plain', 'EHLO', '504 5.5.2 Need a name', warns='tls_off'),
        says('EHLO 421', 'ehlo: ehlo_refused', 'starttls', 'EHLO', ('421 4.7.0 Too many', CLOSE)),
        says('EHLO 451', 'ehlo: ehlo_refused', 'starttls', 'EHLO', '451 4.3.0 Not now'),
        says('EHLO 530', 'ehlo: authentication_required', 'starttls', 'EHLO', '530 5.7.0 Authentication required'),
        says('EHLO closed', 'ehlo: connection_lost', 'starttls', 'EHLO', CLOSE),
        says('EHLO reset', 'ehlo: connection_lost', 'starttls', 'EHLO', RESET),
        says(
            'EHLO closed in the reply', 'ehlo: connection_lost', 'starttls', 'EHLO', (b'250-mail.example.test\r\n250-SIZ', CLOSE)
        ),
        says('EHLO hangs', 'ehlo: timed_out', 'starttls', 'EHLO', HANG, task='slow'),
        says(
            'EHLO a byte a second',
            'ehlo: timed_out',
            'starttls',
            'EHLO',
            Slowly(OFFERING.encode() + b'\r\n', A_BYTE_A_SECOND),
            task='slow',
        ),
        says('EHLO answered by words', 'ehlo: reply_malformed', 'starttls', 'EHLO', 'Hello, who are you?'),
        says('EHLO answered by code 650', 'ehlo: reply_malformed', 'starttls', 'EHLO', '650 Ok'),
        says('EHLO answered by code 25', 'ehlo: reply_malformed', 'starttls', 'EHLO', '25 Ok'),
        says('EHLO answered with two codes', 'ehlo: reply_malformed', 'starttls', 'EHLO', '250-mail.example.test\r\n550 No'),
        says('EHLO answered without end', 'ehlo: reply_too_long', 'starttls', 'EHLO', '250-FEATURE\r\n' * 6000),
        says('EHLO 354', 'ehlo: reply_malformed', 'starttls', 'EHLO', '354 Go on'),
        says('EHLO 221', 'ehlo: reply_malformed', 'starttls', 'EHLO', '221 Bye'),
        says('EHLO in TLS 501', 'ehlo: ehlo_refused', 'starttls', 'EHLO2', '501 5.5.4 Invalid name'),
        says('EHLO in TLS 502', 'ehlo: ehlo_refused', 'starttls', 'EHLO2', '502 5.5.1 Not implemented'),
        says('EHLO in TLS 550', 'ehlo: ehlo_refused', 'starttls', 'EHLO2', '550 5.7.1 No'),
        says('EHLO in TLS 421', 'ehlo: ehlo_refused', 'starttls', 'EHLO2', ('421 4.7.0 Too many', CLOSE)),
        says('EHLO in TLS closed', 'ehlo: connection_lost', 'starttls', 'EHLO2', CLOSE),
        says('EHLO in TLS reset', 'ehlo: connection_lost', 'starttls', 'EHLO2', RESET),
        says('EHLO in TLS hangs', 'ehlo: timed_out', 'starttls', 'EHLO2', HANG, task='slow'),
        says(
            'EHLO in TLS a byte a second',
            'ehlo: timed_out',
            'starttls',
            'EHLO2',
            Slowly(b'250 mail.example.test\r\n', A_BYTE_A_SECOND),
            task='slow',
        ),
        says('EHLO in TLS answered by words', 'ehlo: reply_malformed', 'starttls', 'EHLO2', 'Hello again'),
        says(
            'EHLO in TLS refused as far as the handshake',
            'ehlo: ehlo_refused',
            'starttls',
            'EHLO2',
            '550 5.7.1 No',
            task='handshake',
        ),
    ],
    'STARTTLS': [
        does('STARTTLS not offered', 'starttls: starttls_not_offered', 'plain', {}, config='starttls'),
        says(
            'STARTTLS not offered among others',
            'starttls: starttls_not_offered',
            'starttls',
            'EHLO',
            '250-mail.example.test\r\n250-XSTARTTLS\r\n250-STARTTLSX\r\n250 SIZE 1000',
        ),
        says('STARTTLS not offered, one line', 'starttls: starttls_not_offered', 'starttls', 'EHLO', '250 STARTTLS'),
        says('STARTTLS stripped', 'starttls: starttls_stripped', 'starttls', 'EHLO', '250-mail.example.test\r\n250 XXXXXXXA'),
        says(
            'STARTTLS stripped to X only',
            'starttls: starttls_stripped',
            'starttls',
            'EHLO',
            '250-mail.example.test\r\n250-XXXXXXXX\r\n250 SIZE 1000',
        ),
        says('STARTTLS 454', 'starttls: starttls_refused', 'starttls', 'STARTTLS', '454 4.7.0 TLS not available'),
        says('STARTTLS 501', 'starttls: starttls_refused', 'starttls', 'STARTTLS', '501 5.5.4 Syntax error'),
        says('STARTTLS 502', 'starttls: starttls_refused', 'starttls', 'STARTTLS', '502 5.5.1 Not implemented'),
        says('STARTTLS 554', 'starttls: starttls_refused', 'starttls', 'STARTTLS', '554 5.7.1 No'),
        says('STARTTLS 421', 'starttls: rate_limited', 'starttls', 'STARTTLS', ('421 4.7.0 Too many', CLOSE)),
        says('STARTTLS 530', 'starttls: authentication_required', 'starttls', 'STARTTLS', '530 5.7.0 Authentication required'),
        says('STARTTLS 250', 'starttls: reply_malformed', 'starttls', 'STARTTLS', '250 Ok'),
        says('STARTTLS 354', 'starttls: reply_malformed', 'starttls', 'STARTTLS', '354 Go on'),
        says('STARTTLS hangs', 'starttls: timed_out', 'starttls', 'STARTTLS', HANG, task='slow'),
        says(
            'STARTTLS a byte a second',
            'starttls: timed_out',
            'starttls',
            'STARTTLS',
            Slowly(b'220 Ready to start\r\n', A_BYTE_A_SECOND),
            task='slow',
        ),
        says('STARTTLS closed', 'starttls: connection_lost', 'starttls', 'STARTTLS', CLOSE),
        says('STARTTLS answered by words', 'starttls: reply_malformed', 'starttls', 'STARTTLS', 'Yes'),
        says(
            'plaintext behind the 220', 'starttls: plaintext_injected', 'starttls', 'STARTTLS', b'220 Ready\r\n250 injected\r\n'
        ),
        says('part of a line behind the 220', 'starttls: plaintext_injected', 'starttls', 'STARTTLS', b'220 Ready\r\n2'),
        says(
            'plaintext after the 220',
            'starttls: plaintext_injected',
            'starttls',
            'STARTTLS',
            ('220 Ready', READ, '250 injected', HANG),
        ),
        says('two replies to EHLO', 'starttls: reply_malformed', 'starttls', 'EHLO', (OFFERING + '\r\n250 again')),
    ],
    'The handshake': [
        says('closed after the 220', 'handshake: handshake_closed', 'starttls', 'handshake', CLOSE),
        says('closed after the ClientHello', 'handshake: handshake_closed', 'starttls', 'handshake', (READ, CLOSE)),
        says('reset after the ClientHello', 'handshake: handshake_closed', 'smtps', 'handshake', (READ, RESET)),
        says(
            'closed in the ServerHello',
            'handshake: handshake_closed',
            'smtps',
            'handshake',
            (READ, b'\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03', CLOSE),
        ),
        says('silent after the 220', 'handshake: handshake_timed_out', 'starttls', 'handshake', HANG, task='slow'),
        says('silent on an SMTPS port', 'handshake: handshake_timed_out', 'smtps', 'connect', HANG, task='slow'),
        says(
            'handshake a byte a second',
            'handshake: handshake_timed_out',
            'smtps',
            'handshake',
            SlowHandshake(A_BYTE_A_SECOND),
            task='slow',
        ),
        says(
            'handshake a byte a second, STARTTLS',
            'handshake: handshake_timed_out',
            'starttls',
            'handshake',
            SlowHandshake(A_BYTE_A_SECOND),
            task='slow',
        ),
        does('plaintext on an SMTPS port', 'handshake: plaintext_expected', 'starttls', {}, config='smtps'),
        says(
            'plaintext 554 on an SMTPS port',
            'handshake: plaintext_expected',
            'starttls',
            'banner',
            '554 5.7.1 No',
            config='smtps',
        ),
        says(
            'late plaintext on an SMTPS port',
            'handshake: plaintext_expected',
            'starttls',
            'banner',
            (Pause(0.8), '220 mail.example.test'),
            config='smtps',
            task='slow',
        ),
        says(
            'HTTP on an SMTPS port',
            'handshake: not_smtp',
            'smtps',
            'handshake',
            (READ, 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n', CLOSE),
        ),
        says(
            'nonsense in place of a ServerHello',
            'handshake: handshake_closed',
            'smtps',
            'handshake',
            (READ, b'\x16\x03\x03\x00\x05hello', HANG),
        ),
        says(
            'alert internal_error',
            'handshake: handshake_closed',
            'smtps',
            'handshake',
            (READ, b'\x15\x03\x03\x00\x02\x02\x50', CLOSE),
        ),
        says(
            'alert unrecognized_name',
            'handshake: handshake_closed',
            'starttls',
            'handshake',
            (READ, b'\x15\x03\x03\x00\x02\x02\x70', CLOSE),
        ),
        says(
            'alert handshake_failure',
            'handshake: no_shared_cipher',
            'starttls',
            'handshake',
            (READ, b'\x15\x03\x03\x00\x02\x02\x28', CLOSE),
        ),
        says(
            'alert protocol_version',
            'handshake: protocol_too_old',
            'smtps',
            'handshake',
            (READ, b'\x15\x03\x01\x00\x02\x02\x46', CLOSE),
        ),
        does('TLS 1.1 at most', 'handshake: protocol_too_old', 'smtps', {}, tls=TlsSetup('good rsa', 'TLSv1_1')),
        does('TLS 1.1 at most, STARTTLS', 'handshake: protocol_too_old', 'starttls', {}, tls=TlsSetup('good rsa', 'TLSv1_1')),
        does('TLS 1.0 at most', 'handshake: protocol_too_old', 'smtps', {}, tls=TlsSetup('good rsa', 'TLSv1')),
        does('SSLv3 and nothing newer', 'handshake: protocol_too_old', 'smtps', {}, tls=SSL_V3),
        does('SSLv3 and nothing newer, STARTTLS', 'handshake: protocol_too_old', 'starttls', {}, tls=SSL_V3),
        does(
            'SSLv3 and nothing newer, nothing verified',
            'handshake: protocol_too_old',
            'smtps',
            {},
            tls=SSL_V3,
            lines=IGNORE_ERRORS,
            warns='verification_off',
        ),
        says(
            'alert protocol_version where SSLv3 is allowed',
            'handshake: ssl_v3_unavailable',
            'smtps',
            'handshake',
            (READ, b'\x15\x03\x00\x00\x02\x02\x46', CLOSE),
            task='sslv3',
        ),
        does('SSLv3 and nothing newer, allowed', 'handshake: ssl_v3_unavailable', 'smtps', {}, tls=SSL_V3, task='sslv3'),
        does(
            'SSLv3 and nothing newer, STARTTLS, allowed',
            'handshake: ssl_v3_unavailable',
            'starttls',
            {},
            tls=SSL_V3,
            task='sslv3',
        ),
        does(
            'TLS 1.1 at most where SSLv3 is allowed',
            'handshake: protocol_too_old',
            'smtps',
            {},
            tls=TlsSetup('good rsa', 'TLSv1_1'),
            task='sslv3',
            warns='ssl_v3_unavailable',
        ),
        does('TLS 1.3 where SSLv3 is allowed', '', 'starttls', {}, task='sslv3', warns='ssl_v3_unavailable'),
        does(
            'TLS 1.2 at most where SSLv3 is allowed',
            '',
            'smtps',
            {},
            tls=TlsSetup('good rsa', 'TLSv1_2'),
            task='sslv3',
            warns='ssl_v3_unavailable',
        ),
        does('plaintext where SSLv3 is allowed', '', 'plain', {}, task='sslv3', warns='tls_off'),
        does(
            'TLS 1.1 at most, nothing verified',
            'handshake: protocol_too_old',
            'smtps',
            {},
            tls=TlsSetup('good rsa', 'TLSv1_1'),
            lines=IGNORE_ERRORS,
            warns='verification_off',
        ),
        does(
            'TLS 1.2 at most where 1.3 is required',
            'handshake: protocol_too_old',
            'smtps',
            {},
            tls=TlsSetup('good', 'TLSv1_2'),
            task='newest',
        ),
        does(
            'ciphers for RSA alone',
            'handshake: no_shared_cipher',
            'smtps',
            {},
            tls=TlsSetup('good', 'TLSv1_2', ciphers='ECDHE-RSA-AES128-GCM-SHA256'),
        ),
        does(
            'no encryption',
            'handshake: no_shared_cipher',
            'starttls',
            {},
            tls=TlsSetup('good rsa', 'TLSv1_2', ciphers='NULL-SHA256'),
        ),
        does(
            'no authentication',
            'handshake: no_shared_cipher',
            'smtps',
            {},
            tls=TlsSetup('good rsa', 'TLSv1_2', ciphers='AECDH-AES128-SHA'),
        ),
        does('client certificate demanded', 'handshake: handshake_closed', 'smtps', {}, tls=TlsSetup(asks_for_certificate=True)),
        does(
            'client certificate demanded, STARTTLS',
            'handshake: handshake_closed',
            'starttls',
            {},
            tls=TlsSetup(asks_for_certificate=True),
        ),
        does(
            'client certificate demanded, TLS 1.2',
            'handshake: handshake_closed',
            'smtps',
            {},
            tls=TlsSetup(newest='TLSv1_2', asks_for_certificate=True),
        ),
        does(
            'Diffie-Hellman of 1024 bits',
            'handshake: weak_dh',
            'smtps',
            {},
            tls=TlsSetup('good rsa', 'TLSv1_2', ciphers='DHE-RSA-AES128-GCM-SHA256', dh_parameters=SMALL_DH),
        ),
    ],
    'Good certificates': [
        shows('good chain', '', 'deep'),
        shows('good chain with the root', '', 'deep, root sent'),
        shows('good chain in the wrong order', '', 'deep, wrong order'),
        shows('good with a stranger in the chain', '', 'good, stranger sent'),
        shows('good, the intermediate is in the CA file', '', 'deep, alone', ca='root and middle'),
        shows('good, more is trusted', '', 'good', ca='root and other'),
        shows('good, an expired CA is trusted too', '', 'good', ca='old and root'),
        shows('good, a CA of the same name is trusted too', '', 'good', ca='namesake and root'),
        shows('good, self-signed and trusted', '', 'self-signed', ca='self-signed'),
        shows('good among several names', '', 'several names'),
        shows('good name in capitals', '', 'upper case'),
        shows('good wildcard', '', 'wildcard'),
        shows('good wildcard for an IDN', '', 'wildcard', host='xn--bcher-kva.example.test'),
        shows('good IDN', '', 'idn', host='xn--bcher-kva.example.test'),
        shows('good IDN as it is spelt', '', 'idn', host='bücher.example.test'),
        shows('good name with a dot at the end', '', 'good', host=HOST + '.'),
        shows('good address', '', 'address', host=LOOPBACK),
        shows('good IPv6 address', '', 'six', host='::1', listen='::1'),
        shows('good common name alone', '', 'cn only'),
        shows('good common name beside addresses', '', 'cn and ip san'),
        shows('good with an unknown extension', '', 'noted'),
        shows('good within a name constraint', '', 'within limits', ca='limited', host='mail.example.org'),
        shows('good, ends in ten days', '', 'soon', warns='certificate_expires_soon'),
        shows('good, not on the CRL', '', 'good', crl='good'),
        shows('good, CRL with an unknown extension', '', 'good', crl='noted'),
        shows('good, several CRLs', '', 'good', crl='other and good'),
        shows('good, old CRL and new one', '', 'good', crl='old and new'),
        shows('good, CRL of a namesake too', '', 'good', crl='namesake and good'),
        shows('good, new CRL and old one', '', 'good', crl='new and old'),
        shows('good chain, its CRL', '', 'deep', crl='middle'),
        shows('good chain, CRLs of all', '', 'deep', crl='root and middle', task='chain'),
        shows('revoked above, the leaf alone is checked', '', 'deep', crl='middle revoked'),
    ],
    'Bad certificates': [
        shows('expired', 'certificate: expired', 'expired'),
        shows('expired, STARTTLS', 'certificate: expired', 'expired', mode='starttls'),
        shows('expired half an hour ago', 'certificate: expired', 'today'),
        shows('expired CA', 'certificate: expired', 'of old root', ca='old'),
        shows('expired intermediate', 'certificate: expired', 'of old middle'),
        shows('not yet valid', 'certificate: not_yet_valid', 'future'),
        shows('not yet valid intermediate', 'certificate: not_yet_valid', 'of future middle'),
        shows('unknown CA', 'certificate: unknown_ca', 'unknown'),
        shows('unknown CA, STARTTLS', 'certificate: unknown_ca', 'unknown', mode='starttls'),
        shows('unknown CA of the same name', 'certificate: unknown_ca', 'namesake'),
        shows('unknown CA, its root is sent', 'certificate: unknown_ca', 'unknown root sent'),
        shows('unknown CA, no CAFile', 'certificate: unknown_ca', 'good', ca=''),
        shows('self-signed, no CAFile', 'certificate: self_signed', 'self-signed', ca=''),
        shows('unknown CA, its root is sent, no CAFile', 'certificate: unknown_ca', 'unknown root sent', ca=''),
        shows('expired, no CAFile', 'certificate: unknown_ca expired', 'expired', ca=''),
        shows('intermediate missing', 'certificate: unknown_ca', 'deep, alone'),
        shows('only the intermediate is trusted', 'certificate: unknown_ca', 'deep', ca='middle'),
        shows('only the certificate itself is trusted', 'certificate: unknown_ca', 'good', ca='the certificate'),
        shows('self-signed', 'certificate: self_signed', 'self-signed'),
        shows('self-signed, STARTTLS', 'certificate: self_signed', 'self-signed', mode='starttls'),
        shows('damaged signature', 'certificate: signature_invalid', 'damaged'),
        shows('client certificate', 'certificate: wrong_purpose', 'client'),
        shows('certificate for any purpose', 'certificate: wrong_purpose', 'any purpose'),
        shows('intermediate for clients', 'certificate: wrong_purpose', 'of client middle'),
        shows('RSA of 1024 bits', 'certificate: weak_key', 'small'),
        shows('CA of 1024 bits', 'certificate: weak_key', 'of small root', ca='small'),
        shows('intermediate of 1024 bits', 'certificate: weak_key', 'of small middle'),
        shows('signed with SHA-1', 'certificate: weak_signature', 'sha1', ca='rsa'),
        shows('intermediate signed with SHA-1', 'certificate: weak_signature', 'of sha1 middle', ca='rsa'),
        shows('unknown critical extension', 'certificate: certificate_invalid', 'odd'),
        shows('unknown critical extension above', 'certificate: certificate_invalid', 'of odd middle'),
        shows('intermediate that may not sign', 'certificate: issuer_not_ca', 'of unsigning middle'),
        shows('issued by a server', 'certificate: issuer_not_ca', 'of no ca'),
        shows('path too long', 'certificate: path_length_exceeded', 'below narrow', ca='narrow'),
        shows('outside a name constraint', 'certificate: name_constraint', 'limited', ca='limited'),
        shows('other names', 'certificate: hostname_mismatch', 'other name'),
        shows('other names, STARTTLS', 'certificate: hostname_mismatch', 'other name', mode='starttls'),
        shows('other common name', 'certificate: hostname_mismatch', 'cn other name'),
        shows('right common name beside another name', 'certificate: hostname_mismatch', 'cn but other san'),
        shows('other address', 'certificate: hostname_mismatch', 'other address', host=LOOPBACK),
        shows('address by a name only', 'certificate: hostname_mismatch', 'good', host=LOOPBACK),
        shows('address as common name', 'certificate: hostname_mismatch', 'address as name', host=LOOPBACK),
        shows('IPv6 address by a name only', 'certificate: hostname_mismatch', 'good', host='::1', listen='::1'),
        shows('partial wildcard', 'certificate: hostname_mismatch', 'partial wildcard', host='mailserver.example.test'),
        shows('partial wildcard, suffix', 'certificate: hostname_mismatch', 'wildcard suffix'),
        shows('wildcard for a top level', 'certificate: hostname_mismatch', 'top wildcard', host='example.test'),
        shows('wildcard inside', 'certificate: hostname_mismatch', 'inner wildcard'),
        shows('wildcard alone', 'certificate: hostname_mismatch', 'bare wildcard'),
        shows('wildcard for two labels', 'certificate: hostname_mismatch', 'wildcard', host='a.mail.example.test'),
        shows('wildcard without a label', 'certificate: hostname_mismatch', 'wildcard', host='example.test'),
        shows('expired and other name', 'certificate: hostname_mismatch expired', 'expired other name'),
        shows('expired and unknown CA', 'certificate: unknown_ca expired', 'expired unknown'),
        shows('unknown CA and other name', 'certificate: unknown_ca hostname_mismatch', 'unknown other name'),
        shows('self-signed and other name', 'certificate: self_signed hostname_mismatch', 'self-signed other name'),
        shows('expired and of a wrong purpose', 'certificate: wrong_purpose expired', 'code'),
        shows('expired and of a small key', 'certificate: weak_key expired', 'small expired'),
    ],
    'Revocation lists': [
        shows('revoked', 'certificate: revoked', 'revoked', crl='good'),
        shows('revoked, STARTTLS', 'certificate: revoked', 'revoked', crl='good', mode='starttls'),
        shows('revoked by one of several CRLs', 'certificate: revoked', 'revoked', crl='other and good'),
        shows('revoked by the new CRL', 'certificate: revoked', 'revoked', crl='old and new'),
        shows('no longer on the new CRL', '', 'revoked', crl='revoking and later'),
        shows('revoked, below an intermediate', 'certificate: revoked', 'deep', crl='deep revoked'),
        shows('revoked intermediate', 'certificate: revoked', 'deep', crl='middle revoked', task='chain'),
        shows('revoked and expired', 'certificate: revoked expired', 'revoked expired', crl='good'),
        shows('revoked and other name', 'certificate: hostname_mismatch revoked', 'revoked other name', crl='good'),
        shows(
            'revoked, expired and other name',
            'certificate: hostname_mismatch revoked expired',
            'revoked expired other name',
            crl='good',
        ),
        shows('revoked by an expired CRL', 'certificate: crl_expired revoked', 'revoked', crl='expired, revoking'),
        shows('CRL of another CA', 'certificate: crl_missing', 'good', crl='other'),
        shows('CRL of the root for an intermediate', 'certificate: crl_missing', 'deep', crl='good'),
        shows(
            'CRL missing for a self-signed certificate', 'certificate: crl_missing', 'self-signed', ca='self-signed', crl='good'
        ),
        shows('unknown CA, where a CRL is set', 'certificate: unknown_ca crl_missing', 'unknown', crl='good'),
        shows('expired, CRL expired', 'certificate: crl_expired expired', 'expired', crl='expired'),
        shows('CRL missing for a level', 'certificate: crl_missing', 'deep', crl='middle', task='chain'),
        shows('CRL expired', 'certificate: crl_expired', 'good', crl='expired'),
        shows('CRL expired for a level', 'certificate: crl_expired', 'deep', crl='old root and middle', task='chain'),
        shows('CRL not yet valid', 'certificate: crl_not_yet_valid', 'good', crl='future'),
        shows('CRL with a damaged signature', 'certificate: crl_signature_invalid', 'good', crl='damaged'),
        shows('CRL of a CA that may not sign one', 'certificate: certificate_invalid', 'of no crls', ca='no crls', crl='no crls'),
        shows('CRL with an unknown critical extension', 'certificate: certificate_invalid', 'good', crl='odd'),
        shows('CRL for attribute certificates', 'certificate: certificate_invalid', 'good', crl='for attributes'),
        shows('CRL for CAs only', 'certificate: certificate_invalid', 'good', crl='for CAs'),
    ],
    'The ignore switches': [
        shows('ignored: expired', '', 'expired', lines=IGNORE_ERRORS, warns='verification_off', ignored='expired'),
        shows('ignored: nothing', '', 'good', lines=IGNORE_ERRORS, warns='verification_off'),
        shows('ignored: unknown CA', '', 'unknown', lines=IGNORE_ERRORS, warns='verification_off', ignored='unknown_ca'),
        shows(
            'ignored: self-signed, STARTTLS',
            '',
            'self-signed',
            mode='starttls',
            lines=IGNORE_ERRORS,
            warns='verification_off',
            ignored='self_signed',
        ),
        shows(
            'ignored: several defects',
            '',
            'revoked expired other name',
            crl='good',
            lines=IGNORE_ERRORS,
            warns='verification_off',
            ignored='hostname_mismatch revoked expired',
        ),
        shows(
            'ignored: CRL expired',
            '',
            'good',
            crl='expired',
            lines=IGNORE_ERRORS,
            warns='verification_off',
            ignored='crl_expired',
        ),
        shows('ignored: small key', '', 'small', lines=IGNORE_ERRORS, warns='verification_off', ignored='weak_key'),
        shows('ignored: other name', '', 'other name', lines=IGNORE_NAME, warns='name_check_off', ignored='hostname_mismatch'),
        shows(
            'ignored: other address',
            '',
            'other address',
            host=LOOPBACK,
            lines=IGNORE_NAME,
            warns='name_check_off',
            ignored='hostname_mismatch',
        ),
        shows(
            'ignored: both switches',
            '',
            'expired other name',
            lines=(*IGNORE_ERRORS, *IGNORE_NAME),
            warns='verification_off',
            ignored='hostname_mismatch expired',
        ),
        shows('ignored: no CAFile', '', 'good', ca='', lines=IGNORE_ERRORS, warns='verification_off', ignored='unknown_ca'),
        shows(
            'ignored: revoked, the chain too',
            '',
            'deep',
            crl='middle revoked',
            lines=IGNORE_ERRORS,
            warns='verification_off',
            ignored='revoked',
            task='chain',
        ),
        shows('ignored: no name', '', 'good', lines=IGNORE_NAME, warns='name_check_off'),
        shows(
            'expired, the name alone is ignored',
            'certificate: expired',
            'expired other name',
            lines=IGNORE_NAME,
            warns='name_check_off',
        ),
        shows(
            'revoked, the name alone is ignored',
            'certificate: revoked',
            'revoked other name',
            crl='good',
            lines=IGNORE_NAME,
            warns='name_check_off',
        ),
        says(
            'EHLO refused, certificate errors ignored',
            'ehlo: ehlo_refused',
            'smtps',
            'EHLO',
            '550 5.7.1 No',
            lines=IGNORE_ERRORS,
            warns='verification_off',
        ),
    ],
    'The envelope': [
        says('MAIL 530', 'envelope: authentication_required', 'smtps', 'MAIL', '530 5.7.0 Authentication required'),
        says(
            'MAIL 530 STARTTLS first',
            'envelope: authentication_required',
            'plain',
            'MAIL',
            '530 5.7.0 Must issue a STARTTLS command first',
            warns='tls_off',
        ),
        says('MAIL 550', 'envelope: sender_refused', 'smtps', 'MAIL', '550 5.7.1 Sender rejected'),
        says('MAIL 553', 'envelope: sender_refused', 'starttls', 'MAIL', '553 5.1.8 Domain not found'),
        says('MAIL 501', 'envelope: sender_refused', 'smtps', 'MAIL', '501 5.1.7 Bad address'),
        says('MAIL 450', 'envelope: sender_refused', 'smtps', 'MAIL', '450 4.1.8 Domain not found'),
        says('MAIL 451, retried', 'envelope: sender_refused', 'smtps', 'MAIL', '451 4.3.0 Later', task='retried'),
        says('MAIL 452', 'envelope: sender_refused', 'starttls', 'MAIL', '452 4.3.1 Insufficient storage'),
        says('MAIL 552', 'envelope: message_too_large', 'smtps', 'MAIL', '552 5.3.4 Too large'),
        says('MAIL 421', 'envelope: rate_limited', 'smtps', 'MAIL', ('421 4.7.0 Too many mails', CLOSE)),
        says(
            'MAIL 421 in lines', 'envelope: rate_limited', 'smtps', 'MAIL', ('421-4.7.0 Too many mails\r\n421 4.7.0 Wait', CLOSE)
        ),
        says('MAIL closed', 'envelope: connection_lost', 'smtps', 'MAIL', CLOSE),
        says('MAIL reset', 'envelope: connection_lost', 'starttls', 'MAIL', RESET),
        says('MAIL hangs', 'envelope: timed_out', 'smtps', 'MAIL', HANG, task='slow'),
        says(
            'MAIL a byte a second',
            'envelope: timed_out',
            'smtps',
            'MAIL',
            Slowly(b'250 2.1.0 Ok\r\n', A_BYTE_A_SECOND),
            task='slow',
        ),
        says('MAIL answered by words', 'envelope: reply_malformed', 'smtps', 'MAIL', 'Fine'),
        says('MAIL answered with a bare LF', 'envelope: reply_malformed', 'smtps', 'MAIL', b'250 Ok\n'),
        says('MAIL answered twice', 'envelope: reply_malformed', 'smtps', 'MAIL', '250 Ok\r\n250 Ok'),
        says('MAIL 354', 'envelope: reply_malformed', 'smtps', 'MAIL', '354 Go on'),
        says('RCPT 550', 'envelope: recipient_refused', 'smtps', 'RCPT', '550 5.1.1 User unknown'),
        says('RCPT 551', 'envelope: recipient_refused', 'starttls', 'RCPT', '551 User not local'),
        says('RCPT 553', 'envelope: recipient_refused', 'smtps', 'RCPT', '553 5.1.3 Bad address'),
        says('RCPT 554', 'envelope: recipient_refused', 'plain', 'RCPT', '554 5.7.1 Relay access denied', warns='tls_off'),
        says('RCPT 530', 'envelope: authentication_required', 'smtps', 'RCPT', '530 5.7.0 Authentication required'),
        says('RCPT 552', 'envelope: message_too_large', 'smtps', 'RCPT', '552 5.2.2 Mailbox full'),
        says('RCPT 450', 'envelope: greylisted', 'smtps', 'RCPT', '450 4.2.0 Greylisted'),
        says('RCPT 451', 'envelope: greylisted', 'starttls', 'RCPT', '451 4.7.1 Come back later'),
        says('RCPT 452', 'envelope: greylisted', 'smtps', 'RCPT', '452 4.5.3 Too many recipients'),
        says('RCPT 450, retried', 'envelope: greylisted', 'smtps', 'RCPT', '450 4.2.0 Greylisted', task='retried'),
        says('RCPT 421', 'envelope: rate_limited', 'smtps', 'RCPT', ('421 4.7.0 Too many', CLOSE)),
        says('RCPT 354', 'envelope: reply_malformed', 'smtps', 'RCPT', '354 Go on'),
        says('421 behind the reply to MAIL', 'envelope: rate_limited', 'smtps', 'MAIL', ('250 Ok\r\n421 4.7.0 Too many', CLOSE)),
        says(
            '421 in pieces',
            'envelope: rate_limited',
            'smtps',
            'RCPT',
            (b'42', Pause(0.2), b'1 4.7.0 Too', Pause(0.2), b' many\r\n', CLOSE),
        ),
        says('RCPT closed', 'envelope: connection_lost', 'smtps', 'RCPT', CLOSE),
        says('RCPT hangs', 'envelope: timed_out', 'starttls', 'RCPT', HANG, task='slow'),
        says(
            'RCPT a byte a second',
            'envelope: timed_out',
            'plain',
            'RCPT',
            Slowly(b'250 2.1.5 Ok\r\n', A_BYTE_A_SECOND),
            task='slow',
            warns='tls_off',
        ),
        says(
            'RCPT refused as far as the envelope',
            'envelope: recipient_refused',
            'smtps',
            'RCPT',
            '550 5.1.1 User unknown',
            task='envelope',
        ),
        says(
            'second of three refused',
            'envelope: recipient_refused',
            'smtps',
            'RCPT',
            ['250 Ok', '550 5.1.1 User unknown', '250 Ok'],
            recipients=THREE,
            mails=1,
        ),
        says(
            'second of three deferred',
            'envelope: greylisted',
            'smtps',
            'RCPT',
            ['250 Ok', '450 4.2.0 Later', '250 Ok'],
            recipients=THREE,
            mails=1,
        ),
        says(
            'two of three refused',
            'envelope: recipient_refused greylisted',
            'starttls',
            'RCPT',
            ['550 5.1.1 User unknown', '250 Ok', '450 4.2.0 Later'],
            recipients=THREE,
            mails=1,
        ),
        says(
            'all of three refused',
            'envelope: recipient_refused recipient_refused recipient_refused',
            'smtps',
            'RCPT',
            '550 5.1.1 User unknown',
            recipients=THREE,
        ),
        says(
            'second of three deferred, then taken',
            '',
            'smtps',
            'RCPT',
            ['250 Ok', '450 4.2.0 Later', '250 Ok'],
            recipients=THREE,
            mails=2,
            task='retried',
        ),
        says(
            'one of three refused for good, one deferred',
            'envelope: recipient_refused',
            'smtps',
            'RCPT',
            ['550 5.1.1 User unknown', '450 4.2.0 Later', '250 Ok', '250 Ok'],
            recipients=THREE,
            mails=2,
            task='retried',
        ),
        says(
            '1 MiB of replies in all',
            'envelope: reply_too_long',
            'smtps',
            'RCPT',
            '250-' + 'x' * 60000 + '\r\n250 Ok',
            recipients=MANY,
        ),
    ],
    'The mail': [
        says('DATA 451', 'data: message_refused', 'smtps', 'DATA', '451 4.3.0 Later'),
        says('DATA 550', 'data: message_refused', 'starttls', 'DATA', '550 5.7.1 No'),
        says('DATA 554', 'data: message_refused', 'smtps', 'DATA', '554 5.5.1 No valid recipients'),
        says('DATA 421', 'data: rate_limited', 'smtps', 'DATA', ('421 4.7.0 Too many', CLOSE)),
        says('DATA 530', 'data: authentication_required', 'smtps', 'DATA', '530 5.7.0 Authentication required'),
        says('DATA 552', 'data: message_too_large', 'starttls', 'DATA', '552 5.3.4 Too large'),
        says('DATA 451, retried', 'data: message_refused', 'smtps', 'DATA', '451 4.3.0 Later', task='retried'),
        says('DATA closed', 'data: connection_lost', 'smtps', 'DATA', CLOSE),
        says('DATA 250', 'data: reply_malformed', 'smtps', 'DATA', '250 Ok'),
        says(
            'refused in the mail',
            'data: message_too_large',
            'smtps',
            'DATA',
            ('354 Go on', READ, '552 5.3.4 Too large', CLOSE),
            body=ENDLESS_BODY,
        ),
        says(
            'refused while it reads no more',
            'data: message_too_large',
            'smtps',
            'DATA',
            ('354 Go on', Pause(0.5), '552 5.3.4 Too large', HANG),
            body=ENDLESS_BODY,
        ),
        says(
            'refused while it reads no more, STARTTLS',
            'data: message_too_large',
            'starttls',
            'DATA',
            ('354 Go on', Pause(0.5), '552 5.3.4 Too large', HANG),
            body=ENDLESS_BODY,
        ),
        says(
            'refused before the mail',
            'data: message_refused',
            'smtps',
            'DATA',
            ('354 Go on', '554 5.7.1 No', Pause(0.3), CLOSE),
            body=LONG_BODY,
        ),
        says(
            '421 in the mail',
            'data: rate_limited',
            'starttls',
            'DATA',
            ('354 Go on', READ, '421 4.3.2 Shutting down', CLOSE),
            body=ENDLESS_BODY,
        ),
        says('DATA hangs', 'data: timed_out', 'smtps', 'DATA', HANG, task='slow'),
        says(
            'DATA a byte a second', 'data: timed_out', 'starttls', 'DATA', Slowly(b'354 Go on\r\n', A_BYTE_A_SECOND), task='slow'
        ),
        says('DATA answered by words', 'data: reply_malformed', 'smtps', 'DATA', 'Go on'),
        says('DATA answered before its end', 'data: reply_malformed', 'smtps', 'DATA', b'354 Go on\r\n250 Ok: queued as 1\r\n'),
        says('cut before the mail', 'data: connection_lost', 'smtps', 'DATA', ('354 Go on', CLOSE), body=LONG_BODY),
        says('cut before the mail, STARTTLS', 'data: connection_lost', 'starttls', 'DATA', ('354 Go on', CLOSE), body=LONG_BODY),
        says('cut in the mail', 'data: connection_lost', 'smtps', 'DATA', ('354 Go on', READ, RESET), body=ENDLESS_BODY),
        says('dot 451', 'data: message_refused', 'smtps', '.', '451 4.3.0 Later', mails=1),
        says('dot 450, retried', 'data: message_refused', 'smtps', '.', '450 4.7.1 Later', mails=1, task='retried'),
        says('dot 550', 'data: message_refused', 'starttls', '.', '550 5.7.1 Spam', mails=1),
        says('dot 554', 'data: message_refused', 'plain', '.', '554 5.6.0 Bad content', mails=1, warns='tls_off'),
        says('dot 552', 'data: message_too_large', 'smtps', '.', '552 5.3.4 Too large', mails=1),
        says('dot 554 5.3.4', 'data: message_too_large', 'smtps', '.', '554 5.3.4 Message too big for system', mails=1),
        says('dot 530', 'data: authentication_required', 'smtps', '.', '530 5.7.0 Authentication required', mails=1),
        says('dot 421', 'data: rate_limited', 'smtps', '.', ('421 4.3.2 Shutting down', CLOSE), mails=1),
        says('dot 421, retried', 'data: rate_limited', 'smtps', '.', ('421 4.3.2 Shutting down', CLOSE), mails=1, task='retried'),
        says('dot 354', 'data: outcome_unknown', 'smtps', '.', '354 Go on', mails=1),
        says('dot 421 in pieces', 'data: rate_limited', 'smtps', '.', (b'421', Pause(0.2), b' 4.3.2 Down\r\n', CLOSE), mails=1),
        says('closed after the dot', 'data: outcome_unknown', 'smtps', '.', CLOSE, mails=1),
        says('closed after the dot, retried', 'data: outcome_unknown', 'smtps', '.', CLOSE, mails=1, task='retried'),
        says('closed after the dot, STARTTLS', 'data: outcome_unknown', 'starttls', '.', CLOSE, mails=1),
        says('closed after the dot, plaintext', 'data: outcome_unknown', 'plain', '.', CLOSE, mails=1, warns='tls_off'),
        says('reset after the dot', 'data: outcome_unknown', 'smtps', '.', RESET, mails=1),
        says('closed in the last reply', 'data: outcome_unknown', 'smtps', '.', (b'250 2.0.0 O', CLOSE), mails=1),
        says('closed in a last reply of lines', 'data: outcome_unknown', 'smtps', '.', (b'250-2.0.0 Ok\r\n', CLOSE), mails=1),
        says('hangs after the dot', 'data: outcome_unknown', 'smtps', '.', HANG, mails=1, task='slow'),
        says(
            'a byte a second after the dot',
            'data: outcome_unknown',
            'starttls',
            '.',
            Slowly(b'250 2.0.0 Ok\r\n', A_BYTE_A_SECOND),
            mails=1,
            task='slow',
        ),
        says('words after the dot', 'data: outcome_unknown', 'smtps', '.', 'Thank you', mails=1),
        says('a bare LF after the dot', 'data: outcome_unknown', 'smtps', '.', b'250 Ok\n', mails=1),
        says('without end after the dot', 'data: outcome_unknown', 'smtps', '.', '250-' + 'x' * 70000, mails=1),
    ],
}
FAULTS = [fault for section in SECTIONS.values() for fault in section]
