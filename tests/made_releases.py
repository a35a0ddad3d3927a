"""Real releases, small: made by the project's own code from the embedded data, in seconds."""

from __future__ import annotations

import functools
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from energy.data import loader
from energy.data.archive import ArchivedVintage, newest_vintage
from energy.data.dataset import UK
from energy.data.frame import read_frame, target_series
from energy.data.tables import TARGETS, UNITS
from energy.data.vintages import Vintage, open_vintage
from energy.forecasting import folds, selection
from energy.forecasting.weather import weather_facts
from energy.pipelines import train
from energy.pipelines.publish import PublishResult, ReleaseDraft, write_draft
from energy.releases import promotion
from energy.releases.store import open_store
from energy.tracking import lineage

RAW = Path(__file__).resolve().parents[1] / "data" / "raw"
HORIZON = 24
START = "2009-01"


@functools.cache
def embedded() -> tuple[Vintage, pd.DataFrame]:
    """The embedded vintage and its monthly frame, read once; leave them as they are."""
    vintage = open_vintage(RAW)
    return vintage, read_frame(vintage)


@functools.cache
def archived_embedded() -> ArchivedVintage:
    """The embedded vintage as an archive without others lists it."""
    with tempfile.TemporaryDirectory() as root:
        Path(root, "raw").symlink_to(RAW)
        return newest_vintage(Path(root))


def read_embedded(*targets: str) -> tuple[dict[str, pd.Series], pd.DataFrame]:
    """Series by target from START to July 2022, and the weather beside them."""
    _, frame = embedded()
    series = {name: target_series(frame, name, START) for name in targets}
    return series, frame[["temperature", "degree_days"]]


def publish(store_url: str, forecaster: str, parts: bool = False) -> PublishResult:
    """Backtest `forecaster` on four folds, refit it and promote it, without the gate.

    Args:
        store_url: A directory.
        forecaster: Name on the bench of the total's champion.
        parts: Whether to break the total down, every part forecast by seasonal naive.
    """
    names = TARGETS if parts else ("total",)
    vintage, frame = embedded()
    series, weather = read_embedded(*names)
    y = series["total"]
    split = y.index[-25]
    plan = folds.FoldPlan((split - 24, split - 17, split - 12), (split, split + 5), split, HORIZON)
    compared = {}
    for name in names:
        bench = (forecaster if name == "total" else "seasonal_naive",)
        results = {
            member: train.backtest_one(member, series[name], weather, plan) for member in bench
        }
        compared[name] = train.compare_forecasters(bench, results, series[name], weather)
    fitted, table = train.refit_best(compared["total"], y, weather, HORIZON, UNITS["total"])
    broken_down = None
    if parts:
        reconciled = train.reconcile_champions(compared, series, weather)
        broken_down = train.break_down(reconciled, compared, series, weather, table)
    draft = ReleaseDraft(
        table,
        selection.model_to_zip(fitted),
        compared["total"],
        y,
        weather_facts(y, weather),
        broken_down,
        loader.data_document(frame, vintage, archived_embedded()),
        UK.target_title("total"),
    )
    store = open_store(store_url)
    run_lineage = lineage.lineage(vintage.hashes, "unknown", {"metaflow": "test"})
    manifest, files = write_draft(store, draft, run_lineage, datetime.now(UTC))
    pointer = promotion.promote(store, manifest.release_id, "to have one", datetime.now(UTC))
    return PublishResult(manifest, pointer, files, None)
