"""The total by its parts, month by month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import GREEN, ORANGE, PINK, SKY, styled
from energy.contract import Forecast, ForecastTable

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
