"""Documents are strict JSON, and equal documents have equal bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from energy.errors import BadDocument
from energy.releases.bundle import (
    compact_timestamp,
    decode_document,
    encode_document,
    iso_timestamp,
    load_document,
)


def test_the_order_of_fields_does_not_change_the_bytes() -> None:
    document = {"schema": 1, "b": [1.5, None], "a": "é"}
    data = encode_document("x.json", document)
    assert encode_document("x.json", dict(reversed(document.items()))) == data
    assert decode_document("x.json", data) == document


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), {1}, object(), b"1"])
def test_a_value_without_json_is_not_written(value: object) -> None:
    with pytest.raises(BadDocument, match=r"x\.json .* cannot be written as JSON"):
        encode_document("x.json", {"schema": 1, "deep": [{"value": value}]})


@pytest.mark.parametrize("error", [AttributeError, KeyError, TypeError, ValueError])
def test_an_error_names_the_document_and_the_reason(
    error: type[Exception],
) -> None:
    def build(document: dict) -> None:
        raise error("colour")

    with pytest.raises(BadDocument, match=rf"x\.json .*{error.__name__}.*colour"):
        load_document("x.json", b'{"schema": 1}', build)


def test_times_are_in_utc_to_the_second() -> None:
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    text = iso_timestamp(datetime(2026, 11, 23, 22, 45, 59, 999, tzinfo=kathmandu))
    assert text == "2026-11-23T17:00:59Z"
    assert compact_timestamp(text) == "20261123T170059Z"
    assert datetime.fromisoformat(text) == datetime(2026, 11, 23, 17, 0, 59, tzinfo=UTC)
