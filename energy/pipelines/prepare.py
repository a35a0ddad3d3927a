"""Prepare a training run: check the request, read the data, plan folds and branches."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from energy.data.archive import list_vintages
from energy.data.dataset import Dataset
from energy.data.frame import data_as_of, read_frame, target_series, temporal_split
from energy.data.loader import configured_dataset, load_dataset
from energy.data.vintages import open_vintage
from energy.errors import DataError, RequestError, join_names
from energy.forecasting.folds import SHORTEST, FoldPlan, plan_folds
from energy.forecasting.intervals import RealTimeData
from energy.forecasting.models import choose_forecasters
from energy.forecasting.panel_selection import choose_panel_forecasters
from energy.orchestration import is_task_local
from energy.pipelines.many_series import SeriesChunk, plan_chunks
from energy.pipelines.train import Branch, schedule_branches
from energy.releases.store import open_store
from energy.settings import Settings
from energy.tracking import runs

ALL_TARGETS = "all"
"""The target that means the total and all its parts, or all series of a long table."""
MAX_PUBLISHED_MONTHS = 120
MAX_FOLDS = 60


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """Options of a training run.

    Attributes:
        target: A column of the data set, or `all`: its total, every part of it, and how they add
            up; empty for the data set's own.
        horizon: Months to publish.
        start: First month to learn from, such as `2001-01`; empty for the data set's own.
        forecasters: Names separated by commas, or `all`.
        folds: Most cutoffs in the training part.
        store: Directory or URL; empty for that of the settings.
        vintage: Id of the vintage to learn from; empty for the newest.
        real_time: Whether each fold uses figures as first published, where they were kept.
    """

    target: str = ""
    horizon: int = 24
    start: str = ""
    forecasters: str = "all"
    folds: int = 24
    store: str = ""
    vintage: str = ""
    real_time: bool = False


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """The data and the work of a training run.

    Attributes:
        dataset: Description of the data set.
        target: The target that is published: the requested one, or the total.
        series: By target, the published one first: a gapless monthly PeriodIndex, in its unit.
        weather: Columns `temperature` and `degree_days` on months that cover the series; None for
            a data set without weather.
        plan: The folds.
        forecasters: Names of the candidate models.
        skipped: Names of forecasters that need weather, where there is none.
        branches: Work to do in parallel; for a long table, chunks of its other series too.
        vintage: SHA-256 of each raw workbook by file name.
        vintage_id: Id of the vintage.
        data: The document of the data, which the release carries.
        real_time_data: By target; empty unless the request is for real time.
        store: Normalised URL of the store.
        other_series: Monthly frame of the other series of a long table; None without any.
    """

    dataset: Dataset
    target: str
    series: dict[str, pd.Series]
    weather: pd.DataFrame | None
    plan: FoldPlan
    forecasters: tuple[str, ...]
    skipped: tuple[str, ...]
    branches: list[Branch | SeriesChunk]
    vintage: dict[str, str]
    vintage_id: str
    data: dict[str, Any]
    real_time_data: dict[str, RealTimeData]
    store: str
    other_series: pd.DataFrame | None = None

    def __str__(self) -> str:
        y = self.series[self.target]
        others = f" and its {len(self.series) - 1} parts" if len(self.series) > 1 else ""
        if self.other_series is not None:
            others = f" and {self.other_series.shape[1]} other series"
        fits = sum(len(branch.work) for branch in self.branches if isinstance(branch, Branch))
        skipped = f" No weather, so without {', '.join(self.skipped)}." if self.skipped else ""
        real_time = len(self.real_time_data.get(self.target, {}))
        return (
            f"{self.target}{others}: {len(y)} months to {y.index[-1]} (vintage {self.vintage_id}), "
            f"selection on months to {self.plan.split}; {fits} forecasters to fit in "
            f"{len(self.branches)} branches.{skipped}"
            + (f" {real_time} folds use figures as first published." if real_time else "")
        )


def prepare_training(settings: Settings, request: TrainRequest) -> TrainingPlan:
    """Check everything that could stop the run later, read the data and plan the work.

    Args:
        settings: Where data, store and MLflow are.
        request: Options of the run.

    Raises:
        RequestError: An option cannot be met, or results would be lost with this task.
        StoreError: The store cannot be written.
        DataError: The data cannot be used.
        TooShortToBacktest: The series leaves no room for a fold.
    """
    _check_range("--horizon", request.horizon, MAX_PUBLISHED_MONTHS)
    _check_range("--folds", request.folds, MAX_FOLDS)
    dataset = configured_dataset(settings)
    forecasters = choose_forecasters(request.forecasters, bool(dataset.weather))
    if dataset.each is None:
        _targets(dataset, request)  # fail before anything is read
    if request.real_time and dataset.csv:
        raise DataError(
            f"--real-time needs vintages that were kept; {dataset.csv.file} is read as it is. "
            "Leave --real-time out; to learn from older figures, name an older file."
        )
    _check_shared(settings, request)
    store = open_store(request.store or settings.store)
    store.check_writable()
    runs.check_backend(settings)

    single = "" if request.target == ALL_TARGETS else request.target
    loaded = load_dataset(dataset, settings.data, request.vintage, single)
    dataset, frame = loaded.dataset, loaded.frame
    targets = _targets(dataset, request)
    start = request.start or dataset.start or _first_month(frame, targets)
    series = {name: target_series(frame, name, start, targets=dataset.targets) for name in targets}
    # Parts add up to the total only in months that all of them have.
    last = min(y.index[-1] for y in series.values())
    series = {name: y.loc[:last] for name, y in series.items()}

    index = pd.PeriodIndex(series[targets[0]].index)
    plan = plan_folds(index, temporal_split(index)[0][-1], request.folds, request.horizon)
    work = product(targets, forecasters)
    branches = schedule_branches(work, len(plan.cutoffs), settings.workers)
    others = _other_series(dataset, request)
    chunks = _chunks(others, forecasters, request, dataset, settings.workers)
    return TrainingPlan(
        dataset=dataset,
        target=targets[0],
        series=series,
        weather=_weather(frame, dataset),
        plan=plan,
        forecasters=forecasters,
        skipped=tuple(
            name for name in choose_forecasters(request.forecasters) if name not in forecasters
        ),
        branches=[*chunks, *branches],
        vintage=loaded.hashes,
        vintage_id=loaded.vintage_id,
        data=loaded.document,
        real_time_data=(
            _real_time_data(settings, plan, start, dataset, targets)
            if request.real_time
            else {name: {} for name in targets}
        ),
        store=store.url,
        other_series=frame[others] if others else None,
    )


def _check_range(option: str, value: int, highest: int) -> None:
    if not 1 <= value <= highest:
        raise RequestError(f"{option} is {value}; expected 1 to {highest}.", code="misconfigured")


def _check_shared(settings: Settings, request: TrainRequest) -> None:
    """On an engine, store and MLflow must not be on the disk of a task."""
    for variable, place, expected in (
        ("ENERGY_STORE", request.store or settings.store, "an s3:// URL"),
        ("MLFLOW_TRACKING_URI", settings.tracking_uri, "a server's URL"),
    ):
        if is_task_local(place):
            raise RequestError(
                f"{variable} is {place}, on a disk that is lost with this task; on an engine it "
                f"must be {expected}. Pass it to the tasks with --with environment: docs/scale.md."
            )


def _targets(dataset: Dataset, request: TrainRequest) -> tuple[str, ...]:
    """The columns to forecast, the published one first."""
    if request.target != ALL_TARGETS:
        return (request.target or dataset.target,)
    if dataset.each is not None:
        return (dataset.target,)
    if not dataset.parts:
        raise RequestError(
            f"Target 'all' means a total and its parts, and {dataset.target} has none that add up "
            f"to it. Known targets: {join_names(dataset.targets)}."
        )
    return (dataset.target, *dataset.parts)


def _other_series(dataset: Dataset, request: TrainRequest) -> list[str]:
    """Names of the other series of a long table, if all are requested."""
    if dataset.each is None or request.target != ALL_TARGETS:
        return []
    return [name for name in dataset.targets if name != dataset.target]


def _chunks(
    series: list[str],
    forecasters: tuple[str, ...],
    request: TrainRequest,
    dataset: Dataset,
    workers: int,
) -> list[SeriesChunk]:
    """Chunks of work for the other series of a long table."""
    if not series:
        return []
    start = request.start or dataset.start
    return plan_chunks(
        series,
        choose_panel_forecasters(forecasters, request.forecasters.strip() == "all"),
        request.horizon,
        request.folds,
        pd.Period(start, freq="M") if start else None,
        workers,
    )


def _first_month(frame: pd.DataFrame, targets: tuple[str, ...]) -> str:
    """The first month in which all targets have a figure; the frame's first if there is none."""
    complete = frame.reindex(columns=list(targets)).dropna()
    return str((complete if len(complete) else frame).index[0])


def _weather(frame: pd.DataFrame, dataset: Dataset) -> pd.DataFrame | None:
    """The weather columns; None for a data set without weather."""
    names = [measure.name for measure in dataset.weather]
    return frame[names] if names else None


def _real_time_data(
    settings: Settings, plan: FoldPlan, start: str, dataset: Dataset, targets: tuple[str, ...]
) -> dict[str, RealTimeData]:
    """By target, the figures as published at each cutoff for which a vintage was kept."""
    frames = {
        vintage.vintage_id: read_frame(open_vintage(vintage.folder))
        for vintage in list_vintages(settings.data)
    }
    published = [data_as_of(frames, cutoff) for cutoff in (*plan.backtest, *plan.holdout)]
    return {
        name: {
            data.cutoff: (
                target_series(data.frame, name, start, SHORTEST),
                _weather(data.frame, dataset),
            )
            for data in published
            if data.real_time
        }
        for name in targets
    }
