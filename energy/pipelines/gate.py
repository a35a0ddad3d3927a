"""The promotion gate: the checks that a new release must pass to become live."""

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
from energy.formatting import format_change, format_score, format_share
from energy.pipelines.train import Comparison
from energy.releases.promotion import CLOCK_TOLERANCE, Check, clock_error

WORSE_BY = 0.05
"""MASE may exceed the live release's by this share: the seven best candidate models lie within."""
NOISE = 0.05
"""A difference with this p-value or a larger one may be noise."""
FEWEST_CUTOFFS = 8
"""Cutoffs that the Diebold-Mariano test needs for forecasts a year ahead."""
FEWEST_SERIES = 8
"""With fewer series, chance alone moves their average coverage by ten points."""
COVERAGE_FLOOR = {0.1: 0.10, 0.025: 0.05}
"""By lower level: distance from nominal coverage that always passes. Intervals learn from past
errors, and the years of a backtest differ from the years before them.
"""
STANDARD_ERRORS = 2
"""Distance from nominal coverage that passes, in standard errors, if larger. The standard error is
the larger of two: that of independent months with the nominal coverage, and that measured with
calendar years as clusters, which needs FEWEST_YEARS.
"""
FEWEST_YEARS = 5
CEILING = 2
"""Limit, in floors, of what the errors by year allow: intervals that fail for years have large
ones.
"""
NOT_CHECKED = "Not checked: "
"""How the sentence of a check begins that had nothing to compare, and passed."""


@dataclass(frozen=True, slots=True)
class Incumbent:
    """The live release, which a new one would replace, as far as it can be read.

    `pointer` is None if no release is live; `folds` are fold frames by forecaster, None without;
    `error` says why it cannot be read.
    """

    pointer: Pointer | None = None
    manifest: Manifest | None = None
    folds: Mapping[str, pd.DataFrame] | None = None
    error: str = ""

    @property
    def release_id(self) -> str | None:
        """Id of the live release, even if it cannot be read."""
        return self.pointer.release_id if self.pointer else None

    @property
    def cutoff(self) -> str:
        """Its last month, in the id of a damaged release too; '' if no release is live."""
        return self.manifest.cutoff if self.manifest else (self.release_id or "")[:7]

    def why_not_comparable(self, target: str) -> str:
        """Why no forecast of a target can be compared with it, or ''."""
        if self.pointer is None:
            return "no release is live"
        if self.manifest is None:
            return f"the live release is damaged and is replaced: {self.error}"
        if self.error and self.folds is None:
            return f"the folds of the live release cannot be read: {self.error}"
        if self.manifest.target != target:
            return f"the live release has another target, {self.manifest.target}"
        return ""


def check_release(
    comparison: Comparison,
    manifest: Manifest,
    incumbent: Incumbent,
    now: datetime,
    panel: Panel | None = None,
) -> tuple[Check, ...]:
    """All checks of a new release that need no other process; `panel` if it has other series."""
    return (
        same_series(manifest, incumbent),
        beats_naive(comparison),
        not_worse(comparison, manifest.target, incumbent),
        coverage(comparison, 0.1),
        coverage(comparison, 0.025),
        not_older(manifest, incumbent),
        clock(incumbent, now),
        *((panel_whole(panel), panel_coverage(panel)) if panel else ()),
    )


def refusal_reason(checks: tuple[Check, ...]) -> str:
    """The failed checks in words; '' if all passed."""
    return " ".join(f"{check.name}: {check.told}" for check in checks if not check.passed)


def not_checked(name: str, reason: str) -> Check:
    """A check that has nothing to compare: it passes and says why."""
    return Check(name, True, None, None, f"{NOT_CHECKED}{reason.removesuffix('.')}.")


def same_series(manifest: Manifest, incumbent: Incumbent) -> Check:
    """Target and unit are those of the live release: a store serves one series."""
    name, live = "same_series", incumbent.manifest
    if live is None:
        return not_checked(name, incumbent.why_not_comparable(manifest.target))
    new_series, live_series = (f"{m.target} in {m.unit}" for m in (manifest, live))
    if new_series == live_series:
        return Check(name, True, None, None, f"Both forecast {new_series}.")
    sentence = (
        f"It forecasts {new_series}; the live release forecasts {live_series}. Use another store "
        "(--store), or promote it yourself if it is to replace the live release."
    )
    return Check(name, False, None, None, sentence)


