# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is to be sent for a server, from its configuration and the options; or why nothing can be sent."""

import binascii
import os
import time
from typing import Dict, List, NamedTuple, Optional, Sequence, Tuple

from ..config.as_declared import differences
from ..config.keywords import CONFIG_NAME, defaults
from ..config.parser import ConfigFile, parse
from ..config.rules import check_config
from ..files.working_dir import WorkingDir
from ..messages.forms import FormUse
from ..messages.send import SendOptions
from ..problems import Problem, ProblemError
from ..safe_text import safe_text
from ..smtp.message import check_address, compose
from ..tls.context import HAS_SSL_V3, Contexts
from ..tls.sslv3 import VARIABLE
from ..trust.pem import Pem
from ..trust.trust_store import Trust, load_trust
from ..vocabulary import DISABLED, HANDSHAKE
from .job import Job, Message, Task
from .local_name import default_sender, ehlo_name_for
from .mail_text import mail_of

Settings = Dict[str, str]


class Prepared(NamedTuple):
    """The job, or None and among the `problems` why nothing can be sent; `differences` from what is declared prevent no mail, nor
    do the `forms` that the configuration uses."""

    job: Optional[Job]
    problems: Sequence[Problem]
    differences: Sequence[Problem] = ()
    forms: Sequence[FormUse] = ()


def prepare(task: Task, ssl_v3: bool, contexts: Contexts, read: Dict[bytes, Pem]) -> Prepared:
    """Do all that comes before a connection: `read` has the trust files that were read for other servers, by content."""
    try:
        settings, problems, unlike, forms = _effective_settings(task)
    except ProblemError as error:
        return Prepared(None, [error.problem])
    encrypted = settings['EnableTLS'] != DISABLED.value
    trust: Optional[Trust] = None
    if encrypted and not _prevented(problems):
        trust, found = load_trust(settings, task.directory, task.staged or {}, read, task.options.adds_default_cas)
        problems = problems + found
    problems = problems + _mail_server_problems(task) + (_ssl_v3_problems() if encrypted and ssl_v3 else [])
    if _prevented(problems):
        return Prepared(None, problems, unlike, forms)
    job = _job(task, settings, trust, ssl_v3)
    late = _message_problems(job) or (_context_problems(job, contexts) if encrypted else [])
    return Prepared(None if late else job, problems + late, unlike, forms)


def _prevented(problems: List[Problem]) -> bool:
    return any(problem.is_error for problem in problems)


def _effective_settings(task: Task) -> Tuple[Settings, List[Problem], Tuple[Problem, ...], Sequence[FormUse]]:
    """Return the settings to send with, their problems, how they differ from what is declared, and the forms that are asked for.

    Raises ProblemError.
    """
    if task.settings is not None:
        return dict(defaults(), **task.settings), [], (), task.forms
    with WorkingDir(task.directory, task.name) as directory:
        data, _status = directory.read_config()
        config = parse(data, directory.path_of(CONFIG_NAME))
    return config.settings, check_config(config), tuple(differences(config, task.declared or {})), forms_in(config, task.options)


def forms_in(config: ConfigFile, options: SendOptions) -> Sequence[FormUse]:
    """Return the forms that a configuration uses, if they are asked for."""
    if not options.reads_forms:
        return ()
    from ..config.forms import forms_of  # only a proof that follows a profile needs them

    return forms_of(config)


def _mail_server_problems(task: Task) -> List[Problem]:
    unset = [name for name in ('smtp_host', 'smtp_port') if not getattr(task.mail, name)]
    if not unset:
        return []
    message = 'No mail server is known: no %s is given.' % ' and '.join(unset)
    if task.unknown is not None:
        message += " The server's own attributes don't give it: %s [%s]" % (task.unknown.message, task.unknown.code)
    return [Problem('smtp_server_unknown', message, file=task.unknown.file if task.unknown is not None else None)]


def _ssl_v3_problems() -> List[Problem]:
    if HAS_SSL_V3:
        return []
    message = "%s is set, but this host's Python has no SSLv3; only TLS was tried." % VARIABLE
    return [Problem('ssl_v3_unavailable', message, stage='handshake')]


def _job(task: Task, settings: Settings, trust: Optional[Trust], ssl_v3: bool) -> Job:
    mail = task.mail
    return Job(
        name=task.name,
        directory=task.directory,
        settings=settings,
        trust=trust,
        host=mail.smtp_host or '',
        port=int(mail.smtp_port or 0),
        message=Message(
            sender=mail.sender or default_sender(_ehlo_name(settings)),
            recipients=mail.recipients or (),
            subject=mail.subject or '',
            body=mail.body or '',
        ),
        options=task.options,
        ssl_v3=ssl_v3,
        tested=task.tested,
        message_token=message_token(task.options.run),
    )


def message_token(run: str) -> str:
    """Return the left side of a Message-ID (RFC 5322, section 3.6.4): random bits, the time, and the run's name if it has one."""
    parts = (binascii.hexlify(os.urandom(8)).decode('ascii'), '%x' % int(time.time()), run)
    return '.'.join(filter(None, parts))


def _ehlo_name(settings: Settings) -> str:
    return ehlo_name_for(settings['Hostname'], '127.0.0.1')  # the real address has the same form


def _message_problems(job: Job) -> List[Problem]:
    """Return what keeps the mail from being written, before anything connects."""
    if job.options.until == HANDSHAKE:
        return []
    sender = job.message.sender
    try:
        check_address('The sender', sender)
    except ValueError as error:
        message = '%s.' % safe_text(str(error))
        return [Problem('sender_refused', message, 'Give a valid sender.', stage='envelope', value=safe_text(sender))]
    try:
        compose(mail_of(job, _ehlo_name(job.settings), None))
    except ValueError as error:
        message = "The mail can't be composed: %s." % safe_text(str(error))
        return [Problem('message_refused', message, 'Correct the value named in the message.', stage='data')]
    return []


def _context_problems(job: Job, contexts: Contexts) -> List[Problem]:
    """Make the context before the clock of a conversation runs, also where only a probe uses it."""
    try:
        contexts.get(job.verifying())
    except ProblemError as error:
        return [error.problem]
    return []
