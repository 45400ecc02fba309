# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The stand-in for sendmemo as a program of a print host: the server's attributes say where its mail goes.

    python -m support.stand_in_sendmemo DIRECTORY PDLS SERVER SWITCHES

sends one mail with the configuration in DIRECTORY. PDLS is the program that shows attributes; SWITCHES as for stand_in_mailer.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

from .stand_in_mailer import StandIn
from .stand_in_switches import AS_ASSUMED

HOST, PORT = 'smtp-server-host', 'smtp-server-port'
SECONDS = 20


def main(directory: str, pdls: str, server: str, switches: str) -> None:
    shown = subprocess.run(
        [pdls, '-c', 'server', '-r', f'{HOST} {PORT}', '-s', 'line', server],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    ).stdout
    attributes = dict(line.removeprefix(f'{server}: ').split(' = ', 1) for line in shown.splitlines())
    switched = {**AS_ASSUMED, **json.loads(pathlib.Path(switches).read_text())}
    host = attributes[HOST]
    StandIn(switched, pathlib.Path(directory), host, (host, int(attributes[PORT]))).send()


if __name__ == '__main__':
    main(*sys.argv[1:])
