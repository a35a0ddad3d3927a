"""Months ahead: the one place where cutoffs and horizons become indices and sktime's fh."""

from __future__ import annotations

from typing import Any

import pandas as pd

SP = 12
"""Seasonal period of monthly data, in months."""


def months_after(cutoff: pd.Period, horizon: int) -> pd.PeriodIndex:
    """The `horizon` months that follow `cutoff`, as a monthly PeriodIndex."""
    return pd.period_range(cutoff + 1, periods=horizon, freq="M", name="month")


def fh_until(horizon: int) -> Any:
    """Sktime's ForecastingHorizon for 1..`horizon` months ahead, relative to the cutoff."""
    from sktime.forecasting.base import ForecastingHorizon

    return ForecastingHorizon(range(1, horizon + 1), is_relative=True)
