"""Errors of earlier versions, on their way into `energy.errors`; this module goes away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from energy import errors
from energy.errors import join_names


class _Legacy(errors.EnergyError):
    @property
    def message(self) -> str:
        """One line: what was found, what was expected, what to do."""
        raise NotImplementedError

    def __str__(self) -> str:
        return " ".join(self.message.split())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self))  # type: ignore[arg-type]


MOST_LISTED, MOST_COMPARED = 20, 2000


class RequestError(_Legacy, errors.RequestError):
    """What was asked for cannot be done."""


@dataclass(eq=False)
class UnknownTarget(RequestError, errors.UnknownTarget):
    """A target that the monthly frame does not have."""

    code = "unknown_target"
    field = "target"

    target: str
    known: Sequence[str]

    @property
    def message(self) -> str:
        from difflib import get_close_matches  # where the service starts, nobody has erred yet

        shown = join_names(self.known[:MOST_LISTED])
        more = len(self.known) - MOST_LISTED
        others = f" and {more} more" if more > 0 else ""
        near = get_close_matches(self.target, self.known[:MOST_COMPARED], 1)
        meant = f" Did you mean '{near[0]}'?" if near else ""
        return f"Unknown target '{self.target}'.{meant} Known targets: {shown}{others}."


@dataclass(eq=False)
class TrackingUnreachable(RequestError):
    """An MLflow backend that cannot be written."""

    uri: str
    reason: str

    @property
    def message(self) -> str:
        shown = re.sub(r"//[^/@]*@", "//***@", self.uri)  # a server's URI may hold a password
        return (
            f"MLflow's backend {shown} cannot be used: {self.reason}. "
            "Set MLFLOW_TRACKING_URI to one that can, or leave it unset for a local file."
        )


class StoreError(_Legacy, errors.StoreError):
    """The release store, or something in it, is not as it should be."""

    code = "store"


@dataclass(eq=False)
class BadDocument(StoreError, errors.BadDocument):
    """A JSON document that does not say what it should."""

    name: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.name} is not as expected: {self.reason}."


class MonitoringError(_Legacy):
    """What watches the forecasts cannot do its work."""


@dataclass(eq=False)
class FiguresBehindRecord(MonitoringError):
    """The track record knows newer figures than are held here: writing it would lose some."""

    vintage_id: str
    cutoff: str
    known_vintage_id: str
    known_cutoff: str

    @property
    def message(self) -> str:
        return (
            f"The newest vintage held is {self.vintage_id}, to {self.cutoff}; the track record was "
            f"made with {self.known_vintage_id}, to {self.known_cutoff}, and stays as it is. "
            "Run IngestFlow first, or name the folder that has it (ENERGY_DATA)."
        )


@dataclass(eq=False)
class MetricsUnsent(MonitoringError):
    """CloudWatch did not take the metrics; the track record is written all the same."""

    namespace: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"CloudWatch did not take the metrics of namespace {self.namespace}: {self.reason}. "
            "The track record is written; mend it, or leave ENERGY_METRICS_NAMESPACE empty."
        )


@dataclass(eq=False)
class NothingReadable(MonitoringError):
    """Releases were in service, but not one can be read, and no record says what they forecast."""

    store: str
    release_id: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"No release that was in service in the store {self.store} can be read, so nothing can "
            f"be scored. The last is {self.release_id}: {self.reason} Publish anew."
        )


@dataclass(eq=False)
class RecordOfAnother(MonitoringError):
    """The store's track record is of another target than the release in service."""

    target: str
    known_target: str

    @property
    def message(self) -> str:
        return (
            f"The release in service forecasts {self.target}, the track record is of "
            f"{self.known_target} and stays as it is: a store serves one target. Give the other a "
            "store of its own, or move track_record.json away to begin another."
        )


class DataError(_Legacy, errors.DataError):
    """The workbooks at hand cannot be used; what was held before stays in use."""


@dataclass(eq=False)
class NoData(DataError, errors.NoData):
    """A folder without any workbook."""

    folder: object
    found: str

    @property
    def message(self) -> str:
        return (
            f"No data: {self.folder} {self.found}; expected the workbooks of one release. "
            "Restore data/raw with git, or set ENERGY_DATA to the folder that holds them."
        )
