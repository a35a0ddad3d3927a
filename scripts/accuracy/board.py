"""From fold frames to the rows of benchmarks/accuracy.json, and what they come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from accuracy.protocol import COVID

from energy.forecasting.folds import MONTHS_SCORED
from energy.forecasting.metrics import coverage_error, diebold_mariano, score_figures
from energy.forecasting.models import BASELINE, FORECASTERS

PROTOCOLS = {
    "training": "every month a cutoff, 12 months ahead, training part",
    "nowcast": "the same, one month ahead in the weather that came",
    "holdout_before_covid": "held-out cutoffs whose months all lie before March 2020",
    "holdout": "all held-out cutoffs, 2020 among them",
    "nowcast_holdout": "held-out cutoffs, one month ahead in the weather that came",
    "single_origin_2017": "one forecast of 65 months from January 2017, as the seed project",
    "single_origin": "one forecast from the split to the end",
}


def parts(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each protocol in a fold frame; absent where there are none."""
    of = {name: frame[frame["protocol"] == name] for name in frame["protocol"].unique()}
    near = {name: rows[rows["horizon"] <= MONTHS_SCORED] for name, rows in of.items()}
    found = {"training": near.get("backtest"), "nowcast": of.get("nowcast")}
    held = near.get("holdout")
    if held is not None:
        last = held.groupby("cutoff")["month"].transform("max")
        found |= {"holdout_before_covid": held[last < COVID], "holdout": held}
    for name in ("nowcast_holdout", "single_origin_2017", "single_origin"):
        found[name] = of.get(name)
    return {name: found[name] for name in PROTOCOLS if found.get(name) is not None}


def rows(
    source: str, frames: Mapping[str, pd.DataFrame], seconds: Mapping[str, float]
) -> list[dict[str, Any]]:
    """A row for each forecaster and protocol, as accuracy.json has them."""
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


def paired(ours: pd.DataFrame, others: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """Whether our champion's error differs from each opponent's by more than noise.

    The loss of a cutoff is the mean absolute percentage error of its twelve months, so that
    neighbouring losses share eleven; the training part's cutoffs that both have are compared.
    """
    mine, found = _losses(ours), []
    for name, frame in others.items():
        theirs = _losses(frame)
        shared = mine.index.intersection(theirs.index)
        loss, other = mine[shared].to_numpy(), theirs[shared].to_numpy()
        difference, p = diebold_mariano(loss, other, MONTHS_SCORED)
        found.append(
            {
                "opponent": name,
                "cutoffs": len(shared),
                "difference": round(difference, 3),
                "p": round(p, 4),
                "better_at": round(float((loss < other).mean()), 3),
            }
        )
    return found


def by_horizon(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Coverage by months ahead, with its sampling error, on the training part."""
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
    """The figures that the project is judged by."""

    def of(forecaster: str, protocol: str) -> dict[str, Any]:
        return next(r for r in table if (r["forecaster"], r["protocol"]) == (forecaster, protocol))

    training = [r for r in table if r["protocol"] == "training"]
    field = [r for r in training if r["source"] == "field"]
    univariate = [r for r in training if _is_univariate(r)]
    best = min(field or univariate, key=lambda r: r["mape"])
    won, nowcast = of(champion, "training"), of(champion, "nowcast")
    sharpest = min((r for r in training if r["forecaster"] != champion), key=lambda r: r["wis"])
    rivals = min((r for r in field or univariate), key=lambda r: r["wis"])
    return {
        "champion": champion,
        "mape_12": won["mape"],
        "wis_12": won["wis"],
        "mase_12": won["mase"],
        "best_univariate": best["forecaster"],
        "best_univariate_mape_12": best["mape"],
        "gain_over_best_univariate": round(1 - won["mape"] / best["mape"], 4),
        "best_field_wis": rivals["forecaster"],
        "best_field_wis_12": rivals["wis"],
        "next_wis": sharpest["forecaster"],
        "next_wis_12": sharpest["wis"],
        "nowcast_mape": nowcast["mape"],
        "nowcast_coverage80": nowcast["coverage80"],
        "coverage80": won["coverage80"],
        "coverage80_error": won["coverage80_error"],
        "coverage95": won["coverage95"],
        "holdout_before_covid_mape": of(champion, "holdout_before_covid")["mape"],
        "holdout_mape": of(champion, "holdout")["mape"],
        "holdout_coverage80": of(champion, "holdout")["coverage80"],
        "baseline_holdout_before_covid_mape": of(BASELINE, "holdout_before_covid")["mape"],
        "single_origin_2017_mape": of(champion, "single_origin_2017")["mape"],
    }


def _is_univariate(row: dict[str, Any]) -> bool:
    return row["source"] == "field" or not FORECASTERS[row["forecaster"]].weather


def _losses(frame: pd.DataFrame) -> pd.Series:
    training = parts(frame)["training"]
    error = 100 * np.abs(training["actual"] - training["mean"]) / training["actual"]
    return error.groupby(training["cutoff"]).mean()


def _rounded(value: float | None) -> float | None:
    return None if value is None or not np.isfinite(value) else round(float(value), 4)
