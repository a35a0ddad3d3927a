"""Monitor live forecasts: update the track record and log it."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from energy.contract.track_record import TrackRecord
from energy.data.archive import ArchivedVintage, list_vintages
from energy.data.frame import read_frame
from energy.data.loader import configured_dataset, load_dataset
from energy.data.vintages import open_vintage
from energy.errors import NoData, StoreConflict
from energy.monitoring.cloudwatch import track_record_metrics
from energy.monitoring.live_releases import ReleaseHistory, read_release_history
from energy.monitoring.track_record import Actuals, build_track_record
from energy.releases.bundle import encode_document, load_document
from energy.releases.reader import TRACK_RECORD
from energy.releases.store import Store
from energy.settings import Settings

ATTEMPTS = 4
"""Times to write the record while other writers change it."""
EXPERIMENT = "monitoring"


def monitor(settings: Settings, store: Store, now: datetime) -> TrackRecord | None:
    """Score every live forecast on the newest figures and write the track record.

    Returns the record; if no release was ever live, it is None and nothing is written. `now` has a
    time zone. After an error the record in the store is unchanged.

    Raises:
        UnknownSchema, BadDocument: The record was written by a newer version, or is damaged.
        StoreConflict: Other writers changed the record at every attempt.
        StoreError, DataError: The store failed, no vintage can be read, or as `build_track_record`.
    """
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random

    frames: dict[str, pd.DataFrame] = {}
    retrying = Retrying(
        retry=retry_if_exception_type(StoreConflict),
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_random(0, 0.2),
        reraise=True,
    )
    return retrying(lambda: _update(settings, store, now, frames))


def read_track_record(store: Store) -> tuple[TrackRecord | None, str | None]:
    """The record in the store and its version; None and None if there is none yet.

    Raises:
        UnknownSchema, BadDocument: It was written by a newer version, or is damaged.
        StoreUnreachable: The store cannot be read.
    """
    stored = store.read_versioned(TRACK_RECORD)
    if stored is None:
        return None, None
    data, version = stored
    return load_document(TRACK_RECORD, data, TrackRecord.from_dict), version


def _update(
    settings: Settings, store: Store, now: datetime, frames: dict[str, pd.DataFrame]
) -> TrackRecord | None:
    previous, version = read_track_record(store)
    entries = previous.releases if previous else ()
    history = read_release_history(
        store, [(entry.release_id, entry.promoted_at) for entry in entries]
    )
    if not history.releases:
        return None
    actuals = _read_actuals(settings, history, previous, frames)
    record = build_track_record(history, actuals, previous, now)
    store.swap(TRACK_RECORD, encode_document(TRACK_RECORD, record.to_dict()), version)
    return record


def _read_actuals(
    settings: Settings,
    history: ReleaseHistory,
    previous: TrackRecord | None,
    frames: dict[str, pd.DataFrame],
) -> Actuals:
    """The newest vintage, and the older ones that may have the first print of a new month.

    A CSV file has one vintage: its first prints are those of earlier records.
    """
    dataset = configured_dataset(settings)
    if dataset.csv is not None:
        loaded = load_dataset(dataset, settings.data)
        return Actuals(
            loaded.vintage_id,
            loaded.frame,
            vintages=((loaded.vintage_id[:7], ""),),
            targets=loaded.dataset.targets,
        )
    vintages = list_vintages(settings.data)
    if not vintages:
        raise NoData(
            f"No data: {settings.data} holds no vintage; expected the workbooks of one release. "
            "Restore data/raw with git, or set ENERGY_DATA to the folder that holds them."
        )
    newest = vintages[-1]
    scored = {row.month for row in previous.rows} if previous else set[str]()
    tables = [release.table for release in history.releases if release.table]
    forecast = {row.month for table in tables for row in table.months}
    new = [month for month in forecast - scored if month <= newest.month]
    earlier = [vintage for vintage in vintages[:-1] if new and vintage.month >= min(new)]
    return Actuals(
        newest.vintage_id,
        _read_frame(newest, frames),
        {vintage.vintage_id: _read_frame(vintage, frames) for vintage in earlier},
        tuple((vintage.month, vintage.kept_at) for vintage in vintages),
    )


def _read_frame(vintage: ArchivedVintage, frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
    if vintage.vintage_id not in frames:
        frames[vintage.vintage_id] = read_frame(open_vintage(vintage.folder))
    return frames[vintage.vintage_id]


def log_track_record(settings: Settings, record: TrackRecord, run_name: str) -> str:
    """Log a record's figures to MLflow; returns the run id.

    Raises:
        RequestError: The backend cannot be used.
    """
    from energy.tracking import runs

    runs.check_backend(settings)
    params = {
        "target": record.target,
        "release_id": record.release_id,
        "vintage_id": record.vintage_id,
        "cutoff": record.cutoff,
        "releases": len(record.releases),
        "alarms": ", ".join(check.name for check in record.drift if check.alarm),
    }
    metrics = track_record_metrics(record)
    if score := record.overall:
        metrics |= {"mase": score.mase, "naive_mase": score.naive_mase, "bias": score.bias}
    metrics |= {
        f"drift_{check.name}": check.figure for check in record.drift if check.figure is not None
    }
    steps = {
        f"{name}_by_horizon": [(row.horizon, getattr(row.score, name)) for row in record.by_horizon]
        for name in ("mase", "naive_mase", "coverage80")
    }
    return runs.log_figures(settings, EXPERIMENT, run_name, params, metrics, steps)
