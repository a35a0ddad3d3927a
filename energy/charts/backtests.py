"""Charts of backtests: the leaderboard, errors by horizon, folds and their cutoffs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import altair as alt
import pandas as pd

from energy.charts.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    PINK,
    SKY,
    colour,
    coverage_layers,
    dashed,
    horizon_x,
    in_words,
    lines,
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
ROLES = {"champion": BLUE, "baseline": ORANGE, "other": PALE}
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
    rows["end"] = rows["mase"].clip(upper=0.94 * longest)
    names = alt.Axis(labelLimit=260)
    base = alt.Chart(rows).encode(
        y=alt.Y("forecaster:N", sort=list(rows["forecaster"]), title=None, axis=names)
    )
    bars = base.mark_bar(clip=True, size=15).encode(
        x=alt.X("mase:Q", title="MASE", scale=alt.Scale(domain=[0, longest])),
        color=colour("role", ROLES, legend=None),
        tooltip=["forecaster:N", number_tooltip("mase", "MASE", ".3f")],
    )
    labels = base.mark_text(align="left", dx=4, fontSize=11, color=INK).encode(
        x="end:Q", text=alt.Text("mase:Q", format=".3f")
    )
    return styled(
        bars + dashed(pd.DataFrame({"x": [1.0]}), x="x:Q") + labels,
        "Backtest on the training part",
        "MASE, 1 to 12 months ahead; below 1 beats the in-sample seasonal naive",
        height=24 * len(rows),
    )


def by_horizon(scores: Sequence[Score], metric: str = "mase") -> Any:
    """A metric, one of METRICS, by months ahead, with a line for each forecaster."""
    scored = [score for score in scores if score.by_horizon]
    rows = pd.DataFrame(
        [
            (in_words(score.forecaster), row["horizon"], row[metric])
            for score in scored
            for row in score.by_horizon
        ],
        columns=["forecaster", "horizon", "value"],
    )
    others = iter([BLUE, GREEN, SKY, PINK, "#E69F00"] * len(scored))
    colours = {
        in_words(score.forecaster): ORANGE if score.forecaster == BASELINE else next(others)
        for score in scored
    }
    is_share = metric.startswith("coverage")
    chart = lines(rows, point=True).encode(
        x=horizon_x(),
        y=number_y(METRICS[metric], zero=not is_share),
        color=colour("forecaster", colours, legend=None if len(scored) == 1 else alt.Legend()),
        tooltip=["forecaster:N", "horizon:O", number_tooltip("value", METRICS[metric], ".3f")],
    )
    title = "Coverage by months ahead" if is_share else "Error by months ahead"
    return styled(chart, title, height=240)


def folds(frame: pd.DataFrame, unit: str, title: str, months: int = 12) -> Any:
    """Every fold of one forecaster and the actual figures, with a thin line for each cutoff.

    `frame` is the forecaster's fold frame, drawn as far as `months` ahead.
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
    published = lines(actual, strokeWidth=1.4, opacity=0.9).encode(**encoding)
    forecasts = lines(rows, strokeWidth=1.1, opacity=0.8).encode(detail="cutoff:N", **encoding)
    return styled(published + forecasts, title, height=220)


def coverage(frame: pd.DataFrame, months: int = 12) -> Any:
    """Interval coverage of one forecaster's backtest by months ahead, with its sampling error."""
    rows = []
    for horizon, fold_rows in _backtest_rows(frame, months).groupby("horizon"):
        figures, error = score_figures(fold_rows), coverage_error(fold_rows)
        for nominal, name in ((0.8, "coverage80"), (0.95, "coverage95")):
            share = figures[name] or 0.0
            spread = error if nominal == 0.8 and isfinite(error) else 0.0
            ends = max(0.0, share - spread), min(1.0, share + spread)
            rows.append((horizon, f"{nominal:.0%} interval", share, nominal, *ends))
    columns = ["horizon", "interval", "share", "nominal", "low", "high"]
    points = pd.DataFrame(rows, columns=columns)
    errors = alt.Chart(points).mark_rule(strokeWidth=2, opacity=0.35)
    return styled(
        coverage_layers(points, 0.5)
        + errors.encode(x=horizon_x(), y=share_y("low", 0.5), y2="high:Q", color="interval:N"),
        "Interval coverage by months ahead",
        "Backtest; dashed: nominal; bars: one standard error of the 80% coverage",
        height=220,
    )


