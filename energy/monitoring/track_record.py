"""The track record: every live forecast scored on the figures published since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from msgspec import structs

from energy.contract import ForecastTable
from energy.contract.months import months_after
from energy.contract.track_record import (
    HorizonScore,
    RecordedRelease,
    RecordScore,
    ScoredMonth,
    TrackRecord,
)
from energy.data.dataset import UK
from energy.errors import DataError, StoreError, join_names, unknown_target
from energy.forecasting.folds import MONTHS_SCORED, SP
from energy.forecasting.metrics import empirical_coverage, mape, mase, seasonal_naive_scale
from energy.monitoring import drift
from energy.monitoring.calendar import GRACE_DAYS, due_on, next_due
from energy.monitoring.live_releases import ReleaseHistory, ServedRelease
from energy.releases.bundle import is_release_id, iso_timestamp

RECENT_MONTHS = 12
"""Last published months that the recent score and the tracking signal cover."""
FEWEST_ERRORS = 4
"""Errors that a tracking signal needs."""
QUANTILES = {"lower80": 0.1, "upper80": 0.9, "lower95": 0.025, "upper95": 0.975}
"""Quantile levels of the intervals that are scored."""


@dataclass(frozen=True, slots=True)
class Actuals:
    """The published figures: the newest vintage and its monthly frame.

    `earlier` has the frames of older vintages by id, oldest first, to look up first prints.
    `vintages` has last month and storage time (ISO, UTC; '' if unknown) of every vintage, oldest
    first. `targets` are the columns that can be forecast.
    """

    vintage_id: str
    frame: pd.DataFrame
    earlier: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    vintages: tuple[tuple[str, str], ...] = ()
    targets: tuple[str, ...] = UK.targets


class _TargetFigures(NamedTuple):
    """The figures of one target: the newest, and the first with its vintage, by month."""

    actual: Mapping[str, float]
    first_print: Mapping[str, tuple[float, str]]


class _ScoredRelease(NamedTuple):
    """A release's entry in the record, its scored months, and its months without a figure."""

    entry: RecordedRelease
    rows: list[ScoredMonth]
    unpublished: set[str]


def build_track_record(
    history: ReleaseHistory, actuals: Actuals, previous: TrackRecord | None, now: datetime
) -> TrackRecord:
    """Score every live release, of which there is at least one, and summarise the scores.

    `now` has a time zone.

    Raises:
        StoreError: No release can be read and there is no record yet, or the record is of another
            target.
        DataError: The record was made with newer figures.
        UnknownTarget: The data do not have the target.
    """
    target, unit = _target_and_unit(history, previous)
    if target not in actuals.targets or target not in actuals.frame.columns:
        raise unknown_target(target, actuals.targets)
    figures = _target_figures(actuals, target, previous)
    cutoff = max(figures.actual)
    if previous:
        _check_previous(previous, target, actuals.vintage_id, cutoff)
    scored = [
        _score_release(release, target, figures, cutoff, previous) for release in history.releases
    ]
    scored = _mark_counted(scored, previous.rows if previous else ())
    scored.sort(key=lambda release: release.entry.cutoff)  # stable: then in order of promotion
    rows = tuple(row for release in scored for row in release.rows)
    entries = tuple(release.entry for release in scored)
    champion = next((entry for entry in entries if entry.release_id == history.champion_id), None)
    trained_to = champion.cutoff if champion and champion.cutoff else cutoff
    overall, recent, by_horizon, signal = summaries(rows, cutoff)
    return TrackRecord(
        target=target,
        unit=unit,
        made_at=iso_timestamp(now),
        vintage_id=actuals.vintage_id,
        cutoff=cutoff,
        release_id=history.champion_id,
        forecast_age_days=_days_since(champion.created_at, now) if champion else None,
        releases=entries,
        rows=rows,
        overall=overall,
        recent=recent,
        by_horizon=by_horizon,
        tracking_signal=signal,
        next_due=next_due(cutoff, now.astimezone(UTC).date()),
        unpublished=tuple(sorted(set[str]().union(*(release.unpublished for release in scored)))),
        drift=drift.check_drift(actuals.frame, target, unit, trained_to),
        notes=(
            *history.notes,
            *_release_notes(entries, champion, rows),
            *_figure_notes(actuals.frame, rows, figures),
            *_clock_notes(champion, previous, now),
        ),
        release_overdue_days=_release_overdue_days(actuals, trained_to, now),
    )


