# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Alerting rules run by promtool over what reports said, hour by hour. promtool's clock begins at 0, and so do the times here."""

from __future__ import annotations

import datetime as dt
import pathlib
import shutil
import subprocess
import typing as t

import prometheus_client.parser
import yaml

PROMTOOL = 'promtool'
# Seconds between two samples, and between two evaluations at the same moments: in a case of a few hours, and in a longer one.
STEP, LONG_STEP = 300, 3600
LONG_HOURS = 4
SECONDS = 60
# The labels that Prometheus adds to what it scrapes.
TARGET = {'instance': 'controller:9100', 'job': 'node'}


def why_not() -> str:
    """Return why promtool can't be run here, '' if it can."""
    return '' if shutil.which(PROMTOOL) else 'it needs the Debian package prometheus'


class Phase(t.NamedTuple):
    """What was scraped for so many hours: the text of a sendmemo.prom, '' = nothing."""

    text: str
    hours: float


class Expected(t.NamedTuple):
    """An alert that fires: its labels but for those of the target, and its annotations."""

    labels: dict[str, str]
    annotations: dict[str, str]


class Check(t.NamedTuple):
    """Which alerts of a name are to fire after so many hours."""

    hours: float
    alert: str
    expected: list[Expected]


class Case(t.NamedTuple):
    """What is scraped from the time `begin` on, in seconds since 1970, and what is to fire."""

    begin: float
    phases: list[Phase]
    checks: list[Check]

    @property
    def hours(self) -> float:
        return sum(phase.hours for phase in self.phases)


def seconds_of(text: str, name: str) -> float:
    """Return the value of the first sample of a metric."""
    families = prometheus_client.parser.text_string_to_metric_families(text)
    return float(next(family.samples[0].value for family in families if family.name == name))


def _samples(text: str, begin: float) -> dict[str, str]:
    """Return the value of each series; times are counted from `begin`."""
    found = {}
    for family in prometheus_client.parser.text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ','.join(f'{key}="{_escaped(value)}"' for key, value in {**sample.labels, **TARGET}.items())
            value = sample.value - begin if sample.name.endswith('_timestamp_seconds') else sample.value
            found[f'{sample.name}{{{labels}}}'] = f'{value:f}'
    return found


def _escaped(value: str) -> str:
    return value.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')


def _values(phases: t.Sequence[Phase], of_phases: t.Sequence[t.Mapping[str, str]], name: str, step: int) -> str:
    """Return the values of a series. When it ends it is stale at once, as when a scrape no longer has it."""
    values, was_there = [], False
    for phase, samples in zip(phases, of_phases, strict=True):
        steps = round(phase.hours * 3600 / step)
        if name in samples:
            values.append(f'{samples[name]}x{steps - 1}')  # the value, and so many more
        else:
            values.append(f'stale _x{steps - 1}' if was_there and steps > 1 else f'_x{steps}')
        was_there = name in samples
    return ' '.join(values)


def _series(case: Case, step: int) -> list[dict[str, str]]:
    of_phases = [_samples(phase.text, case.begin) for phase in case.phases]
    names = dict.fromkeys(name for samples in of_phases for name in samples)
    return [{'series': name, 'values': _values(case.phases, of_phases, name, step)} for name in names]


def _test(name: str, case: Case, step: int) -> dict[str, t.Any]:
    return {
        'name': name,
        'interval': f'{step}s',
        'input_series': _series(case, step),
        'alert_rule_test': [
            {
                'eval_time': f'{round(check.hours * 60)}m',
                'alertname': check.alert,
                'exp_alerts': [{'exp_labels': one.labels, 'exp_annotations': one.annotations} for one in check.expected],
            }
            for check in case.checks
        ],
    }


def run(rules: pathlib.Path, directory: pathlib.Path, cases: t.Mapping[str, Case]) -> str:
    """Run cases; return what promtool says, '' if all is as expected."""
    files = []
    for step in (STEP, LONG_STEP):
        tests = [_test(name, case, step) for name, case in cases.items() if (case.hours > LONG_HOURS) == (step == LONG_STEP)]
        files.append(directory / f'every_{step}_s.yml')
        content = {'rule_files': [str(rules)], 'evaluation_interval': f'{step}s', 'tests': tests}
        files[-1].write_text(yaml.safe_dump(content))
    done = subprocess.run(
        [PROMTOOL, 'test', 'rules', *map(str, files)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return '' if done.returncode == 0 else done.stdout + done.stderr


def shown(seconds: float) -> str:
    """Return a time as humanizeTimestamp shows it."""
    moment = dt.datetime.fromtimestamp(seconds, dt.timezone.utc)
    fraction = f'{moment:.%f}'.rstrip('0').rstrip('.') if moment.microsecond else ''
    return f'{moment:%Y-%m-%d %H:%M:%S}{fraction} +0000 UTC'
