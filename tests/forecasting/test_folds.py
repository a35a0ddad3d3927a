"""The plan of cutoffs, fold frames as arrays, and their document."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import fold, months, period, unhurried
from hypothesis import assume, given
from hypothesis import strategies as st
from made_results import make_folds, make_plan, make_series

from energy.data.frame import temporal_split
from energy.errors import TooShortToBacktest
from energy.forecasting.folds import (
    FORECAST_COLUMNS,
    MONTHS_SCORED,
    SHARED_COLUMNS,
    SHORTEST,
    STEPS,
    FoldArrays,
    FoldPlan,
    fh_until,
    folds_document,
    is_positive,
    months_after,
    plan_folds,
    quantile_columns,
    read_folds_document,
    resolved_folds,
    values_at,
)

lengths, fold_counts, horizons = st.integers(45, 400), st.integers(1, 60), st.integers(1, 120)


def planned(count: int, folds: int, horizon: int) -> FoldPlan:
    index = months(count)
    return plan_folds(index, temporal_split(index)[0][-1], folds, horizon)


# The plan.


@unhurried
@given(lengths, fold_counts, horizons)
def test_selection_and_holdout_share_no_scored_month(count: int, folds: int, horizon: int) -> None:
    plan = planned(count, folds, horizon)
    index = months(count)
    assert 1 <= len(plan.backtest) <= folds
    assert 0 <= (plan.split - MONTHS_SCORED - plan.backtest[-1]).n < STEPS[0]
    assert (plan.backtest[0] - index[0]).n + 1 >= SHORTEST
    assert list(plan.backtest) == sorted(set(plan.backtest))
    assert bool(plan.holdout) is ((index[-1] - plan.split).n >= MONTHS_SCORED)
    if plan.holdout:
        assert 0 <= (plan.holdout[0] - plan.split).n < STEPS[0]
        assert plan.holdout[-1] + MONTHS_SCORED <= index[-1]
    assert plan.max_horizon == max(MONTHS_SCORED, horizon)


def test_releases_of_neighbouring_months_share_their_cutoffs() -> None:
    grids = [set(planned(count, 24, 12).backtest) for count in range(200, 212)]
    for earlier, later in itertools.pairwise(grids):
        assert len(earlier & later) >= 23


def test_the_split_is_a_cutoff_of_its_own_for_the_single_origin_forecast() -> None:
    plans = [planned(count, 24, 12) for count in range(200, 210)]
    for plan in plans:
        expected = "holdout" if plan.split in plan.holdout else "single_origin"
        assert plan.cutoffs[plan.split] == expected
        assert list(plan.cutoffs) == sorted(plan.cutoffs)
        assert "single_origin" not in plan.rolling.values()
    assert {plan.cutoffs[plan.split] for plan in plans} == {"holdout", "single_origin"}


@unhurried
@given(lengths, st.integers(12, 60), horizons)
def test_cutoffs_cover_every_calendar_month(count: int, folds: int, horizon: int) -> None:
    plan = planned(count, folds, horizon)
    assume(len(plan.backtest) >= 12)
    assert {cutoff.month for cutoff in plan.backtest} == set(range(1, 13))


@unhurried
@given(lengths, fold_counts)
def test_there_are_as_many_folds_as_requested_where_there_is_room(count: int, folds: int) -> None:
    plan = planned(count, folds, 12)
    training_months = (plan.split - months(1)[0]).n + 1
    assert len(plan.backtest) == min(folds, training_months - SHORTEST - MONTHS_SCORED + 1)


def test_the_plan_for_the_published_figures() -> None:
    plan = planned(259, 24, 24)
    assert len(plan.backtest) == 24
    assert {(b - a).n for a, b in zip(plan.backtest, plan.backtest[1:], strict=False)} == {5}
    assert {(b - a).n for a, b in zip(plan.holdout, plan.holdout[1:], strict=False)} == {5}


def test_a_training_part_without_room_for_a_fold_is_an_error() -> None:
    index = months(60)
    assert plan_folds(index, index[35], 24, 12).backtest == (index[23],)
    with pytest.raises(TooShortToBacktest, match="has 35 months; a backtest needs at least 36"):
        plan_folds(index, index[34], 24, 12)


# Months and horizons.


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1.0, 2.0], True), ([0.0, 2.0], False), ([-1.0, 2.0], False), ([np.nan, 2.0], False)],
)
def test_logs_can_be_taken_only_above_zero(values: list[float], expected: bool) -> None:
    assert is_positive(pd.Series(values)) is expected


def test_months_after_a_cutoff_begin_with_the_next_month() -> None:
    index = months_after(period("2016-11"), 3)
    assert list(index.astype(str)) == ["2016-12", "2017-01", "2017-02"]
    assert (index.freqstr, index.name) == ("M", "month")


@unhurried
@given(st.integers(0, 600), st.integers(1, 120))
def test_sktime_s_horizon_is_the_same_months(cutoff: int, horizon: int) -> None:
    last = period("1990-01") + cutoff
    fh = fh_until(horizon)
    assert fh.is_relative
    assert fh.to_absolute_index(pd.PeriodIndex([last])).equals(months_after(last, horizon))


# Fold frames as arrays.

FRAME = pd.concat(
    [
        fold("2015-06", [1.0] * 12, [2.0] * 12, protocol="warmup"),
        fold("2015-12", [3.0] * 18, [4.0] * 18),
        fold("2016-03", [5.0] * 6, [6.0] * 6, protocol="nowcast"),
        fold("2016-06", [7.0] * 12, [8.0] * 12, protocol="holdout"),
    ],
    ignore_index=True,
)


@pytest.mark.parametrize("cutoff", ["2015-05", "2015-12", "2016-06", "2016-09", "2030-01"])
def test_arrays_and_frame_agree_on_what_is_resolved_by_a_cutoff(cutoff: str) -> None:
    resolved = FoldArrays.from_frame(FRAME).resolved(period(cutoff).ordinal)
    pd.testing.assert_frame_equal(FRAME[resolved], resolved_folds(FRAME, period(cutoff)))


def test_resolved_rows_are_of_earlier_rolling_folds_and_no_later_month() -> None:
    resolved = resolved_folds(FRAME, period("2016-06"))
    assert set(resolved["protocol"]) == {"warmup", "backtest"}
    assert resolved["month"].max() == period("2016-06")
    assert len(resolved) == 12 + 6


def test_selected_rows_are_those_of_the_frame() -> None:
    rows = FoldArrays.from_frame(FRAME).select((FRAME["actual"] == 3.0).to_numpy())
    assert rows.horizon.tolist() == list(range(1, 19))
    assert set(rows.mean) == {4.0}
    assert rows.scored.tolist() == [True] * 12 + [False] * 6
    assert rows.rolling.all()


def test_without_quantiles_the_interval_is_nan() -> None:
    arrays = FoldArrays.from_frame(FRAME.drop(columns=quantile_columns(), errors="ignore"))
    assert np.isnan(arrays.low).all()
    assert np.isnan(arrays.high).all()


def test_outside_the_series_values_are_filled() -> None:
    index = months(24)
    series = pd.Series(np.arange(24.0), index)
    ordinals = np.array([index[0].ordinal - 1, index[0].ordinal, index[23].ordinal, 10**6])
    assert values_at(series, ordinals, -1.0).tolist() == [-1.0, 0.0, 23.0, -1.0]
    assert values_at(series.iloc[:0], ordinals, 0.5).tolist() == [0.5] * 4


# The document folds.json.


@pytest.fixture(scope="module")
def folds() -> dict[str, pd.DataFrame]:
    y = make_series()
    plan = make_plan(y)
    return {"theta": make_folds(y, plan, 0.2), "ridge": make_folds(y, plan, 0.3, nowcast=True)}


def test_the_document_holds_the_scored_rows(folds: dict[str, pd.DataFrame]) -> None:
    document = json.loads(json.dumps(folds_document(folds, "Mtoe"), allow_nan=False))
    assert (document["schema"], document["unit"]) == (1, "Mtoe")
    assert set(document["rows"]["protocol"]) == {"backtest", "holdout"}
    assert max(document["rows"]["horizon"]) == 12
    frames = read_folds_document(document)
    assert list(frames) == ["theta", "ridge"]
    for name, frame in folds.items():
        scored = frame["protocol"].isin(["backtest", "holdout"]) & (frame["horizon"] <= 12)
        stored = frame[scored].reset_index(drop=True)
        expected = stored[list(SHARED_COLUMNS)].assign(
            **{key: stored[column] for key, column in FORECAST_COLUMNS.items()}
        )
        pd.testing.assert_frame_equal(frames[name], expected, atol=1e-4, check_dtype=False)


def test_the_order_of_rows_does_not_matter(folds: dict[str, pd.DataFrame]) -> None:
    reversed_rows = {**folds, "ridge": folds["ridge"].iloc[::-1]}
    assert folds_document(reversed_rows, "Mtoe") == folds_document(folds, "Mtoe")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"rows": {"cutoff": ["2020-01"], "month": []}, "forecasters": {}},
        {"rows": {"cutoff": [], "month": []}, "forecasters": {"theta": {"mean": [1.0]}}},
    ],
)
def test_another_document_is_an_error(document: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_folds_document(document)
