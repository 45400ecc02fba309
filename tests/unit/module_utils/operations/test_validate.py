# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the target reports of a host's configurations, and with whose rights it reads."""

import base64
import hashlib
import json
import os
import pathlib
import tempfile

import pytest

from ansible_collections.printops.infoprint.plugins.module_utils.messages.wire import plain
from ansible_collections.printops.infoprint.plugins.module_utils.operations import validate as validating
from ansible_collections.printops.infoprint.plugins.module_utils.program.watchdog import Watchdog
from ansible_collections.printops.infoprint.plugins.module_utils.trust import trust_file as host_files

DER = b'\x30\x03\x02\x01\x05'
CA = b'-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n'
NOBODY = 65534


@pytest.fixture
def base_dir(tmp_path):
    path = tmp_path / 'pd'
    path.mkdir(mode=0o755)
    return path


def make_server(base_dir, name, config, **files):
    directory = base_dir / name
    directory.mkdir(mode=0o755)
    for file, data in dict({'sendmemo-ssl.cfg': config}, **{stem + '.pem': data for stem, data in files.items()}).items():
        (directory / file).write_bytes(data)
        (directory / file).chmod(0o644)
    return directory


def validate(**request):
    """Return the answer as it arrives: through JSON."""
    nothing = ('base_dir', 'path', 'content', 'working_dir', 'smtp_port', 'pd_bin_dir')
    whole = dict(dict.fromkeys(nothing), **dict({'servers': [], 'require_configuration': True}, **request))
    return json.loads(json.dumps(plain(validating.run(whole, Watchdog(60)))))


def codes(entry):
    return [problem['code'] for problem in entry['problems']]


def test_each_distinct_trust_file_comes_along_once(base_dir):
    for name in ('spl1', 'spl2'):
        make_server(base_dir, name, b'EnableTLS = 1\nCAFile = ca.pem\n', ca=CA)
    answer = validate(base_dir=str(base_dir))
    key = hashlib.sha256(CA).hexdigest()
    assert answer['trust_files'] == [
        {'key': key, 'blocks': [{'label': 'CERTIFICATE', 'line': 1, 'der': base64.b64encode(DER).decode()}]}
    ]
    assert [entry['trust'] for entry in answer['servers']] == [
        {'CAFile': {'key': key, 'file': str(base_dir / name / 'ca.pem')}} for name in ('spl1', 'spl2')
    ]
    assert [codes(entry) for entry in answer['servers']] == [[], []]


def test_nothing_else_of_a_file_that_is_named_leaves_the_host(base_dir):
    secret = b'HUNTER2\n' + CA + b'-----BEGIN HUNTER2-----\nHUNTER2=\n'
    make_server(base_dir, 'spl1', b'EnableTLS = 1\nCAFile = ca.pem\n', ca=secret)
    answer = validate(base_dir=str(base_dir))
    assert codes(answer['servers'][0]) == ['not_pem']
    assert 'HUNTER2' not in json.dumps(answer)


def test_a_file_name_that_is_not_utf8_is_found(base_dir):
    directory = make_server(base_dir, 'spl1', b'EnableTLS = 1\nCAFile = \xe4.pem\n')
    with open(os.path.join(os.fsencode(str(directory)), b'\xe4.pem'), 'wb') as stream:
        stream.write(CA)
    os.chmod(os.path.join(os.fsencode(str(directory)), b'\xe4.pem'), 0o644)
    assert codes(validate(base_dir=str(base_dir))['servers'][0]) == []


