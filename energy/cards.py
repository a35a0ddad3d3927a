"""The flow's cards: what a person should see of a run, as Metaflow card components."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from energy import charts
from energy.components import chart, words
from energy.components import table as table_of
from energy.contract import ForecastTable
from energy.data.records import ATTRIBUTION
from energy.data.tables import UNITS
from energy.forecasting.backtest import Plan
from energy.forecasting.bench import BASELINE, BENCH
from energy.forecasting.scores import Score, percent
from energy.summary import TWH_PER_MTOE, next_year
from energy.training import Comparison, Published


def leaderboard(card: Any, compared: Comparison, y: pd.Series, plan: Plan) -> None:
    """Fill the leaderboard card: why this one, everyone's scores, and each forecaster's folds."""
    ranked, unit = compared.ranked, UNITS[str(y.name)]
    words(
        card,
        f"# Leaderboard: {y.name}",
        _title(compared.why).replace(
            _title(compared.champion), f"**{_title(compared.champion)}**", 1
        ),
        f"Chosen on {len(plan.backtest)} rolling origins up to {plan.split} alone, each "
        "forecasting 1 to 12 months ahead with climatology for the weather to come. The "
        f"{len(plan.holdout)} origins after it, to {y.index[-1]}, are reported and decide nothing.",
    )
    chart(card, charts.leaderboard(ranked, BASELINE))
    chart(card, charts.by_horizon(compared.leading))
    words(card, "## Scores")
    table_of(
        card,
        [
            "Forecaster",
            "MASE",
            "MAPE",
            "WIS",
            "80 / 95% hold",
            "Holdout MASE",
            "Holdout MAPE",
            "Holdout 80%",
            "80:20 MAPE",
            "CPU s",
        ],
        [_row(score, compared) for score in ranked],
    )
    words(
        card,
        "MASE below 1 beats the in-sample seasonal naive; WIS is the weighted interval score in "
        f"{unit}; *80 / 95% hold* are the shares of actuals inside the intervals as they would "
        "have been published then. *80:20 MAPE* is one forecast from the split to the end, for "
        "comparison with other work: it is mostly luck, and nothing is ranked on it.",
        "## Each forecaster",
    )
    for score in ranked:
        _one(card, score, compared, unit)


def release(card: Any, published: Published, table: ForecastTable, history: pd.Series) -> None:
    """Fill the release card: the fan, the months, what changed, and where it comes from."""
    manifest = published.manifest
    words(
        card,
        f"# Forecast of {table.target}",
        f"**{next_year(table)}**, by {_title(table.forecaster)}, from data to {table.cutoff}.",
    )
    chart(card, charts.fan(history, table))
    words(card, "## Month by month")
    low80, high80 = table.levels.index(0.1), table.levels.index(0.9)
    a_year_before = {str(m): float(v) for m, v in history.items()}
    table_of(
        card,
        ["Month", f"Forecast, {table.unit}", "80% interval", "95% interval", "On the year before"],
        [
            [
                row.month,
                f"{row.mean:.2f}",
                f"{row.quantiles[low80]:.2f} to {row.quantiles[high80]:.2f}",
                f"{row.quantiles[0]:.2f} to {row.quantiles[-1]:.2f}",
                _change(row.mean, a_year_before.get(str(pd.Period(row.month, "M") - 12))),
            ]
            for row in table.months
        ],
    )
    words(
        card,
        f"Intervals rest on {table.calibration.errors} backtest errors of this forecaster, by "
        f"months ahead. 1 Mtoe is {TWH_PER_MTOE} TWh.",
        "## What changed",
    )
    _changes(card, published, table)
    words(card, "## Lineage")
    lineage = manifest.lineage
    rows = [["release", manifest.release_id], ["made", manifest.created_at]]
    rows += [[f"data: {name}", f"`{sha}`"] for name, sha in lineage.vintage.items()]
    rows += [["code", f"`{lineage.commit}`"], *([f"run: {k}", v] for k, v in lineage.runs.items())]
    rows += [["packages", ", ".join(f"{k} {v}" for k, v in lineage.packages.items())]]
    rows += [[f"file: {n}", f"`{e.sha256}`, {e.bytes:,} B"] for n, e in manifest.files.items()]
    table_of(card, ["What", "Which"], rows)
    words(card, ATTRIBUTION)


def _changes(card: Any, published: Published, table: ForecastTable) -> None:
    if published.before is None:
        told = "This is the first release in this store."
        if published.trouble:
            told = (
                f"The release before could not be read, so nothing is compared: {published.trouble}"
            )
        words(card, told)
        return
    manifest, before = published.before
    rows = [
        [what, old, new]
        for what, old, new in (
            ("release", manifest.release_id, published.manifest.release_id),
            ("target", before.target, table.target),
            ("forecaster", before.forecaster, table.forecaster),
            ("data to", before.cutoff, table.cutoff),
            ("data, SHA-256", *(_hashes(m) for m in (manifest, published.manifest))),
            ("code", manifest.lineage.commit[:12], published.manifest.lineage.commit[:12]),
        )
    ]
    table_of(card, ["", "Before", "Now"], rows)
    old = {row.month: row.mean for row in before.months}
    shared = [(row.mean, old[row.month]) for row in table.months if row.month in old]
    if before.target != table.target or not shared:
        words(card, "The two have no month of the same target in common.")
        return
    moved = [new - was for new, was in shared]
    furthest = max(moved, key=abs)
    words(
        card,
        f"Over the {len(shared)} months in both, the forecast moved by {sum(moved):+.2f} "
        f"{table.unit} in all; the largest change in one month is {furthest:+.2f}.",
    )


def _one(card: Any, score: Score, compared: Comparison, unit: str) -> None:
    entry = BENCH[score.forecaster]
    if score.failure is not None:
        words(card, f"### {_title(score.forecaster)}", f"Failed: {score.failure}")
        return
    facts = [entry.kind, "on logs where positive" if entry.log else "in levels"]
    facts += ["uses weather"] if entry.weather else []
    facts += [f"median of {', '.join(map(_title, entry.members))}"] if entry.members else []
    words(
        card,
        f"### {_title(score.forecaster)}",
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
        return [_title(name), "failed", *[""] * 8]
    return [
        f"**{_title(name)}**" if name == compared.champion else _title(name),
        f"{score.mase:.3f}",
        percent(score.mape),
        f"{score.wis:.3f}",
        f"{_share(score.coverage80)} / {_share(score.coverage95)}",
        f"{held.mase:.3f}" if held else "",
        percent(held.mape) if held else "",
        _share(held.coverage80) if held else "",
        percent(compared.single_origin.get(name)) if held else "",
        f"{score.seconds:.1f}",
    ]


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f}%"


def _change(now: float, before: float | None) -> str:
    return "" if not before else f"{100 * (now / before - 1):+.1f}%"


def _hashes(manifest: Any) -> str:
    return ", ".join(sha[:12] for sha in manifest.lineage.vintage.values())


def _title(name: str) -> str:
    return name.replace("_", " ")
