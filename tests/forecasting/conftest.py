"""The embedded figures, cut to eight years of fitting; what is dear is done once for all tests."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from forecasting.series_building import backtested, period, unequal_weights

from energy.data.frame import read_frame, target_series
from energy.data.vintages import open_vintage
from energy.forecasting.backtest import fit, regressors
from energy.forecasting.folds import FoldPlan, is_positive

ROOT = Path(__file__).parents[2]
FIRST, CUTOFF, LAST = "2009-01", "2016-12", "2017-12"


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    return read_frame(open_vintage(ROOT / "data" / "raw"))


@pytest.fixture(scope="session")
def weather(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[["temperature", "degree_days"]]


@pytest.fixture(scope="session")
def total(frame: pd.DataFrame) -> pd.Series:
    """Nine years of total consumption: eight to fit on, one to forecast."""
    return target_series(frame, "total", FIRST).loc[:LAST]


@pytest.fixture(scope="session")
def net_imports(frame: pd.DataFrame) -> pd.Series:
    """A series that is not always above zero."""
    return target_series(frame, "net_imports", "2001-01").loc[:"2006-12"]


@pytest.fixture(scope="session")
def two_folds() -> FoldPlan:
    """Two cutoffs, half a year apart, so that the second knows errors of the first."""
    cutoff = period(CUTOFF)
    return FoldPlan((cutoff - 6, cutoff), (), period(LAST), 12)


@pytest.fixture(scope="session")
def folds(
    total: pd.Series, weather: pd.DataFrame, two_folds: FoldPlan
) -> Callable[[str], pd.DataFrame]:
    """The fold frame of a forecaster of the bench over `two_folds`; leave it as it is."""
    return backtested(total, weather, two_folds)


@pytest.fixture(scope="session")
def fitted(total: pd.Series, weather: pd.DataFrame) -> Callable[[str], Any]:
    """A forecaster of the bench, fitted on the eight years up to CUTOFF; leave it as it is."""
    seen = total.loc[:CUTOFF]

    @functools.cache
    def fit_once(name: str) -> Any:
        weights = unequal_weights(name)
        return fit(name, seen, regressors(name, seen, weather), is_positive(seen), weights)

    return fit_once
