# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter printops.infoprint.sendmemo_settings: the active settings of a configuration."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ..module_utils.config.parser import parse

DOCUMENTATION = r"""
name: sendmemo_settings
short_description: The settings that the text of a sendmemo-ssl.cfg activates
version_added: 1.0.0
description:
  - Reads the text as M(printops.infoprint.sendmemo_validate) does and returns the active value of each keyword, as text,
    defaults included. If a keyword is set twice, the last one.
  - Nothing is validated. A value can be one that sendmemo refuses.
positional: _input
options:
  _input:
    description: Text of a C(sendmemo-ssl.cfg).
    type: str
    required: true
author:
  - The printops.infoprint authors (@printops)
seealso:
  - module: printops.infoprint.sendmemo_validate
"""

EXAMPLES = r"""
- name: Check that the mails of this site are encrypted
  ansible.builtin.assert:
    that: settings.EnableTLS != '0'
  vars:
    settings: "{{ lookup('ansible.builtin.file', 'sendmemo-ssl.cfg') | printops.infoprint.sendmemo_settings }}"
"""

RETURN = r"""
_value:
  description: Value by keyword.
  type: dict
  sample:
    EnableTLS: '1'
    CAFile: mail-ca.pem
    CrlFile: ''
    CertValidationIgnoreHostName: '0'
    IgnoreCertificateErrors: '0'
    Hostname: print1.example.com
"""


def sendmemo_settings(text: object) -> dict[str, str]:
    """Return the active settings of a configuration's text. Raises AnsibleFilterError for what is not text."""
    if not isinstance(text, str):
        raise AnsibleFilterError('printops.infoprint.sendmemo_settings takes the text of a file: give it a string')
    return parse(text.encode('utf-8', 'surrogateescape'), 'the text').settings


class FilterModule:
    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {'sendmemo_settings': sendmemo_settings}
