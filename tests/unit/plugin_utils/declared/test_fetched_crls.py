# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CRLs by address in the request of sendmemo_config: fetched once for all hosts, and no failure keeps it from being sent."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import multiprocessing
import pathlib
import types
import typing as t

import pytest
from ansible.parsing.dataloader import DataLoader
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.printops.infoprint.plugins.module_utils.messages.configure import ConfigureEntry, FetchedCrls
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.plugin_utils.crl_source.cache import Cache, Kept
from ansible_collections.printops.infoprint.plugins.plugin_utils.crl_source.download import Validators
from ansible_collections.printops.infoprint.plugins.plugin_utils.declared.request import RequestBuilder
from ansible_collections.printops.infoprint.plugins.plugin_utils.options.spec import ArgumentError
from support import fleet
from support.crl_server import CrlServer, body, closed
from support.pki import Authority

HOUR = dt.timedelta(hours=1)
CA, NEXT = Authority('Mail CA'), Authority('Next CA')
FORKED = multiprocessing.get_context('fork')
ARGS: dict[str, t.Any] = {'base_dir': '/var/pd', 'template': None, 'warn_days': 30, 'servers': [], 'recipients': None}


def now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


class Site:
    """A controller with a cache, a distribution point, and the temporary directory of a run."""

    def __init__(self, directory: pathlib.Path, points: CrlServer) -> None:
        self.points = points
        self.cache = directory / 'cache'
        self.options: dict[str, t.Any] = {
            'name': 'spl1',
            'mode': '0644',
            'enable_tls': 'starttls',
            'ca_content': CA.pem.decode(),
            'crl_url': [points.url()],
            'crl_cache': str(self.cache),
            'crl_tolerance': 24,
        }

    def build(self, check: bool = False, **options: t.Any) -> tuple[RequestBuilder, ConfigureEntry]:
        """Build the request of a host as a task does."""
        action = types.SimpleNamespace(_task=types.SimpleNamespace(check_mode=check), _loader=DataLoader())
        builder = RequestBuilder(t.cast('t.Any', action), {}, ARGS)
        return builder, builder.entry({**self.options, **options})

    def keep(self, hours_ago: float, left: dt.timedelta) -> None:
        """Keep a CRL that was made and fetched so many hours ago, and of whose life so much is left."""
        then = now() - hours_ago * HOUR
        crl = CA.crl(last_update=then - HOUR, next_update=now() + left)
        self.cache.mkdir(exist_ok=True)
        Cache(str(self.cache), now().timestamp()).write(self.points.url(), Kept(crl, Validators(), then.timestamp()))


