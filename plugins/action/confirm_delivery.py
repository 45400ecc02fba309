# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Confirms in a mailbox, on the controller, that the mails of many hosts were delivered."""

from __future__ import annotations

import ssl
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.unsafe_proxy import wrap_var

from ..module_utils.problems import ProblemError
from ..plugin_utils.action_base import EVERY_TEXT_IS_A_TEMPLATE, shown
from ..plugin_utils.declared.source_files import SourceReader
from ..plugin_utils.delivery.confirm import Confirmation, delete_found, judged, summary, unavailable, watch
from ..plugin_utils.delivery.imap import Account, Imap
from ..plugin_utils.delivery.mailbox import MARK, Mailbox, Mark, Unavailable
from ..plugin_utils.delivery.maildir import Maildir
from ..plugin_utils.delivery.proof import Proof, read_proofs
from ..plugin_utils.options.mailbox import check_mailbox, mailbox_name
from ..plugin_utils.options.spec import MODULES, ArgumentError, check
from ..plugin_utils.options.table.row import ON_HOSTS
from ..plugin_utils.problems.text import line_of

Args = dict[str, t.Any]
NOT_OPENED = 'check mode: the mailbox is not opened'
OF_HOSTS = frozenset.intersection(*(frozenset(MODULES[module]) for module in ON_HOSTS))
SPARE_SECONDS = 10.0  # of a session beyond the timeout: for the last look, for deleting and for the logout


class ActionModule(ActionBase):
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        self._vars = task_vars or {}
        # A member of the action group has the defaults of the group, too. Before core 2.19, a template makes '' of null.
        given = {name: value for name, value in self._task.args.items() if name not in OF_HOSTS}
        self._task.args = {name: value for name, value in given.items() if name != 'mark' or value not in ('', None)}
        _validation, args = self.validate_argument_spec(MODULES['confirm_delivery'])
        try:
            check(args)
            check_mailbox(args)
            proofs, mark = read_proofs(args['proofs']), _read_mark(args['mark'])
            found = self._mark(args) if args['state'] == 'mark' else self._confirm(args, proofs, mark)
        except ArgumentError as error:
            raise AnsibleActionFail(str(error)) from None
        except ProblemError as error:
            raise AnsibleActionFail(line_of(error.problem)) from None
        result.update(changed=False, **found)
        # Text from a mail server is in there.
        return t.cast('dict[str, t.Any]', wrap_var(result)) if EVERY_TEXT_IS_A_TEMPLATE else result

    def _mark(self, args: Args) -> Args:
        if self._task.check_mode:
            return {'mark': None, 'problems': [], 'msg': NOT_OPENED}
        mailbox = self._mailbox(args)
        try:
            mark = mailbox.mark()
        except Unavailable as error:
            problem = unavailable(mailbox.name, str(error))
            return {'mark': None, 'problems': shown([problem]), 'msg': line_of(problem), 'warnings': [problem.message]}
        finally:
            mailbox.close()
        return {'mark': mark, 'problems': [], 'msg': f'{mailbox.name} is marked'}

    def _confirm(self, args: Args, proofs: list[Proof], mark: Mark | None) -> Args:
        if self._task.check_mode or not proofs:
            unknown = [Confirmation(proof).entry() for proof in proofs]
            message = NOT_OPENED if proofs else 'there is no mail to confirm'
            return {'proofs': unknown, 'failed_hosts': [], 'problems': [], 'msg': message}
        mailbox = self._mailbox(args)
        if mark is not None and mark['mailbox'] != mailbox.name:
            raise ArgumentError(f'mark is of another mailbox ({mark["mailbox"]}) than the one that is given ({mailbox.name})')
        try:
            watched = watch(mailbox, mark, proofs, args['timeout'])
            left = delete_found(mailbox, watched) if args['delete'] else ''
        finally:
            mailbox.close()
        confirmed = judged(proofs, watched, mailbox.name, args['late_after'])
        problems = [problem for one in confirmed for problem in one.problems]
        failed_hosts = list(dict.fromkeys(one.proof.host for one in confirmed if one.has_failed))
        warnings = [unavailable(mailbox.name, watched.unavailable).message] if watched.unavailable else []
        return {
            'proofs': shown([one.entry() for one in confirmed]),
            'failed_hosts': failed_hosts,
            'problems': shown(problems),
            'msg': summary(confirmed),
            'failed': bool(failed_hosts),
            'warnings': [*warnings, *([f'The mails were not deleted from {mailbox.name}: {left}.'] if left else [])],
        }

    def _mailbox(self, args: Args) -> Mailbox:
        """Return the mailbox that is given, not opened. Raises ProblemError."""
        if args['maildir']:
            return Maildir(args['maildir'])
        account = Account(
            mailbox_name(args),
            args['imap_host'],
            args['imap_port'],
            args['imap_tls'] == 'starttls',
            args['imap_username'],
            args['imap_password'],
            args['folder'],
        )
        source = args['imap_ca_src']
        context = self._context(source) if source else ssl.create_default_context()
        # Set by default from Python 3.13 on, it refuses the CAs of many sites.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        return Imap(account, context, args['timeout'] + SPARE_SECONDS, deletes=args['delete'])

    def _context(self, source: str) -> ssl.SSLContext:
        content = SourceReader(self, self._vars).content([source], 'imap_ca_src').decode('ascii', 'replace')
        try:
            return ssl.create_default_context(cadata=content)
        except (ssl.SSLError, ValueError) as error:
            raise ArgumentError(f"imap_ca_src: {source} can't be read as CA certificates (PEM): {error}") from None


def _read_mark(given: t.Mapping[str, t.Any] | None) -> Mark | None:
    """Return the mark as this module returned it, None where there is none. Raises ArgumentError."""
    if not given:
        return None
    mark: Mark = {name: given.get(name) for name in MARK}
    numbers = [name for name, kind in MARK.items() if kind is int and mark[name] is not None]
    for name in numbers:
        try:
            mark[name] = int(mark[name])  # before core 2.19, a template may have made text of it
        except (TypeError, ValueError, OverflowError):
            raise ArgumentError(f'mark.{name} is {mark[name]!r:.60}: give the mark as state: mark returned it') from None
    if mark['at'] is None or not isinstance(mark['mailbox'], str) or not isinstance(mark['known'] or [], list):
        raise ArgumentError('mark is incomplete: give the mark as state: mark returned it')
    return mark
