"""Score fold frames for benchmarks/accuracy.json; tables and charts for docs/forecasting.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy import charts
from energy.forecasting.folds import MONTHS_SCORED
from energy.forecasting.metrics import (
    Score,
    coverage_error,
    diebold_mariano,
    score_figures,
    score_folds,
)
from energy.forecasting.models import BASELINE, uses_weather
from scripts.markdown_blocks import markdown_table, replace_block

PROTOCOLS = {
    "training": "every month a cutoff, 12 months ahead, training part",
    "nowcast": "the same, one month ahead in the weather that came",
    "holdout_before_covid": "held-out cutoffs whose months all lie before March 2020",
    "holdout": "all held-out cutoffs, 2020 among them",
    "nowcast_holdout": "held-out cutoffs, one month ahead in the weather that came",
    "single_origin_2017": "one forecast of 65 months from January 2017, as the seed project",
    "single_origin": "one forecast from the split to the end",
}
SEED_PUBLISHED = {"AutoARIMA": 5.1, "exponential smoothing": 5.7, "SARIMAX": 5.5}
"""MAPE in per cent of that forecast, as adin786/energy_forecast published it."""
COVID = pd.Period("2020-03", freq="M")
"""First month of the pandemic."""
Row = dict[str, Any]


def parts(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Rows of a fold frame by protocol; protocols without rows are left out."""
    by_protocol = {name: frame[frame["protocol"] == name] for name in frame["protocol"].unique()}
    near = {name: rows[rows["horizon"] <= MONTHS_SCORED] for name, rows in by_protocol.items()}
    rows_by_protocol = {"training": near.get("backtest"), "nowcast": by_protocol.get("nowcast")}
    holdout = near.get("holdout")
    if holdout is not None:
        last = holdout.groupby("cutoff")["month"].transform("max")
        rows_by_protocol |= {"holdout_before_covid": holdout[last < COVID], "holdout": holdout}
    for name in ("nowcast_holdout", "single_origin_2017", "single_origin"):
        rows_by_protocol[name] = by_protocol.get(name)
    return {
        name: rows_by_protocol[name] for name in PROTOCOLS if rows_by_protocol.get(name) is not None
    }


def score_rows(
    source: str, frames: Mapping[str, pd.DataFrame], seconds: Mapping[str, float]
) -> list[dict[str, Any]]:
    """A row of accuracy.json for each forecaster and protocol."""
    return [
        {
            "forecaster": name,
            "source": source,
            "protocol": protocol,
            "folds": int(part["cutoff"].nunique()),
            **{key: _rounded(value) for key, value in score_figures(part).items()},
            "coverage80_error": _rounded(coverage_error(part)),
            "seconds": round(seconds[name], 1),
        }
        for name, frame in frames.items()
        for protocol, part in parts(frame).items()
    ]


