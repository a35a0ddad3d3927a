"""Errors of earlier versions, on their way into `energy.errors`; this module goes away."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from energy import errors


class _Legacy(errors.EnergyError):
    @property
    def message(self) -> str:
        """One line: what was found, what was expected, what to do."""
        raise NotImplementedError

    def __str__(self) -> str:
        return " ".join(self.message.split())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self))  # type: ignore[arg-type]


@dataclass(eq=False)
class ClientError(_Legacy, errors.ClientError):
    """The service gave no answer that can be used."""


@dataclass(eq=False)
class ServiceUnreachable(ClientError, errors.ServiceUnreachable):
    """Nobody answered, or somebody who is not the service."""

    where: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"The forecasting service at {self.where} cannot be reached ({self.reason}). "
            "Check the address, and that the service is up."
        )


@dataclass(eq=False)
class ServiceSlow(ClientError, errors.ServiceSlow):
    """No answer within the time that is waited for one."""

    where: str
    seconds: float

    @property
    def message(self) -> str:
        return (
            f"The forecasting service at {self.where} did not answer within {self.seconds:g} "
            "seconds. It may be starting: ask again in a minute."
        )


@dataclass(eq=False)
class ServiceFailed(ClientError, errors.ServiceFailed):
    """It was reached, and broke while it answered."""

    where: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"The forecasting service at {self.where} failed while it answered ({self.reason}). "
            "Its log says more."
        )


@dataclass(eq=False)
class ServiceRefused(ClientError, errors.ServiceRefused):
    """An error body of the contract: its status, code and field, and what it says."""

    status: int
    code: str
    said: str = ""
    field: str | None = None

    @property
    def message(self) -> str:
        return f"{self.said} ({self.code})"


@dataclass(eq=False)
class NotTheContract(ClientError, errors.NotTheContract):
    """An answer that is not what the contract promises."""

    path: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"The answer from {self.path} is not what the contract promises: {self.reason}. "
            "App and service may be of different versions: deploy both from one commit."
        )


@dataclass(eq=False)
class ChampionNotHere(ClientError, errors.ChampionNotHere):
    """A question for the fitted champion, asked where it cannot be unpickled."""

    missing: str

    @property
    def message(self) -> str:
        return (
            f"This question needs the fitted champion, and {self.missing} is not installed here. "
            "Set ENERGY_API_URL or ENERGY_FUNCTION to a service that has it, or install the "
            "project's requirements.txt."
        )


@dataclass(eq=False)
class AnotherRelease(ClientError, errors.AnotherRelease):
    """An answer from another release than the one that the page shows."""

    shown: str
    found: str

    @property
    def message(self) -> str:
        return (
            f"Release {self.found} answered, and this page shows {self.shown}: a new release is "
            "coming into service. Reload in a minute."
        )
