"""What a new vintage changed: old against new."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import BLUE, ORANGE, styled, year_axis


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
