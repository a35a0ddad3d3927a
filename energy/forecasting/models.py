"""Candidate models: every forecaster by name, and how each is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from energy.errors import ForecastingError, RequestError, join_names
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

    # Theta's own seasonal adjustment is multiplicative and rejects figures below zero; the additive
    # one is equivalent on logs, and works for every series.
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
    method: str = "bfgs",
) -> Any:
    """Seasonal ARIMA with regressors where X is given."""
    from sktime.forecasting.sarimax import SARIMAX

    # statsmodels' default, L-BFGS on finite differences, stops short of the optimum in some fits,
    # and where it stops depends on the processor's rounding. BFGS takes exact gradients, and is
    # quicker too where the variance is solved for (concentrate_scale).
    # low_memory drops the smoother's output, which forecasts do not need: 0.1 MB instead of 30. The
    # parameters' covariance is slow to compute, and only needed for intervals not used here.
    return SARIMAX(
        order=order,
        seasonal_order=seasonal,
        trend=trend,
        concentrate_scale=True,
        low_memory=True,
        disp=False,
        method=method,
        maxiter=200,
        cov_type="none",
    )


def sarima() -> Any:
    """SARIMA(1,0,1)(0,1,1) with a constant."""
    return sarimax((1, 0, 1), (0, 1, 1, SP), "c", method="lbfgs")  # BFGS takes three times as long


def airline() -> Any:
    """SARIMA(0,1,1)(0,1,1): Box and Jenkins' (1970) for airline passengers."""
    return sarimax((0, 1, 1), (0, 1, 1, SP), None)


def unobserved_components() -> Any:
    """A random-walk level around a fixed trend, and a changing season (Harvey 1989)."""
    from sktime.forecasting.structural import UnobservedComponents

    return UnobservedComponents(
        level="lldtrend", seasonal=SP, low_memory=True, disp=False, maxiter=200, cov_type="none"
    )


def autoregression() -> Any:
    """Regression on the month before, a trend and the calendar month."""
    from sktime.forecasting.auto_reg import AutoREG

    return AutoREG(lags=1, trend="ct", seasonal=True, period=SP)


def ridge() -> Any:
    """Ridge regression on the last 24 months, after trend and season are removed."""
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
    """A forecaster that takes X, with degree days as X."""
    from energy.forecasting.degree_days import DegreeDayRegression

    return DegreeDayRegression(inner())


def weather_normalised(inner: Callable[[], Any]) -> Any:
    """A forecaster of the series as it would have been in expected weather."""
    from energy.forecasting.degree_days import WeatherNormalised

    return WeatherNormalised(inner())


BASELINE = "seasonal_naive"
"""The forecaster that every other is compared with."""
VERSION = 3
"""Raised with every change of the candidate models or of how they are compared: the holdout is
looked at once for each version, and docs/forecasting.md reports it."""


@dataclass(frozen=True, slots=True)
class ForecasterSpec:
    """A candidate model.

    Attributes:
        name: Its name on the command line, in scores and in charts.
        kind: Its family.
        summary: What it does, in a sentence for the leaderboard.
        make: Makes it, unfitted; None for a combination.
        log: Whether it works on logs where the series is positive.
        weather: Whether it needs degree days as X.
        cost: CPU seconds of a fold, fit and forecasts, on 200 months: branches are scheduled by it.
        members: The forecasters whose weighted mean a combination is.
    """

    name: str
    kind: str
    summary: str
    make: Callable[[], Any] | None
    log: bool = True
    weather: bool = False
    cost: float = 0.1
    members: tuple[str, ...] = ()


def _normalised(
    name: str, kind: str, title: str, make: Callable[[], Any], cost: float
) -> ForecasterSpec:
    summary = f"{title} on the series as it would have been in expected weather, on logs."
    return ForecasterSpec(
        f"weather_normalised_{name}",
        f"{kind} + weather",
        summary,
        lambda: weather_normalised(make),
        weather=True,
        cost=cost,
    )


