# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the InfoPrint server may speak SSLv3: a variable of the task, or of the platform's files."""

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.tls.sslv3 import VARIABLE, requested, value_in

pytestmark = pytest.mark.every_python


@pytest.mark.parametrize(
    'text, value',
    [
        ('', None),
        ('OTHER=1\n', None),
        ('IPM_ENABLE_SSL_V3=1\n', '1'),
        ('IPM_ENABLE_SSL_V3=\n', ''),
        (' IPM_ENABLE_SSL_V3=1', '1'),
        ('export IPM_ENABLE_SSL_V3=1\n', '1'),
        ('IPM_ENABLE_SSL_V3="1"\r\n', '1'),
        ("IPM_ENABLE_SSL_V3=''\n", ''),
        ('#IPM_ENABLE_SSL_V3=1\n', None),
        ('XIPM_ENABLE_SSL_V3=1\n', None),
        ('IPM_ENABLE_SSL_V3=1\nIPM_ENABLE_SSL_V3=\n', ''),
    ],
    ids=[
        'empty file',
        'another variable',
        'set',
        'set to nothing',
        'no line end',
        'export',
        'quotes and CR LF',
        'empty quotes',
        'comment',
        'another name',
        'set twice',
    ],
)
def test_a_line_of_an_environment_file_counts(text, value):
    assert value_in(text) == value


@pytest.mark.parametrize(
    'environment, files, expected',
    [
        ({}, [], False),
        ({VARIABLE: '1'}, [], True),
        ({VARIABLE: ''}, ['IPM_ENABLE_SSL_V3=1'], False),
        ({}, ['IPM_ENABLE_SSL_V3=1'], True),
        ({}, ['IPM_ENABLE_SSL_V3=1', 'OTHER=1'], True),
        ({}, ['IPM_ENABLE_SSL_V3=1', 'IPM_ENABLE_SSL_V3='], False),
        ({}, [None, 'IPM_ENABLE_SSL_V3=0'], True),
    ],
    ids=[
        'nowhere',
        'in the task',
        'empty in the task',
        'in a file',
        'in the earlier file',
        'empty in the later file',
        'a file is missing',
    ],
)
def test_the_task_counts_before_the_files_and_the_later_file_before_the_earlier(environment, files, expected, tmp_path):
    paths = []
    for number, text in enumerate(files):
        path = tmp_path / str(number)
        if text is not None:
            path.write_text(text)
        paths.append(str(path))
    assert requested(environment, paths) is expected
