"""Every forecast that was in service against what came: a function of what was read before.

Nothing is lost and no history rewritten: the first print of a month stays what it was when it was
first seen, and rows whose release has gone, or whose figure was withdrawn, are carried over from
the record before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

import pandas as pd

from energy.contract.record import RecordedRelease, ScoredMonth, TrackRecord
from energy.data.dataset import UK
from energy.errors import FiguresBehindRecord, NothingReadable, RecordOfAnother, UnknownTarget
from energy.monitoring import drift, notes
from energy.monitoring.due import due_on, next_due
from energy.monitoring.rows import Came, entry, rows_of, why_unscorable, with_kept
from energy.monitoring.scoring import score, summaries
from energy.monitoring.service import Served, Service
from energy.releases.documents import moment


@dataclass(frozen=True, slots=True)
class Figures:
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
class Scored:
    """One release in the record, and its rows.

    Attributes:
        entry: It.
        rows: Its months with a figure, in time.
        missing: Months that it forecast, that lie before the cutoff, and that have no figure.
    """

    entry: RecordedRelease
    rows: list[ScoredMonth]
    missing: set[str]


def build(
    service: Service, figures: Figures, previous: TrackRecord | None, now: datetime
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
    came = _came(figures, target, previous)
    cutoff = max(came.actual)
    if previous and previous.target != target:
        raise RecordOfAnother(target, previous.target)
    if previous and previous.cutoff > cutoff:
        raise FiguresBehindRecord(figures.vintage_id, cutoff, previous.vintage_id, previous.cutoff)
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
        made_at=moment(now),
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
        drift=drift.checks(figures.frame, target, unit, learned_to),
        notes=(
            *service.notes,
            *notes.of_service(entries, champion),
            *notes.of_hindsight(entries, rows),
            *notes.of_figures(figures.frame, rows, came.actual),
            *notes.of_clocks(champion, previous, now),
        ),
        release_overdue_days=_overdue(figures, learned_to, now),
    )


def _target(service: Service, previous: TrackRecord | None) -> tuple[str, str]:
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
    raise NothingReadable(service.store, last.release_id, last.trouble)


def _came(figures: Figures, target: str, previous: TrackRecord | None) -> Came:
    """The newest figures, and the first prints: of the record before, else of the oldest vintage.

    Raises:
        UnknownTarget: No such column.
    """
    if target not in figures.targets or target not in figures.frame.columns:
        raise UnknownTarget(target, figures.targets)
    actual = _by_month(figures.frame[target])
    first = {month: (value, figures.vintage_id) for month, value in actual.items()}
    for name, frame in reversed(list(figures.earlier.items())):
        first |= {month: (value, name) for month, value in _by_month(frame[target]).items()}
    for row in previous.rows if previous else ():
        first[row.month] = row.first_print, row.first_vintage
    return Came(actual, first)


def _by_month(series: pd.Series) -> dict[str, float]:
    known = series.dropna()
    months = pd.PeriodIndex(known.index).strftime("%Y-%m")
    return dict(zip(months, known.astype(float).tolist(), strict=True))


def _scored(
    one: Served, target: str, came: Came, cutoff: str, previous: TrackRecord | None
) -> Scored:
    """One release against what came, with what the record before knows of it."""
    entries, rows = (previous.releases, previous.rows) if previous else ((), ())
    before = next((found for found in entries if found.release_id == one.release_id), None)
    trouble = why_unscorable(one, target)
    kept = [row for row in rows if row.release_id == one.release_id]
    of = with_kept([] if trouble else rows_of(one, came), kept, came)
    forecast = one.table.months if one.table and not trouble else ()
    missing = {row.month for row in forecast if row.month <= cutoff} - {row.month for row in of}
    return Scored(replace(entry(one, before, trouble), score=score(of)), of, missing)


def _counted(scored: Sequence[Scored], before: Sequence[ScoredMonth]) -> list[Scored]:
    """Rows marked: of several releases with one cutoff, the one last in service counts.

    Which one that was is settled when a month is first scored: a rollback later on changes what
    counts from then on, and nothing of what was.
    """
    settled = {(row.month, row.horizon): row.release_id for row in before if row.counted}
    last = {one.entry.cutoff: one.entry.release_id for one in scored if one.rows}

    def marked(row: ScoredMonth, winner: str | None) -> ScoredMonth:
        return replace(row, counted=row.release_id == settled.get((row.month, row.horizon), winner))

    return [
        replace(one, rows=[marked(row, last.get(one.entry.cutoff)) for row in one.rows])
        for one in scored
    ]


def _overdue(figures: Figures, learned_to: str, now: datetime) -> int:
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
