"""Leaderboard: the scores of every forecaster on the past, and why the champion is published."""

import pandas as pd
import streamlit as st

from energy.charts.backtests import METRICS
from energy.forecasting.models import BASELINE
from energy.formatting import format_percent, format_score, format_share, format_title
from streamlit_app import layout, page_charts, queries
from streamlit_app import markdown as md

release = layout.header(
    "Leaderboard",
    "Every forecaster forecast the past as if it were the future; these are the errors.",
)
key = release.release_id
with layout.show_errors():
    scores = queries.scores(key)
    best, holdout = scores.ranked[0], scores.holdout
    best_holdout = holdout.get(best.forecaster)
    holdout_mape = best_holdout.mape if best_holdout else None
    st.markdown(
        f"**{md.title(best.forecaster)}** is published. {md.sentence(scores.why)}"
        + (
            f" Its error on the **holdout**, the last months, which are not used for selection, "
            f"is {format_percent(holdout_mape, 1)}."
            if holdout_mape is not None
            else ""
        )
    )
    mase_help = "Mean absolute error in units of the in-sample error of seasonal naive: below 1 is "
    layout.metrics(
        ("MASE", format_score(best.mase, 2), f"{mase_help}better."),
        ("Average error (MAPE)", format_percent(best.mape, 1)),
        ("80% interval coverage", format_share(best.coverage80)),
        ("Holdout error (MAPE)", format_percent(holdout_mape, 1)),
    )
    layout.chart(page_charts.leaderboard(key), "leaderboard")

    st.subheader("All scores", anchor=False)
    rows = [
        {
            "Forecaster": format_title(score.forecaster),
            "MASE": score.mase,
            "MAPE": score.mape,
            "WIS": score.wis,
            "80% coverage": None if score.coverage80 is None else 100 * score.coverage80,
            "95% coverage": None if score.coverage95 is None else 100 * score.coverage95,
            "Seconds": score.seconds,
            "Holdout MASE": holdout[score.forecaster].mase if score.forecaster in holdout else None,
            "Failure": score.failure or "",
        }
        for score in scores.ranked
    ]
    wis = f"Weighted interval score, {md.escape(release.manifest.unit)}"
    columns = {
        "Forecaster": st.column_config.TextColumn(pinned=True, width="medium"),
        "MASE": (None, "%.3f"),
        "MAPE": (None, "%.2f%%"),
        "WIS": (None, "%.3f", wis),
        "80% coverage": (None, "%.0f%%", "Share of months in the 80% interval"),
        "95% coverage": (None, "%.0f%%", "Share of months in the 95% interval"),
        "Seconds": (None, "%.1f", "CPU seconds of fitting and predicting"),
        "Holdout MASE": (None, "%.3f"),
        "Failure": None if all(score.failure is None for score in scores.ranked) else "Failure",
    }
    layout.table(pd.DataFrame(rows), columns)

    names = [score.forecaster for score in scores.ranked if score.by_horizon]
    has_baseline = any(score.forecaster == BASELINE for score in scores.ranked)
    st.subheader("By months ahead", anchor=False)
    left, right = st.columns([1, 2])
    metric = left.selectbox(
        "Metric",
        list(METRICS),
        format_func=METRICS.__getitem__,
        key="figure",
        bind="query-params",
    )
    chosen = right.multiselect(
        "Forecasters",
        names,
        default=[*names[:3], *([BASELINE] if has_baseline and BASELINE not in names[:3] else [])],
        format_func=format_title,
        max_selections=6,
        key="by",
        bind="query-params",
    )
    if chosen:
        layout.chart(page_charts.by_horizon(key, tuple(chosen), metric), "by-horizon")

    st.subheader("Forecasts of the past", anchor=False)
    with layout.show_errors():
        folds = queries.folds(key)
        forecaster = st.selectbox(
            "Forecaster",
            [name for name in names if name in folds],
            format_func=format_title,
            key="folds",
            bind="query-params",
        )
        layout.chart(page_charts.folds(key, forecaster), f"folds-{forecaster}")
