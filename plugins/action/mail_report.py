# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends a fleet report by mail, from the controller."""

from __future__ import annotations

import pathlib
import time
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.unsafe_proxy import wrap_var

from ..plugin_utils.action_base import EVERY_TEXT_IS_A_TEMPLATE
from ..plugin_utils.distribution import report_mail
from ..plugin_utils.distribution.report_files import ReportFiles, read_files
from ..plugin_utils.distribution.smtp_client import PORTS, MailError, MailServer, send
from ..plugin_utils.fleet_report import times
from ..plugin_utils.fleet_report.formats.files import FORMATS
from ..plugin_utils.fleet_report.state import STALE_DAYS
from ..plugin_utils.foreign_values import InvalidValue

Args = dict[str, t.Any]
SPEC: dict[str, dict[str, t.Any]] = {
    'directory': {'type': 'path', 'required': True},
    'to': {'type': 'list', 'elements': 'str', 'required': True},
    'from': {'type': 'str', 'required': True},
    'smtp_host': {'type': 'str', 'default': 'localhost'},
    'smtp_port': {'type': 'int'},
    'tls': {'type': 'str', 'choices': list(PORTS), 'default': 'starttls'},
    'ca_src': {'type': 'path'},
    'username': {'type': 'str'},
    'password': {'type': 'str', 'no_log': True},
    'send_when': {'type': 'str', 'choices': ['always', 'attention'], 'default': 'always'},
    'attach': {'type': 'list', 'elements': 'str', 'choices': list(FORMATS), 'default': ['html']},
    'max_age': {'type': 'float', 'default': 24},
    'stale_after': {'type': 'float', 'default': STALE_DAYS},
    'archive': {'type': 'str', 'default': ''},
    'timeout': {'type': 'float', 'default': 60},
}


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, args = self.validate_argument_spec(SPEC)
        _check(args)
        read = _read(args)
        is_old = report_mail.hours_old(read.report, times.moment_of(time.time_ns() // 1000)) > args['max_age']
        line = report_mail.subject(read.report, is_old)
        if args['send_when'] == 'attention' and not is_old and not report_mail.needs_attention(read.report):
            result.update(
                changed=False, sent=False, subject=line, attachments=[], msg='Nothing needs attention: no mail was sent.'
            )
            return result
        attached = _attachments(read, args['attach'])
        if not self._task.check_mode:
            _send(read, args, line, attached, is_old)
        result.update(
            changed=True,
            sent=not self._task.check_mode,
            subject=line,
            attachments=[{'name': one.attached_as, 'size': one.size, 'sha256': one.sha256} for one in attached],
            msg=f'{"Would be sent" if self._task.check_mode else "Sent"} to {", ".join(args["to"])}: {line}',
        )
        # Text from print servers is in there.
        return t.cast('Args', wrap_var(result)) if EVERY_TEXT_IS_A_TEMPLATE else result


def _check(args: Args) -> None:
    """Refuse what can't be meant. Raises AnsibleActionFail."""
    try:
        for one in [args['from'], *args['to']]:
            report_mail.address(one)
    except ValueError as error:
        raise AnsibleActionFail(str(error)) from None
    if not args['to']:
        raise AnsibleActionFail('to is empty: give the addresses that are to get the report')
    if bool(args['username']) != bool(args['password']):
        raise AnsibleActionFail('username and password belong together: give both, or none')
    if args['password'] and args['tls'] == 'none':
        raise AnsibleActionFail('tls is none: a password is only sent over TLS')
    if not 1 <= args['timeout'] <= 3600:
        raise AnsibleActionFail(f'timeout is {args["timeout"]:g}: it can be 1 to 3600')


def _read(args: Args) -> ReportFiles:
    try:
        return read_files(pathlib.Path(args['directory']), args['stale_after'])
    except (OSError, InvalidValue) as error:
        why = getattr(error, 'strerror', None) or error
        raise AnsibleActionFail(f"{args['directory']} can't be read as a report: {why}") from None


def _attachments(read: ReportFiles, formats: t.Sequence[str]) -> list[report_mail.Attachment]:
    names = [FORMATS[name][0] for name in dict.fromkeys(formats)]
    missing = [name for name in names if name not in read.files]
    if missing:
        raise AnsibleActionFail(f'the report has no {" and no ".join(missing)}: leave it out of attach, or let the runs write it')
    return report_mail.attachments(read, names)


def _send(read: ReportFiles, args: Args, line: str, attached: t.Sequence[report_mail.Attachment], is_old: bool) -> None:
    """Hand the mail over. Raises AnsibleActionFail."""
    text = report_mail.body(read.report, attached, is_old, args['archive'])
    message = report_mail.compose(report_mail.Envelope(args['from'], args['to']), line, text, attached)
    port = args['smtp_port'] or PORTS[args['tls']]
    ca = pathlib.Path(args['ca_src']) if args['ca_src'] else None
    server = MailServer(args['smtp_host'], port, args['tls'], ca, args['username'] or '', args['password'] or '', args['timeout'])
    try:
        send(message, server)
    except MailError as error:
        raise AnsibleActionFail(f'The report was not sent by {args["smtp_host"]}, port {port}: {error}') from None
