# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The report's page in a real browser, as its readers have it: with a mouse, a keyboard, a screen reader, a phone, on paper."""

from __future__ import annotations

import pathlib
import re
import shutil
import typing as t

import pytest
from ansible.plugins.loader import init_plugin_loader
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from support import fleet
from support.playbook import ROOT

from .conftest import need

WIDE, NARROW = {'width': 1400, 'height': 1000}, {'width': 360, 'height': 740}
HOSTS, LARGE = 60, 2328  # hosts of the fleet in trouble, servers of the large one


@pytest.fixture(scope='module')
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pathlib.Path]:
    """The pages of a fleet in all kinds of trouble, one that attackers have named, none, one that is well, and a large one."""
    directory = tmp_path_factory.mktemp('collections')
    link = directory / 'ansible_collections' / 'printops' / 'infoprint'
    link.parent.mkdir(parents=True)
    link.symlink_to(ROOT, target_is_directory=True)
    init_plugin_loader([str(directory)])
    from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report import compare as report_compare  # noqa: PLC0415
    from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats import to_html as report_html  # noqa: PLC0415

    troubled = fleet.grouped(fleet.report(fleet.results(HOSTS, 2), ['print9999.example.com']))
    troubled.comparison = report_compare.compare(fleet.report(fleet.results(HOSTS - 10, 2)), troubled)
    troubled.unfinished, troubled.merged = ['Prove the others'], ['A slice', 'Another slice']
    well = fleet.report([fleet.Result('print1', 'send_memo', 'ok', {'servers': [fleet.sent('spl1')]})])
    large = fleet.report(fleet.results(600, 4))
    large.comparison = report_compare.compare(fleet.report(fleet.results(520, 4)), large)
    made = {
        'troubled': troubled,
        'hostile': fleet.grouped(fleet.report(fleet.hostile_results(40), title=fleet.MARKUP), ['site_a', fleet.MARKUP]),
        'empty': fleet.report([]),
        'well': well,
        'large': large,
    }
    found = {}
    for name, report in made.items():
        found[name] = directory / f'{name}.html'
        found[name].write_text(report_html.to_html(report))
    return found


@pytest.fixture(scope='module')
def browser() -> t.Iterator[Browser]:
    program = shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')
    if program is None:
        need('no Chromium was found')
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=['--no-sandbox'])
        yield running
        running.close()


class Reader:
    """Opens pages, and at the end expects that none has asked for anything, run anything foreign, or complained."""

    def __init__(self, browser: Browser, pages: dict[str, pathlib.Path]) -> None:
        self.browser = browser
        self.pages = pages
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def open(self, name: str = 'troubled', **options: t.Any) -> Page:
        context = self.browser.new_context(**{'viewport': WIDE, **options})
        self.contexts.append(context)
        page = context.new_page()
        page.on('console', lambda message: self.complaints.append(message.text))
        page.on('pageerror', lambda error: self.complaints.append(str(error)))
        page.on('dialog', lambda dialog: self.complaints.append(f'dialog: {dialog.message}'))
        page.on('request', lambda request: self.requests.append(request.url))
        page.goto(self.pages[name].as_uri())
        return page

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        assert self.complaints == []
        asked = {address.partition('#')[0] for address in self.requests if not address.startswith('data:')}
        assert asked <= {path.as_uri() for path in self.pages.values()}


@pytest.fixture
def reader(browser: Browser, pages: dict[str, pathlib.Path]) -> t.Iterator[Reader]:
    found = Reader(browser, pages)
    yield found
    found.close()


def shown(page: Page) -> list[str]:
    """Return the hosts of the visible rows, in their order."""
    return page.locator('tbody tr:visible th a').all_inner_texts()


def column(page: Page, number: int) -> list[str]:
    return page.locator(f'tbody tr:visible td:nth-child({number})').all_inner_texts()


def found(page: Page) -> int:
    """Return how many servers the page says that it has chosen."""
    return int(page.locator('#shown').inner_text().split()[0].replace(',', ''))


def test_filter_by_words_by_state_and_by_group(reader: Reader) -> None:
    page = reader.open()
    everything = found(page)
    page.get_by_label('Filter').fill('print0022 spl2')
    assert shown(page) == ['print0022.example.com']
    assert page.locator('#shown').inner_text() == f'1 of {everything} servers'
    page.get_by_label('Filter').fill('no such host')
    assert page.get_by_text('No server matches.').is_visible()
    page.keyboard.press('Escape')
    assert found(page) == everything
    tile = page.locator('.tile', has_text='unreachable')
    tile.click()
    assert set(column(page, 3)) == {'unreachable'}
    assert tile.get_attribute('aria-current') == 'true'
    page.get_by_role('button', name='not checked').click()
    assert set(column(page, 3)) == {'hidden', 'not checked'}
    page.locator('#group').select_option(index=1)
    in_group = shown(page)
    page.locator('#group').select_option('all groups')
    assert set(in_group) < set(shown(page))
    page.get_by_role('button', name='all', exact=True).click()
    assert found(page) == everything


