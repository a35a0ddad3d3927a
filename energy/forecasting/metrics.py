"""Accuracy metrics: functions on arrays, and the `Score` of a whole backtest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from energy.contract import LEVELS
from energy.forecasting.folds import MONTHS_SCORED, SP, quantile_columns
from energy.formatting import format_percent

Array = npt.NDArray[np.float64]


def seasonal_naive_scale(y: Array, sp: int = SP) -> float:
    """MASE's denominator: mean absolute change on the same month a year before, in y's unit.

    >>> seasonal_naive_scale(np.array([1.0, 2.0, 2.0, 4.0]), sp=2)
    1.5
    """
    return float(np.abs(y[sp:] - y[:-sp]).mean())


def error_scale(seen: Array, y: Array) -> float:
    """MASE's denominator at a cutoff, in y's unit: above zero for every series.

    That is `seasonal_naive_scale` of the months seen; where they repeat exactly, that of the whole
    series, else its mean absolute change from month to month, its mean absolute figure, or 1.

    Args:
        seen: The series up to the cutoff.
        y: The whole series.

    >>> error_scale(np.full(24, 42.0), np.full(84, 42.0))
    42.0
    """
    tiny = 1e-12 * np.abs(y).max()
    scales = (
        seasonal_naive_scale(seen),
        seasonal_naive_scale(y),
        float(np.abs(np.diff(y)).mean()),
        float(np.abs(y).mean()),
    )
    return next((scale for scale in scales if scale > tiny), 1.0)


def mase(actual: Array, mean: Array, scale: Array | float) -> float:
    """Mean absolute scaled error: below 1 beats the in-sample seasonal naive.

    >>> mase(np.array([10.0, 12.0]), np.array([11.0, 12.0]), 2.0)
    0.25
    """
    return float((np.abs(actual - mean) / scale).mean())


def mape(actual: Array, mean: Array) -> float | None:
    """Mean absolute percentage error in per cent; None if an actual is zero or below.

    >>> mape(np.array([10.0, 20.0]), np.array([11.0, 20.0]))
    5.0
    >>> mape(np.array([0.0]), np.array([1.0])) is None
    True
    """
    if np.any(actual <= 0):
        return None
    return float(100 * np.abs((actual - mean) / actual).mean())


def weighted_interval_score(
    actual: Array, quantiles: Array, levels: Sequence[float] = LEVELS
) -> float:
    """Weighted interval score in the series' unit, lower is better: twice the mean pinball loss.

    Args:
        actual: Shape (n,).
        quantiles: Shape (n, k), columns in the order of `levels`.
        levels: k symmetric probabilities with the median among them.

    >>> weighted_interval_score(np.array([3.0]), np.array([[1.0, 2.0, 3.0]]), (0.1, 0.5, 0.9))
    0.466666...
    """
    p = np.asarray(levels)
    miss = actual[:, None] - quantiles
    return float(2 * np.maximum(p * miss, (p - 1) * miss).mean())


def empirical_coverage(actual: Array, lower: Array, upper: Array) -> float:
    """Share of actuals inside their interval, bounds included.

    >>> empirical_coverage(np.array([1.0, 5.0]), np.array([0.0, 0.0]), np.array([2.0, 2.0]))
    0.5
    """
    return float(((actual >= lower) & (actual <= upper)).mean())


def coverage_error(folds: pd.DataFrame, lower: float = 0.1) -> float:
    """Standard error of an interval's empirical coverage over the rows of a fold frame.

    Neighbouring folds forecast the same months, so their rows are not independent: those whose
    months lie in the same calendar year count as one cluster (Cameron and Miller 2015,
    doi:10.3368/jhr.50.2.317). NaN with fewer than two years.

    Args:
        folds: A fold frame with quantiles.
        lower: The lower of LEVELS of the interval; 0.1 for the 80% interval.
    """
    place = LEVELS.index(lower)
    low, high = f"q{LEVELS[place]}", f"q{LEVELS[-1 - place]}"
    inside = (folds["actual"] >= folds[low]) & (folds["actual"] <= folds[high])
    off = inside - inside.mean()
    years = off.groupby(pd.PeriodIndex(folds["month"]).year).sum()
    if len(years) < 2:
        return float("nan")
    correction = len(years) / (len(years) - 1)
    return float(np.sqrt(correction * (years**2).sum()) / len(folds))


def diebold_mariano(loss: Array, other: Array, horizon: int) -> tuple[float, float]:
    """Test whether two forecasters' losses differ by more than noise.

    The test of Diebold and Mariano (1995) with the small-sample correction and Student's t of
    Harvey, Leybourne and Newbold (1997), doi:10.1016/S0169-2070(96)00719-4. The variance is Newey
    and West's, which is never negative, with `horizon - 1` lags.

    Args:
        loss: A figure for each cutoff, in time order: shape (n,).
        other: The other forecaster's, at the same cutoffs: shape (n,).
        horizon: Neighbouring cutoffs whose forecasts share months, counting the cutoff itself.

    Returns:
        Mean of `loss - other`, and the two-sided p-value of its being zero.
    """
    from scipy.stats import t

    difference, n = loss - other, len(loss)
    off = difference - difference.mean()
    lags = np.arange(1, min(horizon, n))
    shared = np.array([(off[lag:] * off[:-lag]).sum() for lag in lags])
    variance = float((off**2).sum() + 2 * ((1 - lags / (len(lags) + 1)) * shared).sum()) / n
    if variance <= 0:
        return float(difference.mean()), float(
            not difference.any()
        )  # the same difference at every cutoff
    correction = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
    statistic = difference.mean() / np.sqrt(variance / n) * np.sqrt(max(correction, 1 / n))
    return float(difference.mean()), float(2 * t.sf(abs(statistic), n - 1))


@dataclass(frozen=True, slots=True)
class Score:
    """A forecaster's backtest scores, or the reason for having none.

    Attributes:
        forecaster: Name of the forecaster.
        failure: Why it failed, or None.
        folds: Number of cutoffs.
        mase: Mean absolute scaled error over all folds and horizons.
        mape: In per cent, or None where an actual is zero or below.
        wis: Weighted interval score in the series' unit.
        coverage80: Share of actuals inside the 80% interval.
        coverage95: Share of actuals inside the 95% interval.
        seconds: CPU seconds of fitting and predicting, all protocols together.
        by_horizon: A row per month ahead: horizon, mase, mape, wis, coverage80, coverage95.
    """

    forecaster: str
    failure: str | None = None
    folds: int = 0
    mase: float | None = None
    mape: float | None = None
    wis: float | None = None
    coverage80: float | None = None
    coverage95: float | None = None
    seconds: float = 0.0
    by_horizon: tuple[dict[str, float | None], ...] = ()

    def __str__(self) -> str:
        if self.failure is not None:
            return f"{self.forecaster}: failed. {self.failure}"
        return (
            f"{self.forecaster}: MASE {self.mase:.3f}, MAPE {format_percent(self.mape)}, "
            f"{self.folds} folds, {self.seconds:.1f} CPU s"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for `scores.json`."""
        return asdict(self)


