# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a forked child may hold, and how it is ended for certain."""

import os
import signal
import time
from typing import Optional

HIGHEST = 1 << 16  # descriptors: a limit of many millions would take minutes to go through
REAP_SECONDS = 1.0  # for the kernel to let go of a killed process; a dead file system may hold it for ever


def hold_only(fd: int) -> None:
    """Close every descriptor but `fd`; 0, 1 and 2 lead nowhere then."""
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.closerange(3, fd)
    limit = os.sysconf('SC_OPEN_MAX')
    os.closerange(fd + 1, limit if 0 < limit < HIGHEST else HIGHEST)


def kill_and_reap(pid: int, whole_group: bool = False) -> Optional[int]:
    """Kill a child, or its process group, also a stopped one (SIGKILL), and wait for it, not for ever.

    Return its status as waitpid(2) has it, None where the kernel did not let go of it in time. Until it is waited for, nobody
    else gets its number.
    """
    (os.killpg if whole_group else os.kill)(pid, signal.SIGKILL)
    end = time.monotonic() + REAP_SECONDS
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        if time.monotonic() >= end:
            return None
        time.sleep(0.005)
