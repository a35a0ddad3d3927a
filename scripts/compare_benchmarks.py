"""Has anything become slower? Measured ratios against the committed ones.

    make bench-compare

The flow is measured anew, twice, which tells how far two runs of the same thing lie apart here and
now. Of what takes longer to measure, the file in benchmarks/ is compared with the one of the last
commit, so that it is judged once it was measured again. Ratios alone are compared: seconds are a
machine's. Ends with 1 if anything got worse by more than the noise.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from figures import text_table

from energy.settings import ROOT

LOWER, HIGHER = -1, 1
"""Which way is better."""
FLOW = {"flow_wall_over_ideal": LOWER, "flow_cpu_over_fit": LOWER}
RATIOS: Mapping[str, Mapping[str, int]] = {
    "flow.json": FLOW,
    "lambda.json": {"cold_ratio_table_tier": LOWER, "cold_ratio_champion_tier": LOWER},
    "requests.json": {"start_ratio_to_botocore": LOWER},
    "scale.json": {"vs_statsforecast_ratio": LOWER, "flow_wall_over_ideal": LOWER},
}
"""What is compared in each file of benchmarks/; `a.b` is the b in a."""
FLOOR = 0.03
"""Share of a ratio that is noise whatever was measured: two runs may agree by chance."""
BUSY = 0.05
"""Share of the cores that other programs may have had without a word about it."""
UNMEASURED = 0.10
"""Share that is noise in a file that tells no spread of its own."""
EXPECTED_RANGE = {2: 1.128, 3: 1.693, 4: 2.059, 5: 2.326}
"""Range of n normal draws in standard deviations, on average (Tippett 1925)."""
WORSE = ("worse", "gone")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one ratio.

    Attributes:
        file: Of benchmarks/.
        key: Which ratio.
        before: As committed, or None.
        now: As measured, or None.
        noise: How much of a difference says nothing, in the ratio's own unit.
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
        """As a line of the table."""
        before, now = ("" if found is None else f"{found:.3f}" for found in (self.before, self.now))
        return [self.file, self.key, before, now, f"{self.noise:.3f}", self.word]


def spreads(runs: Sequence[Mapping], keys: Iterable[str]) -> dict[str, float]:
    """How far the runs lie apart in each ratio: largest less smallest.

    >>> spreads([{"a": 2.0}, {"a": 2.5}], ["a"])
    {'a': 0.5}
    """
    found = {key: [at(run, key) for run in runs] for key in keys}
    return {
        key: round(max(values) - min(values), 3)
        for key, values in found.items()
        if None not in values
    }


def noise(value: float, spread: float | None, runs: int) -> float:
    """Two standard errors of the difference between one committed mean and one measured alike.

    Args:
        value: The committed ratio.
        spread: Range of the runs behind it; None if it is not known.
        runs: How many there were.

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
    file: str, kept: Mapping, measured: Mapping, better: Mapping[str, int]
) -> list[Verdict]:
    """Judge each ratio of a file.

    Args:
        file: Its name.
        kept: As committed.
        measured: As measured now; `spread` and `runs` tell its noise.
        better: Ratios, and which way is better.
    """
    told = []
    for key, way in better.items():
        before, now = at(kept, key), at(measured, key)
        if before is None or now is None:
            if before is not now:
                told.append(Verdict(file, key, before, now, 0.0, "new" if now else "gone"))
            continue
        spread, runs = measured.get("spread", {}).get(key), measured.get("runs", 1)
        margin = noise(before, spread, runs)
        gained = way * (now - before)
        word = "better" if gained > margin else "worse" if gained < -margin else "the same"
        told.append(Verdict(file, key, before, now, margin, word))
    return told


def at(found: Mapping, path: str) -> float | None:
    """A figure in a file by its path; None if there is none.

    >>> at({"a": {"b": 1.5}}, "a.b"), at({"a": 1}, "a.b")
    (1.5, None)
    """
    value: object = found
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return float(value) if isinstance(value, int | float) else None


def main() -> int:
    from bench_flow import RUNS, measure, summed_up

    verdicts = []
    for file, better in RATIOS.items():
        kept = _committed(file)
        if file == "flow.json":
            measured = summed_up([measure() for _ in range(RUNS)])
        elif (ROOT / "benchmarks" / file).exists():
            measured = json.loads((ROOT / "benchmarks" / file).read_text("utf-8"))
        else:
            continue
        for what in ("machine", "versions"):
            if kept and kept.get(what) != measured.get(what):
                print(f"{file}: another {what}: {kept.get(what)}, now {measured.get(what)}")
        verdicts += compare(file, kept, measured, better)
        if measured.get("busy_elsewhere", 0.0) > BUSY:
            share = f"{measured['busy_elsewhere']:.0%}"
            print(f"{file}: other programs had {share} of the cores: wall times say little.")
    header = ["file", "ratio", "committed", "now", "noise", "verdict"]
    print(text_table(header, [verdict.row for verdict in verdicts]))
    return int(any(verdict.word in WORSE for verdict in verdicts))


def _committed(file: str) -> dict:
    command = ["git", "-C", str(ROOT), "show", f"HEAD:benchmarks/{file}"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    return json.loads(shown.stdout) if shown.returncode == 0 else {}


if __name__ == "__main__":
    sys.exit(main())
