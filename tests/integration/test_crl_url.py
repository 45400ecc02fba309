# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""crl_url in real runs: fetched once, checked, never replaced by an older one, and handed out in the one round trip."""

from __future__ import annotations

import datetime as dt
import functools
import pathlib
import re
import typing as t

import pytest
from cryptography import x509

from support.config_site import Site
from support.crl_server import Answer, CrlServer, body, closed, published
from support.pki import Authority
from support.together import together

from .conftest import Pki

NOW = dt.datetime.now(dt.timezone.utc)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.fixture(scope='module')
def points() -> t.Iterator[CrlServer]:
    with CrlServer() as running:
        yield running


class CrlSite(Site):
    """A print host whose servers have their CRL from a distribution point of its own."""

    def __init__(self, base: pathlib.Path, pki: Pki, points: CrlServer) -> None:
        super().__init__(base, pki.ca_path, pki.crl_path)
        self.points, self.path = points, f'/{base.parent.name}/ca.crl'
        self.cache = base.parent / 'cache'
        self.options.update(crl_src=None, crl_url=self.url, crl_cache=str(self.cache), servers=[{'name': 'spl1'}])

    @property
    def url(self) -> str:
        return self.points.url(self.path)

    def serve(self, answer: Answer) -> None:
        self.points.answers[self.path] = answer

    def asked(self) -> int:
        """Return how often the distribution point was asked."""
        return sum(request.target == self.path for request in self.points.requests)

    def crl(self, server: str = 'spl1') -> bytes:
        """Return the active CRL file."""
        return (self.base / server / self.settings(server)['CrlFile']).read_bytes()


def made_site(pki: Pki, points: CrlServer, tmp_path: pathlib.Path) -> CrlSite:
    return CrlSite(tmp_path / 'hosts', pki, points)


def crl(pki: Pki, number: int, hours: float = 1, days: float = 7, ca: Authority | None = None) -> bytes:
    """Return a CRL that was made so many hours ago and is valid for so many days from now, always the same one."""
    return _made(ca or pki.authority, number, hours, days)


@functools.cache
def _made(ca: Authority, number: int, hours: float, days: float) -> bytes:
    return ca.crl(number=number, last_update=NOW - hours * HOUR, next_update=NOW + days * DAY)


def codes(result: dict[str, t.Any]) -> list[tuple[str, str]]:
    return [(problem['code'], problem['severity']) for problem in result['problems']]


@together(made_site)
async def test_it_is_fetched_kept_and_handed_out(crl_site: CrlSite, pki: Pki) -> None:
    crl_site.serve(published(crl(pki, 1), '"1"'))
    first = await crl_site.run()
    assert (first['changed'], first['problems']) == (True, [])
    assert crl_site.crl() == crl(pki, 1)
    assert (await crl_site.run())['changed'] is False
    crl_site.serve(published(crl(pki, 2), '"2"'))
    second = await crl_site.run()
    assert [(one['keyword'], one['kind']) for one in second['servers'][0]['drift']] == [('CrlFile', 'changed')]
    assert crl_site.crl() == crl(pki, 2)
    assert crl_site.asked() == 3
    (ca, listed) = second['servers'][0]['trust']
    assert {key: listed[key] for key in ('keyword', 'name', 'number', 'source', 'refresh_due')} == {
        'keyword': 'CrlFile',
        'name': 'CN=Test CA',
        'number': 2,
        'source': crl_site.url,
        'refresh_due': False,
    }
    assert listed['fetch_age'] < 60
    assert 'source' not in ca
    line = second['msg'].splitlines()[-1]
    assert re.fullmatch(
        rf'CRL of CN=Test CA: thisUpdate \S+, nextUpdate \S+, number 2, from {crl_site.url}, last fetched \S+Z', line
    )


@together(made_site)
async def test_an_older_one_is_refused_by_the_host_which_is_changed_in_all_else(crl_site: CrlSite, pki: Pki) -> None:
    crl_site.serve(body(crl(pki, 7)))
    await crl_site.run()
    crl_site.serve(body(crl(pki, 6, hours=30)))
    replayed = await crl_site.run(crl_cache=str(crl_site.cache) + '2', hostname='new.example.com')
    assert replayed['failed']
    assert codes(replayed) == [('crl_older_than_installed', 'error')]
    (problem,) = replayed['problems']
    assert 'CN=Test CA' in problem['message']
    assert 'number 6, installed is' in problem['message']
    assert [one['keyword'] for one in replayed['servers'][0]['drift']] == ['Hostname']
    assert crl_site.settings()['Hostname'] == 'new.example.com'
    assert crl_site.crl() == crl(pki, 7)
    predicted = await crl_site.run('--check', crl_cache=str(crl_site.cache) + '2', hostname='new.example.com')
    assert (predicted['changed'], codes(predicted)) == (False, [('crl_older_than_installed', 'error')])


