"""Every document is the same after it was written as JSON and read again."""

from __future__ import annotations

import json
import types
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from energy.contract import Forecast, ForecastTable, Manifest, Pointer, WeatherFacts
from energy.contract.panel import Panel, SeriesForecast
from energy.contract.track_record import TrackRecord
from energy.releases.bundle import decode_document, encode_document

DOCUMENTS = [Forecast, ForecastTable, Manifest, Pointer, WeatherFacts]
DOCUMENTS += [Panel, SeriesForecast, TrackRecord]
PLAIN = {
    str: st.text(max_size=8),
    int: st.integers(1, 120),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
}


@cache
def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        fields = {field.name: values(field.type) for field in structs.fields(kind)}
        return st.builds(kind, **{name: fields[name] for name in fields if name != "schema"})
    if origin is Literal:
        return st.sampled_from(arguments)
    if kind in PLAIN or hasattr(kind, "__metadata__"):
        return PLAIN[kind] if kind in PLAIN else values(arguments[0])
    if origin in (Union, types.UnionType):
        return st.one_of(*map(values, arguments))
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    assert origin is dict, kind
    return st.dictionaries(*map(values, arguments), max_size=3)


@pytest.mark.parametrize("kind", DOCUMENTS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_document_survives_json(kind: Any, data: st.DataObject) -> None:
    document = data.draw(values(kind))
    written = encode_document("x.json", {"schema": 1, **document.to_dict()})
    fields = decode_document("x.json", written)
    assert encode_document("x.json", fields) == written
    assert written.endswith(b"\n")
    assert written.isascii()
    assert kind.from_dict(json.loads(json.dumps(document.to_dict()))) == document
