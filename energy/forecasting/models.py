"""Candidate models: every forecaster by name, and how each is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from energy import legacy_errors
from energy.forecasting.folds import SP


def naive(strategy: str, sp: int = 1) -> Any:
    """The last month, the same month a year before (sp = 12), or a straight line (drift)."""
    from sktime.forecasting.naive import NaiveForecaster

    return NaiveForecaster(strategy=strategy, sp=sp)


def theta() -> Any:
    """Assimakopoulos and Nikolopoulos (2000), doi:10.1016/S0169-2070(00)00066-2."""
    from sktime.forecasting.compose import TransformedTargetForecaster
    from sktime.forecasting.theta import ThetaForecaster
    from sktime.transformations.series.detrend import Deseasonalizer

    # Theta's own seasonal adjustment is multiplicative and refuses figures below zero; on logs the
    # additive one is the same thing, and serves every series.
    return TransformedTargetForecaster(
        [
            ("season", Deseasonalizer(sp=SP, model="additive")),
            ("theta", ThetaForecaster(sp=SP, deseasonalize=False)),
        ]
    )


def exponential_smoothing() -> Any:
    """Holt-Winters: level, trend and season, each smoothed."""
    from sktime.forecasting.exp_smoothing import ExponentialSmoothing

    return ExponentialSmoothing(trend="add", seasonal="add", sp=SP)


def ets() -> Any:
    """Additive errors, damped trend, additive season."""
    from sktime.forecasting.ets import AutoETS

    return AutoETS(error="add", trend="add", damped_trend=True, seasonal="add", sp=SP)


def sarimax(
    order: tuple[int, int, int],
    seasonal: tuple[int, int, int, int],
    trend: str | None,
    method: str = "lbfgs",
) -> Any:
    """Seasonal ARIMA with regressors where X is given."""
    from sktime.forecasting.sarimax import SARIMAX

    # low_memory drops the smoother's output, which forecasts do not need: 30 MB become 0.1. Fifty
    # iterations, the default, stop some fits far from their optimum. The parameters'
    # covariance, which takes its time too, is for intervals that we do not use.
    return SARIMAX(
        order=order,
        seasonal_order=seasonal,
        trend=trend,
        low_memory=True,
        disp=False,
        method=method,
        maxiter=200,
        cov_type="none",
    )


def sarima() -> Any:
    """SARIMA(1,0,1)(0,1,1) with a constant."""
    return sarimax((1, 0, 1), (0, 1, 1, SP), "c")


def airline() -> Any:
    """SARIMA(0,1,1)(0,1,1): Box and Jenkins' (1970) for airline passengers."""
    return sarimax((0, 1, 1), (0, 1, 1, SP), None)


def unobserved_components() -> Any:
    """A level that wanders around a fixed trend, and a season that changes (Harvey 1989)."""
    from sktime.forecasting.structural import UnobservedComponents

    return UnobservedComponents(
        level="lldtrend", seasonal=SP, low_memory=True, disp=False, maxiter=200, cov_type="none"
    )


def harmonic() -> Any:
    """Three pairs of waves, a trend and X, with ARMA(1,1) errors."""
    from sktime.forecasting.compose import ForecastingPipeline
    from sktime.transformations.series.fourier import FourierFeatures

    waves = FourierFeatures(sp_list=[SP], fourier_terms_list=[3], keep_original_columns=True)
    # The default optimiser stops far from the optimum with so many regressors.
    arma = sarimax((1, 0, 1), (0, 0, 0, 0), "ct", method="bfgs")
    return ForecastingPipeline([("waves", waves), ("arma", arma)])


def ridge() -> Any:
    """Ridge regression on the last 24 months, trend and season taken off."""
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


def with_degree_days(inner: Callable[[], Any]) -> Any:
    """Give a forecaster that takes X the degree days."""
    from energy.forecasting.degree_days import DegreeDayRegression

    return DegreeDayRegression(inner())


def weather_normalised(inner: Callable[[], Any]) -> Any:
    """Fit a forecaster to the series as it would have been in expected weather."""
    from energy.forecasting.degree_days import WeatherNormalised

    return WeatherNormalised(inner())


BASELINE = "seasonal_naive"
"""What every forecaster is compared with: the same month of the year before."""
VERSION = 2
"""Raised with every change of what competes or how it is judged: the holdout is looked at once
for each version, and docs/forecasting.md says what it showed."""


@dataclass(frozen=True, slots=True)
class ForecasterSpec:
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


