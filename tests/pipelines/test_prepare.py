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


def ask(folder: Path, settings: Settings | None = None, **changes: Any) -> TrainingPlan:
    settings = settings or with_workers(folder, 2)
    return prepare_training(settings, TrainRequest(**({"store": str(folder / "store")} | changes)))


def test_the_default_request_is_laid_out_on_the_real_figures(tmp_path: Path) -> None:
    task = ask(tmp_path)
    assert task.target == "total"
    (series,) = task.series.values()
    assert (str(series.index[0]), str(series.index[-1])) == ("2001-01", "2022-07")
    assert task.plan.split == pd.Period("2018-03", "M")
    assert len(task.plan.backtest) == 24
    assert task.forecasters == tuple(FORECASTERS)
    fitted = [name for branch in task.branches for _, name in branch.work]
    # A combination is not fitted, and every other forecaster once.
    assert sorted(fitted) == sorted(
        name for name, entry in FORECASTERS.items() if not entry.members
    )
    assert task.real_time_data == {"total": {}}
    assert set(task.vintage) == {"ET_1.2_SEP_22.xlsx", "Weather_SEP_22.ods"}
    assert list(task.weather.columns) == ["temperature", "degree_days"]
    assert str(task).startswith("total: 259 months to 2022-07")
    assert f"{len(fitted)} forecasters to fit in {len(task.branches)} branches" in str(task)


def test_all_is_the_total_and_its_parts_in_months_that_all_of_them_have(tmp_path: Path) -> None:
    task = ask(tmp_path, target="all")
    assert task.target == "total"
    assert tuple(task.series) == TARGETS
    (index,) = {tuple(y.index) for y in task.series.values()}
    assert (str(index[0]), str(index[-1])) == ("2001-01", "2022-07")
    assert all(y.name == name for name, y in task.series.items())
    parts = sum(task.series[name] for name in ENERGY.parts)
    assert (parts - task.series["total"]).abs().max() <= ENERGY.tolerance
    assert task.plan == ask(tmp_path).plan
    assert task.real_time_data == {name: {} for name in TARGETS}
    assert str(task).startswith("total and its 7 parts: 259 months")


def test_all_is_the_whole_bench_for_every_target_the_dearest_branch_first(tmp_path: Path) -> None:
    every = ask(tmp_path, target="all")
    fitted = [name for name, entry in FORECASTERS.items() if not entry.members]
    work = [one for branch in every.branches for one in branch.work]
    assert sorted(work) == sorted(product(TARGETS, fitted))
    costs = [sum(FORECASTERS[name].cost for _, name in branch.work) for branch in every.branches]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.parametrize("target", ["total", "all"])
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_there_are_as_many_branches_as_workers(tmp_path: Path, workers: int, target: str) -> None:
    assert len(ask(tmp_path, with_workers(tmp_path, workers), target=target).branches) == workers


def test_what_is_quick_shares_a_branch_of_however_many_targets(tmp_path: Path) -> None:
    (branch,) = ask(tmp_path, target="all", forecasters="drift", folds=4).branches
    assert len(branch.work) == 2 * len(TARGETS)


def test_a_part_is_a_target_like_any_other(tmp_path: Path) -> None:
    task = ask(tmp_path, target="coal", forecasters="theta")
    assert (task.target, list(task.series)) == ("coal", ["coal"])
    assert str(task).startswith("coal: 259 months")
    assert task.branches == [Branch((("coal", "seasonal_naive"), ("coal", "theta")))]


def test_the_settings_store_is_taken_where_none_is_asked_for(tmp_path: Path) -> None:
    assert ask(tmp_path, store="").store == str(tmp_path / "own")


def test_nothing_is_read_before_the_store_is_known_to_take_a_release(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    nowhere = Settings(data=tmp_path / "nowhere", tracking_uri=f"sqlite:///{tmp_path}/m.db")
    with pytest.raises(errors.StoreUnwritable):
        ask(tmp_path, nowhere, store=str(tmp_path / "file" / "store"))
    with pytest.raises(errors.NoData):
        ask(tmp_path, nowhere)
