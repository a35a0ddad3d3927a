"""What TrainFlow's middle steps do: backtest, compare, refit; on made-up figures."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import made_up_series, made_up_weather
from sktime.forecasting.naive import NaiveForecaster
from sktime.forecasting.theta import ThetaForecaster

from energy.data.frame import temporal_split
from energy.errors import ForecastingError
from energy.forecasting import backtest, folds, intervals, selection
from energy.forecasting.combination import member_weights
from energy.forecasting.folds import quantile_columns
from energy.forecasting.intervals import add_quantiles
from energy.forecasting.metrics import Score, score_folds
from energy.forecasting.models import BASELINE, FORECASTERS
from energy.pipelines import train
from energy.pipelines.train import (
    DIED,
    Branch,
    Comparison,
    Result,
    backtest_branch,
    backtest_one,
    compare_forecasters,
    gather_branches,
)

WEATHER = made_up_weather(97)
Y = made_up_series(WEATHER).iloc[:-1]
"""One month of weather is known that has no energy yet."""
COMBINED = "weather_normalised_combination"
MEMBERS = FORECASTERS[COMBINED].members
RIVALS = ("theta", *MEMBERS)
NAMES = (BASELINE, *RIVALS, COMBINED)
NOWCAST = {"backtest": "nowcast", "holdout": "nowcast_holdout"}

Results = dict[str, Result]


@pytest.fixture(scope="module")
def plan() -> folds.FoldPlan:
    train, _ = temporal_split(Y)
    return folds.plan_folds(Y.index, train.index[-1], 6, 12)


@pytest.fixture(scope="module")
def results(plan: folds.FoldPlan) -> Results:
    """The baseline's folds, and those of rivals that are a known way off the actuals."""
    baseline, scored = backtest_one(BASELINE, Y, WEATHER, plan)
    assert baseline is not None
    found: Results = {BASELINE: (baseline, scored)}
    first = baseline[(baseline["horizon"] == 1) & baseline["protocol"].isin(NOWCAST)]
    nowcasts = first.assign(protocol=first["protocol"].map(NOWCAST))
    for number, name in enumerate(RIVALS):
        rows = [baseline, nowcasts] if FORECASTERS[name].weather else [baseline]
        frame = pd.concat(rows, ignore_index=True).drop(columns=quantile_columns())
        off = np.random.default_rng(number).normal(0, 0.01 * (number + 1), len(frame))
        folds = add_quantiles(frame.assign(mean=frame["actual"] * np.exp(off)), Y, log=True)
        found[name] = folds, score_folds(name, of(folds, "backtest"), float(number))
    return found


@pytest.fixture(scope="module")
def comparison(results: Results) -> Comparison:
    return compare_forecasters(NAMES, results, Y, WEATHER)


def of(folds: pd.DataFrame, protocol: str) -> pd.DataFrame:
    return folds[folds["protocol"] == protocol]


def frame_of(results: Results, name: str) -> pd.DataFrame:
    folds, _ = results[name]
    assert folds is not None
    return folds


def test_a_backtest_is_scored_on_the_training_part_alone(results, plan) -> None:
    folds, found = results[BASELINE]
    rows = of(folds, "backtest")
    assert (found.failure, found.folds) == (None, len(plan.backtest))
    assert replace(found, seconds=0.0) == score_folds(BASELINE, rows, 0.0)


def test_a_forecaster_that_raises_becomes_a_score_with_the_reason(monkeypatch, plan) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("no\n  luck")

    monkeypatch.setattr(backtest, "fit", fail)
    folds, found = backtest_one(BASELINE, Y, WEATHER, plan)
    assert folds is None
    assert found == Score(BASELINE, failure="ZeroDivisionError: no luck")


def test_a_forecast_below_zero_of_a_positive_series_becomes_a_score(monkeypatch, plan) -> None:
    """As of a straight line through coal: no quantile may be NaN or out of order for it."""
    monkeypatch.setattr(backtest, "build_forecaster", lambda *_: NaiveForecaster("drift"))
    falling = pd.Series(np.geomspace(20, 0.2, len(Y)), Y.index, name="coal")
    folds, found = backtest_one("drift", falling, WEATHER, plan)
    assert folds is None
    assert "expected a number above zero" in str(found.failure)


