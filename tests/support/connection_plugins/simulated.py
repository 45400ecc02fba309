# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A connection to a print host that is not there: after a host's time it answers what one answered once.

INFOPRINT_SIMULATED names a file as `support.simulated.record` makes it, from the directory of the run. Each proof gets a
Message-ID of its own, with the name of the run as the request has it, and a line in PROOFS.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import secrets
import time
import typing as t
import zlib

from ansible.plugins.connection import ConnectionBase

from ansible_collections.printops.infoprint.plugins.module_utils.program.main import frame

DOCUMENTATION = """
name: simulated
short_description: Answer as a print host did
description: [For tests.]
author: The printops.infoprint authors
options: {}
"""
PROOFS = pathlib.Path('/var/tmp/proofs')  # a line for each: the host, and the Message-ID


def field(program: bytes, name: str) -> str:
    """Return a text of the program's request, '' where it has none of this name."""
    found = re.search(b'"%s": "([^"]*)"' % name.encode(), program)
    return found[1].decode() if found else ''


class Connection(ConnectionBase):
    transport = 'simulated'
    has_pipelining = True

    def _connect(self) -> Connection:
        return self

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        program = zlib.decompress(in_data or b'')
        known = json.loads(pathlib.Path(os.environ['INFOPRINT_SIMULATED']).read_text())
        time.sleep(known['seconds'])
        answer = known['answers'][field(program, 'entry')]
        self._send(answer, field(program, 'run'))
        return 0, frame(answer, field(program, 'nonce')), b''

    def _send(self, answer: t.Any, run: str) -> None:
        """Give each mail of an answer a Message-ID of its own."""
        parts = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ()
        for part in parts:
            self._send(part, run)
        if isinstance(answer, dict) and answer.get('message_id'):
            host = self._play_context.remote_addr
            answer['message_id'] = '.'.join(filter(None, (secrets.token_hex(8), f'{int(time.time()):x}', run))) + f'@{host}'
            with PROOFS.open('a') as proofs:
                proofs.write(f'{host} {answer["message_id"]}\n')

    def put_file(self, in_path: str, out_path: str) -> None:
        raise NotImplementedError

    def fetch_file(self, in_path: str, out_path: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass
