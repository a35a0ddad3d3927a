"""Invalid track records are rejected."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from energy.contract.track_record import (
    Due,
    TrackRecord,
)
from energy.errors import BadDocument, UnknownSchema
from energy.releases.bundle import encode_document, load_document

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
