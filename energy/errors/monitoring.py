"""A track record that cannot be made, or its figures that cannot be sent."""

from __future__ import annotations

from dataclasses import dataclass

from energy.errors.base import EnergyError

__all__ = [
    "FiguresBehindRecord",
    "MetricsUnsent",
    "MonitoringError",
    "NothingReadable",
    "RecordOfAnother",
]


class MonitoringError(EnergyError):
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
