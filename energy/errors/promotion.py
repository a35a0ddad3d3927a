"""A change of the release in service that did not come about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from energy.errors.releases import StoreError

__all__ = ["DecisionUnwritten", "NoRollback", "PromotionLost"]


@dataclass(eq=False)
class PromotionLost(StoreError):
    """Another publisher changed the champion while this release was being promoted."""

    release_id: str
    champion_id: str

    @property
    def message(self) -> str:
        return (
            f"Release {self.release_id} was not promoted: another publisher put "
            f"{self.champion_id} in service in the meantime. The release is complete; resume the "
            "run, and it is judged against that one."
        )


@dataclass(eq=False)
class DecisionUnwritten(StoreError):
    """A rollback that happened, whose record could not be written."""

    release_id: str
    left_id: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"{self.release_id} IS in service again, in place of {self.left_id}; only the record "
            f"of who and why could not be written ({self.reason}). Do not roll back again: that "
            "would go one release further."
        )


@dataclass(eq=False)
class NoRollback(StoreError):
    """There is no release to go back to; `champion_id` is None if none is in service."""

    store: str
    champion_id: str | None
    damaged: Mapping[str, str]

    @property
    def message(self) -> str:
        if self.champion_id is None:
            return (
                f"Nothing is in service in the store {self.store}, so nothing can be rolled back."
            )
        before = "there is no release before it to go back to"
        if self.damaged:
            told = " ".join(f"{name}: {reason}" for name, reason in self.damaged.items())
            before = f"no release before it is whole ({told})"
        return (
            f"{self.champion_id} stays in service: {before}. 'energy releases list' shows what "
            "there is; 'energy releases promote ID --why ...' puts one of them in service."
        )
