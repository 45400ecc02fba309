# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The target's side of the probe: does what the request says, and reports what it runs as."""

import os
import signal
import stat
import sys
import time

from .problems import Problem, ProblemError


def facts():
    return {
        'uid': str(os.getuid()),
        'standard_input': 'pipe' if not stat.S_ISREG(os.fstat(0).st_mode) else 'file',
        'python': '%d.%d' % sys.version_info[:2],
        'executable': sys.executable,
        'variable': os.environ.get('INFOPRINT_PROBE', ''),
        'site': str('site' in sys.modules),
        'path': ':'.join(sys.path),
    }


def session_of(pid):
    """Return the process of sshd that serves this login (Linux)."""
    while True:
        with open('/proc/%d/stat' % pid) as stream:
            name, rest = stream.read().rsplit(')', 1)
        if name.split('(', 1)[1].startswith('sshd'):
            return pid
        pid = int(rest.split()[1])


def run(request, watchdog):
    do = request.get('do')
    if do == 'raise':
        raise ValueError('the probe was asked to raise \x1b[31m{{ 7 * 7 }}')
    if do == 'problem':
        raise ProblemError(Problem('not_a_server', 'no \x1b[31m{{ 7 * 7 }} here'))
    if do == 'die':
        sys.stderr.write('%s\n' % request.get('say', ''))
        sys.stderr.flush()
        os._exit(3)
    if do == 'kill':
        os.kill(os.getpid(), signal.SIGKILL)
    if do == 'disconnect':
        os.kill(session_of(os.getpid()), signal.SIGKILL)
        time.sleep(30)
    if do == 'print':
        print('to standard output')
        os.write(2, b'to standard error\n')
    if do == 'commit later':
        # What a commit does: work for a while, ask the watchdog, then change something.
        with open(request['path'] + '.pid', 'w') as stream:
            stream.write(str(os.getpid()))
        time.sleep(request['seconds'])
        watchdog.check()
        with open(request['path'], 'w') as stream:
            stream.write('committed')
    if do == 'hang':
        time.sleep(request['seconds'])
    return {'facts': facts()}
