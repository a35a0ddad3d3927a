"""A series taken apart in the classical way, for charts: trend, season, what is left."""

from __future__ import annotations

import pandas as pd

from energy.forecasting.horizon import SP


def decompose(y: pd.Series) -> pd.DataFrame:
    """Additive decomposition by moving averages.

    As in Hyndman and Athanasopoulos, Forecasting: Principles and Practice (3rd edition), 3.4: the
    trend is a 2x12 moving average, the season the mean of each calendar month around it, centred.

    Args:
        y: On a gapless monthly PeriodIndex, two years at least.

    Returns:
        Columns trend, season, rest in y's unit; trend and rest are NaN half a year at either end.

    >>> months = pd.period_range("2020-01", periods=36, freq="M")
    >>> parts = decompose(pd.Series([float(n) for n in range(36)], months))
    >>> [round(value, 6) + 0.0 for value in parts.iloc[18]]
    [18.0, 0.0, 0.0]
    """
    trend = y.rolling(SP).mean().rolling(2).mean().shift(-SP // 2)
    calendar = pd.PeriodIndex(y.index).month
    around = (y - trend).groupby(calendar).mean()
    season = pd.Series((around - around.mean()).reindex(calendar).to_numpy(), y.index)
    return pd.DataFrame({"trend": trend, "season": season, "rest": y - trend - season})
