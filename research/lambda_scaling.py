"""Simulate Lambda's scaling, request by request.

Requests arrive at random (Poisson) and are not queued: an idle instance answers at once, else a new
one is started and the request waits for it, else the request is rejected. The instance that became
idle last is used first, as Lambda does; after `Times.kept` idle seconds an instance ends. An
instance checks for another release every `Times.refresh` seconds, and loads the champion at its
first request that needs it.
"""

from __future__ import annotations

import heapq
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from energy.settings import ROOT

ACCOUNT_CONCURRENCY = 1000
"""Concurrent instances in a region: lambda/latest/dg/lambda-concurrency.html."""
NEW_ACCOUNT_CONCURRENCY = 10
"""The same in a new account: terraform/variables.tf, `reserved_concurrency`."""
NEW_INSTANCES = 1000
"""Instances that a function may add within `NEW_SECONDS`, refilled continuously:
lambda/latest/dg/scaling-behavior.html."""
NEW_SECONDS = 10.0
REQUESTS_FOR_ONE = 10
"""Requests a second for each concurrent instance, the first limit for answers below a tenth of a
second: lambda/latest/dg/gettingstarted-limits.html."""
API_RATE = 10_000.0
"""Requests a second of API Gateway in an account's region, and `API_BURST` at once:
apigateway/latest/developerguide/limits.html. Some regions have a quarter of it."""
API_BURST = 5_000


@dataclass(frozen=True)
class Times:
    """Durations in seconds; sequences are measured samples, drawn with equal probability.

    Attributes:
        start: Cold start, to the first look-up's answer.
        table: A look-up by a running instance.
        champion: A champion's answer by an instance that has loaded it.
        load: Extra time of an instance's first champion answer.
        look: Checking for another release.
        kept: How long an idle instance is kept.
        refresh: How long an instance uses a release before it checks.
    """

    start: Sequence[float]
    table: Sequence[float]
    champion: Sequence[float] = (0.0,)
    load: Sequence[float] = (0.0,)
    look: Sequence[float] = (0.0,)
    kept: float = 600.0
    refresh: float = 60.0


@dataclass(frozen=True)
class Traffic:
    """Arriving requests.

    Attributes:
        rate: Requests a second.
        seconds: How long they are counted.
        champion_share: Share that needs the champion.
        ahead: Seconds before, whose requests are not counted.
        evenly: Whether they arrive at equal intervals, not at random.
        times: Repeats from no instance; more repeats give more precise results.
        seed: Of the random numbers.
    """

    rate: float
    seconds: float
    champion_share: float = 0.0
    ahead: float = 0.0
    evenly: bool = False
    times: int = 1
    seed: int = 0


@dataclass(frozen=True)
class Outcome:
    """Results of a simulation.

    Attributes:
        asked: Number of requests.
        refused_api: Share rejected by API Gateway.
        refused_lambda: Share rejected by Lambda.
        room: Time of Lambda's last rejection, in seconds; 0 if there is none.
        cold: Share of the answered requests that waited for a new instance.
        p50: Median time to answer, in seconds.
        p99: 99th centile of the time to answer, in seconds.
        busy: Mean number of busy instances.
        instances: Largest number of instances, idle ones included.
        billed: Mean billed seconds of an answer, each rounded up to a millisecond.
        looks: Checks for another release, per answer.
    """

    asked: int
    refused_api: float
    refused_lambda: float
    room: float
    cold: float
    p50: float
    p99: float
    busy: float
    instances: int
    billed: float
    looks: float

    @property
    def refused(self) -> float:
        """Share without an answer."""
        return self.refused_api + self.refused_lambda


def arrivals(traffic: Traffic, draw: np.random.Generator) -> np.ndarray:
    """Arrival times in ascending order: at equal intervals, or a Poisson process."""
    whole = traffic.ahead + traffic.seconds
    if traffic.evenly:
        return np.arange(round(traffic.rate * whole)) / traffic.rate
    return np.sort(draw.uniform(0.0, whole, int(draw.poisson(traffic.rate * whole))))


def simulate(times: Times, limits: Limits, traffic: Traffic) -> Outcome:
    """Simulate requests from no instance; the result is over all repeats.

    Args:
        times: Durations.
        limits: Limits of API Gateway and Lambda.
        traffic: Arriving requests.

    Raises:
        ValueError: No request would be counted.
    """
    draw = np.random.default_rng(traffic.seed)
    return _outcome(
        [_simulate_once(times, limits, traffic, draw) for _ in range(traffic.times)], traffic
    )


def _simulate_once(
    times: Times, limits: Limits, traffic: Traffic, draw: np.random.Generator
) -> _RequestLog:
    arrival_times = arrivals(traffic, draw)
    count = len(arrival_times)
    needs_champion = (draw.random(count) < traffic.champion_share).tolist()
    start, table, champion, load, check = (
        draw.choice(np.asarray(durations), count).tolist()
        for durations in (times.start, times.table, times.champion, times.load, times.look)
    )
    api = Bucket(limits.rate, limits.burst)
    requests = Bucket(limits.requests, limits.requests)
    fleet = Fleet(limits.concurrency, times.kept)
    log = _RequestLog(arrival_times, traffic.ahead)
    for i, now in enumerate(arrival_times.tolist()):
        if not api.take(now):
            log.by_api[i] = True
            continue
        taken = fleet.take(now) if requests.take(now) else None
        if taken is None:
            continue
        instance, is_new = taken
        seconds = start[i] if is_new else 0.0
        if needs_champion[i]:
            seconds += champion[i] + (0.0 if instance.loaded else load[i])
            instance.loaded = True
        elif not is_new:
            seconds += table[i]
        if now - instance.looked >= times.refresh:
            instance.looked = now
            seconds += check[i]
            log.looks[i] = True
        fleet.work(instance, now + seconds)
        log.took[i], log.cold[i], log.instances[i] = seconds, is_new, len(fleet)
    return log


