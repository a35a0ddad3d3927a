"""The bench: every forecaster that competes, by name. A table, so that adding one is adding a row.

Each row makes a fresh, unfitted sktime forecaster for a monthly PeriodIndex. Those that work on
logs do so only where the series is positive; `build` decides that, once, for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from energy.errors import NeedsWeather, UnknownForecaster
from energy.forecasting import makers
from energy.forecasting.horizon import SP

BASELINE = "seasonal_naive"
"""What every forecaster is compared with: the same month of the year before."""
VERSION = 2
"""Raised with every change of what competes or how it is judged: the holdout is looked at once
for each version, and docs/forecasting.md says what it showed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One forecaster of the bench.

    Attributes:
        name: What it is called on the command line, in scores and in charts.
        kind: Its family, in a word or two.
        summary: What it does, in a sentence for the leaderboard.
        make: Makes it, unfitted; None for a combination.
        log: Whether it works on logs where the series is positive.
        weather: Whether it needs degree days as X.
        cost: CPU seconds of one fold, fit and forecasts, on 200 months: branches are dealt by it.
        members: The forecasters that a combination puts together.
        rule: How it does: one of `combination.RULES`.
    """

    name: str
    kind: str
    summary: str
    make: Callable[[], Any] | None
    log: bool = True
    weather: bool = False
    cost: float = 0.1
    members: tuple[str, ...] = ()
    rule: str = "median"


_FAMILIES = (
    "sarimax",
    "unobserved_components_weather",
    "harmonic_regression",
    "weather_normalised_theta",
)
"""One of each family that uses weather: what combinations are made of."""


def _combination(name: str, rule: str, summary: str) -> Entry:
    return Entry(name, "combination", summary, None, weather=True, members=_FAMILIES, rule=rule)


_ENTRIES = (
    Entry(
        "seasonal_naive",
        "naive",
        "The same month of the year before.",
        lambda: makers.naive("last", SP),
        log=False,
        cost=0.03,
    ),
    Entry(
        "naive",
        "naive",
        "The last month, for ever.",
        lambda: makers.naive("last"),
        log=False,
        cost=0.01,
    ),
    Entry(
        "drift",
        "naive",
        "A straight line from the first month through the last, on logs.",
        lambda: makers.naive("drift"),
        cost=0.01,
    ),
    Entry(
        "theta",
        "smoothing",
        "Seasonal adjustment, then exponential smoothing with half the trend, on logs.",
        makers.theta,
        cost=0.025,
    ),
    Entry(
        "exponential_smoothing",
        "smoothing",
        "Holt-Winters: level, trend and season, each smoothed, on logs.",
        makers.exponential_smoothing,
        cost=0.07,
    ),
    Entry(
        "ets",
        "smoothing",
        "The same as a state space model with a damped trend, on logs.",
        makers.ets,
        cost=0.05,
    ),
    Entry(
        "sarima",
        "ARIMA",
        "SARIMA(1,0,1)(0,1,1) with a constant, on logs.",
        makers.sarima,
        cost=0.37,
    ),
    Entry(
        "sarimax",
        "ARIMA + weather",
        "SARIMA(0,1,1)(0,1,1) with heating degree days as a regressor, on logs.",
        lambda: makers.with_degree_days(makers.airline),
        weather=True,
        cost=0.31,
    ),
    Entry(
        "unobserved_components",
        "state space",
        "A level that wanders around a fixed trend, and a season that changes, on logs.",
        makers.unobserved_components,
        cost=0.06,
    ),
    Entry(
        "unobserved_components_weather",
        "state space + weather",
        "The same components with heating degree days as a regressor.",
        lambda: makers.with_degree_days(makers.unobserved_components),
        weather=True,
        cost=0.12,
    ),
    Entry(
        "harmonic_regression",
        "regression + weather",
        "Three pairs of waves, a trend and heating degree days, with ARMA(1,1) errors, on logs.",
        lambda: makers.with_degree_days(makers.harmonic),
        weather=True,
        cost=0.9,
    ),
    Entry(
        "weather_normalised_theta",
        "smoothing + weather",
        "Theta on the series as it would have been in expected weather, on logs.",
        lambda: makers.weather_normalised(makers.theta),
        weather=True,
        cost=0.06,
    ),
    Entry(
        "weather_normalised_components",
        "state space + weather",
        "Unobserved components on the series as it would have been in expected weather.",
        lambda: makers.weather_normalised(makers.unobserved_components),
        weather=True,
        cost=0.11,
    ),
    Entry(
        "ridge",
        "machine learning",
        "Ridge regression on the last 24 months, after trend and season are taken off.",
        makers.ridge,
        cost=0.045,
    ),
    _combination("combination", "median", "The median of one of each of four families."),
    _combination(
        "combination_inverse_error",
        "inverse_error",
        "Their mean, each weighted by the inverse of its squared errors so far.",
    ),
    _combination(
        "combination_stacking",
        "stacking",
        "Their mean with the non-negative weights that would have fitted best so far.",
    ),
)

BENCH: dict[str, Entry] = {entry.name: entry for entry in _ENTRIES}


def choose(names: str, with_weather: bool = True) -> tuple[str, ...]:
    """Names of the bench in its order, from `all` or a comma-separated list.

    The baseline is always among them, and a combination brings its members: both are needed to
    judge the rest.

    Args:
        names: What is asked for.
        with_weather: Whether there is weather; without it, `all` leaves out what needs it.

    Raises:
        UnknownForecaster: A name that the bench does not have, or none at all.
        NeedsWeather: A name of one that needs weather where there is none.
    """
    asked = [name.strip() for name in names.split(",") if name.strip()]
    able = [name for name, entry in BENCH.items() if with_weather or not entry.weather]
    if asked == ["all"]:
        return tuple(able)
    unknown = [name for name in asked if name not in BENCH]
    if unknown or not asked:
        raise UnknownForecaster(unknown or [names], list(BENCH))
    if needing := [name for name in asked if name not in able]:
        raise NeedsWeather(needing, able)
    wanted = {BASELINE, *asked, *(member for name in asked for member in BENCH[name].members)}
    return tuple(name for name in BENCH if name in wanted)


def build(name: str, positive: bool, weights: Sequence[float] | None = None) -> Any:
    """Make the forecaster `name`, unfitted.

    Args:
        name: A name of the bench.
        positive: Whether the series is above zero throughout, so that logs can be taken.
        weights: Of a combination's members, which are averaged with them; None for their median.

    Returns:
        An sktime forecaster; those that use weather take X with a `degree_days` column.
    """
    from sktime.forecasting.compose import EnsembleForecaster, TransformedTargetForecaster
    from sktime.transformations.series.boxcox import LogTransformer

    entry = BENCH[name]
    if entry.make is None:
        parts = [(member, build(member, positive)) for member in entry.members]
        if weights is None:
            return EnsembleForecaster(parts, aggfunc="median")
        return EnsembleForecaster(parts, aggfunc="mean", weights=list(weights))
    forecaster = entry.make()
    if entry.log and positive:
        return TransformedTargetForecaster([("log", LogTransformer()), ("forecast", forecaster)])
    return forecaster
