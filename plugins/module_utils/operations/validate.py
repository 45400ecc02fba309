# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads what lies on a host, changing nothing: the target's side of sendmemo_validate.

Request: `{"base_dir", "servers": [entry], "path", "content", "working_dir", "smtp_port", "pd_bin_dir",
"require_configuration"}`; `path` is one configuration file anywhere, `content` one that came from the controller (bytes as
latin-1), whose file names are looked up in `working_dir`. With `pd_bin_dir`, ports that are not given are read from the servers'
attributes.
Answer: `{"servers": [{"name", "path", "sha256", "settings", "enable_tls_line", "smtp_port", "problems",
"trust": {keyword: {"key", "file"}}}],
"trust_files": [{"key", "blocks": [{"label", "line", "der"}]}]}`: certificates and CRLs alone, in base64, each distinct file once.
"""

import hashlib
import os
from typing import Any, Dict, Iterator, List, Optional, Tuple

from ..config.keywords import CONFIG_NAME, KEYWORDS
from ..config.lines import LARGEST
from ..config.parser import ConfigFile, parse
from ..config.rules import judge_config, value_problem
from ..files.permissions import above_problem, write_problem
from ..files.working_dir import MAX_FILE, Server, WorkingDir, find_servers, fs_bytes
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from ..program.watchdog import Watchdog
from ..trust.trust_file import HostBlocks, read_trust_file


def run(request: Dict[str, Any], watchdog: Watchdog) -> Dict[str, Any]:
    """Return what is found. What is wrong with one server is among its problems and stops no other."""
    trust = HostBlocks()
    if request['content'] is not None:
        found = _judge_all([_Judged(request['working_dir'], None, '', request['content'].encode('latin-1'))], trust)
    elif request['path']:
        folder, name = os.path.split(request['path'])
        found = _judge_all([_Judged(os.path.realpath(folder), None, name)], trust)
        found[0]['path'] = request['path']
    else:
        servers = find_servers(request['base_dir'], request['servers'])
        may_lack = not request['servers'] or not request['require_configuration']
        base = request['base_dir']
        found = _judge_all([_Judged(server.path, server.name, CONFIG_NAME, None, may_lack, base) for server in servers], trust)
        if request['pd_bin_dir']:
            _add_ports(found, servers, request, watchdog)
    return {'servers': found, 'trust_files': trust.answer()}


def _add_ports(found: List[Dict[str, Any]], servers: List[Server], request: Dict[str, Any], watchdog: Watchdog) -> None:
    """Add to each server's entry the port that its attributes say, where none is declared."""
    from ..pd.attributes import read_all
    from ..pd.commands import PORT
    from ..pd.mail_server import port_in  # most runs ask for no attributes

    names: List[List[str]] = [[] if server.entry.get('smtp_port') or request['smtp_port'] else [PORT] for server in servers]
    told = read_all(request['pd_bin_dir'], list(zip((server.name for server in servers), names)), watchdog)
    for entry, values in zip(found, told):
        text = '' if isinstance(values, Problem) else values.get(PORT) or ''
        entry['smtp_port'] = port_in(text)
        if isinstance(values, Problem):
            entry['problems'].append(values._replace(server=entry['name']).as_dict())
        elif text and entry['smtp_port'] is None:
            seen = "The server's attribute %s is %s, which is no port." % (PORT, text)
            entry['problems'].append(Problem('port_mismatch', seen, server=entry['name'], keyword=PORT, value=text).as_dict())


def _judge_all(judged: List['_Judged'], trust: HostBlocks) -> List[Dict[str, Any]]:
    """Return the entries of configurations. What may be read of trust files on a host goes first to who needs least of it."""
    for one in judged:
        one.judge()
    needed: Dict[int, int] = {}
    for one in judged:
        needed[one.owner] = needed.get(one.owner, 0) + one.size
    for one in sorted(judged, key=lambda one: needed[one.owner]):
        one.read_trust(trust)
    return [one.entry() for one in judged]


