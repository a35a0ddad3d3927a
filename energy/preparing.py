"""Everything TrainFlow must know before it fits: checked first, read once, laid out in folds."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from energy import backend
from energy.data.archive import find, held, newest
from energy.data.known import as_known
from energy.data.monthly import read_frame, target_series, temporal_split
from energy.data.vintages import open_vintage
from energy.errors import OutOfRange
from energy.forecasting import bench
from energy.forecasting.backtest import SHORTEST, Plan, plan
from energy.forecasting.intervals import KnownThen
from energy.releases.store import open_store
from energy.settings import Settings

LONGEST = 120
"""Furthest month that may be published."""
MOST_FOLDS = 60
WEATHER_USED = ["temperature", "degree_days"]
"""What forecasters may know of the weather."""


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What a run of TrainFlow is asked for.

    Attributes:
        target: Column of table 1.2.
        horizon: Months to publish.
        start: First month to learn from, such as `2001-01`.
        forecasters: Names of the bench separated by commas, or `all`.
        folds: Most cutoffs in the training part.
        store: Directory or URL; empty for the one of the settings.
        vintage: Id of the vintage to learn from; empty for the newest kept.
        in_real_time: Whether each fold sees the figures of its own time, where they are held.
    """

    target: str = "total"
    horizon: int = 24
    start: str = "2001-01"
    forecasters: str = "all"
    folds: int = 24
    store: str = ""
    vintage: str = ""
    in_real_time: bool = False


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
        vintage_id: Which vintage they make.
        known: Series and weather as they were known at a cutoff, where a vintage of then is held
            and backtests are to be run on it.
        store: Where the release goes, as the store itself writes it.
    """

    series: pd.Series
    weather: pd.DataFrame
    plan: Plan
    bench: tuple[str, ...]
    branches: list[str]
    vintage: dict[str, str]
    vintage_id: str
    known: KnownThen
    store: str

    def __str__(self) -> str:
        then = f" {len(self.known)} folds as it was known then." if self.known else ""
        return (
            f"{self.series.name}: {len(self.series)} months to {self.series.index[-1]} (vintage "
            f"{self.vintage_id}), chosen on those to {self.plan.split}; "
            f"{len(self.branches)} forecasters to fit.{then}"
        )


def prepare(settings: Settings, asked: TrainRequest) -> Task:
    """Check everything that could stop the run later, then read the data and lay out the folds.

    Args:
        settings: Where things are.
        asked: What the run is to do.

    Raises:
        RequestError: Something asked for cannot be done.
        StoreError: The store cannot be written.
        DataError: The data cannot be used.
        TooShortToBacktest: The series leaves no room for a fold.
    """
    for name, found, highest in (
        ("--horizon", asked.horizon, LONGEST),
        ("--folds", asked.folds, MOST_FOLDS),
    ):
        if not 1 <= found <= highest:
            raise OutOfRange(name, found, 1, highest)
    names = bench.choose(asked.forecasters)
    opened = open_store(asked.store or settings.store)
    opened.check_writable()
    backend.check(settings)
    chosen = find(settings.data, asked.vintage) if asked.vintage else newest(settings.data)
    opened_vintage = open_vintage(chosen.folder)
    frame = read_frame(opened_vintage)
    series = target_series(frame, asked.target, asked.start)
    train, _ = temporal_split(series)
    folds_plan = plan(pd.PeriodIndex(series.index), train.index[-1], asked.folds, asked.horizon)
    return Task(
        series=series,
        weather=frame[WEATHER_USED],
        plan=folds_plan,
        bench=names,
        branches=bench.branches(names),
        vintage=opened_vintage.hashes,
        vintage_id=chosen.vintage_id,
        known=_known_then(settings, folds_plan, asked) if asked.in_real_time else {},
        store=opened.url,
    )


def _known_then(settings: Settings, plan: Plan, asked: TrainRequest) -> KnownThen:
    """What was known at each cutoff that a vintage of its own time is held for."""
    frames = {one.vintage_id: read_frame(open_vintage(one.folder)) for one in held(settings.data)}
    known = (as_known(frames, cutoff) for cutoff in (*plan.backtest, *plan.holdout))
    return {
        one.cutoff: (
            target_series(one.frame, asked.target, asked.start, SHORTEST),
            one.frame[WEATHER_USED],
        )
        for one in known
        if one.real_time
    }
