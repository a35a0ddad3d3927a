"""Charts of forecasts: the fan, what-ifs, and the total by its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PINK,
    SKY,
    WIDE80,
    WIDE95,
    styled,
    year_axis,
)
from energy.contract import LEVELS, Forecast, ForecastTable, Sensitivity


def table_frame(table: ForecastTable) -> pd.DataFrame:
    """A forecast table as a frame: month (timestamp), horizon, mean, q0.025 ... q0.975."""
    rows = [
        {
            "month": pd.Period(row.month, "M").to_timestamp(),
            "horizon": row.horizon,
            "mean": row.mean,
            **{f"q{level}": q for level, q in zip(table.levels, row.quantiles, strict=True)},
        }
        for row in table.months
    ]
    return pd.DataFrame(rows)


def fan(history: pd.Series, table: ForecastTable, years: int = 6, of: str = "") -> Any:
    """History and forecast as one fan: the mean with its 80% and 95% intervals.

    Args:
        history: The series on a monthly PeriodIndex; its last `years` are drawn.
        table: The forecast table that follows it.
        years: How much of the history is drawn.
        of: What is forecast, in words; the target's name where empty.
    """
    return styled(
        fan_layers(history.iloc[-12 * years :], _fields(table_frame(table)), table.unit),
        f"{of or table.target.replace('_', ' ')}, {len(table.months)} months ahead",
        f"{table.forecaster.replace('_', ' ')}, data to {table.cutoff}",
        height=340,
    )


def fan_layers(history: pd.Series, ahead: pd.DataFrame, unit: str) -> Any:
    """The layers of a fan, without title and size.

    Args:
        history: What is drawn of the series, on a monthly PeriodIndex; may be empty.
        ahead: month (timestamp), mean, q25, q100, q900, q975: the ends of the 95% and 80%
            intervals, named by their levels in thousandths.
        unit: Of both.
    """
    past = pd.DataFrame(
        {"month": pd.PeriodIndex(history.index).to_timestamp(), "value": history.to_numpy()}
    )
    if len(past):
        # The fan starts at the last month observed, so that the line does not break.
        joint = {
            **dict.fromkeys(ahead.columns, past["value"].iloc[-1]),
            "month": past["month"].iloc[-1],
        }
        ahead = pd.concat([pd.DataFrame([joint]), ahead], ignore_index=True)
    x = alt.X("month:T", axis=year_axis())
    y_scale = alt.Scale(zero=False, nice=True)
    title = f"{unit} a month"
    key = alt.Scale(
        domain=["published", "forecast", "80% interval", "95% interval"],
        range=[INK, BLUE, WIDE80, WIDE95],
    )

    def named(name: str) -> Any:
        return alt.Color("key:N", scale=key, legend=alt.Legend(symbolType="square"))

    def band(low: str, high: str, name: str) -> Any:
        return (
            alt.Chart(ahead.assign(key=name))
            .mark_area()
            .encode(
                x=x, y=alt.Y(f"{low}:Q", scale=y_scale, title=title), y2=high, color=named(name)
            )
        )

    tips = [
        alt.Tooltip("month:T", format="%B %Y", title="month"),
        alt.Tooltip("mean:Q", format=".2f", title="forecast"),
        alt.Tooltip("q100:Q", format=".2f", title="80% from"),
        alt.Tooltip("q900:Q", format=".2f", title="80% to"),
    ]
    return alt.layer(
        band("q25", "q975", "95% interval"),
        band("q100", "q900", "80% interval"),
        alt.Chart(past.assign(key="published"))
        .mark_line(strokeWidth=1.8)
        .encode(x=x, y=alt.Y("value:Q", scale=y_scale, title=title), color=named("published")),
        alt.Chart(ahead.assign(key="forecast"))
        .mark_line(strokeWidth=2.2, point=alt.OverlayMarkDef(size=14))
        .encode(x=x, y="mean:Q", color=named("forecast"), tooltip=tips),
    )


def _fields(frame: pd.DataFrame) -> pd.DataFrame:
    """Rename q0.025 to q25: Vega-Lite reads a dot in a field's name as a path."""
    return frame.rename(columns={f"q{level}": f"q{round(level * 1000)}" for level in LEVELS})


ENDS = {0.95: ("q25", "q975"), 0.8: ("q100", "q900")}
"""Columns of an interval's ends by its coverage."""


def answer_frame(answer: Forecast, factor: float = 1.0) -> pd.DataFrame:
    """An answer as a frame: month (timestamp), mean, q25, q100, q900, q975.

    Args:
        answer: With intervals of 80% and 95%.
        factor: What a figure in the answer's unit is in the unit to draw.
    """
    rows = []
    for row in answer.months:
        found = {"month": pd.Period(row.month, "M").to_timestamp(), "mean": factor * row.mean}
        for interval in row.intervals:
            lower, upper = ENDS[interval.coverage]
            found |= {lower: factor * interval.lower, upper: factor * interval.upper}
        rows.append(found)
    return pd.DataFrame(rows)


def outlook(
    history: pd.Series, answer: Forecast, unit: str, factor: float = 1.0, of: str = ""
) -> Any:
    """History and the answer that follows it as one fan.

    Args:
        history: What to draw of the series, in the answer's unit, on a monthly PeriodIndex.
        answer: With intervals of 80% and 95%.
        unit: The unit to draw.
        factor: What a figure in the answer's unit is in it.
        of: What is forecast, in words; the target's name where empty.
    """
    drawn = fan_layers(factor * history, answer_frame(answer, factor), unit)
    return styled(
        drawn,
        f"{of or answer.target.replace('_', ' ')}, {unit} a month",
        f"Forecast by {answer.forecaster.replace('_', ' ')}, from data to "
        + pd.Period(answer.cutoff, "M").strftime("%B %Y"),
        height=380,
    )


