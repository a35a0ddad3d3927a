"""What is published goes to JSON and back unchanged."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from energy.contract import (
    Calibration,
    FileEntry,
    ForecastMonth,
    ForecastTable,
    Lineage,
    Manifest,
    Pointer,
)
from energy.releases.documents import decode, encode

text = st.text(max_size=8)
number = st.floats(allow_nan=False, allow_infinity=False)
numbers = st.lists(number, max_size=7).map(tuple)
names = st.dictionaries(text, text, max_size=3)
calibrations = st.builds(Calibration, numbers, numbers, st.booleans(), st.integers(0, 999))
months = st.builds(ForecastMonth, text, st.integers(1, 120), number, numbers)
tables = st.builds(
    ForecastTable, text, text, text, text, st.lists(months, max_size=3).map(tuple), calibrations
)
entries = st.builds(FileEntry, text, st.integers(0, 2**40))
manifests = st.builds(
    Manifest,
    *[text] * 6,
    lineage=st.builds(Lineage, names, text, names, names, text),
    files=st.dictionaries(text, entries, max_size=3),
)
pointers = st.builds(Pointer, text, text | st.none(), text, text)


@given(tables | manifests | pointers)
def test_round_trip(published: Any) -> None:
    data = encode("x.json", published.to_dict())
    assert type(published).from_dict(decode("x.json", data)) == published
    assert encode("x.json", json.loads(data)) == data
    assert data.endswith(b"\n")
    assert data.isascii()
