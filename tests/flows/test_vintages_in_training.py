"""TrainFlow on vintages: the newest, one asked for, and each fold on the figures of its time."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from flow_runs import Checkout, check_out
from made_results import ENERGY, RAW, WEATHER, make_release

from energy.data.archive import held
from energy.data.keeping import Kept, keep
from energy.data.records import Record
from energy.data.tables import TARGETS
from energy.forecasting import backtest
from energy.preparing import Task, TrainRequest, prepare
from energy.releases.bundle import verify
from energy.releases.store import open_store
from energy.settings import Settings

CUTOFF = pd.Period("2018-04", "M")
"""Where the training part ends of a vintage that ends in August 2022."""
EARLIER = CUTOFF - 12
"""The last fold before it, which no vintage ends at."""
BEFORE = ("2016-11", "2017-02", "2018-01", "2018-02")
Means = dict[pd.Period, np.ndarray]


@functools.cache
def workbook(last: str, change: float = 0.0) -> bytes:
    return make_release(last, dict.fromkeys(BEFORE, change) if change else None)


def archive(root: Path, then: float = 0.0, now: float = 0.0) -> Path:
    """Three vintages: one that ends at the cutoff, the embedded one, and a newer one.

    Args:
        root: Where.
        then: What to add to figures before the cutoff, as the first one has them.
        now: The same, as the newest one has them.
    """
    for files in (
        {"then.xlsx": workbook(str(CUTOFF), then), WEATHER: (RAW / WEATHER).read_bytes()},
        {ENERGY: (RAW / ENERGY).read_bytes()},
        {"now.xlsx": workbook("2022-08", now)},
    ):
        assert isinstance(keep(root, files, Record("", "", {})), Kept)
    return root


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive(tmp_path_factory.mktemp("three"))


def prepared(data: Path, folder: Path, **asked: object) -> Task:
    settings = Settings(str(folder / "store"), data, f"sqlite:///{folder}/mlflow.db")
    return prepare(settings, TrainRequest(forecasters="seasonal_naive", folds=2, **asked))  # type: ignore[arg-type]


def means(data: Path, folder: Path, *, real_time: bool) -> Means:
    """Forecasts of the folds at both cutoffs."""
    task = prepared(data, folder, in_real_time=real_time)
    few = replace(task.plan, backtest=task.plan.backtest[-1:], holdout=task.plan.holdout[:1])
    assert (few.backtest, few.holdout) == ((EARLIER,), (CUTOFF,))
    series, known = task.series["total"], task.known["total"]
    folds, _ = backtest.run("seasonal_naive", series, task.weather, few, known)
    once = folds[folds["protocol"] != "single_origin"]
    actual = series.loc[pd.PeriodIndex(once["month"])]
    assert once["actual"].to_numpy() == pytest.approx(actual.to_numpy())
    return {cutoff: fold["mean"].to_numpy() for cutoff, fold in once.groupby("cutoff")}


def test_the_newest_vintage_unless_another_is_asked_for(three: Path, tmp_path: Path) -> None:
    old, embedded, new = held(three)
    task = prepared(three, tmp_path)
    assert (task.vintage_id, task.vintage) == (new.vintage_id, new.hashes)
    assert str(task.series["total"].index[-1]) == "2022-08"
    assert task.known == {"total": {}}
    task = prepared(three, tmp_path, vintage=embedded.vintage_id)
    assert task.vintage == embedded.hashes
    assert str(task.series["total"].index[-1]) == "2022-07"
    task = prepared(three, tmp_path, vintage=old.vintage_id)
    assert task.series["total"].index[-1] == CUTOFF


def test_what_was_known_is_held_for_cutoffs_with_a_vintage_of_their_own(
    three: Path, tmp_path: Path
) -> None:
    task = prepared(three, tmp_path, in_real_time=True)
    assert set(task.known["total"]) == {CUTOFF}
    series, weather = task.known["total"][CUTOFF]
    assert (series.index[0], series.index[-1]) == (task.series["total"].index[0], CUTOFF)
    assert list(weather.columns) == list(task.weather.columns)
    assert " 1 folds as it was known then." in str(task)
    # The plan of this one has its cutoffs a month earlier, where no vintage ends.
    _, embedded, _ = held(three)
    task = prepared(three, tmp_path, in_real_time=True, vintage=embedded.vintage_id)
    assert task.known == {"total": {}}


def test_every_part_is_told_what_was_known_of_it(three: Path, tmp_path: Path) -> None:
    task = prepared(three, tmp_path, in_real_time=True, target="all")
    assert set(task.known) == set(task.series) == set(TARGETS)
    for name, known in task.known.items():
        assert set(known) == {CUTOFF}
        series, _ = known[CUTOFF]
        assert (series.name, series.index[-1]) == (name, CUTOFF)


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


@pytest.fixture(scope="module")
def checkout(three: Path, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout that takes its data from the three vintages."""
    return check_out(tmp_path_factory.mktemp("vintages"), ENERGY_DATA=str(three))


@pytest.mark.e2e
def test_a_run_on_a_vintage_asked_for_with_a_fold_of_its_time(
    checkout: Checkout, three: Path
) -> None:
    """From April 2001 on, its plan has the cutoff that the oldest vintage ends at."""
    _, embedded, new = held(three)
    ended = checkout.flow(
        *("run", "--vintage", embedded.vintage_id, "--real-time", "True", "--start", "2001-04"),
        *("--forecasters", "seasonal_naive", "--folds", "1", "--horizon", "1"),
    ).good()
    assert f"256 months to 2022-07 (vintage {embedded.vintage_id})" in ended.stdout
    assert " 1 folds as it was known then." in ended.stdout
    manifest = verify(open_store(str(checkout.store)), ended.release_id)  # refused: it is naive
    assert manifest.lineage.vintage == embedded.hashes != new.hashes
    assert manifest.cutoff == "2022-07"


@pytest.mark.e2e
def test_a_vintage_that_is_not_held(checkout: Checkout, three: Path) -> None:
    said = checkout.flow("run", "--vintage", "1999-01-00000000").refused()
    assert "No vintage '1999-01-00000000' is held" in said
    for one in held(three):
        assert one.vintage_id in said
