"""What a training run prints at its end, and what MLflow keeps of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from energy import charts
from energy.forecasting.metrics import Score
from energy.forecasting.models import BASELINE, VERSION
from energy.formatting import (
    format_amount,
    format_name,
    format_percent,
    format_range,
    format_score,
    format_share,
)
from energy.reports.release_card import next_twelve_months, panel_summary, stays_live
from energy.settings import ROOT, Settings
from energy.tracking.registry import ALIAS
from energy.tracking.runs import TrackedRun, registered_name

INDENT = " " * 11


def tracked_run(flow: Any, target: str, run_id: str) -> TrackedRun:
    """What MLflow is to keep of one target, from TrainFlow's artifacts after its join."""
    plan, comparison = flow.training_plan, flow.comparisons[target]
    y = plan.series[target]
    champion, baseline = comparison.champion, comparison.holdout.get(BASELINE)
    params = {
        "run": f"TrainFlow/{run_id}",
        "target": target,
        "bench_version": VERSION,
        "start": str(y.index[0]),
        "horizon": flow.horizon,
        "folds": len(plan.plan.backtest),
        "split": plan.plan.split,
        "months": len(y),
        "data_sha256": ", ".join(sorted(plan.vintage.values())),
        "data_files": ", ".join(sorted(plan.vintage)),
        "commit": flow.commit,
        "holdout_baseline_mase": baseline.mase if baseline else None,
    }
    unit, folds = plan.dataset.unit(target), comparison.folds[champion]
    drawn = {
        "leaderboard.png": lambda: charts.leaderboard(comparison.ranked, BASELINE),
        "by_horizon.png": lambda: charts.by_horizon(comparison.leading),
        "champion_folds.png": lambda: charts.folds(folds, unit, format_name(champion)),
    }
    return TrackedRun(
        target,
        params,
        comparison.ranked,
        {"holdout": comparison.holdout, "nowcast": comparison.nowcast},
        comparison.single_origin,
        comparison.folds,
        {file: partial(_png, draw) for file, draw in drawn.items()},
        plan.dataset.name,
    )


def _png(draw: Callable[[], Any]) -> bytes:
    return charts.png(charts.spec(draw()), 1.0)


def run_summary(flow: Any) -> str:
    """The summary of TrainFlow after publishing: champion, scores, the next 12 months, links."""
    plan, forecast, result = flow.training_plan, flow.table, flow.result
    comparison = flow.comparisons[plan.target]
    lines = [f"Champion   {comparison.champion} for {plan.target}", ""]
    lines += _score_lines(comparison, plan.plan.split)
    lines += ["", f"Forecast   {next_twelve_months(forecast)}"]
    low, high = forecast.levels.index(0.1), forecast.levels.index(0.9)
    for row in forecast.months[:12]:
        interval = format_range(row.quantiles[low], row.quantiles[high], 2)
        nowcast = "   (its weather is known)" if row.month in forecast.observed else ""
        mean = format_amount(row.mean, digits=2)
        lines.append(f"{INDENT}{row.month}  {mean:>6}   80% interval {interval}{nowcast}")
    if flow.breakdown:
        lines += ["", f"Parts      {', '.join(flow.breakdown.tables)}; they add up to the total"]
    if flow.panel:
        panel, _ = flow.panel
        lines += ["", f"Series     {panel_summary(panel)}"]
        if panel.champions:
            champions = (f"{name} {count}" for name, count in panel.champions.items())
            lines.append(f"{INDENT}{', '.join(champions)}")
    name = registered_name(plan.target, plan.dataset.name)
    model = f"models:/{name}@{ALIAS} is version {flow.version}"
    release_id = result.manifest.release_id
    if not result.promoted:
        lines += [
            "",
            f"Not promoted: {release_id} did not pass the gate; {stays_live(result)}",
            *(f"{INDENT}{check.name}: {check.told}" for check in result.failed),
            f"{INDENT}To make it live anyway: energy releases promote {release_id} "
            f"--store {plan.store} --why ...",
        ]
        model = f"{name} version {flow.version}, without the alias {ALIAS}"
    flow_file = ROOT / "flows" / "trainflow.py"
    lines += [
        "",
        f"Release    {plan.store.rstrip('/')}/releases/{release_id}",
        f"Cards      make cards  (or: python {flow_file} card view leaderboard)",
        f"MLflow     {Settings.from_environment().tracking_uri}, run "
        f"{flow.mlflow_runs[plan.target]}, {model}  (make mlflow)",
    ]
    return "\n".join(lines)


def _score_lines(comparison: Any, split: str) -> list[str]:
    champion = comparison.champion
    scores = {score.forecaster: score for score in comparison.ranked}
    best, holdout = scores[champion], comparison.holdout.get(champion)
    note = f"{best.folds} folds to {split}"
    lines = [_score_line("Backtest", best, scores[BASELINE], note)]
    if holdout:
        note = f"{holdout.folds} folds after it, not used for selection"
        lines.append(_score_line("Holdout", holdout, comparison.holdout.get(BASELINE), note))
    if prequential := comparison.prequential.get(champion):
        naive, note = comparison.prequential.get(BASELINE), f"all {prequential.folds} folds"
        lines.append(_score_line("Both", prequential, naive, note))
    if nowcast := comparison.nowcast.get(champion):
        later = comparison.nowcast_holdout.get(champion)
        in_holdout = f"; {format_percent(later.mape)} in the holdout" if later else ""
        lines.append(
            f"Nowcast    MAPE {format_percent(nowcast.mape)} one month ahead with that month's "
            f"weather{in_holdout}"
        )
    return lines


def _score_line(name: str, score: Score, naive: Score | None, note: str) -> str:
    mase, mape = f"; {BASELINE} failed", ""
    if naive and naive.mase is not None:
        mase = f" against {format_score(naive.mase)} for {BASELINE}"
        mape = f" against {format_percent(naive.mape)}"
    return (
        f"{name:<10} MASE {format_score(score.mase)}{mase}; MAPE {format_percent(score.mape)}"
        f"{mape}; 80% interval coverage {format_share(score.coverage80)}  ({note})"
    )
