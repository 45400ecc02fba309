# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The messages of sendmemo_validate: which configurations are read, and what is in them."""

from typing import Any, Dict, NamedTuple, Optional, Sequence

from ..problems import Problem
from .forms import FormUse
from .trust import TrustContent, TrustReference


class ValidateEntry(NamedTuple):
    """One server; its port None = the request's."""

    name: str
    working_dir: Optional[str] = None
    smtp_port: Optional[int] = None


class ValidateRequest(NamedTuple):
    """Read the configurations of `servers` or, if empty, of those discovered under `base_dir`.

    Instead of them, `path` is one configuration file anywhere, and `content` one that came from the controller (bytes as
    latin-1), whose file names are looked up in `working_dir`. With `pd_bin_dir`, ports that are not given are read from the
    servers' attributes. A named server without a configuration has a problem where they `require_configuration`.
    """

    base_dir: Optional[str] = None
    servers: Sequence[ValidateEntry] = ()
    path: Optional[str] = None
    content: Optional[str] = None
    working_dir: Optional[str] = None
    smtp_port: Optional[int] = None
    pd_bin_dir: Optional[str] = None
    require_configuration: bool = True

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'ValidateRequest':
        return cls(**dict(data, servers=[ValidateEntry(**entry) for entry in data['servers']]))


class ValidateResult(NamedTuple):
    """One configuration; None is not known. `smtp_port` is the one of the server's attributes, `trust` is by keyword."""

    name: Optional[str]
    path: Optional[str]
    problems: Sequence[Problem]
    trust: Dict[str, TrustReference]
    sha256: Optional[str] = None
    settings: Optional[Dict[str, str]] = None
    enable_tls_line: Optional[int] = None
    smtp_port: Optional[int] = None
    forms: Sequence[FormUse] = ()


class ValidateAnswer(NamedTuple):
    """The configurations, and the certificates and CRLs of their trust files, each distinct file once (see `HostBlocks`)."""

    servers: Sequence[ValidateResult]
    trust_files: Sequence[TrustContent]
