"""Published months are looked up; the champion answers for others, and agrees where both can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from forecasts import forecast, means
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy.contract import ForecastRequest
from energy.contract.months import months_after
from energy.errors import FieldError
from energy.releases.reader import Release
from energy.serving.predict import (
    needs_champion,
    predict,
    predict_from_champion,
    predict_from_table,
)


def test_published_months_come_from_the_table(release: Release) -> None:
    answer = forecast(release, periods=24, coverage=[0.8, 0.95, 0.5])
    manifest = release.manifest
    assert (answer.tier, answer.scenario_method, answer.stale) == ("table", None, False)
    assert (answer.release_id, answer.cutoff) == (manifest.release_id, "2022-07")
    assert (answer.unit, answer.target, answer.forecaster) == ("Mtoe", "total", manifest.forecaster)
    for row, published in zip(answer.months, release.table.months, strict=True):
        expected = (published.month, published.horizon, published.mean)
        assert (row.month, row.horizon, row.mean) == expected
        q = published.quantiles
        intervals = [(interval.lower, interval.upper) for interval in row.intervals]
        assert intervals == [(q[1], q[5]), (q[0], q[6]), (q[2], q[4])]
    some = forecast(release, months=["2022-08", "2023-01", "2024-07"], coverage=[0.8, 0.95, 0.5])
    assert some.months == (answer.months[0], answer.months[5], answer.months[23])
    assert predict(release, ForecastRequest(), stale=True).stale


def test_any_coverage_is_answered_from_the_table(release: Release) -> None:
    row = forecast(release, periods=1, coverage=[0.95, 0.9, 0.8]).months[0]
    bounds = [interval.lower for interval in row.intervals] + [row.mean]
    bounds += [interval.upper for interval in reversed(row.intervals)]
    assert bounds == sorted(set(bounds))


def test_observed_weather_is_marked(aware: Release, unaware: Release) -> None:
    assert aware.table.observed
    observed = {
        row.month for row in forecast(aware, periods=24).months if row.weather == "observed"
    }
    assert observed == set(aware.table.observed)
    assert {row.weather for row in forecast(unaware, periods=24).months} == {"expected"}


def test_beyond_the_table_the_champion_answers(release: Release) -> None:
    near, far = forecast(release, periods=24), forecast(release, periods=120)
    assert far.tier == "champion"
    assert far.months[-1].month == "2032-07"
    assert [row.horizon for row in far.months] == list(range(1, 121))
    assert means(far)[:24] == pytest.approx(means(near), abs=1e-9)
    intervals = [far.months[place].intervals[0] for place in (11, 23, 59, 119)]
    ratios = [interval.upper / interval.lower for interval in intervals]
    assert ratios == sorted(set(ratios))


@pytest.mark.parametrize("month", ["2022-07", "2021-01", "2032-08", "9999-12"])
def test_other_months_are_rejected(release: Release, month: str) -> None:
    with pytest.raises(FieldError, match=r"months\[0\] is .*; expected 2022-08 to 2032-07"):
        forecast(release, months=[month])


def test_parts_are_answered_from_their_tables(unaware: Release) -> None:
    assert len(unaware.parts) > 2
    parts = [forecast(unaware, periods=24, target=name, coverage=[0.6]) for name in unaware.parts]
    assert {part.tier for part in parts} == {"table"}
    sums = [sum(rows) for rows in zip(*map(means, parts), strict=True)]
    assert sums == pytest.approx(means(forecast(unaware, periods=24)), abs=1e-6)


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("weather", {"weather": {"year": 2010}}),
        ("observations", {"observations": {"2022-08": 3.0}}),
        ("periods", {"periods": 25}),
        ("months", {"months": ["2025-01"]}),
    ],
)
def test_parts_have_no_champion(unaware: Release, field: str, body: dict[str, Any]) -> None:
    with pytest.raises(FieldError, match=f"{field} cannot be answered for natural_gas") as caught:
        forecast(unaware, target="natural_gas", **body)
    assert (caught.value.code, caught.value.field) == ("table_alone", field)


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        ({"2022-09": 10.0}, "2022-08"),
        ({"2022-07": 10.0}, "2022-08"),
        ({"2022-08": 10.0, "2022-10": 10.0}, "2022-09"),
    ],
)
def test_observations_leave_no_month_out(
    release: Release, observations: dict[str, float], expected: str
) -> None:
    with pytest.raises(FieldError, match=f"{expected} was expected") as caught:
        forecast(release, observations=observations)
    assert (caught.value.code, caught.value.field) == ("observation_gap", "observations")


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_observations_of_a_positive_series_are_positive(release: Release, value: float) -> None:
    with pytest.raises(FieldError, match=r"observations\.2022-08 .*above zero"):
        forecast(release, observations={"2022-08": value})


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
