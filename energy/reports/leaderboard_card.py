"""TrainFlow's leaderboard card."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

import altair as alt
import pandas as pd

from energy import charts
from energy.forecasting.folds import MONTHS_SCORED, FoldPlan
from energy.forecasting.metrics import Score, coverage_error, format_percent
from energy.forecasting.models import BASELINE, FORECASTERS, VERSION
from energy.pipelines.train import Comparison, Reconciliation, mean_mase
from energy.reports.components import chart, markdown, titled
from energy.reports.components import table as table_of


def fill_leaderboard_card(
    card: Any,
    by_target: Mapping[str, Comparison],
    series: Mapping[str, pd.Series],
    plan: FoldPlan,
    unit: str,
    reconciled: Reconciliation | None = None,
) -> None:
    """Fill the leaderboard card: why this one, everyone's scores, and each forecaster's folds.

    Args:
        card: Where to.
        by_target: The published target's comparison first.
        series: By target.
        plan: The folds.
        unit: Of the published target.
        reconciled: How the parts were made to add up, where they were forecast.
    """
    target, y = next(iter(series.items()))
    compared = by_target[target]
    ranked = compared.ranked
    markdown(
        card,
        f"# Leaderboard: {y.name}",
        titled(compared.why).replace(
            titled(compared.champion), f"**{titled(compared.champion)}**", 1
        ),
        f"Chosen on {len(plan.backtest)} rolling origins up to {plan.split} alone, each "
        f"forecasting 1 to 12 months ahead{_in_weather(compared)}. The "
        f"{len(plan.holdout)} origins after it, to {y.index[-1]}, are reported and decide nothing: "
        f"they are the holdout of version {VERSION} of the bench.",
    )
    chart(card, charts.leaderboard(ranked, BASELINE))
    chart(card, charts.by_horizon(compared.leading))
    markdown(card, "## Scores")
    table_of(
        card,
        [
            "Forecaster",
            "MASE",
            "MAPE",
            "WIS",
            "80 / 95% hold",
            "Nowcast MAPE",
            "Holdout MASE / MAPE",
            "Holdout 80%",
            "80:20 MAPE",
            "CPU s",
        ],
        [_row(score, compared) for score in ranked],
    )
    markdown(
        card,
        "MASE below 1 beats the in-sample seasonal naive; WIS is the weighted interval score in "
        f"{unit}; *80 / 95% hold* are the shares of actuals inside the intervals as they would "
        "have been published then. *80:20 MAPE* is one forecast from the split to the end, for "
        "comparison with other work: it is mostly luck, and nothing is ranked on it."
        f"{_and_nowcast(compared)}",
    )
    chart(card, charts.coverage(compared.folds[compared.champion]))
    markdown(card, _coverage(compared))
    if reconciled:
        _parts(card, by_target, reconciled)
    markdown(card, "## Each forecaster")
    for score in ranked:
        _one(card, score, compared, unit)


def _in_weather(compared: Comparison) -> str:
    return " with the weather to expect" if compared.nowcast else ""


def _and_nowcast(compared: Comparison) -> str:
    if not compared.nowcast:
        return ""
    return (
        " *Nowcast* is one month ahead with the weather of that month, which is published a month "
        "sooner."
    )


def _coverage(compared: Comparison) -> str:
    found, folds = compared.ranked[0], compared.folds[compared.champion]
    scored = (folds["protocol"] == "backtest") & (folds["horizon"] <= MONTHS_SCORED)
    sure = coverage_error(folds[scored])
    told = (
        f"Of the champion's months, {_share(found.coverage80)} came out inside the 80% interval "
        f"and {_share(found.coverage95)} inside the 95% one"
    )
    if isnan(sure):  # all in one year
        return f"{told}."
    return (
        f"{told}; neighbouring folds share months, so the first has a standard error of about "
        f"{100 * sure:.0f} points."
    )


def _parts(card: Any, by_target: Mapping[str, Comparison], reconciled: Reconciliation) -> None:
    markdown(
        card,
        "## The parts",
        "Each part is forecast by the forecaster that is best on its own folds; then they are made "
        f"to add up to the total by **{titled(reconciled.method)}**, which keeps the total's own "
        "forecast and has the lowest mean MASE of those that do.",
    )
    table_of(
        card,
        ["Series", "Forecaster", *map(titled, reconciled.mase)],
        [
            [
                titled(name),
                titled(compared.champion),
                *(f"{of[name]:.3f}" for of in reconciled.mase.values()),
            ]
            for name, compared in by_target.items()
        ]
        + [["**mean**", "", *(f"**{mean_mase(of):.3f}**" for of in reconciled.mase.values())]],
    )


def _one(card: Any, score: Score, compared: Comparison, unit: str) -> None:
    entry = FORECASTERS[score.forecaster]
    if score.failure is not None:
        markdown(card, f"### {titled(score.forecaster)}", f"Failed: {score.failure}")
        return
    facts = [entry.kind, "on logs where positive" if entry.log else "in levels"]
    facts += ["uses weather"] if entry.weather else []
    if entry.members:
        facts.append(f"weighted mean of {', '.join(map(titled, entry.members))}")
    markdown(
        card,
        f"### {titled(score.forecaster)}",
        f"{entry.summary} *{'; '.join(facts)}; {score.seconds:.1f} CPU s.*",
    )
    folds = charts.folds(compared.folds[score.forecaster], unit, "Folds against what came")
    beside = charts.by_horizon([score]).properties(width=190)
    both = alt.hconcat(folds.properties(width=540), beside).resolve_scale(color="independent")
    chart(card, both)


def _row(score: Score, compared: Comparison) -> list[str]:
    name = score.forecaster
    held = compared.holdout.get(name)
    if score.failure is not None:
        return [titled(name), "failed", *[""] * 8]
    return [
        f"**{titled(name)}**" if name == compared.champion else titled(name),
        f"{score.mase:.3f}",
        format_percent(score.mape),
        f"{score.wis:.3f}",
        f"{_share(score.coverage80)} / {_share(score.coverage95)}",
        format_percent(compared.nowcast[name].mape) if name in compared.nowcast else "",
        f"{held.mase:.3f} / {format_percent(held.mape)}" if held else "",
        _share(held.coverage80) if held else "",
        format_percent(compared.single_origin.get(name)) if held else "",
        f"{score.seconds:.1f}",
    ]


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f}%"
