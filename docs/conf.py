# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sphinx's settings for the site. `make docs` builds it."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

from docutils import nodes

if t.TYPE_CHECKING:
    from sphinx.application import Sphinx

# What antsibull-docs refers to in ansible-core's own documentation: a label and the page that has it. An inventory
# of labels would have to be fetched while the site is built.
ANSIBLE = 'https://docs.ansible.com/ansible/latest/'
ANSIBLE_LABELS = {
    'action_plugins': 'plugins/action.html',
    'ansible_configuration_settings': 'reference_appendices/config.html',
    'callback_plugins': 'plugins/callback.html',
    'common_return_values': 'reference_appendices/common_return_values.html',
}
BUILTIN = re.compile(r'ansible_collections\.ansible\.builtin\.(\w+)$')
# antsibull-docs writes a table of contents into each page; the theme has one beside the text. Its titles are too long for a menu.
CONTENTS = re.compile(r'^\.\. contents::\n(   :.*\n)+', re.MULTILINE)
TITLE = re.compile(r'^printops\.infoprint\.(\w+ \w+) -- (.*)\n\++\n', re.MULTILINE)

_galaxy = (Path(__file__).parents[1] / 'galaxy.yml').read_text('utf-8')
_version = re.search(r'^version: (\S+)$', _galaxy, re.MULTILINE)

project = 'printops.infoprint'
author = 'The printops.infoprint authors'
copyright = f'2026, {author}'  # noqa: A001 (the name is Sphinx's)
release = version = _version.group(1) if _version else ''

extensions = ['myst_parser', 'sphinx_antsibull_ext']
# The list of the collection's plugins is in reference/index.md.
exclude_patterns = ['_build', 'examples', 'collection/index.rst']
nitpicky = True
default_role = 'any'
highlight_language = 'yaml'
myst_enable_extensions = ['attrs_block', 'colon_fence', 'deflist']
myst_heading_anchors = 3
# The colours of its tables are set in site.css, from the theme's own.
antsibull_ext_color_scheme = 'none'

html_theme = 'furo'
html_title = f'{project} {release}'
html_static_path = ['_static']
html_css_files = ['site.css']
html_use_index = False
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_theme_options = {'navigation_with_keys': True, 'top_of_page_buttons': []}


def shorten(_app: Sphinx, name: str, source: list[str]) -> None:
    """Take the table of contents out of the source of a generated page, and what the plugin does out of the title."""
    if name.startswith('collection/'):
        source[0] = TITLE.sub(lambda found: f'{found[1]}\n{"=" * len(found[1])}\n\n{found[2]}.\n', CONTENTS.sub('', source[0]))


def refer_to_ansible(_app: Sphinx, _env: object, node: t.Any, contnode: nodes.Node) -> nodes.reference | None:
    """Return the link for a label of ansible-core's documentation, None for any other."""
    label = node.get('reftarget', '')
    builtin = BUILTIN.match(label)
    page = f'collections/ansible/builtin/{builtin.group(1)}.html' if builtin else ANSIBLE_LABELS.get(label)
    if page is None:
        return None
    return nodes.reference('', '', contnode, internal=False, refuri=ANSIBLE + page)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect what is above to Sphinx."""
    app.connect('source-read', shorten)
    app.connect('missing-reference', refer_to_ansible)
    return {'parallel_read_safe': True, 'parallel_write_safe': True}
