"""Charts that explore a monthly series: trend, season, weather, autocorrelation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import altair as alt
import pandas as pd

from energy.charts.style import BLUE, GREEN, GREY, ORANGE, PALE, PINK, SKY, styled
from energy.forecasting.folds import SP

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


def decompose(y: pd.Series) -> pd.DataFrame:
    """Additive decomposition by moving averages.

    As in Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd edition), 3.4: the
    trend is a 2x12 moving average, the season the mean of each calendar month around it, centred.

    Args:
        y: On a gapless monthly PeriodIndex, two years at least.

    Returns:
        Columns trend, season, rest in y's unit; trend and rest are NaN half a year at either end.

    >>> months = pd.period_range("2020-01", periods=36, freq="M")
    >>> parts = decompose(pd.Series([float(n) for n in range(36)], months))
    >>> [round(value, 6) + 0.0 for value in parts.iloc[18]]
    [18.0, 0.0, 0.0]
    """
    trend = y.rolling(SP).mean().rolling(2).mean().shift(-SP // 2)
    calendar = pd.PeriodIndex(y.index).month
    around = (y - trend).groupby(calendar).mean()
    season = pd.Series((around - around.mean()).reindex(calendar).to_numpy(), y.index)
    return pd.DataFrame({"trend": trend, "season": season, "rest": y - trend - season})


GAP = 4
"""Places left free between one calendar month and the next."""


def subseries(y: pd.Series, name: str, unit: str) -> Any:
    """Twelve small series side by side, one for each month of the year, and the mean of each.

    As in Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd edition), 2.5.

    Args:
        y: On a monthly PeriodIndex; NaN where there is no figure.
        name: Of it, in words.
        unit: Of it.
    """
    rows = long_frame(y)
    first, width = int(rows["year"].min()), int(rows["year"].max() - rows["year"].min()) + GAP
    number = rows["name"].map(MONTHS.index)
    rows["place"] = number * width + rows["year"] - first
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
    x = alt.X("place:Q", axis=months, scale=span)
    y_scale = alt.Scale(zero=False)
    lines = (
        alt.Chart(rows)
        .mark_line(strokeWidth=1.4, color=BLUE)
        .encode(
            x=x,
            y=alt.Y("value:Q", title=unit, scale=y_scale),
            detail="name:N",
            tooltip=[
                alt.Tooltip("month:T", format="%B %Y"),
                alt.Tooltip("value:Q", format=".2f", title=unit),
            ],
        )
    )
    rules = (
        alt.Chart(means.reset_index())
        .mark_rule(strokeWidth=2, color=ORANGE)
        .encode(
            x=alt.X("begin:Q", axis=months),
            x2="end:Q",
            y=alt.Y("mean:Q", scale=y_scale),
            tooltip=["name:N", alt.Tooltip("mean:Q", format=".2f", title=unit)],
        )
    )
    told = f"{first} to {rows['year'].max()} within each month; the bar is its mean"
    return styled(lines + rules, f"{name}, month by month through the years, {unit}", told, 280)


LAGS = 36
"""Three years: long enough to see a season come back, and fade."""
BOUND = 1.96
"""Standard errors within which 95% of the correlations of pure noise lie."""
TITLES = {"acf": "autocorrelation", "pacf": "partial autocorrelation"}
Kind = Literal["acf", "pacf"]


def correlations(y: pd.Series, lags: int = LAGS) -> pd.DataFrame:
    """Autocorrelation and partial autocorrelation of a series.

    Partial ones are Yule and Walker's without correction for bias, which lie between -1 and 1.

    Args:
        y: Without gaps, longer than twice the lags; NaN at either end is cut off.
        lags: The furthest lag, in months.

    Returns:
        One row a lag, from 1: columns `lag`, `acf`, `pacf`, and `bound`, which those of pure noise
        stay within 19 times out of 20 (1.96 over the root of the number of months).
    """
    from statsmodels.tsa.stattools import acf, pacf

    known = y.loc[y.first_valid_index() : y.last_valid_index()].to_numpy(dtype=float)
    return pd.DataFrame(
        {
            "lag": range(1, lags + 1),
            "acf": acf(known, nlags=lags)[1:],
            "pacf": pacf(known, nlags=lags, method="ywm")[1:],
            "bound": BOUND / len(known) ** 0.5,
        }
    )


def correlogram(y: pd.Series, name: str, kind: Kind = "acf", lags: int = LAGS) -> Any:
    """A needle for each lag; whole years stand out, and noise stays between the dashed lines.

    Args:
        y: As `correlations` takes it.
        name: Of it, in words.
        kind: `acf`, or `pacf` for what each lag adds to those before it.
        lags: The furthest lag, in months.
    """
    rows = correlations(y, lags)
    rows = rows.assign(key=["whole years" if lag % SP == 0 else "months" for lag in rows["lag"]])
    bounds = pd.DataFrame({"bound": [rows["bound"].iloc[0], -rows["bound"].iloc[0]]})
    x = alt.X(
        "lag:Q",
        title="months apart",
        axis=alt.Axis(values=list(range(0, lags + 1, SP // 2)), grid=False),
        scale=alt.Scale(domain=[0, lags + 1], nice=False),
    )
    y_axis = alt.Y(f"{kind}:Q", title=TITLES[kind], scale=alt.Scale(domain=[-1, 1]))
    colour = alt.Color(
        "key:N", scale=alt.Scale(domain=["months", "whole years"], range=[BLUE, ORANGE])
    )
    tips: list[Any] = ["lag:Q", alt.Tooltip(f"{kind}:Q", format=".2f")]
    base = alt.Chart(rows).encode(x=x, color=colour, tooltip=tips)
    drawn = (
        alt.Chart(bounds).mark_rule(strokeDash=[4, 4], color=GREY).encode(y="bound:Q")
        + base.mark_rule(strokeWidth=2).encode(y=y_axis, y2=alt.datum(0))
        + base.mark_point(filled=True, size=36, opacity=1).encode(y=y_axis)
    )
    told = "Between the dashed lines: no more than noise would show"
    return styled(drawn, f"{name}: {TITLES[kind]}", told, 200)
