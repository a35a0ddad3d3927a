"""Change the code a little, many times over, and see whether its tests notice: mutation testing.

    make mutants                               a sample of 25 changes of each file; the better part
                                               of an hour
    make mutants ARGS='--per-file 5 --seed 2'  other samples
    make mutants ARGS=--anew                   forget what was tried before

mutmut makes the changes and runs the tests that reach each, on a copy in mutants/; what is changed,
and whose tests are run, stands in pyproject.toml. Which are tried is drawn by a seed. A mutant that
was killed is not tried again while its function stays as it is: a run that was cut off goes on
where it was.

Writes benchmarks/mutants.json and the tables in docs/mutants.md.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from figures import markdown_table, replace_block
from mutant_groups import group

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "mutants.json"
PAGE = ROOT / "docs" / "mutants.md"
MUTANTS = ROOT / "mutants"
WHOLE = ("energy/forecasting/scores.py",)
"""Tried whole: it is one file."""
AT_IMPORT = ("energy.data.tables.x__weather__",)
"""Left out: what runs when its module is imported, before mutmut switches a mutant on."""
UNREACHED = "no tests"
OUTCOMES = ("killed", "timeout", "survived", UNREACHED)
CAUGHT = OUTCOMES[:2]
Z95 = 1.959964


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--per-file", type=int, default=25, help="mutants tried of each file")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn")
    parser.add_argument("--anew", action="store_true", help="try also what was killed before")
    asked = parser.parse_args()
    os.chdir(ROOT)  # mutmut's paths are relative
    if asked.anew:
        shutil.rmtree(MUTANTS, ignore_errors=True)
    made = generate()
    drawn = {
        path: sample(path, list(codes), None if path in WHOLE else asked.per_file, asked.seed)
        for path, codes in made.items()
    }
    run([name for _, name in _left(made, drawn)])
    made = generate()
    files = {path: counted(made[path], names) for path, names in drawn.items() if names}
    result = {
        "mutmut": version("mutmut"),
        "per_file": asked.per_file,
        "seed": asked.seed,
        "modules": files,
        "packages": {name: together(found) for name, found in packages(files).items()},
        "survivors": [survivor(path, name, made[path][name]) for path, name in _left(made, drawn)],
    }
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    write_page(result)
    print(f"wrote {RESULT.relative_to(ROOT)} and {PAGE.relative_to(ROOT)}")
    return 0


def generate() -> dict[str, dict[str, int | None]]:
    """Make every mutant, and return them by file with what the tests said of those tried before."""
    from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.utils.file_utils import walk_mutatable_files

    MUTANTS.mkdir(exist_ok=True)
    copy_src_dir()
    copy_also_copy_files()
    create_mutants(1)
    found = {}
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        codes = data.exit_code_by_key
        found[str(path)] = {n: codes[n] for n in codes if not n.startswith(AT_IMPORT)}
    return found


def run(names: Sequence[str]) -> None:
    """Have mutmut try these, one after the other, once it has found anew which tests reach what."""
    (MUTANTS / "mutmut-stats.json").unlink(missing_ok=True)
    mutmut = Path(sys.executable).with_name("mutmut")
    command = [str(mutmut), "run", "--max-children", "1", *names]
    if not names:
        return
    with subprocess.Popen(command, start_new_session=True) as started:
        try:
            code = started.wait()
        finally:  # a worker that ran out of time leaves the servers that its tests had started
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
    if code:
        raise SystemExit("mutmut did not come to an end: see above, then run this again.")


def sample(path: str, names: Sequence[str], count: int | None, seed: int) -> list[str]:
    """A file's mutants to try: all, or `count` of them, drawn by the seed and the file's path."""
    ordered = sorted(names)
    if count is None or count >= len(ordered):
        return ordered
    return sorted(random.Random(f"{seed} {path}").sample(ordered, count))  # noqa: S311


def packages(files: Mapping[str, dict]) -> dict[str, list[dict]]:
    """The files by what they are reported as: each folder, and each file that is tried whole."""
    found: dict[str, list[dict]] = {}
    for path, one in files.items():
        name = path if path in WHOLE else path.rpartition("/")[0]
        found.setdefault(name, []).append(one)
    return found


def together(files: Sequence[dict]) -> dict:
    """Share of all mutants of these files that is caught, with its 95% interval.

    Each file is a stratum, weighted by its number of mutants. The variance of a file's share is
    taken at (caught + 1) / (tried + 2), so that 25 of 25 is not taken for certainty; what was tried
    whole has none.
    """
    total = sum(one["mutants"] for one in files)
    share, variance = 0.0, 0.0
    for one in files:
        weight, tried = one["mutants"] / total, one["tried"]
        caught = one["killed"] + one["timeout"]
        share += weight * caught / tried
        if tried < one["mutants"]:
            smoothed = (caught + 1) / (tried + 2)
            left = 1 - tried / one["mutants"]
            variance += weight**2 * left * smoothed * (1 - smoothed) / tried
    off = Z95 * math.sqrt(variance)
    counts = {key: sum(one[key] for one in files) for key in ("mutants", "tried", *OUTCOMES)}
    low, high = max(0.0, share - off), min(1.0, share + off)
    return {**counts, "share": round(share, 3), "interval": [round(low, 3), round(high, 3)]}


def counted(codes: Mapping[str, int | None], names: Sequence[str]) -> dict:
    """What became of those of a file's mutants that were tried."""
    statuses = Counter(status(codes[name]) for name in names)
    if strange := sorted(set(statuses) - set(OUTCOMES)):
        raise SystemExit(f"Not tried to an end: {', '.join(strange)}. Run this again.")
    return {"mutants": len(codes), "tried": len(names), **{key: statuses[key] for key in OUTCOMES}}


