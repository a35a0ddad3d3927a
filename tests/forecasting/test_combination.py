"""How much each member counts: by what it got wrong before, and never by what came after."""

from __future__ import annotations

import doctest

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import fold, made_up_series, made_up_weather, months, unhurried
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from energy.forecasting import combination
from energy.forecasting.combination import (
    FEWEST_ERRORS,
    RULES,
    combination_weights,
    combine_forecasts,
    inverse_error,
    stacking,
)
from energy.forecasting.folds import quantile_columns
from energy.forecasting.models import FORECASTERS

WEATHER = made_up_weather(96)
Y = made_up_series(WEATHER)
CUTOFFS = [months(96)[k] for k in range(36, 84, 5)]
WEIGHTED = [rule for rule in RULES if rule != "median"]
SPREADS = {"close": 0.1, "fair": 0.3, "far": 1.0}
some_actuals = arrays(float, 12, elements=st.floats(-100, 100))
some_means = arrays(float, (12, 3), elements=st.floats(-100, 100))


def members(y: pd.Series = Y, horizon: int = 12) -> list[pd.DataFrame]:
    """Fold frames of three forecasters that err more and more; what they said is in no doubt."""
    frames = []
    for spread in SPREADS.values():
        rng = np.random.default_rng(round(10 * spread))
        parts = []
        for cutoff in CUTOFFS:
            ahead = y.loc[cutoff + 1 : cutoff + horizon]
            said = Y.loc[ahead.index] + rng.normal(0, spread, len(ahead))
            parts.append(fold(str(cutoff), ahead.to_list(), said.to_list(), width=0.1))
        frames.append(pd.concat(parts, ignore_index=True))
    return frames


def test_the_examples_in_the_documentation_hold() -> None:
    found = doctest.testmod(combination)
    assert (found.attempted, found.failed) == (2, 0)


def test_every_combination_of_the_bench_has_a_rule_and_every_rule_competes() -> None:
    assert {entry.rule for entry in FORECASTERS.values() if entry.members} == set(RULES)


def test_inverse_error_by_hand() -> None:
    # Mean squared errors of 1, 4 and 2: their inverses are as 4 to 1 to 2.
    means = np.array([[11.0, 12.0, 10.0], [9.0, 8.0, 8.0]])
    found = inverse_error(np.array([10.0, 10.0]), means)
    assert found == pytest.approx([4 / 7, 1 / 7, 2 / 7])


def test_a_member_that_never_erred_is_believed_alone() -> None:
    actual = np.array([10.0, 12.0])
    found = inverse_error(actual, np.column_stack([actual, actual + 1]))
    assert np.isfinite(found).all()
    assert found == pytest.approx([1, 0], abs=1e-9)


@unhurried
@given(st.floats(0, 1), arrays(float, 12, elements=st.floats(10, 20), unique=True))
def test_stacking_finds_the_mixture_that_was_drawn(share: float, first: np.ndarray) -> None:
    means = np.column_stack([first, first[::-1]])
    found = stacking(means @ [share, 1 - share], means)
    assert found == pytest.approx([share, 1 - share], abs=1e-4)


def test_stacking_gives_nothing_to_a_member_that_only_spoils() -> None:
    # The second is always too high, and nobody is too low to make up for it.
    actual = np.array([10.0, 12.0, 14.0])
    assert stacking(actual, np.column_stack([actual, actual + 3])) == pytest.approx([1, 0])


@unhurried
@given(some_actuals, some_means)
@pytest.mark.parametrize("rule", WEIGHTED)
def test_weights_are_shares(rule: str, actual: np.ndarray, means: np.ndarray) -> None:
    found = RULES[rule](actual, means)
    assert found.shape == (3,)
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1)


@pytest.mark.parametrize("rule", WEIGHTED)
def test_who_erred_less_before_counts_more(rule: str) -> None:
    found = combination_weights(rule, members(), Y.index[-1])
    assert found[0] > found[1] >= found[2]
    assert sum(found) == pytest.approx(1)
    assert {type(weight) for weight in found} == {float}


def test_the_median_has_no_weights() -> None:
    assert combination_weights("median", members(), Y.index[-1]) is None


def test_a_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        combine_forecasts("wishful", members())


@pytest.mark.parametrize("rule", WEIGHTED)
def test_with_too_few_errors_all_count_the_same(rule: str) -> None:
    """A year of errors a fold, five months apart: 60 are known when the last year is out."""
    alike = [frame.iloc[: 12 * 5] for frame in members()]
    last = alike[0]["month"].max()
    assert len(alike[0]) == FEWEST_ERRORS
    assert combination_weights(rule, alike, last - 1) == pytest.approx([1 / 3] * 3, abs=0)
    assert combination_weights(rule, alike, last) != pytest.approx([1 / 3] * 3, abs=0.01)


