"""Charts of forecasts: the fan, weather scenarios, and the total by its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    PINK,
    SKY,
    colour,
    dashed,
    fan_colour,
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
from energy.contract import LEVELS, Forecast, ForecastTable, MonthAhead, Sensitivity
from energy.formatting import format_month

PARTS = ("#4d4d4d", "#8c510a", SKY, GREEN, PINK, "#F0E442", ORANGE)
"""Okabe and Ito's colours, with a grey and a brown for coal and oil."""
BOUNDS = {"lower95": 0.025, "lower80": 0.1, "upper80": 0.9, "upper95": 0.975}
"""Quantile levels of the intervals' ends."""


def forecast_frame(forecast: ForecastTable | Forecast, factor: float = 1.0) -> pd.DataFrame:
    """A forecast as a frame: month (timestamp), mean, lower80, upper80, lower95, upper95.

    A `Forecast` needs intervals of 80% and 95%. The numbers are multiplied by `factor`.
    """
    rows = []
    for row in forecast.months:
        numbers = {"mean": row.mean}
        if isinstance(row, MonthAhead):
            for interval in row.intervals:
                level = round(100 * interval.coverage)
                numbers |= {f"lower{level}": interval.lower, f"upper{level}": interval.upper}
        else:
            numbers |= {name: row.quantiles[LEVELS.index(level)] for name, level in BOUNDS.items()}
        rows.append({name: factor * value for name, value in numbers.items()})
    return pd.DataFrame(rows).assign(month=[timestamp(row.month) for row in forecast.months])


def fan(
    history: pd.Series,
    forecast: ForecastTable | Forecast,
    title: str = "",
    unit: str = "",
    factor: float = 1.0,
    years: int | None = 6,
) -> Any:
    """History and forecast as one fan: the mean with its 80% and 95% intervals.

    The history is in the forecast's unit and may be empty; its last `years` are drawn, or all for
    None. Without `title` and `unit` they are the forecast's; `factor` converts its unit to `unit`.
    """
    unit = unit or forecast.unit
    past = factor * (history if years is None else history.iloc[-12 * years :])
    figures = pd.DataFrame(
        {"month": pd.PeriodIndex(past.index).to_timestamp(), "value": past.to_numpy()}
    )
    ahead = forecast_frame(forecast, factor)
    if len(figures):  # the fan starts at the last figure, so that the line does not break
        joint = dict.fromkeys(ahead.columns, figures["value"].iloc[-1])
        joint["month"] = figures["month"].iloc[-1]
        ahead = pd.concat([pd.DataFrame([joint]), ahead], ignore_index=True)
    x, y_title = month_x([*figures["month"], *ahead["month"]]), f"{unit} a month"
    layers = alt.layer(
        *interval_bands(ahead, x, y_title),
        lines(figures.assign(key="published"), strokeWidth=1.8).encode(
            x=x, y=number_y(y_title), color=fan_colour()
        ),
        lines(ahead.assign(key="forecast"), strokeWidth=2.2, point={"size": 14}).encode(
            x=x,
            y="mean:Q",
            color=fan_colour(),
            tooltip=[
                month_tooltip(),
                number_tooltip("mean", "forecast"),
                number_tooltip("lower80", "80% from"),
                number_tooltip("upper80", "80% to"),
            ],
        ),
    )
    return styled(
        layers,
        f"{title or in_words(forecast.target)}, {unit} a month",
        f"{len(forecast.months)} months ahead, by {in_words(forecast.forecaster)}, "
        f"from data to {format_month(forecast.cutoff)}",
        height=360,
    )