@together(made_site)
async def test_a_fetch_that_fails_keeps_the_last_one_with_a_warning(crl_site: CrlSite, pki: Pki) -> None:
    crl_site.serve(body(crl(pki, 1)))
    await crl_site.run()
    crl_site.serve(closed)
    failed = await crl_site.run(hostname='new.example.com')
    assert (failed['failed'], codes(failed)) == (False, [('crl_fetch_failed', 'warning')])
    assert crl_site.url in failed['problems'][0]['message']
    assert crl_site.settings()['Hostname'] == 'new.example.com'
    assert crl_site.crl() == crl(pki, 1)


@together(made_site)
async def test_a_controller_without_its_cache_keeps_what_is_installed(crl_site: CrlSite, pki: Pki) -> None:
    crl_site.serve(body(crl(pki, 1)))
    await crl_site.run()
    crl_site.serve(closed)
    failed = await crl_site.run(crl_cache=str(crl_site.cache) + '2', hostname='new.example.com')
    assert (failed['failed'], codes(failed)) == (False, [('crl_fetch_failed', 'warning')])
    assert 'The installed one stays; it expires in ' in failed['problems'][0]['message']
    assert crl_site.settings()['Hostname'] == 'new.example.com'
    assert crl_site.crl() == crl(pki, 1)


@together(made_site)
async def test_without_any_crl_nothing_is_changed(crl_site: CrlSite, pki: Pki) -> None:
    crl_site.serve(closed)
    failed = await crl_site.run()
    assert (failed['failed'], failed['changed'], codes(failed)) == (True, False, [('crl_fetch_failed', 'error')])
    assert crl_site.url in failed['problems'][0]['message']
    assert not crl_site.names()


@together(made_site)
async def test_a_file_of_the_controller_is_joined_with_it(crl_site: CrlSite, pki: Pki, tmp_path: pathlib.Path) -> None:
    other = Authority('Other CA')
    (tmp_path / 'other.pem').write_bytes(other.pem)
    (tmp_path / 'other.crl').write_bytes(crl(pki, 1, days=90, ca=other))
    crl_site.serve(body(crl(pki, 1)))
    joined = await crl_site.run(ca_src=[str(pki.ca_path), str(tmp_path / 'other.pem')], crl_src=str(tmp_path / 'other.crl'))
    assert (joined['problems'], crl_site.crl()) == ([], crl(pki, 1) + crl(pki, 1, days=90, ca=other))


@together(made_site)
async def test_auto_takes_one_of_each_ca_that_names_one(crl_site: CrlSite, pki: Pki, tmp_path: pathlib.Path) -> None:
    def named(*paths: str) -> list[tuple[x509.ExtensionType, bool]]:
        uris = [x509.UniformResourceIdentifier(crl_site.points.url(crl_site.path + path)) for path in paths]
        points = [x509.DistributionPoint([uri], None, None, None) for uri in uris]
        return [(x509.CRLDistributionPoints(points), False)]

    one, two = Authority('CA 1', more=named('/gone', '/1')), Authority('CA 2', more=named('/2'))
    (tmp_path / 'ca.pem').write_bytes(one.pem + two.pem + pki.authority.pem)
    for number, ca in enumerate((one, two), 1):
        crl_site.points.answers[f'{crl_site.path}/{number}'] = body(crl(pki, number, ca=ca))
    both = await crl_site.run(crl_url='auto', ca_src=str(tmp_path / 'ca.pem'))
    assert crl_site.crl() == crl(pki, 1, ca=one) + crl(pki, 2, ca=two)
    assert ('crl_fetch_failed', 'info') in codes(both)
    none = await crl_site.run(crl_url='auto')
    assert (none['failed'], codes(none)) == (True, [('invalid_value', 'error')])


@together(made_site)
async def test_in_check_mode_the_cache_is_left_as_it_is(crl_site: CrlSite, pki: Pki) -> None:
    crl_site.serve(body(crl(pki, 1)))
    assert (await crl_site.run('--check'))['changed'] is True
    assert not crl_site.cache.exists()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        pytest.param({'crl_url': 'ftp://ca.example.com/ca.crl'}, 'the scheme ftp: only http and https', id='a scheme'),
        pytest.param({'crl_url': 'file:///etc/crl.pem'}, 'the scheme file: only http and https', id='a file'),
        pytest.param({'crl_url': ['auto', 'http://a.example.com/']}, 'auto beside addresses', id='auto and an address'),
        pytest.param({'ca_src': None}, 'crl_url of server spl1 needs ca_src or ca_content', id='no CA'),
        pytest.param({'crl_content': 'x'}, 'crl_content|crl_url', id='two of them'),
    ],
)
@together(made_site)
async def test_what_contradicts_is_refused(crl_site: CrlSite, options: dict[str, t.Any], message: str) -> None:
    result = await crl_site.run(**options)
    assert result['failed']
    assert message in result['msg'] or 'mutually exclusive: crl_content|crl_url' in result['msg']
