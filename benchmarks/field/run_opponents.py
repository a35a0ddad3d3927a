"""Have the field's forecasters forecast the folds of a request, up to each cutoff only.

    python run_opponents.py request.json answer_dir [--forecasters a,b,c] [--jobs 2]

Writes answer_dir/forecasts.csv and answer_dir/field.json, which README.md describes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import autogluon_opponent
import learners
import numpy as np
import statistical
from exchange import Origin, Outcome, Request, write
from opponent import Builder, Forecast

MEDIAN = "median_ensemble"
FIELD: dict[str, tuple[Builder, str]] = {
    "auto_arima": (statistical.auto_arima, "statsforecast"),
    "auto_ets": (statistical.auto_ets, "statsforecast"),
    "auto_theta": (statistical.auto_theta, "statsforecast"),
    "auto_ces": (statistical.auto_ces, "statsforecast"),
    "log_auto_arima": (statistical.log_auto_arima, "statsforecast"),
    "auto_mfles": (statistical.auto_mfles, "statsforecast"),
    "prophet": (learners.prophet, "prophet"),
    "lightgbm": (learners.lightgbm, "mlforecast"),
    "autogluon": (autogluon_opponent.autogluon, "autogluon"),
    "seasonal_naive": (statistical.seasonal_naive, "numpy"),
}
"""Every fitted opponent, and the package that it needs."""
CONFORMAL = "conformal intervals: each fit comes with up to five more, on past windows"
NOTES = {
    MEDIAN: f"median of {', '.join(statistical.ENSEMBLE)}; its seconds and fits are theirs",
    "auto_mfles": CONFORMAL,
    "lightgbm": CONFORMAL,
    "autogluon": autogluon_opponent.NOTE,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the request, forecast, write the answer."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("request", type=Path, help="request.json")
    parser.add_argument("answer", type=Path, help="folder for forecasts.csv and field.json")
    parser.add_argument("--forecasters", help="names, separated by commas; default: all installed")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time")
    options = parser.parse_args(arguments)
    names = options.forecasters.split(",") if options.forecasters else installed()
    if unknown := set(names) - {*FIELD, MEDIAN}:
        parser.error(f"unknown forecasters: {', '.join(sorted(unknown))}")
    for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):  # one thread for each worker process
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    request = Request.read(options.request)
    write(request, run(request, names, options.jobs), options.answer)
    return 0


def installed() -> list[str]:
    """The opponents whose packages are installed; seasonal_naive is used only if it is named."""
    names = [name for name, (_, package) in FIELD.items() if find_spec(package) is not None]
    names.remove("seasonal_naive")
    return [*names, MEDIAN] if set(statistical.ENSEMBLE) <= set(names) else names


def run(request: Request, names: Sequence[str], jobs: int) -> dict[str, Outcome]:
    """Run every forecaster at every origin; a failure is an outcome too."""
    members = statistical.ENSEMBLE if MEDIAN in names else ()
    outcomes: dict[str, Outcome] = {}
    for name in dict.fromkeys([*names, *members]):
        if name != MEDIAN:
            outcomes[name] = forecast_all(name, request, jobs)
            print(_line(name, outcomes[name]), file=sys.stderr, flush=True)
    if members:
        outcomes[MEDIAN] = median_ensemble([outcomes[name] for name in members])
    for name, note in NOTES.items():
        if name in outcomes:
            outcomes[name].note = note
    return {name: outcomes[name] for name in names}


def forecast_all(name: str, request: Request, jobs: int) -> Outcome:
    """Run a forecaster at every origin, with the calendar years of the cutoffs shared among `jobs`.

    Each forecaster has its own processes, so that a crash does not affect the others.
    """
    package = FIELD[name][1]
    if find_spec(package) is None:
        return Outcome(failure=f"{package} is not installed")
    years = [list(origins) for _, origins in groupby(request.origins, lambda o: o.cutoff[:4])]
    total, failures = Outcome(), dict[str, str]()
    spawn = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(jobs, mp_context=spawn) as pool:
            for part, failed in pool.map(partial(forecast_some, name, request), years):
                total.seconds += part.seconds
                total.fits += part.fits
                total.forecasts |= part.forecasts
                failures = {**failed, **failures}
    except Exception as error:  # noqa: BLE001 - its process died
        return Outcome(total.seconds, total.fits, failure=_why(error))
    total.forecasts = {o: f for o, f in total.forecasts.items() if o.protocol not in failures}
    total.failure = "; ".join(failures.values()) or None
    return total


def forecast_some(
    name: str, request: Request, origins: Iterable[Origin]
) -> tuple[Outcome, dict[str, str]]:
    """Run a forecaster at some origins in this process: outcome, and failures by protocol."""
    forecaster = FIELD[name][0](request.levels)  # imports first, so that only fits are timed
    outcome, failures = Outcome(), dict[str, str]()
    for origin in origins:
        if origin.protocol in failures:
            continue
        began = cpu_seconds()
        try:
            answer = forecaster(request.history(origin), origin.horizon)
            outcome.forecasts[origin] = checked(answer, origin.horizon, len(request.levels))
        except Exception as error:  # noqa: BLE001 - any failure is a result
            failures[origin.protocol] = f"{origin.protocol} at {origin.cutoff}: {_why(error)}"
        outcome.seconds += cpu_seconds() - began
        outcome.fits += 1
    return outcome, failures


def checked(answer: Forecast, horizon: int, levels: int) -> Forecast:
    """The forecast with sorted quantiles.

    Raises:
        ValueError: The shape is wrong, or a value is not finite.
    """
    if answer.mean.shape != (horizon,) or answer.quantiles.shape != (horizon, levels):
        raise ValueError(f"figures of shape {answer.mean.shape} and {answer.quantiles.shape}")
    if not (np.isfinite(answer.mean).all() and np.isfinite(answer.quantiles).all()):
        raise ValueError("a forecast that is not a number")
    return Forecast(answer.mean, np.sort(answer.quantiles, axis=1))


def median_ensemble(members: Sequence[Outcome]) -> Outcome:
    """The median of the members where all have a forecast; their failures are its own."""
    failures = dict.fromkeys(member.failure for member in members if member.failure)
    return Outcome(
        sum(member.seconds for member in members),
        sum(member.fits for member in members),
        "; ".join(failures) or None,
        forecasts={
            origin: statistical.median([member.forecasts[origin] for member in members])
            for origin in members[0].forecasts
            if all(origin in member.forecasts for member in members)
        },
    )


def cpu_seconds() -> float:
    """CPU time of this process and its child processes, such as Prophet's optimiser."""
    return sum(os.times()[:4])


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _line(name: str, outcome: Outcome) -> str:
    ended = f"failed: {outcome.failure}" if outcome.failure else f"{outcome.fits} origins"
    return f"{name}: {ended}, {outcome.seconds:.1f} CPU s"


if __name__ == "__main__":
    sys.exit(main())