def survivor(path: str, name: str, code: int | None) -> dict[str, str]:
    """A mutant that no test noticed: its lines before and after, and what kind of change it is."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    was, now = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
    )
    kind = "reached by no test" if status(code) == UNREACHED else group(was, now)
    return {"mutant": name, "was": was, "now": now, "group": kind}


def write_page(result: dict) -> None:
    """Put the shares and the groups of survivors into the page."""
    replace_block(PAGE, "mutants", shares(result["packages"]))
    replace_block(PAGE, "survivors", groups(result["survivors"]))


def shares(found: Mapping[str, dict]) -> str:
    header = ["code", "mutants", "tried", "killed", "survived", "no test", "share killed", "95%"]
    rows = []
    for name, one in found.items():
        low, high = one["interval"]
        rows.append(
            [
                f"`{name}`",
                f"{one['mutants']:,}",
                f"{one['tried']:,}",
                f"{one['killed'] + one['timeout']:,}",
                f"{one['survived']:,}",
                f"{one[UNREACHED]:,}",
                f"{100 * one['share']:.1f}%",
                "whole" if low == high else f"{100 * low:.1f} to {100 * high:.1f}%",
            ]
        )
    return markdown_table(header, rows)


def groups(survivors: Sequence[Mapping[str, str]]) -> str:
    counted = Counter(one["group"] for one in survivors)
    rows = [[name, str(count)] for name, count in counted.most_common()]
    return markdown_table(["what was changed", "survivors"], rows)


def status(code: int | None) -> str:
    """mutmut's word for what pytest ended with; one that it had to kill ran out of time too."""
    from mutmut.stats import status_by_exit_code

    found = str(status_by_exit_code[code])
    return "timeout" if found == "segfault" else found


def _left(
    made: Mapping[str, Mapping[str, int | None]], drawn: Mapping[str, Sequence[str]]
) -> list[tuple[str, str]]:
    """Those drawn that were not caught, or not tried yet, with their files."""
    pairs = [(path, name) for path, names in drawn.items() for name in names]
    return [(path, name) for path, name in pairs if status(made[path][name]) not in CAUGHT]


if __name__ == "__main__":
    sys.exit(main())
