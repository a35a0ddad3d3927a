"""Build the track record: every live forecast against what came."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
from msgspec import structs

from energy import legacy_errors
from energy.contract.months import months_after
from energy.contract.track_record import (
    HorizonScore,
    RecordedRelease,
    RecordScore,
    ScoredMonth,
    TrackRecord,
)
from energy.data.dataset import UK
from energy.errors import join_names
from energy.forecasting.folds import MONTHS_SCORED, SP
from energy.forecasting.metrics import empirical_coverage, mape, mase, seasonal_naive_scale
from energy.monitoring import drift
from energy.monitoring.calendar import GRACE_DAYS, due_on, next_due
from energy.monitoring.live_releases import ReleaseHistory, ServedRelease
from energy.releases.bundle import iso_timestamp

RECENT = 12
"""Months published last that `recent` and the tracking signal rest on."""
FEWEST = 4
"""Months below which a tracking signal says nothing."""


def score_months(rows: Sequence[ScoredMonth]) -> RecordScore | None:
    """The score of some scored months; None of none."""
    if not rows:
        return None
    names = ("mean", "actual", "naive", "scale", "first_print", "lower80", "upper80")
    mean, actual, naive, scale, first, low80, high80 = (_column(rows, name) for name in names)
    return RecordScore(
        months=len(rows),
        mae=float(np.abs(actual - mean).mean()),
        naive_mae=float(np.abs(actual - naive).mean()),
        mase=mase(actual, mean, scale),
        naive_mase=mase(actual, naive, scale),
        mape=mape(actual, mean),
        coverage80=empirical_coverage(actual, low80, high80),
        coverage95=empirical_coverage(actual, _column(rows, "lower95"), _column(rows, "upper95")),
        bias=float((mean - actual).mean()),
        first_print_mae=float(np.abs(first - mean).mean()),
    )


def summaries(
    rows: Sequence[ScoredMonth], cutoff: str
) -> tuple[RecordScore | None, RecordScore | None, tuple[HorizonScore, ...], float | None]:
    """Overall, recent, by horizon, and the tracking signal, of the rows that count.

    Args:
        rows: Every row; those not counted are left out here.
        cutoff: Last month with a figure.
    """
    counted = [row for row in rows if row.counted]
    near = [row for row in counted if row.horizon <= MONTHS_SCORED]
    since = months_after(cutoff, 1 - RECENT)
    late = [row for row in near if row.month >= since]
    horizons: dict[int, list[ScoredMonth]] = {}
    for row in counted:
        horizons.setdefault(row.horizon, []).append(row)
    found = ((horizon, score_months(at)) for horizon, at in sorted(horizons.items()))
    by_horizon = tuple(HorizonScore(horizon, at) for horizon, at in found if at)
    return score_months(near), score_months(late), by_horizon, tracking_signal(late)


def tracking_signal(rows: Sequence[ScoredMonth]) -> float | None:
    """Sum of the errors one month ahead over their mean absolute size; above zero: too high.

    Returns:
        Between minus and plus the number of months; None with fewer than FEWEST of them, or where
        every forecast was right to the last digit.
    """
    errors = np.array([row.mean - row.actual for row in rows if row.horizon == 1])
    if len(errors) < FEWEST or not errors.any():
        return None
    return float(errors.sum() / np.abs(errors).mean())


def _column(rows: Sequence[ScoredMonth], name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([getattr(row, name) for row in rows], dtype=float)


def service_notes(
    entries: Sequence[RecordedRelease], champion: RecordedRelease | None
) -> list[str]:
    """Releases that cannot be scored, and that none is in service."""
    told = [f"{one.release_id} cannot be scored: {one.trouble}" for one in entries if one.trouble]
    if champion is None:
        told.append("Nothing is in service now: the store has no champion.json.")
    return told


def hindsight_notes(entries: Sequence[RecordedRelease], rows: Sequence[ScoredMonth]) -> list[str]:
    """Releases that were made when some of the figures that score them had long been out."""
    told = []
    for one in entries:
        made = one.created_at[:10]
        out = [
            row.month
            for row in rows
            if row.release_id == one.release_id
            and (due_on(row.month) + timedelta(days=GRACE_DAYS)).isoformat() < made
        ]
        if out:
            told.append(
                f"{one.release_id} was made on {made}, when the figures of {min(out)} to "
                f"{max(out)} had long been out: its scores there are a rehearsal, no forecast."
            )
    return told


def figure_notes(
    frame: pd.DataFrame, rows: Sequence[ScoredMonth], actual: Mapping[str, float]
) -> list[str]:
    """Which figures may still change, and which were withdrawn."""
    scored = sorted({row.month for row in rows})
    flags = frame["provisional"]
    open_still = set(pd.PeriodIndex(flags.index[flags]).strftime("%Y-%m"))
    told = []
    if provisional := [month for month in scored if month in open_still]:
        told.append(f"Provisional still, and scored as they stand: {join_names(provisional)}.")
    if withdrawn := [month for month in scored if month not in actual]:
        told.append(
            f"Withdrawn since, and scored on the last figure that stood: {join_names(withdrawn)}."
        )
    return told


def clock_notes(
    champion: RecordedRelease | None, previous: TrackRecord | None, now: datetime
) -> list[str]:
    """Times that lie ahead of now: some clock is wrong."""
    here, told = iso_timestamp(now), []
    if champion and champion.created_at > here:
        told.append(
            f"The release in service says it was made at {champion.created_at}, which is after "
            f"now ({here}): clocks disagree, and its age is taken as 0."
        )
    if previous and previous.made_at > here:
        told.append(
            f"The track record before this one says it was made at {previous.made_at}, which is "
            f"after now ({here}): clocks disagree."
        )
    return told


_ID = re.compile(r"(\d{4}-\d{2})-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What has been published of one series.

    Attributes:
        actual: The newest figure by month.
        first: The first figure that was seen, and the id of its vintage, by month.
    """

    actual: Mapping[str, float]
    first: Mapping[str, tuple[float, str]]


