"""Select the champion from backtest scores, explain the choice, and refit it on all months."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from energy.contract import ForecastMonth, ForecastTable
from energy.errors import ForecastingError
from energy.forecasting.backtest import fit, forecast, observed_ahead, regressors
from energy.forecasting.folds import is_positive, resolved_folds
from energy.forecasting.intervals import calibrate, quantiles
from energy.forecasting.metrics import Score
from energy.forecasting.models import BASELINE, COMBINATIONS, FORECASTERS

MARGIN = 0.002
"""A forecaster whose MASE is this close to the lowest is tied with the best: the same fits on
another processor differ by up to 0.0012."""
TIE_DIGITS = 4
"""Two forecasters of one of many series whose MASE is equal to this many decimals are tied."""


def rank_forecasters(scores: Sequence[Score]) -> list[Score]:
    """Put the champion first, then the others by MASE, failures last.

    The champion is a combination, the first of COMBINATIONS that has a score; in a run without one,
    the forecaster with the lowest MASE. Forecasters within MARGIN of the lowest MASE are tied, and
    are sorted by their order in FORECASTERS, where simpler ones come first.

    Raises:
        ForecastingError: Every forecaster failed, or there is none.
    """
    order = list(FORECASTERS)
    scored = {score.forecaster: score.mase or 0.0 for score in scores if _is_scored(score)}
    if not scored:
        reasons = "; ".join(f"{score.forecaster}: {score.failure or ''}" for score in scores)
        raise ForecastingError(
            f"Every forecaster failed, so there is nothing to publish. {reasons}"
        )
    tie_limit = min(scored.values()) + MARGIN
    champion = next((name for name in COMBINATIONS if name in scored), "")

    def sort_key(score: Score) -> tuple[bool, bool, float, int]:
        name = score.forecaster
        mase = max(scored.get(name, 0.0), tie_limit)
        return name not in scored, name != champion, mase, order.index(name)

    return sorted(scores, key=sort_key)


def _is_scored(score: Score) -> bool:
    mase, wis = score.mase, score.wis
    return mase is not None and wis is not None and isfinite(mase + wis)


def explain_choice(ranked: Sequence[Score], weights: Mapping[str, float] | None = None) -> str:
    """Why the first of the ranking is the champion, in a sentence.

    Args:
        ranked: From `rank_forecasters`.
        weights: By member, if the champion is a combination.
    """
    best, *others = [score for score in ranked if score.failure is None]
    lowest = min(score.mase or 0.0 for score in (best, *others))
    if weights:
        shares = ", ".join(
            f"{name} {100 * weight:.0f}%"
            for name, weight in sorted(weights.items(), key=lambda item: -item[1])
        )
        reason = (
            f"{best.forecaster} is the mean of {len(weights)} forecasters, weighted by the inverse "
            f"of their squared recent errors ({shares}). A mean of families is published whenever "
            f"it can be made, because the best of the past is seldom the best of the future. Its "
            f"MASE over {best.folds} folds of the training part is {best.mase:.3f}"
        )
    else:
        tie = "the lowest MASE" if best.mase == lowest else f"a MASE within {MARGIN} of the lowest"
        reason = (
            f"{best.forecaster} has {tie} over {best.folds} folds of the training part: "
            f"{best.mase:.3f}"
        )
    if others:
        rank = "best single forecaster" if weights else "next best"
        single = next((s for s in others if not FORECASTERS[s.forecaster].members), others[0])
        second = single if weights else others[0]
        reason += f", against {second.mase:.3f} for the {rank}, {second.forecaster}"
        baseline = next((score for score in others if score.forecaster == BASELINE), None)
        if baseline and baseline is not second:
            reason += f", and {baseline.mase:.3f} for {BASELINE}"
    return reason + "."


def refit_champion(
    forecaster: str,
    y: pd.Series,
    weather: pd.DataFrame | None,
    folds: pd.DataFrame,
    horizon: int,
    unit: str,
    weights: Mapping[str, float] | None = None,
) -> tuple[Any, ForecastTable]:
    """Fit the champion on all months and make the forecast table.

    Months whose weather is published already are forecast with it (nowcasts).

    Args:
        forecaster: Name of the champion.
        y: All months of the series.
        weather: Columns `temperature` and `degree_days` covering it, or None.
        folds: Its fold frame, whose errors the intervals rest on.
        horizon: Months to publish.
        unit: The series' unit.
        weights: By member of a combination, from `combination.member_weights`.

    Returns:
        The fitted sktime forecaster, and the table of `horizon` months.
    """
    positive = is_positive(y)
    fitted = fit(forecaster, y, regressors(forecaster, y, weather), positive, weights)
    ahead = observed_ahead(forecaster, y.index[-1], weather)
    mean = forecast(forecaster, fitted, horizon, positive, ahead)
    observed = {} if ahead is None else {str(m): float(v) for m, v in ahead["degree_days"].items()}
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
    """The table of a forecast, with intervals calibrated on the errors up to the end of `y`.

    Args:
        forecaster: Name of the forecaster.
        y: All months of the series.
        mean: Forecasts of the months that follow it.
        folds: Fold frame of the same forecaster.
        weather: Columns `temperature` and `degree_days`, or None.
        unit: The series' unit.
        observed: Daily average degree days by month, of months forecast with actual weather.
    """
    months, cutoff = pd.PeriodIndex(mean.index), y.index[-1]
    horizon = np.arange(1, len(mean) + 1)
    calibration = calibrate(y, resolved_folds(folds, cutoff), len(mean), is_positive(y), weather)
    weather_known = np.array([str(month) in observed for month in months])
    q = quantiles(mean.to_numpy(), horizon, months, calibration, weather_known)
    rows = tuple(
        ForecastMonth(str(month), int(h), float(m), tuple(map(float, row)))
        for month, h, m, row in zip(months, horizon, mean, q, strict=True)
    )
    return ForecastTable(
        str(y.name), unit, str(cutoff), forecaster, rows, calibration, observed=dict(observed)
    )


def model_to_zip(fitted: Any) -> bytes:
    """The fitted forecaster as sktime's zip, which `sktime.base.load` reads."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        fitted.save(path)
        return path.with_suffix(".zip").read_bytes()


def model_from_zip(model: bytes) -> Any:
    """Load a forecaster from `model_to_zip`. This unpickles, so the bytes must be trusted."""
    from sktime.base import load

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.zip"
        path.write_bytes(model)
        return load(path)