def score_figures(folds: pd.DataFrame) -> dict[str, float | None]:
    """MASE, MAPE, WIS and coverage over all rows of a fold frame with quantiles."""
    return _figures(*_columns(folds))


def score_folds(
    forecaster: str, folds: pd.DataFrame, seconds: float, months: int = MONTHS_SCORED
) -> Score:
    """Score a forecaster's folds, 1 to `months` ahead, overall and by horizon.

    Args:
        forecaster: Name of the forecaster.
        folds: Its fold frame, with the rows of one protocol.
        seconds: CPU seconds it took.
        months: Furthest horizon to count.
    """
    folds = folds[folds["horizon"] <= months]
    horizon, columns = folds["horizon"].to_numpy(), _columns(folds)
    by_horizon = []
    for ahead in np.unique(horizon):
        # Column-major, because the last digit of a sum depends on the order in memory.
        rows = [np.asfortranarray(column[horizon == ahead]) for column in columns]
        by_horizon.append({"horizon": float(ahead), **_figures(*rows)})
    return Score(
        forecaster,
        folds=folds["cutoff"].nunique(),
        seconds=round(seconds, 2),
        by_horizon=tuple(by_horizon),
        **_figures(*columns),  # type: ignore[arg-type]
    )


def _columns(folds: pd.DataFrame) -> tuple[Array, Array, Array, Array]:
    """Actuals, means, scales and quantiles of a fold frame."""
    actual, mean, scale = (folds[name].to_numpy() for name in ("actual", "mean", "scale"))
    return actual, mean, scale, folds[quantile_columns()].to_numpy()


def _figures(actual: Array, mean: Array, scale: Array, q: Array) -> dict[str, float | None]:
    return {
        "mase": mase(actual, mean, scale),
        "mape": mape(actual, mean),
        "wis": weighted_interval_score(actual, q),
        "coverage80": empirical_coverage(actual, q[:, LEVELS.index(0.1)], q[:, LEVELS.index(0.9)]),
        "coverage95": empirical_coverage(actual, q[:, 0], q[:, -1]),
    }
