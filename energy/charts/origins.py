"""Rolling origins as a picture: what each fold saw, and which months it was asked for."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import BLUE, GREY, ORANGE, PALE, styled, year_axis
from energy.forecasting.backtest import Plan
from energy.forecasting.scores import MONTHS_SCORED

SEEN = "seen"
NAMES = {
    "warmup": "asked, to learn from",
    "backtest": "asked, to choose by",
    "holdout": "asked, held back",
}


def rolling_origins(plan: Plan, first: pd.Period, last: pd.Period) -> Any:
    """A row for each cutoff, from the first month seen to the last one scored.

    Args:
        plan: The folds.
        first: First month of the series.
        last: Its last month.
    """
    rows = []
    for cutoff, protocol in plan.cutoffs.items():
        until = min(cutoff + MONTHS_SCORED, last)
        for key, begin, end in (
            (SEEN, first, cutoff),
            (NAMES[protocol], cutoff + 1, until),
        ):
            rows.append(
                {
                    "cutoff": str(cutoff),
                    "key": key,
                    "begin": begin.to_timestamp(),
                    "end": (end + 1).to_timestamp(),
                }
            )
    frame = pd.DataFrame(rows)
    colours = {SEEN: PALE, NAMES["warmup"]: GREY, NAMES["backtest"]: BLUE}
    colours[NAMES["holdout"]] = ORANGE
    used = [key for key in colours if key in set(frame["key"])]
    y = alt.Y(
        "cutoff:O", title="last month seen", axis=alt.Axis(labelOverlap=True, titlePadding=10)
    )
    bars = (
        alt.Chart(frame)
        .mark_bar(height=alt.RelativeBandSize(0.7))
        .encode(
            x=alt.X("begin:T", axis=year_axis()),
            x2="end:T",
            y=y,
            color=alt.Color(
                "key:N", scale=alt.Scale(domain=used, range=[colours[key] for key in used])
            ),
            tooltip=[
                "cutoff:O",
                "key:N",
                alt.Tooltip("begin:T", format="%B %Y"),
            ],
        )
    )
    split = pd.DataFrame({"split": [(plan.split + 1).to_timestamp()]})
    rule = alt.Chart(split).mark_rule(strokeDash=[4, 4], color=GREY).encode(x="split:T")
    return styled(
        bars + rule,
        "What each fold saw, and what it was asked",
        f"1 to {MONTHS_SCORED} months ahead; dashed: the end of the training part",
        height=max(120, 14 * len(plan.cutoffs)),
    )
