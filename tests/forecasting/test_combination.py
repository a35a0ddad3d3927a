"""How much each member counts: by its errors before the cutoff, and never by what came after."""

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
    HALF_LIFE,
    combine_forecasts,
    inverse_error,
    member_weights,
)
from energy.forecasting.folds import quantile_columns

WEATHER = made_up_weather(96)
Y = made_up_series(WEATHER)
END = Y.index[-1]
CUTOFFS = [months(96)[k] for k in range(36, 84, 5)]
SPREADS = {"close": 0.1, "fair": 0.3, "far": 1.0}
Members = dict[str, pd.DataFrame]


def make_members(y: pd.Series = Y, horizon: int = 12) -> Members:
    """Fold frames of three forecasters that err more and more."""
    frames = {}
    for name, spread in SPREADS.items():
        rng = np.random.default_rng(round(10 * spread))
        parts = []
        for cutoff in CUTOFFS:
            ahead = y.loc[cutoff + 1 : cutoff + horizon]
            means = Y.loc[ahead.index] + rng.normal(0, spread, len(ahead))
            parts.append(fold(str(cutoff), ahead.to_list(), means.to_list(), width=0.1))
        frames[name] = pd.concat(parts, ignore_index=True)
    return frames


def each(members: Members, change) -> Members:
    return {name: change(frame) for name, frame in members.items()}


def weights(members: Members, cutoff: pd.Period = END) -> list[float]:
    return list(member_weights(members, cutoff, log=True).values())


def test_the_examples_in_the_documentation_hold() -> None:
    results = doctest.testmod(combination)
    assert (results.attempted, results.failed) == (1, 0)


def test_inverse_error_by_hand() -> None:
    # Mean squared errors of 1, 4 and 2: their inverses are as 4 to 1 to 2.
    errors = np.array([[1.0, 2.0, 0.0], [-1.0, -2.0, -2.0]])
    assert inverse_error(errors, np.zeros(2)) == pytest.approx([4 / 7, 1 / 7, 2 / 7])


def test_an_error_counts_for_half_after_the_half_life() -> None:
    errors = np.array([[1.0, 2.0], [2.0, 1.0]])
    # Squares 1 and 4, the second row at half weight: (1 + 2, 4 + 0.5).
    expected = np.array([1 / 3, 1 / 4.5])
    found = inverse_error(errors, np.array([0.0, HALF_LIFE]))
    assert found == pytest.approx(expected / expected.sum())


def test_a_member_without_errors_counts_alone_and_without_any_errors_all_count_the_same() -> None:
    assert inverse_error(np.array([[0.0, 1.0]]), np.zeros(1)) == pytest.approx([1, 0], abs=1e-9)
    assert inverse_error(np.zeros((3, 4)), np.zeros(3)) == pytest.approx([0.25] * 4)


@unhurried
@given(arrays(float, (12, 3), elements=st.floats(-100, 100)))
def test_weights_are_shares(errors: np.ndarray) -> None:
    found = inverse_error(errors, np.arange(12.0))
    assert found.shape == (3,)
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1)


def test_smaller_errors_count_more_and_weights_have_names() -> None:
    found = member_weights(make_members(), END, log=True)
    assert list(found) == list(SPREADS)
    assert found["close"] > found["fair"] > found["far"]
    assert sum(found.values()) == pytest.approx(1)
    assert {type(weight) for weight in found.values()} == {float}


def test_with_too_few_errors_all_count_the_same() -> None:
    two = each(make_members(), lambda frame: frame.iloc[:FEWEST_ERRORS])
    last = two["close"]["month"].max()
    assert weights(two, last - 1) == pytest.approx([1 / 3] * 3, abs=0)
    assert weights(two, last) != pytest.approx([1 / 3] * 3, abs=0.01)


def test_only_rolling_folds_within_a_year_count() -> None:
    far = make_members(horizon=24)
    near = each(far, lambda frame: frame[frame["horizon"] <= 12])
    assert weights(far) == weights(near)
    for protocol in ("single_origin", "nowcast", "nowcast_holdout"):
        more = {
            name: pd.concat([frame, frame.assign(protocol=protocol, mean=frame["mean"] * (2 + k))])
            for k, (name, frame) in enumerate(make_members().items())
        }
        assert weights(more) == weights(make_members())


def test_each_cutoff_uses_the_weights_known_then() -> None:
    members = make_members()
    found, shares = combine_forecasts(members, log=True), []
    for cutoff, rows in found.groupby("cutoff"):
        means = np.column_stack([frame.loc[rows.index, "mean"] for frame in members.values()])
        shares.append(weights(members, cutoff))
        np.testing.assert_allclose(rows["mean"], means @ shares[-1])
    assert shares[0] == shares[1] == [1 / 3] * 3
    assert shares[-1] != shares[0]


def test_a_combination_keeps_the_rows_and_drops_its_members_intervals() -> None:
    members = make_members()
    before = each(members, pd.DataFrame.copy)
    kept = members["close"].drop(columns=[*quantile_columns(), "mean"])
    pd.testing.assert_frame_equal(combine_forecasts(members, True).drop(columns="mean"), kept)
    for name, frame in members.items():
        pd.testing.assert_frame_equal(frame, before[name])
    alone = {"far": members["far"]}
    np.testing.assert_allclose(combine_forecasts(alone, True)["mean"], alone["far"]["mean"])


def test_what_came_after_a_cutoff_moves_no_mean_at_it() -> None:
    cutoff = CUTOFFS[7]
    changed = Y.where(Y.index <= cutoff, 3 * Y.iloc[::-1].to_numpy())
    seen, other = (combine_forecasts(make_members(y), log=True) for y in (Y, changed))
    upto = (seen["cutoff"] <= cutoff).to_numpy()
    assert not np.allclose(seen["actual"][upto], other["actual"][upto])
    np.testing.assert_array_equal(seen["mean"][upto], other["mean"][upto])
    assert not np.allclose(seen["mean"][~upto], other["mean"][~upto])


def test_in_real_time_weights_rest_on_the_figures_of_then() -> None:
    """What was published then had the third member right all along."""
    members, cutoff = make_members(), CUTOFFS[-1]
    then = members["far"].drop_duplicates("month").set_index("month")["mean"]
    shares = weights(
        each(members, lambda frame: frame.assign(actual=then.reindex(frame["month"]).to_numpy())),
        cutoff,
    )
    assert shares[2] > weights(members, cutoff)[2]
    combined = combine_forecasts(members, True, {cutoff: (then, WEATHER)})
    rows = combined["cutoff"] == cutoff
    means = np.column_stack([frame.loc[rows, "mean"] for frame in members.values()])
    assert combined.loc[rows, "mean"].to_numpy() == pytest.approx(means @ shares)
    pd.testing.assert_frame_equal(combined[~rows], combine_forecasts(members, True)[~rows])
