"""Charts of backtests: the leaderboard, error by horizon, folds and their origins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import BLUE, GREEN, GREY, INK, ORANGE, PALE, PINK, SKY, styled, year_axis
from energy.contract.panel import SeriesForecast
from energy.forecasting.folds import MONTHS_SCORED, FoldPlan
from energy.forecasting.metrics import Score, coverage_error, score_figures
from energy.forecasting.models import BASELINE


def leaderboard(ranked: Sequence[Score], baseline: str = BASELINE) -> Any:
    """MASE of every forecaster, best first; the champion stands out, the baseline is a line."""
    rows = pd.DataFrame(
        [
            {
                "forecaster": s.forecaster.replace("_", " "),
                "mase": s.mase,
                "role": (
                    "champion" if i == 0 else "baseline" if s.forecaster == baseline else "other"
                ),
            }
            for i, s in enumerate(ranked)
            if s.mase is not None
        ]
    )
    order = list(rows["forecaster"])
    longest = 1.6 * float(rows.loc[rows["role"] == "baseline", "mase"].max())
    if not longest > 0:
        longest = float(rows["mase"].max())
    y = alt.Y("forecaster:N", sort=order, title=None, axis=alt.Axis(labelLimit=260))
    bars = (
        alt.Chart(rows)
        .mark_bar(clip=True, size=15)
        .encode(
            y=y,
            x=alt.X(
                "mase:Q",
                title="MASE",
                scale=alt.Scale(domain=[0, longest]),
            ),
            color=alt.Color(
                "role:N",
                scale=alt.Scale(
                    domain=["champion", "baseline", "other"], range=[BLUE, ORANGE, PALE]
                ),
                legend=None,
            ),
            tooltip=["forecaster:N", alt.Tooltip("mase:Q", format=".3f")],
        )
    )
    words = (
        alt.Chart(rows.assign(at=rows["mase"].clip(upper=0.94 * longest)))
        .mark_text(align="left", dx=4, fontSize=11, color=INK)
        .encode(y=y, x="at:Q", text=alt.Text("mase:Q", format=".3f"))
    )
    rule = (
        alt.Chart(pd.DataFrame({"x": [1.0]}))
        .mark_rule(strokeDash=[4, 4], color=GREY)
        .encode(x="x:Q")
    )
    return styled(
        bars + rule + words,
        "Backtest on the training part",
        "MASE, 1 to 12 months ahead; below 1 beats the in-sample seasonal naive",
        height=24 * len(rows),
    )


FIGURES = {
    "mase": "MASE",
    "mape": "MAPE, per cent",
    "wis": "weighted interval score",
    "coverage80": "share inside the 80% interval",
    "coverage95": "share inside the 95% interval",
}
"""What a score tells by months ahead, and how an axis calls it."""


def by_horizon(scores: Sequence[Score], figure: str = "mase") -> Any:
    """How a score changes with the months ahead, a line for each forecaster.

    Args:
        scores: Whose.
        figure: One of FIGURES.
    """
    rows = pd.DataFrame(
        [
            {
                "forecaster": s.forecaster.replace("_", " "),
                "horizon": r["horizon"],
                "value": r[figure],
            }
            for s in scores
            for r in s.by_horizon
        ]
    )
    names = [s.forecaster for s in scores if s.by_horizon]
    spare = iter([BLUE, GREEN, SKY, PINK, "#E69F00"] * len(names))
    colours = [ORANGE if name == BASELINE else next(spare) for name in names]
    alone, is_share = len(names) == 1, figure.startswith("coverage")
    chart = (
        alt.Chart(rows)
        .mark_line(point=True)
        .encode(
            x=alt.X("horizon:O", title="months ahead", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("value:Q", title=FIGURES[figure], scale=alt.Scale(zero=not is_share)),
            color=alt.Color(
                "forecaster:N",
                scale=alt.Scale(domain=[name.replace("_", " ") for name in names], range=colours),
                legend=None if alone else alt.Legend(),
            ),
            tooltip=["forecaster:N", "horizon:O", alt.Tooltip("value:Q", format=".3f")],
        )
    )
    title = "Coverage by months ahead" if is_share else "Error by months ahead"
    return styled(chart, title, height=240)


def folds(frame: pd.DataFrame, unit: str, title: str, months: int = 12) -> Any:
    """Every fold of one forecaster against what came, a thin line for each cutoff.

    Args:
        frame: Fold frame of one forecaster.
        unit: The series' unit.
        title: What to call it.
        months: Furthest horizon to draw.
    """
    shown = {"backtest": "forecast", "holdout": "forecast, holdout"}
    rolling = frame[frame["protocol"].isin(shown) & (frame["horizon"] <= months)]
    rows = pd.DataFrame(
        {
            "month": rolling["month"].dt.to_timestamp(),
            "cutoff": rolling["cutoff"].astype(str),
            "value": rolling["mean"],
            "key": rolling["protocol"].map(shown),
        }
    )
    actual = rolling.drop_duplicates("month").sort_values("month")
    came = pd.DataFrame(
        {"month": actual["month"].dt.to_timestamp(), "value": actual["actual"], "key": "published"}
    )
    scale = alt.Scale(
        domain=["published", "forecast", "forecast, holdout"], range=["#6e7781", BLUE, ORANGE]
    )
    x = alt.X("month:T", axis=year_axis())
    y = alt.Y("value:Q", title=unit, scale=alt.Scale(zero=False))
    lines = (
        alt.Chart(rows)
        .mark_line(strokeWidth=1.1, opacity=0.8)
        .encode(x=x, y=y, detail="cutoff:N", color=alt.Color("key:N", scale=scale))
    )
    points = (
        alt.Chart(came)
        .mark_line(strokeWidth=1.4, opacity=0.9)
        .encode(x=x, y=y, color=alt.Color("key:N", scale=scale))
    )
    return styled(points + lines, title, height=220)


def coverage(frame: pd.DataFrame, months: int = 12) -> Any:
    """How often the intervals of one forecaster held, by months ahead, with its sampling error.

    Args:
        frame: Fold frame of one forecaster; its backtest is drawn.
        months: Furthest horizon to draw.
    """
    rolling = frame[(frame["protocol"] == "backtest") & (frame["horizon"] <= months)]
    rows = []
    for horizon, at in rolling.groupby("horizon"):
        found, error = score_figures(at), coverage_error(at)
        for nominal, name in ((0.8, "coverage80"), (0.95, "coverage95")):
            share = found[name] or 0.0
            spread = error if nominal == 0.8 and isfinite(error) else 0.0
            rows.append(
                {
                    "horizon": horizon,
                    "interval": f"{nominal:.0%} interval",
                    "share": share,
                    "low": max(0.0, share - spread),
                    "high": min(1.0, share + spread),
                    "nominal": nominal,
                }
            )
    scale = alt.Scale(domain=["80% interval", "95% interval"], range=[BLUE, ORANGE])
    colour = alt.Color("interval:N", scale=scale, legend=alt.Legend(symbolOpacity=1))
    x = alt.X("horizon:O", title="months ahead", axis=alt.Axis(labelAngle=0))

    def share_of(field: str) -> Any:
        return alt.Y(
            f"{field}:Q",
            title="share of months inside",
            axis=alt.Axis(format=".0%"),
            scale=alt.Scale(domain=[0.5, 1.0]),
        )

    base = alt.Chart(pd.DataFrame(rows))
    tips = ["interval:N", "horizon:O", alt.Tooltip("share:Q", format=".0%")]
    drawn = (
        base.mark_line(point=True).encode(x=x, y=share_of("share"), color=colour, tooltip=tips)
        + base.mark_rule(strokeWidth=2, opacity=0.35).encode(
            x=x, y=share_of("low"), y2="high:Q", color=colour
        )
        + base.mark_rule(strokeDash=[4, 4]).encode(y=share_of("nominal"), color=colour)
    )
    return styled(
        drawn,
        "How often the intervals held",
        "backtest; dashed: nominal; bars: one standard error of the 80% share",
        height=220,
    )


def by_month(frames: Mapping[str, pd.DataFrame], months: int = 12) -> Any:
    """Mean absolute percentage error by calendar month, a line for each forecaster.

    Args:
        frames: Fold frame by forecaster; the backtest is drawn.
        months: Furthest horizon to count.
    """
    rows = []
    for name, frame in frames.items():
        rolling = frame[(frame["protocol"] == "backtest") & (frame["horizon"] <= months)]
        error = 100 * ((rolling["actual"] - rolling["mean"]) / rolling["actual"]).abs()
        for month, value in error.groupby(pd.PeriodIndex(rolling["month"]).month).mean().items():
            rows.append({"forecaster": name.replace("_", " "), "month": month, "mape": value})
    names = [name.replace("_", " ") for name in frames]
    colours = [BLUE, GREEN, SKY, ORANGE, GREY][: len(names)]
    drawn = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("month:O", title="calendar month", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("mape:Q", title="MAPE, per cent"),
            color=alt.Color("forecaster:N", scale=alt.Scale(domain=names, range=colours)),
            tooltip=["forecaster:N", "month:O", alt.Tooltip("mape:Q", format=".2f")],
        )
    )
    return styled(drawn, "Error by calendar month, 1 to 12 months ahead", height=240)


SEEN = "seen"
NAMES = {
    "warmup": "asked, to learn from",
    "backtest": "asked, to choose by",
    "holdout": "asked, held back",
}


def rolling_origins(plan: FoldPlan, first: pd.Period, last: pd.Period) -> Any:
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
