"""`energy forecast`: the same answers as the API's."""

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


def asked(folder: Path, request: ForecastRequest) -> Forecast:
    return predict(ReleaseReader(open_store(str(folder)), 0).current().release, request)


def test_a_year_without_a_word(released: Path, energy: Energy) -> None:
    found = asked(released, ForecastRequest())
    assert Forecast.from_dict(energy.json("forecast")) == found
    first, head, *rows, last = energy.good("forecast").splitlines()
    assert first == (
        "total in Mtoe, from data to 2022-07, by theta; answered by the table of release "
        f"{found.release_id}."
    )
    assert head.split() == ["month", "mean", "80%", "interval", "95%", "interval", "weather"]
    for row, month in zip(rows, found.months, strict=True):
        assert prints(row, f"{month.month}  #", month.mean)
    assert prints(last, "# Mtoe in all.", sum(month.mean for month in found.months))


@pytest.mark.parametrize(
    ("options", "request_"),
    [
        (("--periods", "3"), ForecastRequest(periods=3)),
        (("--months", "2022-08,2023-01"), ForecastRequest(months=("2022-08", "2023-01"))),
        (("--coverage", "0.5,0.99"), ForecastRequest(coverage=(0.5, 0.99))),
        (("--target", "coal"), ForecastRequest(target="coal")),
        (
            ("--temperature-change", "-2"),
            ForecastRequest(weather=Weather(temperature_change=-2.0)),
        ),
        (("--year", "2010"), ForecastRequest(weather=Weather(year=2010))),
    ],
)
def test_each_option_asks_what_it_asks_of_the_api(
    options: tuple[str, ...], request_: ForecastRequest, released: Path, energy: Energy
) -> None:
    found = asked(released, request_)
    assert Forecast.from_dict(energy.json("forecast", *options)) == found
    assert f"answered by the {found.tier} of release" in energy.good("forecast", *options)


@pytest.mark.parametrize(
    ("options", "told"),
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
def test_what_cannot_be_answered_is_one_line(
    options: str, told: str, released: Path, energy: Energy
) -> None:
    assert told in energy.refused("forecast", *options.split())
    assert energy.out == ""


def test_nothing_in_service(energy: Energy, tmp_path: Path) -> None:
    told = energy.refused("forecast", "--store", tmp_path)
    assert told.startswith("There is no release to answer from")
