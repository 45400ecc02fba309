# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Two programs for a race: one converges round after round as root, the other, as a print user, swaps what it works on.

    race.py converge ROUNDS PROGRAM...   runs the programs (as `Program.at` gives them) in turns; prints each answer as a line
    race.py swap UID PATH PATH...        exchanges each pair of names (renameat2) as fast as it can until its standard input ends
    race.py replace UID DIRECTORY TARGET puts a link to TARGET in the place of every staged file that it sees in DIRECTORY

The last two print how often they did it.
"""

from __future__ import annotations

import ctypes
import json
import os
import pathlib
import select
import sys
import typing as t
import zlib

AT_FDCWD, RENAME_EXCHANGE = -100, 2
BURST = 50  # swaps between two checks of standard input


def converge(rounds: int, files: list[str]) -> None:
    """Run programs in turns, in this process, as they were sent."""
    parts = [zlib.decompress(pathlib.Path(name).read_bytes()).split(b'\0', 1) for name in files]
    main: dict[str, t.Any] = {}
    exec(compile(parts[0][0], 'program/main.py', 'exec'), main)  # without a PAYLOAD it only defines
    payloads = [json.loads(payload) for _main, payload in parts]
    sys.meta_path.insert(0, main['_Sources'](payloads[0]['modules']))
    package = main['PACKAGE']
    entry = __import__(f'{package}.{payloads[0]["entry"]}', fromlist=['run'])
    watchdog = __import__(f'{package}.program.watchdog', fromlist=['Watchdog'])
    plain = __import__(f'{package}.messages.wire', fromlist=['plain']).plain
    problems = __import__(f'{package}.problems', fromlist=['ProblemError'])
    for number in range(rounds):
        try:
            answer = entry.run(payloads[number % len(payloads)]['request'], watchdog.Watchdog(60))
        except problems.ProblemError as error:
            answer = {'problem': error.problem.as_dict()}
        except Exception as error:
            answer = {'error': repr(error)}
        print(json.dumps(plain(answer)), flush=True)


def until_the_end_of_input(step: t.Callable[[], int]) -> None:
    """Take a step again and again; print the sum of what they return."""
    total = 0
    print('begun', flush=True)
    while not select.select([0], [], [], 0)[0]:
        for _turn in range(BURST):
            total += step()
    print(total, flush=True)


def swapping(pairs: list[tuple[bytes, bytes]]) -> t.Callable[[], int]:
    """Return the step that exchanges each pair. (What isn't there for the moment can't be.)"""
    rename = ctypes.CDLL(None).renameat2

    def step() -> int:
        return sum(not rename(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) for one, other in pairs)

    return step


def replacing(directory: str, target: str) -> t.Callable[[], int]:
    """Return the step that puts links in the place of staged files."""
    folder = pathlib.Path(directory)
    link = folder / 'link-to-be'

    def step() -> int:
        done = 0
        for path in folder.glob('.*.new'):
            if not path.is_symlink():
                link.symlink_to(target)
                link.rename(path)
                done += 1
        return done

    return step


if __name__ == '__main__':
    what, first, *rest = sys.argv[1:]
    if what == 'converge':
        converge(int(first), rest)
        sys.exit()
    os.setgroups([])
    os.setgid(int(first))
    os.setuid(int(first))
    if what == 'swap':
        paths = [os.fsencode(path) for path in rest]
        until_the_end_of_input(swapping(list(zip(paths[::2], paths[1::2], strict=True))))
    else:
        until_the_end_of_input(replacing(*rest))
