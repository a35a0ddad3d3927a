"""Every error raised on purpose: typed fields, one line, and it survives a process boundary."""

from __future__ import annotations

import dataclasses
import importlib
import pickle
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from energy import errors
from energy.errors import EnergyError, OutOfRange, StoreError, join_names

SAMPLES = [
    ("float", 0.5),
    ("int", 7),
    ("dict", {"first": "one", "second": "two\nlines"}),
    ("Mapping", {"first": "one", "second": "two\nlines"}),
    ("Sequence", ["one", "two\nlines"]),
    ("list", ["one", "two\nlines"]),
    ("tuple", ("one", "two\nlines")),
]


def kinds(family: type[EnergyError] = EnergyError) -> Iterator[type[EnergyError]]:
    for kind in family.__subclasses__():
        if kind.__module__.startswith(errors.__name__):
            yield kind
            yield from kinds(kind)


def is_family(kind: type[EnergyError]) -> bool:
    return "message" not in vars(kind)


for name in errors.FAMILIES:  # loaded when asked for, and here all are
    importlib.import_module(f"{errors.__name__}.{name}")
LEAVES = [kind for kind in kinds() if not is_family(kind)]


def sample(kind: type[EnergyError]) -> EnergyError:
    """Make one with a value for every field by the look of its type."""
    values: dict[str, Any] = {}
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        shown = str(hints[field.name]).replace("<class '", "").split("[")[0].rpartition(".")[2]
        found = [value for name, value in SAMPLES if shown.startswith(name)]
        values[field.name] = found[0] if found else "two\r\nlines\tand more"
    return kind(**values)


def test_there_are_some() -> None:
    assert len(LEAVES) > 10


def test_every_family_is_known_and_every_name_is_found_in_one_alone() -> None:
    folder = Path(str(errors.__file__)).parent
    assert sorted(errors.FAMILIES) == sorted(path.stem for path in folder.glob("[a-z]*.py"))
    modules = [importlib.import_module(f"{errors.__name__}.{name}") for name in errors.FAMILIES]
    names = [name for module in modules for name in module.__all__]
    assert len(names) == len(set(names))
    assert {kind.__name__ for kind in LEAVES} <= set(names)
    assert all(getattr(errors, name).__name__ == name for name in names)


def test_what_is_no_error_is_not_found() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'NoSuchError'"):
        _ = errors.NoSuchError  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_the_message_is_one_line(kind: type[EnergyError]) -> None:
    assert dataclasses.is_dataclass(kind)
    assert kind.__doc__
    assert not kind.__doc__.startswith(f"{kind.__name__}("), "write a docstring"
    told = str(sample(kind))
    assert told == " ".join(told.split())
    assert len(told) > 20
    assert told.isprintable()


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_it_pickles(kind: type[EnergyError]) -> None:
    error = sample(kind)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(copy) is kind
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


@pytest.mark.parametrize("kind", LEAVES, ids=lambda kind: kind.__name__)
def test_it_can_be_raised_and_caught_by_family(kind: type[EnergyError]) -> None:
    family = kind.__mro__[1]
    assert is_family(family)
    with pytest.raises(family):
        raise sample(kind)


def test_the_look_of_it() -> None:
    assert str(OutOfRange("horizon", 500, 1, 120)) == "horizon is 500; expected 1 to 120."
    assert join_names([]) == "none"
    assert join_names(["a", 2]) == "a, 2"
    assert issubclass(StoreError, EnergyError)
