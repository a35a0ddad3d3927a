"""Replay the monthly loop from 2015 on: ingest, train, publish, monitor.

    python -m research.replay_history [--from 2015-01] [--to 2022-07] [--store store-replay]

Writes benchmarks/replay.json, docs/images/replay.svg and the tables of docs/replay.md, and leaves
the store with its releases, decisions and track record.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from energy import charts
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
from research import replay_report as report
from research.cut_workbooks import Embedded, publication_date
from scripts.markdown_blocks import replace_block

FORECASTERS = "theta,exponential_smoothing,weather_normalised_theta,unobserved_components_weather"
"""Few candidate models beside the baseline: two families, each with weather and without."""
FOLDS = 24
HORIZON = 24
HOUR = clock_time(9, 30, tzinfo=UTC)
"""Publication time of Energy Trends."""
AFTER = {"watch": timedelta(minutes=10), "publish": timedelta(minutes=20)}
"""Delay of the other steps of the schedule."""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="first", default="2015-01", help="first month, ISO")
    parser.add_argument("--to", dest="last", default="2022-07", help="last month, ISO")
    parser.add_argument("--store", default="store-replay", help="directory for the releases")
    options = parser.parse_args(arguments)
    store = Path(options.store).absolute()
    first, last = pd.Period(options.first, "M"), pd.Period(options.last, "M")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        months = []
        cores = os.cpu_count() or 1
        for month in play(first, last, Path(folder), FORECASTERS, FOLDS, cores):
            months.append(month)
            print(f"{month.month}: {_line(month)}", flush=True)
        record, _ = monitor.read_track_record(open_store(f"{folder}/store"))
        if record is None:
            raise SystemExit("A replay needs two months at least.")
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(Path(folder, "store"), store)
    result = {
        "measured_at": datetime.now(UTC).strftime("%Y-%m-%d"),
        "machine": f"{platform.machine()}, {cores} cores",
        "versions": {n: version(n) for n in ("sktime", "statsmodels", "pandas")},
        "seconds": round(time.perf_counter() - start),
        "forecasters": FORECASTERS.split(","),
        "folds": FOLDS,
        **report.figures(months, record),
    }
    if (options.first, options.last) == (parser.get_default("first"), parser.get_default("last")):
        (ROOT / "benchmarks" / "replay.json").write_text(json.dumps(result, indent=2) + "\n")
        picture = charts.svg(charts.spec(report.picture(result)))
        (ROOT / "docs" / "images" / "replay.svg").write_text(picture, "utf-8")
        replace_block(ROOT / "docs" / "replay.md", "replay", report.text(result))
    print(report.text(result))
    return 0


def _line(month: report.Played) -> str:
    forecaster = month.published.manifest.forecaster
    decision = "promoted" if month.published.promoted else "refused"
    recent = month.record.recent if month.record else None
    recent_text = (
        f", last 12 months MASE {recent.mase:.3f} (naive {recent.naive_mase:.3f})" if recent else ""
    )
    alarms = [check.name for check in month.record.drift if check.alarm] if month.record else []
    return f"{forecaster} {decision}{recent_text}{f', alarms: {alarms}' if alarms else ''}"


@dataclass(frozen=True, slots=True)
class Trained:
    """The result of a month's training, before it is published."""

    draft: publish.ReleaseDraft
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class ReplayedMonth:
    """A replayed month.

    Attributes:
        month: The month whose energy was published.
        at: When it was published.
        published: The release, and the result of the gate.
        served: The live forecaster afterwards.
        record: The track record of that day, before the new release; None in the first month.
    """

    month: str
    at: datetime
    published: publish.PublishResult
    served: str
    record: TrackRecord | None


def train(files: dict[str, bytes], at: datetime, forecasters: str, folds: int) -> Trained:
    """Train on a month's workbooks, in a folder without later data.

    Args:
        files: The workbooks as published then, by name.
        at: When they were published.
        forecasters: Names of candidate models, separated by commas.
        folds: Number of cutoffs in the training part.
    """
    with tempfile.TemporaryDirectory() as folder:
        data, store = Path(folder, "data"), Path(folder, "store")
        ingest_vintage(data, files, VintageRecord("", "", {}), now=at)
        settings = replace(Settings(), data=data, store=str(store), tracking_uri=_mlflow(folder))
        request = prepare.TrainRequest(forecasters=forecasters, horizon=HORIZON, folds=folds)
        task = prepare.prepare_training(settings, request)
    y, target = task.series[task.target], task.target
    inputs = (y, task.weather, task.plan)
    results = {name: backtest_one(name, *inputs) for name in task.forecasters}
    compared = compare_forecasters(task.forecasters, results, y, task.weather)
    fitted, table = refit_best(compared, y, task.weather, HORIZON, task.dataset.unit(target))
    draft = publish.ReleaseDraft(
        table,
        selection.model_to_zip(fitted),
        compared,
        y,
        weather.weather_facts(y, task.weather),
        data=task.data,
        title=task.dataset.target_title(target),
    )
    return Trained(draft, lineage.lineage(task.vintage, lineage.commit(ROOT), {"replay": "yes"}))


def play(
    first: pd.Period, last: pd.Period, folder: Path, forecasters: str, folds: int, workers: int
) -> Iterator[ReplayedMonth]:
    """Replay the months from `first` to `last`, in a store and an archive below `folder`.

    Training does not depend on the store and runs ahead in `workers` processes; the other steps run
    in order.
    """
    embedded = Embedded()
    months = pd.period_range(first, last, freq="M")
    moments = [datetime.combine(publication_date(month), HOUR) for month in months]
    books = [embedded.as_of(month) for month in months]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        ahead = [
            pool.submit(train, files, at, forecasters, folds)
            for files, at in zip(books, moments, strict=True)
        ]
        for at, files, trained in zip(moments, books, ahead, strict=True):
            yield _month(at, files, trained.result(), folder)


def _month(at: datetime, files: dict[str, bytes], trained: Trained, folder: Path) -> ReplayedMonth:
    """Run the steps of a month: ingest, monitor, publish."""
    settings = replace(Settings(), data=folder / "data", store=str(folder / "store"))
    ingested = ingest_vintage(settings.data, files, VintageRecord("", "", {}), now=at)
    if not isinstance(ingested, NewVintage):
        raise SystemExit(f"The workbooks of {at:%B %Y} were not kept: {ingested}")
    store = open_store(settings.store)
    record = monitor.monitor(settings, store, at + AFTER["watch"])
    published = publish.publish(
        store,
        trained.draft,
        trained.lineage,
        smoke_test=_answers,
        clock=lambda: at + AFTER["publish"],
    )
    pointer = in_service(store)
    live = read_manifest(store, pointer.release_id).forecaster if pointer else ""
    return ReplayedMonth(ingested.vintage.month, at, published, live, record)


def _answers(store_url: str, release_id: str) -> Check:
    """The gate's last check, in this process: a new process each month would take minutes."""
    answer = smoke_test.query_release(store_url, release_id)
    message = str(answer["error"] or "Checked in the process of the replay.")
    return Check("answers", not answer["error"], None, None, message)


def _mlflow(folder: str) -> str:
    return f"sqlite:///{folder}/mlflow.db"


if __name__ == "__main__":
    sys.exit(main())
