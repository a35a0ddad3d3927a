"""Where things are: one frozen `Settings`, read from the environment once, at the edges.

Flows, handlers, pages and commands call `Settings.from_environment()`; domain functions take
arguments and never look here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Settings:
    """Places that differ between a laptop and the cloud.

    Attributes:
        store: Where releases live: a directory, or `s3://bucket/prefix` (`ENERGY_STORE`).
        data: Folder of the raw workbooks (`ENERGY_DATA`).
        tracking_uri: MLflow's backend (`MLFLOW_TRACKING_URI`).
    """

    store: str = str(ROOT / "store")
    data: Path = ROOT / "data" / "raw"
    tracking_uri: str = f"sqlite:///{ROOT / 'mlruns' / 'mlflow.db'}"

    @property
    def artifacts(self) -> Path:
        """Folder of MLflow's artifacts when its backend is a SQLite file: beside that file."""
        return Path(self.tracking_uri.removeprefix("sqlite:///")).absolute().parent / "artifacts"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read `ENERGY_*` and `MLFLOW_TRACKING_URI`; what is unset or empty keeps its default."""
        environ = os.environ if environ is None else environ
        return cls(
            store=environ.get("ENERGY_STORE") or cls().store,
            data=Path(environ.get("ENERGY_DATA") or cls().data),
            tracking_uri=environ.get("MLFLOW_TRACKING_URI") or cls().tracking_uri,
        )
