# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A connection to a print host that is not there: it says that it was changed, and notes what it got.

INFOPRINT_RECEIVED names a file. It gets a line for each program: the digests of the contents, and the CPU time that it took to
look at them, which a real connection does not take.
"""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import time
import zlib

from ansible.plugins.connection import ConnectionBase

from ansible_collections.printops.infoprint.plugins.module_utils.program.main import frame

DOCUMENTATION = """
name: receiving
short_description: Note what a print host gets
description: [For tests.]
author: The printops.infoprint authors
options: {}
"""


class Connection(ConnectionBase):
    transport = 'receiving'
    has_pipelining = True

    def _connect(self) -> Connection:
        return self

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        began = time.process_time()
        program = zlib.decompress(in_data or b'')
        payload = json.loads(program[program.index(0) + 1 :])
        request = payload['request']
        digests = [hashlib.sha256(text.encode('latin-1')).hexdigest() for text in request['contents'].values()]
        servers = [self._changed(entry['name']) for entry in request['servers']]
        answer = {'servers': servers, 'needs_review': False, 'trust_files': []}
        with pathlib.Path(os.environ['INFOPRINT_RECEIVED']).open('a') as received:
            received.write(json.dumps({'digests': digests, 'seconds': time.process_time() - began}) + '\n')
        return 0, frame({'answer': answer}, payload['nonce']), b''

    def _changed(self, name: str) -> dict[str, object]:
        flags = {'changed': True, 'unreported': False}
        nothing: dict[str, object] = {'drift': [], 'problems': [], 'trust_before': {}, 'trust_after': {}}
        return {'name': name, 'working_dir': f'/var/pd/{name}', **flags, **nothing}

    def put_file(self, in_path: str, out_path: str) -> None:
        raise NotImplementedError

    def fetch_file(self, in_path: str, out_path: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass
