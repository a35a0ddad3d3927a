"""The fitted champion: loaded once, refitted to newer months, asked about weather scenarios.

Heavy packages are imported inside functions, for a look-up never gets here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from energy.contract import ForecastRequest
from energy.contract.forecast import WeatherBasis
from energy.contract.months import months_between
from energy.errors import EnergyError, FieldError, ServingError, join_names
from energy.releases.reader import Release
from energy.serving.predict import PointForecasts, observed_weather
from energy.serving.scenario import WeatherScenario, shift_by_weather

CACHE_KEY = "champion"
"""The loaded champion's key in the cache of a release."""


def champion_forecasts(
    release: Release, request: ForecastRequest, cutoff: str, months: tuple[str, ...]
) -> PointForecasts:
    """The champion's forecasts of `months`, in the weather of the request.

    A champion that uses weather forecasts in it. The forecasts of one that does not are shifted by
    the published response of the series to degree days, and the answer says so. The months are
    ascending, after the cutoff, which counts the observations.
    """
    from energy.forecasting.backtest import forecast

    table = release.table
    fitted, uses_weather = load_champion(release)
    scenario = WeatherScenario.from_request(release, request, cutoff, months, uses_weather)
    if request.observations:
        weather = scenario if uses_weather else None
        fitted = _refit(release, fitted, request.observations, weather)
    horizon = months_between(cutoff, months[-1])
    X = scenario.frame() if uses_weather else None
    ahead = forecast(table.forecaster, fitted, horizon, table.calibration.log, X)
    means = {month: float(ahead.iloc[months_between(cutoff, month) - 1]) for month in months}
    basis: dict[str, WeatherBasis] = observed_weather(table)
    if request.weather is None:
        return PointForecasts("champion", means, basis)
    basis |= dict.fromkeys(scenario.requested, "given")
    if uses_weather:
        return PointForecasts("champion", means, basis, "champion")
    means = {month: shift_by_weather(mean, scenario, month) for month, mean in means.items()}
    return PointForecasts("champion", means, basis, "sensitivity")


def load_champion(release: Release) -> tuple[Any, bool]:
    """The fitted sktime forecaster, unpickled once per release, and whether it uses weather.

    Raises:
        ServingError: It was pickled with other package versions than those installed
            (`champion_refused`), or does not load (`champion_unreadable`).
    """
    if CACHE_KEY not in release.cache:
        manifest = release.manifest
        _check_packages(manifest.release_id, manifest.lineage.packages)
        model = release.model()
        from energy.forecasting.models import uses_weather
        from energy.forecasting.selection import model_from_zip

        try:
            weather = uses_weather(manifest.forecaster)
        except KeyError as error:
            reason = f"this version has no forecaster {manifest.forecaster}"
            raise _unreadable(manifest.release_id, reason) from error
        try:
            fitted = model_from_zip(model)
        except Exception as error:  # unpickling raises anything at all
            reason = f"{type(error).__name__} while unpickling"
            raise _unreadable(manifest.release_id, reason) from error
        release.cache[CACHE_KEY] = fitted, weather
    champion: tuple[Any, bool] = release.cache[CACHE_KEY]
    return champion


def _unreadable(release_id: str, reason: str) -> ServingError:
    return ServingError(
        f"The champion of release {release_id} cannot be loaded ({reason}); published months "
        "without weather or observations are still answered. Publish a new release.",
        code="champion_unreadable",
    )


def _check_packages(release_id: str, packages: Mapping[str, str]) -> None:
    differences = [
        f"{name} {expected} (here {installed})"
        for name, expected in packages.items()
        if (installed := _installed_version(name)) != expected
    ]
    if differences:
        raise ServingError(
            f"The champion of release {release_id} was pickled with {join_names(differences)} and "
            "is not loaded; published months without weather or observations are still answered. "
            "Install the packages of the release, or publish a new one.",
            code="champion_refused",
        )


def _installed_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _refit(
    release: Release,
    fitted: Any,
    observations: Mapping[str, float],
    weather: WeatherScenario | None,
) -> Any:
    """A copy of the champion with the same settings and weights, fitted to the longer series.

    sktime's `update` is no alternative: a pipeline with a seasonal adjustment (theta) adjusts the
    new months apart from the old, and its forecasts are then a quarter off.
    """
    import pandas as pd

    from energy.forecasting.backtest import suppress_warnings

    first, values = release.history
    months = pd.period_range(first, periods=len(values) + len(observations), freq="M")
    y = pd.Series([*values, *observations.values()], months, name=release.table.target)
    X = weather.regressors(months) if weather else None
    try:
        with suppress_warnings():
            return fitted.clone().fit(y, X=X)
    except EnergyError:
        raise
    except Exception as error:  # a fit raises anything at all; here the observations are the cause
        raise FieldError(
            f"{release.table.forecaster} could not be fitted to the observations "
            f"({type(error).__name__}); check the figures and their unit.",
            code="update_failed",
            field="observations",
        ) from error
