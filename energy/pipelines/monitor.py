"""Monitor live forecasts: update the track record and log it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pandas as pd

from energy import legacy_errors
from energy.contract.track_record import TrackRecord
from energy.data.archive import ArchivedVintage, list_vintages
from energy.data.frame import read_frame
from energy.data.loader import configured_dataset, load_dataset
from energy.data.vintages import open_vintage
from energy.errors import StoreConflict
from energy.monitoring.cloudwatch import track_record_metrics
from energy.monitoring.live_releases import ReleaseHistory, read_release_history
from energy.monitoring.track_record import Actuals, build_track_record
from energy.releases.bundle import encode_document, load_document
from energy.releases.reader import TRACK_RECORD
from energy.releases.store import Store
from energy.settings import Settings

TRIES = 4
"""Writers at once that one outlasts: each loser reads again what the winner wrote."""
EXPERIMENT = "monitoring"


def monitor(settings: Settings, store: Store, now: datetime) -> TrackRecord | None:
    """Score every forecast that was in service on the newest figures held; write the record.

    Args:
        settings: Where the data are.
        store: Where releases and the record are.
        now: The time, with its zone.

    Returns:
        The record as written; None if nothing was ever in service, and then nothing is written.

    Raises:
        UnknownSchema, BadDocument: The record in the store was written by a newer version, or is
            spoilt; it stays as it is.
        MonitoringError: As `track_record.build`; the record stays as it is.
        StoreConflict: Others wrote the record each time we were about to.
        StoreUnreachable, StoreUnwritable: The store failed; the record stays as it is.
        DataError: No vintage is held, or one cannot be read.
    """
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

    frames: dict[str, pd.DataFrame] = {}
    retrying = Retrying(
        retry=retry_if_exception_type(StoreConflict),
        stop=stop_after_attempt(TRIES),
        wait=wait_random(0, 0.2),
        reraise=True,
    )
    return retrying(lambda: _once(settings, store, now, frames))


def read_track_record(store: Store) -> tuple[TrackRecord | None, str | None]:
    """The record in the store and its version; None and None if there is none yet.

    Raises:
        UnknownSchema, BadDocument: It was written by a newer version, or is spoilt.
        StoreUnreachable: The store cannot be read.
    """
    found = store.read_versioned(TRACK_RECORD)
    if found is None:
        return None, None
    return load_document(TRACK_RECORD, found[0], TrackRecord.from_dict), found[1]


def _once(
    settings: Settings, store: Store, now: datetime, frames: dict[str, pd.DataFrame]
) -> TrackRecord | None:
    previous, version = read_track_record(store)
    known = [(one.release_id, one.promoted_at) for one in previous.releases] if previous else []
    service = read_release_history(store, known)
    if not service.releases:
        return None
    record = build_track_record(
        service, _figures(settings, service, previous, frames), previous, now
    )
    store.swap(TRACK_RECORD, encode_document(TRACK_RECORD, record.to_dict()), version)
    return record


def _figures(
    settings: Settings,
    service: ReleaseHistory,
    previous: TrackRecord | None,
    frames: dict[str, pd.DataFrame],
) -> Actuals:
    """The newest vintage, and those older ones that a first print may stand in.

    A CSV is the only vintage there is: its first prints are those of the records before.
    """
    dataset = configured_dataset(settings)
    if dataset.csv is not None:
        opened = load_dataset(dataset, settings.data)
        only = ((opened.vintage_id[:7], ""),)
        targets = opened.dataset.targets
        return Actuals(opened.vintage_id, opened.frame, held=only, targets=targets)
    every = list_vintages(settings.data)
    if not every:
        raise legacy_errors.NoData(settings.data, "holds no vintage")
    newest = every[-1]
    printed = {row.month for row in previous.rows} if previous else set[str]()
    months = {row.month for one in service.releases if one.table for row in one.table.months}
    new = sorted(month for month in months - printed if month <= newest.month)
    needed = [one for one in every[:-1] if new and one.month >= new[0]]
    return Actuals(
        newest.vintage_id,
        _frame(newest, frames),
        {one.vintage_id: _frame(one, frames) for one in needed},
        tuple((one.month, one.kept_at) for one in every),
    )


def _frame(vintage: ArchivedVintage, frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    if vintage.vintage_id not in frames:
        frames[vintage.vintage_id] = read_frame(open_vintage(vintage.folder))
    return frames[vintage.vintage_id]


def log_track_record(settings: Settings, record: TrackRecord, run_name: str) -> str:
    """Log a record's figures to MLflow; returns the run's id.

    Raises:
        TrackingUnreachable: The backend cannot be used.
    """
    from energy.tracking import runs

    runs.check_backend(settings)
    params: Mapping[str, object] = {
        "target": record.target,
        "release_id": record.release_id,
        "vintage_id": record.vintage_id,
        "cutoff": record.cutoff,
        "releases": len(record.releases),
        "alarms": ", ".join(check.name for check in record.drift if check.alarm),
    }
    whole = record.overall
    more = {"mase": whole.mase, "naive_mase": whole.naive_mase, "bias": whole.bias} if whole else {}
    drift = {f"drift_{one.name}": one.figure for one in record.drift if one.figure is not None}
    steps = {
        f"{name}_by_horizon": [(row.horizon, getattr(row.score, name)) for row in record.by_horizon]
        for name in ("mase", "naive_mase", "coverage80")
    }
    found = {**track_record_metrics(record), **more, **drift}
    return runs.log_figures(settings, EXPERIMENT, run_name, params, found, steps)
