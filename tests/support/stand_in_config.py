# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How a stand-in for sendmemo reads sendmemo-ssl.cfg: by a switch for each reading of each question about its grammar."""

from __future__ import annotations

import re
import typing as t

Switches = t.Mapping[str, str]
DEFAULTS = {
    'EnableTLS': '0',
    'CAFile': '',
    'CrlFile': '',
    'CertValidationIgnoreHostName': '0',
    'IgnoreCertificateErrors': '0',
    'Hostname': '',
}
BY_LOWER_CASE = {name.lower(): name for name in DEFAULTS}


class Refused(Exception):
    """No mail is sent with this configuration."""


class FileIgnored(Exception):
    """The configuration does not count."""


class LineIgnored(Exception):
    """A line does not count."""


VERDICTS: dict[str, type[Exception]] = {'refused': Refused, 'file_ignored': FileIgnored, 'line_ignored': LineIgnored}


def settings_in(data: bytes, switches: Switches) -> dict[str, str]:
    """Return the settings in force. Raises Refused."""
    reader = _Reader(switches)
    try:
        for line in reader.lines(data.decode()):
            reader.read(line)
        return {**DEFAULTS, **reader.settings}
    except FileIgnored:
        return dict(DEFAULTS)


class _Reader:
    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self.settings: dict[str, str] = {}

    def _decide(self, question: str) -> str:
        """Return the reading that is switched on, unless it ends the line or the file."""
        reading = self._switches[question]
        if reading in VERDICTS:
            raise VERDICTS[reading]
        return reading

    def _counts(self, question: str) -> bool:
        try:
            self._decide(question)
        except LineIgnored:
            return False
        return True

    def lines(self, text: str) -> list[str]:
        lines = text.split('\n')
        if lines[-1] and not self._counts('no_final_newline'):
            lines.pop()
        if text.startswith('\ufeff'):
            lines = [lines[0][1:], *lines[1:]] if self._counts('byte_order_mark') else lines[1:]
        return lines

    def read(self, line: str) -> None:
        if not line.strip() or line.lstrip()[0] in ';#':
            return
        try:
            self._read(line)
        except LineIgnored:
            return

    def _read(self, line: str) -> None:
        if '=' not in line:
            self._decide('section' if line.startswith('[') else 'no_equals')
            return
        self._check_blanks(line)
        keyword, _equals, value = line.partition('=')
        keyword = self._keyword(keyword.strip())
        if keyword in self.settings and self._decide('duplicate_keyword') == 'first':
            return
        self.settings[keyword] = self._value(keyword, value.lstrip())

    def _check_blanks(self, line: str) -> None:
        if line[0] == ' ':
            self._decide('leading_blanks')
        if '\t' in line:
            self._decide('tabs')
        if ' =' not in line and '\t' not in line:
            self._decide('no_blanks')

    def _keyword(self, keyword: str) -> str:
        if keyword in DEFAULTS:
            return keyword
        if keyword.lower() not in BY_LOWER_CASE:
            self._decide('unknown_keyword')
            raise LineIgnored
        if self._decide('keyword_case') == 'sensitive':
            raise LineIgnored
        return BY_LOWER_CASE[keyword.lower()]

    def _value(self, keyword: str, value: str) -> str:
        for question, mark, without in _AROUND:
            if re.search(mark, value) and self._decide(question) == without:
                value = re.sub(mark, '', value)
        if keyword == 'EnableTLS' and value not in ('0', '1', '2'):
            value = {'plaintext': '0', 'starttls': '1'}[self._decide('invalid_value')]
        return value


# A question, what in a value it is about, and the reading by which that is removed.
_AROUND = (
    ('carriage_return', r'\r\Z', 'dropped'),
    ('trailing_blanks', r' +\Z', 'dropped'),
    ('comment_semicolon', r' *;.*\Z', 'comment'),
    ('comment_hash', r' *#.*\Z', 'comment'),
    ('quotes', r'"', 'removed'),
)