def by_month(frames: Mapping[str, pd.DataFrame], months: int = 12) -> Any:
    """MAPE of the backtest by calendar month, with a line for each forecaster.

    `frames` has each forecaster's fold frame; horizons beyond `months` are left out.
    """
    rows = []
    for name, frame in frames.items():
        rolling = _backtest_rows(frame, months)
        error = 100 * ((rolling["actual"] - rolling["mean"]) / rolling["actual"]).abs()
        for month, value in error.groupby(pd.PeriodIndex(rolling["month"]).month).mean().items():
            rows.append({"forecaster": in_words(name), "month": month, "mape": value})
    colours = dict(zip(map(in_words, frames), (BLUE, GREEN, SKY, ORANGE, GREY), strict=False))
    chart = lines(pd.DataFrame(rows), point=True).encode(
        x=alt.X("month:O", title="calendar month", axis=alt.Axis(labelAngle=0)),
        y=number_y(METRICS["mape"], "mape", zero=True),
        color=colour("forecaster", colours),
        tooltip=["forecaster:N", "month:O", number_tooltip("mape", "MAPE")],
    )
    return styled(chart, "Error by calendar month, 1 to 12 months ahead", height=240)


def _backtest_rows(frame: pd.DataFrame, months: int) -> pd.DataFrame:
    return frame[(frame["protocol"] == "backtest") & (frame["horizon"] <= months)]


def rolling_origins(plan: FoldPlan, first: pd.Period, last: pd.Period) -> Any:
    """A row for each cutoff, from the first month of training data to the last month scored.

    The series begins and ends in the months `first` and `last`.
    """
    rows = []
    for cutoff, protocol in plan.rolling.items():
        end = min(cutoff + MONTHS_SCORED, last)
        for part, begin, until in (("training", first, cutoff), (protocol, cutoff + 1, end)):
            ends = begin.to_timestamp(), (until + 1).to_timestamp()
            rows.append((str(cutoff), FOLD_PARTS[part][0], *ends))
    frame = pd.DataFrame(rows, columns=["cutoff", "key", "begin", "end"])
    labels = set(frame["key"])
    bars = alt.Chart(frame).encode(
        x=alt.X("begin:T", axis=year_axis()),
        x2="end:T",
        y=alt.Y("cutoff:O", title="cutoff", axis=alt.Axis(labelOverlap=True, titlePadding=10)),
        color=colour("key", {k: v for k, v in FOLD_PARTS.values() if k in labels}),
        tooltip=["cutoff:O", "key:N", alt.Tooltip("begin:T", format="%B %Y")],
    )
    split = pd.DataFrame({"split": [(plan.split + 1).to_timestamp()]})
    return styled(
        bars.mark_bar(height=alt.RelativeBandSize(0.7)) + dashed(split, x="split:T"),
        "Rolling-origin folds",
        f"1 to {MONTHS_SCORED} months ahead; dashed: the end of the training part",
        height=max(120, 14 * len(plan.rolling)),
    )


def against_baseline(series: Sequence[SeriesForecast]) -> Any:
    """A point for each series with a backtest: its champion's MASE and that of seasonal naive."""
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
    axes: dict[str, Any] = {
        "x": alt.X("seasonal naive:Q", scale=scale, title="MASE of seasonal naive (log scale)"),
        "y": alt.Y("MASE:Q", scale=scale, title="MASE of the champion"),
    }
    numbers = [number_tooltip(name, format=".3f") for name in ("MASE", "seasonal naive")]
    points = alt.Chart(rows).encode(**axes, tooltip=["series:N", "champion:N", *numbers])
    diagonal = lines(pd.DataFrame(dict.fromkeys(both, ends)), color=GREY, strokeDash=[4, 4])
    median = alt.Chart(pd.DataFrame([both.median()])).encode(**axes)
    return styled(
        diagonal.encode(**axes)
        + points.mark_circle(size=28, opacity=0.45, color=BLUE)
        + median.mark_point(size=160, color=ORANGE, strokeWidth=2.5, shape="cross"),
        "Every other series: its champion against seasonal naive",
        "A point for each; below the dashed line the champion is better; the cross is the median",
        height=380,
    )
