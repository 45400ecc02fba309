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
from typing import Any, Dict, List, Optional

from .config_file import ConfigFile, parse
from .config_lines import LARGEST
from .config_rules import judge_config, value_problem
from .guard import Guard
from .host_files import HostBlocks, read_trust_file
from .keywords import CONFIG_NAME, KEYWORDS
from .permissions import write_problem
from .problems import Problem, ProblemError
from .working_dir import MAX_FILE, Server, WorkingDir, find_servers


def run(request: Dict[str, Any], guard: Guard) -> Dict[str, Any]:
    """Return what is found. What is wrong with one server is among its problems and stops no other."""
    trust = HostBlocks()
    if request['content'] is not None:
        found = [_one(request['working_dir'], None, '', trust, request['content'].encode('latin-1'))]
    elif request['path']:
        folder, name = os.path.split(request['path'])
        found = [_one(os.path.realpath(folder), None, name, trust)]
        found[0]['path'] = request['path']
    else:
        servers = find_servers(request['base_dir'], request['servers'])
        may_lack = not request['servers'] or not request['require_configuration']
        found = [_one(server.path, server.name, CONFIG_NAME, trust, may_lack=may_lack) for server in servers]
        if request['pd_bin_dir']:
            _add_ports(found, servers, request, guard)
    return {'servers': found, 'trust_files': trust.answer()}


def _add_ports(found: List[Dict[str, Any]], servers: List[Server], request: Dict[str, Any], guard: Guard) -> None:
    """Add to each server's entry the port that its attributes say, where none is declared."""
    from .mail_server import port_in  # most runs ask for no attributes
    from .pd_attributes import read_all
    from .pd_output import PORT

    names: List[List[str]] = [[] if server.entry.get('smtp_port') or request['smtp_port'] else [PORT] for server in servers]
    told = read_all(request['pd_bin_dir'], list(zip((server.name for server in servers), names)), guard)
    for entry, values in zip(found, told):
        text = '' if isinstance(values, Problem) else values.get(PORT) or ''
        entry['smtp_port'] = port_in(text)
        if isinstance(values, Problem):
            entry['problems'].append(values._replace(server=entry['name']).as_dict())
        elif text and entry['smtp_port'] is None:
            seen = 'The server\'s attribute %s is %s, which is no port.' % (PORT, text)
            entry['problems'].append(Problem('port_mismatch', seen, server=entry['name'], keyword=PORT, value=text).as_dict())


def _one(folder: str, server: Optional[str], name: str, trust: HostBlocks, content: Optional[bytes] = None,
         may_lack: bool = False) -> Dict[str, Any]:
    """Return the entry of one configuration: the file `name` in the directory `folder`, or `content` as if it lay there.

    A server's that `may_lack` is no fault where it isn't there.
    """
    entry: Dict[str, Any] = {'name': server, 'path': os.path.join(folder, name) if content is None else None, 'trust': {}}
    problems: List[Problem] = []
    try:
        with WorkingDir(folder, server) as directory:
            found = write_problem(directory.status, directory.owner.uid, folder)
            if found:
                problems.append(found)
            if content is None:
                data, status = directory.read_config(LARGEST) if server else directory.read_file(name, LARGEST)
                found = write_problem(status, directory.owner.uid, entry['path'])
                if found:
                    problems.append(found)
            else:
                data = content
            config = parse(data, entry['path'] or 'content')
            problems.extend(judge_config(config))
            entry['sha256'] = hashlib.sha256(data).hexdigest()
            entry['settings'] = config.settings
            entry['enable_tls_line'] = config.line_of('EnableTLS')
            _read_trust(directory, config, entry, problems, trust)
    except ProblemError as error:
        lacks = may_lack and error.problem.code == 'file_not_found'
        problems.append(Problem('not_configured', 'It has no configuration yet.', file=entry['path']) if lacks else error.problem)
    entry['problems'] = [problem._replace(server=server).as_dict() for problem in problems]
    return entry


def _read_trust(directory: WorkingDir, config: ConfigFile, entry: Dict[str, Any], problems: List[Problem],
                trust: HostBlocks) -> None:
    for keyword in KEYWORDS:
        value = config.settings[keyword.name]
        if keyword.kind != 'file' or not value or value_problem(keyword, value, config.file):
            continue
        try:
            file = read_trust_file(directory, value, min(MAX_FILE, max(0, trust.left)))
        except ProblemError as error:
            problem = error.problem
            if problem.code in ('file_not_found', 'file_not_readable', 'unsafe_path'):
                problem = problem._replace(keyword=keyword.name, value=value)
            problems.append(problem)
            continue
        key = trust.add(file.data)
        entry['trust'][keyword.name] = {'key': key, 'file': file.path}
        problems.extend(problem._replace(keyword=keyword.name) for problem in file.problems)
        problems.extend(trust.problems(key, keyword.name, file.path))
