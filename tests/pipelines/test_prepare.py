"""What is checked and laid out before a run fits anything."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from energy import errors
from energy.data.tables import ENERGY, TARGETS
from energy.forecasting.models import FORECASTERS
from energy.pipelines.prepare import TrainingPlan, TrainRequest, prepare_training
from energy.pipelines.train import Branch
from energy.settings import Settings


def with_workers(folder: Path, workers: int) -> Settings:
    uri = f"sqlite:///{folder}/mlflow.db"
    given = {"store": str(folder / "own"), "tracking_uri": uri, "workers": workers}
    return replace(Settings.from_environment(), **given)


def plan_training(folder: Path, settings: Settings | None = None, **changes: Any) -> TrainingPlan:
    settings = settings or with_workers(folder, 2)
    return prepare_training(settings, TrainRequest(**({"store": str(folder / "store")} | changes)))


def test_the_default_request_is_laid_out_on_the_real_figures(tmp_path: Path) -> None:
    training_plan = plan_training(tmp_path)
    assert training_plan.target == "total"
    (series,) = training_plan.series.values()
    assert (str(series.index[0]), str(series.index[-1])) == ("2001-01", "2022-07")
    assert training_plan.plan.split == pd.Period("2018-03", "M")
    assert len(training_plan.plan.backtest) == 24
    assert training_plan.forecasters == tuple(FORECASTERS)
    fitted = [name for branch in training_plan.branches for _, name in branch.work]
    # A combination is not fitted, and every other forecaster once.
    assert sorted(fitted) == sorted(
        name for name, entry in FORECASTERS.items() if not entry.members
    )
    assert training_plan.real_time_data == {"total": {}}
    assert set(training_plan.vintage) == {"ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"}
    assert list(training_plan.weather.columns) == ["temperature", "degree_days"]
    assert str(training_plan).startswith("total: 259 months to 2022-07")
    assert f"{len(fitted)} forecasters to fit in {len(training_plan.branches)} branches" in str(
        training_plan
    )


def test_all_is_the_total_and_its_parts_in_months_that_all_of_them_have(tmp_path: Path) -> None:
    training_plan = plan_training(tmp_path, target="all")
    assert training_plan.target == "total"
    assert tuple(training_plan.series) == TARGETS
    (index,) = {tuple(y.index) for y in training_plan.series.values()}
    assert (str(index[0]), str(index[-1])) == ("2001-01", "2022-07")
    assert all(y.name == name for name, y in training_plan.series.items())
    parts = sum(training_plan.series[name] for name in ENERGY.parts)
    assert (parts - training_plan.series["total"]).abs().max() <= ENERGY.tolerance
    assert training_plan.plan == plan_training(tmp_path).plan
    assert training_plan.real_time_data == {name: {} for name in TARGETS}
    assert str(training_plan).startswith("total and its 7 parts: 259 months")


def test_all_is_the_whole_bench_for_every_target_the_dearest_branch_first(tmp_path: Path) -> None:
    every = plan_training(tmp_path, target="all")
    fitted = [name for name, entry in FORECASTERS.items() if not entry.members]
    work = [one for branch in every.branches for one in branch.work]
    assert sorted(work) == sorted(product(TARGETS, fitted))
    costs = [sum(FORECASTERS[name].cost for _, name in branch.work) for branch in every.branches]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize("target", ["total", "all"])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_there_are_as_many_branches_as_workers(tmp_path: Path, workers: int, target: str) -> None:
    assert (
        len(plan_training(tmp_path, with_workers(tmp_path, workers), target=target).branches)
        == workers
    )


def test_what_is_quick_shares_a_branch_of_however_many_targets(tmp_path: Path) -> None:
    (branch,) = plan_training(tmp_path, target="all", forecasters="drift", folds=4).branches
    assert len(branch.work) == 2 * len(TARGETS)


def test_a_part_is_a_target_like_any_other(tmp_path: Path) -> None:
    training_plan = plan_training(tmp_path, target="coal", forecasters="theta")
    assert (training_plan.target, list(training_plan.series)) == ("coal", ["coal"])
    assert str(training_plan).startswith("coal: 259 months")
    assert training_plan.branches == [Branch((("coal", "seasonal_naive"), ("coal", "theta")))]


def test_the_settings_store_is_taken_where_none_is_asked_for(tmp_path: Path) -> None:
    assert plan_training(tmp_path, store="").store == str(tmp_path / "own")


def test_nothing_is_read_before_the_store_is_known_to_take_a_release(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    nowhere = Settings(data=tmp_path / "nowhere", tracking_uri=f"sqlite:///{tmp_path}/m.db")
    with pytest.raises(errors.StoreUnwritable):
        plan_training(tmp_path, nowhere, store=str(tmp_path / "file" / "store"))
    with pytest.raises(errors.NoData):
        plan_training(tmp_path, nowhere)
