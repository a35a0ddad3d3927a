"""The JSON documents of the store: written the same way every time, read with suspicion."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NoReturn, TypeVar

from energy.contract import SCHEMA
from energy.errors import BadDocument, UnknownSchema

T = TypeVar("T")


def encode(name: str, document: dict[str, Any]) -> bytes:
    """Return the document as JSON: keys sorted, indented, a newline at the end.

    Raises:
        BadDocument: It holds a number that is not finite, or something that is not plain data.

    >>> encode("example.json", {"b": 1, "a": "é"})
    b'{\\n "a": "\\\\u00e9",\\n "b": 1\\n}\\n'
    """
    try:
        text = json.dumps(document, sort_keys=True, indent=1, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadDocument(name, f"it cannot be written as JSON ({error})") from error
    return (text + "\n").encode()


def decode(name: str, data: bytes) -> dict[str, Any]:
    """Return the JSON object in `data`, if its schema is the one this version knows.

    Raises:
        BadDocument: It is not JSON, not an object, or has numbers that are not finite.
        UnknownSchema: It was written by a newer or a foreign version of this code.
    """
    try:
        document = json.loads(data, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadDocument(name, f"it is not JSON ({error})") from error
    if not isinstance(document, dict):
        raise BadDocument(name, f"it is a JSON {type(document).__name__}; expected an object")
    schema = document.get("schema")
    if type(schema) is not int or schema != SCHEMA:
        raise UnknownSchema(name, schema, SCHEMA)
    return document


def load(name: str, data: bytes, build: Callable[[dict[str, Any]], T]) -> T:
    """Decode a document and `build` its contract type, such as `Pointer.from_dict`.

    Raises:
        BadDocument: As `decode`; or a field is missing, unknown or of the wrong kind.
        UnknownSchema: As `decode`.
    """
    document = decode(name, data)
    try:
        return build(document)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        told = f"{type(error).__name__}: {error}"
        raise BadDocument(name, f"a field is missing, unknown or wrong ({told})") from error


def moment(when: datetime) -> str:
    """Return a time as documents hold it: UTC, to the second.

    >>> moment(datetime(2026, 11, 23, 17, 0, tzinfo=UTC))
    '2026-11-23T17:00:00Z'
    """
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def compact(moment: str) -> str:
    """Return a document's time as keys and release ids hold it: `20261123T170000Z`."""
    return moment.replace("-", "").replace(":", "")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number that JSON knows")