def paired(champion: pd.DataFrame, others: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Compare the champion's errors with each opponent's (Diebold and Mariano 1995).

    The loss of a cutoff is the MAPE of its twelve months, so that losses of neighbouring cutoffs
    share eleven months. Cutoffs of the training part that both have are compared.
    """
    losses, pairs = _losses(champion), []
    for name, frame in others.items():
        other_losses = _losses(frame)
        shared = losses.index.intersection(other_losses.index)
        loss, other = losses[shared].to_numpy(), other_losses[shared].to_numpy()
        difference, p = diebold_mariano(loss, other, MONTHS_SCORED)
        pairs.append(
            {
                "opponent": name,
                "cutoffs": len(shared),
                "difference": round(difference, 3),
                "p": round(p, 4),
                "better_at": round(float((loss < other).mean()), 3),
            }
        )
    return pairs


def by_horizon(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Error and coverage by months ahead, on the training part."""
    training = parts(frame)["training"]
    return [
        {
            "horizon": int(horizon),
            "mape": _rounded(score_figures(at)["mape"]),
            "coverage80": _rounded(score_figures(at)["coverage80"]),
            "coverage80_error": _rounded(coverage_error(at)),
            "coverage95": _rounded(score_figures(at)["coverage95"]),
        }
        for horizon, at in training.groupby("horizon")
    ]


def summary(table: list[dict[str, Any]], champion: str) -> dict[str, Any]:
    """The main figures: accuracy, coverage, and the gain over the best of the field."""

    def row_of(forecaster: str, protocol: str) -> dict[str, Any]:
        return next(r for r in table if (r["forecaster"], r["protocol"]) == (forecaster, protocol))

    training = [r for r in table if r["protocol"] == "training"]
    field = [r for r in training if r["source"] == "field"]
    univariate = [r for r in training if _is_univariate(r)]
    best = min(field or univariate, key=lambda r: r["mape"])
    best_row, nowcast = row_of(champion, "training"), row_of(champion, "nowcast")
    sharpest = min((r for r in training if r["forecaster"] != champion), key=lambda r: r["wis"])
    rivals = min((r for r in field or univariate), key=lambda r: r["wis"])
    return {
        "champion": champion,
        "mape_12": best_row["mape"],
        "wis_12": best_row["wis"],
        "mase_12": best_row["mase"],
        "best_univariate": best["forecaster"],
        "best_univariate_mape_12": best["mape"],
        "gain_over_best_univariate": round(1 - best_row["mape"] / best["mape"], 4),
        "best_field_wis": rivals["forecaster"],
        "best_field_wis_12": rivals["wis"],
        "next_wis": sharpest["forecaster"],
        "next_wis_12": sharpest["wis"],
        "nowcast_mape": nowcast["mape"],
        "nowcast_coverage80": nowcast["coverage80"],
        "coverage80": best_row["coverage80"],
        "coverage80_error": best_row["coverage80_error"],
        "coverage95": best_row["coverage95"],
        "holdout_before_covid_mape": row_of(champion, "holdout_before_covid")["mape"],
        "holdout_mape": row_of(champion, "holdout")["mape"],
        "holdout_coverage80": row_of(champion, "holdout")["coverage80"],
        "baseline_holdout_before_covid_mape": row_of(BASELINE, "holdout_before_covid")["mape"],
        "single_origin_2017_mape": row_of(champion, "single_origin_2017")["mape"],
    }


def _is_univariate(row: dict[str, Any]) -> bool:
    return row["source"] == "field" or not uses_weather(row["forecaster"])


def _losses(frame: pd.DataFrame) -> pd.Series:
    training = parts(frame)["training"]
    error = 100 * np.abs(training["actual"] - training["mean"]) / training["actual"]
    return error.groupby(training["cutoff"]).mean()


def _rounded(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 4)


def write_page(document: Path, result: dict[str, Any]) -> None:
    """Replace the generated blocks of the page."""
    blocks = {
        "summary": _summary_block(result),
        "training": _protocol_table(result["rows"], "training"),
        "reported": _mape_table(result["rows"]),
        "held": _protocol_table(result["rows"], "holdout_before_covid"),
        "paired": plain_table([{**r, "p": _p(r["p"])} for r in result["paired"]]),
        "horizon": plain_table(result["by_horizon"]),
        "fuels": _fuels(result["fuels"]),
    }
    for name, text in blocks.items():
        replace_block(document, name, text)


def draw_charts(folder: Path, frames: Mapping[str, pd.DataFrame], names: Sequence[str]) -> None:
    """Draw error by months ahead and by calendar month, and the champion's coverage, as SVG."""
    scores: list[Score] = []
    for name in names:
        rolling = frames[name][frames[name]["protocol"] == "backtest"]
        scores.append(score_folds(name, rolling, 0.0))
    charted = {name: frames[name] for name in names}
    for file, chart in {
        "accuracy-horizon.svg": charts.by_horizon(scores, "mape"),
        "accuracy-month.svg": charts.by_month(charted),
        "coverage.svg": charts.coverage(frames[names[0]]),
    }.items():
        (folder / file).write_text(charts.svg(charts.spec(chart)), "utf-8")


def _summary_block(result: dict[str, Any]) -> str:
    values = result["summary"]
    measured = (
        f"Measured {result['measured_at']}, candidate models, version {result['bench_version']}"
    )
    rows = [
        ["MAPE, 12 months ahead", f"{values['mape_12']:.2f}%", "at most 3.0%"],
        [
            f"below the best univariate of the field ({in_words(values['best_univariate'])}, "
            f"{values['best_univariate_mape_12']:.2f}%)",
            f"{values['gain_over_best_univariate']:.1%}",
            "at least 12%",
        ],
        ["MAPE of the nowcast", f"{values['nowcast_mape']:.2f}%", "at most 1.8%"],
        [
            "weighted interval score, Mtoe",
            f"{values['wis_12']:.3f}",
            f"best of all (field: {in_words(values['best_field_wis'])} "
            f"{values['best_field_wis_12']:.3f}; ours: {in_words(values['next_wis'])} "
            f"{values['next_wis_12']:.3f})",
        ],
        [
            "80% interval coverage",
            f"{values['coverage80']:.1%} (standard error {values['coverage80_error']:.1%})",
            "77% to 83%",
        ],
        ["95% interval coverage", f"{values['coverage95']:.1%}", "92% to 98%"],
        [
            "MAPE, held-out cutoffs before covid",
            f"{values['holdout_before_covid_mape']:.2f}%",
            "at most 2.7%",
        ],
        [
            "MAPE, one forecast of 65 months from 2017-01",
            f"{values['single_origin_2017_mape']:.2f}%",
            "none; the seed project's: "
            + ", ".join(f"{name} {mape}%" for name, mape in SEED_PUBLISHED.items()),
        ],
    ]
    champion = f"champion on these folds: **{in_words(values['champion'])}**."
    return f"{measured}; {champion}\n\n{markdown_table(['what', 'figure', 'goal'], rows)}"


def _protocol_table(rows: Sequence[Row], protocol: str) -> str:
    some = sorted((r for r in rows if r["protocol"] == protocol), key=lambda r: r["mase"])
    header = [
        "forecaster",
        "from",
        "folds",
        "MASE",
        "MAPE",
        "WIS",
        "80% coverage",
        "95% coverage",
        "CPU s",
    ]
    return markdown_table(
        header,
        [
            [
                in_words(r["forecaster"]),
                "ours" if r["source"] == "bench" else r["source"],
                str(r["folds"]),
                f"{r['mase']:.3f}",
                f"{r['mape']:.2f}%",
                f"{r['wis']:.3f}",
                f"{r['coverage80']:.0%}",
                f"{r['coverage95']:.0%}",
                f"{r['seconds']:.0f}",
            ]
            for r in some
        ],
    )


def _mape_table(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(r["forecaster"] for r in rows))
    by_key = {(r["forecaster"], r["protocol"]): r for r in rows}
    protocols = [p for p in PROTOCOLS if p != "training"]
    table = []
    for name in names:
        cells = [by_key.get((name, protocol)) for protocol in protocols]
        table.append([in_words(name), *("" if r is None else f"{r['mape']:.2f}%" for r in cells)])
    return markdown_table(["MAPE", *(p.replace("_", " ") for p in protocols)], table)


def _fuels(fuels: dict[str, Any]) -> str:
    methods = list(fuels["mase"])
    table = [
        [
            in_words(series),
            in_words(champion),
            f"{fuels['baseline_mase'][series]:.3f}",
            *(f"{fuels['mase'][method][series]:.3f}" for method in methods),
        ]
        for series, champion in fuels["champions"].items()
    ]
    table.append(["mean", "", "", *(f"{fuels['mean_mase'][method]:.3f}" for method in methods)])
    header = ["series", "champion", in_words(BASELINE), *(in_words(method) for method in methods)]
    return markdown_table(header, table)


def plain_table(rows: Sequence[Row], columns: Sequence[str] | None = None) -> str:
    names = list(columns or dict.fromkeys(key for row in rows for key in row))
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    return markdown_table([in_words(name) for name in names], cells)


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else in_words(str(value))


def in_words(name: str) -> str:
    return name.replace("_", " ")
