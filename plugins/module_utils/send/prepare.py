# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is to be sent for a server, from its configuration and the options; or why nothing can be sent."""

import binascii
import os
import time
from typing import Dict, List, Optional, Tuple

from ..config.as_declared import differences
from ..config.keywords import CONFIG_NAME, defaults
from ..config.parser import ConfigFile, parse
from ..config.rules import judge_config
from ..files.working_dir import WorkingDir
from ..problems import Problem, ProblemError
from ..safe_text import safe_text
from ..smtp.message import check_address, compose
from ..tls.context import HAS_SSL_V3, Contexts
from ..tls.sslv3 import VARIABLE
from ..trust.pem import Pem
from ..trust.trust_store import Trust, load_trust
from .job import Job, Task
from .local_name import default_sender, ehlo_name_for
from .mail_text import mail_of


def prepare(
    task: Task, ssl_v3: bool, contexts: Contexts, read: Dict[bytes, Pem]
) -> Tuple[Optional[Job], List[Problem], List[Problem]]:
    """Return the job, or None and why nothing can be sent, then what is not as declared, which keeps no mail back."""
    if task.settings is not None:
        return (*_job(task, dict(defaults(), **task.settings), [], ssl_v3, contexts, read), [])
    try:
        config = _config_in_force(task)
    except ProblemError as error:
        return None, [error.problem], []
    unlike = differences(config, task.options.get('declared') or {})
    return (*_job(task, config.settings, judge_config(config), ssl_v3, contexts, read), unlike)


def _job(
    task: Task, settings: Dict[str, str], problems: List[Problem], ssl_v3: bool, contexts: Contexts, read: Dict[bytes, Pem]
) -> Tuple[Optional[Job], List[Problem]]:
    """Return the job, or None and why nothing can be sent; with a job, the problems are no errors."""
    options = task.options
    trust: Optional[Trust] = None
    encrypted = settings['EnableTLS'] != '0'
    if encrypted and not any(problem.is_error for problem in problems):
        trust, found = load_trust(settings, task.directory, task.staged, read)
        problems += found
    if not options.get('smtp_host') or not options.get('smtp_port'):
        lacking = ' and '.join(name for name in ('smtp_host', 'smtp_port') if not options.get(name))
        message = 'No mail server is known: no %s is given.' % lacking
        if task.unknown is not None:
            message += " The server's own attributes don't tell it: %s [%s]" % (task.unknown.message, task.unknown.code)
        problems.append(Problem('smtp_server_unknown', message, file=task.unknown.file if task.unknown is not None else None))
    if encrypted and ssl_v3 and not HAS_SSL_V3:
        problems.append(
            Problem(
                'ssl_v3_unavailable',
                "%s is set, but this host's Python has no SSLv3; only TLS was tried." % VARIABLE,
                stage='handshake',
            )
        )
    if any(problem.is_error for problem in problems):
        return None, problems
    ehlo_name = ehlo_name_for(settings['Hostname'], '127.0.0.1')  # the real address has the same form
    job = Job(
        task.name,
        task.directory,
        settings,
        trust,
        options['smtp_host'],
        int(options['smtp_port']),
        options.get('sender') or default_sender(ehlo_name),
        options.get('recipients') or [],
        options.get('subject') or '',
        options.get('body') or '',
        options['until'],
        float(options['timeout']),
        options.get('min_tls') or 'TLSv1.2',
        options.get('crl_check') or 'leaf',
        ssl_v3,
        '%s.%x' % (binascii.hexlify(os.urandom(8)).decode('ascii'), int(time.time())),
    )
    unfit = _mail_problem(job, ehlo_name)
    if unfit is not None:
        return None, problems + [unfit]
    try:
        if encrypted:  # before the clock of a conversation runs, and also where it is for a second look only
            contexts.get(job.verifying())
    except ProblemError as error:
        return None, problems + [error.problem]
    return job, problems


def _mail_problem(job: Job, ehlo_name: str) -> Optional[Problem]:
    """Return what keeps the mail from being written, before anything connects."""
    if job.until == 'handshake':
        return None
    try:
        check_address('The sender', job.sender)
    except ValueError as error:
        return Problem(
            'sender_refused',
            '%s.' % safe_text(str(error)),
            'Give a sender that is one.',
            stage='envelope',
            value=safe_text(job.sender),
        )
    try:
        compose(mail_of(job, ehlo_name, {}))
    except ValueError as error:
        return Problem(
            'message_refused', "The mail can't be written: %s." % safe_text(str(error)), 'Correct what is named.', stage='data'
        )
    return None


def _config_in_force(task: Task) -> ConfigFile:
    with WorkingDir(task.directory, task.name) as directory:
        data, _status = directory.read_config()
        return parse(data, directory.path_of(CONFIG_NAME))
