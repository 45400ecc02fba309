# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The job as a pyinfra deploy: the same files as the role in ../handwritten, checked first, written only where they differ."""

from __future__ import annotations

from pyinfra import host
from pyinfra.operations import files

rights = {'user': host.data.mail_tls_owner, 'group': host.data.mail_tls_owner, 'mode': '644'}
for server in host.data.mail_tls_servers:
    directory = f'/var/pd/{server}'
    # The directory is there: create_remote_dir would cost another question per file.
    files.put(
        name=f'{server}: the certificate authorities',
        src=host.data.mail_tls_ca,
        dest=f'{directory}/ca.pem',
        create_remote_dir=False,
        **rights,
    )
    files.put(
        name=f'{server}: the revocation list',
        src=host.data.mail_tls_crl,
        dest=f'{directory}/crl.pem',
        create_remote_dir=False,
        **rights,
    )
    files.template(
        name=f'{server}: the configuration that names both',
        src='templates/sendmemo-ssl.cfg.j2',
        dest=f'{directory}/sendmemo-ssl.cfg',
        create_remote_dir=False,
        **rights,
    )
