"""Mutation testing: change the code in small ways, and see whether its tests notice.

    make mutants                               25 mutants of each file; nearly an hour
    make mutants ARGS='--per-file 5 --seed 2'  another sample
    make mutants ARGS=--anew                   forget earlier results

mutmut creates the mutants and runs the tests that reach them, on a copy in mutants/; pyproject.toml
says which files are changed and which tests run. A seed draws the sample. A killed mutant is not
tried again while its function is unchanged, so an interrupted run can be continued.

This module is also the pytest plugin of these runs: it puts the tests that are most likely to
notice first.

Writes benchmarks/mutants.json and the tables in docs/mutants.md.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import fmean

import pytest

from scripts.markdown_blocks import markdown_table, replace_block

ROOT = Path(__file__).resolve().parents[2]
RESULT = ROOT / "benchmarks" / "mutants.json"
PAGE = ROOT / "docs" / "mutants.md"
MUTANTS = ROOT / "mutants"
WHOLE = ("energy/forecasting/metrics.py",)
"""Files of which every mutant is tried."""
AT_IMPORT = ("energy.data.tables.x__weather__",)
"""Left out: code that runs at import, before mutmut activates a mutant."""
UNREACHED = "no tests"
OUTCOMES = ("killed", "timeout", "survived", UNREACHED)
CAUGHT = OUTCOMES[:2]
Z95 = 1.959964
TEXT = "the letters of a text"
NUMBER = "a number, by one"
NOTHING = "None in a value's place"
LEFT_OUT = "an argument left out"
OTHER = "an operator, a condition or a value"
_TOKEN = re.compile(r"""[bfr]*"[^"]*"|[bfr]*'[^']*'|[\w.]+|[<>=!|&*/+-]+|[^\w\s]""")
_FIELD = re.compile(r"\{[^}]*\}")
STATS = Path("mutmut-stats.json")
"""Written by mutmut in its copy: which tests take how long."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--per-file", type=int, default=25, help="mutants to try of each file")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sample")
    parser.add_argument("--anew", action="store_true", help="forget earlier results")
    options = parser.parse_args(arguments)
    os.chdir(ROOT)  # mutmut's paths are relative
    if options.anew:
        shutil.rmtree(MUTANTS, ignore_errors=True)
    codes_by_file = generate()
    drawn_by_file = {
        path: sample(path, list(codes), None if path in WHOLE else options.per_file, options.seed)
        for path, codes in codes_by_file.items()
    }
    run([name for _, name in _left(codes_by_file, drawn_by_file)])
    codes_by_file = generate()
    files = {
        path: counted(codes_by_file[path], names) for path, names in drawn_by_file.items() if names
    }
    result = {
        "mutmut": version("mutmut"),
        "per_file": options.per_file,
        "seed": options.seed,
        "modules": files,
        "packages": {
            name: together(files_of_package) for name, files_of_package in packages(files).items()
        },
        "survivors": [
            survivor(path, name, codes_by_file[path][name])
            for path, name in _left(codes_by_file, drawn_by_file)
        ],
    }
    RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    write_page(result)
    print(f"wrote {RESULT.relative_to(ROOT)} and {PAGE.relative_to(ROOT)}")
    return 0


def generate() -> dict[str, dict[str, int | None]]:
    """Create every mutant; return the exit codes of earlier tries by file and mutant."""
    from mutmut.__main__ import copy_also_copy_files, copy_src_dir, create_mutants
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.utils.file_utils import walk_mutatable_files

    MUTANTS.mkdir(exist_ok=True)
    copy_src_dir()
    copy_also_copy_files()
    create_mutants(1)
    codes_by_file = {}
    for path in sorted(walk_mutatable_files()):
        data = SourceFileMutationData(path=path)
        data.load()
        codes = data.exit_code_by_key
        codes_by_file[str(path)] = {n: codes[n] for n in codes if not n.startswith(AT_IMPORT)}
    return codes_by_file


def run(names: Sequence[str]) -> None:
    """Run mutmut on these mutants, after it has measured again which tests reach what."""
    (MUTANTS / "mutmut-stats.json").unlink(missing_ok=True)
    mutmut = Path(sys.executable).with_name("mutmut")
    command = [str(mutmut), "run", "--max-children", "1", *names]
    if not names:
        return
    with subprocess.Popen(command, start_new_session=True) as process:
        try:
            code = process.wait()
        finally:  # a worker that timed out leaves the servers of its tests running
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if code:
        raise SystemExit("mutmut failed: see above, then run this again.")


def sample(path: str, names: Sequence[str], count: int | None, seed: int) -> list[str]:
    """Mutants of a file to try: all, or `count` of them, drawn by the seed and the path."""
    ordered = sorted(names)
    if count is None or count >= len(ordered):
        return ordered
    return sorted(random.Random(f"{seed} {path}").sample(ordered, count))  # noqa: S311


def packages(files: Mapping[str, dict]) -> dict[str, list[dict]]:
    """Counts of the files, grouped by folder; a file that is tried whole is its own group."""
    by_package: dict[str, list[dict]] = {}
    for path, counts in files.items():
        name = path if path in WHOLE else path.rpartition("/")[0]
        by_package.setdefault(name, []).append(counts)
    return by_package


def together(files: Sequence[dict]) -> dict:
    """Share of the mutants of these files that is caught, with its 95% interval.

    Each file is a stratum, weighted by its number of mutants. The variance of a file's share is
    estimated at (caught + 1) / (tried + 2), so that 25 of 25 does not count as certain; a file that
    is tried whole has no variance.
    """
    total = sum(counts["mutants"] for counts in files)
    share, variance = 0.0, 0.0
    for counts in files:
        weight, tried = counts["mutants"] / total, counts["tried"]
        caught = counts["killed"] + counts["timeout"]
        share += weight * caught / tried
        if tried < counts["mutants"]:
            smoothed = (caught + 1) / (tried + 2)
            untried_share = 1 - tried / counts["mutants"]
            variance += weight**2 * untried_share * smoothed * (1 - smoothed) / tried
    margin = Z95 * math.sqrt(variance)
    counts = {key: sum(counts[key] for counts in files) for key in ("mutants", "tried", *OUTCOMES)}
    low, high = max(0.0, share - margin), min(1.0, share + margin)
    return {**counts, "share": round(share, 3), "interval": [round(low, 3), round(high, 3)]}


def counted(codes: Mapping[str, int | None], names: Sequence[str]) -> dict:
    """Outcomes of the mutants of a file that were tried."""
    statuses = Counter(status(codes[name]) for name in names)
    if unexpected := sorted(set(statuses) - set(OUTCOMES)):
        raise SystemExit(f"Not finished: {', '.join(unexpected)}. Run this again.")
    return {"mutants": len(codes), "tried": len(names), **{key: statuses[key] for key in OUTCOMES}}


def survivor(path: str, name: str, code: int | None) -> dict[str, str]:
    """A surviving mutant: its lines before and after, and the kind of change."""
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    lines = get_diff_for_mutant(name, path=path).splitlines()[2:]
    before, after = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
    )
    kind = "reached by no test" if status(code) == UNREACHED else group(before, after)
    return {"mutant": name, "was": before, "now": after, "group": kind}


def write_page(result: dict) -> None:
    """Write the shares and the groups of survivors into the page."""
    replace_block(PAGE, "mutants", shares(result["packages"]))
    replace_block(PAGE, "survivors", groups(result["survivors"]))


def shares(packages: Mapping[str, dict]) -> str:
    header = ["code", "mutants", "tried", "killed", "survived", "no test", "share killed", "95%"]
    rows = []
    for name, package in packages.items():
        low, high = package["interval"]
        rows.append(
            [
                f"`{name}`",
                f"{package['mutants']:,}",
                f"{package['tried']:,}",
                f"{package['killed'] + package['timeout']:,}",
                f"{package['survived']:,}",
                f"{package[UNREACHED]:,}",
                f"{100 * package['share']:.1f}%",
                "whole" if low == high else f"{100 * low:.1f} to {100 * high:.1f}%",
            ]
        )
    return markdown_table(header, rows)


def groups(survivors: Sequence[Mapping[str, str]]) -> str:
    counts = Counter(survivor["group"] for survivor in survivors)
    rows = [[name, str(count)] for name, count in counts.most_common()]
    return markdown_table(["what was changed", "survivors"], rows)


def status(code: int | None) -> str:
    """mutmut's outcome for an exit code of pytest; a killed process counts as a timeout."""
    from mutmut.stats import status_by_exit_code

    word = str(status_by_exit_code[code])
    return "timeout" if word == "segfault" else word


