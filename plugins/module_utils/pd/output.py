# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What pdls and pdset write: attributes, and messages with numbers. Pure.

The forms of the output and the numbers of the messages are those of a sibling of the product (HP Distributed Print Service);
exit codes are documented nowhere, so they never count alone. The commands speak the caller's language, by which they may also
choose their server: only names of attributes and numbers of messages are read.
"""

import re
from typing import Dict, List, NamedTuple, Optional, Sequence

from ..messages.attributes import Values
from ..problems import Problem, ProblemError
from ..program.commands import MOST_BYTES, Ended
from .command_lines import QUOTED, quoted

_MESSAGE = re.compile('(?:[^\\s:=]{1,64} ?: ?)?5010-([0-9]{3})(?![0-9])')
_PORT_IN_WORDS = re.compile('(?<![0-9-])[0-9]{1,5}(?![0-9-])')
_DASHES = re.compile(r'\s*-{2,}(?:\s+-{2,})*\s*')

DAEMON = '452'  # nobody answers where the command asks
# Messages that say something of the server, not of the attributes.
_OF_SERVER = {
    '414': ('server_not_running', 'The server %s does not answer'),
    '065': ('server_unknown', 'InfoPrint Manager knows no server %s'),
}


class Output(NamedTuple):
    """The lines of one stream, sorted. `values` has all values of each attribute that is shown."""

    values: Dict[str, List[str]]
    messages: Dict[str, str]  # by the three digits of its number, the whole message
    rest: List[str]


def read_output(server: str, data: bytes) -> Output:
    """Sort a program's output in line or column style; what is neither, nor a message, is `rest`."""
    lines = [line.rstrip() for line in data.decode('utf-8', 'surrogateescape').split('\n')]
    reader = _Reader(server)
    for line, below in zip(lines, lines[1:] + ['']):
        reader.take(line, below)
    return Output(reader.values, reader.messages, reader.rest)


class _Reader:
    """Takes line after line. It is in a message, whose number is `message`, or in a table, which has `columns`, or in neither."""

    def __init__(self, server: str) -> None:
        self.values: Dict[str, List[str]] = {}
        self.messages: Dict[str, str] = {}
        self.rest: List[str] = []
        self._shown = re.compile('%s: *([a-z][a-z0-9-]*) *=(?: *)(.*)' % re.escape(server))
        self._message = ''
        self._columns: Optional[_Columns] = None

    def take(self, line: str, below: str) -> None:
        """Take one line; `below` is the next one, by which a table's heading is known."""
        message, attribute = _MESSAGE.match(line), self._shown.fullmatch(line)
        if message:
            self._message, self._columns = message.group(1), None
            self._add_quoted(line)
        elif attribute:
            self._message = ''
            self.values.setdefault(attribute.group(1), []).extend([attribute.group(2)] if attribute.group(2) else [])
        elif line and _DASHES.fullmatch(below):
            self._message, self._columns = '', _Columns(line, below)
            for heading in self._columns.headings:
                self.values.setdefault(heading, [])
        elif self._columns is not None:
            if not _DASHES.fullmatch(line) and not self._columns.take(line, self.values):
                self.rest.append(line)
        elif line:
            self._take_text(line)

    def _take_text(self, line: str) -> None:
        if self._message:
            self._add_quoted(line)
        else:
            self.rest.append(line)

    def _add_quoted(self, line: str) -> None:
        words = self.messages.get(self._message, '')
        if len(words) < QUOTED:  # a megabyte of lines would take minutes
            self.messages[self._message] = (words + ' ' + line.strip()).strip()


class _Columns:
    """A table: its dashes say where each column begins."""

    def __init__(self, heading: str, dashes: str) -> None:
        self._starts = [found.start() for found in re.finditer('-+', dashes)]
        self.headings = [cell.lower().replace(' ', '-') for cell in self._cells(heading)]

    def _cells(self, line: str) -> List[str]:
        return [line[start:end].strip() for start, end in zip(self._starts, self._starts[1:] + [len(line)])]

    def take(self, line: str, values: Dict[str, List[str]]) -> bool:
        """Add a row's values; a blank cell has none. Return False where a cell runs into the next: nobody knows where."""
        if line[: self._starts[0]].strip() or any(line[start - 1 : start].strip() for start in self._starts if start):
            return False
        for heading, cell in zip(self.headings, self._cells(line)):
            if cell:
                values[heading].append(cell)
        return True