class _RequestLog:
    """Values of each request; NaN for rejected ones."""

    def __init__(self, when: np.ndarray, ahead: float) -> None:
        count = len(when)
        self.after, self.counted = when - ahead, when >= ahead
        self.took = np.full(count, np.nan)
        self.instances = np.zeros(count, dtype=int)
        self.cold, self.looks, self.by_api = (np.zeros(count, dtype=bool) for _ in range(3))


def _outcome(logs: Sequence[_RequestLog], traffic: Traffic) -> Outcome:
    def counted(name: str) -> np.ndarray:
        return np.concatenate([getattr(log, name)[log.counted] for log in logs])

    seconds = counted("took")
    if not len(seconds):
        raise ValueError(f"no request falls into the {traffic.seconds} seconds that are counted")
    answered = ~np.isnan(seconds)
    waited = seconds[answered] if answered.any() else np.zeros(1)
    p50, p99 = np.quantile(waited, (0.5, 0.99))
    refused = ~answered & ~counted("by_api")
    return Outcome(
        asked=len(seconds),
        refused_api=float(counted("by_api").mean()),
        refused_lambda=float(refused.mean()),
        room=float(counted("after")[refused].max(initial=0.0)),
        cold=float(counted("cold").sum() / len(waited)),
        p50=float(p50),
        p99=float(p99),
        busy=float(waited.sum()) / (traffic.seconds * traffic.times),
        instances=max(int(log.instances[log.counted].max(initial=0)) for log in logs),
        billed=float((np.ceil(np.round(waited * 1000, 6)) / 1000).mean()),
        looks=float(counted("looks").sum() / len(waited)),
    )


class Bucket:
    """A token bucket with a refill rate and a size."""

    def __init__(self, rate: float, size: float) -> None:
        """Full, at time zero."""
        self._rate, self._size = rate, size
        self._left, self._at = size, 0.0

    def take(self, at: float) -> bool:
        """Take a token at a time (ascending from call to call); False if there is none."""
        self._left = min(self._size, self._left + (at - self._at) * self._rate)
        self._at = at
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Instance:
    """An instance: whether it has loaded the champion, and when it last checked for a release."""

    __slots__ = ("loaded", "looked")

    def __init__(self, looked: float) -> None:
        self.loaded, self.looked = False, looked


class Fleet:
    """The instances of a function: busy ones by when they are free, idle ones by since when."""

    def __init__(self, concurrency: int, idle_seconds: float) -> None:
        """Start without instances.

        Args:
            concurrency: Most busy instances.
            idle_seconds: Seconds that an idle one is kept.
        """
        self._concurrency, self._kept = concurrency, idle_seconds
        self._new = Bucket(NEW_INSTANCES / NEW_SECONDS, NEW_INSTANCES)
        self._busy: list[tuple[float, int, Instance]] = []
        self._idle: deque[tuple[float, Instance]] = deque()
        self._started = 0

    def __len__(self) -> int:
        return len(self._busy) + len(self._idle)

    def take(self, at: float) -> tuple[Instance, bool] | None:
        """An idle instance, or a new one (and True), or None at the limit."""
        while self._busy and self._busy[0][0] <= at:
            free_at, _, instance = heapq.heappop(self._busy)
            self._idle.append((free_at, instance))
        while self._idle and self._idle[0][0] < at - self._kept:
            self._idle.popleft()
        if self._idle and len(self._busy) < self._concurrency:
            return self._idle.pop()[1], False
        if len(self._busy) >= self._concurrency or not self._new.take(at):
            return None
        return Instance(at), True

    def work(self, instance: Instance, until: float) -> None:
        """Mark a taken instance as busy until a time."""
        self._started += 1
        heapq.heappush(self._busy, (until, self._started, instance))


@dataclass(frozen=True)
class Limits:
    """Limits for the callers of a function, in the order in which they apply.

    Attributes:
        rate: Requests a second that API Gateway passes on; it answers others with 429.
        burst: Requests at once that it passes on before the rate applies.
        concurrency: Most busy instances.
    """

    rate: float = API_RATE
    burst: float = API_BURST
    concurrency: int = ACCOUNT_CONCURRENCY

    @property
    def requests(self) -> float:
        """Requests a second that Lambda accepts."""
        return float(REQUESTS_FOR_ONE * self.concurrency)


def terraform_limits() -> Limits:
    """Default limits in terraform/variables.tf, in an account with AWS's default quotas.

    Raises:
        ValueError: A variable is missing, or is not a number.
    """
    text = (ROOT / "terraform" / "variables.tf").read_text("utf-8")

    def default(name: str) -> float:
        found = re.search(rf'variable "{name}" \{{.*?^  default\s+= (-?\d+)$', text, re.S | re.M)
        if found is None:
            raise ValueError(f"terraform/variables.tf sets no number for {name}")
        return float(found[1])

    reserved = int(default("reserved_concurrency"))
    concurrency = ACCOUNT_CONCURRENCY if reserved < 0 else reserved
    return Limits(default("throttle_rate"), default("throttle_burst"), concurrency)
