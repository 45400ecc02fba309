# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation of the action plugin of the same name, which does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: server_attributes
short_description: Read and set attributes of InfoPrint servers
version_added: 1.0.0
description:
  - Reads attributes of RICOH InfoPrint Manager servers with C(pdls) and sets those that differ with C(pdset), such as
    C(smtp-server-host) and C(smtp-server-port), which define where C(sendmemo) sends mails to.
  - What C(pdls) shows afterwards decides. If one attribute of a server is refused, those that were set with it are restored, and
    one that was unset before is named, since C(pdset) has no documented way to unset it.
  - The commands run without a shell and without input, for 30 seconds at most each, those of all servers at the same time, in
    the environment of the login and of the task's C(environment).
  - InfoPrint uses that environment to choose the server that answers, which knows all others. It is the one of C(PD_SOCKET) if
    that is set, else the first one in C(/var/lib/pd/pdserver.conf) for the locale of the command. Only the names of attributes
    and the numbers of messages in the output are evaluated, in any language.
  - A server must be running; its attributes cannot be read otherwise. None is started and none is created.
  - A server is identified by its name alone; O(servers[].working_dir) is ignored.
extends_documentation_fragment:
  - printops.infoprint.common
  - printops.infoprint.options
  - printops.infoprint.options.server_attributes
attributes:
  check_mode:
    details:
      - That C(pdset) will refuse an attribute can't be predicted.
  diff_mode:
    support: full
    description: Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
notes:
  - InfoPrint Manager grants rights to the login user, not to the user that C(become) changes to. With C(become) an operation can
    be refused that is granted to the login user, and the other way round; set C(ansible_user) to a user who has the rights.
  - The forms of the commands are in the product's manual. The forms of their output, and the numbers 5010-065 and 5010-414, are
    those of a sibling of the product. Exit codes are documented for neither, so messages and values are evaluated too.
  - The value of an attribute with several values is these, separated by blanks.
author:
  - The printops.infoprint authors (@printops)
seealso:
  - module: printops.infoprint.sendmemo_config
  - module: printops.infoprint.send_memo
"""

EXAMPLES = r"""
- name: Send by SMTPS, from every server of the host
  printops.infoprint.server_attributes:
    attributes:
      smtp-server-host: mail.example.com
      smtp-server-port: 465

- name: Servers with mail servers of their own
  printops.infoprint.server_attributes:
    servers:
      - name: spl1
        attributes:
          smtp-server-host: mail1.example.com
      - name: spl2
        attributes:
          smtp-server-host: mail2.example.com

- name: Read where two servers send to
  printops.infoprint.server_attributes:
    servers:
      - name: spl1
      - name: spl2
  register: mail_servers

- name: Read another attribute
  printops.infoprint.server_attributes:
    attributes:
      notification-profile:
"""

RETURN = r"""
servers:
  description: One entry per server, in the order of O(servers), or by name if they were discovered.
  returned: unless an option is invalid
  type: list
  elements: dict
  sample:
    - name: spl1
      changed: true
      before:
        smtp-server-host: mail.example.com
        smtp-server-port: '587'
      after:
        smtp-server-host: mail.example.com
        smtp-server-port: '465'
      problems: []
  contains:
    # From return_parts: name
    name:
      description: Name of the server.
      type: str
      returned: always
      sample: spl1
    changed:
      description: Whether an attribute was changed, or would be in check mode.
      type: bool
      returned: always
      sample: true
    before:
      description: The requested attributes before, as text; C(null) for one that is unset. C(null) as a whole if they could not
        be read.
      type: dict
      returned: always
      sample:
        smtp-server-port: '587'
    after:
      description: The same attributes as they are now, or would be in check mode. C(null) if they could not be read.
      type: dict
      returned: always
      sample:
        smtp-server-port: '465'
    # From return_parts: problems of a server
    problems:
      description: The problems of this server.
      type: list
      returned: always
      elements: dict
      sample: []
refused:
  # From return_parts: refused
  description: "Whether the options were refused on the controller: nothing was done on the host."
  returned: when they were
  type: bool
  sample: true
problems:
  description:
    - All problems, in one list, like those of M(printops.infoprint.sendmemo_config). C(keyword) is the attribute.
    - The codes are C(server_unknown), C(server_not_running), C(attribute_refused), C(pd_command_missing) and
      C(pd_output_unreadable).
  returned: always
  type: list
  elements: dict
  sample:
    - code: server_not_running
      severity: error
      message: 'The server spl2 does not answer: 5010-414 Cannot communicate with the server.'
      hint: Start the server, or find out why it does not answer, then run again.
      server: spl2
msg:
  description: One line per server, then one for each of its problems.
  returned: always
  type: str
  sample: 'spl1: changed: smtp-server-port (was 587, is 465)'
"""