_SPECS = (
    ForecasterSpec(
        "seasonal_naive",
        "naive",
        "The same month of the year before.",
        lambda: naive("last", SP),
        log=False,
        cost=0.03,
    ),
    ForecasterSpec(
        "naive", "naive", "The last month, repeated.", lambda: naive("last"), log=False, cost=0.01
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
        "Exponential smoothing as a state space model with a damped trend, on logs.",
        ets,
        cost=0.05,
    ),
    ForecasterSpec(
        "autoregression",
        "regression",
        "Regression on the month before, a trend and the calendar month, on logs.",
        autoregression,
        cost=0.015,
    ),
    ForecasterSpec(
        "sarima", "ARIMA", "SARIMA(1,0,1)(0,1,1) with a constant, on logs.", sarima, cost=0.37
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
        "A random-walk level around a fixed trend, and a changing season, on logs.",
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
        "ridge",
        "machine learning",
        "Ridge regression on the last 24 months, after trend and season are removed.",
        ridge,
        cost=0.045,
    ),
    _normalised("theta", "smoothing", "Theta", theta, 0.06),
    _normalised("ets", "smoothing", "Exponential smoothing", ets, 0.08),
    _normalised("autoregression", "regression", "Autoregression", autoregression, 0.045),
    _normalised("components", "state space", "Unobserved components", unobserved_components, 0.11),
    _normalised("ridge", "machine learning", "Ridge regression", ridge, 0.06),
    _normalised("sarima", "ARIMA", "SARIMA(1,0,1)(0,1,1)", sarima, 0.4),
    ForecasterSpec(
        "weighted_combination",
        "combination",
        "The mean of six families, weighted by the inverse of their squared recent errors.",
        None,
        members=("theta", "ets", "autoregression", "sarima", "unobserved_components", "ridge"),
    ),
    ForecasterSpec(
        "weather_normalised_combination",
        "combination + weather",
        "The same mean of the six families, each in expected weather.",
        None,
        weather=True,
        members=tuple(
            f"weather_normalised_{name}"
            for name in ("theta", "ets", "autoregression", "components", "ridge", "sarima")
        ),
    ),
)
FORECASTERS: dict[str, ForecasterSpec] = {spec.name: spec for spec in _SPECS}
REPLACED_BY = {
    "harmonic_regression": "weather_normalised_autoregression",
    "combination": "weather_normalised_combination",
    "combination_inverse_error": "weather_normalised_combination",
    "combination_stacking": "weather_normalised_combination",
}
"""Forecasters of earlier versions, all of which need weather: their releases still load."""
COMBINATIONS = ("weather_normalised_combination", "weighted_combination")
"""Published where the run has them, the first that did not fail."""


def uses_weather(forecaster: str) -> bool:
    """Whether the forecaster of a release, today's or an earlier version's, takes degree days.

    Raises:
        KeyError: No version had a forecaster of that name.
    """
    return forecaster in REPLACED_BY or FORECASTERS[forecaster].weather


def choose_forecasters(forecasters: str, with_weather: bool = True) -> tuple[str, ...]:
    """Names of forecasters in the order of FORECASTERS, from `all` or a comma-separated list.

    The baseline and the members of combinations are added, since comparing needs them. Without
    weather, `all` skips forecasters that need it.

    Raises:
        RequestError: An unknown name, no name, or a forecaster that needs weather without it.
    """
    names = [name.strip() for name in forecasters.split(",") if name.strip()]
    usable = [name for name, spec in FORECASTERS.items() if with_weather or not spec.weather]
    if names == ["all"]:
        return tuple(usable)
    if old := [name for name in names if name in REPLACED_BY]:
        successors = list(dict.fromkeys(REPLACED_BY[name] for name in old))
        raise RequestError(
            f"{join_names(old)} belonged to an earlier version; use {join_names(successors)}."
        )
    unknown = [name for name in names if name not in FORECASTERS]
    if unknown or not names:
        raise RequestError(
            f"Unknown forecaster '{join_names(unknown or [forecasters])}'. "
            f"Known forecasters: {join_names(list(FORECASTERS))}; or 'all'."
        )
    if unusable := [name for name in names if name not in usable]:
        raise RequestError(
            f"{join_names(unusable)} cannot be used: this data set has no weather. Choose from "
            f"{join_names(usable)}; or 'all', which skips forecasters that need weather."
        )
    members = {member for name in names for member in FORECASTERS[name].members}
    return tuple(name for name in FORECASTERS if name in {BASELINE, *names, *members})


def build_forecaster(
    forecaster: str, positive: bool, weights: Mapping[str, float] | None = None
) -> Any:
    """Build a forecaster, unfitted.

    Args:
        forecaster: A name of FORECASTERS.
        positive: Whether the series is above zero throughout, so that logs can be taken.
        weights: By member of a combination, from `combination.member_weights`.

    Returns:
        An sktime forecaster; if it uses weather, it takes X with a `degree_days` column.

    Raises:
        ForecastingError: A combination without weights.
    """
    from sktime.forecasting.compose import EnsembleForecaster, TransformedTargetForecaster
    from sktime.transformations.series.boxcox import LogTransformer

    spec = FORECASTERS[forecaster]
    if spec.members and weights:
        members = [(member, build_forecaster(member, positive)) for member in weights]
        return EnsembleForecaster(members, aggfunc="mean", weights=list(weights.values()))
    if spec.make is None:
        raise ForecastingError(f"{forecaster} needs the weights of its members.")
    model = spec.make()
    if spec.log and positive:
        return TransformedTargetForecaster([("log", LogTransformer()), ("forecast", model)])
    return model
