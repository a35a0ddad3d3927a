"""JSON schemas (2020-12) of the contract's dataclasses, from their types and docstrings."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from inspect import cleandoc
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

Schema = dict[str, Any]
PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    float: {"type": "number"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}
_ATTRIBUTE = re.compile(r"^ {4}(\w+): (.+(?:\n {8}.+)*)", re.MULTILINE)


def schemas_of(*kinds: type) -> dict[str, Schema]:
    """The schema of each dataclass, and of those within them, by name."""
    found: dict[str, Schema] = {}
    queue = list(kinds)
    while queue:
        kind = queue.pop(0)
        if kind.__name__ not in found:
            found[kind.__name__] = _of_dataclass(kind)
            queue += _within(kind)
    return found


def reference(name: str) -> Schema:
    """Where a schema stands in the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def _of_dataclass(kind: type) -> Schema:
    hints, told = get_type_hints(kind), _attributes(kind)
    properties: dict[str, Schema] = {}
    required = []
    for one in fields(kind):
        properties[one.name] = _of(hints[one.name])
        if one.name in told:
            properties[one.name] = {**properties[one.name], "description": told[one.name]}
        if one.default is MISSING and one.default_factory is MISSING:
            required.append(one.name)
    summary = (kind.__doc__ or "").strip().splitlines()[0]
    return {
        "type": "object",
        "description": summary,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _of(hint: Any) -> Schema:
    if hint in PLAIN:
        return PLAIN[hint]
    if is_dataclass(hint):
        return reference(hint.__name__)  # type: ignore[union-attr]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _of(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(arguments[1])}
    if origin in (Union, types.UnionType):
        some = [one for one in arguments if one is not type(None)]
        # An answer leaves out what it has not got, but for documents that are stored with null.
        return _of(some[0]) if get_origin(some[0]) is Literal else {"anyOf": [*map(_of, arguments)]}
    raise TypeError(f"{hint} has no schema here; add it to lambda_handler/schemas.py.")


def _within(kind: type) -> Iterator[type]:
    queue = list(get_type_hints(kind).values())
    while queue:
        hint = queue.pop()
        if is_dataclass(hint):
            yield hint  # type: ignore[misc]
        queue += get_args(hint)


def _attributes(kind: type) -> dict[str, str]:
    """What a docstring's `Attributes:` section says of each field."""
    _, _, section = cleandoc(kind.__doc__ or "").partition("Attributes:")
    return {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(section)}
