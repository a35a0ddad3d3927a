"""The simulation of Lambda's scaling, against closed formulas for queues."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from research.lambda_scaling import Limits, Times, Traffic, simulate, terraform_limits

pytestmark = pytest.mark.research

ENDLESS = 1e9


def erlang_b(servers: int, offered: float) -> float:
    """Share that finds all servers busy."""
    terms = [offered**k / math.factorial(k) for k in range(servers + 1)]
    return terms[-1] / sum(terms)


def test_busy_instances_follow_little_s_law() -> None:
    """Little's law; with no limit, whatever the durations (M/G/infinity)."""
    times = Times(start=(0.01, 0.09), table=(0.01, 0.09))
    outcome = simulate(times, Limits(), Traffic(200, 60, ahead=5, seed=3))
    assert outcome.busy == pytest.approx(200 * 0.05, rel=0.03)
    assert outcome.refused == 0
    assert outcome.instances >= outcome.busy
    assert outcome.billed == pytest.approx(0.05, rel=0.03)


@pytest.mark.parametrize(("servers", "rate"), [(2, 1.5), (5, 4.0), (10, 6.0)])
def test_rejections_follow_erlang_s_formula(servers: int, rate: float) -> None:
    """Erlang's loss formula: an instance that starts as fast as it answers is a server."""
    times = Times(start=(0.5, 1.5), table=(0.5, 1.5), kept=ENDLESS)
    limits = Limits(concurrency=servers)
    outcome = simulate(times, limits, Traffic(rate, 5000, ahead=50, seed=1))
    assert outcome.refused_lambda == pytest.approx(erlang_b(servers, rate), abs=0.015)
    assert outcome.instances == servers


def test_an_idle_instance_is_removed() -> None:
    times = Times(start=(0.001,), table=(0.001,), kept=5.0)
    outcome = simulate(times, Limits(), Traffic(0.3, 40_000, seed=2))
    assert outcome.cold == pytest.approx(math.exp(-0.3 * 5.0), rel=0.03)


def test_api_gateway_takes_a_burst_and_then_its_rate() -> None:
    times = Times(start=(0.001,), table=(0.001,))
    limits = Limits(rate=5, burst=10)
    outcome = simulate(times, limits, Traffic(100, 60, evenly=True))
    answered = outcome.asked * (1 - outcome.refused)
    assert answered == pytest.approx(10 + 5 * 60, abs=2)
    assert outcome.refused_lambda == 0


@settings(max_examples=40, deadline=None)
@given(
    rate=st.floats(0.5, 50),
    duration=st.floats(0.0001, 3),
    concurrency=st.integers(1, 50),
    throttle=st.floats(0.5, 100),
    share=st.floats(0, 1),
    kept=st.floats(0, 100),
)
def test_shares_and_limits_are_in_their_bounds(**values: float) -> None:
    duration, most = values["duration"], int(values["concurrency"])
    times = Times(
        (duration * 3,), (duration,), (duration * 2,), (duration * 5,), kept=values["kept"]
    )
    limits = Limits(rate=values["throttle"], burst=5, concurrency=most)
    traffic = Traffic(values["rate"], 20, champion_share=values["share"], evenly=True)
    outcome = simulate(times, limits, traffic)
    for part in (outcome.refused_api, outcome.refused_lambda, outcome.cold, outcome.refused):
        assert 0 <= part <= 1 + 1e-9
    assert duration <= outcome.p50 <= outcome.p99 <= duration * 10 + 1e-9
    assert outcome.busy * 20 <= most * (20 + duration * 10) + 1e-6
    assert outcome.asked * (1 - outcome.refused_api) <= 5 + values["throttle"] * 20 + 1


def test_the_defaults_are_those_of_terraform() -> None:
    outcome = terraform_limits()
    assert (outcome.rate, outcome.burst) == (5, 10)
    assert outcome.concurrency == 1000
    assert outcome.requests == 10_000