def beats_naive(comparison: Comparison) -> Check:
    """The champion's backtest MASE is below seasonal naive's on the same folds."""
    name, best = "beats_naive", comparison.ranked[0]
    naive = next((score for score in comparison.ranked if score.forecaster == BASELINE), None)
    if best.mase is None or naive is None or naive.mase is None:
        reason = naive.failure if naive else "it was not in this run"
        return Check(name, False, best.mase, None, f"{BASELINE} has no score: {reason}.")
    passed = best.mase < naive.mase
    sentence = (
        f"MASE {best.mase:.3f} on {best.folds} folds, {'' if passed else 'not '}below "
        f"{naive.mase:.3f} of {BASELINE}."
    )
    return Check(name, passed, best.mase, naive.mase, sentence)


def not_worse(comparison: Comparison, target: str, incumbent: Incumbent) -> Check:
    """The champion is not worse than the live release, or by no more than noise.

    It is compared on the folds stored with the live release, where this backtest has the same
    cutoff and month, against today's figures. If too few cutoffs are shared, the live release's
    forecaster is compared by its folds in this run.
    """
    name = "not_worse"
    reason, live = incumbent.why_not_comparable(target), incumbent.manifest
    if reason or live is None:
        return not_checked(name, reason)
    other, source = live.forecaster, "as published"
    champion = _by_month(_scored(comparison.folds[comparison.champion]))
    stored = (incumbent.folds or {}).get(other)
    shared, cutoffs = _shared(champion, champion.iloc[:0] if stored is None else _by_month(stored))
    if len(cutoffs) < FEWEST_CUTOFFS:
        if other not in comparison.folds:
            return not_checked(
                name,
                f"{other} has no folds in this run, and its release has {len(cutoffs)} of the same "
                f"cutoffs, fewer than {FEWEST_CUTOFFS}",
            )
        source = "in this run"
        shared, cutoffs = _shared(champion, _by_month(_scored(comparison.folds[other])))
    loss, other_loss = (_loss_by_cutoff(shared, column) for column in ("mean", "other"))
    figure = float(loss.mean() / other_loss.mean() - 1) if other_loss.mean() else 0.0
    sentence = (
        f"MASE {format_score(loss.mean())} against {format_score(other_loss.mean())} of the live "
        f"release, {other} {source}, on {len(cutoffs)} cutoffs: "
        f"{format_change(100 * figure, '%', 1)}"
    )
    if figure <= WORSE_BY:
        return Check(name, True, figure, WORSE_BY, f"{sentence}.")
    _, p = diebold_mariano(loss.to_numpy(), other_loss.to_numpy(), _overlap(cutoffs))
    noise = f"may be noise (Diebold-Mariano test, p {p:.2f})" if p >= NOISE else f"p {p:.3f}"
    return Check(name, p >= NOISE, figure, WORSE_BY, f"{sentence}, {noise}.")


def coverage(comparison: Comparison, lower: float) -> Check:
    """Backtest coverage of the interval from the quantile at `lower` up is near its nominal one."""
    nominal, floor = 1 - 2 * lower, COVERAGE_FLOOR[lower]
    name = f"coverage_{100 * nominal:.0f}"
    folds = _scored(comparison.folds[comparison.champion])
    months = pd.PeriodIndex(folds["month"].unique())
    allowed = max(floor, STANDARD_ERRORS * sqrt(nominal * (1 - nominal) / len(months)))
    if months.year.nunique() >= FEWEST_YEARS:
        by_year = STANDARD_ERRORS * coverage_error(folds, lower)
        allowed = max(allowed, min(by_year, CEILING * floor))
    upper = LEVELS[-1 - LEVELS.index(lower)]
    covered = float(folds["actual"].between(folds[f"q{lower}"], folds[f"q{upper}"]).mean())
    distance = abs(covered - nominal)
    limit = f"{STANDARD_ERRORS} standard errors" if allowed > floor else "the floor"
    sentence = (
        f"Coverage of the {format_share(nominal)} interval is {format_share(covered)} of "
        f"{len(folds)} months: {100 * distance:.1f} points from nominal; {100 * allowed:.1f} are "
        f"allowed ({limit})."
    )
    return Check(name, distance <= allowed + 1e-9, distance, allowed, sentence)


