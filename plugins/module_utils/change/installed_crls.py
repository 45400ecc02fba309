# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CRLs that the controller fetched against those that are installed: none is replaced by an older one.

It is judged once the server is locked, before anything is compared. What is kept becomes part of the desired set, so that all
else of the set is changed as declared.
"""

import base64
import binascii
import calendar
import hashlib
import stat
import time
from typing import Dict, List, NamedTuple, Optional, Sequence

from ..config.keywords import CONFIG_NAME
from ..config.lines import SETTING, read_lines
from ..config.parser import parse
from ..files.working_dir import CONVERGE_HINT
from ..messages.configure import FetchedCrls, MissingCrl
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from ..trust.crl_head import CrlHead, read_head, read_name
from ..trust.pem import CRL, as_pem, read_pem
from ..trust.pem import Block as PemBlock
from ..trust.trust_file import read_confined
from ..vocabulary import ERROR, WARNING
from .server_change import ServerChange
from .set_files import DesiredSet, is_named_for, read_current_file, trust_file_name

SKEW = 60  # seconds that the clocks of a CA and of this host may differ


class _Installed(NamedTuple):
    """The active CRL file: its name, its content and its CRLs."""

    name: str
    content: bytes
    crls: Sequence['_Crl']


class _Crl(NamedTuple):
    block: PemBlock
    head: CrlHead


def keep_newer(change: ServerChange, crls: FetchedCrls) -> None:
    """Put into the desired set what is newer on this host than what was fetched, and what could not be fetched; report it.

    Raises ProblemError where a CRL is missing here too.
    """
    desired = change.transaction.desired
    new = desired.trust.get(crls.file, b'')
    installed = _installed(change)
    if (not new or installed.content == new) and not crls.missing:
        return
    now = time.strftime('%Y%m%d%H%M%S', time.gmtime(time.time() + SKEW))
    kept = [_kept(block, installed, crls, now, change) for block in read_pem(new).of(CRL)]
    for missing in crls.missing:
        kept += _in_place_of(missing, installed, change)
    _set_desired(change, crls.file, list(dict.fromkeys(kept)), new, installed)


def keep_the_rest(change: ServerChange, crls: FetchedCrls) -> bool:
    """Let the desired set be the active one with the desired CRLs. Return whether there is an active one.

    Raises ProblemError where these CRLs do not fit it, since it has none or other CAs, and where it is not read.
    """
    desired = change.transaction.desired
    active = read_current_file(change.directory, CONFIG_NAME)
    path = change.directory.path_of(CONFIG_NAME)
    if active is None:
        change.outcome.problems.append(Problem('not_configured', '%s is not there yet.' % path, file=path))
        return False
    if active.content is None:
        message = "%s is a link, or the owner of the directory can't read it." % path
        raise ProblemError(Problem('file_not_readable', message, CONVERGE_HINT, file=path))
    given = parse(active.content, CONFIG_NAME).given
    _check_fit(change, given, [data for name, data in desired.trust.items() if name != crls.file])
    config = _with_crl_file(active.content, crls.file)
    trust = {name: data for name, data in desired.trust.items() if name == crls.file}
    status = active.status
    installed = _installed(change)
    if set(_ders(desired.trust.get(crls.file, b''))) == {one.block.der for one in installed.crls} and not crls.missing:
        config, trust = active.content, {}
    change.transaction.desired = DesiredSet(config, trust, status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode))
    change.outcome.files = dict(trust, **{CONFIG_NAME: config})
    return True


def _check_fit(change: ServerChange, given: Dict[str, str], cas: Sequence[bytes]) -> None:
    """Raise ProblemError where the active configuration names no CRL file, or not the declared CAs."""
    keyword = 'CAFile' if 'CrlFile' in given else 'CrlFile'
    if keyword == 'CAFile' and _content(change, given.get('CAFile', '')) in cas:
        return
    fault = 'has no CrlFile' if keyword == 'CrlFile' else 'has another CAFile than the declared one, which the CRL is of'
    path = change.directory.path_of(CONFIG_NAME)
    message = 'The active configuration %s, so that the CRL alone was not changed.' % fault
    raise ProblemError(Problem('not_as_declared', message, CONVERGE_HINT, file=path, keyword=keyword))


def _with_crl_file(config: bytes, name: str) -> bytes:
    """Return a configuration with another CrlFile."""
    lines = [
        line.raw.partition(b'=')[0] + b'= ' + name.encode('ascii') + b'\n'
        if line.kind == SETTING and line.keyword == 'CrlFile'
        else line.raw
        for line in read_lines(config)
    ]
    return b''.join(lines)


def _content(change: ServerChange, name: str) -> bytes:
    """Return the content of an active trust file, b'' for one that can't be read."""
    try:
        with acting_as(change.directory.owner):
            return read_confined(change.directory, name).data if name else b''
    except (OSError, ProblemError):
        return b''


