"""A weather scenario changes its months by the effect of the weather in the release."""

from __future__ import annotations

import math
from typing import Any

import pytest
from forecasts import forecast, means

from energy.contract.months import calendar_month
from energy.errors import FieldError
from energy.releases.reader import Release

WINTER = ["2022-12", "2023-01", "2023-02"]


@pytest.mark.parametrize(
    "weather",
    [{"temperature_change": -2}, {"year": 2010}, {"degree_days": {"2022-12": 11.5}}],
)
def test_the_answer_names_its_method(aware: Release, unaware: Release, weather: Any) -> None:
    for release, method in ((aware, "champion"), (unaware, "sensitivity")):
        answer = forecast(release, months=WINTER, weather=weather)
        assert (answer.tier, answer.scenario_method) == ("champion", method)


def test_a_colder_winter_needs_more(release: Release) -> None:
    usual = means(forecast(release, months=WINTER))
    cold, warm = (
        means(forecast(release, months=WINTER, weather={"temperature_change": change}))
        for change in (-2, 2)
    )
    for less, between, more in zip(warm, usual, cold, strict=True):
        assert 0.85 * between < less < between < more < 1.15 * between


def test_no_change_is_no_change(release: Release) -> None:
    """Except in the intervals, which have no part for the weather where it is given."""
    usual = forecast(release, periods=24)
    answer = forecast(release, periods=24, weather={"temperature_change": 0})
    assert means(answer) == pytest.approx(means(usual), rel=1e-5)
    assert {row.weather for row in answer.months} == {"given"}
    for row, before in zip(answer.months, usual.months, strict=True):
        narrower = row.intervals[0].upper - row.intervals[0].lower
        wide = before.intervals[0].upper - before.intervals[0].lower
        assert narrower < wide or before.weather == "observed"


def test_a_year_s_weather_is_the_path_of_that_year(release: Release) -> None:
    facts = release.weather
    assert facts
    first = (2010 - int(facts.first_month[:4])) * 12 + 1 - int(facts.first_month[5:])
    path = {month: facts.degree_days[first + calendar_month(month)] for month in WINTER}
    by_year = forecast(release, months=WINTER, weather={"year": 2010})
    by_path = forecast(release, months=WINTER, weather={"degree_days": path})
    assert means(by_year) == pytest.approx(means(by_path), rel=1e-9)
    assert means(by_year)[0] > means(forecast(release, months=WINTER))[0]  # December 2010 was icy


def test_sensitivity_is_the_published_response(unaware: Release) -> None:
    facts = unaware.weather
    assert facts
    assert facts.log
    usual = forecast(unaware, months=WINTER)
    answer = forecast(unaware, months=WINTER, weather={"degree_days": {"2023-01": 14.0}})
    expected = math.exp(facts.response * (14.0 - facts.normal[0]) * 31 / 100)
    assert answer.months[1].mean == pytest.approx(usual.months[1].mean * expected, rel=1e-9)
    assert means(answer)[::2] == pytest.approx(means(usual)[::2], rel=1e-9)
    assert [row.weather for row in answer.months] == ["expected", "given", "expected"]


def test_degree_days_are_never_negative(aware: Release) -> None:
    """Ten degrees warmer in August needs no heating."""
    august = ["2023-08"]
    none = forecast(aware, months=august, weather={"degree_days": {"2023-08": 0}})
    hot = forecast(aware, months=august, weather={"temperature_change": 10})
    assert means(hot) == pytest.approx(means(none), rel=1e-9)


def test_a_month_s_answer_does_not_depend_on_the_others_asked_for(release: Release) -> None:
    weather = {"temperature_change": -1.5}
    year = forecast(release, periods=12, weather=weather)
    alone = forecast(release, months=["2023-03"], weather=weather)
    assert means(alone)[0] == pytest.approx(year.months[7].mean, rel=1e-9)


def test_observed_weather_stays_unless_it_is_given(aware: Release) -> None:
    (month,) = aware.table.observed
    path = {"degree_days": {"2022-12": 11.5}}
    usual = forecast(aware, months=[month, "2022-12"], weather=path)
    assert [row.weather for row in usual.months] == ["observed", "given"]
    assert usual.months[0] == forecast(aware, months=[month]).months[0]
    changed = forecast(aware, months=[month], weather={"degree_days": {month: 9.0}})
    assert changed.months[0].weather == "given"
    assert changed.months[0].mean > usual.months[0].mean


@pytest.mark.parametrize("year", [1950, 2022, 2099])
def test_a_year_without_weather_is_rejected(release: Release, year: int) -> None:
    with pytest.raises(FieldError, match=rf"weather\.year is {year}; .* to 2022-0") as caught:
        forecast(release, months=WINTER, weather={"year": year})
    assert caught.value.code == "weather_not_held"


@pytest.mark.parametrize("month", ["2022-07", "2023-03"])
def test_degree_days_of_other_months_are_rejected(release: Release, month: str) -> None:
    with pytest.raises(FieldError, match="the last requested month"):
        forecast(release, months=WINTER, weather={"degree_days": {month: 9.0}})


def test_weather_of_observed_months_is_for_champions_that_use_it(
    aware: Release, unaware: Release
) -> None:
    body: dict[str, Any] = {"observations": {"2022-08": 12.0, "2022-09": 12.4}, "periods": 2}
    cold = {"degree_days": {"2022-09": 6.0}}
    usual, colder = forecast(aware, **body), forecast(aware, **body, weather=cold)
    assert (
        colder.months[0].mean < usual.months[0].mean
    )  # it was cold, so the underlying level is lower
    with pytest.raises(FieldError, match="2022-10 to 2022-11"):
        forecast(unaware, **body, weather=cold)


def test_scenarios_start_from_new_observations(release: Release) -> None:
    body: dict[str, Any] = {"observations": {"2022-08": 12.0, "2022-09": 12.4}, "periods": 4}
    usual, cold = forecast(release, **body), forecast(
        release, **body, weather={"temperature_change": -2}
    )
    assert cold.cutoff == "2022-09"
    assert all(a > b for a, b in zip(means(cold), means(usual), strict=True))
