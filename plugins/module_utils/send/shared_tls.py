# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the sends of a host share: parsed trust files, and contexts, because loading a bundle of CAs takes longest.

Children of several owners share what was made before they were forked. What an owner's files contain is read by that owner's
child; but the content of files that this process itself put there is known to it.
"""

import os
from typing import Dict, Iterable, Optional

from ..config.keywords import CONFIG_NAME, FILE_KEYWORDS
from ..config.parser import parse
from ..problems import ProblemError
from ..tls.context import Contexts
from ..tls.sslv3 import requested
from ..trust.pem import LABEL, Pem, read_pem
from ..trust.trust_store import Trust
from ..vocabulary import DISABLED
from .job import Task, verifying_policy


class SharedTls:
    """Contexts by their policy and trust, and `pems`, the trust files that were read, by content."""

    def __init__(self) -> None:
        self.contexts = Contexts()
        self.pems: Dict[bytes, Pem] = {}

    def prepare(self, tasks: Iterable[Task]) -> None:
        """Make the contexts of the tasks whose files are known, once for all children that are forked afterwards."""
        ssl_v3 = requested(os.environ)
        for task in tasks:
            settings = parse(task.files[CONFIG_NAME], CONFIG_NAME).settings if task.files else {}
            trust = None if task.options.adds_default_cas else self._trust(settings, task.files)
            if trust is None or settings['EnableTLS'] == DISABLED.value:
                continue
            try:
                self.contexts.get(verifying_policy(settings, trust, task.options, ssl_v3))
            except ProblemError:  # who needs the context reports it
                pass

    def _trust(self, settings: Dict[str, str], files: Dict[str, bytes]) -> Optional[Trust]:
        """Return the trust of these settings, None where that is not in the files alone."""
        names = {keyword: settings[keyword] for keyword in FILE_KEYWORDS if settings.get(keyword)}
        if 'CAFile' not in names or not all(name in files for name in names.values()):
            return None
        blocks = {}
        for keyword, name in names.items():
            data = files[name]
            if data not in self.pems:
                self.pems[data] = read_pem(data)
            blocks[keyword] = self.pems[data].of(LABEL[keyword])
        return Trust(names['CAFile'], blocks['CAFile'], blocks.get('CrlFile'))
