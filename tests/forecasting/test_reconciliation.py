import doctest

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import fold, period, unhurried
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from energy.forecasting import reconciliation
from energy.forecasting.reconciliation import (
    FEWEST_ERRORS,
    FLOOR,
    METHODS,
    past_errors,
    reconcile,
    reconcile_folds,
    shrunk_covariance,
)

RNG = np.random.default_rng(20220901)
COHERENT = [name for name in METHODS if name != "none"]
TOTAL_STANDS = ["top_down", "mint_given_total"]
MINT = ["mint", "mint_given_total"]
NO_ERRORS = np.empty((0, 4))
ERRORS = RNG.normal(size=(60, 4)) @ RNG.normal(size=(4, 4))
CUTOFFS = [period("2010-01") + 5 * k for k in range(4)]
MIXED = np.array([True, True, False])
"""Two parts that must stay above zero, and one that may be negative."""
two_fuels = arrays(float, (5, 2), elements=st.floats(0.01, 100))
some_imports = arrays(float, (5, 1), elements=st.floats(-100, 100))
some_totals = arrays(float, 5, elements=st.floats(-100, 100))
some_errors = st.integers(0, 40).flatmap(
    lambda m: arrays(float, (m, 4), elements=st.integers(-1000, 1000).map(lambda x: x / 10))
)


