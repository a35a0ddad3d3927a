"""Months of a release's forecast whose figures have come: one row each, and the release's entry."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from energy.contract.record import RecordedRelease, ScoredMonth
from energy.forecasting.horizon import SP
from energy.forecasting.scores import seasonal_naive_scale
from energy.monitoring.service import Served

_ID = re.compile(r"(\d{4}-\d{2})-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Came:
    """What has been published of one series.

    Attributes:
        actual: The newest figure by month.
        first: The first figure that was seen, and the id of its vintage, by month.
    """

    actual: Mapping[str, float]
    first: Mapping[str, tuple[float, str]]


def rows_of(one: Served, came: Came) -> list[ScoredMonth]:
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


def with_kept(
    rows: Sequence[ScoredMonth], before: Sequence[ScoredMonth], came: Came
) -> list[ScoredMonth]:
    """A release's rows with those of the record before that cannot be made again.

    The forecast is lost or the figure withdrawn, but what was known of it is not.
    """
    made = {row.month for row in rows}
    kept = [
        replace(row, actual=came.actual.get(row.month, row.actual))
        for row in before
        if row.month not in made
    ]
    return sorted([*rows, *kept], key=lambda row: row.month)


def why_unscorable(one: Served, target: str) -> str:
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


def entry(one: Served, before: RecordedRelease | None, trouble: str) -> RecordedRelease:
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
        return replace(before, promoted_at=since, score=None, trouble=trouble)
    cutoff, created = told_by_id(one.release_id)
    return RecordedRelease(
        one.release_id, created, one.promoted_at or created, cutoff, "", 0, None, trouble
    )


def told_by_id(release_id: str) -> tuple[str, str]:
    """Cutoff and time of making as a release's id tells them; '' if it is no such id.

    >>> told_by_id("2022-07-20261123T170000Z-3f9a1c2b")
    ('2022-07', '2026-11-23T17:00:00Z')
    """
    found = _ID.fullmatch(release_id)
    if found is None:
        return "", ""
    cutoff, year, month, day, hour, minute, second = found.groups()
    return cutoff, f"{year}-{month}-{day}T{hour}:{minute}:{second}Z"
