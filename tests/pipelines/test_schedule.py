"""Work is distributed over branches that end together, and over no more than pay off."""

from __future__ import annotations

import pytest
from forecasting.series_building import unhurried
from hypothesis import given
from hypothesis import strategies as st

from energy.forecasting.models import FORECASTERS
from energy.pipelines import train
from energy.pipelines.train import BRANCH_START, Branch, Work

ALL_FORECASTERS = [("total", name) for name in FORECASTERS]


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


def cost(branch: tuple[Work, ...]) -> float:
    return sum(FORECASTERS[name].cost for _, name in branch)


@unhurried
@given(subsets, fold_counts, worker_counts)
def test_each_fit_is_in_a_single_branch_the_most_expensive_first(work, folds, workers) -> None:
    found = schedule_branches(work, folds, workers)
    each = [one for branch in found for one in branch]
    assert sorted(each) == sorted(one for one in work if not FORECASTERS[one[1]].members)
    assert all(found)
    assert len(found) <= workers
    for costs in (map(cost, found), *([cost((one,)) for one in branch] for branch in found)):
        dear_first = list(costs)
        assert dear_first == sorted(dear_first, reverse=True)


@unhurried
@given(subsets, fold_counts, worker_counts)
def test_branches_end_within_a_fit_of_each_other(work, folds, workers) -> None:
    """Whoever has least to do is given the next, so that all end together."""
    found = schedule_branches(work, folds, workers)
    for branch in found:
        assert cost(branch[:-1]) <= min(map(cost, found)) + 1e-9


@unhurried
@given(subsets, fold_counts, worker_counts)
def test_every_branch_saves_what_it_takes_to_start(work, folds, workers) -> None:
    found = schedule_branches(work, folds, workers)
    if len(found) > 1:
        saved = folds * (sum(map(cost, found)) - cost(found[0]))
        assert saved >= BRANCH_START * (len(found) - 1) - 1e-9


def test_a_machine_with_two_cores_has_two_branches_that_end_together() -> None:
    one, other = schedule_branches(ALL_FORECASTERS, 33, 2)
    assert cost(one) == pytest.approx(cost(other), rel=0.05)


def test_more_workers_than_shorten_the_run_are_not_used() -> None:
    found = schedule_branches(ALL_FORECASTERS, 33, 1000)
    most_expensive = max(entry.cost for entry in FORECASTERS.values() if not entry.members)
    assert 2 < len(found) < 6
    assert most_expensive <= cost(found[0]) < 1.3 * most_expensive


def test_with_few_folds_one_branch_is_enough() -> None:
    assert len(schedule_branches(ALL_FORECASTERS, 1, 2)) == 1
    assert len(schedule_branches(ALL_FORECASTERS, 24, 1)) == 1


def test_combinations_alone_need_no_branch() -> None:
    assert schedule_branches([("total", "weighted_combination")], 24, 2) == []


def test_many_quick_series_share_one_branch() -> None:
    work = [(f"shop {n}", name) for n in range(8) for name in ("seasonal_naive", "theta")]
    assert len(schedule_branches(work, 4, 8)) == 1
    slow = [(f"shop {n}", "sarimax") for n in range(8)]
    assert len(schedule_branches(slow, 33, 8)) == 8
