# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What must hold for any bytes that a target's side hands over: the framed answer, a backup's manifest, the output of pdls and
pdset. And what each of them looks like."""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
import typing as t
import zlib
from pathlib import Path

from ansible_collections.printops.infoprint.plugins.module_utils.change.backup_set import MANIFEST, BackupSet
from ansible_collections.printops.infoprint.plugins.module_utils.change.backups import BACKUPS, Backups
from ansible_collections.printops.infoprint.plugins.module_utils.files.working_dir import WorkingDir
from ansible_collections.printops.infoprint.plugins.module_utils.pd.command_lines import HOST, PORT
from ansible_collections.printops.infoprint.plugins.module_utils.pd.output import attributes_shown, complaint_of_pdset
from ansible_collections.printops.infoprint.plugins.module_utils.problems import ProblemError
from ansible_collections.printops.infoprint.plugins.module_utils.program.commands import Ended
from ansible_collections.printops.infoprint.plugins.plugin_utils.foreign_values import InvalidValue
from ansible_collections.printops.infoprint.plugins.plugin_utils.outcome import drift as drift_report
from ansible_collections.printops.infoprint.plugins.plugin_utils.problems.text import summary
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.answer import AnswerObject, server_answers
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.change_answer import read_drift
from ansible_collections.printops.infoprint.plugins.plugin_utils.target.program import NoAnswer, read_answer

NONCE = '0123456789abcdef'
SCRATCH = tempfile.TemporaryDirectory(prefix='infoprint-fuzz-')  # goes with the process


def frame(data: bytes) -> None:
    """What a host sends is read or refused. `data` is its output, what is in a frame, and the text of a whole frame."""
    text = data.decode('latin-1')
    for output in (text, f'INFOPRINT-ANSWER-{NONCE}:{text}', _framed(data)):
        try:
            found = AnswerObject(read_answer(output, NONCE)).child('answer')
            for server in server_answers(found, []) if found is not None else ():
                _read(server)
        except (NoAnswer, InvalidValue):
            continue


def manifest(data: bytes) -> None:
    """A manifest is that of a set or of none. Whatever it says, no file is had that isn't there; an attribute is a text."""
    folder = Path(SCRATCH.name) / BACKUPS / '20260101T000000Z-0001'
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_bytes(data)
    with WorkingDir(SCRATCH.name) as directory:
        sets = Backups(directory)
        try:
            kept = next(sets.newest_first(), None)
        except ProblemError as error:
            assert error.problem.code == 'no_previous_set'
            kept = None
        if kept is not None:
            assert all(value is None or isinstance(value, str) for value in kept.attributes.values())
            assert not any(_is_had(sets, kept, name) for name in kept.digests)
        sets.checked_outside()
        sets.clean(1)


def pd(data: bytes) -> None:
    """What pdls writes is the attributes that were asked for, or a problem that can be shown; so is what pdset writes."""
    for ended in (Ended(0, data), Ended(1, b'', data), Ended(0, data, data)):
        complaint = complaint_of_pdset('spl1', ended)
        try:
            assert set(attributes_shown('spl1', [HOST, PORT], ended)) == {HOST, PORT}
        except ProblemError as error:
            complaint = error.problem
        assert complaint is None or '\n' in summary([complaint])


def _framed(data: bytes) -> str:
    packed = zlib.compress(data, 1)
    body = base64.b64encode(packed).decode('ascii')
    return f'INFOPRINT-ANSWER-{NONCE}:{len(body)}:{hashlib.sha256(packed).hexdigest()}:{body}:END'


def _read(server: AnswerObject) -> None:
    problems, drift = server.problems(), read_drift(server)
    message = f'{summary(problems)}{drift_report.message(server.text("name"), drift, bool(server.flag("changed")), False, False)}'
    assert not any(character < ' ' for character in message.replace('\n', ''))
    server.texts('recipients')
    server.texts_by_key('settings')


def _is_had(sets: Backups, kept: BackupSet, name: str) -> bool:
    try:
        sets.content(kept, name)
    except ProblemError as error:
        assert error.problem.code == 'no_previous_set'
        return False
    return True


_PROBLEM: dict[str, t.Any] = {'code': 'file_not_found', 'message': 'It is gone.', 'severity': 'error', 'line': 3}
_DRIFT = {'file': '/var/pd/spl1/sendmemo-ssl.cfg', 'kind': 'changed', 'keyword': 'EnableTLS', 'before': '1', 'after': '2'}
_SERVER = {'name': 'spl1', 'changed': True, 'settings': {'EnableTLS': '1'}, 'problems': [_PROBLEM], 'drift': [_DRIFT]}
_MANIFEST = {
    'format': 1,
    'taken': '2026-01-01T00:00:00Z',
    'settings': {'EnableTLS': '1'},
    'outside': {'/etc/ca.pem': '0' * 64},
    'files': {'sendmemo-ssl.cfg': {'sha256': 'a' * 64, 'mode': '0644', 'uid': 0, 'gid': 0}},
    'attributes': {HOST: 'mail.example.com', PORT: None},
}
SEEDS: dict[str, list[bytes]] = {
    'frame': [json.dumps(one).encode() for one in ({'answer': {'servers': [_SERVER]}}, {'problem': _PROBLEM}, {'error': 'x'})],
    'manifest': [json.dumps(one).encode() for one in (_MANIFEST, {**_MANIFEST, 'files': {}})],
    'pd': [
        b'spl1: smtp-server-host = mail.example.com\nspl1: smtp-server-port = 587\n',
        b'Smtp-server-host  Smtp-server-port\n----------------  ----------------\nmail.example.com  587\n',
        b'5010-414 The server spl1 does not answer.\n',
        b'5010-065 There is no server spl1.\nIt was looked for.\n',
    ],
}
