import doctest

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import fold, unhurried
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import t as student
from sktime.performance_metrics.forecasting import (
    mean_absolute_percentage_error,
    mean_absolute_scaled_error,
)

from energy.contract import LEVELS
from energy.forecasting import metrics
from energy.forecasting.folds import quantile_columns
from energy.forecasting.metrics import (
    Score,
    coverage_error,
    diebold_mariano,
    empirical_coverage,
    error_scale,
    mape,
    mase,
    score_figures,
    score_folds,
    seasonal_naive_scale,
    weighted_interval_score,
)

RNG = np.random.default_rng(20220901)
PAST = RNG.gamma(9, 2, 60)
ACTUAL, MEAN = RNG.gamma(9, 2, 12), RNG.gamma(9, 2, 12)
QUANTILES = np.sort(RNG.gamma(9, 2, (12, len(LEVELS))), axis=1)
some_figures = arrays(float, 8, elements=st.floats(0.01, 1000))
some_quantiles = arrays(float, (8, len(LEVELS)), elements=st.floats(-1000, 1000)).map(np.sort)


def bracher(actual: np.ndarray, q: np.ndarray) -> float:
    """The weighted interval score as Bracher et al. (2021) define it, from interval scores."""
    pairs = len(LEVELS) // 2
    whole = 0.5 * np.abs(actual - q[:, pairs])
    for k in range(pairs):
        alpha, lower, upper = 2 * LEVELS[k], q[:, k], q[:, -1 - k]
        missed = np.maximum(lower - actual, 0) + np.maximum(actual - upper, 0)
        whole = whole + alpha / 2 * ((upper - lower) + 2 / alpha * missed)
    return float((whole / (pairs + 0.5)).mean())


def test_the_examples_in_the_documentation_hold() -> None:
    found = doctest.testmod(metrics, optionflags=doctest.ELLIPSIS)
    assert found.attempted >= 6
    assert found.failed == 0


def test_mase_is_the_one_of_sktime() -> None:
    expected = mean_absolute_scaled_error(ACTUAL, MEAN, y_train=PAST, sp=12)
    assert mase(ACTUAL, MEAN, seasonal_naive_scale(PAST)) == pytest.approx(expected, rel=1e-12)


def test_mase_by_hand_over_folds_with_different_scales() -> None:
    # |errors| 1, 2, 3 over scales 2, 4, 1: a half, a half and three.
    found = mase(np.array([5.0, 5, 5]), np.array([6.0, 3, 8]), np.array([2.0, 4, 1]))
    assert found == pytest.approx(4 / 3)


def test_the_seasonal_naive_has_a_mase_of_one_on_what_it_was_scaled_with() -> None:
    assert mase(PAST[12:], PAST[:-12], seasonal_naive_scale(PAST)) == pytest.approx(1)


@pytest.mark.parametrize(
    ("seen", "y", "expected"),
    [
        (PAST, PAST, seasonal_naive_scale(PAST)),
        (np.zeros(24), np.r_[np.zeros(24), PAST], seasonal_naive_scale(np.r_[np.zeros(24), PAST])),
        (np.tile(np.arange(12.0), 2), np.tile(np.arange(12.0), 3), 55 / 35),  # by one, then by 11
        (np.full(24, -3.0), np.full(36, -3.0), 3.0),
        (np.zeros(24), np.zeros(36), 1.0),
    ],
    ids=["changes", "starts with zeros", "repeats", "constant", "zero"],
)
def test_every_series_has_a_scale(seen, y, expected: float) -> None:
    assert error_scale(seen, y) == pytest.approx(expected)


def test_mape_is_the_one_of_sktime_in_per_cent() -> None:
    expected = 100 * mean_absolute_percentage_error(ACTUAL, MEAN, symmetric=False)
    assert mape(ACTUAL, MEAN) == pytest.approx(expected, rel=1e-12)


@unhurried
@given(some_figures, some_figures, st.integers(0, 7))
def test_mape_is_none_where_an_actual_is_zero_or_below(actual, mean, place: int) -> None:
    actual = np.abs(actual)
    assert mape(actual, mean) is not None
    for figure in (0.0, -5.0):
        actual[place] = figure
        assert mape(actual, mean) is None


def test_wis_is_what_bracher_et_al_define() -> None:
    expected = bracher(ACTUAL, QUANTILES)
    assert weighted_interval_score(ACTUAL, QUANTILES) == pytest.approx(expected, rel=1e-12)


@unhurried
@given(some_figures, some_quantiles)
def test_wis_is_never_negative_and_is_bracher_s_whatever_the_figures(actual, quantiles) -> None:
    found = weighted_interval_score(actual, quantiles)
    assert found >= 0
    assert found == pytest.approx(bracher(actual, quantiles), rel=1e-9, abs=1e-9)


@unhurried
@given(some_figures, some_figures)
def test_wis_of_a_certain_forecast_is_its_absolute_error(actual, mean) -> None:
    certain = np.repeat(mean[:, None], len(LEVELS), axis=1)
    expected = np.abs(actual - mean).mean()
    assert weighted_interval_score(actual, certain) == pytest.approx(expected, abs=1e-9)


