# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The request of sendmemo_config. Its answer is `messages.change.ChangeAnswer`."""

from typing import TYPE_CHECKING, Any, Dict, NamedTuple, Optional, Sequence

from .change import ChangeOptions

if TYPE_CHECKING:
    from .send import SendRequest  # a request that verifies nothing has none


class MissingCrl(NamedTuple):
    """A CRL that could not be fetched: the names of the CAs whose installed CRLs are kept, in DER and base64, and why."""

    issuers: Sequence[str]
    message: str
    hint: str


class FetchedCrls(NamedTuple):
    """The CRLs of a CRL file that were fetched by the controller; an installed CRL that is newer than one of them is kept.

    `file` is the name of the file. `fetched` has the issuers, for messages, by the CRLs' digests; `fallback` the digests of
    those that were fetched by an earlier run.
    """

    file: str
    fetched: Dict[str, str]
    fallback: Sequence[str] = ()
    missing: Sequence[MissingCrl] = ()

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'FetchedCrls':
        return cls(**dict(data, missing=[MissingCrl(**one) for one in data.get('missing', ())]))


class ConfigureEntry(NamedTuple):
    """The desired state of one server, or without a name of each server that is discovered.

    `config` is the key of the configuration's content, `trust` has those of the managed trust files by their names. An absent
    server has neither. With `manage_attributes` the host and the port of the mail server belong to the set.
    `crls` says which of its CRLs were fetched.
    """

    mode: int
    name: Optional[str] = None
    working_dir: Optional[str] = None
    absent: bool = False
    config: Optional[str] = None
    trust: Optional[Dict[str, str]] = None
    owner: Optional[str] = None
    group: Optional[str] = None
    smtp_host: Optional[str] = None
    smtp_port: Optional[int] = None
    sender: Optional[str] = None
    recipients: Optional[Sequence[str]] = None
    manage_attributes: bool = False
    crls: Optional[FetchedCrls] = None

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'ConfigureEntry':
        crls = data.get('crls')
        return cls(**dict(data, crls=None if crls is None else FetchedCrls.of(crls)))


class ConfigureRequest(NamedTuple):
    """Converge `servers` or, if empty, the discovered ones, which get `defaults`.

    `contents` has each content once, by its key, bytes as latin-1. `enable_ssl_v3` None = the environment files are not managed.
    With `only_crls` the active sets stay, but for their CRLs. `verify` is what the servers, by the same names, are to send once
    they are converged, None = nothing; with `only_if_changed` only where the run changes something on the host.
    """

    options: ChangeOptions
    servers: Sequence[ConfigureEntry]
    contents: Dict[str, str]
    defaults: Optional[ConfigureEntry] = None
    enable_ssl_v3: Optional[bool] = None
    verify: Optional['SendRequest'] = None
    only_if_changed: bool = False
    only_crls: bool = False

    @classmethod
    def of(cls, data: Dict[str, Any]) -> 'ConfigureRequest':
        defaults = data.get('defaults')
        return cls(
            ChangeOptions.of(data['options']),
            [ConfigureEntry.of(entry) for entry in data['servers']],
            data['contents'],
            None if defaults is None else ConfigureEntry.of(defaults),
            data.get('enable_ssl_v3'),
            _send_request(data.get('verify')),
            data.get('only_if_changed', False),
            data.get('only_crls', False),
        )


def _send_request(data: Optional[Dict[str, Any]]) -> Optional['SendRequest']:
    if data is None:
        return None
    from .send import SendRequest

    return SendRequest.of(data)
