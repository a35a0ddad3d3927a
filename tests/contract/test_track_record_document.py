"""The track record survives JSON, and invalid documents are rejected."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from energy.contract.months import month_name
from energy.contract.track_record import (
    DriftCheck,
    Due,
    HorizonScore,
    RecordedRelease,
    RecordScore,
    ScoredMonth,
    TrackRecord,
)
from energy.errors import BadDocument, UnknownSchema
from energy.releases.bundle import encode_document, load_document

finite = st.floats(allow_nan=False, allow_infinity=False)
text = st.text(max_size=20)
months = st.integers(1995 * 12, 2050 * 12).map(month_name)
scores = st.builds(
    RecordScore, *[st.integers(1, 999), *[finite] * 4, st.none() | finite], *[finite] * 4
)
rows = st.builds(
    ScoredMonth, text, months, st.integers(1, 120), *[finite] * 8, text, finite, st.booleans()
)
releases = st.builds(RecordedRelease, *[text] * 5, st.integers(0, 120), st.none() | scores, text)
checks = st.builds(DriftCheck, text, st.none() | finite, finite, st.booleans(), finite, text)


def few(items: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(items, max_size=3).map(tuple)


records = st.builds(
    TrackRecord,
    target=text,
    unit=text,
    made_at=text,
    vintage_id=text,
    cutoff=months,
    release_id=st.none() | text,
    forecast_age_days=st.none() | st.integers(0, 9999),
    releases=few(releases),
    rows=few(rows),
    overall=st.none() | scores,
    recent=st.none() | scores,
    by_horizon=few(st.builds(HorizonScore, st.integers(1, 120), scores)),
    tracking_signal=st.none() | finite,
    next_due=st.builds(Due, months, text, st.integers(0, 9999)),
    unpublished=few(months),
    drift=few(checks),
    notes=few(text),
    release_overdue_days=st.integers(0, 9999),
)


@given(records)
@settings(max_examples=40, deadline=None)
def test_a_track_record_survives_json(record: TrackRecord) -> None:
    data = encode_document("track_record.json", record.to_dict())
    assert load_document("track_record.json", data, TrackRecord.from_dict) == record
    assert TrackRecord.from_dict(json.loads(data)) == record


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
