"""Scores of made-up rows."""

from __future__ import annotations

import numpy as np
import pytest

from energy.contract.months import months_after
from energy.contract.track_record import TRACKING_SIGNAL_LIMIT, ScoredMonth
from energy.monitoring.track_record import score_months, summaries, tracking_signal


def row(month: str = "2022-07", horizon: int = 1, error: float = 1.0, **changes: object):
    given = {
        "release_id": "one",
        "month": month,
        "horizon": horizon,
        "mean": 10 + error,
        "lower80": 9 + error,
        "upper80": 11 + error,
        "lower95": 8 + error,
        "upper95": 12 + error,
        "naive": 12.0,
        "scale": 2.0,
        "first_print": 10.5,
        "first_vintage": "2022-07-00000000",
        "actual": 10.0,
    }
    return ScoredMonth(**{**given, **changes})  # type: ignore[arg-type]


def test_a_score() -> None:
    scored = score_months([row(error=1.0), row(error=-1.5, scale=1.0), row(error=2.0)])
    assert scored
    assert scored.months == 3
    assert scored.mae == pytest.approx(1.5)
    assert scored.naive_mae == pytest.approx(2.0)
    assert scored.mase == pytest.approx((0.5 + 1.5 + 1.0) / 3)
    assert scored.naive_mase == pytest.approx((1 + 2 + 1) / 3)
    assert scored.mape == pytest.approx(15.0)
    assert scored.coverage80 == pytest.approx(1 / 3)  # the bound is inside
    assert scored.coverage95 == pytest.approx(1.0)
    assert scored.bias == pytest.approx(0.5)
    assert scored.first_print_mae == pytest.approx((0.5 + 2.0 + 1.5) / 3)


def test_no_rows() -> None:
    assert score_months([]) is None
    assert summaries([], "2022-07") == (None, None, (), None)


def test_no_mape_of_zero() -> None:
    scored = score_months([row(actual=0.0)])
    assert scored
    assert scored.mape is None


def test_summaries() -> None:
    rows = [
        *(row(months_after("2020-12", n), 1) for n in range(1, 20)),
        row("2022-07", 12, 3.0),
        row("2022-07", 13, 5.0),
        row("2022-07", 1, 9.0, counted=False),
    ]
    overall, recent, by_horizon, signal = summaries(rows, "2022-07")
    assert overall
    assert overall.months == 20
    assert recent
    assert recent.months == 13  # twelve months one ahead, and one twelve ahead
    assert [at.horizon for at in by_horizon] == [1, 12, 13]
    assert [at.score.mae for at in by_horizon] == [1.0, 3.0, 5.0]
    assert signal == pytest.approx(12.0)


def test_the_tracking_signal_has_the_sign_of_the_error() -> None:
    errors = [1.0, -2.0, 4.0, 1.0]
    assert tracking_signal([row(error=e) for e in errors]) == pytest.approx(4 / 2)
    assert tracking_signal([row(error=-e) for e in errors]) == pytest.approx(-2)
    assert tracking_signal([row(error=e) for e in errors[:3]]) is None
    assert tracking_signal([row(error=0.0)] * 4) is None
    assert tracking_signal([row(horizon=2)] * 4) is None


def test_unbiased_errors_are_rarely_beyond_the_limit() -> None:
    """And often beyond 4, so that is not the limit."""
    errors = np.random.default_rng(1).normal(size=(20_000, 12))
    signals = np.abs(errors.sum(axis=1)) / np.abs(errors).mean(axis=1)
    assert (signals > TRACKING_SIGNAL_LIMIT).mean() == pytest.approx(0.06, abs=0.01)
    assert (signals > 4).mean() == pytest.approx(0.37, abs=0.01)
