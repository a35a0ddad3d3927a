"""Bytes become an object, or an error that says what they are instead."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy import legacy_errors
from energy.contract.request import MAX_BODY_BYTES, read_body
from energy.errors import EnergyError

CASES: dict[str, tuple[bytes, type[EnergyError], str]] = {
    "nothing": (b"", legacy_errors.NotJson, "line 1 column 1"),
    "half": (b'{"periods": 1', legacy_errors.NotJson, "column"),
    "form": (b"periods=12", legacy_errors.NotJson, "column"),
    "latin-1": ("{'é': 1}".encode("latin-1"), legacy_errors.NotUtf8, "from byte 2 on"),
    "utf-16": ('{"periods": 1}'.encode("utf-16"), legacy_errors.NotUtf8, "from byte 0 on"),
    "array": (b"[1]", legacy_errors.NotAnObject, "JSON array"),
    "text": (b'"1"', legacy_errors.NotAnObject, "JSON string"),
    "number": (b"1", legacy_errors.NotAnObject, "JSON number"),
    "true": (b"true", legacy_errors.NotAnObject, "JSON boolean"),
    "null": (b"null", legacy_errors.NotAnObject, "JSON null"),
    "nan": (b'{"coverage": [NaN]}', legacy_errors.NotJson, "NaN"),
    "infinity": (b'{"coverage": [-Infinity]}', legacy_errors.NotJson, "-Infinity"),
    "deep": (b"[" * 200_000, legacy_errors.NotJson, "too deep"),
    "long number": (b'{"periods": ' + b"9" * 5000 + b"}", legacy_errors.NotJson, ""),
    "twice": (b'{"periods": 1, "periods": 2}', legacy_errors.AskedTwice, "'periods' twice"),
    "twice within": (b'{"a": [{"b": 1, "b": 1}]}', legacy_errors.AskedTwice, "'b' twice"),
    "large": (b" " * (MAX_BODY_BYTES + 1), legacy_errors.BodyTooLarge, str(MAX_BODY_BYTES)),
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
    except (legacy_errors.UnreadableBody, legacy_errors.AskedTwice) as error:
        told = str(error)
    assert not told or told.isprintable()


def test_a_body_of_the_largest_size_is_read() -> None:
    body = json.dumps({"periods": 1}).encode()
    assert read_body(body + b" " * (MAX_BODY_BYTES - len(body))) == {"periods": 1}
