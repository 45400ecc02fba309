# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The page docs/reference/observation.md, from the table of questions."""

from __future__ import annotations

import importlib
import typing as t

PACKAGE = 'ansible_collections.printops.infoprint.plugins.plugin_utils.observe'

WRITTEN = '<!-- Written from the tables in the code by `make reference`. -->\n'

HEAD = (
    WRITTEN
    + """# Observation

What the playbook [observe](../howto/observe.md) asks of the product's own mailer. Each question has trials: a configuration and a
mail server, then one mail. A question can be answered only if exactly one of its readings allows what was seen in all of them.
The readings in bold are those under which an [assumption](../assumptions.md) of this collection holds.

None of this was tried with the product. The tests use a stand-in for it that can be switched to each reading.

Three have no row. `when_read` (`each_mail`, `later` after a change, or `at_start` of the server) comes first, and all others rest
on it. `ciphers` and `sender` are read from the mails that came.
"""
)
GROUPS = {
    'trust': 'Authorities, certificates and CRLs',
    'names': 'Names in certificates',
    'session': 'TLS versions, EHLO, and what is never done',
    'grammar': 'The grammar of sendmemo-ssl.cfg',
}
TAIL = """
## What a trial can come to

| outcome | what was seen |
|---|---|
| sent | a mail came in TLS |
| plaintext | a mail came without TLS |
| refused | TLS began, and no mail came in it |
| ended | the mailer said something, and left before TLS began |
| dropped | it connected, and left without a word |
| silent | it did not connect |

A mail, or an alert by which TLS is refused, counts at once. Anything else has to happen twice, with a mail that comes as it has
to after each; and if any mail in the whole observation failed to come that had to, or if it is not known when a changed
configuration counts, nothing that did not come proves anything. Where no connection came at all, two such mails follow: a mailer
that sends at intervals brings one of them in time, not both.

A mailer may queue: mails of earlier trials then come in later ones. They count for the trial in which they come, if the name in
EHLO is of that trial. Connections are counted for `retry` alone, which comes first, before any other mail was refused, and only
if a mail that is accepted brings a single connection in the same time.

The evidence also has the seconds between several connections of a trial and, where no mail came, what the server wrote to its
`error.log` since the trial began (the last 500 characters, made safe), or why that was not read.

## The profile

`profile_path` gets what was observed, in YAML. What could not be told is left out: it is assumed. How
[proofs](../howto/observe.md#let-the-proofs-follow-it) and [validations](../howto/observe.md#validate-by-it) follow it is in the
how-to.

```yaml
{example}```
"""


def observation_page() -> str:
    """Return the page."""
    profile = importlib.import_module(f'{PACKAGE}.profile')
    parts = [HEAD]
    for group, title in GROUPS.items():
        parts.append(f'\n## {title}\n\n| name | question | readings | rests on |\n|---|---|---|---|\n')
        parts += [_row(question) for question in profile.GROUPS[group]]
    readings = {
        'when_read': 'each_mail',
        'default_cas': 'added',
        'crl_check': 'chain',
        'min_tls': 'TLSv1.2',
        'keyword_case': 'sensitive',
    }
    example = profile.Profile(
        'RICOH InfoPrint Manager', '4.10.1', '2026-12-01', 'sendmemo@{hostname}', ('TLS_AES_256_GCM_SHA384',), readings
    )
    return ''.join(parts) + TAIL.replace('{example}', profile.to_yaml(example))


def _row(question: t.Any) -> str:
    readings = ', '.join(f'**{one.name}**' if one.name in question.assumed else one.name for one in question.readings)
    needs = ', '.join(f'`{need.question}` ({" or ".join(need.readings)})' for need in question.needs)
    text = question.text.replace('|', '\\|')
    return f'| `{question.name}` | {text} | {readings} | {needs} |\n'
