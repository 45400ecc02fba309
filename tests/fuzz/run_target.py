# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fuzzes one target by coverage: `run_target.py NAME CORPUS [options of libFuzzer]`. Needs atheris.

CORPUS is a directory that is kept between runs; the seeds, and the words for the fuzzer, are put into it and beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(CHECKOUT / '.venvs' / 'collections'), str(CHECKOUT / 'tests')]

with atheris.instrument_imports(include=['ansible_collections']):
    from fuzz.targets import TARGETS
from fuzz.seeds import WORDS, seeds  # noqa: E402, they are beside what has to be instrumented


def prepared(name: str, corpus: Path) -> list[str]:
    """Write seeds and words of a target; return the options of libFuzzer for them."""
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()[name]):
        (corpus / f'seed-{number}').write_bytes(seed)
    if name not in WORDS:
        return [str(corpus)]
    words = corpus.with_suffix('.dict')
    words.write_text(''.join(f'"{"".join(f"{chr(92)}x{byte:02x}" for byte in word)}"\n' for word in WORDS[name]))
    return [f'-dict={words}', str(corpus)]


if __name__ == '__main__':
    program, target, directory, *options = sys.argv
    atheris.Setup([program, *options, *prepared(target, Path(directory))], TARGETS[target])
    atheris.Fuzz()
