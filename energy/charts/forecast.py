"""The published forecast as a fan."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import BLUE, INK, WIDE80, WIDE95, styled, year_axis
from energy.contract import LEVELS, ForecastTable


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