@pytest.fixture
def run_directory(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    directory = tmp_path / 'run'
    directory.mkdir()
    monkeypatch.setattr('ansible.constants.DEFAULT_LOCAL_TMP', str(directory))
    return directory


@pytest.fixture
def site(tmp_path: pathlib.Path, run_directory: pathlib.Path) -> t.Iterator[Site]:
    with CrlServer() as points:
        yield Site(tmp_path, points)


def crls_of(builder: RequestBuilder, entry: ConfigureEntry) -> tuple[str, FetchedCrls]:
    assert entry.crls is not None
    return builder.contents[(entry.trust or {}).get(entry.crls.file, '')], entry.crls


def new_run(run_directory: pathlib.Path) -> None:
    for path in run_directory.iterdir():
        path.unlink()


def test_a_fetched_crl_is_a_managed_file_and_is_said_to_be_fetched(site: Site) -> None:
    crl = CA.crl(number=7)
    site.points.answers['/ca.crl'] = body(crl)
    content, crls = crls_of(*site.build())
    der = x509.load_pem_x509_crl(crl).public_bytes(Encoding.DER)
    assert content == crl.decode()
    assert (crls.fetched, crls.fallback, crls.missing) == ({hashlib.sha256(der).hexdigest(): 'CN=Mail CA'}, [], [])


def build_apart(site: Site, results: multiprocessing.Queue[str]) -> None:
    results.put(crls_of(*site.build())[0])


def test_workers_of_a_run_ask_once(site: Site) -> None:
    crl = CA.crl()
    site.points.answers['/ca.crl'] = body(crl)
    results = FORKED.Queue()
    workers = [FORKED.Process(target=build_apart, args=(site, results)) for _number in range(6)]
    for worker in workers:
        worker.start()
    assert [results.get(timeout=20) for _worker in workers] == [crl.decode()] * 6
    for worker in workers:
        worker.join(20)
    assert len(site.points.requests) == 1


def test_one_that_is_read_half_is_fetched_again(site: Site, run_directory: pathlib.Path) -> None:
    """As a full disk leaves what the first worker wrote for the others."""
    site.points.answers['/ca.crl'] = body(CA.crl())
    first = crls_of(*site.build())
    for path in run_directory.iterdir():
        path.write_bytes(path.read_bytes()[:-10])
    assert crls_of(*site.build()) == first


@pytest.mark.parametrize(
    ('hours', 'severity', 'words'),
    [
        pytest.param(1, 'warning', ['1 h ago', 'expires in 70 h', 'Nothing needs to be done'], id='an hour'),
        pytest.param(23, 'warning', ['23 h ago', 'expires in 48 h', 'Nothing needs to be done'], id='a day'),
        pytest.param(25, 'warning', ['25 h ago', 'expires in 46 h', '24 h that crl_tolerance allows'], id='past the tolerance'),
        pytest.param(70, 'warning', ['70 h ago', 'expires in 1 h', '24 h that crl_tolerance allows'], id='the last hours'),
    ],
)
def test_a_dead_distribution_point_for_72_hours(site: Site, hours: int, severity: str, words: list[str]) -> None:
    """The CRL lived 72 hours when it was fetched; every host gets it to the end, and the report counts down."""
    site.points.answers['/ca.crl'] = closed
    site.keep(hours, (71 - hours) * HOUR + dt.timedelta(minutes=5 if hours < 71 else 0))
    builder, entry = site.build()
    content, crls = crls_of(builder, entry)
    assert content == Cache(str(site.cache), now().timestamp()).read(site.points.url()).pem.decode()
    assert (len(crls.fallback), crls.fetched) == (1, {})
    assert not any(problem.is_error for problem in builder.problems), 'nothing keeps the request from being sent'
    (problem,) = builder.crl_problems
    assert (problem.code, problem.severity) == ('crl_fetch_failed', severity)
    told = f'{problem.message} {problem.hint}'
    assert [word for word in (f'{site.points.url()}: ', *words) if word not in told] == []
    assert bool(builder.overdue) is (hours > 24)
    shown = fleet.configured('spl1', trust=builder.ends_for('spl1'))
    result = {'servers': [shown], 'problems': [{**problem._asdict(), 'server': None}]}
    ((_host, server),) = fleet.report([fleet.Result('print1', 'sendmemo_config', 'ok', json.loads(json.dumps(result)))]).servers()
    assert server.problems[0]['message'] == problem.message
    assert server.state == 'configured'


def test_past_its_end_each_host_keeps_what_it_has_and_the_report_still_knows_it(site: Site) -> None:
    """Another controller may have given it a newer one; whether the one in force has expired, the host knows."""
    site.points.answers['/ca.crl'] = closed
    site.keep(72, -HOUR)
    builder, entry = site.build()
    assert entry.crls is not None
    assert entry.crls.file not in (entry.trust or {})
    (missing,) = entry.crls.missing
    told = f'{missing.message} {missing.hint}'
    words = (f'{site.points.url()}: ', 'The CRL of CN=Mail CA', '3 days ago', 'The one that is kept expired at', 'crl_src')
    assert [word for word in words if word not in told] == []
    assert (builder.problems, builder.crl_problems, len(builder.overdue)) == ([], [], 1)
    result = {'servers': [fleet.configured('spl1', trust=builder.ends_for('spl1'))], 'problems': []}
    (what,) = [
        what
        for _host, server in fleet.report([fleet.Result('print1', 'sendmemo_config', 'ok', result)]).servers()
        for what in server.trust
        if what.kind == 'crl'
    ]
    assert (what.source, bool(what.fetched)) == (site.points.url(), True)


def test_the_next_success_ends_the_countdown(site: Site, run_directory: pathlib.Path) -> None:
    site.keep(30, 40 * HOUR)
    site.points.answers['/ca.crl'] = closed
    assert len(site.build()[0].crl_problems) == 1
    new_run(run_directory)
    site.points.answers['/ca.crl'] = body(CA.crl(number=9))
    assert site.build()[0].crl_problems == []
    new_run(run_directory)
    site.points.answers['/ca.crl'] = closed
    ((problem, *_others)) = site.build()[0].crl_problems
    assert 'less than a minute ago' in problem.message


def test_without_any_crl_the_host_is_asked_for_its_own(site: Site) -> None:
    site.points.answers['/ca.crl'] = closed
    builder, entry = site.build()
    assert entry.crls is not None
    (missing,) = entry.crls.missing
    assert list(entry.trust or {}) != [entry.crls.file]
    assert [base64.b64decode(name) for name in missing.issuers] == [CA.name.public_bytes()]
    assert f'{site.points.url()}: ' in missing.message
    assert (builder.problems, builder.crl_problems, len(builder.overdue)) == ([], [], 1)


def test_a_new_ca_needs_a_crl_of_its_own(site: Site, run_directory: pathlib.Path) -> None:
    """What is kept is of the old CA, and the address still serves that: the host's CA must not change without its CRL."""
    site.points.answers['/ca.crl'] = body(CA.crl())
    site.build()
    new_run(run_directory)
    _builder, entry = site.build(ca_content=NEXT.pem.decode())
    assert entry.crls is not None
    assert [base64.b64decode(name) for name in entry.crls.missing[0].issuers] == [NEXT.name.public_bytes()]
    new_run(run_directory)
    crl = NEXT.crl()
    site.points.answers['/ca.crl'] = body(crl)
    assert crls_of(*site.build(ca_content=NEXT.pem.decode()))[0] == crl.decode()


def test_auto_needs_one_of_each_ca_that_names_one(site: Site) -> None:
    def naming(path: str) -> list[tuple[x509.ExtensionType, bool]]:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(site.points.url(path))], None, None, None)
        return [(x509.CRLDistributionPoints([point]), False)]

    old, new = Authority('Old CA', more=naming('/old')), Authority('New CA', more=naming('/new'))
    crl = old.crl()
    site.points.answers['/old'] = body(crl)
    site.points.answers['/new'] = body(old.crl(number=2))
    builder, entry = site.build(crl_url=['auto'], ca_content=(old.pem + new.pem).decode())
    content, crls = crls_of(builder, entry)
    assert content == crl.decode()
    assert [base64.b64decode(name) for name in crls.missing[0].issuers] == [new.name.public_bytes()]


