"""Prepare a training run: check the request, read the data, plan folds and branches."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from energy import legacy_errors
from energy.data.archive import list_vintages
from energy.data.dataset import Dataset
from energy.data.frame import data_as_of, read_frame, target_series, temporal_split
from energy.data.loader import configured_dataset, load_dataset
from energy.data.vintages import open_vintage
from energy.forecasting import models
from energy.forecasting.folds import SHORTEST, FoldPlan, plan_folds
from energy.forecasting.intervals import RealTimeData
from energy.orchestration import is_task_local
from energy.pipelines import many_series
from energy.pipelines.many_series import SeriesChunk
from energy.pipelines.train import Branch, schedule_branches
from energy.releases.store import open_store
from energy.settings import Settings
from energy.tracking import runs

ALL_TARGETS = "all"
"""Asked for as a target: the total and all its parts."""
MAX_PUBLISHED_MONTHS = 120
"""Furthest month that may be published."""
MAX_FOLDS = 60


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What a run of TrainFlow is asked for.

    Attributes:
        target: A column of the data set, or `all`: its total, every part of it, and how they add
            up; empty for the data set's own.
        horizon: Months to publish.
        start: First month to learn from, such as `2001-01`; empty for the data set's own.
        forecasters: Names of the bench separated by commas, or `all`.
        folds: Most cutoffs in the training part.
        store: Directory or URL; empty for the one of the settings.
        vintage: Id of the vintage to learn from; empty for the newest kept.
        in_real_time: Whether each fold sees the figures of its own time, where they are held.
    """

    target: str = ""
    horizon: int = 24
    start: str = ""
    forecasters: str = "all"
    folds: int = 24
    store: str = ""
    vintage: str = ""
    in_real_time: bool = False


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What a run of TrainFlow has to do.

    Attributes:
        dataset: What the figures are.
        target: What is published: the one asked for, or the total.
        series: By target, the published one first: a gapless monthly PeriodIndex, in its unit.
        weather: Columns `temperature` and `degree_days` on months that cover it; None for a data
            set without.
        plan: The folds.
        bench: Names of the forecasters that compete.
        left_out: Those that would have, but need weather.
        branches: Which of them are fitted together, the dearest first; of a long table, its chunks
            of other series too.
        vintage: SHA-256 of each raw workbook by file name.
        vintage_id: Which vintage they make.
        snapshot: What was read of it, for the release to carry.
        panel: The monthly frame of the other series of a long table; None where there are none.
        known: Series and weather as they were known at a cutoff, where a vintage of then is held
            and backtests are to be run on it; by target.
        store: Where the release goes, as the store itself writes it.
    """

    dataset: Dataset
    target: str
    series: dict[str, pd.Series]
    weather: pd.DataFrame | None
    plan: FoldPlan
    bench: tuple[str, ...]
    left_out: tuple[str, ...]
    branches: list[Branch | SeriesChunk]
    vintage: dict[str, str]
    vintage_id: str
    snapshot: dict[str, Any]
    known: dict[str, RealTimeData]
    store: str
    panel: pd.DataFrame | None = None

    def __str__(self) -> str:
        known = self.known[self.target]
        then = f" {len(known)} folds as it was known then." if known else ""
        lost = f" No weather, so without {', '.join(self.left_out)}." if self.left_out else ""
        parts = f" and its {len(self.series) - 1} parts" if len(self.series) > 1 else ""
        series = self.series[self.target]
        fits = sum(len(one.work) for one in self.branches if isinstance(one, Branch))
        if self.panel is not None:
            parts = f" and {self.panel.shape[1]} other series"
        return (
            f"{self.target}{parts}: {len(series)} months to {series.index[-1]} (vintage "
            f"{self.vintage_id}), chosen on those to {self.plan.split}; "
            f"{fits} forecasters to fit in {len(self.branches)} branches.{lost}{then}"
        )


def prepare_training(settings: Settings, asked: TrainRequest) -> TrainingPlan:
    """Check everything that could stop the run later, then read the data and lay out the folds.

    Args:
        settings: Where things are.
        asked: What the run is to do.

    Raises:
        RequestError: Something asked for cannot be done, or would be lost with this task.
        StoreError: The store cannot be written.
        DataError: The data cannot be used.
        TooShortToBacktest: The series leaves no room for a fold.
    """
    for name, found, highest in (
        ("--horizon", asked.horizon, MAX_PUBLISHED_MONTHS),
        ("--folds", asked.folds, MAX_FOLDS),
    ):
        if not 1 <= found <= highest:
            raise legacy_errors.OutOfRange(name, found, 1, highest)
    dataset = configured_dataset(settings)
    names = models.choose_forecasters(asked.forecasters, bool(dataset.weather))
    if dataset.each is None:
        _targets(dataset, asked.target)  # refused before anything is read
    if asked.in_real_time and dataset.csv:
        raise legacy_errors.OnlyAsItStands("--real-time", dataset.csv.file)
    _require_shared(settings, asked)
    opened = open_store(asked.store or settings.store)
    opened.check_writable()
    runs.check_backend(settings)
    single = "" if asked.target == ALL_TARGETS else asked.target
    data = load_dataset(dataset, settings.data, asked.vintage, single)
    dataset = data.dataset
    targets = _targets(dataset, asked.target)
    frame, start = data.frame, asked.start or dataset.start or _first(data.frame, targets)
    series = {name: target_series(frame, name, start, known=dataset.targets) for name in targets}
    # Parts can only add up to the total in months that all of them have.
    last = min(y.index[-1] for y in series.values())
    series = {name: y.loc[:last] for name, y in series.items()}
    index = pd.PeriodIndex(series[targets[0]].index)
    split = temporal_split(index)[0][-1]
    folds_plan = plan_folds(index, split, asked.folds, asked.horizon)
    work = product(targets, names)
    dealt = schedule_branches(work, len(folds_plan.cutoffs), settings.workers)
    known = _known_then(settings, folds_plan, start, dataset, targets) if asked.in_real_time else {}
    panel, chunks = _panel(settings, data.frame, dataset, asked, names)
    return TrainingPlan(
        dataset=dataset,
        target=targets[0],
        series=series,
        weather=_weather(frame, dataset),
        plan=folds_plan,
        bench=names,
        left_out=tuple(
            name for name in models.choose_forecasters(asked.forecasters) if name not in names
        ),
        branches=[*chunks, *map(Branch, dealt)],
        vintage=data.hashes,
        vintage_id=data.vintage_id,
        snapshot=data.document,
        known={name: known.get(name, {}) for name in targets},
        store=opened.url,
        panel=panel,
    )


def _require_shared(settings: Settings, asked: TrainRequest) -> None:
    for name, place, expected in (
        ("ENERGY_STORE", asked.store or settings.store, "an s3:// URL"),
        ("MLFLOW_TRACKING_URI", settings.tracking_uri, "a server's URL"),
    ):
        if is_task_local(place):
            raise legacy_errors.NotShared(name, place, expected)


def _targets(dataset: Dataset, asked: str) -> tuple[str, ...]:
    """The columns to forecast, the published one first."""
    if asked != ALL_TARGETS:
        return (asked or dataset.target,)
    if dataset.each is not None:
        return (dataset.target,)
    if not dataset.parts:
        raise legacy_errors.NoParts(dataset.target, dataset.targets)
    return (dataset.target, *dataset.parts)


def _panel(
    settings: Settings,
    frame: pd.DataFrame,
    dataset: Dataset,
    asked: TrainRequest,
    names: tuple[str, ...],
) -> tuple[pd.DataFrame | None, list[SeriesChunk]]:
    """The other series of a long table, and chunks of work of them; none unless all are asked."""
    others = [name for name in dataset.targets if name != dataset.target]
    if dataset.each is None or asked.target != ALL_TARGETS or not others:
        return None, []
    start = (
        pd.Period(asked.start or dataset.start, freq="M") if asked.start or dataset.start else None
    )
    tried = many_series.panel_forecasters(names, asked.forecasters)
    given = tried, asked.horizon, asked.folds, start
    return frame[others], many_series.plan_chunks(others, *given, settings.workers)


def _first(frame: pd.DataFrame, targets: tuple[str, ...]) -> str:
    """The first month in which all of them have a figure; that of the frame where none has."""
    whole = frame.reindex(columns=list(targets)).dropna()
    return str((whole if len(whole) else frame).index[0])


def _weather(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame | None:
    """What forecasters may know of the weather; None where there is none."""
    names = [measure.name for measure in dataset.weather]
    return frame[names] if names else None


def _known_then(
    settings: Settings, plan: FoldPlan, start: str, dataset: Dataset, targets: tuple[str, ...]
) -> dict[str, RealTimeData]:
    """What was known at each cutoff that a vintage of its own time is held for, by target."""
    frames = {
        one.vintage_id: read_frame(open_vintage(one.folder)) for one in list_vintages(settings.data)
    }
    known = [data_as_of(frames, cutoff) for cutoff in (*plan.backtest, *plan.holdout)]
    return {
        name: {
            one.cutoff: (
                target_series(one.frame, name, start, SHORTEST),
                _weather(one.frame, dataset),
            )
            for one in known
            if one.real_time
        }
        for name in targets
    }