def _target_and_unit(history: ReleaseHistory, previous: TrackRecord | None) -> tuple[str, str]:
    """Target and unit of the live release; else of the record; else of the newest release."""
    live = [release for release in history.releases if release.release_id == history.champion_id]
    others = [release for release in reversed(history.releases) if release not in live]
    manifests = (release.manifest for release in (*live, *others) if release.manifest)
    sources = (*(release.manifest for release in live), previous, *manifests)
    for source in sources:
        if source:
            return source.target, source.unit
    last = (live or others)[0]
    raise StoreError(
        f"None of the live releases in the store {history.store} can be read, so nothing can be "
        f"scored. The last is {last.release_id}: {last.trouble} Publish again."
    )


def _target_figures(actuals: Actuals, target: str, previous: TrackRecord | None) -> _TargetFigures:
    """First prints come from the record so far, else from the oldest vintage with the month."""
    actual = _by_month(actuals.frame[target])
    first = {month: (value, actuals.vintage_id) for month, value in actual.items()}
    for vintage_id, frame in reversed(list(actuals.earlier.items())):
        first |= {month: (value, vintage_id) for month, value in _by_month(frame[target]).items()}
    for row in previous.rows if previous else ():
        first[row.month] = row.first_print, row.first_vintage
    return _TargetFigures(actual, first)


def _by_month(series: pd.Series) -> dict[str, float]:
    figures = series.dropna()
    months = pd.PeriodIndex(figures.index).strftime("%Y-%m")
    return dict(zip(months, figures.astype(float).tolist(), strict=True))


def _check_previous(previous: TrackRecord, target: str, vintage_id: str, cutoff: str) -> None:
    if previous.target != target:
        raise StoreError(
            f"The live release forecasts {target}, the track record is of {previous.target} and "
            "is unchanged: a store serves one target. Use another store for the other target, or "
            "move track_record.json away to start again."
        )
    if previous.cutoff > cutoff:
        raise DataError(
            f"The newest stored vintage is {vintage_id}, to {cutoff}; the track record was made "
            f"with {previous.vintage_id}, to {previous.cutoff}, and is unchanged. Run IngestFlow "
            "first, or set ENERGY_DATA to the folder that has it."
        )


def _score_release(
    release: ServedRelease,
    target: str,
    figures: _TargetFigures,
    cutoff: str,
    previous: TrackRecord | None,
) -> _ScoredRelease:
    """Score a release; rows of the record so far that cannot be made again are kept.

    A forecast may be lost or a figure withdrawn: the row then keeps the last figure.
    """
    entries, stored = (previous.releases, previous.rows) if previous else ((), ())
    before = next((entry for entry in entries if entry.release_id == release.release_id), None)
    trouble = _why_unscorable(release, target)
    table = None if trouble else release.table
    new = _scored_months(release, table, figures) if table else []
    months = {row.month for row in new}
    old = [
        structs.replace(row, actual=figures.actual.get(row.month, row.actual))
        for row in stored
        if row.release_id == release.release_id and row.month not in months
    ]
    rows = sorted([*new, *old], key=lambda row: row.month)
    past = {row.month for row in (table.months if table else ()) if row.month <= cutoff}
    entry = structs.replace(_entry(release, before, trouble), score=score_months(rows))
    return _ScoredRelease(entry, rows, past - {row.month for row in rows})


def _why_unscorable(release: ServedRelease, target: str) -> str:
    """Why a release cannot be scored in the record of a target, or ''."""
    if release.trouble or release.table is None:
        return release.trouble
    if release.table.target != target:
        return f"It forecasts {release.table.target}; this record is of {target}."
    history = np.asarray(release.history)
    if len(history) <= SP or not seasonal_naive_scale(history) > 0:
        return "Its history is too short or repeats itself, so errors cannot be scaled."
    if not set(QUANTILES.values()) <= set(release.table.levels):
        return f"Its quantiles are {release.table.levels}, without an 80% and a 95% interval."
    return ""


