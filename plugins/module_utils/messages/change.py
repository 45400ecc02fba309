# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What sendmemo_config and sendmemo_rollback have in common: the options of a change, and what a target answers."""

from typing import TYPE_CHECKING, Any, Dict, NamedTuple, Optional, Sequence

from ..problems import Problem
from .trust import TrustContent, TrustReference

if TYPE_CHECKING:
    from .send import SendResult, TrustSet  # most changes test nothing

# What differs: a value, or a file as a whole; lines of the configuration that are no keyword's; a file's rights and kind.
MISSING, CHANGED, EXTRA, TEXT, OWNER, GROUP, MODE, LINK = DRIFT_KINDS = (
    'missing',
    'changed',
    'extra',
    'text',
    'owner',
    'group',
    'mode',
    'link',
)
# Errors that keep a CRL as it is, and nothing else from being changed.
KEEPING = ('crl_older_than_installed', 'crl_fetch_failed')
ATTRIBUTES = 'server attributes'  # in place of a file, in the drift of an attribute


class StagedTest(NamedTuple):
    """How a staged set is tested before the commit: how far, and within which limits, as `messages.send.SendOptions` has them."""

    until: str
    timeout: float
    min_tls: str
    crl_check: str
    max_tls: str = ''
    adds_default_cas: bool = False
    refuses_wildcards: bool = False
    refuses_common_names: bool = False
    reads_forms: bool = False


class ChangeOptions(NamedTuple):
    """What applies to all servers of a request.

    `backup_keep` is the number of backups that are retained, 0 = all, None = no backup is made. Without a `staged_test` nothing
    is tested. `reviewed` has the digests of the trust files that the controller has checked, None before it was asked to, and
    `refused` the names of the servers whose trust files have an error: nothing is changed for these.
    """

    base_dir: str
    pd_bin_dir: str
    check: bool = False
    diff: bool = False
    backup_keep: Optional[int] = None
    staged_test: Optional[StagedTest] = None
    reviewed: Optional[Sequence[str]] = None
    refused: Sequence[str] = ()

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'ChangeOptions':
        test = data.get('staged_test')
        return cls(**dict(data, staged_test=None if test is None else StagedTest(**test)))


class Drift(NamedTuple):
    """One difference between the active set and the desired one: of a keyword, a file or an attribute.

    `kind` is one of DRIFT_KINDS; `before` is the active value and `after` the desired one.
    """

    file: str
    kind: str
    keyword: Optional[str] = None
    before: Optional[str] = None
    after: Optional[str] = None


class ServerAnswer(NamedTuple):
    """What a change did to one server, or in check mode would do.

    With `unreported` an earlier run made the change and did not report it. `before` and `after` are the configuration's text for
    a diff, bytes as latin-1. `trust_before` and `trust_after` are by keyword. `test` is the result of the staged test, and `send`
    that of the verification after the change.
    """

    name: str
    working_dir: str
    changed: bool
    unreported: bool
    drift: Sequence[Drift]
    problems: Sequence[Problem]
    trust_before: Dict[str, TrustReference]
    trust_after: Dict[str, TrustReference]
    backup: Optional[str] = None
    restored: Optional[str] = None
    before: Optional[str] = None
    after: Optional[str] = None
    test: Optional['SendResult'] = None
    send: Optional['SendResult'] = None

    @property
    def failed(self) -> bool:
        return any(problem.is_error and problem.code not in KEEPING for problem in self.problems) or (
            self.test is not None and not self.test.ok
        )


class EnvironmentAnswer(NamedTuple):
    """What a change did to the host's environment files, or in check mode would do."""

    changed: bool
    drift: Sequence[Drift]
    problems: Sequence[Problem]


class ChangeAnswer(NamedTuple):
    """What a change did on a host.

    `trust_files` are the certificates and CRLs of the files that `trust_before` and `trust_after` name (see
    `trust.trust_file.HostBlocks`), `trust` and `now_ms` those of the sends (see `messages.send.SendAnswer`). With
    `needs_review` nothing was changed: the controller has to check trust files first, and send the request again.
    """

    servers: Sequence[ServerAnswer]
    needs_review: bool
    trust_files: Sequence[TrustContent]
    trust: Optional[Dict[str, 'TrustSet']] = None
    now_ms: Optional[int] = None
    environment: Optional[EnvironmentAnswer] = None
