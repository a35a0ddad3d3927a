"""What pages derive and how they write it: figures, what-ifs, formats, due dates."""

from __future__ import annotations

import doctest
import io
from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from energy import legacy_errors
from energy.charts import exploration
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
from streamlit_app import figures, formats, units, whatif
from streamlit_app.service import Watch

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
    year = figures.year_ahead(an_answer([11.0, 13.0, *[9.0] * 22]), past)
    assert (year.first, year.last, year.months) == ("2022-08", "2023-07", 12)
    assert (year.total, year.before) == (114.0, 120.0)
    assert year.change == pytest.approx(-5.0)
    assert (year.peak.month, year.low.month) == ("2022-09", "2022-10")


def test_a_year_without_the_year_before_has_no_change() -> None:
    past = pd.Series(10.0, pd.period_range("2022-06", "2022-07", freq="M"))
    assert figures.year_ahead(an_answer([11.0] * 3), past).change is None


def test_the_file_holds_what_the_answer_does() -> None:
    answer = an_answer([11.0, 13.0])
    table = pd.read_csv(io.StringIO(figures.as_csv(answer, "TWh", 2.0)))
    assert list(table["month"]) == ["2022-08", "2022-09"]
    assert list(table["forecast"]) == [22.0, 26.0]
    assert list(table["upper95"]) == [26.0, 30.0]
    assert set(table["unit"]) == {"TWh"}
    assert set(table["release"]) == {"r"}


def test_an_answer_in_another_unit() -> None:
    found = figures.in_unit(an_answer([10.0, 20.0]), units.Unit("TWh", 11.63))
    assert found.unit == "TWh"
    assert [row.mean for row in found.months] == pytest.approx([116.3, 232.6])


def test_months_whose_weather_is_out_are_not_asked_about() -> None:
    answer = an_answer([11.0] * 3)
    rows = (replace(answer.months[0], weather="observed"), *answer.months[1:])
    assert whatif.open_months(replace(answer, months=rows)) == ("2022-09", "2022-10")


def test_winters_are_whole_and_newest_first() -> None:
    assert list(whatif.winters(FACTS)) == ["2021/22", "2020/21", "2019/20", "2018/19"]
    # October 2021 is number 45 of the months known.
    assert whatif.winters(FACTS)["2021/22"] == pytest.approx(sum(range(45, 51)) / 6)


def test_a_winter_comes_again_month_by_month() -> None:
    months = [months_after("2022-07", n) for n in range(1, 13)]
    asked = whatif.past_winter(months, FACTS, "2021/22")
    assert asked is not None
    assert asked.weather is not None
    path = asked.weather.degree_days
    assert path == {months_after("2022-09", n): 44.0 + n for n in range(1, 7)}
    assert asked.months == tuple(path)
    assert whatif.past_winter(["2022-08"], FACTS, "2021/22") is None


def test_a_difference_has_the_band_of_the_estimate() -> None:
    warmth = {months_after("2022-07", n): -2.0 for n in range(1, 13)}
    moved, central = an_answer([11.0] * 12), an_answer([10.0] * 12)
    found = whatif.compare(central, moved, FACTS.sensitivity, warmth)
    assert (found.energy, found.central) == (12.0, 120.0)
    # Two degrees in six months of winter and six of summer, each season with its own error.
    assert found.high - found.energy == pytest.approx(1.2816 * 2 * 6 * (0.04 + 0.05), abs=1e-3)
    assert found.energy - found.low == pytest.approx(found.high - found.energy)


def test_a_winter_of_more_degree_days_is_colder() -> None:
    path = {"2022-12": 12.0, "2023-01": 10.0}
    asked = ForecastRequest(months=tuple(path), weather=Weather(degree_days=path))
    assert whatif.degrees_of(asked, FACTS) == {"2022-12": -2.0, "2023-01": 0.0}
    assert whatif.degrees_of(whatif.warmer(["2022-12"], 1.5), FACTS) == {"2022-12": 1.5}


@given(st.floats(-5, 5), st.lists(st.floats(5, 30), min_size=1, max_size=12))
def test_a_band_holds_its_difference(degrees: float, means: list[float]) -> None:
    moved, central = an_answer([mean - 0.4 * degrees for mean in means]), an_answer(means)
    warmth = {row.month: degrees for row in central.months}
    found = whatif.compare(central, moved, FACTS.sensitivity, warmth)
    assert found.low <= found.energy <= found.high
    assert found.energy == pytest.approx(-0.4 * degrees * len(means), abs=1e-6)


@pytest.mark.parametrize("module", [formats, exploration])
def test_the_examples_hold(module: object) -> None:
    found = doctest.testmod(module)  # type: ignore[arg-type]
    assert found.attempted
    assert not found.failed


@given(st.floats(-1e6, 1e6))
def test_figures_are_written_with_a_real_minus(value: float) -> None:
    texts = (formats.amount(value), formats.change(value), formats.percent(value))
    assert not any("-" in text for text in texts)


def test_units_keep_their_own_first() -> None:
    assert list(units.offered("Mtoe")) == ["Mtoe", "TWh"]
    assert list(units.offered("GWh")) == ["GWh"]


class Sometimes:
    """A client that answers while it is told to."""

    def __init__(self) -> None:
        self.up, self.asked = True, 0

    def release(self) -> str:
        self.asked += 1
        if not self.up:
            raise legacy_errors.ServiceSlow("it", 1.0)
        return f"release {self.asked}"


def test_the_release_seen_last_outlives_the_service() -> None:
    client, clock = Sometimes(), [0.0]
    moment = datetime(2026, 11, 25, tzinfo=UTC)
    watch = Watch(client, lambda: clock[0], lambda: moment)  # type: ignore[arg-type]
    assert watch.current().release == "release 1"
    clock[0] = 29.0
    assert client.asked == 1
    client.up = False
    clock[0] = 31.0
    for _ in range(3):
        seen = watch.current()
    assert (seen.release, seen.read_at) == ("release 1", moment)
    assert isinstance(seen.trouble, ServiceSlow)
    assert client.asked == 2
    client.up = True
    clock[0] = 62.0
    assert watch.current().trouble is None
