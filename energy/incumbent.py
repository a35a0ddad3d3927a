"""What a new release is to take over from, and the checks that look at the two side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from energy.contract import Manifest, Pointer
from energy.contract.months import between
from energy.releases.decisions import Check
from energy.releases.promotion import CLOCK_TOLERANCE, clock_trouble


@dataclass(frozen=True, slots=True)
class Incumbent:
    """What a new release is to take over from.

    Attributes:
        pointer: `champion.json`; None if nothing is in service.
        manifest: Of the release in service; None if there is none, or it is damaged.
        folds: By forecaster, as `fold_files.from_document` gives them; None if it kept none.
        trouble: Why it cannot be read, or ''.
    """

    pointer: Pointer | None = None
    manifest: Manifest | None = None
    folds: Mapping[str, pd.DataFrame] | None = None
    trouble: str = ""

    @property
    def release_id(self) -> str | None:
        """The release in service, whether it can be read or not."""
        return self.pointer.release_id if self.pointer else None

    @property
    def cutoff(self) -> str:
        """Its last month, which a damaged release still tells by its id; '' if there is none."""
        return self.manifest.cutoff if self.manifest else (self.release_id or "")[:7]

    def unjudged(self, target: str) -> str:
        """Why no forecast of a target can be compared with it, or ''."""
        if self.pointer is None:
            return "nothing is in service"
        if self.manifest is None:
            return f"the release in service is damaged, and a sound one replaces it: {self.trouble}"
        if self.trouble and self.folds is None:
            return f"the folds of the release in service cannot be read: {self.trouble}"
        if self.manifest.target != target:
            return f"the release in service is of another target, {self.manifest.target}"
        return ""


def same_series(manifest: Manifest, incumbent: Incumbent) -> Check:
    """It forecasts what the release in service does: a store serves one series, in one unit."""
    name, before = "same_series", incumbent.manifest
    if before is None:
        return unjudged(name, incumbent.unjudged(manifest.target))
    ours, theirs = (f"{one.target} in {one.unit}" for one in (manifest, before))
    if ours == theirs:
        return Check(name, True, None, None, f"Both forecast {ours}.")
    told = (
        f"It forecasts {ours}; in service is {theirs}. Give it a store of its own (--store), or "
        "promote it by hand if it is to take over."
    )
    return Check(name, False, None, None, told)


def not_older(manifest: Manifest, incumbent: Incumbent) -> Check:
    """The data ends no earlier than that of the release in service."""
    name = "not_older"
    before = incumbent.manifest
    if not incumbent.cutoff:
        return unjudged(name, incumbent.unjudged(manifest.target))
    months = between(incumbent.cutoff, manifest.cutoff)
    same = before is not None and manifest.lineage.vintage == before.lineage.vintage
    told = f"Data to {manifest.cutoff}; the release in service has data to {incumbent.cutoff}"
    told += ", from the same files." if same else "."
    return Check(name, months >= 0, float(months), 0.0, told)


def clock(incumbent: Incumbent, now: datetime) -> Check:
    """The release in service is not from the future: history is kept in the order of its times."""
    name = "clock"
    if incumbent.pointer is None:
        return unjudged(name, "nothing is in service")
    ahead = (datetime.fromisoformat(incumbent.pointer.promoted_at) - now).total_seconds()
    told = clock_trouble(incumbent.pointer.promoted_at, now)
    if not told:
        told = f"the release in service was promoted before now, at {incumbent.pointer.promoted_at}"
    passed = ahead <= CLOCK_TOLERANCE.total_seconds()
    return Check(name, passed, ahead, CLOCK_TOLERANCE.total_seconds(), f"{_upper(told)}.")


def unjudged(name: str, why: str) -> Check:
    """A check that has nothing to judge: it passes, and says why."""
    return Check(name, True, None, None, f"Not judged: {why.removesuffix('.')}.")


def _upper(told: str) -> str:
    return told[:1].upper() + told[1:]
