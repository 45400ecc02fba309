# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real sends from this host, all servers at the same time, each as the owner of its working directory.

`run` is the target's part of send_memo; sendmemo_config tries staged sets with `send_all`.
"""
import base64
import binascii
import functools
import hashlib
import os
import threading
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from .as_declared import differences
from .attempt import Attempt, Result
from .config_file import ConfigFile, parse
from .config_rules import judge_config
from .guard import Guard, Stopped
from .keywords import CONFIG_NAME, defaults
from .mail_text import mail_of
from .message import check_address, compose
from .own_name import default_sender, ehlo_name_for
from .owner_child import Failed, Work, needs_child, work_as
from .pem import Pem
from .problems import Problem, ProblemError
from .safe_text import safe_text
from .send_job import Job
from .smtp_reply import Reply
from .smtp_verdicts import queue_id
from .ssl_v3 import VARIABLE, requested
from .tcp_connect import ascii_host
from .tls_policy import HAS_SSL_V3, Contexts
from .trust_files import Trust, load_trust
from .working_dir import Identity, Server, WorkingDir, find_servers, user_name

Entry = Dict[str, Any]

TELL_SECONDS = 1.0  # of the program's time, for the answer
SPARE_SECONDS = 30.0  # for reading files and making contexts, beside the conversations
LEAST_SECONDS = 0.5  # that an attempt gets
MOST_TRUST = 16 << 20  # bytes of distinct certificates and lists that leave a host for the controller's analysis
LEAST_ITEM = 512  # bytes that one of them counts for
MOST_FEATURES = 100  # that are told


class Task(NamedTuple):
    """One server's part of a request. `settings` None = those of the file that is in force.

    `staged` has, for names in the working directory, the names that their new content waits under, `unknown` why the server's
    attributes don't tell its mail server, None where they were not asked for or do.
    """
    name: str
    directory: str
    options: Dict[str, Any]
    settings: Optional[Dict[str, str]] = None
    staged: Dict[str, str] = {}
    unknown: Optional[Problem] = None


def run(request: Dict[str, Any], guard: Guard) -> Dict[str, Any]:
    """Send for every server that the request names or, with none, that is found.

    The request has `base_dir`, `servers` (entries with the options as their defaults) and the options: smtp_host,
    smtp_port, sender, recipients, subject, body, until, timeout, retries, retry_delay, min_tls, crl_check, pd_bin_dir and
    `declared` (keyword to text, what the configuration in force is compared with). See `send_all`.
    """
    servers = find_servers(request['base_dir'], request['servers'])
    return send_all(with_mail_servers([_task(server, request) for server in servers], request['pd_bin_dir'], guard), guard)


def _task(server: Server, request: Dict[str, Any]) -> Task:
    options = {key: value for key, value in request.items() if key not in ('base_dir', 'servers', 'pd_bin_dir')}
    options.update((key, value) for key, value in server.entry.items() if value is not None)
    return Task(server.name, server.path, options)


def with_mail_servers(tasks: List[Task], bin_dir: str, guard: Guard) -> List[Task]:
    """Return the tasks, each with the mail server that its InfoPrint server's attributes name where none is declared.

    Before anybody's rights are given up: pdls judges by the login.
    """
    if all(task.options.get('smtp_host') and task.options.get('smtp_port') for task in tasks):
        return tasks
    from .mail_server import Asked, mail_servers  # most runs ask for no attributes

    asked = [Asked(task.name, task.options.get('smtp_host'), task.options.get('smtp_port')) for task in tasks]
    return [task._replace(options=dict(task.options, smtp_host=found.host, smtp_port=found.port),
                          unknown=found.problem)
            for task, found in zip(tasks, mail_servers(bin_dir, asked, guard))]


def send_all(tasks: List[Task], guard: Guard) -> Dict[str, Any]:
    """Do all tasks at the same time, with the rights of each working directory's owner.

    Returns `{'servers': [entry], 'trust': {key: {'ca': [...], 'crl': [...], 'system': bool}}, 'now': seconds}` in the order
    of the tasks. DER is in base64; `trust` has what the entries' `trust_key` names, `now` is this host's clock.
    """
    entries: Dict[int, Entry] = {}
    owners: Dict[int, int] = {}
    trust: Dict[str, Any] = {}
    own: List[int] = []
    tasks = list(tasks)
    groups: Dict[Identity, List[int]] = {}
    for number, task in enumerate(tasks):
        try:
            with WorkingDir(task.directory, task.name) as directory:
                owner = directory.owner
            owners[number] = owner.uid
            host = ascii_host(task.options.get('smtp_host') or '')
            tasks[number] = task._replace(options=dict(task.options, smtp_host=host))
        except ProblemError as error:
            entries[number] = _refused(task, [error.problem])
            continue
        if needs_child(owner):
            groups.setdefault(owner, []).append(number)
        else:
            own.append(number)
    for numbers, answer in _all_groups(tasks, own, groups, guard):
        if isinstance(answer, Failed):
            failed = Problem('program_failed', 'The child process that sends as the owner failed: %s.' % answer.reason)
            entries.update((number, _refused(tasks[number], [failed])) for number in numbers)
            continue
        entries.update((number, answer['servers'][place]) for place, number in enumerate(numbers))
        for key, known in answer['trust'].items():
            _keep(trust, key, known)
    name_of = functools.lru_cache()(user_name)
    for number, entry in entries.items():
        if entry.get('trust_key') not in trust:
            entry.pop('trust_key', None)
        if 'attempts' in entry:
            uid = owners[number]
            entry.update(owner=name_of(uid), proven_as=name_of(uid if os.geteuid() == 0 else os.geteuid()))
    return {'servers': [entries[number] for number in range(len(tasks))], 'trust': trust, 'now': int(time.time())}


def _all_groups(tasks: List[Task], own: List[int], groups: Dict[Identity, List[int]],
                guard: Guard) -> List[Tuple[List[int], Any]]:
    """Return each group's server numbers and answer. Children are forked before there are threads at work."""
    def work_of(numbers: List[int]) -> Work:
        return lambda its_guard: _send_group([tasks[number] for number in numbers], its_guard)

    works = [(owner, work_of(numbers)) for owner, numbers in groups.items()]
    if own and works:  # root's own servers must not wait for the children, nor these for them
        works.append((Identity(os.getuid(), os.getgid(), tuple(os.getgroups())), work_of(own)))
        groups = dict(groups)
        order = list(groups.values()) + [own]
    elif own:
        return [(own, work_of(own)(guard))]
    else:
        order = list(groups.values())
    answers = work_as(works, guard, max(map(_most_seconds, tasks)))
    return [(numbers, answers[place]) for place, numbers in enumerate(order)]


