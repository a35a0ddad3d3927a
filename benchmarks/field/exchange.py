"""Read requests from JSON, and write answers as CSV and JSON."""

from __future__ import annotations

import csv
import json
import platform
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from opponent import Forecast, History

PACKAGES = (
    "autogluon.timeseries",
    "lightgbm",
    "mlforecast",
    "numpy",
    "pandas",
    "prophet",
    "scikit-learn",
    "scipy",
    "statsforecast",
)
"""Packages whose versions an answer names, if they are installed."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A fold: forecast 1 to `horizon` months after `cutoff`, for a named protocol."""

    protocol: str
    cutoff: str
    horizon: int


@dataclass(frozen=True, slots=True)
class Request:
    """What to forecast: a monthly series, quantile levels, and folds in order of time."""

    target: str
    first_month: str
    values: tuple[float, ...]
    levels: tuple[float, ...]
    origins: tuple[Origin, ...]

    @classmethod
    def read(cls, path: Path) -> Request:
        """Read request.json."""
        data = json.loads(path.read_text("utf-8"))
        origins = sorted((Origin(**row) for row in data["origins"]), key=lambda o: o.cutoff)
        return cls(
            data["target"],
            data["first_month"],
            tuple(data["values"]),
            tuple(data["levels"]),
            tuple(origins),
        )

    def history(self, origin: Origin) -> History:
        """The months up to and including the origin's cutoff.

        Raises:
            ValueError: The cutoff lies outside the series.
        """
        cutoff = pd.Period(origin.cutoff, "M")
        months = (cutoff - pd.Period(self.first_month, "M")).n + 1
        if not 0 < months <= len(self.values):
            raise ValueError(f"the series has no month {origin.cutoff}")
        return History(np.array(self.values[:months], dtype=float), cutoff)


@dataclass(slots=True)
class Outcome:
    """Forecasts, time and failures of a forecaster.

    Attributes:
        seconds: CPU seconds of fitting and predicting, child processes included.
        fits: Number of origins at which it was fitted, or failed.
        failure: The error, or None.
        note: A remark for readers of its scores.
        forecasts: By origin; a protocol that failed at an origin has none.
    """

    seconds: float = 0.0
    fits: int = 0
    failure: str | None = None
    note: str = ""
    forecasts: dict[Origin, Forecast] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """Everything but the forecasts, for field.json."""
        return {
            "seconds": round(self.seconds, 2),
            "fits": self.fits,
            "failure": self.failure,
            "note": self.note,
        }


def write(request: Request, outcomes: dict[str, Outcome], folder: Path) -> None:
    """Write forecasts.csv and field.json into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    quantiles = [f"q{level}" for level in request.levels]
    with (folder / "forecasts.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["forecaster", "protocol", "cutoff", "month", "horizon", "mean", *quantiles])
        for name, outcome in outcomes.items():
            for origin in request.origins:
                if origin in outcome.forecasts:
                    table.writerows(_rows(name, origin, outcome.forecasts[origin]))
    summary: dict[str, Any] = {name: outcome.summary() for name, outcome in outcomes.items()}
    summary["versions"] = versions()
    (folder / "field.json").write_text(json.dumps(summary, indent=1) + "\n", "utf-8")


def versions() -> dict[str, str]:
    """Version of the interpreter and of each of `PACKAGES` that is installed."""
    by_package = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            by_package[package] = version(package)
        except PackageNotFoundError:
            continue
    return by_package


def _rows(name: str, origin: Origin, forecast: Forecast) -> Iterator[list[object]]:
    cutoff = pd.Period(origin.cutoff, "M")
    for ahead in range(1, origin.horizon + 1):
        figures = [forecast.mean[ahead - 1], *forecast.quantiles[ahead - 1]]
        keys = [name, origin.protocol, origin.cutoff, cutoff + ahead, ahead]
        yield [*keys, *(f"{figure:.6f}" for figure in figures)]
