"""What either tier finds for the months asked for: the point forecasts, and what they rest on."""

from __future__ import annotations

from dataclasses import dataclass, field

from energy.contract import ForecastTable
from energy.contract.answering import ScenarioMethod, Tier, WeatherBasis


@dataclass(frozen=True)
class Means:
    """Point forecasts of the months asked for, and what they rest on.

    Attributes:
        tier: Who made them.
        by_month: In the release's unit, ascending.
        weather: What the weather of a month is, where it is not merely expected.
        method: How a weather scenario was answered for, or None.
    """

    tier: Tier
    by_month: dict[str, float]
    weather: dict[str, WeatherBasis] = field(default_factory=dict)
    method: ScenarioMethod | None = None


def observed(table: ForecastTable) -> dict[str, WeatherBasis]:
    """The months that were forecast in weather that was published already."""
    return dict.fromkeys(table.observed, "observed")
