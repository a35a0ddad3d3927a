"""`energy track-record`: the document of MonitorFlow as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command import Energy
from msgspec.structs import replace

from energy.contract.track_record import (
    DriftCheck,
    Due,
    HorizonScore,
    RecordedRelease,
    RecordScore,
    TrackRecord,
)

SCORE = RecordScore(9, 0.4, 0.7, 0.65, 1.02, 3.1, 0.78, 0.94, -0.12, 0.41)
RELEASE = "2022-07-20261123T170000Z-3f9a1c2b"
RECORD = TrackRecord(
    target="total",
    unit="Mtoe",
    made_at="2026-11-24T00:00:00Z",
    vintage_id="2023-04-0123abcd",
    cutoff="2023-04",
    release_id=RELEASE,
    forecast_age_days=12,
    releases=(
        RecordedRelease(RELEASE, "", "", "2022-07", "theta", 24, None, "model.zip is gone."),
    ),
    rows=(),
    overall=SCORE,
    recent=replace(SCORE, mape=None),
    by_horizon=(HorizonScore(1, replace(SCORE, mase=0.5)),),
    tracking_signal=-2.5,
    next_due=Due("2023-05", "2023-07-27", 3),
    unpublished=("2022-12",),
    drift=(
        DriftCheck("level", 3.0, 2.0, True, 0.01, "3.0 Mtoe above what is normal."),
        DriftCheck("season", 0.1, 2.0, False, 0.02, "As ever."),
    ),
    notes=("A note.",),
)


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ENERGY_STORE", str(tmp_path))
    return lambda document: (tmp_path / "track_record.json").write_text(json.dumps(document))


def test_the_record_is_printed(put: Any, energy: Energy) -> None:
    put(RECORD.to_dict())
    assert TrackRecord.from_dict(energy.json("track-record")) == RECORD
    text = energy.good("track-record")
    for line in (
        "Forecasts of total against figures to 2023-04",
        f"Live: {RELEASE}, made 12 days ago.",
        "all months      9       0.650  1.020  3.10%  78%           94%           -0.120\n",
        "last 12 months  9       0.650  1.020  n/a    78%           94%           -0.120\n",
        "1 ahead         9       0.500",
        "Tracking signal -2.5",
        "Next figure: 2023-05, expected 2023-07-27, 3 days overdue.",
        "Forecast but never published: 2022-12.",
        "ALARM  level: 3.0 Mtoe above what is normal.",
        "fine   season: As ever.",
        f"{RELEASE} cannot be scored: model.zip is gone.",
        "A note.",
    ):
        assert line in text


def test_a_record_without_scores(put: Any, energy: Energy) -> None:
    nothing = {"overall": None, "recent": None, "by_horizon": (), "tracking_signal": None}
    put(replace(RECORD, release_id=None, forecast_age_days=None, **nothing).to_dict())
    text = energy.good("track-record")
    assert "No scores yet" in text
    assert "Live: nothing.\n" in text
    assert "MASE" not in text


def test_a_missing_record_is_an_error(put: Any, energy: Energy) -> None:
    assert "has no track_record.json yet" in energy.refused("track-record")


@pytest.mark.parametrize(
    ("document", "line"),
    [({"schema": 2}, "has schema 2"), ({"schema": 1}, "a field is missing"), ([], "a JSON list")],
)
def test_an_invalid_record_is_an_error(document: Any, line: str, put: Any, energy: Energy) -> None:
    put(document)
    assert line in energy.refused("track-record")
