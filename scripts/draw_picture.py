"""Draw the README's pictures and fill in its figures from the release in service."""

import json
import sys

import pandas as pd
from figures import markdown_table, replace_block

from energy import charts
from energy.contract import ForecastTable
from energy.forecasting.metrics import Score, format_percent
from energy.releases.bundle import HISTORY, SCORES, read_file, read_manifest, read_table
from energy.releases.reader import read_champion
from energy.releases.store import open_store
from energy.reports.run_summary import next_twelve_months
from energy.settings import ROOT, Settings

VERSIONS = ROOT / "benchmarks" / "versions.json"


def main() -> int:
    store = open_store(Settings.from_environment().store)
    pointer = read_champion(store)
    if pointer is None:
        print("error: nothing is published yet; 'make run' publishes.", file=sys.stderr)
        return 1
    manifest = read_manifest(store, pointer.release_id)
    table = read_table(store, manifest)
    scores = json.loads(read_file(store, manifest, SCORES))
    past = json.loads(read_file(store, manifest, HISTORY))
    months = pd.period_range(past["first_month"], periods=len(past["values"]), freq="M")
    ranked = [Score(**row) for row in scores["backtest"]]
    images = ROOT / "docs" / "images"
    images.mkdir(parents=True, exist_ok=True)
    history = pd.Series(past["values"], months, name=manifest.target)
    drawn = charts.fan(history, table, of=manifest.title)
    (images / "forecast.svg").write_text(charts.svg(drawn), "utf-8")
    (images / "leaderboard.svg").write_text(charts.svg(charts.leaderboard(ranked)), "utf-8")
    replace_block(ROOT / "README.md", "figures", _figures(table, ranked, scores))
    replace_block(ROOT / "docs" / "forecasting.md", "versions", _versions(ranked[0], scores))
    print(
        "Wrote docs/images/forecast.svg, docs/images/leaderboard.svg and the figures of the docs."
    )
    return 0


def _versions(champion: Score, scores: dict) -> str:
    """What the holdout showed of each version of the bench, this one's as it shows it now."""
    rows = json.loads(VERSIONS.read_text("utf-8"))
    held = scores["holdout"][champion.forecaster]
    for row in rows:
        if row["version"] == scores["bench_version"]:
            row |= {"champion": champion.forecaster, "folds": held["folds"]}
            row |= {name: round(held[name], 4) for name in ("mase", "mape", "coverage80")}
    VERSIONS.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return markdown_table(
        ["version", "what changed", "champion", "folds", "MASE", "MAPE", "80% holds"],
        [
            [
                str(row["version"]),
                row["changed"],
                row["champion"].replace("_", " "),
                str(row["folds"]),
                f"{row['mase']:.3f}",
                format_percent(row["mape"]),
                f"{row['coverage80']:.0%}",
            ]
            for row in rows
        ],
    )


def _figures(table: ForecastTable, ranked: list[Score], scores: dict) -> str:
    holdout, nowcast = scores["holdout"], scores["nowcast"]
    rows = [
        [
            f"**{s.forecaster}**" if i == 0 else s.forecaster,
            f"{s.mase:.3f}",
            format_percent(s.mape),
            f"{100 * (s.coverage80 or 0):.0f}%",
            format_percent(nowcast[s.forecaster]["mape"]) if s.forecaster in nowcast else "",
            f"{holdout[s.forecaster]['mase']:.3f}",
            format_percent(holdout[s.forecaster]["mape"]),
            f"{100 * holdout[s.forecaster]['coverage80']:.0f}%",
        ]
        for i, s in enumerate(ranked)
        if s.failure is None
    ]
    header = ["forecaster", "MASE", "MAPE", "80% holds", "nowcast MAPE"]
    header += ["holdout MASE", "holdout MAPE", "holdout 80%"]
    return (
        f"Data to {table.cutoff}: **{next_twelve_months(table)}**, by `{table.forecaster}`, "
        "chosen on "
        f"{ranked[0].folds} rolling origins, 1 to 12 months ahead (bench version "
        f"{scores['bench_version']}).\n\n"
        f"{markdown_table(header, rows)}"
    )


if __name__ == "__main__":
    sys.exit(main())
