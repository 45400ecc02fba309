# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Makes the checkout importable under the collection's name, with ansible-core or without. Runs on Python 3.6 too."""

import ctypes
import importlib.util
import os
import sys
import types

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# A thread that ends loads it at its first time. Mail servers of the tests have threads here, while children are forked.
ctypes.CDLL('libgcc_s.so.1')


def import_as_namespace():
    """Stand in for Ansible's collection loader: an empty package for each level, the last one looks into the checkout."""
    for name, path in (
        ('ansible_collections', []),
        ('ansible_collections.printops', []),
        ('ansible_collections.printops.infoprint', [ROOT]),
    ):
        package = types.ModuleType(name)
        package.__path__ = path
        sys.modules[name] = package
        if '.' in name:
            parent, own_name = name.rsplit('.', 1)
            setattr(sys.modules[parent], own_name, package)


def import_with_ansible(init_plugin_loader):
    """Let ansible-core's own loader find the checkout, so that the tests see what a playbook sees."""
    collections = os.path.join(ROOT, '.venvs', 'collections')
    namespace = os.path.join(collections, 'ansible_collections', 'printops')
    os.makedirs(namespace, exist_ok=True)
    link = os.path.join(namespace, 'infoprint')
    if not os.path.islink(link):
        os.symlink(ROOT, link)
    init_plugin_loader([collections])


try:
    from ansible.plugins.loader import init_plugin_loader as ansible_loader
except ImportError:
    import_as_namespace()
else:
    import_with_ansible(ansible_loader)


@pytest.fixture
def checkout():
    """The directory of the checkout."""
    return ROOT


@pytest.fixture
def make_pd_programs(tmp_path):
    """Makes stand-ins of pdls and pdset for servers and their attributes. The rest of tests/support is for newer Pythons."""
    path = os.path.join(ROOT, 'tests', 'support', 'pd_programs', '__init__.py')
    spec = importlib.util.spec_from_file_location('pd_programs', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda servers: module.PdPrograms(tmp_path / 'pd', servers)
