"""Training on vintages: the newest, a requested one, and folds on figures as first published."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from three_vintages import CUTOFF, archive

from energy.data.archive import list_vintages
from energy.data.tables import TARGETS
from energy.forecasting import backtest
from energy.pipelines.prepare import TrainingPlan, TrainRequest, prepare_training
from energy.settings import Settings

EARLIER = pd.Period("2017-02", "M")
"""The last cutoff of the training part, which no vintage ends at."""
Means = dict[pd.Period, np.ndarray]


def prepared(data: Path, folder: Path, **asked: object) -> TrainingPlan:
    settings = Settings(str(folder / "store"), data, f"sqlite:///{folder}/mlflow.db")
    return prepare_training(settings, TrainRequest(forecasters="seasonal_naive", folds=2, **asked))  # type: ignore[arg-type]


def means(data: Path, folder: Path, *, real_time: bool) -> Means:
    """Forecasts of the folds at both cutoffs."""
    training_plan = prepared(data, folder, real_time=real_time)
    few = replace(
        training_plan.plan,
        backtest=training_plan.plan.backtest[-1:],
        holdout=training_plan.plan.holdout[:1],
    )
    assert (few.backtest, few.holdout) == ((EARLIER,), (CUTOFF,))
    series, known = training_plan.series["total"], training_plan.real_time_data["total"]
    folds, _ = backtest.run_backtest("seasonal_naive", series, training_plan.weather, few, known)
    once = folds[folds["protocol"] != "single_origin"]
    actual = series.loc[pd.PeriodIndex(once["month"])]
    assert once["actual"].to_numpy() == pytest.approx(actual.to_numpy())
    return {cutoff: fold["mean"].to_numpy() for cutoff, fold in once.groupby("cutoff")}


def test_the_newest_vintage_unless_another_is_asked_for(three: Path, tmp_path: Path) -> None:
    old, embedded, new = list_vintages(three)
    training_plan = prepared(three, tmp_path)
    assert (training_plan.vintage_id, training_plan.vintage) == (new.vintage_id, new.hashes)
    assert str(training_plan.series["total"].index[-1]) == "2022-08"
    assert training_plan.real_time_data == {"total": {}}
    training_plan = prepared(three, tmp_path, vintage=embedded.vintage_id)
    assert training_plan.vintage == embedded.hashes
    assert str(training_plan.series["total"].index[-1]) == "2022-07"
    training_plan = prepared(three, tmp_path, vintage=old.vintage_id)
    assert training_plan.series["total"].index[-1] == CUTOFF


def test_cutoffs_with_a_vintage_of_their_own_have_its_figures(three: Path, tmp_path: Path) -> None:
    training_plan = prepared(three, tmp_path, real_time=True, target="all")
    assert set(training_plan.real_time_data) == set(training_plan.series) == set(TARGETS)
    for name, real_time in training_plan.real_time_data.items():
        assert set(real_time) == {CUTOFF}
        series, weather = real_time[CUTOFF]
        first_month = training_plan.series[name].index[0]
        assert (series.name, series.index[0], series.index[-1]) == (name, first_month, CUTOFF)
        assert list(weather.columns) == list(training_plan.weather.columns)
    assert " 1 folds use figures as first published." in str(training_plan)
    # Cutoffs follow the calendar, so the plan of another vintage has the same ones.
    _, embedded, _ = list_vintages(three)
    training_plan = prepared(three, tmp_path, real_time=True, vintage=embedded.vintage_id)
    assert set(training_plan.real_time_data["total"]) == {CUTOFF}


def test_a_fold_sees_the_figures_of_its_time_where_they_are_held(
    three: Path, tmp_path: Path
) -> None:
    revised_now = archive(tmp_path / "now", now=0.5)
    revised_then = archive(tmp_path / "then", then=0.5)
    every = (three, revised_now, revised_then)

    base, now, then = (means(data, tmp_path, real_time=True) for data in every)
    assert np.array_equal(now[CUTOFF], base[CUTOFF])
    assert not np.allclose(then[CUTOFF], base[CUTOFF], rtol=1e-4)
    # No vintage ends at the earlier cutoff: it sees the figures of today, and those alone.
    assert not np.allclose(now[EARLIER], base[EARLIER], rtol=1e-4)
    assert np.array_equal(then[EARLIER], base[EARLIER])

    today, now_today, then_today = (means(data, tmp_path, real_time=False) for data in every)
    for cutoff in (CUTOFF, EARLIER):
        assert not np.allclose(now_today[cutoff], today[cutoff], rtol=1e-4)
        assert np.array_equal(then_today[cutoff], today[cutoff])
    # What was revised then came to be the figures of today: the two agree.
    assert then[CUTOFF] == pytest.approx(now_today[CUTOFF])
    assert np.array_equal(now[EARLIER], now_today[EARLIER])
