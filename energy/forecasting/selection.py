"""Choose the champion from backtest scores, explain the choice, and refit it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy import legacy_errors
from energy.contract import ForecastMonth, ForecastTable
from energy.forecasting.backtest import fit, forecast, observed_ahead, regressors
from energy.forecasting.folds import is_positive
from energy.forecasting.intervals import calibrate, folds_before, quantiles
from energy.forecasting.metrics import Score
from energy.forecasting.models import BASELINE, FORECASTERS

TIE = 4
"""Decimals of MASE beyond which two forecasters count as equal."""


def rank_forecasters(scores: Sequence[Score]) -> list[Score]:
    """Best first: by MASE, ties by weighted interval score, then bench order; failures last.

    Raises:
        EveryForecasterFailed: No score has a figure.
    """
    order = list(FORECASTERS)

    def key(score: Score) -> tuple[bool, float, float, int]:
        mase, wis = score.mase, score.wis
        place = order.index(score.forecaster)
        if mase is None or wis is None or not isfinite(mase + wis):
            return True, 0.0, 0.0, place
        return False, round(mase, TIE), wis, place

    ranked = sorted(scores, key=key)
    if not ranked or key(ranked[0])[0]:
        raise legacy_errors.EveryForecasterFailed({s.forecaster: s.failure or "" for s in ranked})
    return ranked


def explain_choice(ranked: Sequence[Score]) -> str:
    """Why the first of the ranking is the champion, in a sentence or two."""
    best, *others = [score for score in ranked if score.failure is None]
    told = (
        f"{best.forecaster} has the lowest MASE over {best.folds} folds of the training part: "
        f"{best.mase:.3f}"
    )
    if others:
        told += f", against {others[0].mase:.3f} for the next best, {others[0].forecaster}"
    baseline = next((s for s in others if s.forecaster == BASELINE), None)
    if baseline and baseline is not others[0]:
        told += f", and {baseline.mase:.3f} for {BASELINE}"
    return told + "."


def refit_champion(
    forecaster: str,
    y: pd.Series,
    weather: pd.DataFrame | None,
    folds: pd.DataFrame,
    horizon: int,
    unit: str,
    weights: Sequence[float] | None = None,
) -> tuple[Any, ForecastTable]:
    """Fit the champion on all months and make the forecast table.

    Months whose weather is published already are forecast with it: nowcasts.

    Args:
        forecaster: Its name on the bench.
        y: The whole series.
        weather: Columns `temperature` and `degree_days` covering it, or None.
        folds: Its fold frame; the intervals rest on the errors in it.
        horizon: Months to publish.
        unit: The series' unit.
        weights: Of a combination's members; see `combination.weights`.

    Returns:
        The fitted sktime forecaster, and the table of `horizon` months.
    """
    positive = is_positive(y)
    fitted = fit(forecaster, y, regressors(forecaster, y, weather), positive, weights)
    out = observed_ahead(forecaster, y.index[-1], weather)
    mean = forecast(forecaster, fitted, horizon, positive, out)
    observed = {} if out is None else {str(m): float(v) for m, v in out["degree_days"].items()}
    return fitted, forecast_table(forecaster, y, mean, folds, weather, unit, observed)


def forecast_table(
    forecaster: str,
    y: pd.Series,
    mean: pd.Series,
    folds: pd.DataFrame,
    weather: pd.DataFrame | None,
    unit: str,
    observed: Mapping[str, float],
) -> ForecastTable:
    """The table of a forecast, with intervals that rest on the errors made before.

    Args:
        forecaster: Its name on the bench.
        y: The whole series.
        mean: Forecasts of the months that follow it.
        folds: Fold frame of the same forecasts.
        weather: Columns `temperature` and `degree_days`, or None.
        unit: The series' unit.
        observed: Daily average degree days by month of the months forecast in known weather.
    """
    months, cutoff = pd.PeriodIndex(mean.index), y.index[-1]
    ahead = np.arange(1, len(mean) + 1)
    calibration = calibrate(y, folds_before(folds, cutoff), len(mean), is_positive(y), weather)
    known = np.array([str(month) in observed for month in months])
    q = quantiles(mean.to_numpy(), ahead, months, calibration, known)
    rows = tuple(
        ForecastMonth(str(month), int(h), float(m), tuple(map(float, row)))
        for month, h, m, row in zip(months, ahead, mean, q, strict=True)
    )
    return ForecastTable(
        str(y.name), unit, str(cutoff), forecaster, rows, calibration, observed=dict(observed)
    )


def model_to_zip(fitted: Any) -> bytes:
    """The fitted forecaster as sktime's own zip, which `sktime.base.load` reads."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        fitted.save(path)
        return path.with_suffix(".zip").read_bytes()


def model_from_zip(model: bytes) -> Any:
    """The inverse of `to_zip`. It unpickles: only for bytes made here or verified."""
    from sktime.base import load

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.zip"
        path.write_bytes(model)
        return load(path)
