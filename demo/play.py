# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs a playbook on the site that the demo left behind: python3 demo/run.py play [options of ansible-playbook], or demo/play."""

from __future__ import annotations

import os
import subprocess
import sys

from support.playbook import PROGRAMS

from . import console
from .scene import Scene


def main() -> None:
    scene = Scene()
    if not scene.built:
        sys.exit('There is no site to run yet: run the demo first (make demo).')
    with scene.mail_server() as mail_server:
        scene.write_ports(mail_server)
        before = len(mail_server.mails())
        arguments = ['site.yml', *sys.argv[1:]]
        console.command('ansible-playbook ' + ' '.join(arguments))
        environment = scene.ansible().environment(ANSIBLE_NOCOLOR='0' if sys.stdout.isatty() else '1')
        done = subprocess.run([PROGRAMS / 'ansible-playbook', *arguments], cwd=scene.directory, env=environment, check=False)
        console.show_mails(mail_server.mails()[before:])
    sys.exit(done.returncode)


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # its output goes to a pager that was left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