def scored_months(one: ServedRelease, came: Outcomes) -> list[ScoredMonth]:
    """Every month of a release that can be read, and whose figure has come; all counted yet."""
    table = one.table
    if table is None:
        return []
    history = np.asarray(one.history)
    last_year = history[-SP:]
    scale = seasonal_naive_scale(history)
    low95, low80, high80, high95 = (table.levels.index(q) for q in (0.025, 0.1, 0.9, 0.975))
    return [
        ScoredMonth(
            release_id=one.release_id,
            month=row.month,
            horizon=row.horizon,
            mean=row.mean,
            lower80=row.quantiles[low80],
            upper80=row.quantiles[high80],
            lower95=row.quantiles[low95],
            upper95=row.quantiles[high95],
            naive=float(last_year[(row.horizon - 1) % SP]),
            scale=scale,
            first_print=came.first[row.month][0],
            first_vintage=came.first[row.month][1],
            actual=came.actual[row.month],
        )
        for row in table.months
        if row.month in came.actual
    ]


def with_stored_rows(
    rows: Sequence[ScoredMonth], before: Sequence[ScoredMonth], came: Outcomes
) -> list[ScoredMonth]:
    """A release's rows with those of the record before that cannot be made again.

    The forecast is lost or the figure withdrawn, but what was known of it is not.
    """
    made = {row.month for row in rows}
    kept = [
        structs.replace(row, actual=came.actual.get(row.month, row.actual))
        for row in before
        if row.month not in made
    ]
    return sorted([*rows, *kept], key=lambda row: row.month)


def why_unscorable(one: ServedRelease, target: str) -> str:
    """Why a release cannot be scored in the record of a target, or ''."""
    if one.trouble or one.table is None:
        return one.trouble
    if one.table.target != target:
        return f"It forecasts {one.table.target}; this record is of {target}."
    if len(one.history) <= SP or not seasonal_naive_scale(np.asarray(one.history)) > 0:
        return "Its history repeats itself or is too short: there is no scale to hold errors to."
    if not {0.025, 0.1, 0.9, 0.975} <= set(one.table.levels):
        return f"Its quantiles are {one.table.levels}, without an 80 and a 95% interval."
    return ""


