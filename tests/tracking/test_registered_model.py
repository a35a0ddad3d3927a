"""The model that MLflow loads answers as the release does."""

from __future__ import annotations

import functools
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_results import AND_WEATHER, make_comparison, make_plan, make_series, make_weather
from msgspec.structs import replace

from energy.contract import ForecastTable
from energy.forecasting.models import FORECASTERS
from energy.forecasting.selection import model_to_zip, refit_champion
from energy.tracking.registry import RegisteredChampion, _load_pyfunc

# sktime's own, in waves.
pytestmark = pytest.mark.filterwarnings("ignore:The copy keyword is deprecated")
NAMES = ("theta", "weather_normalised_theta", "weather_normalised_combination")
"""Without weather, with weather, and a combination with weather."""


@functools.cache
def refitted(name: str) -> tuple[bytes, ForecastTable]:
    y = make_series()
    entry, compared = FORECASTERS[name], make_comparison(y, make_plan(y), names=AND_WEATHER)
    folds = compared.folds["theta" if entry.members else name]
    weights = {member: 1 / len(entry.members) for member in entry.members}
    fitted, table = refit_champion(name, y, make_weather(), folds, 12, "Mtoe", weights)
    return model_to_zip(fitted), table


@functools.cache
def loaded(name: str) -> RegisteredChampion:
    """From the files that a release holds."""
    model, table = refitted(name)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "model.zip").write_bytes(model)
        Path(folder, "forecast.json").write_text(json.dumps(table.to_dict()))
        return _load_pyfunc(folder)


def request(*horizon: int) -> pd.DataFrame:
    return pd.DataFrame({"horizon": horizon})


@pytest.mark.parametrize("name", NAMES)
def test_published_months_are_those_of_the_table(name: str) -> None:
    _, table = refitted(name)
    answer = loaded(name).predict(request(*range(1, 13)))
    assert list(answer["month"]) == [row.month for row in table.months]
    assert answer["mean"].to_numpy() == pytest.approx([row.mean for row in table.months], abs=1e-9)
    expected = np.array([row.quantiles for row in table.months])
    assert answer.filter(like="q0.").to_numpy() == pytest.approx(expected, abs=1e-9)


def test_a_nowcast_uses_the_weather_of_the_release() -> None:
    """Its mean differs from that in normal weather, and its interval is narrower."""
    name = "weather_normalised_theta"
    _, table = refitted(name)
    assert list(table.observed) == ["2022-08"]
    blind = RegisteredChampion(loaded(name).fitted, replace(table, observed={}))
    (_, seen), (_, unseen) = (
        next(model.predict(request(1)).iterrows()) for model in (loaded(name), blind)
    )
    assert seen["mean"] == pytest.approx(table.months[0].mean, abs=1e-9)
    assert seen["mean"] != pytest.approx(unseen["mean"], abs=1e-6)
    assert seen["q0.975"] / seen["q0.025"] < unseen["q0.975"] / unseen["q0.025"]


def test_the_first_month_alone_is_that_of_the_table() -> None:
    for name in NAMES:
        first = refitted(name)[1].months[0]
        answer = loaded(name).predict(request(1)).iloc[0]
        assert [answer["mean"], *answer.filter(like="q0.")] == pytest.approx(
            [first.mean, *first.quantiles], abs=1e-9
        )


def test_months_are_in_the_requested_order() -> None:
    _, table = refitted("theta")
    answer = loaded("theta").predict(request(7, 2, 2), params={"anything": 1})
    assert list(answer["month"]) == ["2023-02", "2022-09", "2022-09"]
    assert answer["mean"].iloc[0] == pytest.approx(table.months[6].mean, abs=1e-9)


def test_intervals_widen_beyond_the_published_months() -> None:
    answer = loaded("theta").predict(request(12, 24, 36))
    width = np.log(answer["q0.975"] / answer["q0.025"])
    assert width.is_monotonic_increasing
    assert answer["month"].iloc[-1] == "2025-07"
