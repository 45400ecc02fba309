# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Takes the pictures of the report's page in docs/images, light and dark: `report_picture.py [page]`.

Without a page it is one of a fleet of 40 hosts as tests/support/fleet.py has it. Needs Chromium, and the environment of the
newest ansible-core: .venvs/core-2.21/bin/python -B tests/tools/report_picture.py
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT / 'tests')]

from ansible.plugins.loader import init_plugin_loader  # noqa: E402
from playwright.sync_api import ViewportSize, sync_playwright  # noqa: E402

from environments import link_collection  # noqa: E402
from support import fleet  # noqa: E402

IMAGES = CHECKOUT / 'docs' / 'images'
SIZE: ViewportSize = {'width': 1280, 'height': 1850}
HOSTS, SITES = 40, ('berlin', 'hamburg', 'leipzig')


def sample(directory: Path) -> Path:
    """Write the page of a fleet in which a few hosts are in trouble, some of them since the day before."""
    init_plugin_loader([str(link_collection())])
    from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report import compare as report_compare  # noqa: PLC0415
    from ansible_collections.printops.infoprint.plugins.plugin_utils.fleet_report.formats import to_html as report_html  # noqa: PLC0415

    now = fleet.grouped(fleet.report(fleet.results(HOSTS, 2), title='Print servers of Example Ltd'), SITES)
    before = fleet.report(fleet.results(HOSTS - 6, 2), days=-1)
    for host in before.hosts[:2]:
        for server in host.servers:
            server.state = {'proven': 'drifted', 'failing': 'proven'}.get(server.state, server.state)
    now.comparison = report_compare.compare(before, now)
    page = directory / 'index.html'
    page.write_text(report_html.to_html(now), 'utf-8')
    return page


def take(page: Path, program: str) -> None:
    """Write report.png and report-dark.png: the first screen of a page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=['--no-sandbox'])
        for name in ('report.png', 'report-dark.png'):
            view = browser.new_page(viewport=SIZE, color_scheme='dark' if 'dark' in name else 'light')
            view.goto(page.as_uri())
            view.screenshot(path=IMAGES / name)
            print(f'{IMAGES.relative_to(CHECKOUT)}/{name}: {(IMAGES / name).stat().st_size >> 10} kB')
        browser.close()


def main(arguments: list[str]) -> None:
    program = shutil.which('chromium') or shutil.which('google-chrome')
    if program is None:
        sys.exit('no Chromium was found')
    with tempfile.TemporaryDirectory() as directory:
        take(Path(arguments[0]).resolve() if arguments else sample(Path(directory)), program)


if __name__ == '__main__':
    main(sys.argv[1:])
