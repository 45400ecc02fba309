# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one vocabulary of both halves: a problem, its severity, and the error that carries it."""

from typing import Any, Dict, NamedTuple, Optional

from . import vocabulary

# A code that is not listed here is an error.
WARNINGS = frozenset(
    (
        'unsupported_keyword',
        'ca_expires_soon',
        'crl_expires_soon',
        'crl_fetch_failed',
        'verification_off',
        'name_check_off',
        'tls_off',
        'port_mismatch',
        'certificate_expires_soon',
        'ssl_v3_unavailable',
        'analysis_incomplete',
        'delivered_late',
        'relay_saw_other_name',
    )
)
INFO = frozenset(('no_effect', 'not_configured'))


def usual_severity(code: str) -> str:
    """Return 'error', 'warning' or 'info': what a problem of this code is unless its finder says otherwise."""
    if code in WARNINGS:
        return vocabulary.WARNING
    return vocabulary.INFO if code in INFO else vocabulary.ERROR


class Problem(NamedTuple):
    """One thing that is wrong. `message` says what was observed, `hint` what to do about it ('' = the catalogue's remedy).

    A problem of a configuration names its `file`, `line`, `keyword` and `value`; one of a send its `stage`.
    """

    code: str
    message: str
    hint: str = ''
    severity: str = ''
    server: Optional[str] = None
    stage: Optional[str] = None
    file: Optional[str] = None
    line: Optional[int] = None
    keyword: Optional[str] = None
    value: Optional[str] = None

    @property
    def is_error(self) -> bool:
        return (self.severity or usual_severity(self.code)) == vocabulary.ERROR

    def as_dict(self) -> Dict[str, Any]:
        """Return the problem as users see it: absent keys are left out."""
        found = dict(self._asdict(), severity=self.severity or usual_severity(self.code))
        return {key: value for key, value in found.items() if value is not None and value != ''}


class ProblemError(Exception):
    """A problem that ends what was being done; the edge of each half turns it into a result.

    `cause` is the error of the operating system behind it, None where there is none or nobody needs it.
    """

    def __init__(self, problem: Problem, cause: Optional[OSError] = None) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.cause = cause
