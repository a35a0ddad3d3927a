"""A settings file makes a CSV a data set, or is refused by the field that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_series import TOML, WEATHER, write

from energy import legacy_errors
from energy.data.dataset import COLUMN_FIELDS, FIELDS, SERIES_FIELDS, read_dataset_file
from energy.settings import ROOT


def read(folder: Path, toml: str) -> object:
    return read_dataset_file(write(folder, toml=toml))


def test_every_field_finds_its_place(tmp_path: Path) -> None:
    more = 'start = "2015-03"\ntolerance = 0.5\nattribution = "By the miller."\nlicence = "MIT"\n'
    found = read_dataset_file(write(tmp_path, toml=more + TOML + WEATHER))
    assert (found.name, found.title, found.start) == ("mill", "Flour from the mill", "2015-03")
    assert (found.target, found.parts, found.tolerance) == ("flour", ("rye", "wheat"), 0.5)
    assert (found.attribution, found.licence) == ("By the miller.", "MIT")
    assert found.targets == ("flour", "rye", "wheat")
    assert {one.lowest for one in found.measures} == {0}
    assert found.unit("rye") == "tonnes"
    assert found.csv is not None
    assert (found.csv.file, found.csv.month) == (tmp_path / "mill.csv", "month")
    assert found.csv.headers == {
        "flour": "flour",
        "rye": "Rye (t)",
        "wheat": "wheat",
        "temperature": "mean temperature",
        "degree_days": "heating",
    }


def test_what_is_not_said_has_a_default(tmp_path: Path) -> None:
    toml = 'name = "x"\ntitle = "X"\nfile = "mill.csv"\n[columns.first]\nunit = "t"\n'
    found = read_dataset_file(write(tmp_path, toml=toml + '[columns.second]\nunit = "t"\n'))
    assert (found.target, found.parts, found.weather, found.start) == ("first", (), (), "")
    assert (found.measures[0].lowest, found.measures[0].highest) == (-1e6, 1e6)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('name = "mill"', "", "name"),
        ('name = "mill"', 'name = "Mill 1"', "name"),
        ('name = "mill"', 'name = "energy"', "name"),
        ('name = "mill"', "name = 7", "name"),
        ('title = "Flour from the mill"', 'title = " "', "title"),
        ('file = "mill.csv"', "", "file"),
        ('name = "mill"', 'name = "mill"\ncolour = "red"', "colour"),
        ('name = "mill"', 'name = "mill"\ntarget = "oats"', "target"),
        ('name = "mill"', 'name = "mill"\nstart = "2015"', "start"),
        ('name = "mill"', 'name = "mill"\ntolerance = -1', "tolerance"),
        ('name = "mill"', 'name = "mill"\ntolerance = true', "tolerance"),
        ('name = "mill"', 'name = "mill"\nmonth = "wheat"', "columns"),
        ('parts = ["rye", "wheat"]', 'parts = ["rye", "oats"]', "parts"),
        ('parts = ["rye", "wheat"]', 'parts = ["rye"]', "parts"),
        ('parts = ["rye", "wheat"]', 'parts = ["rye", "rye"]', "parts"),
        ('parts = ["rye", "wheat"]', 'parts = "rye"', "parts"),
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
def test_a_field_that_is_wrong_is_named(tmp_path: Path, old: str, new: str, field: str) -> None:
    assert old in TOML
    with pytest.raises(legacy_errors.BadDataset) as caught:
        read(tmp_path, TOML.replace(old, new, 1))
    assert caught.value.field == field
    assert str(tmp_path / "mill.toml") in str(caught.value)


@pytest.mark.parametrize("columns", ["", "columns = 3", "[columns]\nflour = 3"])
def test_columns_that_are_none(tmp_path: Path, columns: str) -> None:
    toml = 'name = "x"\ntitle = "X"\nfile = "mill.csv"\n'
    with pytest.raises(legacy_errors.BadDataset, match=r"columns"):
        read(tmp_path, toml + columns)


def test_the_page_tells_every_field() -> None:
    page = (ROOT / "docs" / "your-own-series.md").read_text("utf-8")
    told = {name for name in FIELDS | COLUMN_FIELDS if f"`{name}`" in page}
    assert told | {"columns", "weather", "series"} == FIELDS | COLUMN_FIELDS
    assert {name for name in SERIES_FIELDS if f"{name} = " in page} == SERIES_FIELDS - {"highest"}
    assert "`[columns.NAME]`" in page
    assert "`[weather]`" in page


def test_a_settings_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(legacy_errors.BadDataset, match="no readable file"):
        read_dataset_file(tmp_path / "nowhere.toml")


def test_a_settings_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(legacy_errors.BadDataset, match="no TOML"):
        read_dataset_file(tmp_path / "x.toml")
