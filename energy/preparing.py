"""Everything TrainFlow must know before it fits: checked first, read once, laid out in folds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from energy import backend
from energy.data import snapshot
from energy.data.archive import find, held, newest
from energy.data.known import as_known
from energy.data.monthly import read_frame, target_series, temporal_split
from energy.data.tables import TARGETS
from energy.data.vintages import open_vintage
from energy.errors import OutOfRange
from energy.forecasting import bench
from energy.forecasting.backtest import SHORTEST, Plan, plan
from energy.forecasting.intervals import KnownThen
from energy.releases.store import open_store
from energy.settings import Settings
from energy.training import Branch

EVERY = "all"
"""Asked for as a target: the total and all its parts."""
LONGEST = 120
"""Furthest month that may be published."""
MOST_FOLDS = 60
WEATHER_USED = ["temperature", "degree_days"]
"""What forecasters may know of the weather."""


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What a run of TrainFlow is asked for.

    Attributes:
        target: Column of table 1.2, or `all`: the total, every part of it, and how they add up.
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
        target: What is published: the one asked for, or the total.
        series: By target, the published one first: a gapless monthly PeriodIndex, in its unit.
        weather: Columns `temperature` and `degree_days` on months that cover it.
        plan: The folds.
        bench: Names of the forecasters that compete.
        branches: Which of them are fitted together, the dearest first.
        vintage: SHA-256 of each raw workbook by file name.
        vintage_id: Which vintage they make.
        snapshot: What was read of it, for the release to carry.
        known: Series and weather as they were known at a cutoff, where a vintage of then is held
            and backtests are to be run on it; by target.
        store: Where the release goes, as the store itself writes it.
    """

    target: str
    series: dict[str, pd.Series]
    weather: pd.DataFrame
    plan: Plan
    bench: tuple[str, ...]
    branches: list[Branch]
    vintage: dict[str, str]
    vintage_id: str
    snapshot: dict[str, Any]
    known: dict[str, KnownThen]
    store: str

    def __str__(self) -> str:
        known = self.known[self.target]
        then = f" {len(known)} folds as it was known then." if known else ""
        parts = f" and its {len(self.series) - 1} parts" if len(self.series) > 1 else ""
        series = self.series[self.target]
        fits = sum(len(branch.forecasters) for branch in self.branches)
        return (
            f"{self.target}{parts}: {len(series)} months to {series.index[-1]} (vintage "
            f"{self.vintage_id}), chosen on those to {self.plan.split}; "
            f"{fits} forecasters to fit in {len(self.branches)} branches.{then}"
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
    targets = TARGETS if asked.target == EVERY else (asked.target,)
    series = {name: target_series(frame, name, asked.start) for name in targets}
    # Parts can only add up to the total in months that all of them have.
    last = min(y.index[-1] for y in series.values())
    series = {name: y.loc[:last] for name, y in series.items()}
    index = pd.PeriodIndex(series[targets[0]].index)
    split = temporal_split(index)[0][-1]
    folds_plan = plan(index, split, asked.folds, asked.horizon)
    parcels = bench.branches(names, len(folds_plan.cutoffs))
    known = _known_then(settings, folds_plan, asked, targets) if asked.in_real_time else {}
    return Task(
        target=targets[0],
        series=series,
        weather=frame[WEATHER_USED],
        plan=folds_plan,
        bench=names,
        branches=[Branch(name, parcel) for parcel in parcels for name in targets],
        vintage=opened_vintage.hashes,
        vintage_id=chosen.vintage_id,
        snapshot=snapshot.to_document(frame, opened_vintage, chosen),
        known={name: known.get(name, {}) for name in targets},
        store=opened.url,
    )


def _known_then(
    settings: Settings, plan: Plan, asked: TrainRequest, targets: tuple[str, ...]
) -> dict[str, KnownThen]:
    """What was known at each cutoff that a vintage of its own time is held for, by target."""
    frames = {one.vintage_id: read_frame(open_vintage(one.folder)) for one in held(settings.data)}
    known = [as_known(frames, cutoff) for cutoff in (*plan.backtest, *plan.holdout)]
    return {
        name: {
            one.cutoff: (
                target_series(one.frame, name, asked.start, SHORTEST),
                one.frame[WEATHER_USED],
            )
            for one in known
            if one.real_time
        }
        for name in targets
    }
