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

Array = npt.NDArray[np.float64]


def seasonal_naive_scale(y: Array, sp: int = SP) -> float:
    """MASE's denominator: mean absolute change on the same month a year before, in y's unit.

    >>> seasonal_naive_scale(np.array([1.0, 2.0, 2.0, 4.0]), sp=2)
    1.5
    """
    return float(np.abs(y[sp:] - y[:-sp]).mean())


def mase(actual: Array, mean: Array, scale: Array | float) -> float:
    """Mean absolute scaled error: below 1 beats the in-sample seasonal naive.

    >>> mase(np.array([10.0, 12.0]), np.array([11.0, 12.0]), 2.0)
    0.25
    """
    with np.errstate(invalid="ignore", divide="ignore"):  # no scale, no score: inf or NaN
        return float((np.abs(actual - mean) / scale).mean())


def mape(actual: Array, mean: Array) -> float | None:
    """Mean absolute percentage error in per cent; None where an actual is zero.

    >>> mape(np.array([10.0, 20.0]), np.array([11.0, 20.0]))
    5.0
    >>> mape(np.array([0.0]), np.array([1.0])) is None
    True
    """
    if np.any(actual == 0):
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

    The interval goes from the quantile at `lower`, one of LEVELS, to its counterpart: 80% unless
    told otherwise.

    Neighbouring folds forecast the same months, so rows are no independent draws: those whose
    months lie in the same calendar year count as one cluster (Cameron and Miller 2015,
    doi:10.3368/jhr.50.2.317). NaN with fewer than two years.
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
    """Whether two forecasters' losses differ by more than noise: mean difference and p-value.

    The test of Diebold and Mariano (1995) with the small-sample correction and Student's t of
    Harvey, Leybourne and Newbold (1997), doi:10.1016/S0169-2070(96)00719-4. The variance is Newey
    and West's, which is never negative, with `horizon - 1` lags.

    Args:
        loss: One figure for each cutoff, in time, cutoffs one month apart: shape (n,).
        other: The other forecaster's, at the same cutoffs: shape (n,).
        horizon: Months that the forecasts of neighbouring cutoffs share, at most.

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
        return float(difference.mean()), float(not difference.any())  # the same at every cutoff
    correction = (n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n
    statistic = difference.mean() / np.sqrt(variance / n) * np.sqrt(max(correction, 1 / n))
    return float(difference.mean()), float(2 * t.sf(abs(statistic), n - 1))


@dataclass(frozen=True, slots=True)
class Score:
    """A forecaster's backtest in figures, or the reason why it has none.

    Attributes:
        forecaster: Name on the bench.
        failure: Why it failed, or None.
        folds: Number of cutoffs.
        mase: Mean absolute scaled error over all folds and horizons.
        mape: In per cent, or None where an actual is zero.
        wis: Weighted interval score in the series' unit.
        coverage80: Share of actuals inside the 80% interval; coverage95 likewise.
        seconds: CPU seconds of fitting and predicting, all protocols together.
        by_horizon: One row per month ahead: horizon, mase, mape, wis, coverage80, coverage95.
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


def format_percent(value: float | None, digits: int = 2) -> str:
    """A figure in per cent, or `n/a` where there is none (an actual of zero)."""
    return "n/a" if value is None else f"{value:.{digits}f}%"


def score_figures(folds: pd.DataFrame) -> dict[str, float | None]:
    """MASE, MAPE, WIS and coverage of the rows of a fold frame, taken together."""
    return _figures(*_arrays(folds))


def _arrays(folds: pd.DataFrame) -> tuple[Array, Array, Array, Array]:
    """Actuals, means, scales and quantiles of a fold frame."""
    actual, mean, scale = (folds[name].to_numpy() for name in ("actual", "mean", "scale"))
    return actual, mean, scale, folds[quantile_columns()].to_numpy()


def _where(which: npt.NDArray[np.bool_], *found: Array) -> list[Array]:
    """Some rows of each, column by column in memory as before: a sum's last digit hangs on it."""
    return [np.asfortranarray(one[which]) for one in found]


def _figures(actual: Array, mean: Array, scale: Array, q: Array) -> dict[str, float | None]:
    return {
        "mase": mase(actual, mean, scale),
        "mape": mape(actual, mean),
        "wis": weighted_interval_score(actual, q),
        "coverage80": empirical_coverage(actual, q[:, LEVELS.index(0.1)], q[:, LEVELS.index(0.9)]),
        "coverage95": empirical_coverage(actual, q[:, 0], q[:, -1]),
    }


def score_folds(
    forecaster: str, folds: pd.DataFrame, seconds: float, months: int = MONTHS_SCORED
) -> Score:
    """Score the folds of one forecaster, 1 to `months` ahead, overall and by horizon.

    Args:
        forecaster: Its name on the bench.
        folds: Its fold frame (see `energy.forecasting.backtest`), one protocol.
        seconds: CPU seconds it took.
        months: Furthest horizon to count.
    """
    counted = folds[folds["horizon"] <= months]
    horizon, whole = counted["horizon"].to_numpy(), _arrays(counted)
    rows = tuple(
        {"horizon": float(one), **_figures(*_where(horizon == one, *whole))}
        for one in np.unique(horizon)
    )
    return Score(
        forecaster,
        folds=counted["cutoff"].nunique(),
        seconds=round(seconds, 2),
        by_horizon=rows,
        **_figures(*whole),  # type: ignore[arg-type]
    )
