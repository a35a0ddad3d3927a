"""Errors: codes, statuses, bodies and what a message may repeat."""

from __future__ import annotations

import pickle

import pytest

from energy import errors
from energy.errors import EnergyError, FieldError, UnknownTarget, error_body, unknown_target

CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type)]
CLASSES = [kind for kind in CLASSES if issubclass(kind, EnergyError)]


def test_every_class_has_a_code_of_the_api() -> None:
    assert {kind.code for kind in CLASSES} <= set(errors.STATUS)
    assert len(CLASSES) <= 45


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_survives_another_process(kind: type[EnergyError]) -> None:
    error = kind("months\nis  wrong", code="not_allowed", field="months")
    twin = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (str(twin), twin.code, twin.field) == ("months is wrong", "not_allowed", "months")
    assert type(twin) is kind


def test_bodies() -> None:
    error = FieldError("periods is 0; expected 1 to 120.", code="not_allowed", field="periods")
    assert error_body(error)["error"] == {
        "code": "not_allowed",
        "message": "periods is 0; expected 1 to 120.",
        "field": "periods",
    }
    assert error_body(unknown_target("x", ["total"]))["error"]["field"] == "target"


@pytest.mark.parametrize("error", [ValueError("secret"), EnergyError("secret")])
def test_an_internal_message_is_not_sent(error: Exception) -> None:
    body = error_body(error)["error"]
    assert (body["code"], body["field"]) == ("internal", None)
    assert "secret" not in body["message"]


def test_a_misspelt_target_is_answered_with_the_nearest_names() -> None:
    names = ["total", *(f"shop {number}" for number in range(1000))]
    error = unknown_target("totl", names)
    assert isinstance(error, UnknownTarget)
    assert "Did you mean 'total'?" in str(error)
    assert "and 981 more" in str(error)


def test_quotes_are_short_and_printable() -> None:
    assert errors.quote_value("\x1b[31m") == "'\\x1b[31m'"
    assert len(errors.quote_value("a" * 1000)) == errors.MAX_QUOTE + 1
