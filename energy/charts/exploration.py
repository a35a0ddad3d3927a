"""Charts that explore a monthly series: trend, season, weather, autocorrelation.

A series `y` has a monthly PeriodIndex, `name` in words and a unit; NaN where there is no figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import altair as alt
import pandas as pd

from energy.charts.style import (
    BLUE,
    GREEN,
    ORANGE,
    PALE,
    PINK,
    SKY,
    colour,
    dashed,
    lines,
    month_tooltip,
    month_x,
    number_tooltip,
    number_y,
    styled,
    year_step,
)
from energy.forecasting.folds import SP

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
SEASONS = {12: "winter", 1: "winter", 2: "winter", 3: "spring", 4: "spring", 5: "spring"}
SEASONS |= {6: "summer", 7: "summer", 8: "summer", 9: "autumn", 10: "autumn", 11: "autumn"}
SEASON_COLOURS = {"winter": BLUE, "spring": GREEN, "summer": ORANGE, "autumn": PINK}
GAP = 4
"""Free places between one calendar month and the next in a sub-series chart."""
LAGS = 36
"""Three years: long enough to see a season return and fade."""
BOUND = 1.96
"""Standard errors that contain 95% of the correlations of pure noise."""
CORRELATIONS = {"acf": "autocorrelation", "pacf": "partial autocorrelation"}
Correlation = Literal["acf", "pacf"]


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
    """A series over time."""
    rows = long_frame(y)
    chart = lines(rows, strokeWidth=1.5, color=BLUE).encode(
        x=month_x(rows["month"]),
        y=number_y(unit),
        tooltip=[month_tooltip(), number_tooltip("value", unit)],
    )
    return styled(chart, f"{name}, {unit}", "As published, month by month", height=320)


def by_season(y: pd.Series, name: str, unit: str) -> Any:
    """A line for each year, January to December, with the last two years highlighted."""
    rows = long_frame(y)
    last = int(rows["year"].max())
    recent = {last: str(last), last - 1: str(last - 1)}
    rows["key"] = [recent.get(int(year), "earlier years") for year in rows["year"]]
    chart = lines(rows).encode(
        x=alt.X("name:O", sort=MONTHS, title=None, axis=alt.Axis(labelAngle=0)),
        y=number_y(unit),
        detail="year:N",
        color=colour("key", {"earlier years": PALE, str(last - 1): SKY, str(last): ORANGE}),
        strokeWidth=alt.condition("datum.key == 'earlier years'", alt.value(0.9), alt.value(2.6)),
        order=alt.Order("month:T"),
        tooltip=[month_tooltip(), number_tooltip("value", unit)],
    )
    return styled(chart, f"{name} by month of the year, {unit}", "A line for each year", height=320)


def heat_map(y: pd.Series, name: str, unit: str) -> Any:
    """Every month as a cell: years across, months of the year down."""
    rows = long_frame(y)
    first, last = int(rows["year"].min()), int(rows["year"].max())
    step = year_step(last - first)
    labels = [year for year in range(first, last + 1) if year % step == 0]
    years = alt.Axis(labelAngle=0, values=labels, labelOverlap=True)
    legend = alt.Legend(title=unit, gradientLength=180)
    cells = alt.Chart(rows).encode(
        x=alt.X("year:O", title=None, axis=years),
        y=alt.Y("name:O", sort=MONTHS, title=None),
        color=alt.Color("value:Q", scale=alt.Scale(scheme="cividis"), legend=legend),
        tooltip=[month_tooltip(), number_tooltip("value", unit)],
    )
    title = f"{name} by year and month, {unit}"
    return styled(cells.mark_rect(), title, "Brighter is higher", height=300)


def trend(y: pd.Series, name: str, unit: str) -> Any:
    """The trend of a series over the published figures: two years or more, without gaps."""
    chart = _components({"published": y, "trend": decompose(y)["trend"]}, (PALE, BLUE), unit)
    return styled(chart, f"{name}: trend, {unit}", "A centred average of twelve months", height=240)


def season_and_remainder(y: pd.Series, name: str, unit: str) -> Any:
    """The seasonal component and the remainder of a series as `trend` takes it."""
    parts = decompose(y)
    components = {"season": parts["season"], "remainder": parts["remainder"]}
    chart = _components(components, (GREEN, ORANGE), unit)
    return styled(
        chart,
        f"{name}: season and remainder, {unit}",
        "The average of each calendar month around the trend, and the rest",
        height=240,
    )


def _components(parts: Mapping[str, pd.Series], colours: tuple[str, str], unit: str) -> Any:
    rows = pd.concat([long_frame(part).assign(key=key) for key, part in parts.items()])
    return lines(rows, strokeWidth=1.6).encode(
        x=month_x(rows["month"]),
        y=number_y(unit),
        color=colour("key", dict(zip(parts, colours, strict=True))),
        tooltip=["key:N", month_tooltip(), number_tooltip("value", unit)],
    )


def decompose(y: pd.Series) -> pd.DataFrame:
    """Additive decomposition by moving averages: columns trend, season and remainder.

    As in Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd edition), 3.4: the
    trend is a 2x12 moving average, the season the mean of each calendar month around it, centred.
    Trend and remainder are NaN for half a year at either end.

    >>> months = pd.period_range("2020-01", periods=36, freq="M")
    >>> parts = decompose(pd.Series([float(n) for n in range(36)], months))
    >>> [round(value, 6) + 0.0 for value in parts.iloc[18]]
    [18.0, 0.0, 0.0]
    """
    trend = y.rolling(SP).mean().rolling(2).mean().shift(-SP // 2)
    calendar = pd.PeriodIndex(y.index).month
    around = (y - trend).groupby(calendar).mean()
    season = pd.Series((around - around.mean()).reindex(calendar).to_numpy(), y.index)
    return pd.DataFrame({"trend": trend, "season": season, "remainder": y - trend - season})


def against_weather(y: pd.Series, degree_days: pd.Series, name: str, unit: str) -> Any:
    """Energy and cold: a point for each month, recent years in stronger colours.

    The degree days are daily averages, deg C.
    """
    cold = long_frame(degree_days)[["month", "value"]].rename(columns={"value": "cold"})
    cold_tooltip = number_tooltip("cold", "degree days", ".1f")
    points = alt.Chart(long_frame(y).merge(cold, on="month")).encode(
        x=alt.X("cold:Q", title="heating degree days a day, deg C (further right is colder)"),
        y=number_y(unit),
        color=colour("season", SEASON_COLOURS),
        opacity=alt.Opacity("year:Q", scale=alt.Scale(range=[0.15, 0.9]), legend=None),
        tooltip=[month_tooltip(), number_tooltip("value", unit), cold_tooltip],
    )
    subtitle = "A point for each month; recent years are stronger"
    return styled(points.mark_circle(size=46), f"{name} against the weather, {unit}", subtitle)


def subseries(y: pd.Series, name: str, unit: str) -> Any:
    """Twelve small series side by side, one for each calendar month, each with its mean.

    As in Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd edition), 2.5.
    """
    rows = long_frame(y)
    first, last = int(rows["year"].min()), int(rows["year"].max())
    width = last - first + GAP
    rows["place"] = rows["name"].map(MONTHS.index) * width + rows["year"] - first
    means = rows.groupby("name").agg(
        mean=("value", "mean"), begin=("place", "min"), end=("place", "max")
    )
    middles = [place * width + (width - GAP) / 2 for place in range(len(MONTHS))]
    months = alt.Axis(
        values=middles,
        labelExpr=f"{MONTHS}[floor(datum.value / {width})]",
        grid=False,
        ticks=False,
        title=None,
    )
    span = alt.Scale(domain=[-GAP / 2, len(MONTHS) * width - GAP / 2], nice=False)
    years = lines(rows, strokeWidth=1.4, color=BLUE).encode(
        x=alt.X("place:Q", axis=months, scale=span),
        y=number_y(unit),
        detail="name:N",
        tooltip=[month_tooltip(), number_tooltip("value", unit)],
    )
    rules = alt.Chart(means.reset_index()).mark_rule(strokeWidth=2, color=ORANGE)
    bars = rules.encode(
        x=alt.X("begin:Q", axis=months),
        x2="end:Q",
        y=number_y(unit, "mean"),
        tooltip=["name:N", number_tooltip("mean", unit)],
    )
    subtitle = f"{first} to {last} within each month; the bar is its mean"
    return styled(years + bars, f"{name} by calendar month, {unit}", subtitle, height=280)


def correlations(y: pd.Series, lags: int = LAGS) -> pd.DataFrame:
    """Autocorrelation and partial autocorrelation: columns `lag` (from 1), acf, pacf and bound.

    Correlations of pure noise are within `bound` 19 times out of 20. Partial ones are Yule and
    Walker's without correction for bias, which lie between -1 and 1. The series has no gaps and is
    longer than twice the lags; NaN at either end is cut off.
    """
    from statsmodels.tsa.stattools import acf, pacf

    values = y.loc[y.first_valid_index() : y.last_valid_index()].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "lag": range(1, lags + 1),
            "acf": acf(values, nlags=lags)[1:],
            "pacf": pacf(values, nlags=lags, method="ywm")[1:],
            "bound": BOUND / len(values) ** 0.5,
        }
    )


def correlogram(y: pd.Series, name: str, kind: Correlation = "acf", lags: int = LAGS) -> Any:
    """A needle for each lag, multiples of a year highlighted, with the bounds of noise dashed.

    The series is as `correlations` takes it. `pacf` shows what each lag adds to those before it.
    """
    rows = correlations(y, lags)
    rows = rows.assign(key=["whole years" if lag % SP == 0 else "months" for lag in rows["lag"]])
    bounds = pd.DataFrame({"bound": [rows["bound"].iloc[0], -rows["bound"].iloc[0]]})
    title = CORRELATIONS[kind]
    y_axis = alt.Y(f"{kind}:Q", title=title, scale=alt.Scale(domain=[-1, 1]))
    base = alt.Chart(rows).encode(
        x=alt.X(
            "lag:Q",
            title="months apart",
            axis=alt.Axis(values=list(range(0, lags + 1, SP // 2)), grid=False),
            scale=alt.Scale(domain=[0, lags + 1], nice=False),
        ),
        color=colour("key", {"months": BLUE, "whole years": ORANGE}),
        tooltip=["lag:Q", number_tooltip(kind, title)],
    )
    layers = (
        dashed(bounds, y="bound:Q")
        + base.mark_rule(strokeWidth=2).encode(y=y_axis, y2=alt.datum(0))
        + base.mark_point(filled=True, size=36, opacity=1).encode(y=y_axis)
    )
    subtitle = "Noise stays between the dashed lines 19 times out of 20"
    return styled(layers, f"{name}: {title}", subtitle, height=200)
