"""Leaderboard: how every forecaster did on the past, and why the champion won."""

import pandas as pd
import streamlit as st

from energy.charts.backtests import FIGURES
from energy.forecasting.models import BASELINE
from streamlit_app import drawings, formats, layout, service

release = layout.begin(
    "Leaderboard",
    "Every forecaster was asked for the past as if it were the future, and seen against what came.",
)
key = release.release_id
with layout.guarded():
    scores = service.scores(key)
    best = scores.ranked[0]
    late = scores.holdout.get(best.forecaster)
    base = next((one for one in scores.ranked if one.forecaster == BASELINE), None)
    st.markdown(
        f"**{formats.name(best.forecaster)} won.** {formats.sentence(scores.why)}"
        + (
            " On the **holdout**, the last months, on which nothing was chosen, it missed by "
            f"{formats.percent(late.mape)}."
            if late and late.mape is not None
            else ""
        )
    )
    columns = st.columns(4)
    columns[0].metric(
        "MASE",
        formats.figure(best.mase, 2),
        border=True,
        help="Mean absolute error, "
        "in units of seasonal naive's error within the data it learned from: below 1 is better.",
    )
    columns[1].metric("Usual miss (MAPE)", formats.percent(best.mape), border=True)
    columns[2].metric("Inside the 80% interval", formats.share(best.coverage80), border=True)
    columns[3].metric(
        "Holdout miss (MAPE)", formats.percent(late.mape if late else None), border=True
    )
    layout.chart(drawings.leaderboard(key), "leaderboard")

    st.subheader("All figures", anchor=False)
    number = st.column_config.NumberColumn
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Forecaster": formats.name(one.forecaster),
                    "MASE": one.mase,
                    "MAPE": one.mape,
                    "WIS": one.wis,
                    "80% holds": None if one.coverage80 is None else 100 * one.coverage80,
                    "95% holds": None if one.coverage95 is None else 100 * one.coverage95,
                    "Seconds": one.seconds,
                    "Holdout MASE": (
                        scores.holdout[one.forecaster].mase
                        if one.forecaster in scores.holdout
                        else None
                    ),
                    "Failure": one.failure or "",
                }
                for one in scores.ranked
            ]
        ),
        hide_index=True,
        width="stretch",
        column_config={
            "Forecaster": st.column_config.TextColumn(pinned=True, width="medium"),
            "MASE": number(format="%.3f"),
            "MAPE": number(format="%.2f%%"),
            "WIS": number(format="%.3f", help=f"Weighted interval score, {release.manifest.unit}"),
            "80% holds": number(format="%.0f%%"),
            "95% holds": number(format="%.0f%%"),
            "Seconds": number(format="%.1f", help="CPU seconds of fitting and predicting"),
            "Holdout MASE": number(format="%.3f"),
            "Failure": None if all(one.failure is None for one in scores.ranked) else "Failure",
        },
    )

    names = [one.forecaster for one in scores.ranked if one.by_horizon]
    st.subheader("By months ahead", anchor=False)
    left, right = st.columns([1, 2])
    figure = left.selectbox(
        "Figure",
        list(FIGURES),
        format_func=lambda one: FIGURES[one],
        key="figure",
        bind="query-params",
    )
    chosen = right.multiselect(
        "Forecasters",
        names,
        default=[*names[:3], *([BASELINE] if base and BASELINE not in names[:3] else [])],
        format_func=formats.name,
        max_selections=6,
        key="by",
        bind="query-params",
    )
    if chosen:
        layout.chart(drawings.by_horizon(key, tuple(chosen), figure), "by-horizon")

    st.subheader("Forecasts of the past", anchor=False)
    with layout.guarded():
        held = service.folds(key)
        whose = st.selectbox(
            "Forecaster",
            [name for name in names if name in held],
            format_func=formats.name,
            key="folds",
            bind="query-params",
        )
        layout.chart(drawings.folds(key, whose), f"folds-{whose}")
