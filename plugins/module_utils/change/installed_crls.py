# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CRLs that the controller fetched against those that are installed: none is replaced by an older one.

It is judged once the server is locked, before anything is compared. What is kept becomes part of the desired set, so that all
else of the set is changed as declared.
"""

import base64
import binascii
import hashlib
import time
from typing import Dict, List, NamedTuple, Optional, Sequence

from ..config.keywords import CONFIG_NAME
from ..config.parser import parse
from ..messages.configure import FetchedCrls, MissingCrl
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from ..trust.crl_head import CrlHead, read_head, read_name
from ..trust.pem import CRL, as_pem, read_pem
from ..trust.pem import Block as PemBlock
from ..trust.trust_file import read_confined
from ..vocabulary import ERROR, WARNING
from .server_change import ServerChange
from .set_files import is_named_for, read_current_file, trust_file_name

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
    if (new and installed.content == new) and not crls.missing:
        return
    now = time.strftime('%Y%m%d%H%M%S', time.gmtime(time.time() + SKEW))
    kept = [_kept(block, installed, crls, now, change) for block in read_pem(new).of(CRL)]
    for missing in crls.missing:
        kept += _in_place_of(missing, installed, change)
    _set_desired(change, crls.file, list(dict.fromkeys(kept)), new, installed)


def _installed(change: ServerChange) -> _Installed:
    """Return the active CRL file, an empty one where there is none that can be read."""
    directory = change.directory
    try:
        config = read_current_file(directory, CONFIG_NAME)
        name = parse((config and config.content) or b'', CONFIG_NAME).given.get('CrlFile', '')
        with acting_as(directory.owner):
            content = read_confined(directory, name).data if name else b''
    except (OSError, ProblemError):
        return _Installed('', b'', ())
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
    message = '%s The installed one stays; it %s %s.' % (
        missing.message,
        'expired at' if is_expired else 'expires at',
        _shown(end) if end else 'no time that it names',
    )
    severity = ERROR if is_expired else WARNING
    change.outcome.problems.append(Problem('crl_fetch_failed', message, missing.hint, severity, keyword='CrlFile'))
    return [one.block.der for one in own]


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
        if content and {block.der for block in read_pem(content).of(CRL)} == set(ders):
            return content
    return None


def _is_managed(installed: _Installed) -> bool:
    return is_named_for(installed.content, installed.name.rpartition('/')[2])
