"""A backtest or a fit that cannot be done."""

from __future__ import annotations

from dataclasses import dataclass

from energy.errors.base import EnergyError

__all__ = [
    "EveryForecasterFailed",
    "ForecastingError",
    "MissingWeather",
    "NotPlausible",
    "TooShortToBacktest",
]


class ForecastingError(EnergyError):
    """A backtest or a fit that cannot be done."""


@dataclass(eq=False)
class MissingWeather(ForecastingError):
    """A forecaster that needs weather was not given enough of it."""

    what: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"This forecaster needs {self.what}: found {self.found}"
            + (f", expected {self.expected}" if self.expected else "")
            + ". Leave it out with --forecasters, or add the weather tables."
        )


@dataclass(eq=False)
class TooShortToBacktest(ForecastingError):
    """A training part that leaves no room for a single fold."""

    months: int
    needed: int

    @property
    def message(self) -> str:
        return (
            f"The training part has {self.months} months; a backtest needs at least {self.needed}. "
            "Start earlier (--start) or choose another target."
        )


@dataclass(eq=False)
class NotPlausible(ForecastingError):
    """A forecaster that answered with something that cannot be."""

    forecaster: str
    month: str
    found: float
    positive: bool

    @property
    def message(self) -> str:
        expected = "a number above zero" if self.positive else "a number"
        return f"{self.forecaster} forecast {self.found} for {self.month}; expected {expected}."


@dataclass(eq=False)
class EveryForecasterFailed(ForecastingError):
    """Nothing to choose from."""

    reasons: dict[str, str]

    @property
    def message(self) -> str:
        told = "; ".join(f"{name}: {reason}" for name, reason in self.reasons.items())
        return f"Every forecaster failed, so there is nothing to publish. {told}"