def test_auto_without_an_address_is_refused(site: Site) -> None:
    with pytest.raises(ProblemError, match='no declared CA names an http or https address'):
        site.build(crl_url=['auto'])


def test_an_address_needs_a_ca_that_is_declared(site: Site) -> None:
    with pytest.raises(ArgumentError, match='crl_url of server spl1 needs ca_src or ca_content'):
        site.build(ca_content=None, ca_path='/etc/ca.pem')


def test_in_check_mode_nothing_is_kept(site: Site) -> None:
    crl = CA.crl()
    site.points.answers['/ca.crl'] = body(crl)
    assert crls_of(*site.build(check=True))[0] == crl.decode()
    assert not site.cache.exists()


def test_a_crl_that_begins_within_the_minute_is_no_problem(site: Site) -> None:
    site.points.answers['/ca.crl'] = body(CA.crl(last_update=now() + dt.timedelta(seconds=50)))
    assert site.build()[0].problems == []


@pytest.mark.parametrize(
    ('made', 'ends', 'codes'),
    [
        pytest.param(-1, 6, [], id='a week, just begun'),
        pytest.param(-6, 1, ['crl_expires_soon'], id='a week, nearly over'),
    ],
)
def test_a_short_life_is_no_warning_until_a_refresh_is_due(site: Site, made: int, ends: int, codes: list[str]) -> None:
    crl = CA.crl(last_update=now() + 24 * made * HOUR, next_update=now() + 24 * ends * HOUR)
    site.points.answers['/ca.crl'] = body(crl)
    assert [problem.code for problem in site.build()[0].problems] == codes
