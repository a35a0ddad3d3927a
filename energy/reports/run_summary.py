"""A training run in words: a line for each branch, and the closing lines."""

from __future__ import annotations

from typing import Any

from energy import charts
from energy.forecasting.metrics import Score, format_percent
from energy.forecasting.models import BASELINE, VERSION
from energy.pipelines.publish import PublishResult
from energy.reports import release_card
from energy.settings import ROOT, Settings
from energy.tracking.registry import ALIAS
from energy.tracking.runs import TrackedRun, registered_name


def tracked_run(flow: Any, target: str, run_id: str) -> TrackedRun:
    """TrainFlow's artifacts after its join, as MLflow is to keep them of one target."""
    compared = flow.comparisons[target]
    champion, baseline = compared.champion, compared.holdout.get(BASELINE)
    params = {
        "run": f"TrainFlow/{run_id}",
        "target": target,
        "bench_version": VERSION,
        "start": str(flow.training_plan.series[target].index[0]),
        "horizon": flow.horizon,
        "folds": len(flow.training_plan.plan.backtest),
        "split": flow.training_plan.plan.split,
        "months": len(flow.training_plan.series[target]),
        "data_sha256": ", ".join(sorted(flow.training_plan.vintage.values())),
        "data_files": ", ".join(sorted(flow.training_plan.vintage)),
        "commit": flow.commit,
        "holdout_baseline_mase": baseline.mase if baseline else None,
    }
    unit, folds = flow.training_plan.dataset.unit(target), compared.folds[champion]
    figures = {
        "leaderboard.png": lambda: charts.png(charts.leaderboard(compared.ranked, BASELINE), 1.0),
        "by_horizon.png": lambda: charts.png(charts.by_horizon(compared.leading), 1.0),
        "champion_folds.png": lambda: charts.png(
            charts.folds(folds, unit, champion.replace("_", " ")), 1.0
        ),
    }
    return TrackedRun(
        target,
        params,
        compared.ranked,
        {"holdout": compared.holdout, "nowcast": compared.nowcast},
        compared.single_origin,
        compared.folds,
        figures,
        flow.training_plan.dataset.name,
    )


def run_summary(flow: Any) -> str:
    """The last lines of a run: champion, scores, the next 12 months, and where everything is."""
    compared, table = flow.comparisons[flow.training_plan.target], flow.table
    settings = Settings.from_environment()
    scores = {score.forecaster: score for score in compared.ranked}
    best = scores[compared.champion]
    lines = [f"Champion   {best.forecaster} for {flow.training_plan.target}", ""]
    note = f"{best.folds} folds to {flow.training_plan.plan.split}"
    lines.append(_against("Backtest", best, scores[BASELINE], note))
    if held := compared.holdout.get(best.forecaster):
        note = f"{held.folds} folds after it, chosen on nothing from them"
        lines.append(_against("Holdout", held, compared.holdout.get(BASELINE), note))
    if now := compared.nowcast.get(best.forecaster):
        later = compared.nowcast_holdout.get(best.forecaster)
        after = f"; {format_percent(later.mape)} in the holdout" if later else ""
        lines.append(
            f"Nowcast    MAPE {format_percent(now.mape)} one month ahead in the weather that came"
            f"{after}"
        )
    lines += ["", f"Forecast   {release_card.next_twelve_months(table)}"]
    low, high = table.levels.index(0.1), table.levels.index(0.9)
    lines += [
        f"           {row.month}  {row.mean:6.2f}   "
        f"80% from {row.quantiles[low]:.2f} to {row.quantiles[high]:.2f}"
        f"{'   (its weather is known)' if row.month in table.observed else ''}"
        for row in table.months[:12]
    ]
    if flow.breakdown:
        lines += ["", f"By part    {', '.join(flow.breakdown.tables)}, adding up to the total"]
    if flow.panel:
        panel, _ = flow.panel
        most = ", ".join(f"{name} {count}" for name, count in panel.champions.items())
        lines += [
            "",
            f"Series     {release_card.panel_summary(panel)}",
            *([f"           {most}"] if most else []),
        ]
    published, release = flow.result, flow.result.manifest.release_id
    name = registered_name(flow.training_plan.target, flow.training_plan.dataset.name)
    alias = f"models:/{name}@{ALIAS} is version {flow.version}"
    if not published.promoted:
        lines += ["", *_refused(published, flow.training_plan.store)]
        alias = f"{name} version {flow.version}, without the alias {ALIAS}"
    lines += [
        "",
        f"Release    {flow.training_plan.store.rstrip('/')}/releases/{release}",
        f"Cards      make cards  (or: python {ROOT / 'flows' / 'trainflow.py'} "
        "card view leaderboard)",
        f"MLflow     {settings.tracking_uri}, run {flow.mlflow_runs[flow.training_plan.target]}, "
        f"{alias}  (make mlflow)",
    ]
    return "\n".join(lines)


def _refused(published: PublishResult, store_url: str) -> list[str]:
    """What kept the release out of service, and what is in service instead."""
    stays = published.pointer.release_id if published.pointer else "nothing"
    found = [f"           {check.name}: {check.told}" for check in published.failed]
    return [
        f"Not promoted: {published.manifest.release_id} was refused; in service stays {stays}",
        *found,
        f"           To put it in service all the same: energy releases promote "
        f"{published.manifest.release_id} --store {store_url} --why ...",
    ]


def _against(name: str, best: Score, naive: Score | None, note: str) -> str:
    if naive is None or naive.mase is None:
        mase, mape = f"; {BASELINE} failed", ""
    else:
        mase, mape = (
            f" against {naive.mase:.3f} for {BASELINE}",
            f" against {format_percent(naive.mape)}",
        )
    return (
        f"{name:<10} MASE {best.mase:.3f}{mase}; MAPE {format_percent(best.mape)}{mape}; "
        f"80% intervals hold {100 * (best.coverage80 or 0):.0f}%  ({note})"
    )
