# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A distribution point that fails or lies, over real HTTP: nothing good is lost, nothing older accepted, each cause named."""

from __future__ import annotations

import datetime as dt
import gzip
import pathlib
import threading
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from ansible_collections.printops.infoprint.plugins.plugin_utils.crl_source.cache import Cache, Kept
from ansible_collections.printops.infoprint.plugins.plugin_utils.crl_source.download import Validators, download
from ansible_collections.printops.infoprint.plugins.plugin_utils.crl_source.problems import (
    is_overdue,
    missing_text,
    renewal_problems,
)
from ansible_collections.printops.infoprint.plugins.plugin_utils.crl_source.renewal import Renewal, Renewer
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509 import der as asn1
from ansible_collections.printops.infoprint.plugins.plugin_utils.x509.reader import read_certificate
from support.crl_server import (
    Answer,
    CrlServer,
    body,
    closed,
    dripping,
    dripping_headers,
    endless,
    published,
    raw,
    redirect,
    silent,
)
from support.large_crl import large_crl
from support.pki import Authority, damaged, days_from_now
from support.trust_checks import as_if_sha1, partial

NOW = dt.datetime.now(dt.timezone.utc).replace(microsecond=0)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
SECONDS, SHORT = 20.0, 0.6  # that a download may take here; where it is to take too long
CA, OTHER, TWIN = Authority('Mail CA'), Authority('Other CA'), Authority('Mail CA')
SIGNS_NO_CRL = Authority('Mail CA without CRLs', crl_sign=False)
LEGACY = Authority('Legacy CA', key=rsa.generate_private_key(65537, 2048))
DECLARED = (CA, SIGNS_NO_CRL, LEGACY)


def read(cas: t.Sequence[Authority]) -> list[t.Any]:
    return [read_certificate(ca.certificate.public_bytes(serialization.Encoding.DER)) for ca in cas]


USUAL: dict[str, t.Any] = {'number': 10, 'last_update': NOW - 10 * HOUR, 'next_update': NOW + 5 * DAY}


def crl(ca: Authority = CA, **changed: t.Any) -> bytes:
    return ca.crl(**{**USUAL, 'number': 11, 'last_update': NOW - HOUR, 'next_update': NOW + 7 * DAY, **changed})


def der(pem: bytes) -> bytes:
    return x509.load_pem_x509_crl(pem).public_bytes(serialization.Encoding.DER)


def scope(**facts: t.Any) -> list[tuple[x509.ExtensionType, bool]]:
    return [(partial(**facts), True)]


def with_dates(pem: bytes, choose: t.Callable[[list[asn1.Element]], list[asn1.Element]]) -> bytes:
    """Return a CRL in DER with other dates, thisUpdate and perhaps nextUpdate; its signature does not matter any more."""
    (outer,) = asn1.elements(der(pem))
    signed, *rest = asn1.elements(outer.content)
    parts = asn1.elements(signed.content)
    dates = [part for part in parts if part.tag in asn1.TIMES]
    before, after = parts[: parts.index(dates[0])], parts[parts.index(dates[-1]) + 1 :]
    changed = b''.join(part.whole for part in [*before, *choose(dates), *after])
    return asn1.encoded(asn1.SEQUENCE, asn1.encoded(asn1.SEQUENCE, changed) + b''.join(part.whole for part in rest))


KEPT = CA.crl(**USUAL)
NEWER = crl()
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier('1.3.6.1.4.1.55555.1'), b'\x05\x00')
REASON = frozenset((x509.ReasonFlags.key_compromise,))
BOMB = gzip.compress(b'0' * (64 << 20), 9)


class Fault(t.NamedTuple):
    """What the server answers, and the cause that is reported."""

    answer: Answer
    cause: str
    seconds: float = SECONDS


def content(given: bytes, cause: str) -> Fault:
    return Fault(body(given), cause)


