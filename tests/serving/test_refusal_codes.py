"""Every error has a status and a code, and its body tells what the contract says."""

from __future__ import annotations

import pytest

from energy.errors import (
    ERROR_STATUS,
    INTERNAL_ERROR,
    AskedTwice,
    FieldError,
    FileAltered,
    NotAllowed,
    UnknownTarget,
    error_body,
    error_status,
)


def test_codes_and_statuses_are_what_programs_expect() -> None:
    codes = [found.code for found in ERROR_STATUS.values()]
    assert len(set(codes)) == len(codes)
    assert {found.status for found in ERROR_STATUS.values()} == {400, 404, 405, 413, 422, 503}


def test_the_nearest_class_counts() -> None:
    assert error_status(AskedTwice("months", "2022-08")) == (422, "asked_twice")
    assert error_status(FileAltered("id", "model.zip", "0", 1, None, 0)) == (503, "file_altered")
    assert error_status(KeyError("secret")) == INTERNAL_ERROR


@pytest.mark.parametrize("kind", FieldError.__subclasses__())
def test_every_field_error_names_its_field(kind: type[FieldError]) -> None:
    assert "field" in kind.__dataclass_fields__  # type: ignore[attr-defined]
    assert kind in ERROR_STATUS


def test_bodies() -> None:
    assert error_body(NotAllowed("periods", 0, "1 to 120")) == {
        "error": {
            "code": "not_allowed",
            "message": "periods is 0; expected 1 to 120.",
            "field": "periods",
        }
    }
    assert error_body(UnknownTarget("x", ["total"]))["error"]["field"] == "target"
    internal = error_body(ValueError("secret"))["error"]
    assert (internal["code"], internal["field"]) == ("internal", None)
    assert "secret" not in internal["message"]
