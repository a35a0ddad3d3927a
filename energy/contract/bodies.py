"""From the bytes of a body to the object in it, refusing what JSON does not allow."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from energy.errors import AskedTwice, BodyTooLarge, NotAnObject, NotJson, NotUtf8

LARGEST_BODY = 6 * 1024 * 1024
"""Bytes: what Lambda itself takes at most."""
_NAMES = {list: "array", str: "string", bool: "boolean", type(None): "null"}


def read_body(data: bytes) -> dict[str, Any]:
    """The JSON object in a body.

    Raises:
        BodyTooLarge: More than LARGEST_BODY bytes.
        NotUtf8: Bytes that are not text.
        NotJson: Text that is not JSON, holds NaN or Infinity, or is nested absurdly deep.
        NotAnObject: JSON that is something else.
        AskedTwice: A field that stands in it twice, of which JSON readers drop one unseen.
    """
    if len(data) > LARGEST_BODY:
        raise BodyTooLarge(len(data), LARGEST_BODY)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotUtf8(error.start) from None
    try:
        found = json.loads(text, parse_constant=_refuse, object_pairs_hook=_once)
    except RecursionError:
        raise NotJson("it is nested too deep") from None
    except ValueError as error:  # the message of a JSONDecodeError quotes nothing of the text
        raise NotJson(str(error)) from None
    return as_object(found)


def as_object(found: object) -> dict[str, Any]:
    """What was found if it is an object.

    Raises:
        NotAnObject: It is something else.
    """
    if not isinstance(found, dict):
        raise NotAnObject(_NAMES.get(type(found), "number"))
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise AskedTwice("body", next(name for name in names if names.count(name) > 1))
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a number that JSON knows")
