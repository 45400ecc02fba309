# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What certificates are verified against: the CA and CRL files that the manual's rules select, read as sendmemo reads them.

That is with the rights of the process, and through any link. To check such files before, there is trust_file.
"""

import errno
import os
import stat
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ..config.keywords import FILE_KEYWORDS
from ..files.working_dir import MAX_FILE, fs_bytes
from ..problems import Problem, ProblemError
from .pem import LABEL, Block, Pem, read_pem, structure_problems

PRODUCT_BUNDLE = '/etc/ipm/ca-cert.pem'  # where the product's procedure puts Mozilla's bundle


class Trust(NamedTuple):
    """What certificates are verified against. `source` describes it; no `certificates` = the system's own store.

    `crls` None means that revocation is not checked. `path` is the CA file's. `adds_system`: besides the certificates, the
    system's own store is trusted.
    """

    source: str
    certificates: Optional[Tuple[Block, ...]]
    crls: Optional[Tuple[Block, ...]]
    path: Optional[str] = None
    adds_system: bool = False

    @property
    def has_system(self) -> bool:
        """Whether the system's own store, which can't be listed, is a part of it."""
        return self.adds_system or self.certificates is None

    @property
    def content(self) -> Tuple[Any, ...]:
        """Its content, wherever it was read from."""
        both = (self.certificates, self.crls)
        return (self.has_system, *(None if blocks is None else tuple(block.der for block in blocks) for blocks in both))


def path_of(keyword: str, value: str, directory: str) -> str:
    """Return the path that a value names: without a slash or backslash a file of the working directory, else an absolute path.

    Raises ProblemError relative_path.
    """
    if '/' not in value and '\\' not in value:
        return os.path.join(directory, value)
    if not value.startswith('/'):
        message = '%s is %s, which is not a full path.' % (keyword, value)
        raise ProblemError(Problem('relative_path', message, keyword=keyword, value=value))
    return value


def read_through_links(path: str, keyword: str, staged: Optional[str] = None) -> bytes:
    """Return a regular file's content; any link is followed, since this process has no more rights than sendmemo.

    `staged` is the name of its new content, in the same directory. Raises ProblemError: file_not_found, file_not_readable,
    unsafe_path.
    """

    def refused(code: str, why: str) -> ProblemError:
        return ProblemError(Problem(code, '%s %s: %s.' % (keyword, path, why), file=path, keyword=keyword))

    try:
        opened = os.path.join(os.path.dirname(path), staged) if staged else path
        fd = os.open(fs_bytes(opened), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError as error:
        code = 'file_not_found' if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENXIO) else 'file_not_readable'
        raise refused(code, error.strerror or str(error))
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise refused('unsafe_path', 'not a regular file')
        data = b''
        while len(data) <= MAX_FILE:
            part = os.read(fd, MAX_FILE + 1 - len(data))
            if not part:
                break
            data += part
    except OSError as error:
        raise refused('file_not_readable', error.strerror or str(error))
    finally:
        os.close(fd)
    if len(data) > MAX_FILE:
        raise refused('file_not_readable', 'more than the %d bytes that are read' % MAX_FILE)
    return data


def _blocks(keyword: str, path: str, staged: Optional[str], read: Dict[bytes, Pem]) -> Tuple[Block, ...]:
    """Return the blocks of the kind that the keyword needs. Raises ProblemError: the first problem of the file."""
    data = read_through_links(path, keyword, staged)
    pem = read[data] if data in read else read.setdefault(data, read_pem(data))
    for problem in structure_problems(pem, keyword, path):
        if problem.is_error:
            raise ProblemError(problem)
    return pem.of(LABEL[keyword])


def load_trust(
    settings: Dict[str, str],
    directory: str,
    staged: Dict[str, str],
    read: Optional[Dict[bytes, Pem]] = None,
    adds_default_cas: bool = False,
) -> Tuple[Optional[Trust], List[Problem]]:
    """Return the trust of these settings, or None and the problems of the files that can't be used.

    `staged` has, for names in the working directory, the names of their new content. `read` caches the parsed files, by
    content, for the next servers: most have the same CAs. With `adds_default_cas`, what is trusted without a CAFile is trusted
    besides one, too.
    """
    read = {} if read is None else read
    problems: List[Problem] = []
    files: Dict[str, Tuple[Optional[str], Optional[Tuple[Block, ...]]]] = {}
    for keyword in FILE_KEYWORDS:
        value = settings.get(keyword, '')
        try:
            if value:
                path = path_of(keyword, value, directory)
            elif keyword == 'CAFile' and os.path.lexists(PRODUCT_BUNDLE):
                path = PRODUCT_BUNDLE
            else:
                continue
            files[keyword] = (path, _blocks(keyword, path, staged.get(value), read))
        except ProblemError as error:
            problems.append(error.problem)
    if problems:
        return None, problems
    ca_path, certificates = files.get('CAFile', (None, None))
    source = ca_path or "the system's own CA certificates"
    if ca_path and not settings.get('CAFile'):
        source = "the product's bundle %s" % ca_path
    trust = Trust(source, certificates, files['CrlFile'][1] if 'CrlFile' in files else None, ca_path)
    if not adds_default_cas or not settings.get('CAFile'):
        return trust, []
    try:
        return _with_default_cas(trust, read), []
    except ProblemError as error:
        return None, [error.problem]


def _with_default_cas(trust: Trust, read: Dict[bytes, Pem]) -> Trust:
    """Return the trust of a CAFile with what is trusted without one. Raises ProblemError."""
    if not os.path.lexists(PRODUCT_BUNDLE):
        return trust._replace(source="%s and the system's own CA certificates" % trust.source, adds_system=True)
    more = _blocks('CAFile', PRODUCT_BUNDLE, None, read)
    source = "%s and the product's bundle %s" % (trust.source, PRODUCT_BUNDLE)
    return trust._replace(source=source, certificates=(trust.certificates or ()) + more)