def against(central: Forecast, given: Forecast, name: str, unit: str, factor: float = 1.0) -> Any:
    """A what-if, with its 80% interval, against the central forecast of the same months.

    Args:
        central: In the weather to be expected.
        given: In the weather of the what-if.
        name: What to call that.
        unit: The unit to draw.
        factor: What a figure in the answers' unit is in it.
    """
    there = answer_frame(given, factor).assign(key=name)
    here = answer_frame(central, factor).assign(key="expected weather")
    x = alt.X("month:T", axis=alt.Axis(format="%b %y", title=None, tickCount="month"))
    y = alt.Y("q100:Q", title=f"{unit} a month", scale=alt.Scale(zero=False))
    scale = alt.Scale(domain=["expected weather", name], range=[INK, ORANGE])
    colour = alt.Color("key:N", scale=scale)
    tips = ["key:N", alt.Tooltip("month:T", format="%B %Y"), alt.Tooltip("mean:Q", format=".2f")]
    band = alt.Chart(there).mark_area(opacity=0.22, color=ORANGE).encode(x=x, y=y, y2="q900:Q")
    lines = (
        alt.Chart(pd.concat([here, there]))
        .mark_line(point=alt.OverlayMarkDef(size=36), strokeWidth=2.2)
        .encode(x=x, y="mean:Q", color=colour, tooltip=tips)
    )
    return styled(
        band + lines,
        f"Month by month, {unit}",
        "Shaded: 80% interval in the weather of the what-if",
        height=300,
    )


def sensitivity_rows(
    seasons: Sequence[Sensitivity], reach: int = 5, factor: float = 1.0
) -> pd.DataFrame:
    """What each degree changes, as `per_degree` draws it, with the 80% band of the estimate.

    Args:
        seasons: The series' answer to the weather.
        reach: Degrees Celsius to either side.
        factor: What a figure in the release's unit is in the unit to draw.

    Returns:
        season, degrees, change, low, high; energy in the unit to draw, a month.
    """
    z = NormalDist().inv_cdf(0.9)
    return pd.DataFrame(
        [
            {
                "season": one.season,
                "degrees": degrees,
                "change": factor * degrees * one.per_degree,
                "low": factor * degrees * (one.per_degree - z * one.standard_error),
                "high": factor * degrees * (one.per_degree + z * one.standard_error),
            }
            for one in seasons
            for degrees in range(-reach, reach + 1)
        ]
    )


def per_degree(rows: pd.DataFrame, degrees: float | None, unit: str) -> Any:
    """What each degree changes, by season: a line through zero with its 80% band.

    Args:
        rows: season, degrees, change, low, high; energy in the unit, a month.
        degrees: Where to mark the what-if; None for no mark.
        unit: Its name.
    """
    scale = alt.Scale(domain=list(dict.fromkeys(rows["season"])), range=[BLUE, GREEN, ORANGE])
    colour = alt.Color("season:N", scale=scale, legend=alt.Legend(symbolOpacity=1))
    whole = alt.Axis(format="+d", tickMinStep=1)
    x = alt.X("degrees:Q", title="degrees Celsius warmer than expected", axis=whole)
    y = alt.Y("change:Q", title=f"{unit} a month", axis=alt.Axis(format="+.1f"))
    tips = [
        "season:N",
        alt.Tooltip("degrees:Q", format="+.1f"),
        alt.Tooltip("change:Q", format="+.2f", title=f"{unit} a month"),
    ]
    base = alt.Chart(rows)
    drawn = base.mark_area(opacity=0.18).encode(
        x=x, y=alt.Y("low:Q", title=f"{unit} a month"), y2="high:Q", color=colour
    ) + base.mark_line(strokeWidth=2).encode(x=x, y=y, color=colour, tooltip=tips)
    if degrees is not None:
        drawn += (
            alt.Chart(pd.DataFrame({"degrees": [degrees]}))
            .mark_rule(strokeDash=[4, 4], color=GREY, strokeWidth=1.5)
            .encode(x="degrees:Q")
        )
    return styled(
        drawn,
        f"What each degree changes, {unit} a month",
        "By season, with the 80% band of the estimate",
        height=300,
    )


COLOURS = ("#4d4d4d", "#8c510a", SKY, GREEN, PINK, "#F0E442", ORANGE)
"""Okabe and Ito's, with a grey and a brown for what is dug out of the ground."""


def by_part(tables: Mapping[str, ForecastTable | Forecast]) -> Any:
    """Stacked columns of each month's forecast; a part below zero hangs under the axis.

    Args:
        tables: The forecast table of each part, or an answer for it, all of the same months.
    """
    rows = pd.DataFrame(
        [
            {
                "month": pd.Period(row.month, "M").to_timestamp(),
                "part": name.replace("_", " "),
                "order": place,
                "mean": row.mean,
            }
            for place, (name, table) in enumerate(tables.items())
            for row in table.months
        ]
    )
    names = [name.replace("_", " ") for name in tables]
    unit = next(iter(tables.values())).unit
    drawn = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=alt.X(
                "yearmonth(month):O", title=None, axis=alt.Axis(format="%b %y", labelAngle=-90)
            ),
            y=alt.Y("mean:Q", title=f"{unit} a month"),
            order=alt.Order("order:Q"),
            color=alt.Color("part:N", scale=alt.Scale(domain=names, range=COLOURS[: len(names)])),
            tooltip=[
                "part:N",
                alt.Tooltip("month:T", format="%B %Y"),
                alt.Tooltip("mean:Q", format=".2f"),
            ],
        )
    )
    return styled(drawn, f"The forecast by part, {unit} a month", height=300)