def attributes_shown(server: str, names: Sequence[str], ended: Ended) -> Values:
    """Return the value of each of `names`, as pdls has shown them.

    Raises ProblemError: pd_command_missing, server_unknown, server_not_running, attribute_refused, pd_output_unreadable.
    """
    out, err = read_output(server, ended.stdout), read_output(server, ended.stderr)
    complaint = _complaint('pdls', server, ended, dict(err.messages, **out.messages))
    missing = [name for name in names if name not in out.values]
    # A message about neither server nor limits is a mere remark where every attribute is shown and the program is content.
    content = complaint is None or complaint.code == 'attribute_refused'
    if content and not missing and not out.rest and ended.code == 0:
        return {name: ' '.join(out.values[name]) or None for name in names}
    if complaint is not None:
        raise ProblemError(complaint)
    reason = 'it does not show %s' % ' and '.join(missing) if missing else 'it contains more than the requested attributes'
    if ended.code != 0:
        reason = 'it ended with code %s' % ended.code
    message = "The output of pdls for %s can't be read: %s; %s." % (server, reason, _said(ended))
    raise ProblemError(Problem('pd_output_unreadable', message, server=server))


def complaint_of_pdset(server: str, ended: Ended) -> Optional[Problem]:
    """Return what pdset says that it could not do, None where it is content."""
    messages = dict(read_output(server, ended.stderr).messages, **read_output(server, ended.stdout).messages)
    complaint = _complaint('pdset', server, ended, messages)
    if complaint is None and ended.code != 0:
        return Problem(
            'attribute_refused', 'pdset ended with code %s for %s; %s.' % (ended.code, server, _said(ended)), server=server
        )
    return complaint


def _complaint(program: str, server: str, ended: Ended, messages: Dict[str, str]) -> Optional[Problem]:
    if ended.not_started:
        return Problem('pd_command_missing', "%s can't be started: %s." % (program, ended.why.split(': ', 1)[1]), server=server)
    for number, (code, text) in _OF_SERVER.items():
        if number in messages:
            return Problem(code, '%s: %s' % (text % server, quoted(messages[number])), server=server)
    if DAEMON in messages:
        return _no_daemon(program, server, messages[DAEMON])
    if ended.why:
        limit = 'did not end in time' if ended.why == 'time' else 'wrote more than %d bytes' % MOST_BYTES
        return Problem(
            'pd_output_unreadable', '%s for %s %s and was killed; %s.' % (program, server, limit, _said(ended)), server=server
        )
    if messages:
        words = '; '.join(quoted(text) for _number, text in sorted(messages.items()))
        return Problem('attribute_refused', '%s refuses for %s: %s' % (program, server, words), server=server)
    return None


def _no_daemon(program: str, server: str, words: str) -> Problem:
    """Return the problem that 5010-452 is: of the InfoPrint server that the command asks, which need not be `server`."""
    ports = _PORT_IN_WORDS.findall(words.split(DAEMON, 1)[1])
    where = 'port %s' % ports[0] if len(ports) == 1 else 'the port'
    return Problem(
        'server_not_running',
        'Nobody answers on %s that %s asks about %s: %s' % (where, program, server, quoted(words)),
        'The command takes the port from PD_SOCKET, or the first entry in its locale from /var/lib/pd/pdserver.conf: start the '
        'InfoPrint server of that port, or set PD_SOCKET, in the environment of the task, to the port of one that runs.',
        server=server,
    )


def _said(ended: Ended) -> str:
    """Return the beginning of what a program wrote, for a message."""
    for name, data in (('it wrote', ended.stdout), ('it wrote to standard error', ended.stderr)):
        words = quoted(data[: 4 * QUOTED].decode('utf-8', 'surrogateescape'))
        if words:
            return '%s: %s' % (name, words)
    return 'it wrote nothing'