def test_a_group_is_counted_and_its_name_leads_to_its_servers(reader: Reader) -> None:
    page = reader.open()
    of_group = page.locator('.groups li', has_text='site_b')
    servers = int(of_group.locator('span').first.inner_text().split()[0])
    assert 'failing' in of_group.inner_text()
    assert page.locator('.groups li').count() == 3  # not that of all hosts
    of_group.get_by_role('link').click()
    page.locator('#servers:focus').wait_for()
    assert found(page) == servers
    assert page.locator('#group').evaluate('(one) => one.selectedOptions[0].text').startswith(f'site_b: {servers} servers, ')


@pytest.mark.parametrize('where', ['.cause', '.endings li', '.since div'])
def test_and_so_many_more_leads_to_the_table_of_them(reader: Reader, where: str) -> None:
    page = reader.open('large')
    entry = page.locator(where, has=page.locator('a.more')).first
    named, more = entry.locator('a[href^="#h"]').count(), entry.locator('a.more').inner_text().split()[1]
    entry.locator('a.more').click()
    page.locator('#servers:focus').wait_for()
    assert found(page) == named + int(more.replace(',', ''))
    page.locator('.chips button[aria-pressed=true]').click()
    assert found(page) == LARGE


def test_without_scripts_and_so_many_more_leads_to_the_first_of_them(reader: Reader) -> None:
    page = reader.open('large', java_script_enabled=False)
    entry = page.locator('.cause', has=page.locator('a.more')).nth(1)
    entry.locator('a.more').click()
    first = page.locator('tbody tr:target')
    assert first.locator('th').inner_text() == entry.locator('.who a').first.inner_text().split()[0]


def test_thousands_of_servers_are_shown_a_page_at_a_time(reader: Reader) -> None:
    page = reader.open('large')
    assert page.evaluate('document.querySelectorAll("*").length') < 30_000
    assert page.locator('#pages').inner_text().split('\n')[1] == f'1 to 100 of {LARGE:,}'
    first = shown(page)
    page.get_by_role('button', name='Next').click()
    assert len(first) == 100
    assert not set(first) & set(shown(page))
    page.get_by_role('button', name='Previous').click()
    assert shown(page) == first
    milliseconds = page.evaluate(
        """() => new Promise((done) => {
             const begin = performance.now();
             filter.value = 'print';
             filter.dispatchEvent(new Event('input'));
             requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begin)));
           })"""
    )
    assert milliseconds < 1500  # with every row in the table it took six seconds
    page.get_by_label('Filter').fill('print0598 spl3')
    page.locator('tbody th a').click()
    page.locator('details[open]', has_text='print0598.example.com').wait_for()
    assert page.locator('details[open]').get_by_text('4A3B').count() == 4


def test_sort_by_text_state_and_days(reader: Reader) -> None:
    page = reader.open()
    assert column(page, 3)[0] == 'failing'
    page.get_by_role('button', name='Host').click()
    assert shown(page) == sorted(shown(page))
    page.get_by_role('button', name='Host').click()
    assert shown(page) == sorted(shown(page), reverse=True)
    assert page.locator('thead th').first.get_attribute('aria-sort') == 'descending'
    page.get_by_role('button', name='Cert.').click()
    texts = [text for text in column(page, 6) if text.strip()]
    assert (texts[0], texts[-1]) == ('3 d ago', '61 d')
    days = [int(text.split()[0]) for text in texts if not text.endswith('ago')]
    assert days == sorted(days)
    assert page.locator('thead th[aria-sort]').count() == 1


