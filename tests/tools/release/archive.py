# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Builds the archive so that the same files, with the same date, always give the same bytes.

`ansible-galaxy collection build` decides what is in it. It lists files in the order of the directory and dates them by the
checkout; here they are sorted, and dated by the commit.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path

# They come first, since an installer reads them first.
MANIFEST, FILES = 'MANIFEST.json', 'FILES.json'


def copy_files(checkout: Path, names: Iterable[str], directory: Path) -> Path:
    """Copy the files of a checkout, named relative to it, to the path that Ansible demands; return the copy's root."""
    root = directory / 'ansible_collections' / 'printops' / 'infoprint'
    for name in names:
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(checkout / name, target, follow_symlinks=False)
    return root


def build(root: Path, directory: Path) -> Path:
    """Have ansible-galaxy build the archive of a copy; return its path."""
    command = ['ansible-galaxy', 'collection', 'build', str(root), '--output-path', str(directory)]
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return next(directory.glob('*.tar.gz'))


def build_reproducibly(checkout: Path, names: Iterable[str], directory: Path, moment: int) -> Path:
    """Build the archive of these files in the directory, dated `moment` (Unix time, that of the commit); return its path."""
    with tempfile.TemporaryDirectory(prefix='ipt-') as scratch:
        built = build(copy_files(checkout, names, Path(scratch)), Path(scratch))
        archive = directory / built.name
        archive.write_bytes(packed(read(built), moment))
    return archive


def read(archive: Path) -> dict[str, tuple[bytes, int]]:
    """Return the content and the mode of each file of an archive, by name."""
    with tarfile.open(archive) as opened:
        found = {member.name: (opened.extractfile(member), member.mode) for member in opened if member.isfile()}
        return {name: (file.read(), mode) for name, (file, mode) in found.items() if file}


def packed(files: dict[str, tuple[bytes, int]], moment: int) -> bytes:
    """Return the archive of these files and of the directories that are listed with them; the same for any order of them."""
    files = _sorted_list(files)
    directories = [
        entry['name'] for entry in json.loads(files[FILES][0])['files'] if entry['ftype'] == 'dir' and entry['name'] != '.'
    ]
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode='w', format=tarfile.PAX_FORMAT) as archive:
        for name in sorted([*files, *directories], key=lambda name: (name != MANIFEST, name != FILES, name)):
            member = tarfile.TarInfo(name)  # owned by 0:0, without names
            content, member.mode = files.get(name, (b'', 0o755))
            member.size, member.mtime = len(content), moment
            member.type = tarfile.REGTYPE if name in files else tarfile.DIRTYPE
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(tar.getvalue(), mtime=0)


def _sorted_list(files: dict[str, tuple[bytes, int]]) -> dict[str, tuple[bytes, int]]:
    """Return the files with their list sorted; the manifest has the digest of the list."""
    listed, manifest = (json.loads(files[name][0]) for name in (FILES, MANIFEST))
    listed['files'].sort(key=lambda entry: entry['name'])
    text = _json(listed)
    manifest['file_manifest_file']['chksum_sha256'] = hashlib.sha256(text).hexdigest()
    return {**files, FILES: (text, 0o644), MANIFEST: (_json(manifest), 0o644)}


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()
