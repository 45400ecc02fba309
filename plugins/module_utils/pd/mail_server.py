# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which mail server an InfoPrint server hands its mail to: as declared, else as its own attributes say, read with pdls."""

import re
from typing import List, NamedTuple, Optional, Sequence, Union

from ..messages.attributes import Values
from ..problems import Problem
from ..program.watchdog import Watchdog
from .attributes import read_all
from .command_lines import HOST, PORT


class MailServer(NamedTuple):
    """Host and port of a mail server. What is not known is None, and then `problem` says why, if there was a problem."""

    host: Optional[str]
    port: Optional[int]
    problem: Optional[Problem] = None


class Asked(NamedTuple):
    """An InfoPrint server's name, and what is declared of its mail server."""

    server: str
    host: Optional[str] = None
    port: Optional[int] = None


def mail_servers(bin_dir: str, asked: Sequence[Asked], watchdog: Watchdog) -> List[MailServer]:
    """Return the mail server of each InfoPrint server; only what is not declared is read, that of all servers at the same time.

    `problem` is one of pdls's (pd_command_missing, server_unknown, server_not_running, attribute_refused,
    pd_output_unreadable) or that of an attribute which is unset or no port (smtp_server_unknown). Not to be called with the
    rights of a working directory's owner: pdls goes by the login. Raises Stopped.
    """
    queries = [(query.server, [name for name, known in ((HOST, query.host), (PORT, query.port)) if not known]) for query in asked]
    values = read_all(bin_dir, queries, watchdog)
    return [_mail_server(query, names, shown) for query, (_server, names), shown in zip(asked, queries, values)]


def _mail_server(query: Asked, names: Sequence[str], values: Union[Values, Problem]) -> MailServer:
    """Return what is declared, completed by the values of the attributes `names`."""
    if isinstance(values, Problem):
        return MailServer(query.host, query.port, values)
    text = values.get(PORT) or ''
    server = MailServer(query.host or values.get(HOST), query.port or port_in(text))
    unset = [name for name in names if not values[name]]
    if unset:
        message = "The server's attribute %s is not set." % ' and '.join(unset)
        return server._replace(problem=Problem('smtp_server_unknown', message, server=query.server))
    if server.port is None:
        message = "The server's attribute %s is %s, which is not a port." % (PORT, text)
        problem = Problem('smtp_server_unknown', message, server=query.server, keyword=PORT, value=text)
        return server._replace(problem=problem)
    return server


def port_in(text: str) -> Optional[int]:
    """Return the port that an attribute's value is, None where it is none."""
    return int(text) if re.fullmatch('[0-9]{1,5}', text) and 0 < int(text) < 65536 else None