def release_entry(
    one: ServedRelease, before: RecordedRelease | None, trouble: str
) -> RecordedRelease:
    """A release's entry in the record, not yet scored.

    Where it cannot be read, from the record before, or else from its id, which tells its cutoff
    and when it was made.
    """
    if one.manifest is not None:
        made, found = one.manifest, one.table
        horizon = len(found.months) if found else before.horizon if before else 0
        return RecordedRelease(
            one.release_id,
            made.created_at,
            one.promoted_at or made.created_at,
            made.cutoff,
            made.forecaster,
            horizon,
            None,
            trouble,
        )
    if before is not None:
        since = one.promoted_at or before.promoted_at
        return structs.replace(before, promoted_at=since, score=None, trouble=trouble)
    cutoff, created = entry_from_id(one.release_id)
    return RecordedRelease(
        one.release_id, created, one.promoted_at or created, cutoff, "", 0, None, trouble
    )


def entry_from_id(release_id: str) -> tuple[str, str]:
    """Cutoff and time of making as a release's id tells them; '' if it is no such id.

    >>> told_by_id("2022-07-20261123T170000Z-3f9a1c2b")
    ('2022-07', '2026-11-23T17:00:00Z')
    """
    found = _ID.fullmatch(release_id)
    if found is None:
        return "", ""
    cutoff, year, month, day, hour, minute, second = found.groups()
    return cutoff, f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"


@dataclass(frozen=True, slots=True)
class Actuals:
    """The newest figures, and what older vintages are needed for.

    Attributes:
        vintage_id: The newest vintage held.
        frame: Its monthly frame.
        earlier: Monthly frames of older vintages by id, oldest first, for first prints.
        held: Last month and time of keeping (ISO, UTC; '' if unknown) of every vintage held,
            oldest first.
        targets: Columns that can be forecast.
    """

    vintage_id: str
    frame: pd.DataFrame
    earlier: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    held: tuple[tuple[str, str], ...] = ()
    targets: tuple[str, ...] = UK.targets


@dataclass(frozen=True, slots=True)
class ScoredRelease:
    """One release in the record, and its rows.

    Attributes:
        entry: It.
        rows: Its months with a figure, in time.
        missing: Months that it forecast, that lie before the cutoff, and that have no figure.
    """

    entry: RecordedRelease
    rows: list[ScoredMonth]
    missing: set[str]


def build_track_record(
    service: ReleaseHistory, figures: Actuals, previous: TrackRecord | None, now: datetime
) -> TrackRecord:
    """The track record as it stands now.

    Args:
        service: What was in service, from `read_service`; at least one release.
        figures: The newest figures.
        previous: The record as it was, or None.
        now: The time, with its zone.

    Raises:
        NothingReadable: No release can be read, and no record says what was forecast.
        RecordOfAnother: The record is of another target than the release in service.
        FiguresBehindRecord: The record knows newer figures than these.
        UnknownTarget: The target is no column of the frame.
    """
    target, unit = _target(service, previous)
    came = _outcomes(figures, target, previous)
    cutoff = max(came.actual)
    if previous and previous.target != target:
        raise legacy_errors.RecordOfAnother(target, previous.target)
    if previous and previous.cutoff > cutoff:
        raise legacy_errors.FiguresBehindRecord(
            figures.vintage_id, cutoff, previous.vintage_id, previous.cutoff
        )
    scored = [_scored(one, target, came, cutoff, previous) for one in service.releases]
    scored = _counted(scored, previous.rows if previous else ())
    scored.sort(key=lambda one: one.entry.cutoff)  # stable: then as they came into service
    rows = tuple(row for one in scored for row in one.rows)
    overall, recent, by_horizon, signal = summaries(rows, cutoff)
    entries = tuple(one.entry for one in scored)
    champion = next((one for one in entries if one.release_id == service.champion_id), None)
    learned_to = champion.cutoff if champion and champion.cutoff else cutoff
    return TrackRecord(
        target=target,
        unit=unit,
        made_at=iso_timestamp(now),
        vintage_id=figures.vintage_id,
        cutoff=cutoff,
        release_id=service.champion_id,
        forecast_age_days=_days_since(champion.created_at, now) if champion else None,
        releases=entries,
        rows=rows,
        overall=overall,
        recent=recent,
        by_horizon=by_horizon,
        tracking_signal=signal,
        next_due=next_due(cutoff, now.astimezone(UTC).date()),
        unpublished=tuple(sorted(set[str]().union(*(one.missing for one in scored)))),
        drift=drift.check_drift(figures.frame, target, unit, learned_to),
        notes=(
            *service.notes,
            *service_notes(entries, champion),
            *hindsight_notes(entries, rows),
            *figure_notes(figures.frame, rows, came.actual),
            *clock_notes(champion, previous, now),
        ),
        release_overdue_days=_overdue(figures, learned_to, now),
    )


