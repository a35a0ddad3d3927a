"""What is forecast, as plain data."""

from __future__ import annotations

from dataclasses import replace

from energy.data.dataset import UK, Measure
from energy.data.tables import ENERGY, TARGETS, UNITS


def test_the_shipped_data_set_is_table_1_2_and_the_weather_that_forecasters_use() -> None:
    assert UK.targets == TARGETS
    assert (UK.target, UK.parts, UK.start) == (ENERGY.total, ENERGY.parts, "2001-01")
    assert {name: UK.unit(name) for name in TARGETS} == {name: UNITS[name] for name in TARGETS}
    assert [one.name for one in UK.weather] == ["temperature", "degree_days"]
    assert [one.name for one in UK.columns] == [*TARGETS, "temperature", "degree_days"]
    assert UK.csv is None


def test_a_target_that_is_not_the_data_set_s_own_is_named_in_the_title() -> None:
    assert UK.titled("total") == "UK energy consumption"
    assert UK.titled("natural_gas") == "UK energy consumption: natural gas"


def test_each_measure_has_a_unit_of_its_own() -> None:
    measures = (Measure("total", "tonnes"), Measure("visitors", "people"), Measure("heat", "GWh"))
    mixed = replace(UK, measures=measures)
    assert [mixed.unit(name) for name in mixed.targets] == ["tonnes", "people", "GWh"]
