# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The test printops.infoprint.ehlo_hostname: whether sendmemo can use a name in EHLO."""

from __future__ import annotations

import typing as t

from ..module_utils.config.ehlo_name import check_ehlo_hostname


def ehlo_hostname(value: object) -> bool:
    return isinstance(value, str) and check_ehlo_hostname(value) is None


class TestModule:
    def tests(self) -> dict[str, t.Callable[..., bool]]:
        return {'ehlo_hostname': ehlo_hostname}
