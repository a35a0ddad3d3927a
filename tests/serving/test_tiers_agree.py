"""Where the table and the champion can both answer, they say the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy.contract import ForecastRequest
from energy.contract.months import months_after
from energy.releases.reader import Release
from energy.serving.predict import needs_champion, predict_from_champion, predict_from_table

CUTOFF, PUBLISHED = "2022-07", 24
coverages = st.one_of(
    st.sampled_from([0.5, 0.8, 0.95]),
    st.floats(0, 1, exclude_min=True, exclude_max=True),
)
months = st.sets(st.integers(1, PUBLISHED), min_size=1).map(
    lambda ahead: {"months": tuple(months_after(CUTOFF, one) for one in sorted(ahead))}
)
periods = st.integers(1, PUBLISHED).map(lambda periods: {"periods": periods})
requests = st.builds(
    lambda when, coverage, target: ForecastRequest(**when, coverage=tuple(coverage), target=target),
    months | periods,
    st.lists(coverages, min_size=1, max_size=10, unique=True),
    st.sampled_from([None, "total"]),
)


@pytest.mark.parametrize("forecaster", ["weather_normalised_components", "theta"])
@given(asked=requests)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_both_tiers_agree(
    forecaster: str, released: Callable[[str], Release], asked: ForecastRequest
) -> None:
    release = released(forecaster)
    assert not needs_champion(release.table, asked)
    looked_up, computed = predict_from_table(release, asked), predict_from_champion(release, asked)
    assert (looked_up.tier, computed.tier) == ("table", "champion")
    assert looked_up.cutoff == computed.cutoff
    for one, other in zip(looked_up.months, computed.months, strict=True):
        assert (one.month, one.horizon, one.weather) == (other.month, other.horizon, other.weather)
        assert other.mean == pytest.approx(one.mean, abs=1e-6)
        for found, again in zip(one.intervals, other.intervals, strict=True):
            assert found.coverage == again.coverage
            assert again.lower == pytest.approx(found.lower, abs=1e-6)
            assert again.upper == pytest.approx(found.upper, abs=1e-6)
            assert found.lower <= one.mean <= found.upper
