"""The bench: every forecaster that competes, by name. A table, so that adding one is adding a row.

Each row makes a fresh, unfitted sktime forecaster for a monthly PeriodIndex. Those that work on
logs do so only where the series is positive; `build` decides that, once, for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from energy.errors import UnknownForecaster
from energy.forecasting import makers
from energy.forecasting.horizon import SP

BASELINE = "seasonal_naive"
"""What every forecaster is compared with: the same month of the year before."""


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
        cost: CPU seconds of one fit, about: what costs most is started first.
        members: The forecasters a combination takes the median of.
    """

    name: str
    kind: str
    summary: str
    make: Callable[[], Any] | None
    log: bool = True
    weather: bool = False
    cost: float = 0.1
    members: tuple[str, ...] = ()


_ENTRIES = (
    Entry(
        "seasonal_naive",
        "naive",
        "The same month of the year before.",
        lambda: makers.naive("last", SP),
        log=False,
    ),
    Entry("naive", "naive", "The last month, for ever.", lambda: makers.naive("last"), log=False),
    Entry(
        "drift",
        "naive",
        "A straight line from the first month through the last, on logs.",
        lambda: makers.naive("drift"),
    ),
    Entry(
        "theta",
        "smoothing",
        "Seasonal adjustment, then exponential smoothing with half the trend, on logs.",
        makers.theta,
    ),
    Entry(
        "exponential_smoothing",
        "smoothing",
        "Holt-Winters: level, trend and season, each smoothed, on logs.",
        makers.exponential_smoothing,
    ),
    Entry(
        "ets",
        "smoothing",
        "The same as a state space model with a damped trend, on logs.",
        makers.ets,
    ),
    Entry(
        "sarima", "ARIMA", "SARIMA(1,0,1)(0,1,1) with a constant, on logs.", makers.sarima, cost=0.5
    ),
    Entry(
        "sarimax",
        "ARIMA + weather",
        "The same SARIMA with heating degree days as a regressor.",
        lambda: makers.with_degree_days(makers.sarima),
        weather=True,
        cost=0.6,
    ),
    Entry(
        "unobserved_components",
        "state space",
        "Local linear trend and a stochastic season, on logs.",
        makers.unobserved_components,
    ),
    Entry(
        "unobserved_components_weather",
        "state space + weather",
        "The same components with heating degree days as a regressor.",
        lambda: makers.with_degree_days(makers.unobserved_components),
        weather=True,
        cost=0.2,
    ),
    Entry(
        "harmonic_regression",
        "regression + weather",
        "Five pairs of waves, a trend and heating degree days, with ARMA(1,1) errors, on logs.",
        lambda: makers.with_degree_days(makers.harmonic),
        weather=True,
        cost=0.7,
    ),
    Entry(
        "weather_normalised_theta",
        "smoothing + weather",
        "Theta on the series as it would have been in expected weather, on logs.",
        lambda: makers.weather_normalised(makers.theta),
        weather=True,
    ),
    Entry(
        "ridge",
        "machine learning",
        "Ridge regression on the last 24 months, after trend and season are taken off.",
        makers.ridge,
    ),
    Entry(
        "combination",
        "combination",
        "The median of the best of four families.",
        None,
        weather=True,
        members=(
            "sarimax",
            "unobserved_components_weather",
            "harmonic_regression",
            "weather_normalised_theta",
        ),
    ),
)

BENCH: dict[str, Entry] = {entry.name: entry for entry in _ENTRIES}


def choose(names: str) -> tuple[str, ...]:
    """Names of the bench in its order, from `all` or a comma-separated list.

    The baseline is always among them, and a combination brings its members: both are needed to
    judge the rest.

    Raises:
        UnknownForecaster: A name that the bench does not have, or none at all.
    """
    asked = [name.strip() for name in names.split(",") if name.strip()]
    if asked == ["all"]:
        return tuple(BENCH)
    unknown = [name for name in asked if name not in BENCH]
    if unknown or not asked:
        raise UnknownForecaster(unknown or [names], list(BENCH))
    wanted = {BASELINE, *asked, *(member for name in asked for member in BENCH[name].members)}
    return tuple(name for name in BENCH if name in wanted)


def build(name: str, positive: bool) -> Any:
    """Make the forecaster `name`, unfitted.

    Args:
        name: A name of the bench.
        positive: Whether the series is above zero throughout, so that logs can be taken.

    Returns:
        An sktime forecaster; those that use weather take X with a `degree_days` column.
    """
    from sktime.forecasting.compose import EnsembleForecaster, TransformedTargetForecaster
    from sktime.transformations.series.boxcox import LogTransformer

    entry = BENCH[name]
    if entry.make is None:
        parts = [(member, build(member, positive)) for member in entry.members]
        return EnsembleForecaster(parts, aggfunc="median")
    forecaster = entry.make()
    if entry.log and positive:
        return TransformedTargetForecaster([("log", LogTransformer()), ("forecast", forecaster)])
    return forecaster


def branches(names: Sequence[str]) -> list[str]:
    """Those of `names` to be fitted, the dearest first, so that no core waits for the last one.

    A combination is not among them: its folds are taken from its members'.
    """
    fitted = (BENCH[name] for name in names if not BENCH[name].members)
    return [entry.name for entry in sorted(fitted, key=lambda entry: -entry.cost)]