FAULTS = {
    # What is served.
    'expired': content(crl(last_update=NOW - 3 * HOUR, next_update=NOW - HOUR), 'has expired: its nextUpdate was'),
    'not yet valid': content(crl(last_update=NOW + 2 * HOUR), 'is not yet valid'),
    'older, still valid': content(crl(number=9, last_update=NOW - 20 * HOUR), 'is older than the one that is kept'),
    'newer, lower number': content(crl(number=9), 'its number is 9, not 10'),
    'same thisUpdate, lower number': content(crl(number=9, last_update=NOW - 10 * HOUR), 'its number is 9, not 10'),
    'nextUpdate not after thisUpdate': content(with_dates(NEWER, lambda dates: dates[::-1]), 'not after its thisUpdate'),
    'no nextUpdate': content(with_dates(NEWER, lambda dates: dates[:1]), 'has no nextUpdate'),
    'another issuer': content(crl(OTHER), 'is by none of the declared CAs'),
    'the same name, another key': content(crl(TWIN), 'a key that no declared CA of this name has'),
    'an invalid signature': content(damaged(crl()), 'has an invalid signature'),
    'issuer without cRLSign': content(crl(SIGNS_NO_CRL), 'may not sign CRLs'),
    'signed with SHA-1': content(as_if_sha1(crl(LEGACY)), 'is signed with SHA1, so that it can be forged'),
    'a delta CRL': content(crl(more=[(x509.DeltaCRLIndicator(10), True)]), 'is a delta CRL'),
    'an indirect CRL': content(crl(more=scope(indirect_crl=True)), 'it is an indirect CRL'),
    'for some reasons': content(crl(more=scope(only_some_reasons=REASON)), 'for some reasons of revocation alone'),
    'for CAs alone': content(crl(more=scope(only_contains_ca_certs=True)), 'the certificates of CAs alone'),
    'for servers alone': content(crl(more=scope(only_contains_user_certs=True)), 'servers and persons alone'),
    'for attributes alone': content(crl(more=scope(only_contains_attribute_certs=True)), 'attribute certificates alone'),
    'an unknown critical extension': content(crl(more=[(UNKNOWN, True)]), 'the critical extension 1.3.6.1.4.1.55555.1'),
    # The form it has.
    'cut short, in DER': content(der(NEWER)[:-20], 'it is cut short'),
    'cut short, in PEM': content(NEWER[:-60], 'its PEM is broken'),
    'something behind it, in DER': content(der(NEWER) + b'\n<!-- -->', 'bytes behind its end'),
    'empty': content(b'', 'it is empty'),
    'blank': content(b' \r\n', 'it is empty'),
    'a certificate, in PEM': content(CA.pem, 'it holds a certificate'),
    'a certificate, in DER': content(CA.certificate.public_bytes(serialization.Encoding.DER), 'it is a certificate, not a CRL'),
    'a certificate beside it': content(NEWER + CA.pem, 'it holds a certificate'),
    'two, one of them bad': content(NEWER + damaged(crl(number=12)), 'one of its 2 CRLs can not be used'),
    'two, one of another CA': content(NEWER + crl(OTHER), 'one of its 2 CRLs can not be used'),
    'a web page with 200': content(b'<!DOCTYPE html><title>Log in</title>', 'it is a web page, not a CRL'),
    'text': content(b'The CRL has moved.', 'it is neither PEM nor DER'),
    'broken base64': content(NEWER.replace(b'=\n', b'*\n').replace(b'M', b'*', 1), 'its PEM is broken'),
    'random DER': content(b'\x30\x03\x02\x01\x05', 'it is not a CRL that can be read'),
    'gzip without a word': content(gzip.compress(NEWER), 'it is compressed with gzip'),
    # How it is served.
    'gzip without being asked': Fault(body(gzip.compress(NEWER), Content_Encoding='gzip'), 'the encoding gzip'),
    'a gzip bomb': Fault(body(BOMB, Content_Encoding='gzip'), 'the encoding gzip'),
    'a gzip bomb, not said': Fault(body(BOMB), 'it is compressed with gzip'),
    '404': Fault(body(b'', '404 Not Found'), 'it answered 404 Not Found'),
    '500': Fault(body(b'', '500 Internal Server Error'), 'it answered 500'),
    '206, a part of it': Fault(body(NEWER, '206 Partial Content'), 'it answered 206'),
    '204, nothing': Fault(raw(b'HTTP/1.1 204 No Content\r\n\r\n'), 'it answered 204'),
    'a password is asked for': Fault(body(b'', '401 Unauthorized', WWW_Authenticate='Basic realm="x"'), 'it answered 401'),
    'a redirect to itself': Fault(redirect('/ca.crl'), 'it redirects in a loop'),
    'a redirect in a circle': Fault(redirect('/circle'), 'it redirects in a loop'),
    'redirects without end': Fault(redirect('/1/'), 'it redirects more than 5 times'),
    'a redirect to a file': Fault(redirect('file:///etc/passwd'), 'has the scheme file'),
    'a redirect to ftp': Fault(redirect('ftp://127.0.0.1/ca.crl'), 'has the scheme ftp'),
    'a redirect to ldap': Fault(redirect('ldap://127.0.0.1/cn=ca'), 'has the scheme ldap'),
    'a redirect to data': Fault(redirect('data:,x'), 'has the scheme data'),
    'a redirect to nowhere': Fault(redirect(''), 'it redirects in a loop'),
    'an endless body': Fault(endless, 'it has more than 4 MiB'),
    'a large body, announced': Fault(body(b'', length=5 << 20), 'it has more than 4 MiB'),
    'a dripping body': Fault(dripping, 'no complete answer within', SHORT),
    'a dripping header': Fault(dripping_headers, 'no complete answer within', SHORT),
    'silence': Fault(silent, 'no complete answer within', SHORT),
    'closed at once': Fault(closed, 'without response'),
    'closed in the middle': Fault(body(der(NEWER)[:100], length=len(der(NEWER))), 'the answer ended after 100 of'),
    'a Content-Length that is too short': Fault(body(der(NEWER), length=100), 'it is cut short'),
    'a broken chunk': Fault(raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9999\r\nabc'), 'ended after'),
    'no HTTP': Fault(raw(b'220 mail.example.com ESMTP\r\n'), '220 mail'),
    '304 without being asked': Fault(raw(b'HTTP/1.1 304 Not Modified\r\n\r\n'), 'although nothing is kept here'),
}


def renew(
    directory: pathlib.Path,
    urls: t.Sequence[str],
    now: dt.datetime = NOW,
    *,
    is_written: bool = True,
    cas: t.Sequence[Authority] = DECLARED,
    seconds: float = SECONDS,
) -> Renewal:
    def fetch(url: str, validators: Validators) -> t.Any:
        return download(url, validators, seconds)

    return Renewer(read(cas), Cache(str(directory), now.timestamp(), is_written), now, fetch).renew(urls)


def files(directory: pathlib.Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir() if path.suffix != '.lock'}


def keep(directory: pathlib.Path, url: str, pem: bytes = KEPT, fetched: dt.datetime = NOW - 2 * HOUR) -> dict[str, bytes]:
    """Keep a CRL as an earlier run has; return the files."""
    directory.mkdir(exist_ok=True)
    Cache(str(directory), NOW.timestamp()).write(url, Kept(pem, Validators(), fetched.timestamp()))
    return files(directory)


def text_of(renewal: Renewal, now: dt.datetime = NOW, tolerance: int = 24) -> str:
    problems = [problem.message for problem in renewal_problems(renewal, tolerance, now, '/cache')]
    return '\n'.join(problems or [missing_text(renewal, now)[0]] * bool(renewal.causes))


@pytest.fixture(scope='module')
def server() -> t.Iterator[CrlServer]:
    with CrlServer() as running:
        running.answers['/circle'] = redirect('/ca.crl')
        for number in range(1, 9):
            running.answers[f'/{number}/'] = redirect(f'/{number + 1}/')
        yield running


@pytest.fixture
def url(server: CrlServer) -> str:
    return server.url()


@pytest.mark.parametrize('fault', FAULTS.values(), ids=FAULTS)
def test_a_fault_leaves_what_is_kept_and_is_named_with_its_address(
    fault: Fault, server: CrlServer, url: str, tmp_path: pathlib.Path
) -> None:
    server.answers['/ca.crl'] = fault.answer
    before = keep(tmp_path / 'cache', url)
    renewal = renew(tmp_path / 'cache', [url], seconds=fault.seconds)
    assert files(tmp_path / 'cache') == before
    assert [one.number for one in renewal.crls] == [10]
    text = text_of(renewal)
    assert f'{url}: ' in text
    assert fault.cause in text
    assert 'expires in 5 days' in text or 'expires in 4 days' in text


def numbers(renewal: Renewal) -> list[int | None]:
    return [one.number for one in renewal.crls]


GOOD = {
    'PEM': NEWER,
    'DER': der(NEWER),
    'PEM with text before it': b'Certificate Revocation List (CRL):\n' + NEWER,
    'PEM without a final newline': NEWER.rstrip(),
    'PEM with CR LF': NEWER.replace(b'\n', b'\r\n'),
    'thisUpdate less than a minute ahead': crl(last_update=NOW + dt.timedelta(seconds=55)),
    'named for its distribution point': crl(more=scope(full_name=[x509.UniformResourceIdentifier('http://ca.example/crl')])),
    'without a number, but later': with_dates(NEWER, list),
}


@pytest.mark.parametrize('served', GOOD.values(), ids=GOOD)
def test_a_good_one_is_accepted_and_kept_as_pem(served: bytes, server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'] = body(served, Content_Type='application/octet-stream')
    keep(tmp_path, url)
    renewal = renew(tmp_path, [url])
    assert (numbers(renewal), renewal.is_renewed, text_of(renewal)) == ([11], True, '')
    again = Cache(str(tmp_path), NOW.timestamp()).read(url)
    assert again.pem.endswith(b'-----END X509 CRL-----\n')
    assert again.fetched == NOW.timestamp()


def test_one_that_no_host_would_read_is_refused(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    """DER of 4 MiB at most is fetched, but a host reads no more than that of a trust file, which is PEM."""
    served = large_crl(CA, 90_000).public_bytes(serialization.Encoding.DER)
    assert len(served) < 4 << 20
    server.answers['/ca.crl'] = body(served)
    before = keep(tmp_path, url)
    assert 'a trust file is read up to 4 MiB' in text_of(renew(tmp_path, [url]))
    assert files(tmp_path) == before


def test_the_same_one_is_not_sent_again(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'] = published(NEWER, '"11"')
    renew(tmp_path, [url])
    kept = Cache(str(tmp_path), NOW.timestamp()).path(url).stat()
    renewal = renew(tmp_path, [url], NOW + HOUR)
    assert server.requests[-1].headers['if-none-match'] == '"11"'
    assert (numbers(renewal), renewal.is_renewed) == ([11], True)
    assert renewal.fetched == (NOW + HOUR).timestamp(), 'that it is still the current one counts as a success'
    assert Cache(str(tmp_path), NOW.timestamp()).path(url).stat().st_ino == kept.st_ino


def test_one_that_has_expired_is_asked_for_without_conditions(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'] = published(NEWER, '"11"')
    renew(tmp_path, [url])
    later = renew(tmp_path, [url], NOW + 8 * DAY)
    assert 'if-none-match' not in server.requests[-1].headers
    assert 'has expired' in text_of(later, NOW + 8 * DAY)


def test_one_that_somebody_else_has_put_into_the_cache_is_not_used(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'] = published(NEWER, '"11"')
    renew(tmp_path, [url])
    Cache(str(tmp_path), 0).path(url).write_bytes(crl(OTHER))
    renewal = renew(tmp_path, [url])
    assert 'if-none-match' not in server.requests[-1].headers
    assert numbers(renewal) == [11]


def test_the_certificate_of_an_https_server_need_not_be_valid(tmp_path: pathlib.Path) -> None:
    expired = OTHER.issue(['crl.example.com'], not_after=days_from_now(-3)).write(tmp_path, 'server')
    with CrlServer(expired, {'/ca.crl': body(NEWER)}) as secure:
        assert numbers(renew(tmp_path / 'cache', [secure.url()])) == [11]
        with_password = secure.url().replace('//', '//reader:word@')
        assert 'CERTIFICATE_VERIFY_FAILED' in renew(tmp_path / 'other', [with_password]).causes[0].text


def test_the_next_address_is_asked_where_one_fails(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'] = body(b'', '503 Service Unavailable')
    server.answers['/mirror'] = body(NEWER)
    renewal = renew(tmp_path, [url, server.url('/mirror')])
    (problem,) = renewal_problems(renewal, 24, NOW, '/cache')
    assert numbers(renewal) == [11]
    assert problem.severity == 'info'
    assert (
        problem.message
        == f'{url}: it answered 503 Service Unavailable. The CRL was fetched from {server.url("/mirror")} instead.'
    )


def test_a_mirror_that_lags_behind_does_not_take_back_what_the_first_address_had(
    server: CrlServer, url: str, tmp_path: pathlib.Path
) -> None:
    server.answers['/ca.crl'], server.answers['/mirror'] = body(NEWER), body(KEPT)
    urls = [url, server.url('/mirror')]
    renew(tmp_path, urls)
    server.answers['/ca.crl'] = closed
    renewal = renew(tmp_path, urls)
    assert (numbers(renewal), renewal.is_renewed) == ([11], False)
    assert 'is older than the one that is kept' in text_of(renewal)


@pytest.mark.parametrize(
    ('other', 'accepted'),
    [pytest.param(TWIN, False, id='another key of the name'), pytest.param(OTHER, True, id='another name')],
)
def test_an_address_may_change_to_another_ca_and_not_back_in_time(
    other: Authority, accepted: bool, server: CrlServer, url: str, tmp_path: pathlib.Path
) -> None:
    keep(tmp_path, url)
    server.answers['/ca.crl'] = body(crl(other, last_update=NOW - 20 * HOUR))
    renewal = renew(tmp_path, [url], cas=[CA, other])
    assert renewal.is_renewed is accepted


def test_one_from_the_future_is_replaced(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'] = body(NEWER)
    keep(tmp_path, url, crl(number=99, last_update=NOW + 2 * DAY))
    assert numbers(renew(tmp_path, [url])) == [11]


def test_a_redirect_is_followed(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'], server.answers['/moved'] = redirect('/moved', '308 Permanent Redirect'), body(NEWER)
    assert numbers(renew(tmp_path, [url])) == [11]


def test_a_redirect_to_this_machine_is_not_followed(
    server: CrlServer, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers['/ca.crl'], server.answers['/inside'] = redirect(server.url('/inside')), body(NEWER)
    url = server.url(host='crl.example.com')
    monkeypatch.setenv('http_proxy', server.url('/'))
    server.answers[url] = redirect(server.url('/inside'))
    monkeypatch.setenv('no_proxy', '127.0.0.1')
    (cause,) = renew(tmp_path, [url]).causes
    assert cause.text == f'it redirects to {server.url("/inside")}, an address of this machine, which is not followed'
    assert '/inside' not in [request.target for request in server.requests]


def test_a_proxy_is_used_and_its_refusal_named(
    server: CrlServer, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('http_proxy', server.url('/'))
    url = 'http://crl.example.com/ca.crl'
    server.answers[url] = body(NEWER)
    assert numbers(renew(tmp_path, [url])) == [11]
    server.answers[url] = body(b'', '403 Forbidden')
    assert [cause.text for cause in renew(tmp_path, [url]).causes] == ['it answered 403 Forbidden']


@pytest.mark.parametrize(
    ('url', 'cause'),
    [
        pytest.param('http://crl.invalid/ca.crl', 'its name is unknown', id='a name that is unknown'),
        pytest.param('http://127.0.0.1:1/ca.crl', 'Connection refused', id='a port that nobody serves'),
    ],
)
def test_an_address_that_cannot_be_reached(url: str, cause: str, tmp_path: pathlib.Path) -> None:
    before = keep(tmp_path, url)
    renewal = renew(tmp_path, [url])
    assert f'{url}: {cause}.' in text_of(renewal)
    assert files(tmp_path) == before


def test_no_password_is_shown_or_kept(server: CrlServer, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'] = body(NEWER)
    url = server.url('/ca.crl?token=word2&issuer=x').replace('//', '//reader:word1@')
    renew(tmp_path, [url])
    assert server.requests[-1].headers['authorization'].startswith('Basic ')
    server.answers['/ca.crl'] = closed
    said = text_of(renew(tmp_path, [url])) + b''.join(files(tmp_path).values()).decode() + str(list(files(tmp_path)))
    assert server.url('/ca.crl?token=***&issuer=x') in said
    assert 'word' not in said


def test_a_cache_that_cannot_be_written_is_a_warning(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'] = body(NEWER)
    (tmp_path / 'file').write_text('no directory')
    renewal = renew(tmp_path / 'file' / 'cache', [url])
    (problem,) = renewal_problems(renewal, 24, NOW, '/cache')
    assert numbers(renewal) == [11], 'it is used all the same'
    assert (problem.code, problem.severity, problem.file) == ('write_failed', 'warning', '/cache')
    assert '/cache: Not a directory' in problem.message


@pytest.mark.parametrize('left', [2, 1, 0], ids=['no file', 'one file', 'the second one halfway'])
def test_a_full_disk_keeps_the_old_one_or_has_the_new_one(
    left: int, server: CrlServer, url: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers['/ca.crl'] = body(NEWER)
    keep(tmp_path, url)
    synced = iter(range(9))

    def full(_descriptor: int) -> None:
        if next(synced) >= left:
            raise OSError(28, 'No space left on device')

    monkeypatch.setattr('os.fsync', full)
    renewal = renew(tmp_path, [url])
    assert 'No space left on device' in text_of(renewal)
    assert numbers(renewal) == [11]
    kept = [path for path in tmp_path.iterdir() if path.suffix == '.pem']
    assert [path.read_bytes() in (KEPT, NEWER) for path in kept] == [True]
    assert not list(tmp_path.glob('.*.new'))


def test_what_a_killed_run_left_is_removed(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'] = body(NEWER)
    keep(tmp_path, url)
    left = tmp_path / f'.{Cache(str(tmp_path), 0).path(url).name}.0123456789abcdef.new'
    left.write_bytes(NEWER[:100])
    assert numbers(renew(tmp_path, [url])) == [11]
    assert not left.exists()


def test_in_check_mode_nothing_is_written(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'] = body(NEWER)
    before = keep(tmp_path / 'cache', url)
    assert numbers(renew(tmp_path / 'cache', [url], is_written=False)) == [11]
    assert files(tmp_path / 'cache') == before
    renew(tmp_path / 'none', [url], is_written=False)
    assert not (tmp_path / 'none').exists()


def test_of_two_runs_at_once_the_newer_crl_is_kept(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    """One run has fetched the older one; before it keeps that, the other fetches and keeps the newer one."""
    newest = crl(number=12, last_update=NOW - dt.timedelta(minutes=1))
    server.answers['/ca.crl'] = body(NEWER)

    def fetch_while_another_runs(address: str, validators: Validators) -> t.Any:
        answer = download(address, validators, SECONDS)
        server.answers['/ca.crl'] = body(newest)
        assert numbers(renew(tmp_path, [url])) == [12]
        return answer

    renewer = Renewer(read(DECLARED), Cache(str(tmp_path), NOW.timestamp()), NOW, fetch_while_another_runs)
    assert numbers(renewer.renew([url])) == [11]
    assert Cache(str(tmp_path), NOW.timestamp()).read(url).pem == newest


def test_many_runs_at_once_lose_nothing(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    server.answers['/ca.crl'] = body(NEWER)
    found: list[Renewal] = []
    threads = [threading.Thread(target=lambda: found.append(renew(tmp_path, [url]))) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [(numbers(renewal), renewal.unwritten) for renewal in found] == [([11], '')] * 8
    assert Cache(str(tmp_path), NOW.timestamp()).read(url).pem == NEWER


def test_a_dead_distribution_point_for_72_hours(server: CrlServer, url: str, tmp_path: pathlib.Path) -> None:
    """The clock is given: every hour a run, from an hour after the last success on."""
    server.answers['/ca.crl'] = body(crl(last_update=NOW - HOUR, next_update=NOW + 71 * HOUR))
    renew(tmp_path, [url])
    server.answers['/ca.crl'] = closed
    seen: list[tuple[str, bool, str]] = []
    for hour in range(1, 73):
        now = NOW + hour * HOUR
        renewal = renew(tmp_path, [url], now)
        found = renewal_problems(renewal, 24, now, '/cache')
        severity, text = (found[0].severity, found[0].message) if found else ('of the host', missing_text(renewal, now)[0])
        seen.append((severity, 'crl_tolerance allows' in text, text))
        assert is_overdue(renewal, 24, now) is (hour > 24)
    assert [severity for severity, _late, _text in seen] == ['warning'] * 70 + ['of the host'] * 2
    assert [late for _severity, late, _text in seen] == [False] * 24 + [True] * 46 + [False] * 2
    assert 'It was last fetched at' in seen[9][2]
    assert '10 h ago. The one in force expires in 61 h' in seen[9][2]
    assert [f'expires in {71 - hour} h' in seen[hour - 1][2] for hour in (1, 23, 47)] == [True] * 3
    assert 'expires in 1 h' in seen[69][2]
    assert 'expired at' in seen[71][2]


def test_there_are_forty_faults() -> None:
    assert len(FAULTS) > 40