def _most_seconds(task: Task) -> float:
    """Return what all attempts for a server take at most."""
    retries = int(task.options.get('retries') or 0)
    conversations = (retries + 1) * float(task.options['timeout'])
    return conversations + retries * float(task.options.get('retry_delay') or 0) + SPARE_SECONDS


def _send_group(tasks: List[Task], guard: Guard) -> Dict[str, Any]:
    """Send for tasks of one owner, with the rights that the process has now."""
    contexts = Contexts()
    read: Dict[bytes, Pem] = {}
    ssl_v3 = requested(os.environ)
    trusts: Dict[str, Any] = {}
    entries: Dict[int, Entry] = {}
    differing: List[List[Problem]] = []

    def send(number: int, job: Job, problems: List[Problem]) -> None:
        try:
            entries[number] = _send(job, tasks[number].options, problems, contexts, guard)
        except Stopped as error:  # what the other servers have sent stays told
            why = 'Stopped before the mail was handed over: %s.' % error
            entries[number] = _refused(tasks[number], [*problems, Problem('program_failed', why)])
        except Exception as error:  # a fault of ours in one server's thread must not cost the others their results
            why = 'The send failed by an error of the program: %s: %s.' % (type(error).__name__, error)
            entries[number] = _refused(tasks[number], [*problems, Problem('program_failed', why)])

    threads = []
    for number, task in enumerate(tasks):
        job, problems, unlike = _prepare(task, ssl_v3, contexts, read)
        differing.append(unlike)
        if job is None:
            entries[number] = _refused(task, problems)
            continue
        threads.append(threading.Thread(target=send, args=(number, job, problems), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join()
    for number, entry in entries.items():
        entry['problems'] += _dicts(entry['name'], differing[number])  # behind the cause of a failure
        known = entry.pop('trust', None)
        hides = entry.get('ignores_errors') and not entry.get('anchored')  # anchored without a fault: it hides nothing
        if known is not None and entry.get('chain') and (entry.get('verify') or hides):
            entry['trust_key'] = _note_trust(known, trusts)
    return {'servers': [entries[number] for number in range(len(tasks))], 'trust': trusts}


def _note_trust(trust: Trust, trusts: Dict[str, Any]) -> str:
    """Keep what the certificate was verified against for the controller's analysis, each distinct set once; return its key."""
    ca = [block.der for block in trust.certificates or ()]
    crls = [block.der for block in trust.crls or ()]
    key = hashlib.sha256(b''.join(ca) + b'|' + b''.join(crls)).hexdigest()[:16]
    if key not in trusts:
        _keep(trusts, key, {'ca': _base64(ca), 'crl': _base64(crls), 'system': trust.certificates is None})
    return key


def _keep(trusts: Dict[str, Any], key: str, known: Dict[str, Any]) -> None:
    """Add a set, unless it is too much: what OpenSSL has said is told without it, only what else is wrong is not looked for."""
    sizes = [max(len(text) * 3 // 4, LEAST_ITEM) for one in [known, *trusts.values()] for kind in ('ca', 'crl') for text in one[kind]]
    if sum(sizes) <= MOST_TRUST:
        trusts[key] = known


def joined(kept: Dict[str, Any], more: Dict[str, Any]) -> Dict[str, Any]:
    """Return what `send_all` told of trust in two sends, within the same bounds."""
    both = dict(kept)
    for key, known in more.items():
        _keep(both, key, known)
    return both


def _base64(items: List[bytes]) -> List[str]:
    return [base64.b64encode(item).decode('ascii') for item in items]


def _prepare(task: Task, ssl_v3: bool, contexts: Contexts,
             read: Dict[bytes, Pem]) -> Tuple[Optional[Job], List[Problem], List[Problem]]:
    """Return the job, or None and why nothing can be sent, then what is not as declared, which keeps no mail back."""
    if task.settings is not None:
        return (*_job(task, dict(defaults(), **task.settings), [], ssl_v3, contexts, read), [])
    try:
        config = _config_in_force(task)
    except ProblemError as error:
        return None, [error.problem], []
    unlike = differences(config, task.options.get('declared') or {})
    return (*_job(task, config.settings, judge_config(config), ssl_v3, contexts, read), unlike)


def _job(task: Task, settings: Dict[str, str], problems: List[Problem], ssl_v3: bool, contexts: Contexts,
         read: Dict[bytes, Pem]) -> Tuple[Optional[Job], List[Problem]]:
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
            message += ' The server\'s own attributes don\'t tell it: %s [%s]' % (task.unknown.message, task.unknown.code)
        problems.append(Problem('smtp_server_unknown', message, file=task.unknown.file if task.unknown is not None else None))
    if encrypted and ssl_v3 and not HAS_SSL_V3:
        problems.append(Problem(
            'ssl_v3_unavailable', '%s is set, but this host\'s Python has no SSLv3; only TLS was tried.' % VARIABLE,
            stage='handshake'))
    if any(problem.is_error for problem in problems):
        return None, problems
    ehlo_name = ehlo_name_for(settings['Hostname'], '127.0.0.1')  # the real address has the same form
    job = Job(
        task.name, task.directory, settings, trust, options['smtp_host'], int(options['smtp_port']),
        options.get('sender') or default_sender(ehlo_name), options.get('recipients') or [], options.get('subject') or '',
        options.get('body') or '', options['until'],
        float(options['timeout']), options.get('min_tls') or 'TLSv1.2', options.get('crl_check') or 'leaf', ssl_v3,
        '%s.%x' % (binascii.hexlify(os.urandom(8)).decode('ascii'), int(time.time())))
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
        return Problem('sender_refused', '%s.' % safe_text(str(error)), 'Give a sender that is one.', stage='envelope',
                       value=safe_text(job.sender))
    try:
        compose(mail_of(job, ehlo_name, {}))
    except ValueError as error:
        return Problem('message_refused', 'The mail can\'t be written: %s.' % safe_text(str(error)),
                       'Correct what is named.', stage='data')
    return None


def _config_in_force(task: Task) -> ConfigFile:
    with WorkingDir(task.directory, task.name) as directory:
        data, _status = directory.read_file(CONFIG_NAME)
        return parse(data, directory.path_of(CONFIG_NAME))


def _send(job: Job, options: Dict[str, Any], before: List[Problem], contexts: Contexts, guard: Guard) -> Entry:
    """Send with retries; a recipient that has the mail is not sent it again."""
    attempts = 1 + int(options.get('retries') or 0)
    kept: List[Problem] = []  # of recipients that were refused for good in an earlier attempt
    delivered: Optional[Result] = None
    for number in range(1, attempts + 1):
        # A conversation ends before the program does, so that its result is still told.
        seconds = max(LEAST_SECONDS, min(job.timeout, guard.remaining() - TELL_SECONDS))
        result = Attempt(job._replace(timeout=seconds), contexts, guard.check).run()
        conversation = result.conversation
        if conversation is not None and conversation.reached and job.until == 'sent':
            delivered = result
        if conversation is None or not conversation.transient or number == attempts:
            break
        if conversation.reached and job.until == 'sent':
            kept += [problem for problem in result.problems if problem.value not in conversation.deferred]
            job = job._replace(recipients=conversation.deferred)
        delay = float(options.get('retry_delay') or 0)
        if delay + LEAST_SECONDS >= guard.remaining():
            break  # there is no time for another attempt: the last one is the result
        _sleep(delay, guard.check)
    found = kept + result.problems
    warned = [problem for problem in before if problem.code not in [one.code for one in found]]  # an error says it better
    return _entry(job, result, delivered or result, warned + found, number)


def _sleep(seconds: float, check: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        check()
        time.sleep(min(1.0, max(0.0, end - time.monotonic())))


def _refused(task: Task, problems: List[Problem]) -> Entry:
    """Return the entry of a server for which nothing was tried."""
    options = task.options
    return {'name': task.name, 'working_dir': task.directory, 'until': options['until'], 'host': options.get('smtp_host'),
            'port': options.get('smtp_port'), 'reached': False, 'problems': _dicts(task.name, problems)}


def _entry(job: Job, last: Result, told: Result, problems: List[Problem], attempts: int) -> Entry:
    """Return a server's entry; certificates are DER in base64, `trust` is for the sender's own use."""
    facts = told.facts
    conversation = told.conversation
    reply = conversation.reply if conversation is not None else None
    ehlo = None
    if conversation is not None and conversation.greeting:
        ehlo = {'name': facts['ehlo_name'], 'features': conversation.features[:MOST_FEATURES]}
    entry = {
        'name': job.name, 'working_dir': job.directory, 'until': job.until, 'host': job.host, 'port': job.port, 'mode': job.mode,
        'reached': last.conversation is not None and last.conversation.reached,
        'attempts': attempts,
        'problems': _dicts(job.name, problems),
        'ignored': [dict(problem, server=job.name) for problem in facts.get('ignored', ())],
        'trusted': job.trust.source if job.trust is not None else None,
        'tls': facts.get('tls'),
        'chain': _base64(facts.get('chain', [])),
        'verify': facts.get('verify'),
        'anchored': facts.get('anchored'),
        'ehlo': ehlo,
        'reply': None if reply is None else {'code': reply.code, 'text': reply.text, 'queue_id': _queue_id(reply)},
        'message_id': '<%s>' % facts['message_id'] if 'message_id' in facts else None,
        'timings_ms': facts.get('timings_ms'),
        'trust': job.trust,
        'checks_name': job.checks_name,
        'ignores_errors': job.ignores_errors,
    }
    return {key: value for key, value in entry.items() if value is not None}


def _queue_id(reply: Reply) -> str:
    return queue_id(reply.text) if reply.kind == 2 else ''


def _dicts(server: str, problems: List[Problem]) -> List[Dict[str, Any]]:
    return [problem._replace(server=server).as_dict() for problem in problems]
