"""Charts of the track record and of revised figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import BLUE, INK, ORANGE, WIDE80, WIDE95, styled, year_axis
from energy.contract.months import months_between
from energy.contract.track_record import ScoredMonth, TrackRecord
from energy.forecasting.folds import MONTHS_SCORED

APART = 12
"""Months between the fans that are drawn, so that none lies over another."""
OURS, NAIVE = "as published", "seasonal naive"


def record_fans(record: TrackRecord) -> Any:
    """What was forecast, as it was known then, against what came: fans a year apart, lines between.

    The newest release that has been scored for a year is the last fan.
    """
    rows = _near(record)
    fans = _fans(rows)
    frame = pd.DataFrame(
        [
            {
                "month": _stamp(row.month),
                "release": row.release_id,
                "mean": row.mean,
                "low80": row.lower80,
                "high80": row.upper80,
                "low95": row.lower95,
                "high95": row.upper95,
                "actual": row.actual,
                "ahead": row.horizon,
            }
            for row in rows
        ]
    )
    drawn = frame[frame["release"].isin(fans)]
    alone = drawn[~drawn["release"].duplicated(keep=False)]  # no area is as wide as one month
    came = frame[["month", "actual"]].drop_duplicates("month").sort_values("month")
    x = alt.X("month:T", axis=_time_axis(rows))
    y_scale, title = alt.Scale(zero=False, nice=True), f"{record.unit} a month"
    key = alt.Scale(
        domain=["published", "forecast", "80% interval", "95% interval"],
        range=[INK, BLUE, WIDE80, WIDE95],
    )
    colour = alt.Color("key:N", scale=key, legend=alt.Legend(symbolType="square"))

    def band(low: str, high: str, name: str) -> Any:
        y = alt.Y(f"{low}:Q", scale=y_scale, title=title)
        return (
            alt.Chart(drawn.assign(key=name))
            .mark_area(opacity=0.85)
            .encode(x=x, y=y, y2=high, color=colour, detail="release:N")
        )

    def bar(low: str, high: str, name: str) -> Any:
        y = alt.Y(f"{low}:Q", scale=y_scale, title=title)
        return (
            alt.Chart(alone.assign(key=name))
            .mark_rule(strokeWidth=9)
            .encode(x=x, y=y, y2=high, color=colour)
        )

    tips = [
        alt.Tooltip("month:T", format="%B %Y"),
        alt.Tooltip("mean:Q", format=".2f", title="forecast"),
        alt.Tooltip("actual:Q", format=".2f", title="published"),
        alt.Tooltip("ahead:Q", title="months ahead"),
        "release:N",
    ]
    # Years of releases have thousands of rows: they hold no more than what is drawn of them all.
    forecast = alt.Chart(frame[["month", "release", "mean"]].assign(key="forecast"))
    layers = alt.layer(
        band("low95", "high95", "95% interval"),
        band("low80", "high80", "80% interval"),
        *([] if alone.empty else [bar("low95", "high95", "95% interval")]),
        *([] if alone.empty else [bar("low80", "high80", "80% interval")]),
        forecast.mark_line(strokeWidth=1, opacity=0.55).encode(
            x=x, y=alt.Y("mean:Q", scale=y_scale, title=title), detail="release:N", color=colour
        ),
        alt.Chart(drawn.assign(key="forecast"))
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=14))
        .encode(x=x, y="mean:Q", detail="release:N", color=colour, tooltip=tips),
        alt.Chart(came.assign(key="published"))
        .mark_line(strokeWidth=1.8, point=alt.OverlayMarkDef(size=10))
        .encode(x=x, y="actual:Q", color=colour),
    )
    told = f"1 to {MONTHS_SCORED} months ahead, with the intervals published then"
    return styled(layers, "What was forecast, and what came", told, height=320)


def record_by_horizon(record: TrackRecord) -> Any:
    """Mean absolute scaled error by months ahead, ours against seasonal naive on the same."""
    rows = pd.DataFrame(
        [
            {"ahead": at.horizon, "who": who, "mase": value, "months": at.score.months}
            for at in record.by_horizon
            for who, value in ((OURS, at.score.mase), (NAIVE, at.score.naive_mase))
        ]
    )
    chart = (
        alt.Chart(rows)
        .mark_line(point=True)
        .encode(
            x=_ahead(),
            y=alt.Y("mase:Q", title="MASE", scale=alt.Scale(zero=True)),
            color=_who(),
            tooltip=["who:N", "ahead:O", alt.Tooltip("mase:Q", format=".3f"), "months:Q"],
        )
    )
    return styled(chart, "Error by months ahead", height=240)


def record_coverage(record: TrackRecord) -> Any:
    """Share of months inside the intervals, by months ahead; dashed where it should lie."""
    rows = pd.DataFrame(
        [
            {
                "ahead": at.horizon,
                "interval": f"{nominal:.0%} interval",
                "share": share,
                "nominal": nominal,
                "months": at.score.months,
            }
            for at in record.by_horizon
            for nominal, share in ((0.8, at.score.coverage80), (0.95, at.score.coverage95))
        ]
    )
    scale = alt.Scale(domain=["80% interval", "95% interval"], range=[BLUE, ORANGE])
    colour = alt.Color("interval:N", scale=scale)
    base = alt.Chart(rows)
    y = alt.Y(
        "share:Q",
        title="share of months inside",
        axis=alt.Axis(format=".0%"),
        scale=alt.Scale(domain=[0, 1]),
    )
    tips = ["interval:N", "ahead:O", alt.Tooltip("share:Q", format=".0%"), "months:Q"]
    drawn = base.mark_line(point=True).encode(
        x=_ahead(), y=y, color=colour, tooltip=tips
    ) + base.mark_rule(strokeDash=[4, 4]).encode(y="nominal:Q", color=colour)
    return styled(drawn, "How often the intervals held", "dashed: nominal", height=220)


def record_errors(record: TrackRecord) -> Any:
    """Mean absolute error of each month's forecasts, 1 to 12 months ahead, ours and naive's."""
    frame = pd.DataFrame(
        [
            {
                "month": _stamp(row.month),
                OURS: abs(row.mean - row.actual),
                NAIVE: abs(row.naive - row.actual),
            }
            for row in _near(record)
        ]
    )
    rows = frame.groupby("month", as_index=False).mean().melt("month", var_name="who")
    chart = (
        alt.Chart(rows)
        .mark_line(point=alt.OverlayMarkDef(size=14))
        .encode(
            x=alt.X("month:T", axis=_time_axis(_near(record))),
            y=alt.Y("value:Q", title=f"mean absolute error, {record.unit}"),
            color=_who(),
            tooltip=[
                alt.Tooltip("month:T", format="%B %Y"),
                "who:N",
                alt.Tooltip("value:Q", format=".2f"),
            ],
        )
    )
    return styled(
        chart,
        "Error month by month",
        "mean over all forecasts of the month, 1 to 12 months ahead",
        height=220,
    )


def record_revisions(record: TrackRecord) -> Any:
    """What revisions have changed in each month scored: newest figure less first print."""
    rows = pd.DataFrame(
        [
            {"month": _stamp(row.month), "change": row.actual - row.first_print}
            for row in {row.month: row for row in record.rows}.values()
        ]
    )
    tips = [alt.Tooltip("month:T", format="%B %Y"), alt.Tooltip("change:Q", format="+.2f")]
    chart = (
        alt.Chart(rows)
        .mark_bar(color=BLUE, size=6)
        .encode(
            x=alt.X("month:T", axis=_time_axis(record.rows)),
            y=alt.Y("change:Q", title=record.unit),
            tooltip=tips,
        )
    )
    return styled(chart, "Revisions: newest figure less first print", height=160)


def _near(record: TrackRecord) -> list[ScoredMonth]:
    """Rows that the summaries count, 1 to 12 months ahead."""
    return [row for row in record.rows if row.counted and row.horizon <= MONTHS_SCORED]


def _fans(rows: Sequence[ScoredMonth]) -> list[str]:
    """Releases to draw as fans, the newest with a whole year first."""
    months: dict[str, list[ScoredMonth]] = {}
    for row in rows:
        months.setdefault(row.release_id, []).append(row)
    whole = [name for name, of in months.items() if len(of) == MONTHS_SCORED]
    found: list[str] = []
    for name in reversed(whole or list(months)):
        first = months[name][0].month
        if not found or months_between(first, months[found[-1]][0].month) >= APART:
            found.append(name)
    return found


def _time_axis(rows: Sequence[ScoredMonth]) -> alt.Axis:
    """A tick for each January; for each quarter of a few years, each month of one."""
    months = [row.month for row in rows]
    span = months_between(min(months), max(months))
    if span > 60:
        return year_axis()
    step = 3 if span > 12 else 1
    return alt.Axis(format="%b %Y", tickCount={"interval": "month", "step": step}, title=None)


def _ahead() -> Any:
    return alt.X("ahead:O", title="months ahead", axis=alt.Axis(labelAngle=0))


def _who() -> Any:
    return alt.Color("who:N", scale=alt.Scale(domain=[OURS, NAIVE], range=[BLUE, ORANGE]))


def _stamp(month: str) -> pd.Timestamp:
    return pd.Period(month, "M").to_timestamp()


def old_against_new(old: pd.Series, new: pd.Series, unit: str, years: int = 2) -> Any:
    """A column as it was published before and as it is now, the last `years` of it.

    Args:
        old: The column in the vintage before, on a monthly PeriodIndex.
        new: The column in the new one.
        unit: Their unit.
        years: How many of the newest years to draw.
    """
    drawn = []
    for key, series in (("now", new), ("before", old)):
        shown = series.dropna().iloc[-12 * years :]
        months = pd.PeriodIndex(shown.index).to_timestamp()
        drawn.append(pd.DataFrame({"month": months, "value": shown.to_numpy(), "key": key}))
    chart = (
        alt.Chart(pd.concat(drawn, ignore_index=True))
        .mark_line(point=alt.OverlayMarkDef(size=12))
        .encode(
            x=alt.X("month:T", axis=year_axis()),
            y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=False)),
            color=alt.Color(
                "key:N", scale=alt.Scale(domain=["before", "now"], range=[ORANGE, BLUE])
            ),
            strokeDash=alt.StrokeDash("key:N", sort=["now", "before"], legend=None),
            tooltip=[
                alt.Tooltip("month:T", format="%B %Y"),
                alt.Tooltip("value:Q", format=".2f"),
                "key:N",
            ],
        )
    )
    return styled(chart, f"{str(new.name).replace('_', ' ')}: before and now", height=240)
