# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Observations of the stand-in for sendmemo: what is switched, and what an observation has to find then."""

from __future__ import annotations

import contextlib
import functools
import pathlib
import random
import ssl
import typing as t

from ansible_collections.printops.infoprint.plugins.module_utils.vocabulary import TLS_VERSIONS
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.laboratory import Laboratory, Patience
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.observe import QUESTIONS
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.authorities import Authorities, PublicIdentity
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.client_hello import (
    ClientHello,
    read_client_hello,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.playing.playing_server import PlayingServer
from ansible_collections.printops.infoprint.plugins.plugin_utils.observe.questions.experiment import NAME, Question

from .pki import Authority
from .stand_in_mailer import StandIn
from .stand_in_switches import AS_ASSUMED

HOST = 'mail.observe.example.com'
LOOPBACK = '127.0.0.1'
BY_NAME = {question.name: question for question in QUESTIONS}
# What is no question of the table, and its readings.
BESIDE = {'when_read': ('each_mail', 'later', 'at_start'), 'ciphers': ('as_ours', 'others'), 'sender': ('as_ours', 'other')}
# By another reading of these, others can't be answered. So they are switched less often.
GATES = ('unknown_ca', 'host_name', 'crl_check', 'ehlo_host')
NEVER_SWITCHED = {'ehlo_host': 'refused'}  # no mail would ever come


def as_assumed() -> dict[str, str]:
    """Return the switches of a mailer for which every assumption holds."""
    return dict(AS_ASSUMED)


def sampled(number: int) -> dict[str, str]:
    """Return a combination of switches."""
    chance = random.Random(number)
    switches = {name: chance.choice(ways) for name, ways in BESIDE.items()}
    for question in QUESTIONS:
        ways = [reading.name for reading in question.readings if NEVER_SWITCHED.get(question.name) != reading.name]
        keeps = question.name in GATES and chance.random() < 0.75
        switches[question.name] = question.assumed[0] if keeps else chance.choice(ways)
    oldest, newest = sorted((switches['min_tls'], switches['max_tls']), key=TLS_VERSIONS.index)
    return {**switches, 'min_tls': oldest, 'max_tls': newest}


def expected(question: Question, switches: t.Mapping[str, str]) -> str:
    """Return the reading that has to be found, '' where nothing can be seen of it from outside."""
    if question.view == NAME and switches['ehlo_host'] != 'as_written':
        return ''  # no other name than the mailer's own is seen
    can_be_seen = all(switches[need.question] in need.readings for need in question.needs)
    return switches[question.name] if can_be_seen else ''


@functools.lru_cache(maxsize=1)
def public_authority() -> Authority:
    """The authority that the stand-in knows without a CAFile."""
    return Authority('Publicly Known Root')


@functools.lru_cache(maxsize=1)
def authorities() -> Authorities:
    identity = public_authority().issue([HOST])
    return Authorities(HOST, PublicIdentity(identity.certificate_pem, identity.key_pem))


@functools.lru_cache(maxsize=1)
def our_hello() -> ClientHello:
    """What this Python's OpenSSL offers."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        _our_context().wrap_bio(incoming, outgoing, server_hostname=HOST).do_handshake()
    hello = read_client_hello(outgoing.read())
    assert hello is not None
    return hello


@contextlib.contextmanager
def playing(seconds: float = 30.0) -> t.Iterator[PlayingServer]:
    """A playing server on loopback, which can take part in many observations, one after the other."""
    server = PlayingServer(authorities(), LOOPBACK, seconds=seconds)
    try:
        yield server
    finally:
        server.close()


def laboratory_of(switches: t.Mapping[str, str], server: PlayingServer, directory: pathlib.Path) -> Laboratory:
    """Return a laboratory with a stand-in, whose working directory has to be empty."""
    mailer = StandIn(switches, directory, HOST, (LOOPBACK, server.port), public_authority().pem, our_ciphers())
    return Laboratory(mailer, server, authorities(), Patience(5.0, 0.05))


@functools.lru_cache(maxsize=1)
def our_ciphers() -> str:
    """What this Python's OpenSSL offers up to TLS 1.2, as OpenSSL writes it."""
    return ':'.join(suite['name'] for suite in _our_context().get_ciphers() if suite['protocol'] != 'TLSv1.3')


def _our_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers('DEFAULT:!aNULL:!eNULL:!PSK:!SRP:@SECLEVEL=0')
    return context
