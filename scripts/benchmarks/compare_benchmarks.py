"""Compare measured ratios with the committed ones: has anything become slower?

    make bench-compare

The flow is measured again, twice, which also gives the noise between two runs. For benchmarks that
take longer, the file in benchmarks/ is compared with that of the last commit: run them first. Only
ratios are compared, since seconds depend on the machine. The exit status is 1 if a ratio got worse
by more than the noise.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from energy.settings import ROOT
from scripts.markdown_blocks import text_table

LOWER, HIGHER = -1, 1
"""Which direction is better."""
FLOW = {"flow_wall_over_ideal": LOWER, "flow_cpu_over_fit": LOWER}
RATIOS: Mapping[str, Mapping[str, int]] = {
    "flow.json": FLOW,
    "lambda.json": {"cold_ratio_table_tier": LOWER, "cold_ratio_champion_tier": LOWER},
    "requests.json": {"start_ratio_to_botocore": LOWER},
    "scale.json": {"vs_statsforecast_ratio": LOWER, "flow_wall_over_ideal": LOWER},
}
"""Compared ratios by file of benchmarks/; `a.b` is the key b in a."""
FLOOR = 0.03
"""Least noise, as a share of the ratio: two runs may agree by chance."""
BUSY = 0.05
"""Share of the cores used by other programs above which a warning is printed."""
UNMEASURED = 0.10
"""Noise of a file without a spread, as a share of the ratio."""
EXPECTED_RANGE = {2: 1.128, 3: 1.693, 4: 2.059, 5: 2.326}
"""Mean range of n normal draws in standard deviations (Tippett 1925)."""
WORSE = ("worse", "gone")


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of a comparison.

    Attributes:
        file: Name of the file in benchmarks/.
        key: The ratio.
        before: The committed value, or None.
        now: The measured value, or None.
        noise: Differences up to this size are not significant.
        word: `worse`, `better`, `the same`, `new` (not committed yet) or `gone`.
    """

    file: str
    key: str
    before: float | None
    now: float | None
    noise: float
    word: str

    @property
    def row(self) -> list[str]:
        """Cells of the table."""
        before, now = ("" if value is None else f"{value:.3f}" for value in (self.before, self.now))
        return [self.file, self.key, before, now, f"{self.noise:.3f}", self.word]


def spreads(runs: Sequence[Mapping], keys: Iterable[str]) -> dict[str, float]:
    """Range of each ratio over the runs: largest less smallest.

    >>> spreads([{"a": 2.0}, {"a": 2.5}], ["a"])
    {'a': 0.5}
    """
    values_by_key = {key: [at(run, key) for run in runs] for key in keys}
    return {
        key: round(max(values) - min(values), 3)
        for key, values in values_by_key.items()
        if None not in values
    }


def noise(value: float, spread: float | None, runs: int) -> float:
    """Two standard errors of the difference between two means of so many runs.

    Args:
        value: The committed ratio.
        spread: Range of the runs behind it; None if unknown.
        runs: Number of runs.

    >>> round(noise(2.0, 0.1, 2), 3)
    0.177
    >>> noise(2.0, None, 1), noise(2.0, 0.0, 2)
    (0.2, 0.06)
    """
    if spread is None or runs not in EXPECTED_RANGE:
        return UNMEASURED * abs(value)
    deviation = spread / EXPECTED_RANGE[runs]
    return max(FLOOR * abs(value), 2 * deviation * sqrt(2 / runs))


def compare(
    file: str, committed: Mapping, measured: Mapping, better: Mapping[str, int]
) -> list[Verdict]:
    """Compare each ratio of a file.

    Args:
        file: Its name.
        committed: Its committed content.
        measured: Its content now; `spread` and `runs` give the noise.
        better: Ratios, and which direction is better.
    """
    verdicts = []
    for key, direction in better.items():
        before, now = at(committed, key), at(measured, key)
        if before is None or now is None:
            if before is not now:
                verdicts.append(Verdict(file, key, before, now, 0.0, "new" if now else "gone"))
            continue
        spread, runs = measured.get("spread", {}).get(key), measured.get("runs", 1)
        margin = noise(before, spread, runs)
        gain = direction * (now - before)
        word = "better" if gain > margin else "worse" if gain < -margin else "the same"
        verdicts.append(Verdict(file, key, before, now, margin, word))
    return verdicts


def at(content: Mapping, path: str) -> float | None:
    """The number at a path of keys; None if there is none.

    >>> at({"a": {"b": 1.5}}, "a.b"), at({"a": 1}, "a.b")
    (1.5, None)
    """
    value: object = content
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return float(value) if isinstance(value, int | float) else None


def main(arguments: list[str] | None = None) -> int:
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args(arguments)
    from scripts.benchmarks.bench_flow import RUNS, measure, summary

    verdicts = []
    for file, better in RATIOS.items():
        committed = _committed(file)
        if file == "flow.json":
            measured = summary([measure() for _ in range(RUNS)])
        elif (ROOT / "benchmarks" / file).exists():
            measured = json.loads((ROOT / "benchmarks" / file).read_text("utf-8"))
        else:
            continue
        for key in ("machine", "versions"):
            if committed and committed.get(key) != measured.get(key):
                print(f"{file}: another {key}: {committed.get(key)}, now {measured.get(key)}")
        verdicts += compare(file, committed, measured, better)
        if measured.get("busy_elsewhere", 0.0) > BUSY:
            share = f"{measured['busy_elsewhere']:.0%}"
            print(f"{file}: other programs used {share} of the cores: wall times are not reliable.")
    header = ["file", "ratio", "committed", "now", "noise", "verdict"]
    print(text_table(header, [verdict.row for verdict in verdicts]))
    return int(any(verdict.word in WORSE for verdict in verdicts))


def _committed(file: str) -> dict:
    command = ["git", "-C", str(ROOT), "show", f"HEAD:benchmarks/{file}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(result.stdout) if result.returncode == 0 else {}


if __name__ == "__main__":
    sys.exit(main())