def not_older(manifest: Manifest, incumbent: Incumbent) -> Check:
    """The data end no earlier than the live release's."""
    name, live = "not_older", incumbent.manifest
    if not incumbent.cutoff:
        return not_checked(name, incumbent.why_not_comparable(manifest.target))
    months = months_between(incumbent.cutoff, manifest.cutoff)
    same_files = live is not None and manifest.lineage.vintage == live.lineage.vintage
    sentence = (
        f"Data to {manifest.cutoff}; the live release has data to {incumbent.cutoff}"
        f"{', from the same files' if same_files else ''}."
    )
    return Check(name, months >= 0, float(months), 0.0, sentence)


def clock(incumbent: Incumbent, now: datetime) -> Check:
    """The live release was not promoted in the future: history is ordered by time."""
    name, tolerance = "clock", CLOCK_TOLERANCE.total_seconds()
    if incumbent.pointer is None:
        return not_checked(name, "no release is live")
    promoted_at = incumbent.pointer.promoted_at
    ahead = (datetime.fromisoformat(promoted_at) - now).total_seconds()
    sentence = clock_error(promoted_at, now) or f"the live release was promoted at {promoted_at}"
    sentence = sentence[:1].upper() + sentence[1:].removesuffix(".")
    return Check(name, ahead <= tolerance, ahead, tolerance, f"{sentence}.")


def panel_whole(panel: Panel) -> Check:
    """No series of a long table was lost in a process that failed."""
    sentence = f"{len(panel.series):,} other series are forecast; none was lost."
    if panel.lost:
        sentence = (
            f"{panel.lost:,} other series were lost in a process that failed; see its log. Run "
            "again."
        )
    return Check("panel_whole", not panel.lost, float(panel.lost), 0.0, sentence)


def panel_coverage(panel: Panel) -> Check:
    """Average 80% interval coverage of the other series is not too low.

    Higher coverage passes: where most figures are equal, such as the zeros of a product that seldom
    sells, no interval covers exactly 80% of them.
    """
    name = "panel_coverage"
    if panel.coverage80 is None or panel.judged < FEWEST_SERIES:
        return not_checked(
            name, f"only {panel.judged} of {len(panel.series)} other series have a backtest"
        )
    below = 0.8 - panel.coverage80
    allowed = max(COVERAGE_FLOOR[0.1], 2 * (panel.coverage80_error or 0.0))
    sentence = (
        f"80% interval coverage of {panel.judged:,} other series is "
        f"{format_share(panel.coverage80)}: {100 * abs(below):.1f} points "
        f"{'below' if below > 0 else 'above'}; {100 * allowed:.1f} below are allowed."
    )
    return Check(name, below <= allowed + 1e-9, below, allowed, sentence)


def _scored(folds: pd.DataFrame) -> pd.DataFrame:
    return folds[(folds["protocol"] == "backtest") & (folds["horizon"] <= MONTHS_SCORED)]


def _by_month(folds: pd.DataFrame) -> pd.DataFrame:
    """Columns actual, mean, scale by cutoff and month."""
    return folds.set_index(["cutoff", "month"])[["actual", "mean", "scale"]]


def _shared(champion: pd.DataFrame, other: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.Period]]:
    """The champion's rows that the other has too, with its means as `other`; and the cutoffs."""
    shared = champion.join(other["mean"].rename("other"), how="inner").sort_index()
    return shared, sorted(set(shared.index.get_level_values("cutoff")))


def _loss_by_cutoff(shared: pd.DataFrame, column: str) -> pd.Series:
    """Mean absolute scaled error of each cutoff, in time."""
    scaled = (shared[column] - shared["actual"]).abs() / shared["scale"]
    return scaled.groupby(level="cutoff").mean().sort_index()


def _overlap(cutoffs: list[pd.Period]) -> int:
    """How many consecutive cutoffs share months, counting the first."""
    apart = min(((b - a).n for a, b in pairwise(cutoffs)), default=12)
    return ceil(MONTHS_SCORED / apart)
