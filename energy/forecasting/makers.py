"""How each kind of forecaster of the bench is made; sktime is imported when one is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from energy.forecasting.horizon import SP


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
