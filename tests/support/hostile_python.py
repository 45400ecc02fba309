#!/usr/bin/env python3
# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Stands in for a target's Python that a malicious host has replaced: it answers with what HOSTILE_ANSWER holds.

It frames the answer as our own program does, so that what is tested is the reading of it. HOSTILE_FRAME changes the frame.
"""

import base64
import hashlib
import json
import os
import pathlib
import sys
import zlib

data = zlib.decompress(sys.stdin.buffer.read())
nonce = json.loads(data[data.index(0) + 1 :])['nonce']
answer = pathlib.Path(os.environ['HOSTILE_ANSWER']).read_bytes()
packed = zlib.compress(answer, 9)
body = base64.b64encode(packed).decode()
digest = hashlib.sha256(packed).hexdigest()
frame = f'\nINFOPRINT-ANSWER-{nonce}:{len(body)}:{digest}:{body}:END\n'
kind = os.environ.get('HOSTILE_FRAME', '')
if kind == 'cut':
    frame = frame[: len(frame) // 2]
elif kind == 'altered':
    frame = frame.replace(body, body[:-8] + body[:8])
elif kind == 'other nonce':
    frame = frame.replace(nonce, '0' * len(nonce))
sys.stdout.write(frame)
