"""The bench: every forecaster that competes, by name. A table, so that adding one is adding a row.

Each row makes a fresh, unfitted sktime forecaster for a monthly PeriodIndex. Those that work on
logs do so only where the series is positive; `build` decides that, once, for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from energy.errors import UnknownForecaster
from energy.forecasting.horizon import SP

BASELINE = "seasonal_naive"
"""What every forecaster is compared with: the same month of the year before."""


def _naive(strategy: str, sp: int = 1) -> Any:
    from sktime.forecasting.naive import NaiveForecaster

    return NaiveForecaster(strategy=strategy, sp=sp)


def _theta() -> Any:
    from sktime.forecasting.theta import ThetaForecaster

    return ThetaForecaster(sp=SP)


def _exponential_smoothing() -> Any:
    from sktime.forecasting.exp_smoothing import ExponentialSmoothing

    return ExponentialSmoothing(trend="add", damped_trend=True, seasonal="add", sp=SP)


def _ets() -> Any:
    from sktime.forecasting.ets import AutoETS

    return AutoETS(error="add", trend=None, seasonal="add", sp=SP)


def _sarimax(order: tuple[int, int, int], seasonal: tuple[int, int, int, int], trend: str) -> Any:
    from sktime.forecasting.sarimax import SARIMAX

    # low_memory drops the smoother's output, which forecasts do not need: 30 MB become 0.1. Fifty
    # iterations, the default, stop harmonic regression far from its optimum.
    return SARIMAX(
        order=order, seasonal_order=seasonal, trend=trend, low_memory=True, disp=False, maxiter=100
    )


def _sarima() -> Any:
    return _sarimax((1, 0, 1), (0, 1, 1, SP), "c")


def _unobserved_components() -> Any:
    from sktime.forecasting.structural import UnobservedComponents

    return UnobservedComponents(level="lltrend", seasonal=SP, low_memory=True, disp=False)


def _harmonic() -> Any:
    from sktime.forecasting.compose import ForecastingPipeline
    from sktime.transformations.series.fourier import FourierFeatures

    waves = FourierFeatures(sp_list=[SP], fourier_terms_list=[5], keep_original_columns=True)
    return ForecastingPipeline(
        [("waves", waves), ("arma", _sarimax((1, 0, 1), (0, 0, 0, 0), "ct"))]
    )


def _ridge() -> Any:
    from sklearn.linear_model import Ridge
    from sktime.forecasting.compose import TransformedTargetForecaster, make_reduction
    from sktime.transformations.series.detrend import Deseasonalizer, Detrender

    return TransformedTargetForecaster(
        [
            ("season", Deseasonalizer(sp=SP, model="additive")),
            ("trend", Detrender()),
            ("ridge", make_reduction(Ridge(alpha=1.0), window_length=24, strategy="recursive")),
        ]
    )


def _with_degree_days(inner: Callable[[], Any]) -> Any:
    from energy.forecasting.degree_days import DegreeDayRegression

    return DegreeDayRegression(inner())


def _weather_normalised(inner: Callable[[], Any]) -> Any:
    from energy.forecasting.degree_days import WeatherNormalised

    return WeatherNormalised(inner())


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
        lambda: _naive("last", SP),
        log=False,
    ),
    Entry("naive", "naive", "The last month, for ever.", lambda: _naive("last"), log=False),
    Entry(
        "drift",
        "naive",
        "A straight line from the first month through the last.",
        lambda: _naive("drift"),
        log=False,
    ),
    Entry(
        "theta",
        "smoothing",
        "Seasonal adjustment, then simple exponential smoothing with half the trend.",
        _theta,
        log=False,
    ),
    Entry(
        "exponential_smoothing",
        "smoothing",
        "Holt-Winters with a damped trend, on logs.",
        _exponential_smoothing,
    ),
    Entry("ets", "smoothing", "Level and season with additive errors, no trend, on logs.", _ets),
    Entry("sarima", "ARIMA", "SARIMA(1,0,1)(0,1,1) with a constant, on logs.", _sarima, cost=0.5),
    Entry(
        "sarimax",
        "ARIMA + weather",
        "The same SARIMA with heating degree days as a regressor.",
        lambda: _with_degree_days(_sarima),
        weather=True,
        cost=0.6,
    ),
    Entry(
        "unobserved_components",
        "state space",
        "Local linear trend and a stochastic season, on logs.",
        _unobserved_components,
    ),
    Entry(
        "unobserved_components_weather",
        "state space + weather",
        "The same components with heating degree days as a regressor.",
        lambda: _with_degree_days(_unobserved_components),
        weather=True,
        cost=0.2,
    ),
    Entry(
        "harmonic_regression",
        "regression + weather",
        "Five pairs of waves, a trend and heating degree days, with ARMA(1,1) errors, on logs.",
        lambda: _with_degree_days(_harmonic),
        weather=True,
        cost=0.7,
    ),
    Entry(
        "weather_normalised_theta",
        "smoothing + weather",
        "Theta on the series as it would have been in expected weather.",
        lambda: _weather_normalised(_theta),
        weather=True,
    ),
    Entry(
        "ridge",
        "machine learning",
        "Ridge regression on the last 24 months, after trend and season are taken off.",
        _ridge,
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