@unhurried
@given(some_figures, some_quantiles, st.floats(0.01, 100))
def test_in_another_unit_wis_is_converted_and_ratios_stay(actual, quantiles, factor) -> None:
    middle = quantiles[:, len(LEVELS) // 2]
    wis = weighted_interval_score(actual, quantiles)
    assert weighted_interval_score(factor * actual, factor * quantiles) == pytest.approx(
        factor * wis, rel=1e-9, abs=1e-9
    )
    assert mase(factor * actual, factor * middle, factor) == pytest.approx(
        mase(actual, middle, 1.0), rel=1e-9
    )
    assert mape(factor * actual, factor * middle) == pytest.approx(mape(actual, middle), rel=1e-9)


@unhurried
@given(some_figures, some_figures, some_figures)
def test_coverage_is_a_share_and_wider_intervals_cover_no_less(actual, middle, width) -> None:
    narrow = empirical_coverage(actual, middle - width, middle + width)
    wide = empirical_coverage(actual, middle - 2 * width, middle + 2 * width)
    assert 0 <= narrow <= wide <= 1


def test_bounds_are_inside_their_interval() -> None:
    actual = np.array([1.0, 2.0, 0.999, 2.001])
    assert empirical_coverage(actual, np.full(4, 1.0), np.full(4, 2.0)) == 0.5


def hits(cutoffs: dict[str, list[int]]) -> pd.DataFrame:
    """Folds by cutoff; ones lie inside the 80% interval, zeros outside."""
    parts = [
        fold(cutoff, [10.0 if inside else 99.0 for inside in told], [10.0] * len(told), width=1.0)
        for cutoff, told in cutoffs.items()
    ]
    return pd.concat(parts, ignore_index=True)


def test_coverage_error_by_hand() -> None:
    # Of six months, four hold: 2015 lost two against its share of 2/3, 2016 gained them.
    folds = hits({"2014-12": [1, 0, 0], "2015-12": [1, 1, 1]})
    off = 1 + 0 + 0 - 3 * 4 / 6
    assert coverage_error(folds) == pytest.approx(np.sqrt(2 / 1 * (off**2 + off**2)) / 6)


def test_the_more_years_the_nearer_to_one_is_their_correction() -> None:
    # One row a year, two of three inside: they are 1/3, 2/3 and 1/3 off their mean.
    folds = hits({"2013-12": [1], "2014-12": [0], "2015-12": [1]})
    assert coverage_error(folds) == pytest.approx(np.sqrt(3 / 2 * (1 / 9 + 4 / 9 + 1 / 9)) / 3)


def test_the_error_is_of_the_interval_asked_for_with_its_bounds() -> None:
    # Quantiles stand 1 apart: 8 and 12 bound the 80% interval, 7 and 13 the 95% interval.
    def folds(first: float, second: float) -> pd.DataFrame:
        return pd.concat(
            fold(*told, width=1.0)
            for told in (
                ("2014-12", [first, 10.0], [10.0, 10.0]),
                ("2015-12", [second, 10.0], [10.0, 10.0]),
            )
        )

    assert coverage_error(folds(8.0, 12.0)) == 0
    assert coverage_error(folds(7.0, 10.0)) == coverage_error(folds(10.0, 13.0)) > 0
    assert coverage_error(folds(7.0, 13.0), 0.025) == 0
    assert coverage_error(folds(10.0, 13.1), 0.025) > 0


def test_a_year_is_one_draw_however_often_it_was_forecast() -> None:
    """Ten times the same folds tell no more than one, where independent rows would."""
    once = hits({"2013-12": [1, 0, 1], "2014-12": [0, 0, 1], "2015-12": [1, 1, 1]})
    assert coverage_error(pd.concat([once] * 10)) == pytest.approx(coverage_error(once))


def test_a_year_counts_by_the_months_forecast_not_by_the_cutoff() -> None:
    one_fold = hits({"2014-10": [1, 1, 0, 0]})
    two_folds = hits({"2014-10": [1, 1], "2014-12": [0, 0]})
    assert coverage_error(one_fold) == pytest.approx(coverage_error(two_folds))
    assert coverage_error(one_fold) > 0


def test_intervals_that_always_hold_leave_no_doubt() -> None:
    assert coverage_error(hits({"2014-12": [1, 1], "2015-12": [1, 1, 1]})) == 0


def test_from_one_year_alone_nothing_is_known_of_the_error() -> None:
    assert np.isnan(coverage_error(hits({"2014-12": [1, 0, 1, 1]})))
    assert np.isnan(coverage_error(hits({"2014-12": []})))


def harvey(difference: np.ndarray, horizon: int) -> float:
    """The p-value by the book: Newey and West's variance, corrected, on Student's t."""
    n, mean = len(difference), sum(difference) / len(difference)
    variance = 0.0
    for lag in range(-horizon + 1, horizon):
        pairs = [
            (difference[k] - mean) * (difference[k - abs(lag)] - mean) for k in range(abs(lag), n)
        ]
        variance += (1 - abs(lag) / horizon) * sum(pairs) / n
    correction = np.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    return float(2 * student.cdf(-abs(correction * mean / np.sqrt(variance / n)), n - 1))


@pytest.mark.parametrize("horizon", [1, 3, 12])
def test_the_diebold_mariano_test_is_the_one_of_the_book(horizon: int) -> None:
    found = diebold_mariano(PAST, np.roll(PAST, 7) + 1, horizon)
    difference = PAST - np.roll(PAST, 7) - 1
    assert found == pytest.approx((difference.mean(), harvey(difference, horizon)))


def test_the_diebold_mariano_test_by_hand() -> None:
    # Differences 1, 2, 3, 2: mean 2, variance 1/2, correction 3/4; t is 2 / sqrt(1/8) sqrt(3/4).
    mean, p = diebold_mariano(np.array([2.0, 4, 6, 8]), np.array([1.0, 2, 3, 6]), 1)
    assert mean == 2
    assert p == pytest.approx(2 * student.sf(24**0.5, 3))


def test_losses_that_never_differ_prove_nothing() -> None:
    assert diebold_mariano(ACTUAL, ACTUAL, 3) == (0, 1)


def test_losses_that_always_differ_by_the_same_leave_no_doubt() -> None:
    assert diebold_mariano(np.full(9, 2.0), np.ones(9), 3) == (1, 0)


def test_losses_that_differ_by_nothing_but_noise_prove_nothing_and_clear_ones_do() -> None:
    noise = np.random.default_rng(2).normal(0, 1, (2, 100))
    assert diebold_mariano(noise[0], noise[1], 1)[1] > 0.1
    mean, p = diebold_mariano(noise[0], noise[1] + 1.5, 1)
    assert mean == pytest.approx(-1.5, abs=0.3)
    assert p < 0.001


@unhurried
@given(some_figures, some_figures, st.integers(1, 12))
def test_the_other_way_round_the_sign_turns_and_the_p_value_stays(loss, other, horizon) -> None:
    mean, p = diebold_mariano(loss, other, horizon)
    assert 0 <= p <= 1
    assert diebold_mariano(other, loss, horizon) == pytest.approx((-mean, p))


def test_a_difference_that_lasts_proves_less_where_folds_share_months() -> None:
    lasting = np.repeat(np.random.default_rng(4).normal(0.3, 1, 10), 12)
    calm = np.zeros(len(lasting))
    assert diebold_mariano(lasting, calm, 12)[1] > 2 * diebold_mariano(lasting, calm, 1)[1]


def test_quantile_columns_are_named_after_their_levels() -> None:
    assert quantile_columns() == ["q0.025", "q0.1", "q0.25", "q0.5", "q0.75", "q0.9", "q0.975"]


def test_the_figures_of_a_fold_frame_by_hand() -> None:
    # Quantiles stand 1 apart: the 80% interval reaches 2 from the mean, the 95% interval 3.
    rows = fold("2016-12", [10, 12.5, 7.5, 15], [10, 10, 10, 10], scale=2.0, width=1.0)
    found = score_figures(rows)
    assert found["mase"] == pytest.approx((0 + 2.5 + 2.5 + 5) / 4 / 2)
    assert found["mape"] == pytest.approx(100 * (0 + 2.5 / 12.5 + 2.5 / 7.5 + 5 / 15) / 4)
    assert found["coverage80"] == 0.25
    assert found["coverage95"] == 0.75
    expected = bracher(rows["actual"].to_numpy(), rows[quantile_columns()].to_numpy())
    assert found["wis"] == pytest.approx(expected)


def test_a_score_counts_twelve_months_ahead_and_no_further() -> None:
    near = fold("2015-12", [10.0] * 24, [11.0] * 12 + [99.0] * 12, width=1.0)
    found = score_folds(
        "theta", pd.concat([near, fold("2016-12", [10.0], [13.0], width=1.0)]), 1.234
    )
    assert (found.forecaster, found.failure, found.folds, found.seconds) == ("theta", None, 2, 1.23)
    assert found.mase == pytest.approx((12 * 1 + 3) / 13)
    assert [row["horizon"] for row in found.by_horizon] == list(range(1, 13))
    assert [row["mase"] for row in found.by_horizon] == pytest.approx([2.0] + [1.0] * 11)
    assert set(found.by_horizon[0]) == {"horizon", *score_figures(near)}


def test_a_score_on_a_series_with_a_zero_has_every_figure_but_mape() -> None:
    found = score_folds("theta", fold("2016-12", [0.0, 10.0], [1.0, 10.0], width=1.0), 0.0)
    assert found.mape is None
    assert [row["mape"] for row in found.by_horizon] == [None, 0.0]
    assert None not in (found.mase, found.wis, found.coverage80, found.coverage95)


def test_a_score_tells_itself_in_a_line() -> None:
    good = Score("theta", folds=24, mase=0.4567, mape=3.004, seconds=1.25)
    assert str(good) == "theta: MASE 0.457, MAPE 3.00%, 24 folds, 1.2 CPU s"
    assert str(Score("theta", failure="no luck")) == "theta: failed. no luck"
