"""Work is dealt out to branches that end together, and to no more of them than pay."""

from __future__ import annotations

import pytest
from forecasting.series_building import unhurried
from hypothesis import given
from hypothesis import strategies as st

from energy.forecasting.models import FORECASTERS
from energy.pipelines import train
from energy.pipelines.train import BRANCH_START, Branch, Work

BENCH_OF_ONE = [("total", name) for name in FORECASTERS]


def schedule_branches(work: list[Work], folds: int, workers: int) -> list[tuple[Work, ...]]:
    branches = train.schedule_branches(work, folds, workers)
    assert all(isinstance(branch, Branch) for branch in branches)
    return [branch.work for branch in branches]


subsets = st.lists(
    st.tuples(st.sampled_from(["total", "coal", "gas"]), st.sampled_from(list(FORECASTERS))),
    min_size=1,
    unique=True,
)
fold_counts = st.integers(1, 72)
worker_counts = st.integers(1, 20)


def cost(parcel: tuple[Work, ...]) -> float:
    return sum(FORECASTERS[name].cost for _, name in parcel)


@unhurried
@given(subsets, fold_counts, worker_counts)
def test_each_that_is_fitted_is_in_one_parcel_the_dearest_first(work, folds, workers) -> None:
    found = schedule_branches(work, folds, workers)
    each = [one for parcel in found for one in parcel]
    assert sorted(each) == sorted(one for one in work if not FORECASTERS[one[1]].members)
    assert all(found)
    assert len(found) <= workers
    for costs in (map(cost, found), *([cost((one,)) for one in parcel] for parcel in found)):
        dear_first = list(costs)
        assert dear_first == sorted(dear_first, reverse=True)


@unhurried
@given(subsets, fold_counts, worker_counts)
def test_no_parcel_is_longer_than_another_by_more_than_its_last(work, folds, workers) -> None:
    """Whoever has least to do is given the next, so that all end together."""
    found = schedule_branches(work, folds, workers)
    for parcel in found:
        assert cost(parcel[:-1]) <= min(map(cost, found)) + 1e-9


@unhurried
@given(subsets, fold_counts, worker_counts)
def test_every_branch_saves_what_it_takes_to_start(work, folds, workers) -> None:
    found = schedule_branches(work, folds, workers)
    if len(found) > 1:
        saved = folds * (sum(map(cost, found)) - cost(found[0]))
        assert saved >= BRANCH_START * (len(found) - 1) - 1e-9


def test_a_machine_with_two_cores_has_two_branches_that_end_together() -> None:
    one, other = schedule_branches(BENCH_OF_ONE, 33, 2)
    assert cost(one) == pytest.approx(cost(other), rel=0.05)


def test_no_engine_is_wider_than_what_makes_a_run_shorter() -> None:
    found = schedule_branches(BENCH_OF_ONE, 33, 1000)
    dearest = max(entry.cost for entry in FORECASTERS.values() if not entry.members)
    assert 2 < len(found) < 6
    assert cost(found[0]) == dearest


def test_with_few_folds_one_branch_is_enough() -> None:
    assert len(schedule_branches(BENCH_OF_ONE, 1, 2)) == 1
    assert len(schedule_branches(BENCH_OF_ONE, 24, 1)) == 1


def test_combinations_alone_need_no_branch() -> None:
    assert schedule_branches([("total", "combination")], 24, 2) == []


def test_many_quick_series_share_one_branch() -> None:
    work = [(f"shop {n}", name) for n in range(8) for name in ("seasonal_naive", "theta")]
    assert len(schedule_branches(work, 4, 8)) == 1
    slow = [(f"shop {n}", "sarimax") for n in range(8)]
    assert len(schedule_branches(slow, 33, 8)) == 8
