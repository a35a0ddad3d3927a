"""Prediction intervals of any coverage from a release's calibration, without numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass

from energy.contract import LEVELS, Calibration, Interval
from energy.contract.months import calendar_month

_SAME = 1e-9
"""Probabilities closer than that are the same level."""


@dataclass(frozen=True)
class Band:
    """What stands on either side of a forecast: standardised errors at one coverage.

    Attributes:
        coverage: Of the interval between the two.
        lower: Standardised error at the lower end, below or at zero.
        upper: At the upper end.
    """

    coverage: float
    lower: float
    upper: float


def levels(coverage: float) -> tuple[float, float]:
    """Quantile levels of a central interval: what is left is shared by both sides."""
    tail = (1 - coverage) / 2
    return tail, 1 - tail


def place(level: float, known: tuple[float, ...] = LEVELS) -> int | None:
    """Where a level stands among those published; None if it is not one of them."""
    return next((i for i, one in enumerate(known) if abs(one - level) < _SAME), None)


def band(coverage: float, calibration: Calibration) -> Band:
    """Standardised errors at both ends of the central interval with this coverage."""
    lower, upper = (place(level) for level in levels(coverage))
    if lower is not None and upper is not None:
        q = calibration.quantiles
        return Band(coverage, q[lower], q[upper])
    from statistics import NormalDist  # only here: it takes 10 ms, and published levels need none

    normal = NormalDist().inv_cdf
    # The lower tail, mirrored: close to one, a level has too few digits left for its quantile.
    z = -normal((1 - coverage) / 2)
    at = [normal(level) for level in LEVELS]
    return Band(coverage, _line(-z, at, calibration.quantiles), _line(z, at, calibration.quantiles))


def spread(horizon: int, month: str, calibration: Calibration, weather_known: bool) -> float:
    """How far errors of a month spread: on the log scale if the calibration is, else in the unit.

    Args:
        horizon: Months after the cutoff; beyond the calibrated ones the scale grows with the square
            root of the horizon.
        month: The month itself, for its season.
        calibration: Of the release.
        weather_known: Whether the forecast was made with the month's weather, which then adds none.
    """
    inside = min(horizon, len(calibration.scale))
    season = calibration.season[calendar_month(month)]
    own = calibration.scale[inside - 1] * math.sqrt(horizon / inside) * season
    return math.hypot(own, 0.0 if weather_known else calibration.weather[calendar_month(month)])


def interval(mean: float, spread: float, band: Band, log: bool) -> Interval:
    """The interval around a forecast.

    Args:
        mean: The forecast, in the unit; above zero if `log`.
        spread: Of its error; see `spread`.
        band: Standardised errors at both ends.
        log: Whether errors multiply the forecast.
    """
    lower, upper = (away(mean, spread * error, log) for error in (band.lower, band.upper))
    return Interval(band.coverage, lower, upper)


def away(mean: float, error: float, log: bool) -> float:
    """What lies an error away from a forecast: a log ratio if `log`, else in its unit."""
    return mean * math.exp(error) if log else mean + error


def _line(x: float, at: list[float], values: tuple[float, ...]) -> float:
    """Straight lines through the points, the outermost of them going on for ever."""
    right = next((i for i, one in enumerate(at) if i and one >= x), len(at) - 1)
    left = right - 1
    slope = (values[right] - values[left]) / (at[right] - at[left])
    return values[left] + slope * (x - at[left])
