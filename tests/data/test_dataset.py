"""Data sets: the one built in, and your own from a settings file, refused by the wrong field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from growth import quickest
from own_series import TOML, WEATHER, write

from energy.data.dataset import (
    UK,
    ColumnFields,
    Dataset,
    DatasetFields,
    Measure,
    SeriesFields,
    read_dataset_file,
)
from energy.data.tables import ENERGY, TARGETS, UNITS
from energy.errors import DataError
from energy.settings import ROOT


def test_the_shipped_data_set_is_table_1_2_and_the_weather_that_forecasters_use() -> None:
    assert UK.targets == TARGETS
    assert (UK.target, UK.parts, UK.start) == (ENERGY.total, ENERGY.parts, "2001-01")
    assert {name: UK.unit(name) for name in TARGETS} == {name: UNITS[name] for name in TARGETS}
    assert [measure.name for measure in UK.weather] == ["temperature", "degree_days"]
    assert [measure.name for measure in UK.columns] == [*TARGETS, "temperature", "degree_days"]
    assert UK.csv is None


def test_another_target_is_named_in_the_title() -> None:
    assert UK.target_title("total") == "UK energy consumption"
    assert UK.target_title("natural_gas") == "UK energy consumption: natural gas"


def test_each_measure_has_a_unit_of_its_own() -> None:
    measures = (Measure("total", "tonnes"), Measure("visitors", "people"), Measure("heat", "GWh"))
    mixed = replace(UK, measures=measures)
    assert [mixed.unit(name) for name in mixed.targets] == ["tonnes", "people", "GWh"]


def read(folder: Path, toml: str) -> Dataset:
    return read_dataset_file(write(folder, toml=toml))


def test_every_field_is_read(tmp_path: Path) -> None:
    more = 'start = "2015-03"\ntolerance = 0.5\nattribution = "By the miller."\nlicence = "MIT"\n'
    dataset = read_dataset_file(write(tmp_path, toml=more + TOML + WEATHER))
    assert (dataset.name, dataset.title, dataset.start) == (
        "mill",
        "Flour from the mill",
        "2015-03",
    )
    assert (dataset.target, dataset.parts, dataset.tolerance) == ("flour", ("rye", "wheat"), 0.5)
    assert (dataset.attribution, dataset.licence) == ("By the miller.", "MIT")
    assert dataset.targets == ("flour", "rye", "wheat")
    assert {measure.lowest for measure in dataset.measures} == {0}
    assert dataset.unit("rye") == "tonnes"
    assert dataset.csv is not None
    assert (dataset.csv.file, dataset.csv.month) == (tmp_path / "mill.csv", "month")
    assert dataset.csv.headers == {
        "flour": "flour",
        "rye": "Rye (t)",
        "wheat": "wheat",
        "temperature": "mean temperature",
        "degree_days": "heating",
    }


def test_defaults_of_optional_fields(tmp_path: Path) -> None:
    toml = 'name = "x"\ntitle = "X"\nfile = "mill.csv"\n[columns.first]\nunit = "t"\n'
    dataset = read_dataset_file(write(tmp_path, toml=toml + '[columns.second]\nunit = "t"\n'))
    assert (dataset.target, dataset.parts, dataset.weather, dataset.start) == ("first", (), (), "")
    assert (dataset.measures[0].lowest, dataset.measures[0].highest) == (-1e6, 1e6)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('name = "mill"', 'name = "Mill 1"', "name"),
        ('name = "mill"', 'name = "energy"', "name"),
        ('file = "mill.csv"', "", "file"),
        ('name = "mill"', 'name = "mill"\ntarget = "oats"', "target"),
        ('name = "mill"', 'name = "mill"\nstart = "2015"', "start"),
        ('name = "mill"', 'name = "mill"\ntolerance = -1', "tolerance"),
        ('name = "mill"', 'name = "mill"\nmonth = "wheat"', "columns"),
        ('parts = ["rye", "wheat"]', 'parts = ["rye", "oats"]', "parts"),
        ('parts = ["rye", "wheat"]', 'parts = ["rye"]', "parts"),
        ('parts = ["rye", "wheat"]', 'parts = ["rye", "rye"]', "parts"),
        ('parts = ["rye", "wheat"]', "parts = [1, 2]", "parts"),
        ('header = "Rye (t)"\nunit = "tonnes"', 'unit = "kg"', "columns.rye.unit"),
        ('header = "Rye (t)"', 'header = "wheat"', "columns"),
        ('[columns.rye]\nheader = "Rye (t)"', "[columns.rye]\ncolor = 1", "columns.rye.color"),
        ("[columns.wheat]", "[columns.temperature]", "columns"),
        ("[columns.wheat]", '[columns."white wheat"]', "columns"),
        ("[columns.flour]\nunit", "[columns.flour]\nhighest = -1\nunit", "columns.flour"),
        ("[columns.flour]\nunit", "[columns.flour]\nhighest = 1e9\nunit", "columns.flour.highest"),
        ('[columns.flour]\nunit = "tonnes"', "[columns.flour]", "columns.flour.unit"),
        ("[columns.flour]", '[weather]\ntemperature = "t"\n[columns.flour]', "weather.degree_days"),
        ("[columns.flour]", '[weather]\nrain = "r"\n[columns.flour]', "weather.rain"),
        ("[columns.flour]", "[weather\n[columns.flour]", ""),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, old: str, new: str, field: str) -> None:
    assert old in TOML
    with pytest.raises(DataError) as caught:
        read(tmp_path, TOML.replace(old, new, 1))
    place = f"{tmp_path / 'mill.toml'}, {field}" if field else f"{tmp_path / 'mill.toml'}"
    assert f"{place}: found " in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "mill"', "name = 7", "name: found 7; expected text"),
        ('name = "mill"', "", "name: found nothing; expected text"),
        ('name = "mill"', "[name]", r"name: found \{.*; expected text"),
        ('title = "Flour from the mill"', 'title = " "', "title: found ' '; expected text"),
        ("[columns.flour]", "tolerance = true\n[columns.flour]", "found True; expected a number"),
        (
            "[columns.flour]",
            "tolerance = nan\n[columns.flour]",
            "found nan; expected a number >= 0",
        ),
        (
            "[columns.flour]",
            "tolerance = inf\n[columns.flour]",
            "found inf; expected a number <= 1",
        ),
        ("[columns.flour]", "weather = 3\n[columns.flour]", "found 3; expected a table"),
        ('parts = ["rye", "wheat"]', 'parts = "rye"', "parts: found 'rye'; expected a list"),
        ('name = "mill"', 'name = "mill"\ntitel = "T"', r"titel: found an unknown .*mean title\?"),
        ('header = "Rye (t)"', 'Header = "Rye (t)"', r"columns\.rye\.Header: .*mean header\?"),
        (
            'name = "mill"',
            'name = "mill"\nx = 1',
            "unknown field; expected one of attribution, col",
        ),
        ('name = "mill"', 'name = "mill"\nx-y = {a = [1, {}]}', "x-y: found an unknown field"),
    ],
)
def test_a_message_says_what_was_found_and_expected(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in TOML
    with pytest.raises(DataError, match=message):
        read(tmp_path, TOML.replace(old, new, 1))


@pytest.mark.parametrize("columns", ["", "columns = 3", "[columns]\nflour = 3"])
def test_missing_or_wrong_columns(tmp_path: Path, columns: str) -> None:
    toml = 'name = "x"\ntitle = "X"\nfile = "mill.csv"\n'
    with pytest.raises(DataError, match=r"mill\.toml, columns: found"):
        read(tmp_path, toml + columns)


def test_blank_optional_texts_and_an_empty_weather_table_are_allowed(tmp_path: Path) -> None:
    more = 'start = " "\nlicence = " MIT "\nattribution = ""\n'
    dataset = read(tmp_path, more + TOML + "[weather]\n")
    assert (dataset.start, dataset.licence, dataset.attribution) == ("", "MIT", "")
    assert dataset.weather == ()


def test_many_columns_are_read_in_linear_time(tmp_path: Path) -> None:
    """Twice the columns, about twice the time; four times would be quadratic."""

    def seconds(count: int) -> float:
        columns = "".join(f'[columns.c{number}]\nunit = "t"\n' for number in range(count))
        toml = 'name = "x"\ntitle = "X"\nfile = "mill.csv"\n' + columns
        return quickest(lambda: read(tmp_path, toml))

    assert seconds(4000) / seconds(2000) < 3


def test_the_documentation_has_every_field() -> None:
    page = (ROOT / "docs" / "your-own-series.md").read_text("utf-8")
    fields = {*DatasetFields.__struct_fields__, *ColumnFields.__struct_fields__}
    assert fields - {name for name in fields if f"`{name}`" in page} <= {
        "columns",
        "weather",
        "series",
    }
    series = {name for name in SeriesFields.__struct_fields__ if f"{name} = " in page}
    assert series == {*SeriesFields.__struct_fields__} - {"highest"}
    assert "`[columns.NAME]`" in page
    assert "`[weather]`" in page


def test_a_settings_file_that_is_missing_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no readable file"):
        read_dataset_file(tmp_path / "nowhere.toml")
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="no TOML"):
        read_dataset_file(tmp_path / "x.toml")
