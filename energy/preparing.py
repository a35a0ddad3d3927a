"""Everything TrainFlow must know before it fits: checked first, read once, laid out in folds."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from energy import tracking
from energy.data.monthly import read_frame, target_series, temporal_split
from energy.data.vintages import open_vintage
from energy.errors import OutOfRange
from energy.forecasting import bench
from energy.forecasting.backtest import Plan, plan
from energy.releases.store import open_store
from energy.settings import Settings

LONGEST = 120
"""Furthest month that may be published."""
MOST_FOLDS = 60


@dataclass(frozen=True, slots=True)
class Task:
    """What a run of TrainFlow has to do.

    Attributes:
        series: The target on a gapless monthly PeriodIndex, in its unit.
        weather: Columns `temperature` and `degree_days` on months that cover it.
        plan: The folds.
        bench: Names of the forecasters that compete.
        branches: Those of them to be fitted, the dearest first.
        vintage: SHA-256 of each raw workbook by file name.
        store: Where the release goes, as the store itself writes it.
    """

    series: pd.Series
    weather: pd.DataFrame
    plan: Plan
    bench: tuple[str, ...]
    branches: list[str]
    vintage: dict[str, str]
    store: str

    def __str__(self) -> str:
        return (
            f"{self.series.name}: {len(self.series)} months to {self.series.index[-1]}, chosen on "
            f"those to {self.plan.split}; {len(self.branches)} forecasters to fit."
        )


def prepare(
    settings: Settings,
    *,
    target: str,
    horizon: int,
    start: str,
    forecasters: str,
    folds: int,
    store: str,
) -> Task:
    """Check everything that could stop the run later, then read the data and lay out the folds.

    Args:
        settings: Where things are.
        target: Column of table 1.2.
        horizon: Months to publish.
        start: First month to learn from, such as `2001-01`.
        forecasters: Names of the bench separated by commas, or `all`.
        folds: Most cutoffs in the training part.
        store: Directory or URL; empty for the one of the settings.

    Raises:
        RequestError: Something asked for cannot be done.
        StoreError: The store cannot be written.
        DataError: The data cannot be used.
        TooShortToBacktest: The series leaves no room for a fold.
    """
    for name, found, highest in (("--horizon", horizon, LONGEST), ("--folds", folds, MOST_FOLDS)):
        if not 1 <= found <= highest:
            raise OutOfRange(name, found, 1, highest)
    names = bench.choose(forecasters)
    opened = open_store(store or settings.store)
    opened.check_writable()
    tracking.check(settings)
    vintage = open_vintage(settings.data)
    frame = read_frame(vintage)
    series = target_series(frame, target, start)
    train, _ = temporal_split(series)
    return Task(
        series=series,
        weather=frame[["temperature", "degree_days"]],
        plan=plan(pd.PeriodIndex(series.index), train.index[-1], folds, horizon),
        bench=names,
        branches=bench.branches(names),
        vintage=vintage.hashes,
        store=opened.url,
    )
