"""The monthly frame: over time, by season, taken apart, and against the weather."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from energy.charts.decomposition import decompose
from energy.charts.style import BLUE, GREEN, ORANGE, PALE, PINK, SKY, styled

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SEASONS = {12: "winter", 1: "winter", 2: "winter", 3: "spring", 4: "spring", 5: "spring"}
SEASONS |= {6: "summer", 7: "summer", 8: "summer", 9: "autumn", 10: "autumn", 11: "autumn"}
SEASON_COLOURS = {"winter": BLUE, "spring": GREEN, "summer": ORANGE, "autumn": PINK}


def long_frame(y: pd.Series) -> pd.DataFrame:
    """A monthly series as rows: month (timestamp), year, name (Jan ...), season, value."""
    index = pd.PeriodIndex(y.index)
    rows = pd.DataFrame(
        {
            "month": index.to_timestamp(),
            "year": index.year,
            "name": [MONTHS[month - 1] for month in index.month],
            "season": [SEASONS[month] for month in index.month],
            "value": y.to_numpy(),
        }
    )
    return rows.dropna(subset=["value"]).reset_index(drop=True)


def series(y: pd.Series, name: str, unit: str) -> Any:
    """A series over time.

    Args:
        y: On a monthly PeriodIndex; NaN where there is no figure.
        name: Of it, in words.
        unit: Of it.
    """
    drawn = (
        alt.Chart(long_frame(y))
        .mark_line(strokeWidth=1.5, color=BLUE)
        .encode(
            x=alt.X("month:T", axis=_years(y)),
            y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=False)),
            tooltip=[
                alt.Tooltip("month:T", format="%B %Y"),
                alt.Tooltip("value:Q", format=".2f", title=unit),
            ],
        )
    )
    return styled(drawn, f"{name}, {unit}", "As published, month by month", height=320)


def by_season(y: pd.Series, name: str, unit: str) -> Any:
    """The months of a year side by side, a line for each year; the last two stand out."""
    rows = long_frame(y)
    last = int(rows["year"].max())
    group = {last: str(last), last - 1: str(last - 1)}
    rows["key"] = [group.get(int(year), "earlier years") for year in rows["year"]]
    scale = alt.Scale(domain=["earlier years", str(last - 1), str(last)], range=[PALE, SKY, ORANGE])
    drawn = (
        alt.Chart(rows)
        .mark_line()
        .encode(
            x=alt.X("name:O", sort=MONTHS, title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=False)),
            detail="year:N",
            color=alt.Color("key:N", scale=scale),
            strokeWidth=alt.condition(
                "datum.key == 'earlier years'", alt.value(0.9), alt.value(2.6)
            ),
            order=alt.Order("month:T"),
            tooltip=[
                alt.Tooltip("month:T", format="%B %Y"),
                alt.Tooltip("value:Q", format=".2f", title=unit),
            ],
        )
    )
    return styled(drawn, f"{name} by month of the year, {unit}", "A line for each year", height=320)


def heat_map(y: pd.Series, name: str, unit: str) -> Any:
    """Every month as a field: years across, months of the year down."""
    drawn = (
        alt.Chart(long_frame(y))
        .mark_rect()
        .encode(
            x=alt.X(
                "year:O",
                title=None,
                axis=alt.Axis(labelAngle=0, values=_some_years(y), labelOverlap=True),
            ),
            y=alt.Y("name:O", sort=MONTHS, title=None),
            color=alt.Color(
                "value:Q",
                scale=alt.Scale(scheme="cividis", reverse=False),
                legend=alt.Legend(title=unit, gradientLength=180),
            ),
            tooltip=[
                alt.Tooltip("month:T", format="%B %Y"),
                alt.Tooltip("value:Q", format=".2f", title=unit),
            ],
        )
    )
    return styled(drawn, f"{name}, year by season, {unit}", "Bright: much", height=300)


def trend(y: pd.Series, name: str, unit: str) -> Any:
    """The trend of a series through what was published.

    Args:
        y: On a gapless monthly PeriodIndex, two years at least.
        name: Of it, in words.
        unit: Of it.
    """
    keys = {"published": PALE, "trend": BLUE}
    return styled(
        _parts({"published": y, "trend": decompose(y)["trend"]}, keys, unit),
        f"{name}: the trend, {unit}",
        "A centred average of twelve months",
        height=240,
    )


def season_and_rest(y: pd.Series, name: str, unit: str) -> Any:
    """What the months of the year add to the trend, and what neither explains; as `trend`."""
    parts = decompose(y)
    keys = {"season": GREEN, "what is left": ORANGE}
    return styled(
        _parts({"season": parts["season"], "what is left": parts["rest"]}, keys, unit),
        f"{name}: around the trend, {unit}",
        "The average of each month of the year, and what trend and season leave",
        height=240,
    )


def _parts(parts: Mapping[str, pd.Series], colours: Mapping[str, str], unit: str) -> Any:
    rows = pd.concat([long_frame(part).assign(key=key) for key, part in parts.items()])
    return (
        alt.Chart(rows)
        .mark_line(strokeWidth=1.6)
        .encode(
            x=alt.X("month:T", axis=_years(next(iter(parts.values())))),
            y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=False)),
            color=alt.Color(
                "key:N", scale=alt.Scale(domain=list(colours), range=list(colours.values()))
            ),
            tooltip=[
                "key:N",
                alt.Tooltip("month:T", format="%B %Y"),
                alt.Tooltip("value:Q", format=".2f", title=unit),
            ],
        )
    )


def against_weather(y: pd.Series, degree_days: pd.Series, name: str, unit: str) -> Any:
    """Energy against cold: a point for each month, later years darker.

    Args:
        y: On a monthly PeriodIndex.
        degree_days: Daily average heating degree days, deg C, on the same index.
        name: Of the series, in words.
        unit: Of the series.
    """
    rows = long_frame(y).merge(
        long_frame(degree_days)[["month", "value"]].rename(columns={"value": "cold"}), on="month"
    )
    scale = alt.Scale(domain=list(SEASON_COLOURS), range=list(SEASON_COLOURS.values()))
    drawn = (
        alt.Chart(rows)
        .mark_circle(size=46)
        .encode(
            x=alt.X("cold:Q", title="heating degree days a day, deg C (further right is colder)"),
            y=alt.Y("value:Q", title=unit, scale=alt.Scale(zero=False)),
            color=alt.Color("season:N", scale=scale),
            opacity=alt.Opacity("year:Q", scale=alt.Scale(range=[0.15, 0.9]), legend=None),
            tooltip=[
                alt.Tooltip("month:T", format="%B %Y"),
                alt.Tooltip("value:Q", format=".2f", title=unit),
                alt.Tooltip("cold:Q", format=".1f", title="degree days"),
            ],
        )
    )
    return styled(
        drawn, f"{name} against the weather, {unit}", "A point for each month; strong: recent"
    )


def _years(y: pd.Series) -> alt.Axis:
    """A time axis with a label for some years, as many as a phone has room for."""
    step = {"interval": "year", "step": _step(y)}
    return alt.Axis(format="%Y", title=None, tickCount=step)


def _some_years(y: pd.Series) -> list[int]:
    """The same years, for an axis of years."""
    years = pd.PeriodIndex(y.index).year
    return [year for year in range(int(years.min()), int(years.max()) + 1) if year % _step(y) == 0]


def _step(y: pd.Series) -> int:
    years = len(y) / 12
    return 1 if years <= 8 else 2 if years <= 16 else 5