def _target(service: ReleaseHistory, previous: TrackRecord | None) -> tuple[str, str]:
    """What the release in service forecasts; else the record before; else the newest release."""
    in_service = [one for one in service.releases if one.release_id == service.champion_id]
    others = [one for one in reversed(service.releases) if one not in in_service]
    for one in in_service:
        if one.manifest:
            return one.manifest.target, one.manifest.unit
    if previous:
        return previous.target, previous.unit
    for one in others:
        if one.manifest:
            return one.manifest.target, one.manifest.unit
    last = (in_service or others)[0]
    raise legacy_errors.NothingReadable(service.store, last.release_id, last.trouble)


def _outcomes(figures: Actuals, target: str, previous: TrackRecord | None) -> Outcomes:
    """The newest figures, and the first prints: of the record before, else of the oldest vintage.

    Raises:
        UnknownTarget: No such column.
    """
    if target not in figures.targets or target not in figures.frame.columns:
        raise legacy_errors.UnknownTarget(target, figures.targets)
    actual = _by_month(figures.frame[target])
    first = {month: (value, figures.vintage_id) for month, value in actual.items()}
    for name, frame in reversed(list(figures.earlier.items())):
        first |= {month: (value, name) for month, value in _by_month(frame[target]).items()}
    for row in previous.rows if previous else ():
        first[row.month] = row.first_print, row.first_vintage
    return Outcomes(actual, first)


def _by_month(series: pd.Series) -> dict[str, float]:
    known = series.dropna()
    months = pd.PeriodIndex(known.index).strftime("%Y-%m")
    return dict(zip(months, known.astype(float).tolist(), strict=True))


def _scored(
    one: ServedRelease, target: str, came: Outcomes, cutoff: str, previous: TrackRecord | None
) -> ScoredRelease:
    """One release against what came, with what the record before knows of it."""
    entries, rows = (previous.releases, previous.rows) if previous else ((), ())
    before = next((found for found in entries if found.release_id == one.release_id), None)
    trouble = why_unscorable(one, target)
    kept = [row for row in rows if row.release_id == one.release_id]
    of = with_stored_rows([] if trouble else scored_months(one, came), kept, came)
    forecast = one.table.months if one.table and not trouble else ()
    missing = {row.month for row in forecast if row.month <= cutoff} - {row.month for row in of}
    return ScoredRelease(
        structs.replace(release_entry(one, before, trouble), score=score_months(of)), of, missing
    )


def _counted(scored: Sequence[ScoredRelease], before: Sequence[ScoredMonth]) -> list[ScoredRelease]:
    """Rows marked: of several releases with one cutoff, the one last in service counts.

    Which one that was is settled when a month is first scored: a rollback later on changes what
    counts from then on, and nothing of what was.
    """
    settled = {(row.month, row.horizon): row.release_id for row in before if row.counted}
    last = {one.entry.cutoff: one.entry.release_id for one in scored if one.rows}

    def marked(row: ScoredMonth, winner: str | None) -> ScoredMonth:
        return structs.replace(
            row, counted=row.release_id == settled.get((row.month, row.horizon), winner)
        )

    return [
        replace(one, rows=[marked(row, last.get(one.entry.cutoff)) for row in one.rows])
        for one in scored
    ]


def _overdue(figures: Actuals, learned_to: str, now: datetime) -> int:
    """Days since figures newer than a month have been held; where unknown, since they were due."""
    for month, kept_at in figures.held:
        if month > learned_to:
            return _days_since(kept_at or due_on(month).isoformat(), now)
    return 0


def _days_since(when: str, now: datetime) -> int:
    """Days by the calendar (UTC); 0 if the clock that wrote it is ahead of ours, or it is none."""
    try:
        then = date.fromisoformat(when[:10])
    except ValueError:
        return 0
    return max(0, (now.astimezone(UTC).date() - then).days)
