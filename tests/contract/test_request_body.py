"""A body is a JSON object, or an error says what it is instead."""

from __future__ import annotations

import json
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.contract import ForecastRequest
from energy.contract.months import months_after
from energy.contract.request import MAX_BODY_BYTES, read_body
from energy.errors import EnergyError, FieldError, RequestError


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b"", "not_json", "line 1 column 1"),
        (b'{"periods": 1', "not_json", "column"),
        (b"periods=12", "not_json", "column"),
        ("{'é': 1}".encode("latin-1"), "not_utf8", "from byte 2 on"),
        ('{"periods": 1}'.encode("utf-16"), "not_utf8", "from byte 0 on"),
        *(
            (text, "not_an_object", f"JSON {kind}")
            for text, kind in (
                *((b"[1]", "array"), (b'"1"', "string"), (b"1", "number")),
                *((b"true", "boolean"), (b"null", "null")),
            )
        ),
        (b'{"coverage": [NaN]}', "not_json", "NaN"),
        (b'{"coverage": [-Infinity]}', "not_json", "-Infinity"),
        (b"[" * 100_000, "not_json", "too deep"),
        (b'{"periods": ' + b"9" * 5000 + b"}", "not_json", ""),
        (b'{"periods": 1, "periods": 2}', "asked_twice", "'periods' more than once"),
        (b'{"a": [{"b": 1, "b": 1}]}', "asked_twice", "'b' more than once"),
        (b" " * (MAX_BODY_BYTES + 1), "body_too_large", str(MAX_BODY_BYTES)),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_a_wrong_body_is_rejected(body: bytes, code: str, words: str) -> None:
    with pytest.raises(EnergyError) as caught:
        read_body(body)
    assert caught.value.code == code
    assert words in str(caught.value)
    assert len(str(caught.value)) < 300


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_rejected(data: bytes) -> None:
    with suppress(RequestError, FieldError):
        assert isinstance(read_body(data), dict)


def test_a_body_of_the_largest_size_is_read() -> None:
    body = json.dumps({"periods": 1}).encode()
    assert read_body(body + b" " * (MAX_BODY_BYTES - len(body))) == {"periods": 1}


def test_the_longest_valid_request_fits() -> None:
    months = [months_after("2022-07", ahead) for ahead in range(1, 241)]
    request = {
        "months": months[:120],
        "coverage": [0.1 + level / 30 for level in range(10)],
        "weather": {"degree_days": dict.fromkeys(months, 12.345678901234567)},
        "observations": dict.fromkeys(months[:120], -123456.78901234567),
        "target": "\U0001f600" * 40,
    }
    assert ForecastRequest.from_dict(request)
    assert len(json.dumps(request, indent=4)) < MAX_BODY_BYTES / 4


def test_repeated_names_are_found_in_linear_time() -> None:
    """Eight times the names take about eight times the time; quadratic would be 64 times."""

    def seconds(names: int) -> float:
        pairs = [f'"{number:x}":1' for number in range(names)]
        body = ("{" + ",".join([*pairs, pairs[-1]]) + "}").encode()
        start = time.process_time()
        with pytest.raises(EnergyError, match="more than once"):
            read_body(body)
        return time.process_time() - start

    few = min(seconds(1_250) for _ in range(15))
    many = min(seconds(10_000) for _ in range(15))
    assert many < 24 * few
