# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every file that is made from the tables in the code, or has a part that is. A test says which one is not current."""

from __future__ import annotations

from pathlib import Path

from .options import Documentation
from .pages import pages
from .returns import modules_with_parts

CHECKOUT = Path(__file__).resolve().parents[3]
PAGES = CHECKOUT / 'docs' / 'reference'
PLUGINS = CHECKOUT / 'plugins'
ROLE = CHECKOUT / 'roles' / 'sendmemo_tls'


def files() -> dict[Path, str]:
    """Return the text of each file by its path."""
    options = Documentation()
    return {
        **{PAGES / name: text for name, text in pages().items()},
        PLUGINS / 'doc_fragments' / 'options.py': options.fragments(),
        ROLE / 'meta' / 'argument_specs.yml': options.argument_specs(),
        ROLE / 'defaults' / 'main.yml': options.defaults(),
        **modules_with_parts(PLUGINS / 'modules'),
    }
