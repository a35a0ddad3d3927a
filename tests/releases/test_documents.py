"""Documents are written the same way every time, and only if any reader can read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from energy.errors import BadDocument, UnknownSchema
from energy.releases.bundle import (
    compact_timestamp,
    decode_document,
    encode_document,
    iso_timestamp,
    load_document,
)


def test_the_same_document_is_the_same_bytes_whatever_its_order() -> None:
    one, two = {"schema": 1, "b": [1.5, None], "a": "é"}, {"a": "é", "b": [1.5, None], "schema": 1}
    assert encode_document("x.json", one) == encode_document("x.json", two)
    assert decode_document("x.json", encode_document("x.json", one)) == one


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), {1}, object(), b"1"])
def test_what_no_reader_could_read_is_not_written(value: object) -> None:
    with pytest.raises(BadDocument, match=r"x\.json .* cannot be written as JSON"):
        encode_document("x.json", {"schema": 1, "deep": [{"value": value}]})


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_numbers_that_are_not_finite_are_not_read(number: bytes) -> None:
    with pytest.raises(BadDocument, match=number.decode()):
        decode_document("x.json", b'{"schema": 1, "value": ' + number + b"}")


def test_a_schema_that_is_missing_is_another_one() -> None:
    with pytest.raises(UnknownSchema, match=r"x\.json"):
        decode_document("x.json", b"{}")


@pytest.mark.parametrize("error", [AttributeError, KeyError, TypeError, ValueError])
def test_a_document_that_cannot_be_built_is_told_by_its_name_and_why(
    error: type[Exception],
) -> None:
    def build(document: dict) -> None:
        raise error("colour")

    with pytest.raises(BadDocument, match=rf"x\.json .*{error.__name__}.*colour"):
        load_document("x.json", b'{"schema": 1}', build)


def test_times_are_in_utc_to_the_second_wherever_the_clock_is() -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    told = iso_timestamp(datetime(2026, 11, 23, 22, 45, 59, 999, tzinfo=kathmandu))
    assert told == "2026-11-23T17:00:59Z"
    assert compact_timestamp(told) == "20261123T170059Z"
    assert datetime.fromisoformat(told) == datetime(2026, 11, 23, 17, 0, 59, tzinfo=UTC)
