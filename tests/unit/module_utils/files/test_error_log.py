# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Of the error log, what was written since a moment is read, and never more than a bounded part of it."""

import os

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.files.error_log import MOST_BYTES, end_of_log, written_since
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir

BEFORE = b'before\n'


def write(path, content, mode='wb'):
    with open(path, mode) as stream:
        stream.write(content)


def append(path):
    write(path, b'after\n', 'ab')


def replace(path):
    os.rename(path, path + '.1')
    write(path, b'new and longer than before\n')


def cut(path):
    write(path, b'cut\n')


def append_much(path):
    write(path, b'x' * (2 * MOST_BYTES) + b'end', 'ab')


def link(path):
    os.rename(path, path + '.1')
    os.symlink('/etc/passwd', path)


def link_hard(path):
    os.link(path, path + '.1')


def make_pipe(path):
    os.unlink(path)
    os.mkfifo(path)


@pytest.mark.parametrize(
    ('happens', 'written'),
    [
        pytest.param(append, b'after\n', id='appended to'),
        pytest.param(replace, b'new and longer than before\n', id='replaced'),
        pytest.param(cut, b'cut\n', id='cut'),
        pytest.param(append_much, b'x' * (MOST_BYTES - 3) + b'end', id='much'),
        pytest.param(os.unlink, b'', id='removed'),
        pytest.param(len, b'', id='nothing'),
        pytest.param(link, b'{path} is a symbolic link.', id='a link'),
        pytest.param(link_hard, b'It has several names, and is not read.', id='another name of a file'),
        pytest.param(make_pipe, b'{path} is not a regular file.', id='a pipe'),
    ],
)
def test_what_was_written_since(happens, written, tmp_path):
    path = str(tmp_path / 'error.log')
    write(path, BEFORE)
    with WorkingDir(str(tmp_path)) as directory:
        end = end_of_log(directory)
        happens(path)
        assert written_since(directory, end) == written.replace(b'{path}', path.encode())


def test_a_log_that_begins_later_is_read_whole(tmp_path):
    with WorkingDir(str(tmp_path)) as directory:
        end = end_of_log(directory)
        write(str(tmp_path / 'error.log'), BEFORE)
        assert (end, written_since(directory, end)) == ('', BEFORE)
