# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The pages docs/reference/problems.md, keywords.md, smtp.md and observation.md, from the tables in the code."""

from __future__ import annotations

import importlib
import types
from collections.abc import Iterator, Sequence

from .observation import observation_page

PACKAGE = 'ansible_collections.printops.infoprint.plugins'
WRITTEN = '<!-- Written from the tables in the code by `make reference`. -->\n'

KINDS = {
    'choice': 'one of {choices}',
    'file': 'the bare name of a file in the directory of the configuration, or a full path; empty for none',
    'ehlo': 'a fully qualified host name, `[` IPv4 address `]`, or `[IPv6:` IPv6 address `]`; empty for none',
}
PROBLEMS_HEAD = """# Problems

Everything that the modules find is reported as a *problem*: a `code`, a `severity`, a `message` that describes what was observed,
a `hint` that says what to do about it, and where they apply `server`, `file`, `line`, `keyword`, `value`, or for a send the
`stage`.

An `error` makes `valid` or `ok` false. `fail_on` of a module is the least severity that makes its task fail; all results are
returned either way. The severity in the tables is the usual one; if another one is possible, the meaning says so.
"""
KEYWORDS_HEAD = """# Keywords of sendmemo-ssl.cfg

Each InfoPrint server has one `sendmemo-ssl.cfg` in its working directory. A keyword that is not set has its default.
"""
GRAMMAR = """
## How the file is read

- Blank lines, and lines whose first character other than blanks is `;` or `#`, are ignored. Any other line is `Keyword = value`;
  blanks and tabs around both are ignored. Lines end in LF or CR LF; the last one need not.
- Keywords are case-sensitive. The hint of `unknown_keyword` names the right or the nearest one.
- `CertFile` and `KeyFile`, which the header of the vendor's sample mentions, do not exist: sendmemo has no client certificates.

The product's manual is silent on the following. There the strict reading applies, and whatever is ambiguous is reported:

| what | result |
|---|---|
| a keyword that is set twice | `duplicate_keyword`; the last one is shown as the active setting |
| a comment after a value (`EnableTLS = 1 ; on`) | belongs to the value: `invalid_value` or `invalid_ehlo_hostname` |
| quotes around a value | belong to the value: `invalid_value` or `invalid_ehlo_hostname` |
| sections (`[tls]`), lines without `=`, nothing before `=` | `invalid_line` |
| an empty value of a choice | `invalid_value`; for a file or for Hostname it means none |
| a byte order mark, a NUL byte, a control character other than tab | `invalid_line` |
| a lone CR | not a line end: `invalid_line` |
| other bytes that are not ASCII | allowed in comments and file names, which keep their bytes |
| a line of more than {longest} bytes | `invalid_line` |
| a file of more than {largest} bytes | `file_not_readable`; it is not read |

## The EHLO name

`Hostname` follows RFC 5321, 4.1.2 and 4.1.3, as the manual restricts it: no other address literals, and a host name has at least
two labels, of which the last is not a number. In an IPv6 address `::` stands for two groups or more. The hint shows the nearest
valid form: `fc00::1` becomes `[IPv6:fc00::1]`. In a playbook: `value is printops.infoprint.ehlo_hostname`.

## Which certificates match a host name

A dNSName of the certificate, or a common name if it has none, equals the host name without regard to case. `*` stands for exactly
the first label, and at least two labels follow it: `*.example.com` matches `host.example.com`; `*.com`, `host*.example.com` and
`*host.example.com` match nothing. An address is compared with iPAddress entries only. That is the manual's table, and
OpenSSL's `X509_check_host` without partial wildcards.
"""

SMTP_HEAD = """# The SMTP conversation

What a send says to a mail server, step by step. It stops at the step that `until` names, ends with `QUIT` (after `RSET`, unless
the mail is sent), and never falls back to a weaker mode.

```text
{picture}
```

First the host name is resolved and a TCP connection opened (`resolve`, `connect`). The name of a stage is the key of its time in
`timings_ms` and the `stage` of its problems.
"""
SMTP_TAIL = """
Any step can also end with {anywhere}.

- Replies are parsed strictly by RFC 5321, section 4.2. A 4xx or 5xx reply is a refusal of the stage; any other reply that is not
  the one in the table is `reply_malformed`.
- After a refusal the client sends `QUIT` and waits at most {quit:g} seconds; the reply does not change the result. It sends none
  after `421`, which ends the conversation at once, and none in the middle of a mail.
- The server must not send anything before a command is sent. Data that follows the reply to `STARTTLS` is `plaintext_injected`.
- A refused recipient (4xx, 5xx) does not end the conversation as long as another one is accepted.
- A refusal while the mail is being sent ends it at once: a server need not read all of a mail that is too large.
- After the final dot, only the reply shows whether the mail was accepted; without one the result is `outcome_unknown`, and the
  mail is not sent again.
"""


def problems_page(groups: dict[str, dict[str, tuple[str, str]]], severity_of: types.FunctionType) -> str:
    """Return the page of the problem codes. In: heading to code to (meaning, remedy), and a code's usual severity."""
    lines = [WRITTEN + PROBLEMS_HEAD]
    for heading, codes in groups.items():
        lines += [f'## {heading}\n', '| code | severity | meaning | what to do |', '|---|---|---|---|']
        lines += [
            f'| `{code}` | {severity_of(code)} | {_cell(meaning)} | {_cell(remedy)} |'
            for code, (meaning, remedy) in codes.items()
        ]
        lines.append('')
    return '\n'.join(lines)


