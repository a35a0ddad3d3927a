"""Play history: ingest what was known, train, publish or refuse, watch, month after month."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
from replay.workbooks import Embedded, published

from energy.contract import Lineage
from energy.contract.track_record import TrackRecord
from energy.data.vintage_builder import NewVintage, ingest_vintage
from energy.data.vintages import VintageRecord
from energy.forecasting import selection, weather
from energy.pipelines import monitor, prepare, publish
from energy.pipelines.train import backtest_one, compare_forecasters, refit_best
from energy.releases.bundle import read_manifest
from energy.releases.promotion import Check
from energy.releases.reader import read_champion as in_service
from energy.releases.store import open_store
from energy.serving import smoke_test
from energy.settings import ROOT, Settings
from energy.tracking import lineage

HORIZON = 24
HOUR = time(9, 30, tzinfo=UTC)
"""When Energy Trends comes out."""
AFTER = {"watch": timedelta(minutes=10), "publish": timedelta(minutes=20)}
"""When the schedule gets to its other steps."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What a month's training gave: everything but its place in the store."""

    draft: publish.ReleaseDraft
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class Played:
    """One month of the replay.

    Attributes:
        month: The month whose energy came out.
        at: When.
        published: The release that was made from it, and what the gate found.
        served: The forecaster in service afterwards.
        record: The track record as it was written on that day, before the new release; None on the
            first, when nothing had been in service.
    """

    month: str
    at: datetime
    published: publish.PublishResult
    served: str
    record: TrackRecord | None


def train(files: dict[str, bytes], at: datetime, forecasters: str, folds: int) -> Trained:
    """Train on one month's workbooks, held in a folder of its own where nothing later is.

    Args:
        files: The workbooks as published then, by name.
        at: When that was.
        forecasters: Names of the bench, separated by commas.
        folds: Cutoffs to try in the training part.
    """
    with tempfile.TemporaryDirectory() as folder:
        data, store = Path(folder, "data"), Path(folder, "store")
        ingest_vintage(data, files, VintageRecord("", "", {}), now=at)
        settings = replace(Settings(), data=data, store=str(store), tracking_uri=_mlflow(folder))
        asked = prepare.TrainRequest(forecasters=forecasters, horizon=HORIZON, folds=folds)
        task = prepare.prepare_training(settings, asked)
    y, target = task.series[task.target], task.target
    given = (y, task.weather, task.plan)
    results = {name: backtest_one(name, *given) for name in task.bench}
    compared = compare_forecasters(task.bench, results, y, task.weather)
    fitted, table = refit_best(compared, y, task.weather, HORIZON, task.dataset.unit(target))
    draft = publish.ReleaseDraft(
        table,
        selection.model_to_zip(fitted),
        compared,
        y,
        weather.weather_facts(y, task.weather),
        data=task.snapshot,
        title=task.dataset.titled(target),
    )
    return Trained(draft, lineage.lineage(task.vintage, lineage.commit(ROOT), {"replay": "yes"}))


def play(
    first: pd.Period, last: pd.Period, folder: Path, forecasters: str, folds: int, workers: int
) -> Iterator[Played]:
    """Replay the months from `first` to `last`, in a store and an archive below `folder`.

    Training is done ahead by `workers` processes, since it needs nothing of the store; everything
    that does is done in order.
    """
    embedded = Embedded()
    months = pd.period_range(first, last, freq="M")
    moments = [datetime.combine(published(month), HOUR) for month in months]
    books = [embedded.as_of(month) for month in months]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        ahead = [
            pool.submit(train, files, at, forecasters, folds)
            for files, at in zip(books, moments, strict=True)
        ]
        for at, files, trained in zip(moments, books, ahead, strict=True):
            yield _month(at, files, trained.result(), folder)


def _month(at: datetime, files: dict[str, bytes], trained: Trained, folder: Path) -> Played:
    """What a month's schedule does: ingest, watch, publish."""
    settings = replace(Settings(), data=folder / "data", store=str(folder / "store"))
    kept = ingest_vintage(settings.data, files, VintageRecord("", "", {}), now=at)
    if not isinstance(kept, NewVintage):
        raise SystemExit(f"The workbooks of {at:%B %Y} were not kept: {kept}")
    store = open_store(settings.store)
    record = monitor.monitor(settings, store, at + AFTER["watch"])
    done = publish.publish(
        store,
        trained.draft,
        trained.lineage,
        answers=_answers,
        clock=lambda: at + AFTER["publish"],
    )
    pointer = in_service(store)
    served = read_manifest(store, pointer.release_id).forecaster if pointer else ""
    return Played(kept.vintage.month, at, done, served, record)


def _answers(store_url: str, release_id: str) -> Check:
    """The gate's last check, asked in this process: a fresh one each month would take minutes."""
    found = smoke_test.query_release(store_url, release_id)
    told = str(found["trouble"] or "Asked in the process of the replay.")
    return Check("answers", not found["trouble"], None, None, told)


def _mlflow(folder: str) -> str:
    return f"sqlite:///{folder}/mlflow.db"
