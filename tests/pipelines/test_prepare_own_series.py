"""A series of one's own is laid out as the shipped one is, with weather or without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from own_series import TOML, rows, with_weather, write

from energy import errors
from energy.forecasting import weather
from energy.forecasting.models import FORECASTERS
from energy.pipelines import train
from energy.pipelines.prepare import TrainingPlan, TrainRequest, prepare_training
from energy.settings import Settings


def plan_training(folder: Path, file: Path, **changes: Any) -> TrainingPlan:
    settings = Settings(
        data=folder / "nowhere", tracking_uri=f"sqlite:///{folder}/mlflow.db", dataset=file
    )
    return prepare_training(settings, TrainRequest(**({"store": str(folder / "store")} | changes)))


def forecast(training_plan: TrainingPlan, *names: str) -> Any:
    y, given = training_plan.series[training_plan.target], (
        training_plan.weather,
        training_plan.plan,
    )
    results = {name: train.backtest_one(name, y, *given) for name in names}
    assert not [score.failure for _, score in results.values() if score.failure]
    compared = train.compare_forecasters(names, results, y, training_plan.weather)
    return train.refit_best(
        compared, y, training_plan.weather, 6, training_plan.dataset.unit(training_plan.target)
    )[1]


def test_without_weather_what_needs_it_is_left_out_and_named(tmp_path: Path) -> None:
    training_plan = plan_training(tmp_path, write(tmp_path))
    assert (training_plan.target, list(training_plan.series), training_plan.weather) == (
        "flour",
        ["flour"],
        None,
    )
    assert (str(training_plan.series["flour"].index[0]), len(training_plan.series["flour"])) == (
        "2015-01",
        96,
    )
    needing = tuple(name for name, entry in FORECASTERS.items() if entry.weather)
    assert training_plan.skipped == needing
    assert set(training_plan.forecasters) == set(FORECASTERS) - set(needing)
    assert f"No weather, so without {', '.join(needing)}." in str(training_plan)
    assert list(training_plan.vintage) == ["mill.csv"]


def test_its_forecast_has_its_unit_and_no_word_of_weather(tmp_path: Path) -> None:
    training_plan = plan_training(tmp_path, write(tmp_path), forecasters="theta", folds=4)
    table = forecast(training_plan, "seasonal_naive", "theta")
    assert (table.target, table.unit, table.cutoff) == ("flour", "tonnes", "2022-12")
    assert (table.observed, set(table.calibration.weather)) == ({}, {0.0})
    assert weather.weather_facts(training_plan.series["flour"], None) is None


def test_with_weather_the_whole_bench_competes(tmp_path: Path) -> None:
    training_plan = plan_training(tmp_path, with_weather(tmp_path), folds=2)
    assert (training_plan.forecasters, training_plan.skipped) == (tuple(FORECASTERS), ())
    assert training_plan.weather is not None
    assert list(training_plan.weather.columns) == ["temperature", "degree_days"]
    table = forecast(training_plan, "seasonal_naive", "weather_normalised_theta")
    assert table.unit == "tonnes"
    assert weather.weather_facts(training_plan.series["flour"], training_plan.weather) is not None


@pytest.mark.parametrize(
    ("figures", "least"),
    [(lambda i: i % 12 - 6 + i / 50, -6.0), (lambda i: max(0, i % 12 - 6) + (i % 7) / 9, 0.0)],
    ids=["below zero", "zeros"],
)
def test_figures_below_zero_and_zeros_are_forecast_in_levels(
    tmp_path: Path, figures: Any, least: float
) -> None:
    toml = 'name = "x"\ntitle = "X"\nfile = "mill.csv"\n[columns.x]\nunit = "t"\n'
    months = pd.period_range("2015-01", periods=96, freq="M")
    lines = [f"{month},{figures(place):.3f}" for place, month in enumerate(months)]
    training_plan = plan_training(tmp_path, write(tmp_path, lines, toml, "month,x"), folds=4)
    assert training_plan.series["x"].min() == least
    table = forecast(training_plan, "seasonal_naive", "theta", "exponential_smoothing")
    assert not table.calibration.log
    assert np.isfinite([row.mean for row in table.months]).all()


def test_all_is_the_total_and_the_parts_that_its_settings_name(tmp_path: Path) -> None:
    training_plan = plan_training(tmp_path, write(tmp_path), target="all")
    assert list(training_plan.series) == ["flour", "rye", "wheat"]
    alone = TOML.replace('parts = ["rye", "wheat"]', "")
    with pytest.raises(errors.RequestError, match="flour has none"):
        plan_training(tmp_path, write(tmp_path, toml=alone), target="all")


def test_it_starts_where_its_figures_do_unless_told(tmp_path: Path) -> None:
    lines = rows()
    lines[0] = "2015-01,,,"
    file = write(tmp_path, lines)
    assert str(plan_training(tmp_path, file).series["flour"].index[0]) == "2015-02"
    assert str(plan_training(tmp_path, file, start="2016-03").series["flour"].index[0]) == "2016-03"
    told = write(tmp_path, lines, 'start = "2016-01"\n' + TOML)
    assert str(plan_training(tmp_path, told).series["flour"].index[0]) == "2016-01"
    with pytest.raises(errors.EnergyError):
        plan_training(tmp_path, file, start="2015-01")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"target": "total"}, errors.UnknownTarget),
        ({"target": "temperature"}, errors.UnknownTarget),
        ({"forecasters": "theta,sarimax"}, errors.RequestError),
        ({"forecasters": "weather_normalised_combination"}, errors.RequestError),
        ({"vintage": "2022-12-00000000"}, errors.DataError),
        ({"real_time": True}, errors.DataError),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(
    tmp_path: Path, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        plan_training(tmp_path, write(tmp_path), **changes)


def test_fewer_than_five_years_are_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.EnergyError):
        plan_training(tmp_path, write(tmp_path, rows(59)))
