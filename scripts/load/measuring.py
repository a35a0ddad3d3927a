"""What the simulation and the tables are made of, measured on the stack of this machine.

Everything goes through the front to emulators, one instance unless said otherwise, and by turns: a
machine that is slow for a while is slow for all of them.
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
from local.emulator import HANDLER, Emulator, emulator
from local.gateway import gateway
from local.stack import free_ports
from local.warm import COLDER, HTTP

from load.asking import Asked, ask
from load.front import Front, front
from load.limits import Limits
from load.simulation import Times, Traffic, simulate

POST = {
    **HTTP,
    "rawQueryString": "",
    "queryStringParameters": {},
    "requestContext": {"http": {"method": "POST", "path": "/v1/forecast"}},
    "body": json.dumps({"periods": 12}),
}
COLDER_POST = {**POST, "body": json.dumps(COLDER)}
CASES = {
    "empty": ("load.empty.handler", HTTP),
    "get": (HANDLER, HTTP),
    "post": (HANDLER, POST),
    "champion": (HANDLER, COLDER_POST),
}
"""Which handler is asked what: events as API Gateway sends them."""
BY_BOTOCORE = {"AWS_USE_FIPS_ENDPOINT": "false"}
"""What obstore would not heed, so that it is left aside: energy/releases/s3_quick.py."""
MANY = (1, 2, 4)
"""Instances that are asked at once."""
FROM_NOTHING = 5.0
"""Questions a second, evenly, of the run that begins without an instance."""
LOOKS = 200
POINTS = 50
"""What is kept of each distribution: so many quantiles, evenly."""


@dataclass
class Measured:
    """What was found.

    Attributes:
        asked: By case: what the asker saw of one instance, the runs of each turn put together.
        many: By number of instances: answers a second to GET.
        times: By name: seconds, as load.simulation.Times has them.
        by_botocore: Seconds from nothing to a look-up that reads S3 with botocore alone.
        from_nothing: Requests, cold starts and those that are simulated, of a run from no instance.
    """

    asked: dict[str, dict[str, float]] = field(default_factory=dict)
    many: dict[int, float] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)
    by_botocore: list[float] = field(default_factory=list)
    from_nothing: dict[str, float] = field(default_factory=dict)


def measure(
    environment: Mapping[str, str], folder: Path, seconds: float, turns: int, trials: int
) -> Measured:
    """All of it; about `turns` times six runs of `seconds`, and `trials` cold starts.

    Args:
        environment: What each handler finds.
        folder: An empty one.
        seconds: How long each run asks.
        turns: How often each is run.
        trials: Cold starts.
    """
    found = Measured()
    _starts(found, environment, folder, trials)
    _one_instance(found, environment, folder, seconds, turns)
    found.times["look"] = [_look(environment, folder, found.times["table"])]
    with front(environment, folder / "many.log", MANY[0]) as many:
        for count in MANY:
            many.most = count
            many.warm(count, _bytes(HTTP))
            found.many[count] = _ask(many, count, HTTP, seconds, folder).per_second
    found.from_nothing = _from_nothing(environment, folder, seconds, found.times)
    return found


def _starts(found: Measured, environment: Mapping[str, str], folder: Path, trials: int) -> None:
    """Seconds from nothing to a look-up, and of the first champion's answer beyond others'."""
    starts, loads = [], []
    for trial in range(trials + 1):  # the first fills the disk's cache, and is not counted
        with _started(environment, folder) as (one, start):
            first, *others = (_timed(one.invoke, COLDER_POST) for _ in range(6))
        with _started({**environment, **BY_BOTOCORE}, folder) as (_, slowly):
            pass
        if trial:
            starts.append(start)
            loads.append(first - statistics.median(others))
            found.by_botocore.append(slowly)
    found.times |= {"start": starts, "load": loads}


@contextmanager
def _started(environment: Mapping[str, str], folder: Path) -> Iterator[tuple[Emulator, float]]:
    """An instance that has answered a look-up, and how many seconds that took from nothing."""
    ports = free_ports(2)
    began = time.perf_counter()
    with emulator(*ports, environment, folder / "starts.log") as one:
        one.invoke(HTTP)
        yield one, time.perf_counter() - began


def _timed(call: Any, *given: Any) -> float:
    began = time.perf_counter()
    call(*given)
    return time.perf_counter() - began


def _one_instance(
    found: Measured, environment: Mapping[str, str], folder: Path, seconds: float, turns: int
) -> None:
    runs: dict[str, list[Asked]] = {name: [] for name in (*CASES, "gateway")}
    spent: dict[str, list[float]] = {name: [] for name in CASES}
    (port,) = free_ports(1)
    with (
        front(environment, folder / "empty.log", 1, CASES["empty"][0]) as nothing,
        front(environment, folder / "one.log", 1) as ours,
        gateway(port, ours.url, folder / "gateway.log") as api,
    ):
        for turn in range(turns):
            for name, (handler, event) in CASES.items():
                whom = ours if handler == HANDLER else nothing
                whom.warm(1, _bytes(event))
                runs[name].append(_ask(whom, 1, event, seconds, folder))
                spent[name] += [one.seconds for one in whom.served]
            url, host = f"{api.url}/v1/forecast?periods=12", {"Host": api.host}
            report = folder / f"gateway{turn}.json"
            runs["gateway"].append(ask(url, seconds, 1, headers=host, report=report))
    found.asked = {name: _together(asked) for name, asked in runs.items()}
    found.times["table"] = quantiles(spent["get"] + spent["post"])
    found.times["champion"] = quantiles(spent["champion"])


def _ask(whom: Front, at_once: int, event: object, seconds: float, folder: Path) -> Asked:
    whom.forget()
    report = folder / "report.json"
    return ask(whom.url, seconds, at_once, body=_bytes(event), report=report)


def _together(runs: Sequence[Asked]) -> dict[str, float]:
    """The median of each figure over the turns."""
    told = [asdict(one) for one in runs]
    return {name: statistics.median(one[name] for one in told) for name in told[0]}


def _look(environment: Mapping[str, str], folder: Path, table: Sequence[float]) -> float:
    """Seconds that looking for another release adds to a look-up, at the median."""
    always = {**environment, "ENERGY_REFRESH_SECONDS": "0"}
    with front(always, folder / "look.log", 1) as one:
        one.warm(1, _bytes(HTTP))
        taken = [_timed(one.invoke, _bytes(HTTP)) for _ in range(LOOKS)]
    return max(0.0, statistics.median(taken) - statistics.median(table))


def _from_nothing(
    environment: Mapping[str, str],
    folder: Path,
    seconds: float,
    times: Mapping[str, Sequence[float]],
) -> dict[str, float]:
    """Cold starts of a run that begins without an instance, and what is simulated of the same."""
    with front(environment, folder / "nothing.log", most=20) as whom:
        report = folder / "nothing.json"
        body = _bytes(HTTP)
        asked = ask(whom.url, seconds, 10, body=body, rate=FROM_NOTHING, report=report)
        cold = sum(one.cold for one in whom.served)
    drawn = Times(**{name: times[name] for name in ("start", "table")})
    traffic = Traffic(FROM_NOTHING, asked.requests / FROM_NOTHING, evenly=True)
    simulated = simulate(drawn, Limits(), traffic)
    return {
        "rate": FROM_NOTHING,
        "requests": asked.requests,
        "cold": cold,
        "cold_simulated": round(simulated.cold * asked.requests),
    }


def quantiles(taken: Sequence[float]) -> list[float]:
    """A few that stand for all: as many quantiles, each in the middle of its share."""
    places = (np.arange(POINTS) + 0.5) / POINTS
    return [float(one) for one in np.quantile(np.asarray(taken), places)]


def _bytes(event: object) -> bytes:
    return json.dumps(event).encode()
