"""Prediction intervals of any coverage from a release's calibration, without numpy."""

from __future__ import annotations

import math

from energy.contract import LEVELS, Calibration, Interval
from energy.contract.months import calendar_month
from energy.contract.release import LOG_CAP

TOLERANCE = 1e-9
"""Probabilities closer than that are the same level."""


def quantile_levels(coverage: float) -> tuple[float, float]:
    """Levels at the ends of the central interval, with equal tails."""
    tail = (1 - coverage) / 2
    return tail, 1 - tail


def level_index(level: float, levels: tuple[float, ...] = LEVELS) -> int | None:
    """Index of a level among the published ones; None if it is not published."""
    return next((i for i, other in enumerate(levels) if abs(other - level) < TOLERANCE), None)


def standard_interval(coverage: float, calibration: Calibration) -> Interval:
    """The central interval of standardised errors, its lower end at or below zero."""
    quantiles = calibration.quantiles
    lower, upper = (level_index(level) for level in quantile_levels(coverage))
    if lower is not None and upper is not None:
        return Interval(coverage, quantiles[lower], quantiles[upper])
    from statistics import NormalDist  # takes 10 ms to import, and published levels do without

    normal = NormalDist().inv_cdf
    # The upper tail is the lower one, mirrored: close to 1, a level has too few digits left.
    z = -normal((1 - coverage) / 2)
    points = [normal(level) for level in LEVELS]
    ends = (_interpolate(x, points, quantiles) for x in (-z, z))
    return Interval(coverage, *ends)


def _interpolate(x: float, points: list[float], values: tuple[float, ...]) -> float:
    """Linear interpolation; beyond the outermost points, the outermost lines continue."""
    right = next((i for i, point in enumerate(points) if i and point >= x), len(points) - 1)
    left = right - 1
    slope = (values[right] - values[left]) / (points[right] - points[left])
    return values[left] + slope * (x - points[left])


def spread(horizon: int, month: str, calibration: Calibration, weather_known: bool) -> float:
    """Spread of a month's error: on the log scale if the calibration is, else in the unit.

    Beyond the calibrated horizons, the scale grows with the square root of the horizon. Weather
    that is known adds no error.
    """
    calibrated = min(horizon, len(calibration.scale))
    season = calibration.season[calendar_month(month)]
    scale = calibration.scale[calibrated - 1] * math.sqrt(horizon / calibrated) * season
    return math.hypot(scale, 0.0 if weather_known else calibration.weather[calendar_month(month)])


def interval(mean: float, spread: float, standard: Interval, log: bool) -> Interval:
    """The interval around a forecast, from that of standardised errors."""
    lower, upper = (
        add_error(mean, spread * error, log) for error in (standard.lower, standard.upper)
    )
    return Interval(standard.coverage, lower, upper)


def add_error(mean: float, error: float, log: bool) -> float:
    """A forecast plus an error, which is a log ratio if `log`, else in the unit.

    Log errors above LOG_CAP grow in a straight line instead of exponentially.
    """
    if not log:
        return mean + error
    return mean * math.exp(min(error, LOG_CAP)) * (1 + max(error - LOG_CAP, 0.0))
