# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The verdict on configurations: what the target read of them, completed by what only the controller checks."""

from __future__ import annotations

import hashlib
import typing as t

from ...module_utils.config.forms import forms_of
from ...module_utils.config.keywords import FILE_KEYWORDS
from ...module_utils.config.parser import parse
from ...module_utils.config.rules import check_config
from ...module_utils.messages.validate import ValidateResult
from ...module_utils.problems import Problem
from ...module_utils.safe_text import safe_text
from ...module_utils.trust.pem import Block
from ..declared.observed_forms import observed_problems
from ..declared.policy import policy_of_validation
from ..declared.ports import port_problems
from ..foreign_values import InvalidValue
from ..observe.profile import Profile
from ..target.trust_blocks import content_of
from ..x509.criteria import Criteria
from ..x509.guard import guard
from ..x509.trust_files import check_blocks, ends

CONTENT = 'content'  # the name of a configuration that is given as text


class Validation(t.NamedTuple):
    """One configuration: its entry in the result, and its problems."""

    entry: dict[str, t.Any]
    problems: list[Problem]


def validate_content(content: bytes, port: int | None, profile: Profile | None = None) -> Validation:
    """Return the verdict on a configuration that is in no directory: the files that it names are not checked."""
    config = parse(content, CONTENT)
    forms, settings = forms_of(config), {keyword: safe_text(value) for keyword, value in config.settings.items()}
    problems = check_config(config) + observed_problems(forms, settings, profile, CONTENT)
    problems += port_problems(config.settings, port, CONTENT, config.line_of('EnableTLS'))
    policy = policy_of_validation(profile, forms, settings)
    return _validation({'sha256': hashlib.sha256(content).hexdigest(), 'settings': settings, 'policy': policy}, problems)


def validate_answer(
    result: ValidateResult,
    blocks: t.Mapping[str, t.Sequence[Block]],
    port: int | None,
    criteria: Criteria,
    may_lack: bool = False,
    profile: Profile | None = None,
) -> Validation:
    """Return the verdict on one configuration that a target read; `port` None = as the server's attributes say.

    For one that `may_lack` it is no fault not to exist. Raises InvalidValue.
    """
    problems, settings = list(result.problems), result.settings or {}
    lacks = may_lack and any(problem.code == 'not_configured' for problem in problems)
    if not settings and not lacks and not any(problem.is_error for problem in problems):
        raise InvalidValue('neither settings nor an error of a configuration')
    problems += observed_problems(result.forms, settings, profile, result.path or CONTENT)
    problems += port_problems(settings, port or result.smtp_port, result.path or CONTENT, result.enable_tls_line)
    ca, crl = (content_of(result.trust, keyword, blocks) for keyword in FILE_KEYWORDS)
    problems += check_blocks(ca, crl, criteria)
    known: dict[str, t.Any] = {'name': result.name, 'path': result.path, 'sha256': result.sha256, 'settings': settings}
    with guard(problems, 'The ends of CAs and CRLs', file=result.path):
        known['trust'] = ends(ca, crl, criteria.now)
    if settings:
        known['policy'] = policy_of_validation(profile, result.forms, settings)
    return _validation({key: value for key, value in known.items() if value}, problems)


def _validation(entry: dict[str, t.Any], problems: list[Problem]) -> Validation:
    own = [problem._replace(server=entry.get('name')) for problem in problems]
    return Validation({**entry, 'problems': own}, own)
