"""Documents of earlier versions are read, and wrong ones are rejected."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from energy.contract import (
    LEVELS,
    Calibration,
    FileEntry,
    ForecastMonth,
    ForecastTable,
    Pointer,
)
from energy.contract.panel import (
    PANEL,
    Panel,
    SeriesForecast,
    panel_documents,
    panel_file,
)
from energy.contract.track_record import (
    Due,
    TrackRecord,
)
from energy.errors import BadDocument, UnknownSchema
from energy.releases.bundle import encode_document, load_document


def test_a_table_without_seasons_and_nowcasts_is_read() -> None:
    months = (ForecastMonth("2022-08", 1, 1.5, (0.1,)),)
    calibration = Calibration((0.1,), (0.0,), True, 60, (2.0,) * 12, (3.0,) * 12)
    table = ForecastTable("total", "Mtoe", "2022-07", "theta", months, calibration)
    plain = table.to_dict() | {"observed": {"2022-08": 1.0}}
    assert ForecastTable.from_dict(plain).observed == {"2022-08": 1.0}
    del plain["observed"], plain["calibration"]["season"], plain["calibration"]["weather"]
    early = ForecastTable.from_dict(json.loads(json.dumps(plain)))
    assert early.observed == {}
    assert early.calibration.season == (1.0,) * 12
    assert early.calibration.weather == (0.0,) * 12
    assert early.months == months


def test_a_pointer_of_an_early_version_has_no_earlier_releases() -> None:
    pointer = Pointer("a", "b", "2026-11-23T17:00:00Z", "it is best", ("b",))
    assert Pointer.from_dict(pointer.to_dict()) == pointer
    early = {name: value for name, value in pointer.to_dict().items() if name != "earlier"}
    assert Pointer.from_dict(early).earlier is None


def test_numpy_s_floats_are_plain_in_a_document() -> None:
    entry = ForecastMonth("2022-08", 1, np.float64(1.5), (np.float64(0.1),))
    assert json.dumps(entry.to_dict()) == json.dumps(
        {"month": "2022-08", "horizon": 1, "mean": 1.5, "quantiles": [0.1]}
    )
    with pytest.raises(TypeError):
        ForecastMonth("2022-08", np.int64(1), 1.5, ()).to_dict()


@pytest.mark.parametrize(
    "change", [{"bytes": "1"}, {"bytes": None}, {"bytes": 1.5}, {"more": 1}, {"sha256": 1}]
)
def test_a_field_of_another_type_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        FileEntry.from_dict(FileEntry("ab", 1).to_dict() | change)


def test_the_levels_are_symmetric_around_the_median() -> None:
    assert list(LEVELS) == sorted(LEVELS)
    assert [low + high for low, high in zip(LEVELS, reversed(LEVELS), strict=True)] == [1] * 7
    assert (LEVELS[1], LEVELS[3], LEVELS[-2]) == (0.1, 0.5, 0.9)


CALIBRATION = Calibration((0.1, 0.2), (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0), True, 60)


@given(st.lists(st.text(min_size=1), unique=True, max_size=30), st.integers(1, 7))
def test_every_series_is_in_the_file_of_its_name(names: list[str], files: int) -> None:
    series = [SeriesForecast(n, "2024-12", (1.0,), "naive", (1.0,), CALIBRATION) for n in names]
    documents = panel_documents(Panel("t", files, 1, tuple(names), {}, {}, 0), series)
    assert len(documents) == files + 1
    assert set(documents[PANEL]["series"]) == set(names)
    for name in names:
        assert name in documents[panel_file(name, files)]["series"]
    assert sum(len(d["series"]) for n, d in documents.items() if n != PANEL) == len(names)


@given(st.text(), st.integers(1, 999))
def test_a_name_cannot_lead_to_another_file(name: str, files: int) -> None:
    assert panel_file(name, files) in {f"panel-{number:03d}.json" for number in range(files)}


EMPTY = TrackRecord(
    *("total", "Mtoe", "2022-09-30T12:00:00Z", "2022-07-ab38a1c2", "2022-07"),
    *(None, None, (), (), None, None, (), None),
    Due("2022-08", "2022-10-27", 0),
)


def test_a_newer_schema_is_refused() -> None:
    data = encode_document("track_record.json", replace(EMPTY, schema=2).to_dict())
    with pytest.raises(UnknownSchema, match="schema 2"):
        load_document("track_record.json", data, TrackRecord.from_dict)


@pytest.mark.parametrize("wrong", [{"rows": [{}]}, {"next_due": None}, {"more": 1}, {"drift": 3}])
def test_a_wrong_document_is_refused(wrong: dict) -> None:
    data = encode_document("track_record.json", EMPTY.to_dict() | wrong)
    with pytest.raises(BadDocument, match=r"track_record\.json is not as expected"):
        load_document("track_record.json", data, TrackRecord.from_dict)
