"""What a reader of the track record should know beside its figures, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pandas as pd

from energy.contract.record import RecordedRelease, ScoredMonth, TrackRecord
from energy.errors import listed
from energy.monitoring.due import GRACE_DAYS, due_on
from energy.releases.documents import moment


def of_service(entries: Sequence[RecordedRelease], champion: RecordedRelease | None) -> list[str]:
    """Releases that cannot be scored, and that none is in service."""
    told = [f"{one.release_id} cannot be scored: {one.trouble}" for one in entries if one.trouble]
    if champion is None:
        told.append("Nothing is in service now: the store has no champion.json.")
    return told


def of_hindsight(entries: Sequence[RecordedRelease], rows: Sequence[ScoredMonth]) -> list[str]:
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


def of_figures(
    frame: pd.DataFrame, rows: Sequence[ScoredMonth], actual: Mapping[str, float]
) -> list[str]:
    """Which figures may still change, and which were withdrawn."""
    scored = sorted({row.month for row in rows})
    flags = frame["provisional"]
    open_still = set(pd.PeriodIndex(flags.index[flags]).strftime("%Y-%m"))
    told = []
    if provisional := [month for month in scored if month in open_still]:
        told.append(f"Provisional still, and scored as they stand: {listed(provisional)}.")
    if withdrawn := [month for month in scored if month not in actual]:
        told.append(
            f"Withdrawn since, and scored on the last figure that stood: {listed(withdrawn)}."
        )
    return told


def of_clocks(
    champion: RecordedRelease | None, previous: TrackRecord | None, now: datetime
) -> list[str]:
    """Times that lie ahead of now: some clock is wrong."""
    here, told = moment(now), []
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
