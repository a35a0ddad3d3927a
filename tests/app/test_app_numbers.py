"""The numbers that pages derive and how they write them, and the watch for a new release."""

from __future__ import annotations

import doctest
import io
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from energy import formatting
from energy.contract import (
    Forecast,
    ForecastRequest,
    Interval,
    MonthAhead,
    Sensitivity,
    Weather,
    WeatherFacts,
)
from energy.contract.months import months_after
from energy.errors import ServiceSlow
from streamlit_app import forecast_data, markdown, whatif
from streamlit_app.queries import ReleaseWatch

FACTS = WeatherFacts(
    response=0.1,
    log=True,
    degree_days_per_degree=(-1.0,) * 12,
    sensitivity=(
        Sensitivity("winter", (10, 11, 12, 1, 2, 3), -0.4, 0.04),
        Sensitivity("summer", (4, 5, 6, 7, 8, 9), -0.1, 0.05),
    ),
    normal=(10.0,) * 12,
    normal_years=20,
    trend=0.0,
    trend_error=1.0,
    first_month="2018-01",
    degree_days=tuple(float(n) for n in range(60)),  # to 2022-12
)


def an_answer(means: list[float], cutoff: str = "2022-07") -> Forecast:
    months = tuple(
        MonthAhead(
            months_after(cutoff, n + 1), n + 1, mean,
            (Interval(0.8, mean - 1, mean + 1), Interval(0.95, mean - 2, mean + 2)), "expected",
        )
        for n, mean in enumerate(means)
    )  # fmt: skip
    return Forecast(
        "r", "2026-11-25T00:00:00Z", "total", "Mtoe", cutoff, "theta", "table", False, months
    )


def test_a_year_in_figures() -> None:
    past = pd.Series(10.0, pd.period_range("2020-08", "2022-07", freq="M"))
    year = forecast_data.year_ahead(an_answer([11.0, 13.0, *[9.0] * 22]), past)
    assert (year.first, year.last, year.months) == ("2022-08", "2023-07", 12)
    assert (year.total, year.year_before) == (114.0, 120.0)
    assert year.change == pytest.approx(-5.0)
    assert year.peak.month == "2022-09"


def test_a_year_without_the_year_before_has_no_change() -> None:
    past = pd.Series(10.0, pd.period_range("2022-06", "2022-07", freq="M"))
    assert forecast_data.year_ahead(an_answer([11.0] * 3), past).change is None


def test_the_csv_file_has_the_forecast_in_its_unit() -> None:
    answer = an_answer([11.0, 13.0])
    table = pd.read_csv(
        io.StringIO(forecast_data.forecast_csv(answer, forecast_data.Unit("TWh", 2.0)))
    )
    assert list(table["month"]) == ["2022-08", "2022-09"]
    assert list(table["forecast"]) == [22.0, 26.0]
    assert list(table["upper95"]) == [26.0, 30.0]
    assert set(table["unit"]) == {"TWh"}
    assert set(table["release"]) == {"r"}


def test_months_with_published_weather_are_left_out() -> None:
    answer = an_answer([11.0] * 3)
    rows = (replace(answer.months[0], weather="observed"), *answer.months[1:])
    assert whatif.open_months(replace(answer, months=rows)) == ("2022-09", "2022-10")


def test_winters_are_complete_and_newest_first() -> None:
    assert list(whatif.winters(FACTS)) == ["2021/22", "2020/21", "2019/20", "2018/19"]
    # October 2021 is month 45 of the facts.
    assert whatif.winters(FACTS)["2021/22"] == pytest.approx(sum(range(45, 51)) / 6)


def test_a_past_winter_becomes_a_request_month_by_month() -> None:
    months = [months_after("2022-07", n) for n in range(1, 13)]
    request = whatif.winter_request(months, FACTS, "2021/22")
    assert request is not None
    assert request.weather is not None
    path = request.weather.degree_days
    assert path == {months_after("2022-09", n): 44.0 + n for n in range(1, 7)}
    assert request.months == tuple(path)
    assert whatif.winter_request(["2022-08"], FACTS, "2021/22") is None


def test_a_difference_has_the_interval_of_the_estimate() -> None:
    warmth = {months_after("2022-07", n): -2.0 for n in range(1, 13)}
    moved, central = an_answer([11.0] * 12), an_answer([10.0] * 12)
    difference = whatif.compare(central, moved, FACTS.sensitivity, warmth)
    assert (difference.energy, difference.central) == (12.0, 120.0)
    # Two degrees in six months of winter and six of summer, each season with its own error.
    assert difference.high - difference.energy == pytest.approx(
        1.2816 * 2 * 6 * (0.04 + 0.05), abs=1e-3
    )
    assert difference.energy - difference.low == pytest.approx(difference.high - difference.energy)


def test_a_winter_of_more_degree_days_is_colder() -> None:
    path = {"2022-12": 12.0, "2023-01": 10.0}
    request = ForecastRequest(months=tuple(path), weather=Weather(degree_days=path))
    assert whatif.degrees_warmer(request, FACTS) == {"2022-12": -2.0, "2023-01": 0.0}
    assert whatif.degrees_warmer(whatif.temperature_request(["2022-12"], 1.5), FACTS) == {
        "2022-12": 1.5
    }


@given(st.floats(-5, 5), st.lists(st.floats(5, 30), min_size=1, max_size=12))
def test_an_interval_contains_its_difference(degrees: float, means: list[float]) -> None:
    moved, central = an_answer([mean - 0.4 * degrees for mean in means]), an_answer(means)
    warmth = {row.month: degrees for row in central.months}
    difference = whatif.compare(central, moved, FACTS.sensitivity, warmth)
    assert difference.low <= difference.energy <= difference.high
    assert difference.energy == pytest.approx(-0.4 * degrees * len(means), abs=1e-6)


@pytest.mark.parametrize("module", [formatting, markdown])
def test_the_examples_hold(module: object) -> None:
    results = doctest.testmod(module)  # type: ignore[arg-type]
    assert results.attempted
    assert not results.failed


def test_units_keep_their_own_first() -> None:
    assert list(forecast_data.units_for("Mtoe")) == ["Mtoe", "TWh"]
    assert list(forecast_data.units_for("GWh")) == ["GWh"]


class FlakyClient:
    """A client that answers while it is up."""

    def __init__(self) -> None:
        self.up, self.calls = True, 0

    def release(self) -> str:
        self.calls += 1
        if not self.up:
            raise ServiceSlow("It is slow.")
        return f"release {self.calls}"


def test_the_last_release_outlives_the_service() -> None:
    client, clock = FlakyClient(), [0.0]
    moment = datetime(2026, 11, 25, tzinfo=UTC)
    watch = ReleaseWatch(client, lambda: clock[0], lambda: moment)  # type: ignore[arg-type]
    assert watch.current().release == "release 1"
    clock[0] = 29.0
    assert client.calls == 1
    client.up = False
    clock[0] = 31.0
    for _ in range(3):
        status = watch.current()
    assert (status.release, status.read_at) == ("release 1", moment)
    assert isinstance(status.error, ServiceSlow)
    assert client.calls == 2
    client.up = True
    clock[0] = 62.0
    assert watch.current().error is None