def test_one_that_cannot_take_a_negative_series_becomes_a_score(monkeypatch, plan) -> None:
    monkeypatch.setattr(backtest, "build_forecaster", lambda *_: ThetaForecaster(sp=12))
    folds, found = backtest_one("theta", Y - Y.mean(), WEATHER, plan)
    assert folds is None
    assert found.failure is not None
    assert "Multiplicative seasonality" in found.failure
    assert "\n" not in found.failure


def test_who_asks_to_stop_is_not_taken_for_a_failing_forecaster(monkeypatch, plan) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backtest, "fit", interrupt)
    with pytest.raises(KeyboardInterrupt):
        backtest_one(BASELINE, Y, WEATHER, plan)


def test_everyone_is_ranked_on_the_backtest_and_reported_on_the_holdout(comparison) -> None:
    assert {s.forecaster for s in comparison.ranked} == set(NAMES)
    assert comparison.ranked == selection.rank_forecasters(comparison.ranked)
    assert comparison.champion == comparison.ranked[0].forecaster == COMBINED
    assert comparison.why.startswith(f"{COMBINED} is the mean of 6 forecasters")
    assert set(comparison.holdout) == set(comparison.single_origin) == set(comparison.folds)
    for name, found in comparison.holdout.items():
        assert found == score_folds(name, of(comparison.folds[name], "holdout"), 0.0)


def test_a_single_origin_is_told_by_its_percentage_error(comparison) -> None:
    rows = of(comparison.folds["theta"], "single_origin")
    expected = 100 * (rows["mean"] / rows["actual"] - 1).abs().mean()
    assert comparison.single_origin["theta"] == pytest.approx(expected)


def test_nowcasts_are_reported_of_those_that_use_weather_and_of_no_others(comparison) -> None:
    for protocol, scores in (
        ("nowcast", comparison.nowcast),
        ("nowcast_holdout", comparison.nowcast_holdout),
    ):
        assert set(scores) == {*MEMBERS, COMBINED}
        for name, found in scores.items():
            assert found == score_folds(name, of(comparison.folds[name], protocol), 0.0)
            assert [row["horizon"] for row in found.by_horizon] == [1]


def test_without_nowcasts_none_is_reported(results) -> None:
    names = (BASELINE, "theta")
    found = compare_forecasters(names, {name: results[name] for name in names}, Y, WEATHER)
    assert found.nowcast == found.nowcast_holdout == {}


def test_a_combination_is_added_from_its_members(comparison, results) -> None:
    members = {member: frame_of(results, member) for member in MEMBERS}
    expected = backtest.combine_backtests(members, Y, WEATHER)
    pd.testing.assert_frame_equal(comparison.folds[COMBINED], expected)
    found = comparison.ranked[0]
    assert found.seconds == sum(results[member][1].seconds for member in MEMBERS)
    assert found.mase == score_folds("", of(expected, "backtest"), 0).mase
    assert comparison.weights == member_weights(members, Y.index[-1], log=True)


def test_the_leading_are_the_four_best_and_the_baseline(comparison) -> None:
    first = [s.forecaster for s in comparison.ranked[:4]]
    assert BASELINE not in first
    assert [s.forecaster for s in comparison.leading] == [*first, BASELINE]


def test_nothing_is_chosen_on_the_holdout_or_on_nowcasts(results, comparison) -> None:
    """They turn absurd, and who was best is worst: the ranking and its reasons stay."""
    spoilt: Results = {}
    for number, (name, (rows, found)) in enumerate(results.items()):
        frame = rows.copy()
        beside = frame["protocol"] != "backtest"
        frame.loc[beside, ["mean", *quantile_columns()]] *= 100 - number
        spoilt[name] = frame, found
    other = compare_forecasters(NAMES, spoilt, Y, WEATHER)
    assert other.ranked == comparison.ranked
    assert other.champion == comparison.champion
    assert other.holdout["theta"] != comparison.holdout["theta"]
    assert other.nowcast[COMBINED] != comparison.nowcast[COMBINED]


def test_a_combination_does_without_members_that_failed(results) -> None:
    lost = MEMBERS[1]
    failure = {lost: (None, Score(lost, failure="no luck"))}
    found = compare_forecasters(NAMES, {**results, **failure}, Y, WEATHER)
    assert found.champion == COMBINED
    assert list(found.weights) == [name for name in MEMBERS if name != lost]
    assert {s.forecaster: s.failure for s in found.ranked if s.failure} == {lost: "no luck"}
    assert lost not in {**found.folds, **found.holdout}


