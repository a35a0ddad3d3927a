"""Months of the table are looked up; for others the champion answers, or an error."""

from __future__ import annotations

from typing import Any

import pytest

from energy.contract import Forecast, ForecastRequest
from energy.errors import FieldError, UnknownTarget
from energy.releases.reader import Release
from energy.serving.predict import predict


def ask(release: Release, **body: Any) -> Forecast:
    return predict(release, ForecastRequest.from_dict(body))


def test_published_months_come_from_the_table(release: Release) -> None:
    found = ask(release, periods=24, coverage=[0.8, 0.95, 0.5])
    manifest = release.manifest
    assert (found.tier, found.scenario_method, found.stale) == ("table", None, False)
    assert (found.release_id, found.cutoff) == (manifest.release_id, "2022-07")
    assert (found.unit, found.target, found.forecaster) == ("Mtoe", "total", manifest.forecaster)
    for row, published in zip(found.months, release.table.months, strict=True):
        assert (row.month, row.horizon, row.mean) == (
            published.month,
            published.horizon,
            published.mean,
        )
        ends = [(one.lower, one.upper) for one in row.intervals]
        q = published.quantiles
        assert ends == [(q[1], q[5]), (q[0], q[6]), (q[2], q[4])]


def test_months_are_answered_one_by_one(release: Release) -> None:
    whole = ask(release, periods=24)
    some = ask(release, months=["2022-08", "2023-01", "2024-07"])
    assert some.months == (whole.months[0], whole.months[5], whole.months[23])


def test_any_coverage_is_answered_from_the_table(release: Release) -> None:
    row = ask(release, periods=1, coverage=[0.9, 0.8, 0.95]).months[0]
    nine, eight, most = row.intervals
    assert most.lower < nine.lower < eight.lower < row.mean < eight.upper < nine.upper < most.upper


def test_observed_weather_is_marked(aware: Release, unaware: Release) -> None:
    assert aware.table.observed
    observed = {row.month for row in ask(aware, periods=24).months if row.weather == "observed"}
    assert observed == set(aware.table.observed)
    assert {row.weather for row in ask(unaware, periods=24).months} == {"expected"}


def test_beyond_the_table_the_champion_answers(release: Release) -> None:
    near, far = ask(release, periods=24), ask(release, periods=120)
    assert far.tier == "champion"
    assert far.months[-1].month == "2032-07"
    assert [row.horizon for row in far.months] == list(range(1, 121))
    for row, again in zip(near.months, far.months, strict=False):
        assert again.mean == pytest.approx(row.mean, abs=1e-9)

    def width(place: int) -> float:
        return far.months[place].intervals[0].upper / far.months[place].intervals[0].lower

    assert width(11) < width(23) < width(59) < width(119)


@pytest.mark.parametrize("month", ["2022-07", "2021-01", "2032-08", "9999-12"])
def test_months_beyond_the_largest_horizon(release: Release, month: str) -> None:
    with pytest.raises(FieldError, match=r"months\[0\] is .*; expected 2022-08 to 2032-07"):
        ask(release, months=[month])


def test_parts_are_answered_from_their_tables(unaware: Release) -> None:
    assert len(unaware.parts) > 2
    total = ask(unaware, periods=24)
    parts = [ask(unaware, periods=24, target=name) for name in unaware.parts]
    assert {part.tier for part in parts} == {"table"}
    for place, row in enumerate(total.months):
        whole = sum(part.months[place].mean for part in parts)
        assert whole == pytest.approx(row.mean, abs=1e-6)
    with_any = ask(unaware, periods=1, target=next(iter(unaware.parts)), coverage=[0.6])
    assert with_any.tier == "table"


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
        ask(unaware, target="natural_gas", **body)
    assert (caught.value.code, caught.value.field) == ("table_alone", field)


@pytest.mark.parametrize("target", ["coal mines", "../manifest.json", "schema"])
def test_unknown_series(release: Release, target: str) -> None:
    with pytest.raises(UnknownTarget, match="total"):
        ask(release, target=target)


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
        ask(release, observations=observations)
    assert (caught.value.code, caught.value.field) == ("observation_gap", "observations")


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_observations_of_a_positive_series_are_positive(release: Release, value: float) -> None:
    with pytest.raises(FieldError, match=r"observations\.2022-08 .*above zero"):
        ask(release, observations={"2022-08": value})


def test_a_stale_answer_says_so(release: Release) -> None:
    assert predict(release, ForecastRequest(), stale=True).stale