def scenario(
    central: Forecast, changed: Forecast, name: str, unit: str, factor: float = 1.0
) -> Any:
    """A weather scenario, with its 80% interval, and the central forecast of the same months.

    `factor` converts the forecasts' unit to `unit`.
    """
    rows = forecast_frame(changed, factor).assign(key=name)
    expected = forecast_frame(central, factor).assign(key="expected weather")
    x = month_x(rows["month"])
    area = alt.Chart(rows).mark_area(opacity=0.22, color=ORANGE)
    band = area.encode(x=x, y=number_y(f"{unit} a month", "lower80"), y2="upper80:Q")
    means = lines(pd.concat([expected, rows]), point={"size": 36}, strokeWidth=2.2).encode(
        x=x,
        y="mean:Q",
        color=colour("key", {"expected weather": INK, name: ORANGE}),
        tooltip=["key:N", month_tooltip(), number_tooltip("mean", "forecast")],
    )
    return styled(
        band + means,
        f"Month by month, {unit}",
        "Shaded: the 80% interval in the scenario's weather",
        height=300,
    )


def sensitivity_rows(
    seasons: Sequence[Sensitivity], reach: int = 5, factor: float = 1.0
) -> pd.DataFrame:
    """The effect of each degree, with the 80% interval of its estimate, for `per_degree`.

    Columns: season, degrees (up to `reach` either way), change, low, high; energy a month in the
    release's unit times `factor`.
    """
    z = [NormalDist().inv_cdf(level) for level in (0.1, 0.5, 0.9)]
    return pd.DataFrame(
        [
            (
                season.season,
                degrees,
                *(factor * degrees * (season.per_degree + n * season.standard_error) for n in z),
            )
            for season in seasons
            for degrees in range(-reach, reach + 1)
        ],
        columns=["season", "degrees", "low", "change", "high"],
    )


def per_degree(rows: pd.DataFrame, degrees: float | None, unit: str) -> Any:
    """The effect of each degree, by season: a line through zero with its 80% interval.

    The rows are those of `sensitivity_rows`. `degrees` marks a scenario; None for no mark.
    """
    seasons = dict(zip(dict.fromkeys(rows["season"]), (BLUE, GREEN, ORANGE), strict=False))
    season = colour("season", seasons, legend=alt.Legend(symbolOpacity=1))
    axis = alt.Axis(format="+d", tickMinStep=1)
    x = alt.X("degrees:Q", title="degrees Celsius warmer than expected", axis=axis)
    y_title = f"{unit} a month"
    base = alt.Chart(rows).encode(x=x, color=season)
    layers = base.mark_area(opacity=0.18).encode(
        y=alt.Y("low:Q", title=y_title), y2="high:Q"
    ) + base.mark_line(strokeWidth=2).encode(
        y=alt.Y("change:Q", title=y_title, axis=alt.Axis(format="+.1f")),
        tooltip=[
            "season:N",
            number_tooltip("degrees", format="+.1f"),
            number_tooltip("change", y_title, "+.2f"),
        ],
    )
    if degrees is not None:
        layers += dashed(pd.DataFrame({"degrees": [degrees]}), x="degrees:Q")
    return styled(
        layers,
        f"Effect of each degree, {unit} a month",
        "By season, with the 80% interval of the estimate",
        height=300,
    )


def by_part(
    tables: Mapping[str, ForecastTable | Forecast], unit: str = "", factor: float = 1.0
) -> Any:
    """Stacked columns of each month's forecast; a part below zero hangs under the axis.

    All tables are of the same months. Without `unit` it is theirs; `factor` converts to it.
    """
    rows = pd.DataFrame(
        [
            (timestamp(row.month), in_words(name), place, factor * row.mean)
            for place, (name, table) in enumerate(tables.items())
            for row in table.months
        ],
        columns=["month", "part", "order", "mean"],
    )
    unit = unit or next(iter(tables.values())).unit
    months = alt.Axis(format="%b %y", labelAngle=-90)
    columns = alt.Chart(rows).encode(
        x=alt.X("yearmonth(month):O", title=None, axis=months),
        y=alt.Y("mean:Q", title=f"{unit} a month"),
        order=alt.Order("order:Q"),
        color=colour("part", dict(zip(map(in_words, tables), PARTS, strict=False))),
        tooltip=["part:N", month_tooltip(), number_tooltip("mean", "forecast")],
    )
    return styled(columns.mark_bar(), f"The forecast by part, {unit} a month", height=300)
