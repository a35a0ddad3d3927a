"""The fitted champion: loaded once, refitted on newer months, asked about weather to come.

Everything heavy is imported inside functions: a service that only looks up never comes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from energy import legacy_errors
from energy.contract import ForecastRequest
from energy.contract.forecast import WeatherBasis
from energy.contract.months import months_between
from energy.errors import EnergyError
from energy.releases.reader import Release
from energy.serving.predict import PointForecasts, observed_months
from energy.serving.scenario import WeatherScenario, shift_by_weather

KEPT = "champion"


def champion_forecasts(
    release: Release, asked: ForecastRequest, cutoff: str, months: tuple[str, ...]
) -> PointForecasts:
    """The champion's forecasts of `months`, in the weather that is asked about.

    A champion that uses weather forecasts in it. One that does not is moved by the published
    response of the series to degree days, and the answer says so.

    Args:
        release: The release in service.
        asked: Its scenario and observations count.
        cutoff: Last month known, observations included.
        months: Ascending, 1 to 120 months after `cutoff`.

    Raises:
        ServingError: The champion cannot be loaded.
        FieldError: A scenario or observations that cannot be answered for.
        StoreError: A file is altered, gone, or cannot be read now.
        NotPlausible: A forecast that cannot be.
    """
    from energy.forecasting.backtest import forecast

    table = release.table
    fitted, aware = load_champion(release)
    outlook = WeatherScenario.of(release, asked, cutoff, months, aware)
    if asked.observations:
        fitted = _refitted(release, fitted, asked.observations, outlook if aware else None)
    horizon = months_between(cutoff, months[-1])
    X = outlook.frame() if aware else None
    ahead = forecast(table.forecaster, fitted, horizon, table.calibration.log, X)
    by_month = {month: float(ahead.iloc[months_between(cutoff, month) - 1]) for month in months}
    basis: dict[str, WeatherBasis] = observed_months(table)
    if asked.weather is None:
        return PointForecasts("champion", by_month, basis)
    basis |= dict.fromkeys(outlook.given, "given")
    if aware:
        return PointForecasts("champion", by_month, basis, "champion")
    return PointForecasts(
        "champion",
        {month: shift_by_weather(mean, outlook, month) for month, mean in by_month.items()},
        basis,
        "sensitivity",
    )


def load_champion(release: Release) -> tuple[Any, bool]:
    """The fitted sktime forecaster, unpickled once per release, and whether it uses weather.

    Raises:
        ChampionRefused: It was pickled under other package versions than those installed.
        ChampionUnreadable: It does not load all the same, or is not on this version's bench.
        StoreError: `model.zip` is altered, gone, or cannot be read now.
    """
    if KEPT not in release.cache:
        manifest = release.manifest
        _check_packages(manifest.release_id, manifest.lineage.packages)
        model = release.model()
        from energy.forecasting.models import FORECASTERS
        from energy.forecasting.selection import model_from_zip

        entry = FORECASTERS.get(manifest.forecaster)
        if entry is None:
            reason = f"this version's bench has no {manifest.forecaster}"
            raise legacy_errors.ChampionUnreadable(manifest.release_id, reason)
        try:
            fitted = model_from_zip(model)
        except Exception as error:  # unpickling raises anything at all
            reason = f"{type(error).__name__} while unpickling"
            raise legacy_errors.ChampionUnreadable(manifest.release_id, reason) from error
        release.cache[KEPT] = fitted, entry.weather
    found: tuple[Any, bool] = release.cache[KEPT]
    return found


def _check_packages(release_id: str, written: Mapping[str, str]) -> None:
    installed = {name: _installed(name) for name in written}
    other = {name: number for name, number in written.items() if installed[name] != number}
    if other:
        raise legacy_errors.ChampionRefused(
            release_id, other, {name: installed[name] for name in other}
        )


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _refitted(
    release: Release,
    fitted: Any,
    observations: Mapping[str, float],
    weather: WeatherScenario | None,
) -> Any:
    """The champion, with the same settings and weights, fitted to the series and what came since.

    Not sktime's `update`: on a pipeline with a seasonal adjustment (theta) it adjusts the new
    months apart from the old, and its forecasts are then a quarter off.
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
    except Exception as error:  # whatever a fit raises, the figures given are why
        reason = type(error).__name__
        raise legacy_errors.UpdateFailed(
            "observations", release.table.forecaster, reason
        ) from error
