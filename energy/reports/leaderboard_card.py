"""TrainFlow's leaderboard card: the scores of all candidate models."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

import altair as alt
import pandas as pd

from energy import charts
from energy.forecasting.folds import MONTHS_SCORED, FoldPlan
from energy.forecasting.metrics import Score, coverage_error
from energy.forecasting.models import BASELINE, FORECASTERS, VERSION
from energy.formatting import format_name, format_percent, format_score, format_share
from energy.pipelines.train import Comparison, Reconciliation, mean_mase
from energy.reports.components import add_chart, add_table, add_text

SCORE_HEADER = (
    "Forecaster",
    "MASE",
    "MAPE",
    "WIS",
    "80 / 95% coverage",
    "Nowcast MAPE",
    "Holdout MASE / MAPE",
    "Holdout 80%",
    "80:20 MAPE",
)


def fill_leaderboard_card(
    card: Any,
    comparisons: Mapping[str, Comparison],
    series: Mapping[str, pd.Series],
    plan: FoldPlan,
    unit: str,
    reconciliation: Reconciliation | None = None,
) -> None:
    """Fill the card: why the champion was selected, all scores, and each forecaster's folds.

    The first target is the published one, in `unit`; the others are its parts, with their
    `reconciliation`.
    """
    target, y = next(iter(series.items()))
    comparison = comparisons[target]
    ranked, champion = comparison.ranked, format_name(comparison.champion)
    in_weather = " with normal weather" if comparison.nowcast else ""
    add_text(
        card,
        f"# Leaderboard: {y.name}",
        format_name(comparison.why).replace(champion, f"**{champion}**", 1),
        f"Selected on {len(plan.backtest)} rolling origins up to {plan.split}, each forecasting 1 "
        f"to 12 months ahead{in_weather}. The {len(plan.holdout)} origins after it, to "
        f"{y.index[-1]}, are the holdout of version {VERSION} of the candidate models: they are "
        "reported and not used for selection.",
    )
    add_chart(card, charts.leaderboard(ranked, BASELINE))
    add_chart(card, charts.by_horizon(comparison.leading))
    add_text(card, "## Scores")
    add_table(card, SCORE_HEADER, [_score_row(score, comparison) for score in ranked])
    add_text(card, _explanation(comparison, unit))
    add_chart(card, charts.coverage(comparison.folds[comparison.champion]))
    add_text(card, _coverage_sentence(comparison))
    if reconciliation:
        _add_parts(card, comparisons, reconciliation)
    add_text(card, "## Each forecaster")
    for score in ranked:
        _add_forecaster(card, score, comparison, unit)


def _score_row(score: Score, comparison: Comparison) -> list[str]:
    name = score.forecaster
    if score.failure is not None:
        return [format_name(name), "failed", *[""] * (len(SCORE_HEADER) - 2)]
    holdout, nowcast = comparison.holdout.get(name), comparison.nowcast.get(name)
    return [
        f"**{format_name(name)}**" if name == comparison.champion else format_name(name),
        format_score(score.mase),
        format_percent(score.mape),
        format_score(score.wis),
        f"{format_share(score.coverage80)} / {format_share(score.coverage95)}",
        format_percent(nowcast.mape) if nowcast else "",
        f"{format_score(holdout.mase)} / {format_percent(holdout.mape)}" if holdout else "",
        format_share(holdout.coverage80) if holdout else "",
        format_percent(comparison.single_origin.get(name)) if holdout else "",
    ]


def _explanation(comparison: Comparison, unit: str) -> str:
    text = (
        "MASE below 1 is better than the in-sample seasonal naive. MAPE is the average error in "
        f"per cent. WIS is the weighted interval score in {unit}. *Coverage* is the share of "
        "actuals inside the intervals as they would have been published then; *Holdout 80%* is "
        "that of the 80% interval. *80:20 MAPE* is a single forecast from the split to the end, "
        "for comparison with other work; it depends mostly on chance, and nothing is ranked on it."
    )
    if comparison.nowcast:
        text += (
            " *Nowcast* is one month ahead with that month's weather, which is published a month "
            "before its energy."
        )
    return text


def _coverage_sentence(comparison: Comparison) -> str:
    best, folds = comparison.ranked[0], comparison.folds[comparison.champion]
    scored = (folds["protocol"] == "backtest") & (folds["horizon"] <= MONTHS_SCORED)
    error = coverage_error(folds[scored])
    sentence = (
        f"For the champion, 80% interval coverage is {format_share(best.coverage80)} and 95% "
        f"interval coverage {format_share(best.coverage95)}"
    )
    if isnan(error):  # all months are in one year
        return f"{sentence}."
    return (
        f"{sentence}. Neighbouring folds share months, so the former has a standard error of about "
        f"{100 * error:.0f} points."
    )


def _add_parts(
    card: Any, comparisons: Mapping[str, Comparison], reconciliation: Reconciliation
) -> None:
    add_text(
        card,
        "## Parts",
        "Each part has the forecaster that is best on its own folds. The forecasts are then made "
        f"to add up to the total by **{format_name(reconciliation.method)}**, which of the methods "
        "that keep the total's own forecast has the lowest mean MASE.",
    )
    methods, rows = reconciliation.mase, []
    for name, comparison in comparisons.items():
        scores = (format_score(mase[name]) for mase in methods.values())
        rows.append([format_name(name), format_name(comparison.champion), *scores])
    means = (f"**{format_score(mean_mase(mase))}**" for mase in methods.values())
    header = ["Series", "Forecaster", *map(format_name, methods)]
    add_table(card, header, [*rows, ["**mean**", "", *means]])


def _add_forecaster(card: Any, score: Score, comparison: Comparison, unit: str) -> None:
    name, entry = score.forecaster, FORECASTERS[score.forecaster]
    add_text(card, f"### {format_name(name)}")
    if score.failure is not None:
        add_text(card, f"Failed: {score.failure}")
        return
    facts = [entry.kind, "on logarithms if positive" if entry.log else "in levels"]
    facts += ["uses weather"] if entry.weather else []
    if entry.members:
        members = ", ".join(map(format_name, entry.members))
        facts.append(f"weighted mean of {members}")
    add_text(card, f"{entry.summary} *{'; '.join(facts)}; {format_score(score.seconds, 1)} CPU s.*")
    folds = charts.folds(comparison.folds[name], unit, "Folds and actuals")
    errors = charts.by_horizon([score]).properties(width=190)
    both = alt.hconcat(folds.properties(width=540), errors).resolve_scale(color="independent")
    add_chart(card, both)
