# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A Maildir of somebody else, who may put anything into it: mails are found, and nothing else is read, waited for or deleted."""

from __future__ import annotations

import datetime as dt
import os
import pathlib
import re
import socket
import time
import typing as t

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery import maildir as maildir_module
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.confirm import watch
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.mailbox import Arrival, Mark, Unavailable
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.maildir import LONGEST_HEADER, SLACK_SECONDS, Maildir
from ansible_collections.printops.infoprint.plugins.plugin_utils.delivery.proof import Proof

ONE = '<1@print1>'
BY = 'Received: from print1 ([192.0.2.17]) by relay with ESMTPS id 1'
YESTERDAY = 86_400.0
SECONDS = 2.0  # that nothing here may take


class Box:
    """A Maildir in a directory of the test, and a mark from before its mails."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        for folder in ('new', 'cur', 'tmp'):
            (path / folder).mkdir(parents=True)
        self.reader = Maildir(str(path))
        self.at: Mark = self.reader.mark()

    def put(self, name: str, message_id: str = ONE, *, end: str = '\n', body: str = 'Text', age: float = 0) -> pathlib.Path:
        """Put a mail there that is so many seconds old."""
        path = self.path / name
        path.write_text(end.join([BY, f'Message-ID: {message_id}', '', body, '']), newline='')
        os.utime(path, (time.time() - age,) * 2)
        return path

    def look(self) -> list[Arrival]:
        """Return the new mails. It neither blocks nor leaves files open."""
        before = open_files()
        began = time.monotonic()
        found = self.reader.arrivals(self.at)
        assert time.monotonic() - began < SECONDS
        assert open_files() == before
        return found

    def ids(self) -> list[str]:
        return sorted(arrival.header.message_id for arrival in self.look())

    def names(self) -> list[str]:
        return sorted(str(path.relative_to(self.path)) for path in self.path.glob('*/*'))


def open_files() -> list[str]:
    return sorted(path.name for path in pathlib.Path('/proc/self/fd').iterdir())


@pytest.fixture
def box(tmp_path: pathlib.Path) -> Box:
    return Box(tmp_path / 'Maildir')


def test_a_mail_is_found_once_with_its_header_and_its_time(box: Box) -> None:
    path = box.put('new/1.a.host', age=3)
    (arrival,) = box.look()
    assert (arrival.key, arrival.header.message_id) == (path, ONE)
    assert arrival.header.received is not None
    assert (arrival.header.received.by, arrival.header.received.protocol) == ('relay', 'ESMTPS')
    assert arrival.arrived == dt.datetime.fromtimestamp(path.stat().st_mtime, dt.timezone.utc)
    assert box.look() == []
    path.rename(box.path / 'cur/1.a.host:2,S')
    assert box.look() == [], 'it has been looked at'


def test_mails_of_both_folders_are_found_and_later_ones_later(box: Box) -> None:
    box.put('new/1.a.host', '<1@a>')
    box.put('cur/2.a.host:2,', '<2@a>')
    box.put('cur/3.a.host', '<3@a>')
    box.put('tmp/4.a.host', '<4@a>')
    assert box.ids() == ['<1@a>', '<2@a>', '<3@a>']
    (box.path / 'tmp/4.a.host').rename(box.path / 'new/4.a.host')
    assert box.ids() == ['<4@a>']


@pytest.mark.parametrize('end', ['\n', '\r\n'], ids=['LF', 'CRLF'])
def test_what_stands_in_the_text_of_a_mail_is_no_header(box: Box, end: str) -> None:
    path = box.put('new/1', end=end, body=f'Message-ID: <2@print1>{end}{BY}')
    path.write_bytes(path.read_bytes().replace(f'Message-ID: {ONE}{end}'.encode(), b''))
    box.put('new/2', '<3@print1>', end=end, body=f'Message-ID: <4@print1>{end}')
    assert box.ids() == ['', '<3@print1>']


def test_of_a_huge_mail_only_the_header_is_read(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    path = box.put('new/1')
    with path.open('r+b') as stream:
        stream.truncate(1 << 40)  # without its blocks
    read: list[int] = []
    original = os.fdopen

    def counting(descriptor: int, *arguments: t.Any, **more: t.Any) -> t.Any:
        stream = original(descriptor, *arguments, **more)
        inner = stream.read
        return _Reading(stream, lambda size=-1: (read.append(size), inner(size))[1])

    monkeypatch.setattr(maildir_module.os, 'fdopen', counting)
    assert box.ids() == [ONE]
    assert read == [LONGEST_HEADER]


class _Reading:
    """A stream whose reads are counted."""

    def __init__(self, stream: t.Any, read: t.Callable[..., bytes]) -> None:
        self.stream = stream
        self.read = read

    def __enter__(self) -> _Reading:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stream.close()


def test_a_header_that_does_not_end_is_read_as_far_as_it_may_be(box: Box) -> None:
    path = box.path / 'new/1'
    path.write_text(f'Message-ID: {ONE}\n' + 'X-Long: x\n' * 100_000 + f'{BY}\n')
    (arrival,) = box.look()
    assert (arrival.header.message_id, arrival.header.received) == (ONE, None)


AGES = {
    'new': (0, True),
    'of a clock that is a little behind': (SLACK_SECONDS - 60, True),
    'of a clock that is ahead': (-YESTERDAY, True),
    'older than the mark': (SLACK_SECONDS + 60, False),
    'of yesterday': (YESTERDAY, False),
    'of 1970': (time.time() - 1, False),
}


@pytest.mark.parametrize(('age', 'is_found'), AGES.values(), ids=AGES)
def test_a_mail_from_before_the_mark_is_not_found(box: Box, age: float, *, is_found: bool) -> None:
    box.put('new/1', age=age)
    box.put('cur/2:2,S', age=age)
    assert box.ids() == ([ONE, ONE] if is_found else [])


def test_a_mail_of_yesterday_or_of_another_run_confirms_nothing(box: Box) -> None:
    box.put('new/1', age=YESTERDAY)
    box.put('cur/2:2,S', age=YESTERDAY)
    box.put('new/3', '<2@print1>')
    watched = watch(box.reader, box.at, [Proof('print1', 'spl1', ONE)], 0.3)
    assert (watched.found, watched.unavailable) == ({}, '')
    box.put('new/4')
    assert set(watch(box.reader, box.at, [Proof('print1', 'spl1', ONE)], 5).found) == {ONE}


class Moving:
    """Moves a mail to `cur` at a call of a function of `os` or of a listed entry."""

    def __init__(self, box: Box, source: pathlib.Path) -> None:
        self.box = box
        self.source = source

    def __call__(self) -> None:
        if self.source.exists():
            self.source.rename(self.box.path / 'cur' / f'{self.source.name}:2,S')


def test_a_mail_that_is_moved_between_listing_and_opening_is_found_in_the_end(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    move, original = Moving(box, box.put('new/1')), os.open

    def opening(*arguments: t.Any, **more: t.Any) -> int:
        if 'dir_fd' in more:
            move()
        return original(*arguments, **more)

    monkeypatch.setattr(maildir_module.os, 'open', opening)
    assert box.ids() + box.ids() == [ONE]
    assert box.ids() == []


class Entry:
    """An entry of a directory that is told once its mail has been moved."""

    def __init__(self, entry: os.DirEntry[str], move: Moving) -> None:
        self.name = entry.name
        self.entry = entry
        self.move = move

    def stat(self, **more: t.Any) -> os.stat_result:
        self.move()
        return self.entry.stat(**more)


def test_a_mail_that_is_moved_before_its_age_is_known_is_found_in_the_end(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    move, original = Moving(box, box.put('new/1')), os.scandir

    class Listing:
        def __init__(self, path: t.Any) -> None:
            self.path = path

        def __enter__(self) -> list[Entry]:
            with original(self.path) as entries:
                return [Entry(entry, move) for entry in entries]

        def __exit__(self, *_error: object) -> None:
            pass

    monkeypatch.setattr(maildir_module.os, 'scandir', lambda path: Listing(path) if isinstance(path, int) else original(path))
    assert box.ids() + box.ids() == [ONE]
    assert box.ids() == []


def test_a_mail_that_is_deleted_meanwhile_is_none(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    path, original = box.put('new/1'), os.open
    box.put('new/2', '<2@print1>')

    def opening(*arguments: t.Any, **more: t.Any) -> int:
        if 'dir_fd' in more:
            path.unlink(missing_ok=True)
        return original(*arguments, **more)

    monkeypatch.setattr(maildir_module.os, 'open', opening)
    assert box.ids() == ['<2@print1>']


def fifo(path: pathlib.Path, _mail: pathlib.Path) -> None:
    os.mkfifo(path)


def directory(path: pathlib.Path, _mail: pathlib.Path) -> None:
    path.mkdir()


def full_directory(path: pathlib.Path, mail: pathlib.Path) -> None:
    path.mkdir()
    (path / 'mail').write_bytes(mail.read_bytes())


def link(path: pathlib.Path, mail: pathlib.Path) -> None:
    path.symlink_to(mail)


def dangling_link(path: pathlib.Path, _mail: pathlib.Path) -> None:
    path.symlink_to('/nonexistent')


def link_to_itself(path: pathlib.Path, _mail: pathlib.Path) -> None:
    path.symlink_to(path.name)


def link_to_a_device(path: pathlib.Path, _mail: pathlib.Path) -> None:
    path.symlink_to('/dev/zero')


def unix_socket(path: pathlib.Path, _mail: pathlib.Path) -> None:
    here = os.open('.', os.O_RDONLY)
    os.chdir(path.parent)  # its path may be too long for the address
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path.name)
    finally:
        os.fchdir(here)
        os.close(here)


def empty(path: pathlib.Path, _mail: pathlib.Path) -> None:
    path.touch()


NO_MAILS = (fifo, directory, full_directory, link, dangling_link, link_to_itself, link_to_a_device, unix_socket, empty)


@pytest.mark.parametrize('make', NO_MAILS)
def test_what_is_no_mail_confirms_nothing_and_hides_no_mail(
    box: Box, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, make: t.Callable[[pathlib.Path, pathlib.Path], None]
) -> None:
    opened, original = [], os.open

    def opening(path: t.Any, *arguments: t.Any, **more: t.Any) -> int:
        opened.extend([path] if 'dir_fd' in more else [])
        return original(path, *arguments, **more)

    outside = tmp_path / 'outside'
    outside.write_text('Message-ID: <secret@outside>\n\n')
    make(box.path / 'new/0', outside)
    make(box.path / 'cur/1:2,S', outside)
    box.put('new/2')
    monkeypatch.setattr(maildir_module.os, 'open', opening)
    for expected in ([ONE], []):
        assert [name for name in box.ids() if name] == expected
    assert sorted(opened) == (['0', '1:2,S', '2'] if make is empty else ['2']), 'opening a device can do something'


@pytest.mark.parametrize('make', NO_MAILS)
def test_what_takes_the_place_of_a_mail_before_it_is_opened_confirms_nothing(
    box: Box, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, make: t.Callable[[pathlib.Path, pathlib.Path], None]
) -> None:
    outside = tmp_path / 'outside'
    outside.write_text('Message-ID: <secret@outside>\n\n')
    path, original = box.put('new/1'), os.open

    def opening(name: t.Any, flags: int, *arguments: t.Any, **more: t.Any) -> int:
        if 'dir_fd' in more and path.is_file():
            assert flags & os.O_NONBLOCK, 'or a FIFO would block'
            path.unlink()
            make(path, outside)
        return original(name, flags, *arguments, **more)

    with monkeypatch.context() as context:
        context.setattr(maildir_module.os, 'open', opening)
        assert [name for name in box.ids() if name] == []
    assert [name for name in box.ids() if name] == []


def test_a_file_that_may_not_be_read_is_no_mail_and_one_day_is(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, original = box.put('new/1'), os.open
    box.put('new/2', '<2@print1>')

    def opening(path: t.Any, *arguments: t.Any, **more: t.Any) -> int:
        if path == closed.name:
            raise PermissionError(13, 'Permission denied')
        return original(path, *arguments, **more)

    with monkeypatch.context() as context:  # root may read everything
        context.setattr(maildir_module.os, 'open', opening)
        assert box.ids() == ['<2@print1>']
        assert box.ids() == []
    assert box.ids() == [ONE]


NOT_ONE = {
    'nothing': lambda path: None,
    'a file': lambda path: path.touch(),
    'an empty directory': lambda path: path.mkdir(),
    'no cur': lambda path: (path / 'new').mkdir(parents=True),
    'a file for new': lambda path: ((path / 'cur').mkdir(parents=True), (path / 'new').touch()),
    'a link for new': lambda path: ((path / 'cur').mkdir(parents=True), (path / 'new').symlink_to('cur')),
}


@pytest.mark.parametrize('make', NOT_ONE.values(), ids=NOT_ONE)
def test_what_is_no_maildir_can_not_be_marked(tmp_path: pathlib.Path, make: t.Callable[[pathlib.Path], object]) -> None:
    path = tmp_path / 'Maildir'
    make(path)
    with pytest.raises(Unavailable, match=re.escape(f'{path} is not a Maildir: ')) as error:
        Maildir(str(path)).mark()
    assert error.value.for_good


def test_a_mark_has_the_maildir_and_the_time(box: Box) -> None:
    before = int(time.time())
    mark = box.reader.mark()
    assert set(mark) == {'mailbox', 'at', 'known'}
    assert mark['mailbox'] == str(box.path)
    assert before <= mark['at'] <= time.time()


def test_a_maildir_that_is_gone_gives_no_answer(box: Box) -> None:
    box.put('new/1')
    box.path.rename(box.path.with_name('elsewhere'))
    with pytest.raises(Unavailable, match="can't be read: No such file or directory"):
        box.reader.arrivals(box.at)
    box.path.with_name('elsewhere').rename(box.path)
    assert box.ids() == [ONE]


def test_what_was_read_before_a_folder_failed_is_found_when_it_is_back(box: Box) -> None:
    box.put('new/1')
    (box.path / 'cur').rename(box.path / 'elsewhere')
    with pytest.raises(Unavailable, match="can't be read"):
        box.reader.arrivals(box.at)
    (box.path / 'elsewhere').rename(box.path / 'cur')
    assert box.ids() == [ONE]


@pytest.mark.parametrize('folder', ['new', 'cur'])
def test_a_folder_that_became_a_link_is_not_followed(box: Box, tmp_path: pathlib.Path, folder: str) -> None:
    other = tmp_path / 'other'
    other.mkdir()
    box.put('new/1')
    (found,) = box.look()
    (box.path / folder).rename(box.path / 'old')
    (box.path / folder).symlink_to(other)
    (other / '1').write_text(f'Message-ID: {ONE}\n\n')
    (other / '1:2,S').write_text('of somebody else')
    (other / '2').write_text('Message-ID: <2@print1>\n\n')
    with pytest.raises(Unavailable, match="can't be read"):
        box.reader.arrivals(box.at)
    assert box.reader.delete([found]).startswith(f'{box.path / folder}: ')
    assert sorted(path.name for path in other.iterdir()) == ['1', '1:2,S', '2']


def test_more_mails_than_a_mailbox_for_proofs_has_are_told(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maildir_module, 'MOST_FILES', 3)
    for number in range(4):
        box.put(f'cur/{number}:2,S')
    with pytest.raises(Unavailable, match='has more than 3 mails'):
        box.reader.arrivals(box.at)


def test_deleted_is_what_was_found_wherever_it_is_now(box: Box) -> None:
    for name in ('new/1', 'new/2', 'cur/3:2,'):
        box.put(name)
    found = box.look()
    assert len(found) == 3
    (box.path / 'new/2').rename(box.path / 'cur/2:2,S')
    (box.path / 'cur/3:2,').rename(box.path / 'cur/3:2,RS')
    box.put('new/4')
    box.put('cur/22:2,S')
    assert box.reader.delete(found) == ''
    assert box.names() == ['cur/22:2,S', 'new/4']
    assert box.reader.delete(found) == '', 'what is gone is gone'


# Names of mails, and one beside it that must stay.
NAMES = {
    'a star': ('new/*', 'cur/1:2,S'),
    'a question mark': ('new/?', 'cur/1:2,S'),
    'another one in capitals': ('new/a', 'cur/A:2,S'),
    'a range': ('new/[0-9]', 'cur/1:2,S'),
    'a star after a colon': ('cur/1:*', 'cur/2:2,S'),
    'nothing before the colon': ('cur/:2,S', 'cur/:2,T'),
    'dots': ('new/..:2,S', 'cur/1:2,S'),
    'the beginning of another': ('new/1', 'cur/11:2,S'),
    'a dot more': ('new/1', 'cur/1.2:2,S'),
    'a line end': ('new/1\n', 'cur/1:2,S'),
    'another folder': ('new/1', 'tmp/1'),
}


@pytest.mark.parametrize(('name', 'other'), NAMES.values(), ids=NAMES)
def test_deleting_touches_no_other_mail_whatever_the_name(box: Box, name: str, other: str) -> None:
    box.put(name)
    (found,) = box.look()
    box.put(other, '<2@print1>')
    assert box.reader.delete([found]) == ''
    assert box.names() == [other]


def test_what_can_not_be_deleted_is_told(box: Box) -> None:
    path = box.put('new/1')
    found = box.look()
    path.unlink()
    path.mkdir()
    said = box.reader.delete(found)
    assert said == f'{path}: Is a directory'
    assert path.is_dir()


def test_a_name_with_control_characters_is_told_without_them(box: Box) -> None:
    path = box.put('new/1\x1b[2J\udcff')
    found = box.look()
    path.unlink()
    path.mkdir()
    assert box.reader.delete(found) == f'{box.path}/new/1\\x1b[2J\\xff: Is a directory'


def test_a_time_that_no_calendar_has_is_none(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    box.put('new/1')
    original = os.fstat

    def far(fd: int) -> os.stat_result:
        status = tuple(original(fd))
        return os.stat_result((*status[:8], 10**15, *status[9:]))

    monkeypatch.setattr(maildir_module.os, 'fstat', far)  # tmpfs keeps such times, other file systems cut them
    (arrival,) = box.look()
    assert (arrival.header.message_id, arrival.arrived) == (ONE, None)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.binary(max_size=200), max_size=3))
def test_whatever_a_file_holds_it_is_borne(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]) -> None:
    box = Box(tmp_path_factory.mktemp('box') / 'Maildir')
    for number, content in enumerate(contents):
        (box.path / 'new' / str(number)).write_bytes(content)
    assert len(box.look()) == len(contents)


def test_a_mail_that_is_there_at_the_mark_is_not_new_however_young_it_is(box: Box) -> None:
    before = box.put('new/before')
    mark = box.reader.mark()
    box.put('new/after')
    before.rename(box.path / 'cur' / 'before:2,S')
    assert [arrival.key.name for arrival in Maildir(str(box.path)).arrivals(mark)] == ['after']