@pytest.mark.parametrize("rule", WEIGHTED)
def test_what_is_not_scored_or_not_rolling_is_not_weighed(rule: str) -> None:
    cutoff = Y.index[-1]
    found = combination_weights(rule, members(), cutoff)
    assert combination_weights(rule, members(horizon=24), cutoff) == combination_weights(
        rule, [frame[frame["horizon"] <= 12] for frame in members(horizon=24)], cutoff
    )
    for protocol in ("single_origin", "nowcast", "nowcast_holdout"):
        more = [
            pd.concat([frame, frame.assign(protocol=protocol, mean=frame["mean"] * (2 + k))])
            for k, frame in enumerate(members())
        ]
        assert combination_weights(rule, more, cutoff) == found


@pytest.mark.parametrize("rule", WEIGHTED)
def test_a_mean_is_weighted_with_what_was_known_at_its_cutoff(rule: str) -> None:
    frames = members()
    found, told = combine_forecasts(rule, frames), []
    for cutoff, rows in found.groupby("cutoff"):
        at = [frame.loc[rows.index, "mean"].to_numpy() for frame in frames]
        told.append(combination_weights(rule, frames, cutoff))
        np.testing.assert_allclose(rows["mean"], np.column_stack(at) @ told[-1])
    assert told[0] == told[1] == [1 / 3] * 3
    assert told[-1] != told[0]


def test_the_median_is_taken_month_by_month_whatever_was_wrong_before() -> None:
    frames = members()
    middle = np.median([frame["mean"] for frame in frames], axis=0)
    assert combine_forecasts("median", frames)["mean"].to_list() == middle.tolist()
    spoiled = [frame.assign(actual=0.0) for frame in frames]
    assert combine_forecasts("median", spoiled)["mean"].to_list() == middle.tolist()


@pytest.mark.parametrize("rule", RULES)
def test_a_combination_keeps_the_rows_and_drops_its_members_intervals(rule: str) -> None:
    frames = members()
    before = [frame.copy() for frame in frames]
    found = combine_forecasts(rule, frames)
    kept = frames[0].drop(columns=quantile_columns())
    pd.testing.assert_frame_equal(found.drop(columns="mean"), kept.drop(columns="mean"))
    for frame, same in zip(frames, before, strict=True):
        pd.testing.assert_frame_equal(frame, same)


@pytest.mark.parametrize("rule", RULES)
def test_a_combination_of_one_is_that_one(rule: str) -> None:
    alone = members()[:1]
    np.testing.assert_allclose(combine_forecasts(rule, alone)["mean"], alone[0]["mean"], rtol=1e-12)


@pytest.mark.parametrize("rule", WEIGHTED)
def test_what_came_after_a_cutoff_moves_no_mean_at_it(rule: str) -> None:
    cutoff = CUTOFFS[7]
    changed = Y.where(Y.index <= cutoff, 3 * Y.iloc[::-1].to_numpy())
    seen, other = combine_forecasts(rule, members()), combine_forecasts(rule, members(changed))
    upto = (seen["cutoff"] <= cutoff).to_numpy()
    assert not np.allclose(seen["actual"][upto], other["actual"][upto])
    np.testing.assert_array_equal(seen["mean"][upto], other["mean"][upto])
    assert not np.allclose(seen["mean"][~upto], other["mean"][~upto])


@pytest.mark.parametrize("rule", WEIGHTED)
def test_in_real_time_weights_rest_on_the_figures_of_then(rule: str) -> None:
    """What was published then had the third member right all along."""
    frames, cutoff = members(), CUTOFFS[-1]
    then = frames[2].drop_duplicates("month").set_index("month")["mean"]
    published = [frame.assign(actual=then.reindex(frame["month"]).to_numpy()) for frame in frames]
    weights = combination_weights(rule, published, cutoff)
    assert weights[2] > combination_weights(rule, frames, cutoff)[2]
    combined = combine_forecasts(rule, frames, {cutoff: (then, WEATHER)})
    rows = combined["cutoff"] == cutoff
    means = np.column_stack([frame.loc[rows, "mean"] for frame in frames])
    assert combined.loc[rows, "mean"].to_numpy() == pytest.approx(means @ weights)
    pd.testing.assert_frame_equal(combined[~rows], combine_forecasts(rule, frames)[~rows])
