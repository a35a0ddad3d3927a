"""The units that energy is shown in."""

from __future__ import annotations

from dataclasses import dataclass

from energy.contract.forecast import TWH_PER_MTOE


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit to show energy in.

    Attributes:
        name: Its name.
        factor: What one of the release's unit is in it.
    """

    name: str
    factor: float = 1.0


def offered(unit: str) -> dict[str, Unit]:
    """The units that a release's unit can be shown in, by name; its own first."""
    own = {unit: Unit(unit)}
    return own | {"TWh": Unit("TWh", TWH_PER_MTOE)} if unit == "Mtoe" else own
