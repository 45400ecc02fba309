# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The report's page in a real browser, as its readers have it: with a mouse, a keyboard, a screen reader, a phone, on paper."""

from __future__ import annotations

import pathlib
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
HOSTS = 60


@pytest.fixture(scope='module')
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pathlib.Path]:
    """The page of a fleet in all kinds of trouble, of one that attackers have named, of none, and of one that is well."""
    directory = tmp_path_factory.mktemp('collections')
    link = directory / 'ansible_collections' / 'printops' / 'infoprint'
    link.parent.mkdir(parents=True)
    link.symlink_to(ROOT, target_is_directory=True)
    init_plugin_loader([str(directory)])
    from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report import compare as report_compare  # noqa: PLC0415
    from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats import to_html as report_html  # noqa: PLC0415

    troubled = fleet.report(fleet.results(HOSTS, 2), ['print9999.example.com'])
    troubled.comparison = report_compare.compare(fleet.report(fleet.results(HOSTS - 10, 2)), troubled)
    troubled.unfinished, troubled.merged = ['Prove the others'], ['A slice', 'Another slice']
    well = fleet.report([fleet.Result('print1', 'send_memo', 'ok', {'servers': [fleet.sent('spl1')]})])
    made = {
        'troubled': troubled,
        'hostile': fleet.report(fleet.hostile_results(40), title=fleet.MARKUP),
        'empty': fleet.report([]),
        'well': well,
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
    return page.locator('tbody tr:visible th').all_inner_texts()


def column(page: Page, number: int) -> list[str]:
    return page.locator(f'tbody tr:visible td:nth-child({number})').all_inner_texts()


def test_filter_by_words_and_by_state(reader: Reader) -> None:
    page = reader.open()
    everything = len(shown(page))
    page.get_by_label('Filter').fill('print0022 spl2')
    assert shown(page) == ['print0022.example.com']
    assert page.locator('#shown').inner_text() == f'1 of {everything} servers'
    page.get_by_label('Filter').fill('no such host')
    assert page.get_by_text('No server matches.').is_visible()
    page.keyboard.press('Escape')
    assert len(shown(page)) == everything
    tile = page.locator('.tile', has_text='unreachable')
    tile.click()
    assert set(column(page, 3)) == {'unreachable'}
    assert tile.get_attribute('aria-current') == 'true'
    page.get_by_role('button', name='not checked').click()
    assert set(column(page, 3)) == {'hidden', 'not checked'}
    page.get_by_role('button', name='all', exact=True).click()
    assert len(shown(page)) == everything


def test_sort_by_text_state_and_days(reader: Reader) -> None:
    page = reader.open()
    assert column(page, 3)[0] == 'failing'
    page.get_by_role('button', name='Host').click()
    assert shown(page) == sorted(shown(page))
    page.get_by_role('button', name='Host').click()
    assert shown(page) == sorted(shown(page), reverse=True)
    assert page.locator('thead th').first.get_attribute('aria-sort') == 'descending'
    page.get_by_role('button', name='Cert.').click()
    texts = [text.split() for text in column(page, 8) if text.strip()]
    assert (texts[0], texts[-1]) == (['✕', '3', 'd', 'ago'], ['61'])
    days = [int(text[-1]) for text in texts if text[0] != '✕' and text[-1].isdigit()]
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
    assert details.get_by_text('queued as 4A3B').first.is_visible()
    details.get_by_role('link', name='CA', exact=True).first.click()
    page.locator('li:target').get_by_text('CN=Example Mail CA').wait_for()


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


@pytest.mark.parametrize('name', ['troubled', 'hostile'])
@pytest.mark.parametrize('size', [WIDE, NARROW], ids=['wide', 'narrow'])
def test_nothing_sticks_out_of_a_screen(reader: Reader, name: str, size: dict[str, int]) -> None:
    page = reader.open(name, viewport=size)
    assert page.evaluate('document.documentElement.scrollWidth') <= size['width']
    assert page.locator('h1').bounding_box() is not None


def test_a_narrow_screen_labels_each_cell_by_its_column(reader: Reader) -> None:
    page = reader.open('well', viewport=NARROW, java_script_enabled=False)
    labels = page.evaluate(
        '[...document.querySelector("tbody tr").cells].map((cell) => getComputedStyle(cell, "::before").content)'
    )
    _host, server, _state, _cause, *others = page.locator('thead th').all_inner_texts()
    others[3] = 'Certificate'  # the heading is short
    assert [label.strip('"') for label in labels[:2] + labels[3:]] == ['none', server, 'none', *others]


def test_readable_without_scripts(reader: Reader) -> None:
    page = reader.open(java_script_enabled=False)
    assert 'need attention' in page.locator('h1').inner_text()
    assert len(shown(page)) > HOSTS
    assert not page.locator('.tools').is_visible()
    page.locator('summary', has_text='print0001.example.com').click()
    assert page.locator('details', has_text='print0001.example.com').get_by_text('queued as').first.is_visible()


def test_what_is_foreign_is_shown_and_not_run(reader: Reader) -> None:
    page = reader.open('hostile')
    assert page.locator('img').count() == 0
    assert page.locator('script').count() == 1
    assert fleet.MARKUP in page.locator('.over-title').inner_text()
    assert fleet.MARKUP in shown(page)[0]
    assert '\\x1b[31m' in shown(page)[0]
    page.get_by_label('Filter').fill('<img')
    assert len(shown(page)) > 30


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
    assert not page.locator('.tools').is_visible()
    assert page.evaluate('getComputedStyle(document.body).backgroundColor') == 'rgb(255, 255, 255)'
    assert len(page.pdf(prefer_css_page_size=True)) > 10_000


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
