"""Where things are: one frozen `Settings`, read from the environment once, at the edges.

Flows, handlers, pages and commands call `Settings.from_environment()`; domain functions take
arguments and never look here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from energy import legacy_errors

ROOT = Path(__file__).resolve().parents[1]
LONGEST_REFRESH = 86400
"""Seconds in a day."""
MOST_WORKERS = 1000


@dataclass(frozen=True, slots=True)
class Settings:
    """Places that differ between a laptop and the cloud.

    Attributes:
        store: Where releases live: a directory, or `s3://bucket/prefix` (`ENERGY_STORE`).
        data: Folder of the data: the embedded vintage in `raw`, those fetched in `vintages`, those
            refused in `quarantine` (`ENERGY_DATA`).
        tracking_uri: MLflow's backend (`MLFLOW_TRACKING_URI`).
        govuk_api: Base URL of the Content API that releases are found through
            (`ENERGY_GOVUK_API`), for a mirror or a test.
        govuk_origins: Places that workbooks may be fetched from (`ENERGY_GOVUK_ORIGINS`, separated
            by commas); empty for GOV.UK's own.
        refresh_seconds: How long a reader relies on the release it holds before it looks for
            another one (`ENERGY_REFRESH_SECONDS`).
        dataset: Settings file of a data set of one's own (`ENERGY_DATASET`); None for the United
            Kingdom's energy, as the project ships.
        metrics_namespace: CloudWatch namespace that monitoring sends its metrics to
            (`ENERGY_METRICS_NAMESPACE`); empty for none.
        workers: How many branches of a run are laid out to work at once (`ENERGY_WORKERS`): the
            cores of this machine, unless an engine has more elsewhere.
        api_url: Base URL of the REST API that the app asks (`ENERGY_API_URL`); empty for none.
        function: Name or ARN, with its alias, of the Lambda function that the app asks if there is
            no `api_url` (`ENERGY_FUNCTION`); empty to answer in the app's own process.
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
        """Folder of MLflow's artifacts when its backend is a SQLite file: beside that file."""
        return Path(self.tracking_uri.removeprefix("sqlite:///")).absolute().parent / "artifacts"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read `ENERGY_*` and `MLFLOW_TRACKING_URI`; what is unset or empty keeps its default.

        Raises:
            OutOfRange: `ENERGY_REFRESH_SECONDS` is not a number of seconds, or `ENERGY_WORKERS` no
                number of workers.
        """
        environ = os.environ if environ is None else environ
        return cls(
            store=environ.get("ENERGY_STORE") or cls().store,
            data=Path(environ.get("ENERGY_DATA") or cls().data),
            tracking_uri=environ.get("MLFLOW_TRACKING_URI") or cls().tracking_uri,
            govuk_api=environ.get("ENERGY_GOVUK_API") or cls().govuk_api,
            govuk_origins=tuple(filter(None, environ.get("ENERGY_GOVUK_ORIGINS", "").split(","))),
            refresh_seconds=_seconds(environ.get("ENERGY_REFRESH_SECONDS")),
            workers=_workers(environ.get("ENERGY_WORKERS")),
            dataset=Path(named) if (named := environ.get("ENERGY_DATASET")) else None,
            metrics_namespace=environ.get("ENERGY_METRICS_NAMESPACE", ""),
            api_url=environ.get("ENERGY_API_URL", "").rstrip("/"),
            function=environ.get("ENERGY_FUNCTION", ""),
        )


def _seconds(text: str | None) -> float:
    """The text as seconds, up to a day; the default if there is none."""
    try:
        found = float(text or Settings().refresh_seconds)
    except ValueError:
        found = -1.0
    if not 0 <= found <= LONGEST_REFRESH:
        raise legacy_errors.OutOfRange("ENERGY_REFRESH_SECONDS", text, 0, LONGEST_REFRESH)
    return found


def _workers(text: str | None) -> int:
    """The text as a number of workers; the default if there is none."""
    try:
        found = int(text or Settings().workers)
    except ValueError:
        found = 0
    if not 1 <= found <= MOST_WORKERS:
        raise legacy_errors.OutOfRange("ENERGY_WORKERS", text, 1, MOST_WORKERS)
    return found