def test_a_link_opens_the_details_of_its_host(reader: Reader) -> None:
    page = reader.open()
    row = page.locator('tbody tr', has_text='print0001.example.com').first
    details = page.locator(row.locator('th a').get_attribute('href') or '')
    assert details.get_attribute('open') is None
    row.locator('th a').click()
    page.locator('details:target[open]').wait_for()
    assert details.get_attribute('open') is not None
    facts = details.locator('dl').first
    assert dict(zip(facts.locator('dt').all_inner_texts(), facts.locator('dd').all_inner_texts(), strict=True)) == {
        'State': 'proven: a mail was accepted over TLS, certificate and name verified, and nothing says otherwise',
        'Mail server': 'mail.example.com:587, starttls',
        'TLS': 'TLSv1.3, TLS_AES_256_GCM_SHA384',
        'Certificate': 'CN=mail.example.com expires in 61 days, 2027-01-24; by CN=Example Mail CA,O=Example',
        'CA': 'CN=Example Mail CA,O=Example expires in 800 days, 2029-02-01; mail-ca.pem',
        'CRL': 'CN=Example Mail CA,O=Example expires in 21 days, 2026-12-15; number 28, made 2026-11-17 08:15 UTC, '
        'last fetched 2026-11-24 02:15 UTC; mail-ca.crl.pem',
        'Last proof': '2026-11-24 08:15 UTC',
        'Message ID': '<66c785e5f12194fb.6b050b2a@spl1.example.com>',
        'Queue ID': '4A3B',
        'Mailer': 'as observed: InfoPrint 4.10, observed on 2026-12-01',
        'Checked': '2026-11-24 08:15 UTC',
        'Groups': 'print_servers, site_a',
    }
    facts.get_by_role('link', name='CN=Example Mail CA').first.click()
    page.locator('li:target').get_by_text('CN=Example Mail CA').wait_for()


TICKET = """\
Host: print0022.example.com
Server: spl2
State: failing: a send, a check or a task failed
Since: before 2026-11-24 08:15 UTC
Error: The certificate of CN=mail.example.com expired on 2026-11-21 08:15 UTC, 3 days ago. [expired]
Remedy: Have the mail server's administrators replace the certificate.
Where: stage certificate
Mail server: mail.example.com:587, starttls"""


def test_what_is_known_of_a_server_is_copied_by_a_button_or_a_key(reader: Reader) -> None:
    page = reader.open(permissions=['clipboard-read', 'clipboard-write'])
    page.get_by_label('Filter').fill('print0022 spl2')
    button = page.get_by_role('button', name='Copy what is known of').first
    for copy in (button.click, lambda: page.keyboard.press('c')):
        page.evaluate('navigator.clipboard.writeText("")')
        page.locator('tbody th a').focus()
        copy()
        page.get_by_role('status').get_by_text('Copied: print0022.example.com spl2').wait_for()
        text = page.evaluate('navigator.clipboard.readText()')
        assert text.startswith(TICKET + '\n')
        assert text.endswith('\nReport: InfoPrint mail encryption, 2026-11-24 08:15 UTC')
    page.locator('details[open]', has_text='print0022').get_by_role('button').first.focus()
    page.keyboard.press('c')
    page.get_by_role('status').get_by_text('Copied: print0022.example.com spl1').wait_for()


def test_without_a_clipboard_the_text_is_there_to_copy(reader: Reader) -> None:
    page = reader.open()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.get_by_label('Filter').fill('print0022 spl2')
    page.get_by_role('button', name='Copy what is known of').first.click()
    page.locator('textarea:focus').wait_for()
    assert page.evaluate('getSelection().toString()').startswith(TICKET)
    page.keyboard.press('Escape')
    assert page.locator('textarea').count() == 0
    assert page.evaluate('document.activeElement.className') == 'copy'


def test_everything_works_by_keyboard(reader: Reader) -> None:
    page = reader.open()
    page.keyboard.press('Tab')
    assert page.evaluate('document.activeElement.className') == 'skip'
    page.keyboard.press('Enter')
    page.locator('#servers:focus').wait_for()
    page.keyboard.press('/')
    page.keyboard.type('print0024')
    assert set(shown(page)) == {'print0024.example.com'}
    for _step in range(30):
        page.keyboard.press('Tab')
        if page.evaluate('document.activeElement.closest("tbody a") !== null'):
            break
    page.keyboard.press('Enter')
    page.locator('details[open] summary:focus').wait_for()  # the browser jumps first
    page.get_by_role('button', name='Server', exact=True).focus()
    page.keyboard.press('Enter')
    assert page.locator('thead th').nth(1).get_attribute('aria-sort') == 'ascending'


SIZES = {'wide': WIDE, 'tablet': {'width': 1024, 'height': 768}, 'narrow': NARROW}


@pytest.mark.parametrize('name', ['troubled', 'hostile'])
@pytest.mark.parametrize('size', SIZES)
def test_nothing_sticks_out_of_a_screen(reader: Reader, name: str, size: str) -> None:
    page = reader.open(name, viewport=SIZES[size])
    assert page.evaluate('document.documentElement.scrollWidth') <= SIZES[size]['width']
    assert page.locator('h1').bounding_box() is not None


@pytest.mark.parametrize('size', ['wide', 'tablet'])
def test_the_table_shows_all_its_columns_without_scrolling(reader: Reader, size: str) -> None:
    page = reader.open(viewport=SIZES[size])
    assert page.locator('thead th').last.inner_text().strip() == 'Last proof'
    assert page.locator('.scroll').evaluate('(one) => one.scrollWidth <= one.clientWidth')


