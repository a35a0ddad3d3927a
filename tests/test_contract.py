"""What is published goes to JSON and back unchanged."""

from __future__ import annotations

import json
from typing import Any

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
def test_round_trip(published: Any) -> None:
    data = encode_document("x.json", published.to_dict())
    assert type(published).from_dict(decode_document("x.json", data)) == published
    assert encode_document("x.json", json.loads(data)) == data
    assert data.endswith(b"\n")
    assert data.isascii()


@given(facts)
def test_weather_facts_go_to_json_and_back_too(published: WeatherFacts) -> None:
    plain = json.loads(json.dumps(published.to_dict(), allow_nan=False))
    assert WeatherFacts.from_dict(plain) == published


@given(tables)
def test_a_table_from_before_there_were_seasons_and_nowcasts_is_still_read(
    published: ForecastTable,
) -> None:
    plain = published.to_dict()
    del plain["observed"], plain["calibration"]["season"], plain["calibration"]["weather"]
    found = ForecastTable.from_dict(decode_document("x.json", encode_document("x.json", plain)))
    assert found.observed == {}
    assert found.calibration.season == (1.0,) * 12
    assert found.calibration.weather == (0.0,) * 12
    assert found.months == published.months


def test_the_levels_are_symmetric_around_the_median() -> None:
    """The 80% interval is read off the second and the last but one."""
    assert list(LEVELS) == sorted(LEVELS)
    assert [low + high for low, high in zip(LEVELS, reversed(LEVELS), strict=True)] == [1] * 7
    assert (LEVELS[1], LEVELS[3], LEVELS[-2]) == (0.1, 0.5, 0.9)
