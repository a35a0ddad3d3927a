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
    """What differs between a laptop and the cloud.

    Attributes:
        store: Where releases live: a directory, or `s3://bucket/prefix` (`ENERGY_STORE`).
        data: Folder of the data: the embedded vintage in `raw`, downloaded ones in `vintages`,
            rejected ones in `quarantine` (`ENERGY_DATA`).
        tracking_uri: MLflow's backend (`MLFLOW_TRACKING_URI`).
        govuk_api: Base URL of the Content API that releases are found through
            (`ENERGY_GOVUK_API`), for a mirror or a test.
        govuk_origins: Origins that workbooks may be downloaded from (`ENERGY_GOVUK_ORIGINS`,
            separated by commas); empty for GOV.UK's own.
        refresh_seconds: How long a reader uses a release before it checks for another one
            (`ENERGY_REFRESH_SECONDS`).
        metrics_namespace: CloudWatch namespace that monitoring sends its metrics to
            (`ENERGY_METRICS_NAMESPACE`); empty for none.
        dataset: Settings file of your own data set (`ENERGY_DATASET`); None for the UK's energy.
        workers: Number of branches of a run that work at once (`ENERGY_WORKERS`); by default the
            cores of this machine.
        api_url: Base URL of the REST API that the app queries (`ENERGY_API_URL`); empty for none.
        function: Name or ARN, with its alias, of the Lambda function that the app invokes if there
            is no `api_url` (`ENERGY_FUNCTION`); empty to answer in the app's own process.
    """

    store: str = str(ROOT / "store")
    data: Path = ROOT / "data"
    tracking_uri: str = f"sqlite:///{ROOT / 'mlruns' / 'mlflow.db'}"
    govuk_api: str = "https://www.gov.uk/api/content"
    govuk_origins: tuple[str, ...] = ()
    refresh_seconds: float = 60.0
    metrics_namespace: str = ""
    dataset: Path | None = None
    workers: int = os.cpu_count() or 1
    api_url: str = ""
    function: str = ""

    @property
    def artifacts(self) -> Path:
        """MLflow's artifact folder, beside its backend, where that is a SQLite file."""
        return Path(self.tracking_uri.removeprefix("sqlite:///")).absolute().parent / "artifacts"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read `ENERGY_*` and `MLFLOW_TRACKING_URI`; unset or empty variables keep their defaults.

        Raises:
            EnergyError: `ENERGY_REFRESH_SECONDS` or `ENERGY_WORKERS` is not a number in its range;
                code "misconfigured".
        """
        environ = os.environ if environ is None else environ
        return cls(
            store=environ.get("ENERGY_STORE") or cls().store,
            data=Path(environ.get("ENERGY_DATA") or cls().data),
            tracking_uri=environ.get("MLFLOW_TRACKING_URI") or cls().tracking_uri,
            govuk_api=environ.get("ENERGY_GOVUK_API") or cls().govuk_api,
            govuk_origins=tuple(filter(None, environ.get("ENERGY_GOVUK_ORIGINS", "").split(","))),
            refresh_seconds=_number(
                environ,
                "ENERGY_REFRESH_SECONDS",
                float,
                cls().refresh_seconds,
                0,
                MAX_REFRESH_SECONDS,
            ),
            workers=_number(environ, "ENERGY_WORKERS", int, cls().workers, 1, MAX_WORKERS),
            dataset=Path(path) if (path := environ.get("ENERGY_DATASET")) else None,
            metrics_namespace=environ.get("ENERGY_METRICS_NAMESPACE", ""),
            api_url=environ.get("ENERGY_API_URL", "").rstrip("/"),
            function=environ.get("ENERGY_FUNCTION", ""),
        )


def _number(
    environ: Mapping[str, str],
    name: str,
    kind: type[Number],
    default: Number,
    lowest: int,
    highest: int,
) -> Number:
    text = environ.get(name)
    if not text:
        return default
    try:
        number = kind(text)
    except ValueError:
        number = kind(-1)
    if not lowest <= number <= highest:
        message = f"{name} is {text}; expected {lowest} to {highest}."
        raise EnergyError(message, code="misconfigured")
    return number
