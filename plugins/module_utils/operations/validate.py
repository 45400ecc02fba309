# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the configurations of a host, changing nothing: the target's side of sendmemo_validate.

Of their trust files it hands over certificates and CRLs alone.
"""

import hashlib
import os
from typing import Any, Dict, Iterator, List, Optional, Tuple

from ..config.forms import forms_of
from ..config.keywords import CONFIG_NAME, KEYWORDS
from ..config.lines import LARGEST
from ..config.parser import ConfigFile, parse
from ..config.rules import check_config, value_problem
from ..files.permissions import above_problem, write_problem
from ..files.working_dir import MAX_FILE, Server, WorkingDir, find_servers, fs_bytes
from ..messages.trust import TrustReference
from ..messages.validate import ValidateAnswer, ValidateRequest, ValidateResult
from ..problems import Problem, ProblemError
from ..program.rights import acting_as
from ..program.watchdog import Watchdog
from ..trust.trust_file import HostBlocks, read_confined


def run(data: Dict[str, Any], watchdog: Watchdog) -> ValidateAnswer:
    """Read what the request, a ValidateRequest as JSON, names. The problems of one server are in its result and stop no other."""
    request = ValidateRequest.of(data)
    blocks = HostBlocks()
    if request.content is not None:
        content = request.content.encode('latin-1')
        results = _read_all([_Configuration(request.working_dir or '', name='', content=content)], blocks)
    elif request.path:
        folder, name = os.path.split(request.path)
        results = _read_all([_Configuration(os.path.realpath(folder), name=name)], blocks)
        results = [result._replace(path=request.path) for result in results]
    else:
        base_dir = request.base_dir or ''
        servers = find_servers(base_dir, request.servers)
        may_lack = not request.servers or not request.require_configuration
        configurations = [
            _Configuration(server.path, server=server.name, may_lack=may_lack, base_dir=base_dir) for server in servers
        ]
        results = _read_all(configurations, blocks)
        if request.pd_bin_dir:
            results = _with_ports(results, servers, request, watchdog)
    return ValidateAnswer(results, blocks.answer())


def _with_ports(
    results: List[ValidateResult], servers: List[Server], request: ValidateRequest, watchdog: Watchdog
) -> List[ValidateResult]:
    """Return the results, each with the port of the server's attributes where none is given."""
    from ..pd.attributes import read_all
    from ..pd.command_lines import PORT
    from ..pd.mail_server import port_in  # most runs ask for no attributes

    def with_port(result: ValidateResult, values: Any) -> ValidateResult:
        if isinstance(values, Problem):
            return result._replace(problems=[*result.problems, values._replace(server=result.name)])
        text = values.get(PORT) or ''
        port = port_in(text)
        if not text or port is not None:
            return result._replace(smtp_port=port)
        message = "The server's attribute %s is %s, which is not a port." % (PORT, text)
        problem = Problem('port_mismatch', message, server=result.name, keyword=PORT, value=text)
        return result._replace(problems=[*result.problems, problem])

    names: List[List[str]] = [
        [] if (server.entry and server.entry.smtp_port) or request.smtp_port else [PORT] for server in servers
    ]
    read = read_all(request.pd_bin_dir or '', list(zip((server.name for server in servers), names)), watchdog)
    return [with_port(result, values) for result, values in zip(results, read)]


def _read_all(configurations: List['_Configuration'], blocks: HostBlocks) -> List[ValidateResult]:
    """Return the results. What may be read of trust files on a host goes first to the owners who need least of it."""
    for configuration in configurations:
        configuration.check()
    needed: Dict[int, int] = {}
    for configuration in configurations:
        needed[configuration.owner] = needed.get(configuration.owner, 0) + configuration.size
    for configuration in sorted(configurations, key=lambda configuration: needed[configuration.owner]):
        configuration.read_trust(blocks)
    return [configuration.result() for configuration in configurations]


class _Configuration:
    """One configuration: the file `name` in the directory `folder`, or `content` as if it were there.

    One of a server has a `base_dir`; for one that `may_lack` it is no fault not to exist. `owner` is the directory's, `size`
    that of the trust files that are named, in bytes.
    """

    def __init__(
        self,
        folder: str,
        name: str = CONFIG_NAME,
        server: Optional[str] = None,
        content: Optional[bytes] = None,
        may_lack: bool = False,
        base_dir: str = '',
    ) -> None:
        self.folder, self.server, self.name, self.content = folder, server, name, content
        self.may_lack, self.base_dir = may_lack, base_dir
        self.path = os.path.join(folder, name) if content is None else None
        self.config: Optional[ConfigFile] = None
        self.sha256: Optional[str] = None
        self.trust: Dict[str, TrustReference] = {}
        self.problems: List[Problem] = []
        self.owner, self.size = -1, 0

    def result(self) -> ValidateResult:
        config = self.config
        return ValidateResult(
            name=self.server,
            path=self.path,
            problems=[problem._replace(server=self.server) for problem in self.problems],
            trust=self.trust,
            sha256=self.sha256,
            settings=config.settings if config is not None else None,
            enable_tls_line=config.line_of('EnableTLS') if config is not None else None,
            forms=forms_of(config) if config is not None else (),
        )

    def check(self) -> None:
        """Check all but the trust files."""
        try:
            with WorkingDir(self.folder, self.server) as directory:
                self.owner = directory.owner.uid
                self._note(write_problem(directory.status, self.owner, self.folder))
                if self.base_dir:
                    self._note(above_problem(self.folder, self.base_dir))
                self.config = self._read(directory)
                self.problems.extend(check_config(self.config))
                self.size = sum(_size(directory, value) for _name, value in _files(self.config))
        except ProblemError as error:
            lacks = self.may_lack and error.problem.code == 'file_not_found'
            self._note(Problem('not_configured', 'It has no configuration yet.', file=self.path) if lacks else error.problem)

    def read_trust(self, blocks: HostBlocks) -> None:
        """Read the trust files, and find the problems that are known without looking into certificates."""
        if self.config is None:
            return
        try:
            with WorkingDir(self.folder, self.server) as directory:
                for keyword, value in _files(self.config):
                    self._read_trust_file(directory, keyword, value, blocks)
        except ProblemError as error:
            self.problems.append(error.problem)

    def _read(self, directory: WorkingDir) -> ConfigFile:
        data = self.content
        if data is None:
            data, status = directory.read_config(LARGEST) if self.server else directory.read_file(self.name, LARGEST)
            self._note(write_problem(status, self.owner, str(self.path)))
        self.sha256 = hashlib.sha256(data).hexdigest()
        return parse(data, self.path or 'content')

    def _read_trust_file(self, directory: WorkingDir, keyword: str, value: str, blocks: HostBlocks) -> None:
        try:
            file = read_confined(directory, value, min(MAX_FILE, max(0, blocks.left)))
        except ProblemError as error:
            problem = error.problem
            if problem.code in ('file_not_found', 'file_not_readable', 'unsafe_path'):
                problem = problem._replace(keyword=keyword, value=value)
            self.problems.append(problem)
            return
        key = blocks.add(file.data)
        self.trust[keyword] = TrustReference(key, file.path)
        self.problems.extend(problem._replace(keyword=keyword) for problem in file.problems)
        self.problems.extend(blocks.problems(key, keyword, file.path))

    def _note(self, problem: Optional[Problem]) -> None:
        if problem is not None:
            self.problems.append(problem)


def _files(config: ConfigFile) -> Iterator[Tuple[str, str]]:
    """Yield keyword and value of each trust file that has a valid name."""
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
