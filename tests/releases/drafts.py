"""Small releases to write, and how to write over what is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from energy.contract import Calibration, ForecastMonth, ForecastTable, Lineage, Manifest
from energy.releases.bundle import digest, encode_document, iso_timestamp, release_id
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


def overwrite(store: Store, key: str, data: bytes) -> None:
    found = store.read_versioned(key)
    store.swap(key, data, found[1] if found else None)
