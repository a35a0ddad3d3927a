"""A request is read strictly, the same from JSON and from a query, and refused by field."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy import legacy_errors
from energy.contract import ForecastRequest, Weather
from energy.contract.request import FIELDS, QUERY, requested_series
from energy.errors import FieldError

months = st.integers(2000 * 12, 2100 * 12).map(lambda n: f"{n // 12:04d}-{n % 12 + 1:02d}")
finite = st.floats(-1000, 1000)
weathers = st.one_of(
    st.builds(Weather, temperature_change=st.floats(-10, 10)),
    st.builds(Weather, year=st.integers(1900, 2200)),
    st.builds(
        Weather, degree_days=st.dictionaries(months, st.floats(0, 40), min_size=1, max_size=5)
    ),
)
when = st.one_of(
    st.integers(1, 120).map(lambda n: {"periods": n}),
    st.sets(months, min_size=1, max_size=9).map(lambda some: {"months": tuple(sorted(some))}),
)
coverage = st.lists(
    st.floats(0, 1, exclude_min=True, exclude_max=True), min_size=1, max_size=10, unique=True
).map(tuple)
requests = st.builds(
    lambda when, coverage, weather, observations, target: ForecastRequest(
        **when, coverage=coverage, weather=weather, observations=observations, target=target
    ),
    when,
    coverage,
    st.none() | weathers,
    st.dictionaries(months, finite, max_size=5),
    st.none() | st.text(min_size=1, max_size=40),
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | months,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
NAMES = [one.name for one in FIELDS]


@given(requests)
def test_what_is_asked_is_what_is_read(asked: ForecastRequest) -> None:
    body = json.loads(json.dumps(asked.to_dict()))
    assert ForecastRequest.from_dict(body) == asked


def test_nothing_asked_is_the_year_ahead() -> None:
    assert ForecastRequest.from_dict({}) == ForecastRequest()
    assert ForecastRequest().to_dict() == {"periods": 12, "coverage": [0.8, 0.95]}


@given(st.dictionaries(st.sampled_from(NAMES), anything, max_size=3))
def test_whatever_is_sent_is_read_or_refused_by_field(body: dict[str, Any]) -> None:
    found = refused(lambda: ForecastRequest.from_dict(body))
    if found:
        assert found.field.partition(".")[0].partition("[")[0] in NAMES
        assert str(found).isprintable()
        assert len(str(found)) < 400
    else:
        asked = ForecastRequest.from_dict(body)
        assert all(0 < one < 1 for one in asked.coverage)
        assert 1 <= asked.periods <= 120


def refused(read: Callable[[], object]) -> FieldError | None:
    try:
        read()
    except FieldError as error:
        return error
    return None


REFUSED: dict[str, tuple[dict[str, Any], type[FieldError], str]] = {
    "unknown": ({"period": 1}, legacy_errors.UnknownField, "period"),
    "both": ({"periods": 1, "months": ["2022-08"]}, legacy_errors.Conflicting, "months"),
    "periods 0": ({"periods": 0}, legacy_errors.NotAllowed, "periods"),
    "periods 121": ({"periods": 121}, legacy_errors.NotAllowed, "periods"),
    "periods true": ({"periods": True}, legacy_errors.WrongType, "periods"),
    "periods text": ({"periods": "12"}, legacy_errors.WrongType, "periods"),
    "periods half": ({"periods": 0.5}, legacy_errors.WrongType, "periods"),
    "periods none": ({"periods": None}, legacy_errors.WrongType, "periods"),
    "months text": ({"months": "2022-08"}, legacy_errors.WrongType, "months"),
    "month 13": ({"months": ["2022-13"]}, legacy_errors.WrongType, "months[0]"),
    "month day": ({"months": ["2022-08", "2022-09-01"]}, legacy_errors.WrongType, "months[1]"),
    "month digits": ({"months": ["２０２２-08"]}, legacy_errors.WrongType, "months[0]"),
    "month line": ({"months": ["2022-08\n"]}, legacy_errors.WrongType, "months[0]"),
    "months twice": ({"months": ["2022-08", "2022-08"]}, legacy_errors.AskedTwice, "months"),
    "months down": ({"months": ["2022-09", "2022-08"]}, legacy_errors.OutOfOrder, "months"),
    "months many": ({"months": ["2022-08"] * 10_000}, legacy_errors.TooMany, "months"),
    "coverage 0": ({"coverage": [0.8, 0]}, legacy_errors.NotAllowed, "coverage[1]"),
    "coverage 1": ({"coverage": [1]}, legacy_errors.NotAllowed, "coverage[0]"),
    "coverage nan": ({"coverage": [math.nan]}, legacy_errors.NotAllowed, "coverage[0]"),
    "coverage inf": ({"coverage": [math.inf]}, legacy_errors.NotAllowed, "coverage[0]"),
    "coverage huge": ({"coverage": [10**400]}, legacy_errors.NotAllowed, "coverage[0]"),
    "coverage text": ({"coverage": ["0.8"]}, legacy_errors.WrongType, "coverage[0]"),
    "coverage twice": ({"coverage": [0.8, 0.8]}, legacy_errors.AskedTwice, "coverage"),
    "coverage many": (
        {"coverage": [n / 20 for n in range(1, 12)]},
        legacy_errors.TooMany,
        "coverage",
    ),
    "weather none": ({"weather": {}}, legacy_errors.WrongType, "weather"),
    "weather text": ({"weather": "cold"}, legacy_errors.WrongType, "weather"),
    "weather two": (
        {"weather": {"year": 2010, "temperature_change": 1}},
        legacy_errors.Conflicting,
        "weather.year",
    ),
    "weather unknown": ({"weather": {"wind": 1}}, legacy_errors.UnknownField, "weather.wind"),
    "degree days": (
        {"weather": {"degree_days": {"2022-12": -1}}},
        legacy_errors.NotAllowed,
        "weather.degree_days.2022-12",
    ),
    "observation": (
        {"observations": {"2022-08": "1"}},
        legacy_errors.WrongType,
        "observations.2022-08",
    ),
    "observation month": ({"observations": {"August": 1}}, legacy_errors.WrongType, "observations"),
    "target": ({"target": ""}, legacy_errors.WrongType, "target"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refusals_name_their_field(case: str) -> None:
    body, kind, field = REFUSED[case]
    with pytest.raises(kind) as caught:
        ForecastRequest.from_dict(body)
    assert caught.value.field == field


def test_queries_ask_the_same() -> None:
    assert ForecastRequest.from_query(
        {"months": "2022-12,2023-01", "coverage": "0.8,0.9", "temperature_change": "-2"}
    ) == ForecastRequest.from_dict(
        {
            "months": ["2022-12", "2023-01"],
            "coverage": [0.8, 0.9],
            "weather": {"temperature_change": -2.0},
        }
    )
    assert ForecastRequest.from_query({"periods": "3", "year": "2010", "target": "coal"}) == (
        ForecastRequest(periods=3, weather=Weather(year=2010), target="coal")
    )


@given(st.dictionaries(st.sampled_from([one.name for one in QUERY]), st.text(max_size=12)))
def test_any_query_is_read_or_refused(parameters: dict[str, str]) -> None:
    found = refused(lambda: ForecastRequest.from_query(parameters))
    assert found is None or str(found).isprintable()


@pytest.mark.parametrize(
    "parameters",
    [
        {"periods": ""},
        {"periods": "1_0"},
        {"periods": " 1"},
        {"periods": "12.0"},
        {"coverage": "0.8,"},
        {"coverage": "nan"},
        {"temperature_change": "inf"},
        {"year": "2010", "temperature_change": "1"},
        {"observations": "2022-08"},
        {"weather": "cold"},
        {"file": "/etc/passwd"},
    ],
)
def test_queries_that_are_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(FieldError):
        ForecastRequest.from_query(parameters)


def test_a_query_for_a_series_names_it_and_asks_nothing_else() -> None:
    assert requested_series({"target": "town 1"}) == "town 1"
    for query, field in (({}, "target"), ({"target": ""}, "target"), ({"periods": "3"}, "periods")):
        with pytest.raises(FieldError) as refused:
            requested_series(query)
        assert refused.value.field == field