def _combination(name: str, rule: str, summary: str) -> ForecasterSpec:
    return ForecasterSpec(
        name, "combination", summary, None, weather=True, members=_FAMILIES, rule=rule
    )


_ENTRIES = (
    ForecasterSpec(
        "seasonal_naive",
        "naive",
        "The same month of the year before.",
        lambda: naive("last", SP),
        log=False,
        cost=0.03,
    ),
    ForecasterSpec(
        "naive",
        "naive",
        "The last month, for ever.",
        lambda: naive("last"),
        log=False,
        cost=0.01,
    ),
    ForecasterSpec(
        "drift",
        "naive",
        "A straight line from the first month through the last, on logs.",
        lambda: naive("drift"),
        cost=0.01,
    ),
    ForecasterSpec(
        "theta",
        "smoothing",
        "Seasonal adjustment, then exponential smoothing with half the trend, on logs.",
        theta,
        cost=0.025,
    ),
    ForecasterSpec(
        "exponential_smoothing",
        "smoothing",
        "Holt-Winters: level, trend and season, each smoothed, on logs.",
        exponential_smoothing,
        cost=0.07,
    ),
    ForecasterSpec(
        "ets",
        "smoothing",
        "The same as a state space model with a damped trend, on logs.",
        ets,
        cost=0.05,
    ),
    ForecasterSpec(
        "sarima",
        "ARIMA",
        "SARIMA(1,0,1)(0,1,1) with a constant, on logs.",
        sarima,
        cost=0.37,
    ),
    ForecasterSpec(
        "sarimax",
        "ARIMA + weather",
        "SARIMA(0,1,1)(0,1,1) with heating degree days as a regressor, on logs.",
        lambda: with_degree_days(airline),
        weather=True,
        cost=0.31,
    ),
    ForecasterSpec(
        "unobserved_components",
        "state space",
        "A level that wanders around a fixed trend, and a season that changes, on logs.",
        unobserved_components,
        cost=0.06,
    ),
    ForecasterSpec(
        "unobserved_components_weather",
        "state space + weather",
        "The same components with heating degree days as a regressor.",
        lambda: with_degree_days(unobserved_components),
        weather=True,
        cost=0.12,
    ),
    ForecasterSpec(
        "harmonic_regression",
        "regression + weather",
        "Three pairs of waves, a trend and heating degree days, with ARMA(1,1) errors, on logs.",
        lambda: with_degree_days(harmonic),
        weather=True,
        cost=0.9,
    ),
    ForecasterSpec(
        "weather_normalised_theta",
        "smoothing + weather",
        "Theta on the series as it would have been in expected weather, on logs.",
        lambda: weather_normalised(theta),
        weather=True,
        cost=0.06,
    ),
    ForecasterSpec(
        "weather_normalised_components",
        "state space + weather",
        "Unobserved components on the series as it would have been in expected weather.",
        lambda: weather_normalised(unobserved_components),
        weather=True,
        cost=0.11,
    ),
    ForecasterSpec(
        "ridge",
        "machine learning",
        "Ridge regression on the last 24 months, after trend and season are taken off.",
        ridge,
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
FORECASTERS: dict[str, ForecasterSpec] = {entry.name: entry for entry in _ENTRIES}


def choose_forecasters(names: str, with_weather: bool = True) -> tuple[str, ...]:
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
    able = [name for name, entry in FORECASTERS.items() if with_weather or not entry.weather]
    if asked == ["all"]:
        return tuple(able)
    unknown = [name for name in asked if name not in FORECASTERS]
    if unknown or not asked:
        raise legacy_errors.UnknownForecaster(unknown or [names], list(FORECASTERS))
    if needing := [name for name in asked if name not in able]:
        raise legacy_errors.NeedsWeather(needing, able)
    wanted = {BASELINE, *asked, *(member for name in asked for member in FORECASTERS[name].members)}
    return tuple(name for name in FORECASTERS if name in wanted)


def build_forecaster(name: str, positive: bool, weights: Sequence[float] | None = None) -> Any:
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

    entry = FORECASTERS[name]
    if entry.make is None:
        parts = [(member, build_forecaster(member, positive)) for member in entry.members]
        if weights is None:
            return EnsembleForecaster(parts, aggfunc="median")
        return EnsembleForecaster(parts, aggfunc="mean", weights=list(weights))
    forecaster = entry.make()
    if entry.log and positive:
        return TransformedTargetForecaster([("log", LogTransformer()), ("forecast", forecaster)])
    return forecaster
