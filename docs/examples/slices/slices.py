"""Converge a fleet in slices on the workers of a Dask cluster: slices.py SCHEDULER DATA SLICES OUT

Each slice is a job of ansible-runner. One whose worker is lost, or that takes too long, is handed to a worker that is there.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

from distributed import Client, as_completed

TRIES, SECONDS = 5, 3600


def run(*command, given=None, seconds=None):
    return subprocess.run(command, input=given, stdout=subprocess.PIPE, timeout=seconds, check=False).stdout


def work(job):
    """Do a slice: this runs on a worker."""
    with tempfile.TemporaryDirectory() as directory:
        return run('ansible-runner', 'worker', '--private-data-dir', directory, given=job, seconds=SECONDS)


def main(scheduler, data, slices, out):
    client, started = Client(scheduler), time.strftime('%Y%m%dT%H%M%S')
    hosts = len(run('ansible', 'print_servers', '-i', f'{data}/inventory', '--list-hosts').splitlines()) - 1
    size = -(-hosts // int(slices))

    def submit(number, attempt):
        ident = f'{started}-{number}-{attempt}'  # the run, the slice, the try: the Message-IDs of its mails have it
        command = f'-e batches=100% -e target=print_servers[{(number - 1) * size}:{number * size - 1}]'
        options = ('-p', 'site.yml', '--ident', ident, '--cmdline', command, '--only-failed-event-data')
        return client.submit(work, run('ansible-runner', 'transmit', data, *options), key=ident)

    codes, waiting = {}, as_completed([submit(number, 1) for number in range(1, int(slices) + 1)])
    for future in waiting:
        _started, number, attempt = future.key.split('-')
        artifacts = pathlib.Path(out, 'artifacts', future.key)
        try:
            run('ansible-runner', 'process', out, '--ident', future.key, given=future.result())
        except Exception as error:  # its worker was lost, or it took too long
            print(future.key, error, flush=True)
        if (artifacts / 'rc').exists():  # the last that a worker sends
            codes[artifacts] = (artifacts / 'rc').read_text()
        elif int(attempt) < TRIES:
            waiting.add(submit(int(number), int(attempt) + 1))
        else:
            codes[artifacts] = 'missing'
        print(future.key, codes.get(artifacts, 'handed on'), flush=True)
    variables = {'reports': [f'{artifacts}/fleet-report' for artifacts in sorted(codes)], 'directory': f'{out}/fleet-report'}
    merge = ['ansible-playbook', '-i', f'{data}/inventory', 'printops.infoprint.report', '-e', json.dumps(variables)]
    return subprocess.run(merge, check=False).returncode or int(set(codes.values()) != {'0'})


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
