"""How much of a month is left in the months after it: autocorrelation, partial or not."""

from __future__ import annotations

from typing import Any, Literal

import altair as alt
import pandas as pd

from energy.charts.style import BLUE, GREY, ORANGE, styled
from energy.forecasting.horizon import SP

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
