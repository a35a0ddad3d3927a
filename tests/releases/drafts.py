"""Small releases, published, interrupted or overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from mortal_store import Killed, Mortal

from energy.contract import Calibration, ForecastMonth, ForecastTable, Lineage, Manifest
from energy.releases.bundle import digest, encode_document, iso_timestamp, release_id, write_release
from energy.releases.store import Store

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Draft:
    """A release that is ready to be written."""

    manifest: Manifest
    files: dict[str, bytes]

    @property
    def id(self) -> str:
        return self.manifest.release_id


def make_draft(number: int = 1, cutoff: str = "2022-07") -> Draft:
    """Make a release that is ready to be written; another `number` makes another one."""
    table = ForecastTable(
        target="total",
        unit="Mtoe",
        cutoff=cutoff,
        forecaster="theta",
        months=(ForecastMonth("2022-08", 1, 9.5 + number, (1.0, 2.0, 3.0, 9.5, 10.0, 11.0, 12.0)),),
        calibration=Calibration((0.1,), (-2.0, -1.3, -0.7, 0.0, 0.7, 1.3, 2.0), True, 60),
    )
    files = {
        "forecast.json": encode_document("forecast.json", table.to_dict()),
        "model.zip": bytes(range(256)) * 40,
        "scores.json": encode_document("scores.json", {"schema": 1, "scores": []}),
    }
    created = NOW + timedelta(minutes=number)
    manifest = Manifest(
        release_id=release_id(cutoff, created, digest(files)),
        created_at=iso_timestamp(created),
        target="total",
        unit="Mtoe",
        cutoff=cutoff,
        forecaster="theta",
        lineage=Lineage(
            {"a.xlsx": "0" * 64}, "unknown", {"mlflow": "1"}, {"sktime": "1.2"}, "3.11"
        ),
    )
    return Draft(manifest, files)


def published(store: Store, number: int = 1) -> Draft:
    """Write a release that is not promoted."""
    draft = make_draft(number)
    write_release(store, draft.manifest, draft.files)
    return draft


def interrupted(store: Store, number: int, writes: int) -> str:
    """The id of a release whose publisher is killed after so many writes."""
    draft = make_draft(number)
    with pytest.raises(Killed):
        write_release(Mortal(store, writes), draft.manifest, draft.files)  # type: ignore[arg-type]
    return draft.id


def contents(store: Store) -> dict[str, bytes]:
    return {key: store.read(key) for key in store.keys("")}


def overwrite(store: Store, key: str, data: bytes) -> None:
    stored = store.read_versioned(key)
    store.swap(key, data, stored[1] if stored else None)