def test_a_combination_with_one_member_left_fails(results) -> None:
    failures = {name: (None, Score(name, failure="no luck")) for name in MEMBERS[1:]}
    found = compare_forecasters(NAMES, {**results, **failures}, Y, WEATHER)
    assert found.champion == "theta"
    assert found.weights == {}
    (failure,) = (s.failure for s in found.ranked if s.forecaster == COMBINED)
    assert failure == f"its members failed: {', '.join(MEMBERS[1:])}"


def test_if_everyone_failed_there_is_nothing_to_compare() -> None:
    names = (BASELINE, *MEMBERS, COMBINED)
    failed = {n: (None, Score(n, failure="no luck")) for n in names if n != COMBINED}
    with pytest.raises(ForecastingError) as caught:
        compare_forecasters(names, failed, Y)
    assert all(f"{name}: " in str(caught.value) for name in names)


def test_a_series_too_short_for_a_holdout_is_compared_without_one(results) -> None:
    folds, found = results[BASELINE]
    alone = compare_forecasters((BASELINE,), {BASELINE: (of(folds, "backtest"), found)}, Y, WEATHER)
    assert alone.champion == BASELINE
    assert alone.holdout == alone.single_origin == {}


PAIR = (BASELINE, "drift")


def branch_of(names: tuple[str, ...], plan: folds.FoldPlan, known: Any = None) -> Results:
    """What a branch of one series finds."""
    branch = Branch(tuple(("total", name) for name in names))
    return backtest_branch(branch, {"total": Y}, WEATHER, plan, known)["total"]


@pytest.fixture(scope="module")
def pair(plan: folds.FoldPlan) -> Results:
    """What a branch of two that fit in no time finds."""
    return branch_of(PAIR, plan)


@pytest.fixture
def few(plan: folds.FoldPlan) -> folds.FoldPlan:
    return replace(plan, backtest=plan.backtest[-1:], holdout=())


def unclocked(results: Results) -> dict[str, tuple[object, Score]]:
    return {
        name: (None if folds is None else folds.to_dict("list"), replace(found, seconds=0.0))
        for name, (folds, found) in results.items()
    }


def test_a_branch_s_results_are_those_of_each_forecaster_alone(pair, plan) -> None:
    alone = {name: backtest_one(name, Y, WEATHER, plan) for name in PAIR}
    assert list(pair) == list(PAIR)
    assert unclocked(pair) == unclocked(alone)


def test_a_branch_is_told_what_was_known_then(pair, few) -> None:
    (cutoff,) = few.backtest
    known = {cutoff: (2 * Y.loc[:cutoff], WEATHER.loc[:cutoff])}
    then = branch_of(PAIR, few, {"total": known})
    for name in PAIR:
        now = frame_of(pair, name)
        doubled = 2 * now[now["cutoff"] == cutoff]["mean"]
        assert frame_of(then, name)["mean"].to_list() == pytest.approx(doubled.to_list())


def test_one_whose_process_is_killed_takes_no_other_with_it(monkeypatch, few) -> None:
    fit = backtest.fit

    def die_of_drift(name: str, *rest: object) -> object:
        if name == "drift":
            os.kill(os.getpid(), signal.SIGKILL)
        return fit(name, *rest)

    monkeypatch.setattr(backtest, "fit", die_of_drift)
    found = branch_of(("drift", "naive", BASELINE), few)
    assert found["drift"] == (None, Score("drift", failure="its process ended before it answered"))
    assert {name: one.failure for name, (_, one) in found.items()} == {
        "drift": DIED,
        "naive": None,
        BASELINE: None,
    }


def test_one_that_kills_whoever_makes_it_takes_no_other_with_it(monkeypatch, few) -> None:
    """What is shared before the fork is nothing that a forecaster could break."""

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    deadly = replace(FORECASTERS["drift"], make=die)
    monkeypatch.setitem(FORECASTERS, "drift", deadly)
    found = branch_of(("drift", BASELINE), few)
    assert found["drift"][1].failure == DIED
    assert found[BASELINE][1].failure is None


