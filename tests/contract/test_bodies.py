"""Bytes become an object, or an error that says what they are instead."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.contract.request import MAX_BODY_BYTES, read_body
from energy.errors import (
    AskedTwice,
    BodyTooLarge,
    EnergyError,
    NotAnObject,
    NotJson,
    NotUtf8,
    UnreadableBody,
)

CASES: dict[str, tuple[bytes, type[EnergyError], str]] = {
    "nothing": (b"", NotJson, "line 1 column 1"),
    "half": (b'{"periods": 1', NotJson, "column"),
    "form": (b"periods=12", NotJson, "column"),
    "latin-1": ("{'é': 1}".encode("latin-1"), NotUtf8, "from byte 2 on"),
    "utf-16": ('{"periods": 1}'.encode("utf-16"), NotUtf8, "from byte 0 on"),
    "array": (b"[1]", NotAnObject, "JSON array"),
    "text": (b'"1"', NotAnObject, "JSON string"),
    "number": (b"1", NotAnObject, "JSON number"),
    "true": (b"true", NotAnObject, "JSON boolean"),
    "null": (b"null", NotAnObject, "JSON null"),
    "nan": (b'{"coverage": [NaN]}', NotJson, "NaN"),
    "infinity": (b'{"coverage": [-Infinity]}', NotJson, "-Infinity"),
    "deep": (b"[" * 200_000, NotJson, "too deep"),
    "long number": (b'{"periods": ' + b"9" * 5000 + b"}", NotJson, ""),
    "twice": (b'{"periods": 1, "periods": 2}', AskedTwice, "'periods' twice"),
    "twice within": (b'{"a": [{"b": 1, "b": 1}]}', AskedTwice, "'b' twice"),
    "large": (b" " * (MAX_BODY_BYTES + 1), BodyTooLarge, str(MAX_BODY_BYTES)),
}


@pytest.mark.parametrize("case", CASES)
def test_bodies_that_are_none(case: str) -> None:
    data, kind, told = CASES[case]
    with pytest.raises(kind) as caught:
        read_body(data)
    assert told in str(caught.value)
    assert len(str(caught.value)) < 300


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    told = ""
    try:
        assert isinstance(read_body(data), dict)
    except (UnreadableBody, AskedTwice) as error:
        told = str(error)
    assert not told or told.isprintable()


def test_a_body_of_the_largest_size_is_read() -> None:
    body = json.dumps({"periods": 1}).encode()
    assert read_body(body + b" " * (MAX_BODY_BYTES - len(body))) == {"periods": 1}