def keywords_page(keywords: types.ModuleType, modes: Sequence[types.SimpleNamespace], longest: int, largest: int) -> str:
    """Return the page of the keywords. In: the module with their table, the TLS modes, the reader's bounds in bytes."""
    lines = [WRITTEN + KEYWORDS_HEAD]
    for keyword in keywords.KEYWORDS:
        lines += [f'## {keyword.name}\n', f'{keyword.meaning}\n', *_facts(keyword, modes), '']
    bounds = GRAMMAR.rstrip().replace('{longest}', str(longest)).replace('{largest}', str(largest))
    return '\n'.join(lines) + bounds + '\n'


def _facts(keyword: types.SimpleNamespace, modes: Sequence[types.SimpleNamespace]) -> Iterator[str]:
    choices = [f'`{choice}`' for choice in keyword.choices]
    value = KINDS[keyword.kind].format(choices=' or '.join([', '.join(choices[:-1]), *choices[-1:]]))
    yield f'- Value: {value}.'
    yield f'- Default: {f"`{keyword.default}`" if keyword.default else "empty"}.'
    if keyword.kind == 'file':
        options = ', '.join(f'`{keyword.option}_{way}`' for way in ('src', 'content', 'path'))
        yield f'- Options of `sendmemo_config` and the role: {options}.'
    else:
        names = ', '.join(f'`{mode.name}` for `{mode.value}`' for mode in modes) if keyword.option == 'enable_tls' else ''
        yield f'- Option of `sendmemo_config` and the role: `{keyword.option}`{f" ({names})" if names else ""}.'
    if keyword.needs:
        yield f'- Needs: {keyword.needs}'
    if keyword.useless_while:
        yield f'- Has no effect {keyword.useless} (`no_effect`).'
    if keyword.danger:
        yield f'- `{keyword.danger.value}` is the warning `{keyword.danger.code}`: {keyword.danger.meaning}.'


def smtp_page(steps: types.ModuleType, refusals: types.ModuleType, quit_seconds: float) -> str:
    """Return the page of the conversation. In: the modules with its table and with what its refusals mean."""
    heading = '\n| step | stage | `EnableTLS` | `until` | sent | reply needed | problems |\n|---|---|---|---|---|---|---|\n'
    rows = ''.join(f'| {" | ".join(_step_cells(step, refusals))} |\n' for step in steps.STEPS)
    refused = [code for code, _text in refusals.ANYWHERE.values()]
    return (
        WRITTEN
        + SMTP_HEAD.format(picture='\n'.join(_smtp_picture(steps)))
        + heading
        + rows
        + SMTP_TAIL.format(anywhere=_codes([*steps.OF_ANY_STEP, *refused]), quit=quit_seconds)
    )


def _step_cells(step: types.SimpleNamespace, refusals: types.ModuleType) -> Iterator[str]:
    yield step.name
    yield f'`{step.stage}`'
    yield ', '.join(f'`{mode.value}`' for mode in step.modes)
    yield ', '.join(f'`{goal}`' for goal in step.goals)
    yield f'`{step.command.replace("%s", "...")}`' if step.command else ''
    yield (f'`{step.reply}`' if step.reply >= 100 else f'`{step.reply}xx`') if step.reply else ''
    tables = (refusals.BY_STAGE, refusals.SILENCE)
    of_stage = [table[step.stage][0] for table in tables if step.stage in table and step.name != 'rcpt']
    own = _codes([*of_stage, *step.problems])
    yield f'{own}, [handshake](problems.md#handshake), [certificate](problems.md#certificate)' if step.name == 'tls' else own


def _smtp_picture(steps: types.ModuleType) -> Iterator[str]:
    """Yield a line for each mode: its steps, each in a column of its own, and the goals between them."""
    titles = [step.command.replace(' %s', '').replace(':<%s>', '') or step.name for step in steps.STEPS]
    for mode in steps.TLS_MODES:
        line = f'EnableTLS {mode.value}  '
        for step, following, title in zip(steps.STEPS, [*steps.STEPS[1:], None], titles, strict=True):
            line += title if mode in step.modes else '-' * len(title)
            ends = [goal for goal in step.goals if following is None or goal not in following.goals]
            line += ''.join(f' ({goal})' for goal in ends) + ('' if following is None else ' ')
        yield line


def _codes(codes: list[str]) -> str:
    return ', '.join(f'`{code}`' for code in codes)


def _cell(text: str) -> str:
    return text.replace('|', '\\|').replace('<', '&lt;')


def pages() -> dict[str, str]:
    """Return the text of each page by its file's name."""
    catalogue, keywords, lines, steps, refusals, conversation = (
        importlib.import_module(f'{PACKAGE}.{name}')
        for name in (
            'plugin_utils.problems.catalogue',
            'module_utils.config.keywords',
            'module_utils.config.lines',
            'module_utils.smtp.steps',
            'module_utils.smtp.refusals',
            'module_utils.smtp.conversation',
        )
    )
    return {
        'problems.md': problems_page(catalogue.GROUPS, catalogue.severity_of),
        'keywords.md': keywords_page(keywords, steps.TLS_MODES, lines.LONGEST_LINE, lines.LARGEST),
        'smtp.md': smtp_page(steps, refusals, conversation.QUIT_SECONDS),
        'observation.md': observation_page(),
    }
