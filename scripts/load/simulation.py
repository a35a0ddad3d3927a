"""Lambda's scaling, request by request: who is answered when, by which instance, and who is not.

Requests come at random (Poisson) and wait for nobody: an idle instance answers at once, else a new
one is started, which the request waits for, else it is refused. The instance that was idle last is
taken first, as Lambda is seen to do; one that idles for `Times.kept` seconds is gone. An instance
looks for another release every `Times.refresh` seconds, and loads the champion when it is first
asked a champion's question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from load.fleet import Bucket, Fleet
from load.limits import Limits


@dataclass(frozen=True)
class Times:
    """How long things take, in seconds; of what varies, measured ones, each as likely as another.

    Attributes:
        start: From nothing to the first answer, of the table.
        table: A look-up by an instance that runs.
        champion: A champion's answer by an instance that has loaded it.
        load: What the first champion's answer of an instance takes longer than its others.
        look: What looking for another release takes.
        kept: How long an idle instance is kept.
        refresh: How long an instance relies on the release that it holds.
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
    """What comes.

    Attributes:
        rate: Requests a second.
        seconds: How long they come and are counted.
        champion_share: Share that only the champion can answer.
        ahead: Seconds before, in which they come and are not counted.
        evenly: Whether each comes as long after the one before as every other, not at random.
        times: How often all of it happens, each time from nothing; few requests tell little.
        seed: Of what is drawn.
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
    """What became of the requests of a stretch of time.

    Attributes:
        asked: Requests.
        refused_api: Share of them that API Gateway refused.
        refused_lambda: Share that Lambda refused.
        room: Seconds until Lambda refused its last one; 0 if it refused none.
        cold: Share of the answered that waited for a new instance.
        p50: Seconds that half of the answered waited at most.
        p99: Seconds that all but one in a hundred waited at most.
        busy: Instances that answered at once, on average.
        instances: Instances that there were at most, idle ones included.
        billed: Seconds billed for an answer on average, each rounded up to a millisecond.
        looks: Times that an instance looked for another release, for an answer on average.
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
        """Share that got no answer."""
        return self.refused_api + self.refused_lambda


def arrivals(traffic: Traffic, draw: np.random.Generator) -> np.ndarray:
    """When they come, ascending: evenly if it says so, else a Poisson stream."""
    whole = traffic.ahead + traffic.seconds
    if traffic.evenly:
        return np.arange(round(traffic.rate * whole)) / traffic.rate
    return np.sort(draw.uniform(0.0, whole, int(draw.poisson(traffic.rate * whole))))


def simulate(times: Times, limits: Limits, traffic: Traffic) -> Outcome:
    """Answer what comes, from no instance at all; what is told is of all times together.

    Args:
        times: How long things take.
        limits: What is allowed.
        traffic: What comes.

    Raises:
        ValueError: Nothing would be counted.
    """
    draw = np.random.default_rng(traffic.seed)
    return _outcome([_once(times, limits, traffic, draw) for _ in range(traffic.times)], traffic)


def _once(times: Times, limits: Limits, traffic: Traffic, draw: np.random.Generator) -> _Seen:
    when = arrivals(traffic, draw)
    count = len(when)
    heavy = (draw.random(count) < traffic.champion_share).tolist()
    start, table, champion, load, look = (
        draw.choice(np.asarray(one), count).tolist()
        for one in (times.start, times.table, times.champion, times.load, times.look)
    )
    api = Bucket(limits.rate, limits.burst)
    requests = Bucket(limits.requests, limits.requests)
    fleet = Fleet(limits.concurrency, times.kept)
    seen = _Seen(when, traffic.ahead)
    for i, now in enumerate(when.tolist()):
        if not api.take(now):
            seen.by_api[i] = True
            continue
        found = fleet.take(now) if requests.take(now) else None
        if found is None:
            continue
        one, is_new = found
        spent = start[i] if is_new else 0.0
        if heavy[i]:
            spent += champion[i] + (0.0 if one.loaded else load[i])
            one.loaded = True
        elif not is_new:
            spent += table[i]
        if now - one.looked >= times.refresh:
            one.looked = now
            spent += look[i]
            seen.looks[i] = True
        fleet.work(one, now + spent)
        seen.took[i], seen.cold[i], seen.instances[i] = spent, is_new, len(fleet)
    return seen


class _Seen:
    """What is noted of each request; not a number of those refused."""

    def __init__(self, when: np.ndarray, ahead: float) -> None:
        count = len(when)
        self.after, self.counted = when - ahead, when >= ahead
        self.took = np.full(count, np.nan)
        self.instances = np.zeros(count, dtype=int)
        self.cold, self.looks, self.by_api = (np.zeros(count, dtype=bool) for _ in range(3))


def _outcome(seen: Sequence[_Seen], traffic: Traffic) -> Outcome:
    def those(name: str) -> np.ndarray:
        return np.concatenate([getattr(one, name)[one.counted] for one in seen])

    took = those("took")
    if not len(took):
        raise ValueError(f"no request falls into the {traffic.seconds} seconds that are counted")
    answered = ~np.isnan(took)
    waited = took[answered] if answered.any() else np.zeros(1)
    p50, p99 = np.quantile(waited, (0.5, 0.99))
    refused = ~answered & ~those("by_api")
    return Outcome(
        asked=len(took),
        refused_api=float(those("by_api").mean()),
        refused_lambda=float(refused.mean()),
        room=float(those("after")[refused].max(initial=0.0)),
        cold=float(those("cold").sum() / len(waited)),
        p50=float(p50),
        p99=float(p99),
        busy=float(waited.sum()) / (traffic.seconds * traffic.times),
        instances=max(int(one.instances[one.counted].max(initial=0)) for one in seen),
        billed=float((np.ceil(np.round(waited * 1000, 6)) / 1000).mean()),
        looks=float(those("looks").sum() / len(waited)),
    )
