"""The promotion gate: named checks that a new release must pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import ceil, sqrt

import pandas as pd

from energy.contract import LEVELS, Manifest, Pointer
from energy.contract.months import months_between
from energy.contract.panel import Panel
from energy.forecasting.folds import MONTHS_SCORED
from energy.forecasting.metrics import coverage_error, diebold_mariano
from energy.forecasting.models import BASELINE
from energy.pipelines.train import Comparison
from energy.releases.promotion import CLOCK_TOLERANCE, Check, clock_error


@dataclass(frozen=True, slots=True)
class Incumbent:
    """What a new release is to take over from.

    Attributes:
        pointer: `champion.json`; None if nothing is in service.
        manifest: Of the release in service; None if there is none, or it is damaged.
        folds: By forecaster, as `fold_files.from_document` gives them; None if it kept none.
        trouble: Why it cannot be read, or ''.
    """

    pointer: Pointer | None = None
    manifest: Manifest | None = None
    folds: Mapping[str, pd.DataFrame] | None = None
    trouble: str = ""

    @property
    def release_id(self) -> str | None:
        """The release in service, whether it can be read or not."""
        return self.pointer.release_id if self.pointer else None

    @property
    def cutoff(self) -> str:
        """Its last month, which a damaged release still tells by its id; '' if there is none."""
        return self.manifest.cutoff if self.manifest else (self.release_id or "")[:7]

    def unjudged(self, target: str) -> str:
        """Why no forecast of a target can be compared with it, or ''."""
        if self.pointer is None:
            return "nothing is in service"
        if self.manifest is None:
            return f"the release in service is damaged, and a sound one replaces it: {self.trouble}"
        if self.trouble and self.folds is None:
            return f"the folds of the release in service cannot be read: {self.trouble}"
        if self.manifest.target != target:
            return f"the release in service is of another target, {self.manifest.target}"
        return ""


def same_series(manifest: Manifest, incumbent: Incumbent) -> Check:
    """It forecasts what the release in service does: a store serves one series, in one unit."""
    name, before = "same_series", incumbent.manifest
    if before is None:
        return not_checked(name, incumbent.unjudged(manifest.target))
    ours, theirs = (f"{one.target} in {one.unit}" for one in (manifest, before))
    if ours == theirs:
        return Check(name, True, None, None, f"Both forecast {ours}.")
    told = (
        f"It forecasts {ours}; in service is {theirs}. Give it a store of its own (--store), or "
        "promote it by hand if it is to take over."
    )
    return Check(name, False, None, None, told)


def not_older(manifest: Manifest, incumbent: Incumbent) -> Check:
    """The data ends no earlier than that of the release in service."""
    name = "not_older"
    before = incumbent.manifest
    if not incumbent.cutoff:
        return not_checked(name, incumbent.unjudged(manifest.target))
    months = months_between(incumbent.cutoff, manifest.cutoff)
    same = before is not None and manifest.lineage.vintage == before.lineage.vintage
    told = f"Data to {manifest.cutoff}; the release in service has data to {incumbent.cutoff}"
    told += ", from the same files." if same else "."
    return Check(name, months >= 0, float(months), 0.0, told)


def clock(incumbent: Incumbent, now: datetime) -> Check:
    """The release in service is not from the future: history is kept in the order of its times."""
    name = "clock"
    if incumbent.pointer is None:
        return not_checked(name, "nothing is in service")
    ahead = (datetime.fromisoformat(incumbent.pointer.promoted_at) - now).total_seconds()
    told = clock_error(incumbent.pointer.promoted_at, now)
    if not told:
        told = f"the release in service was promoted before now, at {incumbent.pointer.promoted_at}"
    passed = ahead <= CLOCK_TOLERANCE.total_seconds()
    return Check(name, passed, ahead, CLOCK_TOLERANCE.total_seconds(), f"{_upper(told)}.")


def not_checked(name: str, why: str) -> Check:
    """A check that has nothing to judge: it passes, and says why."""
    return Check(name, True, None, None, f"Not judged: {why.removesuffix('.')}.")


def _upper(told: str) -> str:
    return told[:1].upper() + told[1:]


WORSE_BY = 0.05
"""Share by which MASE may be above that of the release in service: the seven best forecasters of
the bench lie that close together.
"""
NOISE = 0.05
"""A difference with a p-value from here on may be noise."""
FEWEST_CUTOFFS = 8
"""With fewer, the test of Diebold and Mariano says nothing on forecasts a year ahead."""
FEWEST_SERIES = 8
"""With fewer, chance alone moves the average coverage of other series by ten points."""
COVERAGE_FLOOR = {0.1: 0.10, 0.025: 0.05}
"""By lower level: how far coverage may be off however many folds there are. Intervals learn from
past errors, and the years of a backtest differ from those that they learnt from.
"""
ERRORS_OFF = 2
"""Standard errors that coverage may be off by, where that is more: 95% of the time it is not. The
larger of two: what chance does to so many months if the coverage is right; and as measured, the
months of a year counting as one draw, which says nothing of fewer than FEWEST_YEARS.
"""
FEWEST_YEARS = 5
CEILING = 2
"""Times the floor, at most, for errors by year: intervals that fail for years have large ones."""


def check_release(
    compared: Comparison,
    manifest: Manifest,
    incumbent: Incumbent,
    now: datetime,
    panel: Panel | None = None,
) -> tuple[Check, ...]:
    """Every check that needs no other process.

    Args:
        compared: How the new release's champion was chosen.
        manifest: Of the new release.
        incumbent: The release in service.
        now: The time here.
        panel: The other series of a long table, summed up; None where there are none.
    """
    return (
        same_series(manifest, incumbent),
        beats_naive(compared),
        not_worse(compared, manifest.target, incumbent),
        coverage(compared, 0.1),
        coverage(compared, 0.025),
        not_older(manifest, incumbent),
        clock(incumbent, now),
        *((panel_whole(panel), panel_coverage(panel)) if panel else ()),
    )


def beats_naive(compared: Comparison) -> Check:
    """The champion's backtest MASE is below seasonal naive's, on the same folds."""
    name, best = "beats_naive", compared.ranked[0]
    naive = next((one for one in compared.ranked if one.forecaster == BASELINE), None)
    if best.mase is None or naive is None or naive.mase is None:
        why = naive.failure if naive else "it was not in this run"
        return Check(name, False, best.mase, None, f"{BASELINE} has no score: {why}.")
    passed = best.mase < naive.mase
    told = f"MASE {best.mase:.3f} on {best.folds} folds, {'' if passed else 'not '}below "
    return Check(name, passed, best.mase, naive.mase, f"{told}{naive.mase:.3f} of {BASELINE}.")


def not_worse(compared: Comparison, target: str, incumbent: Incumbent) -> Check:
    """The champion is not worse than the release in service, or not by more than noise.

    On the folds that the other release kept, wherever cutoff and month are in this backtest too,
    with today's figures; where too few are, on this run's, if the other's forecaster competed in
    it, of whom the champion is the best.
    """
    name = "not_worse"
    why, before = incumbent.unjudged(target), incumbent.manifest
    if why or before is None:
        return not_checked(name, why)
    other, where = before.forecaster, "as its release kept it"
    ours = _backtest(compared.folds[compared.champion])
    kept = (incumbent.folds or {}).get(other)
    both, cutoffs = _shared(ours, ours.iloc[:0] if kept is None else _by_month(kept))
    if len(cutoffs) < FEWEST_CUTOFFS:
        if other not in compared.folds:
            told = f"{other} has no folds in this run, and its release kept {len(cutoffs)} of the"
            return not_checked(name, f"{told} same cutoffs, fewer than {FEWEST_CUTOFFS}")
        where = "in this run"
        both, cutoffs = _shared(ours, _backtest(compared.folds[other]))
    loss, loss_other = (_by_cutoff(both, column) for column in ("mean", "other"))
    figure = float(loss.mean() / loss_other.mean() - 1) if loss_other.mean() else 0.0
    told = (
        f"MASE {loss.mean():.3f} against {loss_other.mean():.3f} of the release in service, "
        f"{other} {where}, on {len(cutoffs)} cutoffs: {100 * figure:+.1f}%"
    )
    if figure <= WORSE_BY:
        return Check(name, True, figure, WORSE_BY, f"{told}.")
    _, p = diebold_mariano(loss.to_numpy(), loss_other.to_numpy(), _overlap(cutoffs))
    judged = f"noise by Diebold and Mariano's test (p {p:.2f})" if p >= NOISE else f"p {p:.3f}"
    return Check(name, p >= NOISE, figure, WORSE_BY, f"{told}, {judged}.")


def coverage(compared: Comparison, lower: float) -> Check:
    """Backtest coverage of the interval from the quantile at `lower` up is near its nominal one."""
    nominal, floor = 1 - 2 * lower, COVERAGE_FLOOR[lower]
    name = f"coverage_{100 * nominal:.0f}"
    frame = _scored(compared.folds[compared.champion])
    months = pd.PeriodIndex(frame["month"].unique())
    most = max(floor, ERRORS_OFF * sqrt(nominal * (1 - nominal) / len(months)))
    if months.year.nunique() >= FEWEST_YEARS:
        most = max(most, min(ERRORS_OFF * coverage_error(frame, lower), CEILING * floor))
    upper = LEVELS[-1 - LEVELS.index(lower)]
    held = frame["actual"].between(frame[f"q{lower}"], frame[f"q{upper}"])
    off = abs(float(held.mean()) - nominal)
    told = (
        f"{100 * nominal:.0f}% intervals hold {100 * float(held.mean()):.0f}% of {len(frame)} "
        f"months: {100 * off:.1f} points off, of {100 * most:.1f} allowed "
        f"({f'{ERRORS_OFF} standard errors' if most > floor else 'the floor'})."
    )
    return Check(name, off <= most + 1e-9, off, most, told)


def panel_whole(panel: Panel) -> Check:
    """No series of a long table was lost with a process that failed."""
    told = f"{len(panel.series)} other series are forecast, and none was lost."
    if panel.lost:
        told = (
            f"{panel.lost} other series were lost with the process that was to forecast them; "
            "its log tells why. Run again."
        )
    return Check("panel_whole", not panel.lost, float(panel.lost), 0.0, told)


def panel_coverage(panel: Panel) -> Check:
    """On average over the other series, 80% intervals held at least about as often as they say.

    That they hold more is told, and no reason to refuse: where most figures are the same, such as
    the zeros of a product that is seldom sold, no interval holds exactly 80% of them.
    """
    name = "panel_coverage"
    if panel.coverage80 is None or panel.judged < FEWEST_SERIES:
        return not_checked(
            name, f"only {panel.judged} of {len(panel.series)} other series are judged"
        )
    short = 0.8 - panel.coverage80
    most = max(COVERAGE_FLOOR[0.1], 2 * (panel.coverage80_error or 0.0))
    which = "below" if short > 0 else "above"
    told = (
        f"80% intervals of {panel.judged} other series hold {100 * panel.coverage80:.0f}%: "
        f"{100 * abs(short):.1f} points {which}, where {100 * most:.1f} below are allowed."
    )
    return Check(name, short <= most + 1e-9, short, most, told)


def refusal_reason(checks: tuple[Check, ...]) -> str:
    """The failed checks in words; '' if none failed."""
    return " ".join(f"{one.name}: {one.told}" for one in checks if not one.passed)


def _scored(folds: pd.DataFrame) -> pd.DataFrame:
    return folds[(folds["protocol"] == "backtest") & (folds["horizon"] <= MONTHS_SCORED)]


def _backtest(folds: pd.DataFrame) -> pd.DataFrame:
    return _by_month(_scored(folds))


def _by_month(rows: pd.DataFrame) -> pd.DataFrame:
    """Columns actual, mean, scale by cutoff and month."""
    return rows.set_index(["cutoff", "month"])[["actual", "mean", "scale"]]


def _shared(ours: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.Period]]:
    """Our rows that the other has too, with its means as `other`; and their cutoffs, in time."""
    both = ours.join(other["mean"].rename("other"), how="inner").sort_index()
    return both, sorted(set(both.index.get_level_values("cutoff")))


def _by_cutoff(both: pd.DataFrame, column: str) -> pd.Series:
    """Mean absolute scaled error of each cutoff, in time."""
    scaled = (both[column] - both["actual"]).abs() / both["scale"]
    return scaled.groupby(level="cutoff").mean().sort_index()


def _overlap(cutoffs: list[pd.Period]) -> int:
    """How many neighbouring cutoffs have months in common, one counting itself."""
    apart = min(((b - a).n for a, b in pairwise(cutoffs)), default=12)
    return ceil(MONTHS_SCORED / apart)