def _left(
    codes_by_file: Mapping[str, Mapping[str, int | None]],
    drawn_by_file: Mapping[str, Sequence[str]],
) -> list[tuple[str, str]]:
    """Drawn mutants, with their files, that were not caught or not tried yet."""
    pairs = [(path, name) for path, names in drawn_by_file.items() for name in names]
    return [(path, name) for path, name in pairs if status(codes_by_file[path][name]) not in CAUGHT]


def group(before_text: str, after_text: str) -> str:
    """The kind of a change, from the changed lines before and after.

    >>> group('raise NotThere("no such page")', 'raise NotThere("XXno such pageXX")')
    'the letters of a text'
    >>> group("if months < 12:", "if months <= 12:")
    'an operator, a condition or a value'
    """
    before, after = _TOKEN.findall(before_text), _TOKEN.findall(after_text)
    if len(after) < len(before):
        return LEFT_OUT
    if len(after) == len(before):
        changed = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
        if all(_is_text(b) and _is_text(a) and _letters(b) != _letters(a) for b, a in changed):
            return TEXT
        if all(_without_numbers(b) == _without_numbers(a) for b, a in changed):
            return NUMBER
    if after_text.count("None") > before_text.count("None"):
        return NOTHING
    return OTHER


def _is_text(token: str) -> bool:
    return token[-1] in "\"'"


def _letters(text: str) -> str:
    """A string without the expressions in it."""
    return _FIELD.sub("{}", text)


def _without_numbers(token: str) -> str:
    return re.sub(r"\d+", "0", token)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not STATS.exists():  # mutmut is measuring
        return
    seconds = json.loads(STATS.read_text("utf-8"))["duration_by_test"]
    by_file = defaultdict(list)
    for item in items:
        by_file[item.path].append(seconds.get(item.nodeid, 0.0))
    module = os.environ.get("MUTANT_UNDER_TEST", "").partition(".x")[0].rpartition(".")[2]
    items.sort(key=lambda item: (item.path.stem != f"test_{module}", fmean(by_file[item.path])))


if __name__ == "__main__":
    sys.exit(main())