class _Judged:
    """One configuration: the file `name` in the directory `folder`, or `content` as if it lay there.

    One of a server has a `base_dir`; one that `may_lack` is no fault where it isn't there. `owner` is the directory's, `size`
    that of the trust files that are named, in bytes.
    """

    def __init__(
        self,
        folder: str,
        server: Optional[str],
        name: str,
        content: Optional[bytes] = None,
        may_lack: bool = False,
        base_dir: str = '',
    ) -> None:
        self.folder, self.server, self.name, self.content = folder, server, name, content
        self.may_lack, self.base_dir = may_lack, base_dir
        self.path = os.path.join(folder, name) if content is None else None
        self.config: Optional[ConfigFile] = None
        self.found: Dict[str, Any] = {'name': server, 'path': self.path, 'trust': {}}
        self.problems: List[Problem] = []
        self.owner, self.size = -1, 0

    def entry(self) -> Dict[str, Any]:
        return dict(self.found, problems=[problem._replace(server=self.server).as_dict() for problem in self.problems])

    def judge(self) -> None:
        """Judge all but the trust files."""
        try:
            with WorkingDir(self.folder, self.server) as directory:
                self.owner = directory.owner.uid
                self._note(write_problem(directory.status, self.owner, self.folder))
                if self.base_dir:
                    self._note(above_problem(self.folder, self.base_dir))
                self.config = self._read(directory)
                self.problems.extend(judge_config(self.config))
                self.size = sum(_size(directory, value) for _name, value in _files(self.config))
        except ProblemError as error:
            lacks = self.may_lack and error.problem.code == 'file_not_found'
            self._note(Problem('not_configured', 'It has no configuration yet.', file=self.path) if lacks else error.problem)

    def read_trust(self, trust: HostBlocks) -> None:
        """Read the trust files, and tell what can be told of them here."""
        if self.config is None:
            return
        try:
            with WorkingDir(self.folder, self.server) as directory:
                _read_trust(directory, self.config, self.found, self.problems, trust)
        except ProblemError as error:
            self.problems.append(error.problem)

    def _read(self, directory: WorkingDir) -> ConfigFile:
        data = self.content
        if data is None:
            data, status = directory.read_config(LARGEST) if self.server else directory.read_file(self.name, LARGEST)
            self._note(write_problem(status, self.owner, str(self.path)))
        config = parse(data, self.path or 'content')
        self.found.update(
            sha256=hashlib.sha256(data).hexdigest(), settings=config.settings, enable_tls_line=config.line_of('EnableTLS')
        )
        return config

    def _note(self, problem: Optional[Problem]) -> None:
        if problem is not None:
            self.problems.append(problem)


def _files(config: ConfigFile) -> Iterator[Tuple[str, str]]:
    """Yield keyword and value of each trust file that is named as one can be."""
    for keyword in KEYWORDS:
        value = config.settings[keyword.name]
        if keyword.kind == 'file' and value and not value_problem(keyword, value, config.file):
            yield keyword.name, value


def _size(directory: WorkingDir, value: str) -> int:
    try:
        with acting_as(directory.owner):
            return os.stat(fs_bytes(os.path.join(directory.path, value))).st_size
    except (OSError, ValueError):
        return 0


def _read_trust(
    directory: WorkingDir, config: ConfigFile, entry: Dict[str, Any], problems: List[Problem], trust: HostBlocks
) -> None:
    for keyword, value in _files(config):
        try:
            file = read_trust_file(directory, value, min(MAX_FILE, max(0, trust.left)))
        except ProblemError as error:
            problem = error.problem
            if problem.code in ('file_not_found', 'file_not_readable', 'unsafe_path'):
                problem = problem._replace(keyword=keyword, value=value)
            problems.append(problem)
            continue
        key = trust.add(file.data)
        entry['trust'][keyword] = {'key': key, 'file': file.path}
        problems.extend(problem._replace(keyword=keyword) for problem in file.problems)
        problems.extend(trust.problems(key, keyword, file.path))
