"""The track record in the store is updated or unchanged, whoever else writes it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made_records import make_frame, publish

from energy.contract.track_record import TrackRecord
from energy.data.archive import ArchivedVintage
from energy.data.loader import configured_dataset, load_dataset
from energy.errors import (
    BadDocument,
    DataError,
    NoData,
    StoreConflict,
    UnknownSchema,
)
from energy.pipelines import monitor
from energy.releases.reader import TRACK_RECORD
from energy.releases.store import Store, open_store
from energy.settings import Settings

# MLflow's own, in this process alone.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy")
NOW = datetime(2022, 9, 30, 12, tzinfo=UTC)
JUNE = ArchivedVintage("2022-06-00000000", Path("june"), "", "2022-08-26T00:00:00Z", {})
JULY = ArchivedVintage("2022-07-00000000", Path("july"), "", "2022-09-29T10:00:00Z", {})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, tracking_uri=f"sqlite:///{tmp_path}/mlflow.db")


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two vintages are held; which of them are read, in order."""
    read: list[str] = []

    def frame(vintage: ArchivedVintage, frames: dict[str, pd.DataFrame]) -> pd.DataFrame:
        read.append(vintage.month)
        return make_frame(vintage.month, {"2022-05": 0.5} if vintage is JUNE else None)

    monkeypatch.setattr(monitor, "list_vintages", lambda _: [JUNE, JULY])
    monkeypatch.setattr(monitor, "_read_frame", frame)
    return read


def stored(store: Store) -> TrackRecord:
    found, _ = monitor.read_track_record(store)
    assert found
    return found


def put(store: Store, data: bytes) -> None:
    found = store.read_versioned(TRACK_RECORD)
    store.swap(TRACK_RECORD, data, found[1] if found else None)


def test_the_record_is_written(settings: Settings, store: Store) -> None:
    publish(store, "2022-04")
    found = monitor.monitor(settings, store, NOW)
    assert found == stored(store)
    assert found.made_at == "2022-09-30T12:00:00Z"
    assert found.release_overdue_days == 35  # June's figures came on 26 August
    first = {row.month: (row.first_vintage[:7], row.actual - row.first_print) for row in found.rows}
    assert first["2022-05"] == ("2022-06", pytest.approx(-0.5))
    assert first["2022-07"] == ("2022-07", 0.0)


def test_old_vintages_are_read_only_for_first_prints(
    settings: Settings, store: Store, opened: list[str]
) -> None:
    publish(store, "2022-04")
    first = monitor.monitor(settings, store, NOW)
    assert opened == ["2022-07", "2022-06"]
    opened.clear()
    assert monitor.monitor(settings, store, NOW) == first
    assert opened == ["2022-07"]


def test_without_a_live_release_nothing_is_written(settings: Settings, store: Store) -> None:
    assert monitor.monitor(settings, store, NOW) is None
    assert store.keys() == []


def test_no_vintage(settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(store, "2022-04")
    monkeypatch.setattr(monitor, "list_vintages", lambda _: [])
    with pytest.raises(NoData, match="holds no vintage"):
        monitor.monitor(settings, store, NOW)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"schema": 2}, UnknownSchema),
        ({"rows": 3}, BadDocument),
        ({"cutoff": "2022-08"}, DataError),
    ],
)
def test_an_unreadable_record_is_never_overwritten(
    settings: Settings, store: Store, change: dict[str, Any], error: type[Exception]
) -> None:
    publish(store, "2022-04")
    monitor.monitor(settings, store, NOW)
    data = json.dumps(json.loads(store.read(TRACK_RECORD)) | change).encode()
    put(store, data)
    with pytest.raises(error):
        monitor.monitor(settings, store, NOW)
    assert store.read(TRACK_RECORD) == data


class Contested:
    """A store in which others write the record just before us, so many times."""

    def __init__(self, store: Store, times: int) -> None:
        self.store, self.times = store, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def swap(self, key: str, data: bytes, expected: str | None) -> str:
        if self.times:
            self.times -= 1
            theirs = json.loads(data)
            theirs["notes"] = [f"theirs, {self.times}"]
            for row in theirs["rows"]:
                row["first_print"] = 99.0
            put(self.store, json.dumps(theirs).encode())
        return self.store.swap(key, data, expected)


def test_after_a_conflict_the_other_record_is_read(settings: Settings, store: Store) -> None:
    publish(store, "2022-04")
    found = monitor.monitor(settings, Contested(store, monitor.ATTEMPTS - 1), NOW)
    assert found == stored(store)
    # First prints that they had seen are kept, though we had others in mind.
    assert {row.first_print for row in found.rows} == {99.0}


def test_after_repeated_conflicts_it_gives_up(settings: Settings, store: Store) -> None:
    publish(store, "2022-04")
    with pytest.raises(StoreConflict, match=TRACK_RECORD):
        monitor.monitor(settings, Contested(store, monitor.ATTEMPTS), NOW)
    assert stored(store).notes == ("theirs, 0",)


def test_mlflow_has_the_record(settings: Settings, store: Store) -> None:
    from mlflow.tracking import MlflowClient

    for cutoff in ("2022-02", "2022-03", "2022-04", "2022-05"):
        publish(store, cutoff)
    record = monitor.monitor(settings, store, NOW)
    assert record
    client = MlflowClient(settings.tracking_uri)
    for name in ("MonitorFlow/1", "MonitorFlow/2"):
        run = client.get_run(monitor.log_track_record(settings, record, name))
        assert client.get_experiment(run.info.experiment_id).name == monitor.EXPERIMENT
        assert (run.info.run_name, run.info.status) == (name, "FINISHED")
        assert run.data.params["release_id"] == record.release_id
        assert run.data.params["vintage_id"] == JULY.vintage_id
    assert record.recent
    assert run.data.metrics["recent_mase"] == record.recent.mase
    assert run.data.metrics["months_scored"] == 14
    history = client.get_metric_history(run.info.run_id, "mase_by_horizon")
    assert [metric.step for metric in history] == [1, 2, 3, 4, 5]


def test_a_custom_series(tmp_path: Path) -> None:
    """Its file is the only vintage; without weather two drift checks are not measured."""
    example = Path(__file__).parents[2] / "examples" / "visitors" / "series.toml"
    settings = Settings(data=tmp_path / "data", dataset=example)
    dataset = configured_dataset(settings)
    opened = load_dataset(dataset, settings.data)
    series = opened.frame
    last = str(series[dataset.target].last_valid_index() - 3)
    store = open_store(str(tmp_path / "store"))
    publish(store, last, target=dataset.target, frame=series, now=NOW)
    record = monitor.monitor(settings, store, NOW)
    assert record is not None
    assert (record.target, record.vintage_id) == (dataset.target, opened.vintage_id)
    assert [row.horizon for row in record.rows] == [1, 2, 3]
    assert {"weather", "response"} <= {one.name for one in record.drift if one.figure is None}
