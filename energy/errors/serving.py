"""A service that cannot answer what was asked well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from energy.errors.base import EnergyError, listed
from energy.errors.requests import shown

__all__ = [
    "ChampionRefused",
    "ChampionUnreadable",
    "NoRelease",
    "NoTrackRecord",
    "NotInRelease",
    "RouteError",
    "ServingError",
    "UnknownRoute",
    "WrongMethod",
]


class RouteError(EnergyError):
    """Nothing is served here, or not in this way."""


@dataclass(eq=False)
class UnknownRoute(RouteError):
    """A path under which nothing is."""

    path: str
    known: Sequence[str]

    @property
    def message(self) -> str:
        return f"There is nothing under {shown(self.path)}; known are {listed(self.known)}."


@dataclass(eq=False)
class WrongMethod(RouteError):
    """A method that a route does not take."""

    method: str
    path: str
    allowed: Sequence[str]

    @property
    def message(self) -> str:
        return f"{self.path} does not take {shown(self.method)}; expected {listed(self.allowed)}."


class ServingError(EnergyError):
    """The service has not got what it would need to answer."""


@dataclass(eq=False)
class NoRelease(ServingError):
    """No release is held, and none can be read."""

    store: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"There is no release to answer from in the store {self.store}: {self.reason} "
            "Publish one with TrainFlow, or ask again once the store can be read."
        )


@dataclass(eq=False)
class NoTrackRecord(ServingError):
    """Nothing published was compared with what came yet."""

    store: str

    @property
    def message(self) -> str:
        return (
            f"The store {self.store} has no track_record.json yet: it is written when the first "
            "published months are known."
        )


@dataclass(eq=False)
class NotInRelease(ServingError):
    """A document that this release was published without."""

    release_id: str
    name: str

    @property
    def message(self) -> str:
        return (
            f"The release {self.release_id} holds no {self.name}: it was published before releases "
            "had one, or there was nothing to put in it. Publish anew with TrainFlow."
        )


@dataclass(eq=False)
class ChampionRefused(ServingError):
    """A pickle that was written under other packages than those installed here.

    `written` and `installed` give the version of each package that differs.
    """

    release_id: str
    written: Mapping[str, str]
    installed: Mapping[str, str]

    @property
    def message(self) -> str:
        told = listed([f"{n} {v} (here {self.installed.get(n)})" for n, v in self.written.items()])
        return (
            f"The champion of release {self.release_id} was written under {told} and is not "
            "loaded; published months without weather or observations are still answered. "
            "Install what the release was made with, or publish anew."
        )


@dataclass(eq=False)
class ChampionUnreadable(ServingError):
    """A verified `model.zip` that does not load, or whose forecaster this version does not know."""

    release_id: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"The champion of release {self.release_id} cannot be loaded ({self.reason}); "
            "published months without weather or observations are still answered. Publish anew."
        )
