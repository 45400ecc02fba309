# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trust files of the sets that are wanted: what is shown of them, what the controller has to judge, what this host alone
can judge."""

from typing import Any, List

from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from .backups import Backups
from .server_change import HostReport, Options, Work, Works


def look_into_trust(works: Works, options: Options, host: HostReport) -> None:
    """Read what a diff shows of the trust files, and what the controller has to judge; see whether it has to."""
    works = [work for work in works if options.diff or any(file.startswith('/') for file in work.files().values())]
    if not works:
        return
    from ..trust.trust_file import HostBlocks  # most sets have managed files only

    host.blocks = host.blocks or HostBlocks()
    for work in works:
        with acting_as(work.directory.owner):
            _read_trust(work, options, host.blocks)
    host.needs_analysis = options.analysed is None and any(work.unknown for work in works)


def _read_trust(work: Work, options: Options, blocks: Any) -> None:
    from ..trust.trust_of_set import set_files

    wanted, before = work.transaction.wanted, work.transaction.before
    after = set_files(work.directory, wanted.config, wanted.trust, blocks)
    work.outside = {file.path: file.digest for file in after.values() if file.is_outside}
    judged = Backups(work.directory).judged_outside() if work.outside else {}
    work.unknown = [
        path for path, digest in work.outside.items() if judged.get(path) != digest and digest not in (options.analysed or ())
    ]
    found = before.content if before is not None else None
    old = set_files(work.directory, found, {}, blocks) if options.diff else {}
    for keyword in set(old) | set(after):
        files = [files[keyword] for files in (old, after) if keyword in files]
        differ = options.diff and len({file.data for file in files}) + (len(files) == 1) > 1
        for files_of, told in ((old, work.report.trust_before), (after, work.report.trust_after)):
            if keyword in files_of and (differ or (work.unknown and files_of is after)):
                file = files_of[keyword]
                told[keyword] = {'key': blocks.add(file.data), 'file': file.path}


def judge(work: Work, options: Options) -> None:
    """Judge, as the owner, trust files that only this host has: the standard library reads them, and OpenSSL loads them.

    What is not staged, in check mode, is only read. Raises ProblemError.
    """
    wanted = work.transaction.wanted
    settings, files = work.settings(), work.files()
    if not any(work.judges_all or value.startswith('/') for value in files.values()):
        return
    from ..tls.context import Policy, new_context  # most sets have managed files only and need no ssl
    from ..trust.pem import read_pem, structure_problems
    from ..trust.trust_store import load_trust

    problems: List[Problem] = []
    for keyword, value in files.items():
        if value in wanted.unread:  # it comes back as it was
            settings[keyword] = ''
        if options.check and value in wanted.trust:
            settings[keyword] = ''
            problems += structure_problems(read_pem(wanted.trust[value]), keyword, work.directory.path_of(value))
    if any(settings[keyword] for keyword in files):
        with acting_as(work.directory.owner):
            trust, found = load_trust(settings, work.directory.path, work.transaction.staged)
            if trust is not None:
                new_context(Policy(trust, False))
        problems += found
    for problem in problems:
        if problem.is_error:
            raise ProblemError(problem)
    if work.unknown and options.analysed is not None:
        seen = '%s has changed while it was judged.' % work.unknown[0]
        raise ProblemError(Problem('file_not_readable', seen, 'Run again.', file=work.unknown[0]))