def _ders(content: bytes) -> List[bytes]:
    return [block.der for block in read_pem(content).of(CRL)]


def _installed(change: ServerChange) -> _Installed:
    """Return the active CRL file, an empty one where there is none that can be read."""
    try:
        config = read_current_file(change.directory, CONFIG_NAME)
    except (OSError, ProblemError):
        return _Installed('', b'', ())
    name = parse((config and config.content) or b'', CONFIG_NAME).given.get('CrlFile', '')
    content = _content(change, name)
    heads = [(block, read_head(block.der)) for block in read_pem(content).of(CRL)]
    return _Installed(name, content, [_Crl(block, head) for block, head in heads if head is not None])


def _kept(block: PemBlock, installed: _Installed, crls: FetchedCrls, now: str, change: ServerChange) -> bytes:
    """Return the DER of a CRL of the new file or, if that was fetched and is older, of the installed one."""
    digest = hashlib.sha256(block.der).hexdigest()
    head = read_head(block.der) if digest in crls.fetched or digest in crls.fallback else None
    if head is None:
        return block.der
    newer = [one for one in installed.crls if one.head.is_of_same_ca(head) and head.is_older_than(one.head, now)]
    if not newer:
        return block.der
    newest = max(newer, key=lambda one: (one.head.this_update, one.head.number or 0))
    if digest in crls.fetched:
        message = 'The CRL of %s that was fetched is older than the installed one, which stays: %s, installed is %s.' % (
            crls.fetched[digest],
            _described(head),
            _described(newest.head),
        )
        path = change.directory.path_of(installed.name) if '/' not in installed.name else installed.name
        change.outcome.problems.append(Problem('crl_older_than_installed', message, file=path, keyword='CrlFile'))
    return newest.block.der


def _described(head: CrlHead) -> str:
    number = '' if head.number is None else ', number %d' % head.number
    return 'thisUpdate %s%s' % (_shown(head.this_update), number)


def _shown(when: str) -> str:
    return '%s-%s-%s %s:%s UTC' % (when[:4], when[4:6], when[6:8], when[8:10], when[10:12])


def _in_place_of(missing: MissingCrl, installed: _Installed, change: ServerChange) -> List[bytes]:
    """Return the DER of the installed CRLs that stay since none could be fetched. Raises ProblemError where there is none."""
    names = [_decoded(issuer) for issuer in missing.issuers]
    own = [one for one in installed.crls if one.head.issuer in names]
    if not own:
        message = '%s None of these CAs has one on this server either, so that nothing was changed.' % missing.message
        raise ProblemError(Problem('crl_fetch_failed', message, missing.hint, ERROR, keyword='CrlFile'))
    end = min(one.head.next_update for one in own)
    is_expired = bool(end) and end <= time.strftime('%Y%m%d%H%M%S', time.gmtime())
    message = '%s The installed one stays; it %s.' % (missing.message, _life(end))
    severity = ERROR if is_expired else WARNING
    change.outcome.problems.append(Problem('crl_fetch_failed', message, missing.hint, severity, keyword='CrlFile'))
    return [one.block.der for one in own]


def _life(end: str) -> str:
    """Return in words when a CRL expires or has expired; '' = it does not say."""
    if not end:
        return 'has no nextUpdate'
    left = (calendar.timegm(time.strptime(end, '%Y%m%d%H%M%S')) - time.time()) / 3600
    if left <= 0:
        return 'expired at %s, %d h ago: no mail is sent with it' % (_shown(end), -left)
    return 'expires in %d h, at %s' % (left, _shown(end))


def _decoded(issuer: str) -> object:
    try:
        return read_name(base64.b64decode(issuer))
    except (ValueError, IndexError, binascii.Error):
        return None


def _set_desired(change: ServerChange, file: str, ders: List[bytes], new: bytes, installed: _Installed) -> None:
    """Let the desired set have these CRLs, under the name of their content. What is the same keeps its bytes."""
    desired = change.transaction.desired
    content = _as_it_was(ders, [new, installed.content if _is_managed(installed) else b''])
    if content is None:
        content = ''.join(as_pem(PemBlock(CRL, 0, der)) for der in ders).encode('ascii')
    if content == new:
        return
    name = trust_file_name('crl', content)
    trust: Dict[str, bytes] = {other: data for other, data in desired.trust.items() if other != file}
    trust[name] = content
    config = (desired.config or b'').replace(file.encode('ascii'), name.encode('ascii'))
    change.transaction.desired = desired._replace(config=config, trust=trust)
    change.outcome.files = dict(trust, **{CONFIG_NAME: config})


def _as_it_was(ders: List[bytes], contents: List[bytes]) -> Optional[bytes]:
    """Return the first of the contents that has exactly these CRLs, None where none has."""
    for content in contents:
        if content and set(_ders(content)) == set(ders):
            return content
    return None


def _is_managed(installed: _Installed) -> bool:
    return is_named_for(installed.content, installed.name.rpartition('/')[2])
