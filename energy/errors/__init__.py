"""Every error that is raised on purpose, by what it is about.

Each class builds its one-line message from typed fields: what was found, what was expected, what
to do. Callers catch `EnergyError`, or one of its families, and never have to parse a message.

A family is loaded when one of its names is first asked for: a hundred and some dataclasses take a
tenth of the cold start of a look-up, which raises few of them. What it asks for stands first.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from energy.errors.asking import *
    from energy.errors.base import *
    from energy.errors.client import *
    from energy.errors.discovery import *
    from energy.errors.fetching import *
    from energy.errors.figures import *
    from energy.errors.forecasting import *
    from energy.errors.monitoring import *
    from energy.errors.promotion import *
    from energy.errors.releases import *
    from energy.errors.requests import *
    from energy.errors.series import *
    from energy.errors.serving import *
    from energy.errors.vintages import *
    from energy.errors.workbooks import *

FAMILIES = (
    *("base", "asking", "requests", "releases", "serving", "forecasting"),
    *("promotion", "client", "monitoring", "figures", "series", "workbooks", "vintages"),
    *("fetching", "discovery"),
)


def __getattr__(name: str) -> Any:
    """A class of the first family that has it; kept, so that it is looked for once."""
    if not name.startswith("_"):
        for family in FAMILIES:
            module = import_module(f"{__name__}.{family}")
            if name in module.__all__:
                found = globals()[name] = getattr(module, name)
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