def uncorrelated(*spreads: float) -> np.ndarray:
    """FEWEST_ERRORS errors of three series with these spreads and no correlation whatever."""
    signs = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    return np.tile(signs, (FEWEST_ERRORS // 4, 1)) * np.array(spreads)


def textbook(base: list[float], covariance: np.ndarray) -> np.ndarray:
    """S(S'W⁻¹S)⁻¹S'W⁻¹ applied to one row of forecasts, total first."""
    summing = np.vstack([np.ones(len(base) - 1), np.eye(len(base) - 1)])
    weight = summing.T @ np.linalg.inv(covariance)
    return np.asarray(summing @ np.linalg.solve(weight @ summing, weight @ np.array(base)))


def one(method: str, total: float, parts: list[float], errors=NO_ERRORS, positive=None):
    """A single month reconciled: its total and its list of parts."""
    kept = None if positive is None else np.array(positive)
    whole, split = reconcile(method, np.array([total]), np.array([parts]), errors, kept)
    return float(whole[0]), split[0].tolist()


def made_up_folds() -> dict[str, pd.DataFrame]:
    """Four folds of a year each, five months apart, of a total and three parts."""
    rng = np.random.default_rng(7)
    levels, spreads = np.array([7, 1, 0]), np.array([1, 0.1, 0.1])
    parts = levels + spreads * rng.normal(size=(60, 3))
    actual = np.column_stack([parts.sum(axis=1), parts])
    mean = actual + 0.05 * rng.normal(size=(4, 60, 4))

    def frame(series: int) -> pd.DataFrame:
        came = [actual[5 * k : 5 * k + 12, series] for k in range(4)]
        said = [mean[k, 5 * k : 5 * k + 12, series] for k in range(4)]
        one_each = zip(CUTOFFS, came, said, strict=True)
        return pd.concat([fold(str(c), a, m, width=0.1) for c, a, m in one_each], ignore_index=True)

    return {name: frame(k) for k, name in enumerate(["total", "gas", "coal", "imports"])}


def test_the_examples_in_the_documentation_hold() -> None:
    found = doctest.testmod(reconciliation)
    assert (found.attempted, found.failed) == (1, 0)


def test_methods_are_listed_under_their_names_and_explained() -> None:
    assert list(METHODS) == ["none", "bottom_up", "top_down", "mint", "mint_given_total"]
    assert all(m.name == name and m.summary.endswith(".") for name, m in METHODS.items())


def test_bottom_up_moves_the_total_alone_and_none_moves_nothing() -> None:
    assert one("bottom_up", 10, [4, 3, 1]) == (8, [4, 3, 1])
    assert one("none", 10, [4, 3, 1], positive=[True] * 3) == (10, [4, 3, 1])


@pytest.mark.parametrize(
    ("parts", "moved"),
    [([4, 3, 1], [5, 3.75, 1.25]), ([6, 1, -1], [9, 1.5, -0.5]), ([0, 0, 0], [10 / 3] * 3)],
)
def test_top_down_moves_parts_in_proportion_to_their_size(parts: list, moved: list) -> None:
    assert one("top_down", 10, parts) == (10, pytest.approx(moved))


def test_mint_with_errors_that_do_not_correlate_by_hand() -> None:
    # Three are missing; variances 4, 1 and 3 share them by eighths.
    total, parts = one("mint", 10, [4, 3], uncorrelated(2, 1, 3**0.5))
    assert total == pytest.approx(10 - 3 * 4 / 8)
    assert parts == pytest.approx([4 + 3 * 1 / 8, 3 + 3 * 3 / 8])


def test_mint_given_total_with_errors_that_do_not_correlate_by_hand() -> None:
    found = one("mint_given_total", 10, [4, 3], uncorrelated(2, 1, 3**0.5))
    assert found == (10, pytest.approx([4 + 3 * 1 / 4, 3 + 3 * 3 / 4]))


def test_mint_is_the_formula_of_the_paper() -> None:
    total, parts = one("mint", 20, [9, 6, 3], ERRORS)
    assert [total, *parts] == pytest.approx(textbook([20, 9, 6, 3], shrunk_covariance(ERRORS)))


def test_mint_given_total_is_the_formula_with_a_total_that_hardly_errs() -> None:
    covariance = np.diag([1e-9, 0, 0, 0])
    covariance[1:, 1:] = shrunk_covariance(ERRORS[:, 1:])
    total, parts = one("mint_given_total", 20, [9, 6, 3], ERRORS)
    assert [total, *parts] == pytest.approx(textbook([20, 9, 6, 3], covariance), rel=1e-6)


@pytest.mark.parametrize("errors", [np.ones((FEWEST_ERRORS - 1, 4)), np.zeros((FEWEST_ERRORS, 4))])
def test_with_too_few_errors_or_none_at_all_relative_errors_are_taken_as_equal(errors) -> None:
    # Two are missing; squares of the forecasts are 100, 36, 4 and 0.
    total, parts = one("mint", 10, [6, 2, 0], errors)
    assert [total, *parts] == pytest.approx([10 - 200 / 140, 6 + 72 / 140, 2 + 8 / 140, 0])
    assert one("mint_given_total", 10, [6, 2, 0], errors)[1] == pytest.approx([7.8, 2.2, 0])


def test_the_shrinkage_is_that_of_the_authors_written_out() -> None:
    m, errors = 12, ERRORS[:12, :3]
    unit = errors / np.sqrt((errors**2).mean(axis=0))
    products = [unit[:, i] * unit[:, j] for i, j in [(0, 1), (0, 2), (1, 2)]]
    uncertain = sum(((w - w.mean()) ** 2).sum() / (m * (m - 1)) for w in products)
    left = 1 - uncertain / sum(w.mean() ** 2 for w in products)
    assert 0 < left < 1
    raw = errors.T @ errors / m
    assert shrunk_covariance(errors) == pytest.approx(np.where(np.eye(3), raw, left * raw))


def test_correlations_that_may_well_be_chance_are_taken_as_none() -> None:
    errors = uncorrelated(1.0, 1, 1)
    errors[0] *= 1.5
    assert shrunk_covariance(errors)[0, 1] == 0


def test_a_series_that_never_erred_does_not_move() -> None:
    assert one("mint_given_total", 10, [4, 3], uncorrelated(2, 0, 1))[1] == pytest.approx([4, 6])


def test_a_part_that_must_stay_above_zero_keeps_a_share_of_its_forecast() -> None:
    # All of the gap of 4 falls on coal, at 1: it stops at 0.1, and gas, with room, gives 3.1.
    found = one("mint_given_total", 4, [7, 1], uncorrelated(1, 0, 1), [True, True])
    assert found == (4, pytest.approx([7 - 3.1, FLOOR * 1]))


def test_others_give_in_proportion_to_what_they_have_above_their_own_floors() -> None:
    # Coal would stand at -3. Room above the floors: 9 of gas, 1.8 of oil.
    errors = np.pad(uncorrelated(1, 0, 1), ((0, 0), (0, 1)))
    _, parts = one("mint_given_total", 9, [10, 1, 2], errors, [True, True, True])
    assert parts == pytest.approx([10 - 3.1 * 9 / 10.8, 0.1, 2 - 3.1 * 1.8 / 10.8])


def test_a_part_that_may_be_negative_takes_what_is_left() -> None:
    assert one("top_down", -5, [6, 2, 1], positive=MIXED)[1] == pytest.approx([0.6, 0.2, -5.8])


def test_floors_shrink_to_a_total_below_them() -> None:
    found = one("mint_given_total", 0.4, [7, 1], uncorrelated(1, 0, 1), [True, True])
    assert found == (pytest.approx(0.4), pytest.approx([0.35, 0.05]))


@pytest.mark.parametrize("method", TOTAL_STANDS)
def test_a_total_below_zero_rises_to_the_floors_of_parts_that_cannot_be(method: str) -> None:
    found = one(method, -1, [7, 1], np.empty((0, 3)), [True, True])
    assert found == (pytest.approx(0.8), pytest.approx([0.7, 0.1]))


@unhurried
@given(some_totals, two_fuels, some_imports, some_errors, st.sampled_from(COHERENT))
def test_whatever_is_forecast_adds_up_and_stays_above_zero(
    total, fuels, imports, errors, method
) -> None:
    whole, parts = reconcile(method, total, np.hstack([fuels, imports]), errors, MIXED)
    tolerance = 1e-9 * (1 + np.abs(parts).max())
    assert parts.sum(axis=1) == pytest.approx(whole, abs=tolerance)
    assert (parts[:, :2] >= FLOOR * fuels - tolerance).all()
    if method in TOTAL_STANDS:
        assert (whole == total).all()


@unhurried
@given(two_fuels, some_imports, some_errors, st.sampled_from(COHERENT))
def test_what_adds_up_already_stays_as_it_is(fuels, imports, errors, method) -> None:
    before = np.hstack([fuels, imports])
    total, parts = reconcile(method, before.sum(axis=1), before, errors, MIXED)
    assert np.column_stack([total, parts]) == pytest.approx(
        np.column_stack([before.sum(axis=1), before]), abs=1e-9
    )


@pytest.mark.parametrize("method", COHERENT)
def test_fold_frames_add_up_and_keep_all_but_mean_and_quantiles(method: str) -> None:
    before = made_up_folds()
    after = reconcile_folds(method, before, "total", ("gas", "coal"))
    assert list(after) == list(before)
    parts = after["gas"]["mean"] + after["coal"]["mean"] + after["imports"]["mean"]
    assert after["total"]["mean"].to_numpy() == pytest.approx(parts.to_numpy(), abs=1e-9)
    for name, frame in after.items():
        kept = [c for c in before[name] if not c.startswith("q")]
        pd.testing.assert_frame_equal(frame.assign(mean=before[name]["mean"]), before[name][kept])


def test_only_outcomes_of_earlier_folds_that_were_known_count_as_errors() -> None:
    frames = made_up_folds()
    known = [past_errors(frames, "total", cutoff) for cutoff in CUTOFFS]
    assert [len(errors) for errors in known] == [0, 5, 10 + 5, 12 + 10 + 5]
    coal = frames["coal"]["actual"] - frames["coal"]["mean"]
    assert known[1][:, 2].tolist() == coal[:5].tolist()


@pytest.mark.parametrize("method", MINT)
@pytest.mark.parametrize(("months_after", "moves"), [(1, False), (0, True)])
def test_a_fold_knows_what_came_up_to_its_cutoff_and_nothing_later(
    method: str, months_after: int, moves: bool
) -> None:
    frames, other, last = made_up_folds(), made_up_folds(), CUTOFFS[-1]
    for name, frame in other.items():
        frame.loc[frame["month"] >= last + months_after, "actual"] *= 2 + len(name)
    first, second = (reconcile_folds(method, f, "total")["gas"] for f in (frames, other))
    moved = first["mean"] != second["mean"]
    assert not moved[first["cutoff"] < last].any()
    assert moved[first["cutoff"] == last].eq(moves).all()


def test_rows_of_other_protocols_are_reconciled_and_teach_nothing() -> None:
    frames = made_up_folds()
    beside = {
        name: pd.concat([f.assign(protocol="single_origin"), f.assign(protocol="nowcast"), f])
        for name, f in frames.items()
    }
    alone, found = (reconcile_folds("mint", given, "total")["gas"] for given in (frames, beside))
    assert found["mean"].tolist() == pytest.approx(3 * alone["mean"].tolist(), rel=1e-12)


def test_frames_of_different_folds_are_refused() -> None:
    frames = made_up_folds()
    with pytest.raises(ValueError, match="The folds of coal are not those of total"):
        reconcile_folds("mint", {**frames, "coal": frames["coal"].iloc[::-1]}, "total")


def test_errors_count_against_the_figures_as_they_were_published() -> None:
    frames, cutoff = made_up_folds(), CUTOFFS[-1]
    gas = frames["gas"].drop_duplicates("month").set_index("month")["actual"]
    then = {"gas": {cutoff: (gas + 1.0, pd.DataFrame())}}
    revised, plain = (past_errors(frames, "total", cutoff, known) for known in (then, None))
    off = np.zeros(plain.shape)
    off[:, 1] = 1.0
    assert revised - plain == pytest.approx(off)
