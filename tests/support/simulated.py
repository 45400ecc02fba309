# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the hosts of a simulated fleet answer, recorded from a run on this machine: see connection_plugins/simulated.py."""

from __future__ import annotations

import pathlib
import re
import sys
import typing as t
import zlib

from .playbook import Ansible, hosts, local_host
from .target_program import answer_in

PLUGINS = pathlib.Path(__file__).resolve().parent / 'connection_plugins'
# Becomes the host's Python: keeps what it is sent and what it answers.
RECORDER = """\
#!/bin/sh
file=$(mktemp '{directory}/XXXXXX')
tee "$file.program" | '{python}' "$@" | tee "$file.answer"
"""
_ENTRY = re.compile(b'"entry": "([^"]+)"')


def record(ansible: Ansible, base: pathlib.Path, servers: t.Sequence[str], **variables: t.Any) -> dict[str, t.Any]:
    """Converge a host on this machine, with these variables of the role, and return what it answered to each program."""
    directory = base / 'recorded'
    directory.mkdir(parents=True)
    python = directory / 'python'
    python.write_text(RECORDER.format(directory=directory, python=sys.executable))
    python.chmod(0o755)
    for server in servers:
        (base / server).mkdir()
    host = local_host(
        ansible_python_interpreter=str(python),
        sendmemo_tls_base_dir=str(base),
        sendmemo_tls_servers=[{'name': server} for server in servers],
        **variables,
    )
    run = ansible.playbook('printops.infoprint.converge', hosts(print1=host))
    assert run.rc == 0, run.output
    answers = {}
    for path in directory.glob('*.program'):
        [entry] = _ENTRY.findall(zlib.decompress(path.read_bytes()))
        answers[entry.decode()] = answer_in(path.with_suffix('.answer').read_bytes())
    return answers
