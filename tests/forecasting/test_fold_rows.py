"""Rows of a fold frame as arrays say what the frame says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from forecasting.series_building import fold, months, period

from energy.forecasting.folds import FoldArrays, quantile_columns, values_at
from energy.forecasting.intervals import folds_before

FOLDS = pd.concat(
    [
        fold("2015-06", [1.0] * 12, [2.0] * 12, protocol="warmup"),
        fold("2015-12", [3.0] * 18, [4.0] * 18),
        fold("2016-03", [5.0] * 6, [6.0] * 6, protocol="nowcast"),
        fold("2016-06", [7.0] * 12, [8.0] * 12, protocol="holdout"),
    ],
    ignore_index=True,
)


@pytest.mark.parametrize("cutoff", ["2015-05", "2015-12", "2016-06", "2016-09", "2030-01"])
def test_what_was_known_at_a_cutoff_is_what_the_frame_says(cutoff: str) -> None:
    known = FoldArrays.of(FOLDS).made_before(period(cutoff).ordinal)
    pd.testing.assert_frame_equal(FOLDS[known], folds_before(FOLDS, period(cutoff)))


def test_some_of_them_are_those_of_the_frame() -> None:
    which = (FOLDS["actual"] == 3.0).to_numpy()
    rows = FoldArrays.of(FOLDS).where(which)
    assert rows.horizon.tolist() == list(range(1, 19))
    assert set(rows.mean) == {4.0}
    assert rows.scored.tolist() == [True] * 12 + [False] * 6
    assert rows.rolling.all()


def test_a_frame_without_quantiles_has_no_ends_of_intervals() -> None:
    bare = FoldArrays.of(FOLDS.drop(columns=quantile_columns(), errors="ignore"))
    assert np.isnan(bare.low).all()
    assert np.isnan(bare.high).all()


def test_a_figure_outside_the_series_is_the_filling() -> None:
    index = months(24)
    series = pd.Series(np.arange(24.0), index)
    asked = np.array([index[0].ordinal - 1, index[0].ordinal, index[23].ordinal, 10**6])
    assert values_at(series, asked, -1.0).tolist() == [-1.0, 0.0, 23.0, -1.0]
    assert values_at(series.iloc[:0], asked, 0.5).tolist() == [0.5] * 4
