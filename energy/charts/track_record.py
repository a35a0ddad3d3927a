"""Charts of the track record and of revised figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import (
    BLUE,
    ORANGE,
    colour,
    coverage_layers,
    fan_colour,
    horizon_x,
    in_words,
    interval_bands,
    lines,
    month_tooltip,
    month_x,
    number_tooltip,
    number_y,
    styled,
    timestamp,
)
from energy.contract.months import months_between
from energy.contract.track_record import ScoredMonth, TrackRecord
from energy.forecasting.folds import MONTHS_SCORED

MONTHS_APART = 12
"""Months between the fans that are drawn, so that they do not overlap."""
PUBLISHED, NAIVE = "as published", "seasonal naive"
FAN_NUMBERS = ("mean", "lower80", "upper80", "lower95", "upper95", "actual", "horizon")
SOURCES = {PUBLISHED: BLUE, NAIVE: ORANGE}


def record_fans(record: TrackRecord) -> Any:
    """Published forecasts and the actual figures: a line for each release, fans a year apart.

    The last fan is the newest release that has been scored for a year.
    """
    scored = _scored_rows(record)
    frame = pd.DataFrame(
        [
            {
                "month": timestamp(row.month),
                "release": row.release_id,
                **{name: getattr(row, name) for name in FAN_NUMBERS},
            }
            for row in scored
        ]
    )
    fans = frame[frame["release"].isin(_fan_releases(scored))]
    single = fans[~fans["release"].duplicated(keep=False)]
    actual = frame[["month", "actual"]].drop_duplicates("month").sort_values("month")
    x, y_title = month_x(frame["month"]), f"{record.unit} a month"
    layers = alt.layer(
        *interval_bands(fans, x, y_title, detail="release:N"),
        *([] if single.empty else interval_bands(single, x, y_title, is_single=True)),
        # Years of releases have thousands of rows: keep only the columns that are drawn.
        lines(
            frame[["month", "release", "mean"]].assign(key="forecast"), strokeWidth=1, opacity=0.55
        ).encode(x=x, y=number_y(y_title, "mean"), color=fan_colour(), detail="release:N"),
        lines(fans.assign(key="forecast"), strokeWidth=2, point={"size": 14}).encode(
            x=x,
            y="mean:Q",
            color=fan_colour(),
            tooltip=[
                month_tooltip(),
                number_tooltip("mean", "forecast"),
                number_tooltip("actual", "published"),
                number_tooltip("horizon", "months ahead", "d"),
                "release:N",
            ],
            detail="release:N",
        ),
        lines(actual.assign(key="published"), strokeWidth=1.8, point={"size": 10}).encode(
            x=x, y="actual:Q", color=fan_colour()
        ),
    )
    return styled(
        layers,
        "Published forecasts and actual figures",
        f"1 to {MONTHS_SCORED} months ahead, with the intervals published then",
        height=320,
    )


def record_by_horizon(record: TrackRecord) -> Any:
    """MASE of published forecasts and of seasonal naive on the same months, by months ahead."""
    rows = pd.DataFrame(
        [
            {"horizon": row.horizon, "source": source, "mase": mase, "months": row.score.months}
            for row in record.by_horizon
            for source, mase in ((PUBLISHED, row.score.mase), (NAIVE, row.score.naive_mase))
        ]
    )
    chart = lines(rows, point=True).encode(
        x=horizon_x(),
        y=number_y("MASE", "mase", zero=True),
        color=colour("source", SOURCES),
        tooltip=["source:N", "horizon:O", number_tooltip("mase", "MASE", ".3f"), "months:Q"],
    )
    return styled(chart, "Error by months ahead", height=240)


def record_coverage(record: TrackRecord) -> Any:
    """Share of months inside the intervals, by months ahead, with the nominal share dashed."""
    rows = pd.DataFrame(
        [
            (row.horizon, f"{nominal:.0%} interval", share, nominal, row.score.months)
            for row in record.by_horizon
            for nominal, share in ((0.8, row.score.coverage80), (0.95, row.score.coverage95))
        ],
        columns=["horizon", "interval", "share", "nominal", "months"],
    )
    layers = coverage_layers(rows, 0.0, "months:Q")
    return styled(layers, "Interval coverage by months ahead", "Dashed: nominal", height=220)


def record_errors(record: TrackRecord) -> Any:
    """Mean absolute error by month of published forecasts and of seasonal naive."""
    errors = pd.DataFrame(
        [
            (timestamp(row.month), abs(row.mean - row.actual), abs(row.naive - row.actual))
            for row in _scored_rows(record)
        ],
        columns=["month", PUBLISHED, NAIVE],
    )
    rows = errors.groupby("month", as_index=False).mean().melt("month", var_name="source")
    y_title = f"mean absolute error, {record.unit}"
    chart = lines(rows, point={"size": 14}).encode(
        x=month_x(rows["month"]),
        y=number_y(y_title, zero=True),
        color=colour("source", SOURCES),
        tooltip=[month_tooltip(), "source:N", number_tooltip("value", y_title)],
    )
    subtitle = "Mean over all forecasts of the month, 1 to 12 months ahead"
    return styled(chart, "Error by month", subtitle, height=220)


def record_revisions(record: TrackRecord) -> Any:
    """The revision of each month scored: newest figure less first print."""
    rows = pd.DataFrame(
        [
            {"month": timestamp(row.month), "change": row.actual - row.first_print}
            for row in {row.month: row for row in record.rows}.values()
        ]
    )
    bars = alt.Chart(rows).encode(
        x=month_x(rows["month"]),
        y=number_y(record.unit, "change", zero=True),
        tooltip=[month_tooltip(), number_tooltip("change", format="+.2f")],
    )
    return styled(
        bars.mark_bar(color=BLUE, size=6), "Revisions: newest figure less first print", height=160
    )


def old_against_new(old: pd.Series, new: pd.Series, unit: str, years: int = 2) -> Any:
    """The last years of a column before and after a revision."""
    frames = []
    for key, series in (("now", new), ("before", old)):
        recent = series.dropna().iloc[-12 * years :]
        months = pd.PeriodIndex(recent.index).to_timestamp()
        frames.append(pd.DataFrame({"month": months, "value": recent.to_numpy(), "key": key}))
    rows = pd.concat(frames, ignore_index=True)
    chart = lines(rows, point={"size": 12}).encode(
        x=month_x(rows["month"]),
        y=number_y(unit),
        color=colour("key", {"before": ORANGE, "now": BLUE}),
        strokeDash=alt.StrokeDash("key:N", sort=["now", "before"], legend=None),
        tooltip=[month_tooltip(), number_tooltip("value", unit), "key:N"],
    )
    return styled(chart, f"{in_words(str(new.name))}: before and now", height=240)


def _scored_rows(record: TrackRecord) -> list[ScoredMonth]:
    """The rows that the summaries count, 1 to 12 months ahead."""
    return [row for row in record.rows if row.counted and row.horizon <= MONTHS_SCORED]


def _fan_releases(rows: Sequence[ScoredMonth]) -> list[str]:
    """Releases to draw as fans: the newest that is complete, and others a year apart before it."""
    months: dict[str, list[str]] = {}
    for row in rows:
        months.setdefault(row.release_id, []).append(row.month)
    complete = [release for release in months if len(months[release]) == MONTHS_SCORED]
    fans: list[str] = []
    for release in reversed(complete or list(months)):
        if not fans or months_between(months[release][0], months[fans[-1]][0]) >= MONTHS_APART:
            fans.append(release)
    return fans
