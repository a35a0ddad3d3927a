"""The table and the champion give the same answer where both can."""

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
    lambda ahead: {"months": tuple(months_after(CUTOFF, month) for month in sorted(ahead))}
)
periods = st.integers(1, PUBLISHED).map(lambda periods: {"periods": periods})
requests = st.builds(
    lambda when, coverage, target: ForecastRequest(**when, coverage=tuple(coverage), target=target),
    months | periods,
    st.lists(coverages, min_size=1, max_size=10, unique=True),
    st.sampled_from([None, "total"]),
)


@pytest.mark.parametrize("forecaster", ["weather_normalised_components", "theta"])
@given(request=requests)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_both_tiers_agree(
    forecaster: str, released: Callable[[str], Release], request: ForecastRequest
) -> None:
    release = released(forecaster)
    assert not needs_champion(release.table, request)
    looked_up, computed = predict_from_table(release, request), predict_from_champion(
        release, request
    )
    assert (looked_up.tier, computed.tier) == ("table", "champion")
    assert looked_up.cutoff == computed.cutoff
    for row, again in zip(looked_up.months, computed.months, strict=True):
        assert (row.month, row.horizon, row.weather) == (again.month, again.horizon, again.weather)
        assert again.mean == pytest.approx(row.mean, abs=1e-6)
        for published, interval in zip(row.intervals, again.intervals, strict=True):
            assert published.coverage == interval.coverage
            assert interval.lower == pytest.approx(published.lower, abs=1e-6)
            assert interval.upper == pytest.approx(published.upper, abs=1e-6)
            assert published.lower <= row.mean <= published.upper
