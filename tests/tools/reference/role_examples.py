# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An example of each entry point of the role, as its documentation shows it: a play that can be copied."""

from __future__ import annotations

EXAMPLES = {
    'main': """
- name: Encrypt the mail of the print servers and verify it
  hosts: print_servers
  gather_facts: false
  roles:
    - role: printops.infoprint.sendmemo_tls
      vars:
        sendmemo_tls_servers:
          - name: spl1
        sendmemo_tls_smtp_host: mail.example.com
        sendmemo_tls_smtp_port: 587
        sendmemo_tls_ca_src: files/mail-ca.pem
        sendmemo_tls_hostname: "{{ inventory_hostname }}"
        sendmemo_tls_verify_recipients:
          - print-ops@example.com
""",
    'audit': """
# The variables of the entry point main are in the inventory.
- name: Fail where something has drifted
  hosts: print_servers
  gather_facts: false
  tasks:
    - name: Audit
      ansible.builtin.import_role:
        name: printops.infoprint.sendmemo_tls
        tasks_from: audit
      vars:
        sendmemo_tls_audit_fails: true
""",
    'verify': """
# The variables of the entry point main are in the inventory.
- name: Ask the mail servers whether they would accept a mail, without sending one
  hosts: print_servers
  gather_facts: false
  tasks:
    - name: Verify
      ansible.builtin.import_role:
        name: printops.infoprint.sendmemo_tls
        tasks_from: verify
      vars:
        sendmemo_tls_verify: envelope
""",
    'refresh_crl': """
# The variables of the entry point main are in the inventory.
- name: Renew the revocation lists
  hosts: print_servers
  gather_facts: false
  tasks:
    - name: Renew
      ansible.builtin.import_role:
        name: printops.infoprint.sendmemo_tls
        tasks_from: refresh_crl
      vars:
        sendmemo_tls_crl_url: http://ca.example.com/mail-ca.crl
""",
    'rollback': """
- name: Restore the previous set of one server
  hosts: print01.example.com
  gather_facts: false
  tasks:
    - name: Roll back
      ansible.builtin.import_role:
        name: printops.infoprint.sendmemo_tls
        tasks_from: rollback
      vars:
        sendmemo_tls_servers:
          - name: spl1
""",
}
