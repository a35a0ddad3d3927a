"""`energy forecast`: the answers of the API; tests/golden has its tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from command import Energy
from printed import prints

from energy.contract import Forecast, ForecastRequest, Weather
from energy.releases.reader import ReleaseReader
from energy.releases.store import open_store
from energy.serving.predict import predict


@pytest.fixture
def released(made_store: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = made_store("theta")
    monkeypatch.setenv("ENERGY_STORE", str(folder))
    return folder


def expected(folder: Path, request: ForecastRequest) -> Forecast:
    return predict(ReleaseReader(open_store(str(folder)), 0).current().release, request)


def test_the_default_is_a_year(released: Path, energy: Energy) -> None:
    forecast = expected(released, ForecastRequest())
    first, head, *rows, last = energy.good("forecast").splitlines()
    assert first == (
        "total in Mtoe, from data to 2022-07, by theta; answered by the table of release "
        f"{forecast.release_id}."
    )
    assert head.split() == ["month", "mean", "80%", "interval", "95%", "interval", "weather"]
    for row, month in zip(rows, forecast.months, strict=True):
        assert prints(row, f"{month.month}  #", month.mean)
    assert prints(last, "# Mtoe in all.", sum(month.mean for month in forecast.months))


@pytest.mark.parametrize(
    ("options", "request_"),
    [
        ("", ForecastRequest()),
        ("--periods 3", ForecastRequest(periods=3)),
        ("--months 2022-08,2023-01", ForecastRequest(months=("2022-08", "2023-01"))),
        ("--coverage 0.5,0.99", ForecastRequest(coverage=(0.5, 0.99))),
        ("--target coal", ForecastRequest(target="coal")),
        ("--temperature-change -2", ForecastRequest(weather=Weather(temperature_change=-2.0))),
        ("--year 2010", ForecastRequest(weather=Weather(year=2010))),
    ],
)
def test_an_option_is_a_field_of_the_request(
    options: str, request_: ForecastRequest, released: Path, energy: Energy
) -> None:
    forecast = Forecast.from_dict(energy.json("forecast", *options.split()))
    assert forecast == expected(released, request_)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ("--periods 500", "periods is 500; expected 1 to 120."),
        ("--periods many", "periods"),
        ("--months 2022", "months[0] is '2022'"),
        ("--months 2022-08 --periods 1", "months"),
        ("--target gold", "gold"),
        ("--year 1700", "year"),
        ("--year 2010 --temperature-change 1", "weather"),
    ],
)
def test_a_wrong_request_is_a_single_line(
    options: str, error: str, released: Path, energy: Energy
) -> None:
    assert error in energy.refused("forecast", *options.split())
    assert energy.out == ""


def test_without_a_release(energy: Energy, tmp_path: Path) -> None:
    error = energy.refused("forecast", "--store", tmp_path)
    assert error.startswith("There is no release to answer from")
