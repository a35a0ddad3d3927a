"""Measure requests, cold starts and scaling on this machine's stack.

All requests go through the front to emulators, with one instance unless stated otherwise. Cases
take turns, so that a slow minute of the machine affects all of them.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from research.lambda_scaling import Limits, Times, Traffic, simulate
from research.load_front import Front, LoadResult, front, send_requests
from scripts.benchmarks.warm_handler import COLDER, HTTP
from scripts.dev.emulator import HANDLER, Emulator, emulator
from scripts.dev.local_stack import free_ports, gateway

POST = {
    **HTTP,
    "rawQueryString": "",
    "queryStringParameters": {},
    "requestContext": {"http": {"method": "POST", "path": "/v1/forecast"}},
    "body": json.dumps({"periods": 12}),
}
COLDER_POST = {**POST, "body": json.dumps(COLDER)}
CASES = {
    "empty": ("research.empty_handler.handler", HTTP),
    "get": (HANDLER, HTTP),
    "post": (HANDLER, POST),
    "champion": (HANDLER, COLDER_POST),
}
"""By case: handler and event of API Gateway."""
BY_BOTOCORE = {"AWS_USE_FIPS_ENDPOINT": "false"}
"""A setting that obstore does not support, so that the store uses botocore."""
MANY = (1, 2, 4)
"""Numbers of concurrent instances."""
FROM_NOTHING = 5.0
"""Requests a second, at equal intervals, of the run that starts without an instance."""
LOOKS = 200
POINTS = 50
"""Number of evenly spaced quantiles that stand for a distribution."""


@dataclass
class Measured:
    """Measurements.

    Attributes:
        asked: Load results of an instance by case, medians over the turns.
        many: Answers a second to GET by number of instances.
        times: Durations by name, as in `lambda_scaling.Times`.
        by_botocore: Seconds of a cold start that reads S3 with botocore.
        from_nothing: Requests, cold starts and simulated cold starts of a run from no instance.
    """

    asked: dict[str, dict[str, float]] = field(default_factory=dict)
    many: dict[int, float] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)
    by_botocore: list[float] = field(default_factory=list)
    from_nothing: dict[str, float] = field(default_factory=dict)


def measure(
    environment: Mapping[str, str], folder: Path, seconds: float, turns: int, trials: int
) -> Measured:
    """Measure everything: about six runs of `seconds` in each turn, and `trials` cold starts.

    Args:
        environment: Variables of each handler.
        folder: An empty folder.
        seconds: Duration of a run.
        turns: Runs of each case.
        trials: Number of cold starts.
    """
    measured = Measured()
    _starts(measured, environment, folder, trials)
    _one_instance(measured, environment, folder, seconds, turns)
    measured.times["look"] = [_look(environment, folder, measured.times["table"])]
    with front(environment, folder / "many.log", MANY[0]) as server_front:
        for count in MANY:
            server_front.most = count
            server_front.warm(count, _bytes(HTTP))
            measured.many[count] = _ask(server_front, count, HTTP, seconds, folder).per_second
    measured.from_nothing = _from_nothing(environment, folder, seconds, measured.times)
    return measured


def _starts(measured: Measured, environment: Mapping[str, str], folder: Path, trials: int) -> None:
    """Time cold starts, and the extra time of the first champion answer."""
    starts, loads = [], []
    for trial in range(trials + 1):  # the first only fills the disk cache
        with _started(environment, folder) as (instance, seconds):
            first, *others = (_timed(instance.invoke, COLDER_POST) for _ in range(6))
        with _started({**environment, **BY_BOTOCORE}, folder) as (_, botocore_seconds):
            pass
        if trial:
            starts.append(seconds)
            loads.append(first - statistics.median(others))
            measured.by_botocore.append(botocore_seconds)
    measured.times |= {"start": starts, "load": loads}


@contextmanager
def _started(environment: Mapping[str, str], folder: Path) -> Iterator[tuple[Emulator, float]]:
    """A new instance that has answered a look-up, and the seconds that this took."""
    ports = free_ports(2)
    start = time.perf_counter()
    with emulator(*ports, environment, folder / "starts.log") as instance:
        instance.invoke(HTTP)
        yield instance, time.perf_counter() - start


def _timed(call: Any, *arguments: Any) -> float:
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start


def _one_instance(
    measured: Measured, environment: Mapping[str, str], folder: Path, seconds: float, turns: int
) -> None:
    runs: dict[str, list[LoadResult]] = {name: [] for name in (*CASES, "gateway")}
    seconds_by_case: dict[str, list[float]] = {name: [] for name in CASES}
    (port,) = free_ports(1)
    with (
        front(environment, folder / "empty.log", 1, CASES["empty"][0]) as empty,
        front(environment, folder / "one.log", 1) as handler_front,
        gateway(port, handler_front.url, folder / "gateway.log") as api,
    ):
        for turn in range(turns):
            for name, (handler, event) in CASES.items():
                target = handler_front if handler == HANDLER else empty
                target.warm(1, _bytes(event))
                runs[name].append(_ask(target, 1, event, seconds, folder))
                seconds_by_case[name] += [event_served.seconds for event_served in target.served]
            url, host = f"{api.url}/v1/forecast?periods=12", {"Host": api.host}
            report = folder / f"gateway{turn}.json"
            runs["gateway"].append(send_requests(url, seconds, 1, headers=host, report=report))
    measured.asked = {name: _together(results) for name, results in runs.items()}
    measured.times["table"] = quantiles(seconds_by_case["get"] + seconds_by_case["post"])
    measured.times["champion"] = quantiles(seconds_by_case["champion"])


def _ask(target: Front, at_once: int, event: object, seconds: float, folder: Path) -> LoadResult:
    target.forget()
    report = folder / "report.json"
    return send_requests(target.url, seconds, at_once, body=_bytes(event), report=report)


def _together(runs: Sequence[LoadResult]) -> dict[str, float]:
    """Medians over the turns."""
    figures = [asdict(figure) for figure in runs]
    return {name: statistics.median(figure[name] for figure in figures) for name in figures[0]}


def _look(environment: Mapping[str, str], folder: Path, table: Sequence[float]) -> float:
    """Median seconds that checking for another release adds to a look-up."""
    always = {**environment, "ENERGY_REFRESH_SECONDS": "0"}
    with front(always, folder / "look.log", 1) as instance:
        instance.warm(1, _bytes(HTTP))
        durations = [_timed(instance.invoke, _bytes(HTTP)) for _ in range(LOOKS)]
    return max(0.0, statistics.median(durations) - statistics.median(table))


def _from_nothing(
    environment: Mapping[str, str],
    folder: Path,
    seconds: float,
    times: Mapping[str, Sequence[float]],
) -> dict[str, float]:
    """Cold starts of a run that starts without an instance, measured and simulated."""
    with front(environment, folder / "nothing.log", most=20) as target:
        report = folder / "nothing.json"
        body = _bytes(HTTP)
        result = send_requests(target.url, seconds, 10, body=body, rate=FROM_NOTHING, report=report)
        cold = sum(event_served.cold for event_served in target.served)
    sample_times = Times(**{name: times[name] for name in ("start", "table")})
    traffic = Traffic(FROM_NOTHING, result.requests / FROM_NOTHING, evenly=True)
    simulated = simulate(sample_times, Limits(), traffic)
    return {
        "rate": FROM_NOTHING,
        "requests": result.requests,
        "cold": cold,
        "cold_simulated": round(simulated.cold * result.requests),
    }


def quantiles(durations: Sequence[float]) -> list[float]:
    """Evenly spaced quantiles that stand for a distribution."""
    places = (np.arange(POINTS) + 0.5) / POINTS
    return [float(value) for value in np.quantile(np.asarray(durations), places)]


def _bytes(event: object) -> bytes:
    return json.dumps(event).encode()