def _scored_months(
    release: ServedRelease, table: ForecastTable, figures: _TargetFigures
) -> list[ScoredMonth]:
    """The months of a release that have a figure."""
    history = np.asarray(release.history)
    last_year, scale = history[-SP:], seasonal_naive_scale(history)
    low80, high80, low95, high95 = (table.levels.index(level) for level in QUANTILES.values())
    return [
        ScoredMonth(
            release_id=release.release_id,
            month=row.month,
            horizon=row.horizon,
            mean=row.mean,
            lower80=row.quantiles[low80],
            upper80=row.quantiles[high80],
            lower95=row.quantiles[low95],
            upper95=row.quantiles[high95],
            naive=float(last_year[(row.horizon - 1) % SP]),
            scale=scale,
            first_print=first_print,
            first_vintage=first_vintage,
            actual=figures.actual[row.month],
        )
        for row in table.months
        if row.month in figures.actual
        for first_print, first_vintage in [figures.first_print[row.month]]
    ]


def _entry(release: ServedRelease, before: RecordedRelease | None, trouble: str) -> RecordedRelease:
    """The entry of a release without its score.

    A release that cannot be read keeps its entry so far, or gets one from its id.
    """
    if (manifest := release.manifest) is not None:
        horizon = before.horizon if before else 0
        entry = RecordedRelease(
            release.release_id,
            manifest.created_at,
            manifest.created_at,
            manifest.cutoff,
            manifest.forecaster,
            len(release.table.months) if release.table else horizon,
        )
    elif before is not None:
        entry = structs.replace(before, score=None)
    else:
        cutoff, created_at = _parse_id(release.release_id)
        entry = RecordedRelease(release.release_id, created_at, created_at, cutoff, "", 0)
    promoted_at = release.promoted_at or entry.promoted_at
    return structs.replace(entry, promoted_at=promoted_at, trouble=trouble)


def _parse_id(release_id: str) -> tuple[str, str]:
    """Cutoff and time of creation in a release id; '' if it is not an id.

    >>> _parse_id("2022-07-20261123T170000Z-3f9a1c2b")
    ('2022-07', '2026-11-23T17:00:00Z')
    """
    if not is_release_id(release_id):
        return "", ""
    day, time = release_id[8:16], release_id[17:23]
    created_at = f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}Z"
    return release_id[:7], created_at


def _mark_counted(
    scored: Sequence[_ScoredRelease], before: Sequence[ScoredMonth]
) -> list[_ScoredRelease]:
    """Of several releases with one cutoff, count the one that was live last.

    That is settled when a month is first scored. A later rollback changes only later months.
    """
    settled = {(row.month, row.horizon): row.release_id for row in before if row.counted}
    last = {release.entry.cutoff: release.entry.release_id for release in scored if release.rows}

    def marked(row: ScoredMonth, default: str | None) -> ScoredMonth:
        counts = settled.get((row.month, row.horizon), default)
        return structs.replace(row, counted=row.release_id == counts)

    return [
        release._replace(rows=[marked(row, last.get(release.entry.cutoff)) for row in release.rows])
        for release in scored
    ]


def summaries(
    rows: Sequence[ScoredMonth], cutoff: str
) -> tuple[RecordScore | None, RecordScore | None, tuple[HorizonScore, ...], float | None]:
    """Overall score, recent score, scores by horizon and tracking signal of the counted rows.

    The recent months end at the cutoff, the last month with a figure.
    """
    counted = [row for row in rows if row.counted]
    near = [row for row in counted if row.horizon <= MONTHS_SCORED]
    since = months_after(cutoff, 1 - RECENT_MONTHS)
    recent = [row for row in near if row.month >= since]
    by_horizon = tuple(
        HorizonScore(horizon, score)
        for horizon in sorted({row.horizon for row in counted})
        if (score := score_months([row for row in counted if row.horizon == horizon]))
    )
    return score_months(near), score_months(recent), by_horizon, tracking_signal(recent)


