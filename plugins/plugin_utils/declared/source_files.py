# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Trust files and templates on the controller: where they are looked for, and what is wrong if they can't be read."""

from __future__ import annotations

import pathlib
import typing as t

from ansible.errors import AnsibleError, AnsibleFileNotFound
from ansible.plugins.action import ActionBase

from ...module_utils.problems import Problem, ProblemError
from ...module_utils.trust.pem import as_pem, read_pem
from ..options.origin import origin
from ..options.variables import variable_of

VAULT = b'$ANSIBLE_VAULT;'  # how an encrypted file begins
MAX_SOURCE = 4 << 20  # bytes, as much as is read of a trust file on a target
ROLE = 'printops.infoprint.sendmemo_tls'
OWN = '/ansible_collections/printops/infoprint'  # in the path of a directory of this collection: no site keeps its files there


class SourceReader:
    """Reads trust files of the controller, each once."""

    def __init__(self, action: ActionBase, task_vars: t.Mapping[str, t.Any]) -> None:
        self._action = action
        self._vars = task_vars
        self._read: dict[str, bytes] = {}

    def content(self, sources: t.Sequence[str], option: str, more: bytes = b'') -> bytes:
        """Return one file as it is, or several joined, each certificate and CRL once; `more` goes first.

        `option` is what named them. Raises ProblemError.
        """
        contents = [*filter(None, [more]), *(self._one(source, option) for source in sources)]
        if len(contents) == 1:
            return contents[0]
        read = [read_pem(content) for content in contents]
        if any(pem.faults or pem.others or not pem.blocks for pem in read):
            return b'\n'.join(contents)  # as it is, so that the checks report its problems
        unique = {(block.label, block.der): block for pem in read for block in pem.blocks}
        return ''.join(map(as_pem, unique.values())).encode('ascii')

    def _one(self, source: str, option: str) -> bytes:
        if source not in self._read:
            self._read[source] = self._content(source, option)
        return self._read[source]

    def _content(self, source: str, option: str) -> bytes:
        path = find(self._action, self._vars, 'files', source, option)
        try:
            real = self._action._loader.get_real_file(path)
            try:
                with pathlib.Path(real).open('rb') as stream:
                    content = stream.read(MAX_SOURCE + 1)
            finally:
                self._action._loader.cleanup_tmp_file(real)
        except (AnsibleError, OSError) as error:
            raise ProblemError(unreadable(path, source, error, self._action)) from None
        if len(content) > MAX_SOURCE:
            raise ProblemError(
                Problem(
                    'file_not_readable',
                    f'{source} has more than {MAX_SOURCE >> 20} MiB.',
                    'Use a file with only the CAs that are needed.',
                    file=source,
                )
            )
        return content


def find(action: ActionBase, task_vars: t.Mapping[str, t.Any], folder: str, source: str, option: str) -> str:
    """Return the path of a file: where core looks for `files` or `templates`, and else beside the inventory.

    `option` is what named it. Raises ProblemError file_not_found.
    """
    try:
        return str(action._find_needle(folder, source))
    except AnsibleError:
        beside = task_vars.get('inventory_dir')
        places = [f'{beside}/{folder}', str(beside)] if isinstance(beside, str) and not source.startswith('/') else []
        found = next((f'{place}/{source}' for place in places if pathlib.Path(place, source).is_file()), '')
        if found:
            return found
        basedir = str(action._loader.get_basedir())
        places += [] if source.startswith('/') or OWN in basedir else [f'{basedir}/{folder}', basedir]
    where = f' Looked for it in {", ".join(dict.fromkeys(places))}.' if places else ''
    name = called(action, task_vars, option)
    message = f'{name} is {source}, and there is no such file on the controller.{where}'
    raise ProblemError(Problem('file_not_found', message, 'Correct the path, or put the file there.', file=source))


def called(action: ActionBase, task_vars: t.Mapping[str, t.Any], option: str) -> str:
    """Return what the site calls an option: in the role a variable, with the place where it was written, if that is known."""
    role = action._task._role
    if role is None or role.get_name() != ROLE:
        return option
    variable = variable_of(option)
    place = origin(task_vars, variable)
    return f'{variable} ({place})' if place else variable


def unreadable(path: str, source: str, error: Exception, action: ActionBase) -> Problem:
    """Return the problem that a file of the controller can't be read, and for an encrypted one that it can't be decrypted."""
    try:
        with pathlib.Path(path).open('rb') as stream:
            is_vaulted = stream.read(len(VAULT)) == VAULT
    except OSError:
        is_vaulted = False
    if not is_vaulted and isinstance(error, (FileNotFoundError, AnsibleFileNotFound)):
        return Problem('file_not_found', f'{source}: there is no such file on the controller.', 'Correct the path.', file=source)
    if not is_vaulted:
        return Problem(
            'file_not_readable',
            f"{source} can't be read on the controller: {getattr(error, 'strerror', None) or error}",
            file=path,
        )
    has_password = bool(action._loader._vault.secrets)
    why = 'none of the given vault passwords decrypts it' if has_password else 'no vault password was given'
    hint = 'Provide the password with --ask-vault-pass, --vault-id or vault_password_file; or encrypt the file with another one.'
    return Problem('file_not_readable', f'{source} is encrypted with Ansible Vault, and {why}.', hint, file=source)
