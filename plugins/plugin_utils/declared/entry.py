# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a server's entry declares: the settings of its file, and the trust files that go with it."""

from __future__ import annotations

import hashlib
import typing as t

from ...module_utils.change.set_files import name_for_digest, trust_file_name
from ...module_utils.config.keywords import BY_NAME, FILE_KEYWORDS, KEYWORDS
from ...module_utils.vocabulary import MODE_BY_NAME
from .fetched_crls import DeclaredCrls, declared_crls
from .source_files import SourceReader


class DesiredConfig(t.NamedTuple):
    """`settings` are keyword to text; `trust` is the content of the managed trust files by their names."""

    settings: dict[str, str]
    trust: dict[str, bytes]
    sources: dict[str, str]  # how each trust file was declared, by its name
    crls: DeclaredCrls | None = None  # those that were fetched


def desired_config(entry: t.Mapping[str, t.Any], reader: SourceReader, check: bool = False) -> DesiredConfig:
    """Return what an entry declares. A keyword whose option is not given is not set. In check mode nothing is kept of what is
    fetched. Raises ArgumentError, ProblemError.
    """
    settings = declared_settings(entry)
    trust: dict[str, bytes] = {}
    sources: dict[str, str] = {}
    crls = None
    for keyword in (BY_NAME[name] for name in FILE_KEYWORDS):
        if entry.get(f'{keyword.option}_path'):
            settings[keyword.name] = entry[f'{keyword.option}_path']
            continue
        if keyword.name == 'CrlFile' and entry.get('crl_url'):
            crls = declared_crls(entry, trust.get(settings.get('CAFile', '')), check)
            file: _File | None = _fetched_file(entry, crls, reader)
        else:
            file = _declared_file(entry, keyword.option, reader)
        if file is not None:
            settings[keyword.name] = file.name
            trust.update({} if file.content is None else {file.name: file.content})
            sources[file.name] = file.source
    in_order = {keyword.name: settings[keyword.name] for keyword in KEYWORDS if keyword.name in settings}  # as templates see them
    return DesiredConfig(in_order, trust, sources, crls)


class _File(t.NamedTuple):
    """A declared trust file: its name on the target, its content, None for one that the target has, and where that is from."""

    name: str
    content: bytes | None
    source: str


def _declared_file(entry: t.Mapping[str, t.Any], option: str, reader: SourceReader) -> _File | None:
    """Return the file that `src` or `content` of an option declares, None where neither is given. Raises ProblemError."""
    src, content = entry.get(f'{option}_src'), entry.get(f'{option}_content')
    if not src and not content:
        return None
    data = reader.content(src, f'{option}_src') if src else str(content).encode('utf-8')
    return _File(trust_file_name(option, data), data, ', '.join(src) if src else f'{option}_content')


def _fetched_file(entry: t.Mapping[str, t.Any], crls: DeclaredCrls, reader: SourceReader) -> _File:
    """Return the file of CRLs that were fetched, joined with those of `crl_src`. Raises ProblemError."""
    src = entry.get('crl_src') or []
    data = reader.content(src, 'crl_src', crls.pem) if src else crls.pem
    digest = hashlib.sha256(data).hexdigest() if src else crls.digest
    return _File(name_for_digest('crl', digest), data or None, ', '.join([crls.source, *src]))


def declared_settings(entry: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Return the settings that an entry declares, without those that name a file."""
    return {
        keyword.name: _text(entry[keyword.option])
        for keyword in KEYWORDS
        if keyword.kind != 'file' and entry.get(keyword.option) is not None
    }


def all_settings(entry: t.Mapping[str, t.Any]) -> dict[str, str]:
    """Return the settings that an entry declares as the complete ones: what is not set has the product's default."""
    declared = declared_settings(entry)
    return {keyword.name: declared.get(keyword.name, keyword.default) for keyword in KEYWORDS if keyword.kind != 'file'}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return '1' if value else '0'
    mode = MODE_BY_NAME.get(str(value))
    return str(value) if mode is None else mode.value
