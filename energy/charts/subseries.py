"""Each month of the year through the years: does the season change, and where?"""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from energy.charts.data import MONTHS, long_frame
from energy.charts.style import BLUE, ORANGE, styled

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
