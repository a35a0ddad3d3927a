"""Made-up live releases, published figures and track records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from energy.contract import SCHEMA, Calibration, ForecastMonth, ForecastTable, Lineage, Manifest
from energy.contract.months import months_after
from energy.contract.track_record import TrackRecord
from energy.monitoring.calendar import due_on
from energy.monitoring.live_releases import read_release_history
from energy.monitoring.track_record import Actuals, build_track_record
from energy.releases.bundle import (
    HISTORY,
    digest,
    encode_document,
    iso_timestamp,
    release_id,
    write_release,
)
from energy.releases.promotion import promote
from energy.releases.store import Store

FIRST, LAST = "2010-01", "2022-07"
CALIBRATION = Calibration((0.1,), (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0), True, 60)
LINEAGE = Lineage({"a.xlsx": "0" * 64}, "unknown", {}, {}, "3.11")
WIDTHS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)
"""What to add to the mean for the quantiles: the 80% interval is 1 to either side."""


def make_frame(last: str = LAST, revised: Mapping[str, float] | None = None) -> pd.DataFrame:
    """A monthly frame with a total and its weather, one month ahead.

    Args:
        last: Last month with a figure.
        revised: What to add to a month's figure; NaN withdraws it.
    """
    end = pd.Period(last, "M")
    months = pd.period_range(FIRST, end + 1, freq="M", name="month")
    noise = np.random.default_rng(7).normal(0, 0.3, 400)[: len(months)]
    chill = np.random.default_rng(8).normal(0, 1.2, 400)[: len(months)]
    wave = np.cos(2 * np.pi * (months.month - 1) / 12)
    temperature = 10 - 6 * wave + chill
    frame = pd.DataFrame(
        {
            "total": 15 + 4 * wave - 0.1 * chill + noise,
            "coal": 1.0 + 0.1 * noise,
            "temperature": temperature,
            "degree_days": np.maximum(15.5 - temperature, 0.0),
            "provisional": months > end - 2,
        },
        months,
    )
    frame.loc[end + 1, ["total", "coal"]] = np.nan
    for month, change in (revised or {}).items():
        frame.loc[month, "total"] += change
    return frame


def published_on(cutoff: str) -> datetime:
    """The afternoon on which figures to that month come out."""
    day = due_on(cutoff)
    return datetime(day.year, day.month, day.day, 15, tzinfo=UTC)


def make_table(
    history: pd.Series, cutoff: str, error: float = 0.5, horizon: int = 24, target: str = "total"
) -> ForecastTable:
    """The year before again, and so much more."""
    mean = np.resize(history.to_numpy()[-12:], horizon) + error
    months = tuple(
        ForecastMonth(months_after(cutoff, h), h, float(m), tuple(float(m + w) for w in WIDTHS))
        for h, m in enumerate(mean, 1)
    )
    return ForecastTable(target, "Mtoe", cutoff, "theta", months, CALIBRATION)


def publish(
    store: Store,
    cutoff: str,
    error: float = 0.5,
    now: datetime | None = None,
    **changes: Any,
) -> str:
    """Write a release of the made-up series and put it in service; returns its id.

    Args:
        store: Where to.
        cutoff: Its last month.
        error: What its forecasts are off the year before by.
        now: When; the day on which figures to the cutoff come out, unless told.
        changes: `horizon` or `target` of `make_table`; `frame`, the monthly frame to learn from in
            place of `make_frame`; `history`, False to leave it out.
    """
    now = now or published_on(cutoff)
    with_history = changes.pop("history", True)
    target = changes.get("target", "total")
    frame = changes.pop("frame", None)
    history = (make_frame() if frame is None else frame)[target].loc[FIRST:cutoff]
    table = make_table(history, cutoff, error, **changes)
    values = [round(float(value), 6) for value in history]
    first = str(history.index[0])
    document = {"schema": SCHEMA, "unit": "Mtoe", "first_month": first, "values": values}
    files = {
        "forecast.json": encode_document("forecast.json", table.to_dict()),
        "model.zip": b"a model",
        "scores.json": encode_document("scores.json", {"schema": SCHEMA}),
        **({HISTORY: encode_document(HISTORY, document)} if with_history else {}),
    }
    name = release_id(cutoff, now, digest(files))
    manifest = Manifest(name, iso_timestamp(now), target, "Mtoe", cutoff, "theta", LINEAGE)
    write_release(store, manifest, files)
    promote(store, name, "it is best", now)
    return name


def figures(last: str = LAST, revised: Mapping[str, float] | None = None, **more: Any) -> Actuals:
    """The newest vintage, to that month."""
    return Actuals(f"{last}-00000000", make_frame(last, revised), **more)


def record(
    store: Store,
    found: Actuals | None = None,
    previous: TrackRecord | None = None,
    now: datetime | None = None,
) -> TrackRecord:
    """The track record of a store, a day after the figures came out unless told."""
    found = found or figures()
    then = published_on(found.vintage_id[:7]) + timedelta(days=1)
    known = [(one.release_id, one.promoted_at) for one in previous.releases] if previous else []
    return build_track_record(read_release_history(store, known), found, previous, now or then)
