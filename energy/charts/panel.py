"""Many series at a glance: each one's error against what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import BLUE, GREY, ORANGE, styled
from energy.contract.panel import SeriesForecast

SMALLEST = 0.01
"""MASE below it is drawn there: a logarithm has no zero."""
ROOM = 1.05
"""Factor by which the axes go on beyond the points, so that none lies on an edge."""


def against_baseline(series: Sequence[SeriesForecast]) -> Any:
    """A point for each judged series: its champion's MASE against seasonal naive's.

    Args:
        series: At least one of them judged.
    """
    rows = pd.DataFrame(
        [
            {
                "series": one.name,
                "champion": one.forecaster.replace("_", " "),
                "seasonal naive": max(one.backtest.baseline_mase, SMALLEST),
                "MASE": max(one.backtest.mase, SMALLEST),
            }
            for one in series
            if one.backtest
        ]
    )
    both = rows[["seasonal naive", "MASE"]]
    ends = [both.min().min() / ROOM, both.max().max() * ROOM]
    scale = alt.Scale(type="log", domain=ends, nice=False)
    x = alt.X("seasonal naive:Q", scale=scale, title="MASE of seasonal naive (log scale)")
    points = (
        alt.Chart(rows)
        .mark_circle(size=28, opacity=0.45, color=BLUE)
        .encode(
            x=x,
            y=alt.Y("MASE:Q", scale=scale, title="MASE of the champion"),
            tooltip=[
                *("series:N", "champion:N"),
                *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("MASE", "seasonal naive")),
            ],
        )
    )
    same = pd.DataFrame({"seasonal naive": ends, "MASE": ends})
    line = alt.Chart(same).mark_line(color=GREY, strokeDash=[4, 4]).encode(x=x, y="MASE:Q")
    middle = pd.DataFrame([rows[["seasonal naive", "MASE"]].median()])
    marked = alt.Chart(middle).mark_point(size=160, color=ORANGE, strokeWidth=2.5, shape="cross")
    return styled(
        line + points + marked.encode(x=x, y="MASE:Q"),
        "Every other series: its champion against seasonal naive",
        "a point for each; below the dashed line the champion is better; the cross is the median",
        height=380,
    )