def score_months(rows: Sequence[ScoredMonth]) -> RecordScore | None:
    """The score of some months; None without any."""
    if not rows:
        return None
    names = ("mean", "actual", "naive", "scale", "first_print", *QUANTILES)
    mean, actual, naive, scale, first, low80, high80, low95, high95 = (
        np.array([getattr(row, name) for row in rows], dtype=float) for name in names
    )
    return RecordScore(
        months=len(rows),
        mae=float(np.abs(actual - mean).mean()),
        naive_mae=float(np.abs(actual - naive).mean()),
        mase=mase(actual, mean, scale),
        naive_mase=mase(actual, naive, scale),
        mape=mape(actual, mean),
        coverage80=empirical_coverage(actual, low80, high80),
        coverage95=empirical_coverage(actual, low95, high95),
        bias=float((mean - actual).mean()),
        first_print_mae=float(np.abs(first - mean).mean()),
    )


def tracking_signal(rows: Sequence[ScoredMonth]) -> float | None:
    """Sum of the errors one month ahead over their mean absolute size; positive: too high.

    None with fewer than FEWEST_ERRORS errors, or if all are 0.
    """
    errors = np.array([row.mean - row.actual for row in rows if row.horizon == 1])
    if len(errors) < FEWEST_ERRORS or not errors.any():
        return None
    return float(errors.sum() / np.abs(errors).mean())


def _release_notes(
    entries: Sequence[RecordedRelease],
    champion: RecordedRelease | None,
    rows: Sequence[ScoredMonth],
) -> list[str]:
    """Releases that cannot be scored, or that were made after the figures that score them."""
    unscored = [entry for entry in entries if entry.trouble]
    notes = [f"{entry.release_id} cannot be scored: {entry.trouble}" for entry in unscored]
    if champion is None:
        notes.append("No release is live now: the store has no champion.json.")
    grace = timedelta(days=GRACE_DAYS)
    for entry in entries:
        created = entry.created_at[:10]
        months = (row.month for row in rows if row.release_id == entry.release_id)
        published = [month for month in months if (due_on(month) + grace).isoformat() < created]
        if published:
            notes.append(
                f"{entry.release_id} was made on {created}, after the figures of "
                f"{min(published)} to {max(published)} were published: its scores of those months "
                "are hindsight."
            )
    return notes


def _figure_notes(
    frame: pd.DataFrame, rows: Sequence[ScoredMonth], figures: _TargetFigures
) -> list[str]:
    """Figures that may still change, and figures that were withdrawn."""
    scored = sorted({row.month for row in rows})
    flags = frame["provisional"]
    provisional = set(pd.PeriodIndex(flags.index[flags]).strftime("%Y-%m"))
    notes = []
    if months := [month for month in scored if month in provisional]:
        notes.append(f"Scored on provisional figures: {join_names(months)}.")
    if months := [month for month in scored if month not in figures.actual]:
        notes.append(f"Withdrawn since, and scored on the last figure: {join_names(months)}.")
    return notes


def _clock_notes(
    champion: RecordedRelease | None, previous: TrackRecord | None, now: datetime
) -> list[str]:
    """Times in the future: a clock is wrong."""
    present, notes = iso_timestamp(now), []
    disagree = f"after the present time {present}: clocks disagree."
    if champion and champion.created_at > present:
        made = f"The live release was made at {champion.created_at}"
        notes.append(f"{made}, {disagree} Its age counts as 0.")
    if previous and previous.made_at > present:
        notes.append(f"The previous track record was made at {previous.made_at}, {disagree}")
    return notes


def _release_overdue_days(actuals: Actuals, trained_to: str, now: datetime) -> int:
    """Days since newer figures were stored; since their due date if that is unknown."""
    for month, stored_at in actuals.vintages:
        if month > trained_to:
            return _days_since(stored_at or due_on(month).isoformat(), now)
    return 0


def _days_since(timestamp: str, now: datetime) -> int:
    """Calendar days (UTC); 0 if the time is in the future or unreadable."""
    try:
        then = date.fromisoformat(timestamp[:10])
    except ValueError:
        return 0
    return max(0, (now.astimezone(UTC).date() - then).days)
