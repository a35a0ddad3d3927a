"""Charts of backtests: the leaderboard, errors by horizon, folds and their cutoffs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import (
    BLUE,
    COVERAGE_COLOURS,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    PINK,
    SKY,
    colour,
    dashed,
    horizon_x,
    in_words,
    month_x,
    number_tooltip,
    number_y,
    share_y,
    styled,
    year_axis,
)
from energy.contract.panel import SeriesForecast
from energy.forecasting.folds import MONTHS_SCORED, FoldPlan
from energy.forecasting.metrics import Score, coverage_error, score_figures
from energy.forecasting.models import BASELINE

METRICS = {
    "mase": "MASE",
    "mape": "MAPE, per cent",
    "wis": "weighted interval score",
    "coverage80": "80% interval coverage",
    "coverage95": "95% interval coverage",
}
"""Metrics by months ahead, and the titles of their axes."""
FOLD_PARTS = {
    "training": ("training data", PALE),
    "warmup": ("scored to calibrate intervals", GREY),
    "backtest": ("scored to select the champion", BLUE),
    "holdout": ("scored in the holdout", ORANGE),
}
"""Label and colour of each part of a fold, by protocol."""
LEAST_MASE = 0.01
"""Smaller values are drawn here: a logarithm has no zero."""
MARGIN = 1.05
"""Factor by which log axes extend beyond the points."""


def leaderboard(ranked: Sequence[Score], baseline: str = BASELINE) -> Any:
    """MASE of every forecaster, best first, with the champion and the baseline highlighted."""
    rows = pd.DataFrame(
        [
            {
                "forecaster": in_words(score.forecaster),
                "mase": score.mase,
                "role": (
                    "champion"
                    if place == 0
                    else "baseline" if score.forecaster == baseline else "other"
                ),
            }
            for place, score in enumerate(ranked)
            if score.mase is not None
        ]
    )
    longest = 1.6 * float(rows.loc[rows["role"] == "baseline", "mase"].max())
    if not longest > 0:
        longest = 1.15 * max(1.0, float(rows["mase"].max()))
    y = alt.Y(
        "forecaster:N", sort=list(rows["forecaster"]), title=None, axis=alt.Axis(labelLimit=260)
    )
    bars = (
        alt.Chart(rows)
        .mark_bar(clip=True, size=15)
        .encode(
            y=y,
            x=alt.X("mase:Q", title="MASE", scale=alt.Scale(domain=[0, longest])),
            color=colour(
                "role", {"champion": BLUE, "baseline": ORANGE, "other": PALE}, legend=None
            ),
            tooltip=["forecaster:N", number_tooltip("mase", "MASE", ".3f")],
        )
    )
    labels = (
        alt.Chart(rows.assign(at=rows["mase"].clip(upper=0.94 * longest)))
        .mark_text(align="left", dx=4, fontSize=11, color=INK)
        .encode(y=y, x="at:Q", text=alt.Text("mase:Q", format=".3f"))
    )
    return styled(
        bars + dashed(pd.DataFrame({"x": [1.0]}), x="x:Q") + labels,
        "Backtest on the training part",
        "MASE, 1 to 12 months ahead; below 1 beats the in-sample seasonal naive",
        height=24 * len(rows),
    )


def by_horizon(scores: Sequence[Score], metric: str = "mase") -> Any:
    """A metric by months ahead, with a line for each forecaster.

    Args:
        scores: The scores to draw.
        metric: A key of METRICS.
    """
    scored = [score for score in scores if score.by_horizon]
    rows = pd.DataFrame(
        [
            {
                "forecaster": in_words(score.forecaster),
                "horizon": row["horizon"],
                "value": row[metric],
            }
            for score in scored
            for row in score.by_horizon
        ]
    )
    others = iter([BLUE, GREEN, SKY, PINK, "#E69F00"] * len(scored))
    colours = {
        in_words(score.forecaster): ORANGE if score.forecaster == BASELINE else next(others)
        for score in scored
    }
    is_share = metric.startswith("coverage")
    chart = (
        alt.Chart(rows)
        .mark_line(point=True)
        .encode(
            x=horizon_x(),
            y=number_y(METRICS[metric], zero=not is_share),
            color=colour("forecaster", colours, legend=None if len(scored) == 1 else alt.Legend()),
            tooltip=["forecaster:N", "horizon:O", number_tooltip("value", METRICS[metric], ".3f")],
        )
    )
    title = "Coverage by months ahead" if is_share else "Error by months ahead"
    return styled(chart, title, height=240)


def folds(frame: pd.DataFrame, unit: str, title: str, months: int = 12) -> Any:
    """Every fold of one forecaster and the actual figures, with a thin line for each cutoff.

    Args:
        frame: Fold frame of one forecaster.
        unit: The series' unit.
        title: The chart's title.
        months: The furthest horizon to draw.
    """
    keys = {"backtest": "forecast", "holdout": "forecast, holdout"}
    rolling = frame[frame["protocol"].isin(keys) & (frame["horizon"] <= months)]
    rows = pd.DataFrame(
        {
            "month": rolling["month"].dt.to_timestamp(),
            "cutoff": rolling["cutoff"].astype(str),
            "value": rolling["mean"],
            "key": rolling["protocol"].map(keys),
        }
    )
    latest = rolling.drop_duplicates("month").sort_values("month")
    actual = pd.DataFrame(
        {"month": latest["month"].dt.to_timestamp(), "value": latest["actual"], "key": "published"}
    )
    encoding = {
        "x": month_x(rows["month"]),
        "y": number_y(unit),
        "color": colour(
            "key", {"published": "#6e7781", "forecast": BLUE, "forecast, holdout": ORANGE}
        ),
    }
    lines = alt.Chart(rows).mark_line(strokeWidth=1.1, opacity=0.8)
    published = alt.Chart(actual).mark_line(strokeWidth=1.4, opacity=0.9)
    return styled(
        published.encode(**encoding) + lines.encode(detail="cutoff:N", **encoding),
        title,
        height=220,
    )


def coverage(frame: pd.DataFrame, months: int = 12) -> Any:
    """Interval coverage of one forecaster by months ahead, with its sampling error.

    Args:
        frame: Fold frame of one forecaster; its backtest is drawn.
        months: The furthest horizon to draw.
    """
    rolling = frame[(frame["protocol"] == "backtest") & (frame["horizon"] <= months)]
    rows = []
    for horizon, fold_rows in rolling.groupby("horizon"):
        figures, error = score_figures(fold_rows), coverage_error(fold_rows)
        for nominal, name in ((0.8, "coverage80"), (0.95, "coverage95")):
            share = figures[name] or 0.0
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
    interval = colour("interval", COVERAGE_COLOURS, legend=alt.Legend(symbolOpacity=1))
    base, x = alt.Chart(pd.DataFrame(rows)), horizon_x()
    layers = (
        base.mark_line(point=True).encode(
            x=x,
            y=share_y("share", 0.5),
            color=interval,
            tooltip=["interval:N", "horizon:O", number_tooltip("share", format=".0%")],
        )
        + base.mark_rule(strokeWidth=2, opacity=0.35).encode(
            x=x, y=share_y("low", 0.5), y2="high:Q", color=interval
        )
        + base.mark_rule(strokeDash=[4, 4]).encode(y=share_y("nominal", 0.5), color=interval)
    )
    return styled(
        layers,
        "Interval coverage by months ahead",
        "Backtest; dashed: nominal; bars: one standard error of the 80% coverage",
        height=220,
    )


def by_month(frames: Mapping[str, pd.DataFrame], months: int = 12) -> Any:
    """Mean absolute percentage error by calendar month, with a line for each forecaster.

    Args:
        frames: Fold frame by forecaster; the backtest is drawn.
        months: The furthest horizon to count.
    """
    rows = []
    for name, frame in frames.items():
        rolling = frame[(frame["protocol"] == "backtest") & (frame["horizon"] <= months)]
        error = 100 * ((rolling["actual"] - rolling["mean"]) / rolling["actual"]).abs()
        for month, value in error.groupby(pd.PeriodIndex(rolling["month"]).month).mean().items():
            rows.append({"forecaster": in_words(name), "month": month, "mape": value})
    colours = dict(zip(map(in_words, frames), (BLUE, GREEN, SKY, ORANGE, GREY), strict=False))
    chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("month:O", title="calendar month", axis=alt.Axis(labelAngle=0)),
            y=number_y(METRICS["mape"], "mape", zero=True),
            color=colour("forecaster", colours),
            tooltip=["forecaster:N", "month:O", number_tooltip("mape", "MAPE")],
        )
    )
    return styled(chart, "Error by calendar month, 1 to 12 months ahead", height=240)


def rolling_origins(plan: FoldPlan, first: pd.Period, last: pd.Period) -> Any:
    """A row for each cutoff, from the first month of training data to the last month scored.

    Args:
        plan: The folds.
        first: First month of the series.
        last: Its last month.
    """
    rows = []
    for cutoff, protocol in plan.cutoffs.items():
        end = min(cutoff + MONTHS_SCORED, last)
        for part, begin, until in (("training", first, cutoff), (protocol, cutoff + 1, end)):
            rows.append(
                {
                    "cutoff": str(cutoff),
                    "key": FOLD_PARTS[part][0],
                    "begin": begin.to_timestamp(),
                    "end": (until + 1).to_timestamp(),
                }
            )
    frame = pd.DataFrame(rows)
    labels = set(frame["key"])
    bars = (
        alt.Chart(frame)
        .mark_bar(height=alt.RelativeBandSize(0.7))
        .encode(
            x=alt.X("begin:T", axis=year_axis()),
            x2="end:T",
            y=alt.Y("cutoff:O", title="cutoff", axis=alt.Axis(labelOverlap=True, titlePadding=10)),
            color=colour("key", {k: v for k, v in FOLD_PARTS.values() if k in labels}),
            tooltip=["cutoff:O", "key:N", alt.Tooltip("begin:T", format="%B %Y")],
        )
    )
    split = pd.DataFrame({"split": [(plan.split + 1).to_timestamp()]})
    return styled(
        bars + dashed(split, x="split:T"),
        "Rolling-origin folds",
        f"1 to {MONTHS_SCORED} months ahead; dashed: the end of the training part",
        height=max(120, 14 * len(plan.cutoffs)),
    )


def against_baseline(series: Sequence[SeriesForecast]) -> Any:
    """A point for each scored series: its champion's MASE and that of seasonal naive.

    Args:
        series: At least one with a backtest.
    """
    rows = pd.DataFrame(
        [
            {
                "series": forecast.name,
                "champion": in_words(forecast.forecaster),
                "seasonal naive": max(forecast.backtest.baseline_mase, LEAST_MASE),
                "MASE": max(forecast.backtest.mase, LEAST_MASE),
            }
            for forecast in series
            if forecast.backtest
        ]
    )
    both = rows[["seasonal naive", "MASE"]]
    ends = [both.min().min() / MARGIN, both.max().max() * MARGIN]
    scale = alt.Scale(type="log", domain=ends, nice=False)
    x = alt.X("seasonal naive:Q", scale=scale, title="MASE of seasonal naive (log scale)")
    points = (
        alt.Chart(rows)
        .mark_circle(size=28, opacity=0.45, color=BLUE)
        .encode(
            x=x,
            y=alt.Y("MASE:Q", scale=scale, title="MASE of the champion"),
            tooltip=[
                "series:N",
                "champion:N",
                number_tooltip("MASE", format=".3f"),
                number_tooltip("seasonal naive", format=".3f"),
            ],
        )
    )
    diagonal = alt.Chart(pd.DataFrame({"seasonal naive": ends, "MASE": ends})).mark_line(
        color=GREY, strokeDash=[4, 4]
    )
    median = alt.Chart(pd.DataFrame([both.median()])).mark_point(
        size=160, color=ORANGE, strokeWidth=2.5, shape="cross"
    )
    return styled(
        diagonal.encode(x=x, y="MASE:Q") + points + median.encode(x=x, y="MASE:Q"),
        "Every other series: its champion against seasonal naive",
        "A point for each; below the dashed line the champion is better; the cross is the median",
        height=380,
    )