@pytest.mark.parametrize(
    'value, code',
    (
        (b'gone.pem', 'file_not_found'),
        (b'/nowhere/gone.pem', 'file_not_found'),
        (b'dir', 'unsafe_path'),
        (b'fifo', 'unsafe_path'),
        (b'link', 'unsafe_path'),
        (b'two', 'unsafe_path'),
        (b'loop', 'unsafe_path'),
        (b'/dev/null', 'unsafe_path'),
        (b'x/ca.pem', 'relative_path'),
        (b'a.pem/ca.pem', 'relative_path'),
    ),
)
def test_what_is_no_regular_file_is_not_opened(base_dir, value, code):
    directory = make_server(base_dir, 'spl1', b'EnableTLS = 1\nCAFile = ' + value + b'\n', ca=CA)
    (directory / 'dir').mkdir()
    os.mkfifo(str(directory / 'fifo'))
    (directory / 'link').symlink_to('../outside.pem')
    (directory / 'two').symlink_to('link')
    (directory / 'loop').symlink_to('loop')
    (base_dir / 'outside.pem').write_bytes(CA)
    assert codes(validate(base_dir=str(base_dir))['servers'][0]) == [code]


@pytest.mark.parametrize('target', ('ca.pem', 'sub/../ca.pem', 'sub/other.pem'))
def test_a_link_that_stays_in_the_working_directory_is_followed(base_dir, target):
    directory = make_server(base_dir, 'spl1', b'EnableTLS = 1\nCAFile = link.pem\n', ca=CA)
    (directory / 'sub').mkdir(mode=0o755)
    (directory / 'sub' / 'other.pem').write_bytes(CA)
    (directory / 'link.pem').symlink_to(target)
    assert codes(validate(base_dir=str(base_dir))['servers'][0]) == []
    (directory / 'sub').chmod(0o777)
    expected = ['unsafe_permissions'] if target == 'sub/other.pem' else []
    assert codes(validate(base_dir=str(base_dir))['servers'][0]) == expected


def test_a_link_out_of_the_working_directory_is_reported_with_where_it_leads(base_dir):
    directory = make_server(base_dir, 'spl1', b'EnableTLS = 1\nCAFile = ca.pem\n')
    (directory / 'ca.pem').symlink_to('/etc/hostname')
    (problem,) = validate(base_dir=str(base_dir))['servers'][0]['problems']
    assert (problem['code'], problem['keyword'], problem['value']) == ('unsafe_path', 'CAFile', 'ca.pem')
    assert problem['message'] == '%s is a symbolic link that leads out of the working directory, to /etc/hostname.' % (
        directory / 'ca.pem'
    )


def test_a_host_hands_over_a_bounded_amount(base_dir, monkeypatch):
    monkeypatch.setattr(host_files, 'MAX_HOST', len(CA))
    make_server(base_dir, 'spl1', b'EnableTLS = 1\nCAFile = ca.pem\n', ca=CA)
    make_server(base_dir, 'spl2', b'EnableTLS = 1\nCAFile = ca.pem\n', ca=CA + b'\n')
    answer = validate(base_dir=str(base_dir))
    assert [codes(entry) for entry in answer['servers']] == [[], ['file_not_readable']]


def test_a_configuration_of_more_than_1_mib_is_not_read(base_dir):
    make_server(base_dir, 'spl1', b'#' * ((1 << 20) + 1))
    (entry,) = validate(base_dir=str(base_dir))['servers']
    assert codes(entry) == ['file_not_readable']
    assert 'settings' not in entry


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can look with another's rights")
def test_root_looks_with_the_rights_of_the_owner():
    with tempfile.TemporaryDirectory() as scratch:  # pytest's own directories are closed to others
        os.chmod(scratch, 0o755)
        base_dir, outside = pathlib.Path(scratch, 'pd'), pathlib.Path(scratch, 'outside')
        base_dir.mkdir(mode=0o755)
        outside.mkdir(mode=0o700)
        (outside / 'crl.pem').write_bytes(CA)
        config = 'EnableTLS = 1\nCAFile = ca.pem\nCrlFile = %s/crl.pem\n' % outside
        directory = make_server(base_dir, 'spl1', config.encode(), ca=CA)
        (directory / 'ca.pem').chmod(0o600)  # root's alone
        os.chown(str(directory), NOBODY, NOBODY)
        (entry,) = validate(base_dir=str(base_dir))['servers']
    assert [(problem['code'], problem['keyword']) for problem in entry['problems']] == [
        ('file_not_readable', 'CAFile'),
        ('file_not_readable', 'CrlFile'),
    ]
    assert os.geteuid() == 0