def test_a_series_that_nothing_can_be_shared_of_fails_each_forecaster_by_itself(
    monkeypatch, few
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no slope")

    for module in (backtest, intervals):
        monkeypatch.setattr(module, "effect_and_spread", fail)
    found = branch_of(PAIR, few)
    assert {one.failure for _, one in found.values()} == {"ValueError: no slope"}


def test_several_have_a_process_each_and_a_lone_one_has_none_of_its_own(monkeypatch, few) -> None:
    """Its death is the task's, which the flow catches: nothing is gained by forking for it."""

    def tell(*_: object) -> None:
        raise RuntimeError(os.getpid())

    monkeypatch.setattr(backtest, "run_backtest", tell)
    here = f"RuntimeError: {os.getpid()}"
    found = branch_of((*PAIR, "naive"), few)
    reasons = [one.failure for _, one in found.values()]
    assert len({here, *reasons}) == 4
    alone = branch_of(("drift",), few)
    assert alone == {"drift": (None, Score("drift", failure=here))}


def test_a_branch_of_several_series_tells_them_apart(pair, few) -> None:
    work = (("total", "drift"), ("twice", "drift"), ("total", BASELINE))
    found = backtest_branch(Branch(work), {"total": Y, "twice": 2 * Y}, WEATHER, few)
    assert {name: list(one) for name, one in found.items()} == {
        "total": ["drift", BASELINE],
        "twice": ["drift"],
    }
    once, twice = frame_of(found["total"], "drift"), frame_of(found["twice"], "drift")
    assert twice["mean"].to_list() == pytest.approx((2 * once["mean"]).to_list())


def test_a_branch_says_what_it_is() -> None:
    work = (("coal", "theta"), ("total", "ets"), ("coal", "ridge"))
    assert str(Branch(work)) == "coal: theta, ridge; total: ets"


def test_results_are_gathered_by_target_and_a_crash_fails_all_of_its_branch() -> None:
    frame = pd.DataFrame()
    good, hot = (frame, Score("theta", mase=0.5)), (None, Score("ets", failure="too hot"))
    coal = (frame, Score("theta", mase=0.7))
    branches = [
        Branch((("total", "theta"), ("coal", "theta"), ("total", "ets"))),
        Branch((("total", "ridge"), ("coal", "ets"))),
        Branch((("coal", "naive"),)),
    ]
    first = {"total": {"theta": good, "ets": hot}, "coal": {"theta": coal}}
    found = gather_branches(
        branches,
        [
            SimpleNamespace(crash=None, results=first),
            SimpleNamespace(crash="killed"),  # as Metaflow leaves it: nothing else was kept
            SimpleNamespace(crash=None, results={"coal": {"naive": coal}}),
        ],
    )
    lost = {name: (None, Score(name, failure=DIED)) for name in ("ridge", "ets")}
    assert found == {
        "total": {"theta": good, "ets": hot, "ridge": lost["ridge"]},
        "coal": {"theta": coal, "ets": lost["ets"], "naive": coal},
    }


def test_every_branch_is_accounted_for() -> None:
    with pytest.raises(ValueError, match="shorter"):
        gather_branches([Branch((("total", "theta"),))], [])


def test_a_combination_is_fitted_with_the_weights_of_all_its_past_errors(monkeypatch, pair) -> None:
    name = "weighted_combination"
    monkeypatch.setitem(FORECASTERS, name, replace(FORECASTERS[name], members=PAIR))
    compared = compare_forecasters((*PAIR, name), pair, Y, WEATHER)
    fitted, table = train.refit_best(compared, Y, WEATHER, 3, "Mtoe")
    folds = {name: frame_of(pair, name) for name in PAIR}
    weights = member_weights(folds, Y.index[-1], log=True)
    assert fitted.weights == list(weights.values())
    alone = [
        [
            month.mean
            for month in selection.refit_champion(name, Y, WEATHER, frame, 3, "Mtoe")[1].months
        ]
        for name, frame in folds.items()
    ]
    expected = np.average(alone, axis=0, weights=list(weights.values()))
    assert [month.mean for month in table.months] == pytest.approx(expected.tolist())
    assert (table.forecaster, table.unit, len(table.months)) == (name, "Mtoe", 3)


def test_a_champion_that_is_no_combination_is_fitted_as_it_is(results) -> None:
    compared = compare_forecasters((BASELINE,), results, Y, WEATHER)
    _, table = train.refit_best(compared, Y, WEATHER, 3, "Mtoe")
    _, expected = selection.refit_champion(
        BASELINE, Y, WEATHER, frame_of(results, BASELINE), 3, "Mtoe"
    )
    assert table == expected
