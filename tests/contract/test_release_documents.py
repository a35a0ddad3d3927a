"""Documents of a release survive JSON, and those of earlier versions are read."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.contract import (
    LEVELS,
    Calibration,
    FileEntry,
    ForecastMonth,
    ForecastTable,
    Lineage,
    Manifest,
    Pointer,
    Sensitivity,
    WeatherFacts,
)
from energy.releases.bundle import decode_document, encode_document

text = st.text(max_size=8)
number = st.floats(allow_nan=False, allow_infinity=False)
numbers = st.lists(number, max_size=7).map(tuple)
names = st.dictionaries(text, text, max_size=3)
calibrations = st.builds(
    Calibration, numbers, numbers, st.booleans(), st.integers(0, 999), numbers, numbers
)
months = st.builds(ForecastMonth, text, st.integers(1, 120), number, numbers)
tables = st.builds(
    ForecastTable,
    *[text] * 4,
    st.lists(months, max_size=3).map(tuple),
    calibrations,
    observed=st.dictionaries(text, number, max_size=2),
)
sensitivities = st.builds(Sensitivity, text, st.tuples(st.integers(1, 12)), number, number)
facts = st.builds(
    WeatherFacts,
    number,
    st.booleans(),
    numbers,
    st.lists(sensitivities, max_size=3).map(tuple),
    numbers,
    st.integers(1, 40),
    number,
    number,
    text,
    numbers,
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
def test_documents_survive_json(published: Any) -> None:
    data = encode_document("x.json", published.to_dict())
    assert type(published).from_dict(decode_document("x.json", data)) == published
    assert encode_document("x.json", json.loads(data)) == data
    assert data.endswith(b"\n")
    assert data.isascii()


@given(facts)
def test_weather_facts_survive_json(published: WeatherFacts) -> None:
    plain = json.loads(json.dumps(published.to_dict(), allow_nan=False))
    assert WeatherFacts.from_dict(plain) == published


@given(tables)
def test_a_table_without_seasons_and_nowcasts_is_read(published: ForecastTable) -> None:
    plain = published.to_dict()
    del plain["observed"], plain["calibration"]["season"], plain["calibration"]["weather"]
    table = ForecastTable.from_dict(decode_document("x.json", encode_document("x.json", plain)))
    assert table.observed == {}
    assert table.calibration.season == (1.0,) * 12
    assert table.calibration.weather == (0.0,) * 12
    assert table.months == published.months


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
