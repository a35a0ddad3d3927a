"""Settings: one frozen object, read from the environment once, at the edges.

Flows, the Lambda handler, pages and commands call `Settings.from_environment()`. Everything else
takes arguments and does not read the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from energy.errors import EnergyError

ROOT = Path(__file__).resolve().parents[1]
MAX_REFRESH_SECONDS = 86400
MAX_WORKERS = 1000
Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between a laptop and the cloud; each setting says its variable."""

    # ENERGY_STORE: where releases live, a directory or s3://bucket/prefix.
    store: str = str(ROOT / "store")
    # ENERGY_DATA: folder of the embedded vintage (raw), downloaded and rejected ones (vintages,
    # quarantine).
    data: Path = ROOT / "data"
    # MLFLOW_TRACKING_URI: MLflow's backend.
    tracking_uri: str = f"sqlite:///{ROOT / 'mlruns' / 'mlflow.db'}"
    # ENERGY_GOVUK_API: base URL of the Content API, for a mirror or a test.
    govuk_api: str = "https://www.gov.uk/api/content"
    # ENERGY_GOVUK_ORIGINS: where workbooks may be downloaded from, separated by commas; by default
    # GOV.UK's own.
    govuk_origins: tuple[str, ...] = ()
    # ENERGY_REFRESH_SECONDS: how long a reader uses a release before it checks for another one.
    refresh_seconds: float = 60.0
    # ENERGY_METRICS_NAMESPACE: CloudWatch namespace of monitoring's metrics; empty for none.
    metrics_namespace: str = ""
    # ENERGY_DATASET: settings file of your own data set; None for the UK's energy.
    dataset: Path | None = None
    # ENERGY_WORKERS: branches of a run that work at once.
    workers: int = os.cpu_count() or 1
    # ENERGY_API_URL: base URL of the REST API that the app queries; empty for none.
    api_url: str = ""
    # ENERGY_FUNCTION: name or ARN, with its alias, of the Lambda function that the app invokes if
    # there is no `api_url`; empty to answer in the app's own process.
    function: str = ""

    @property
    def artifacts(self) -> Path:
        """MLflow's artifact folder, beside its backend, where that is a SQLite file."""
        return Path(self.tracking_uri.removeprefix("sqlite:///")).absolute().parent / "artifacts"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the variables; unset or empty ones keep their defaults.

        Raises:
            EnergyError: A number is not in its range; code "misconfigured".
        """
        environ = os.environ if environ is None else environ
        default = cls()
        return cls(
            store=environ.get("ENERGY_STORE") or default.store,
            data=Path(environ.get("ENERGY_DATA") or default.data),
            tracking_uri=environ.get("MLFLOW_TRACKING_URI") or default.tracking_uri,
            govuk_api=environ.get("ENERGY_GOVUK_API") or default.govuk_api,
            govuk_origins=tuple(filter(None, environ.get("ENERGY_GOVUK_ORIGINS", "").split(","))),
            refresh_seconds=_number(
                environ, "ENERGY_REFRESH_SECONDS", default.refresh_seconds, 0, MAX_REFRESH_SECONDS
            ),
            workers=_number(environ, "ENERGY_WORKERS", default.workers, 1, MAX_WORKERS),
            dataset=Path(path) if (path := environ.get("ENERGY_DATASET")) else None,
            metrics_namespace=environ.get("ENERGY_METRICS_NAMESPACE", ""),
            api_url=environ.get("ENERGY_API_URL", "").rstrip("/"),
            function=environ.get("ENERGY_FUNCTION", ""),
        )


def _number(
    environ: Mapping[str, str], name: str, default: Number, lowest: int, highest: int
) -> Number:
    text = environ.get(name)
    if not text:
        return default
    try:
        number = type(default)(text)
        if lowest <= number <= highest:
            return number
    except ValueError:
        pass
    message = f"{name} is {text}; expected {lowest} to {highest}."
    raise EnergyError(message, code="misconfigured")