def test_a_narrow_screen_labels_each_cell_by_its_column(reader: Reader) -> None:
    page = reader.open('well', viewport=NARROW, java_script_enabled=False)
    labels = page.evaluate(
        '[...document.querySelector("tbody tr").cells].map((cell) => getComputedStyle(cell, "::before").content)'
    )
    _host, server, _state, _cause, *others = page.locator('thead th').all_inner_texts()
    others[1] = 'Certificate'  # the heading is short
    assert [label.strip('"') for label in labels[:2] + labels[3:]] == ['none', server, 'none', *others]


def test_readable_without_scripts(reader: Reader) -> None:
    page = reader.open(java_script_enabled=False)
    assert 'need attention' in page.locator('h1').inner_text()
    assert len(shown(page)) == 100
    assert page.get_by_text('19 more servers are shown with scripts only').is_visible()
    assert not page.locator('.tools').is_visible()
    page.locator('summary', has_text='print0001.example.com').click()
    assert page.locator('details', has_text='print0001.example.com').get_by_text('4A3B').first.is_visible()


def test_what_is_foreign_is_shown_and_not_run(reader: Reader) -> None:
    page = reader.open('hostile')
    assert page.locator('img').count() == 0
    assert page.locator('script').evaluate_all('(all) => all.map((one) => one.type)') == ['application/json', '']
    assert fleet.MARKUP in page.locator('.over-title').inner_text()
    assert fleet.MARKUP in shown(page)[0]
    assert '\\x1b[31m' in shown(page)[0]
    page.get_by_label('Filter').fill('<img')
    assert len(shown(page)) > 30
    page.locator('tbody th a').first.click()
    page.locator('details:target[open]').get_by_text(fleet.MARKUP).first.wait_for()
    page.locator('#group').select_option(index=2)
    assert page.locator('img').count() == 0


def test_dark_and_light_are_two(reader: Reader) -> None:
    colours = {
        scheme: reader.open(color_scheme=scheme).evaluate('getComputedStyle(document.body).backgroundColor')
        for scheme in ('light', 'dark')
    }
    assert colours['light'] != colours['dark']


def test_on_paper_there_are_no_tools_and_light_colours(reader: Reader) -> None:
    page = reader.open(color_scheme='dark', viewport={'width': 1032, 'height': 700})  # A4 in landscape, within its margins
    page.emulate_media(media='print')
    assert page.evaluate('document.querySelector("table").getBoundingClientRect().right') <= 1032
    assert page.locator('.tools :is(input, select, button):visible').count() == 0
    assert page.evaluate('getComputedStyle(document.body).backgroundColor') == 'rgb(255, 255, 255)'
    lines = page.locator('tbody th a').evaluate_all('(all) => all.map((one) => one.getClientRects().length)')
    assert set(lines) == {1}  # no name is broken
    assert len(page.pdf(prefer_css_page_size=True)) > 10_000


def test_paper_says_what_the_table_is_limited_to(reader: Reader) -> None:
    page = reader.open()
    page.locator('.tile', has_text='failing').click()
    page.locator('#group').select_option(index=1)
    page.get_by_label('Filter').fill('spl2')
    page.emulate_media(media='print')
    limits = page.locator('#shown').evaluate('(one) => getComputedStyle(one, "::after").content')
    assert re.fullmatch(r'", limited to failing; group site_[abc]; \\"spl2\\""', limits)
    assert page.locator('#shown').is_visible()
    assert not page.get_by_label('Filter').is_visible()


def test_what_is_chosen_is_printed_and_what_is_not_is_counted(reader: Reader) -> None:
    page = reader.open('large')
    page.evaluate('dispatchEvent(new Event("beforeprint"))')
    assert page.locator('tbody tr').count() == 2000
    page.emulate_media(media='print')
    assert page.locator('#rest').inner_text() == f'{LARGE - 2000:,} more servers are not shown here.'
    page.evaluate('dispatchEvent(new Event("afterprint"))')
    assert page.locator('tbody tr').count() == 100


@pytest.mark.parametrize(
    ('name', 'options'),
    [
        ('troubled', {}),
        ('troubled', {'color_scheme': 'dark'}),
        ('troubled', {'viewport': NARROW}),
        ('hostile', {}),
        ('empty', {}),
        ('well', {}),
    ],
    ids=str,
)
def test_accessible_by_the_rules_of_axe(reader: Reader, name: str, options: dict[str, t.Any]) -> None:
    page = reader.open(name, **options)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_what_a_reader_opens_is_accessible_by_the_rules_of_axe(reader: Reader) -> None:
    page = reader.open('large')
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.locator('.cause a.more').first.click()
    page.locator('tbody tr').nth(3).locator('th a').click()
    page.locator('details:target[open]').get_by_role('button').first.click()
    page.locator('textarea:focus').wait_for()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
