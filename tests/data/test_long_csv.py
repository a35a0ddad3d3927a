"""A long table of many series is read figure by figure, or refused by file, line and column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy import errors
from energy.data.dataset import read_dataset_file
from energy.data.loader import LoadedDataset, load_dataset

TOML = """
name = "shops"
title = "Sales by shop"
file = "shops.csv"

[series]
header = "shop"
value = "sales"
unit = "thousand"
lowest = 0
"""
ROWS = ["2024-01,north,3.5", "2024-02,north,4", "2023-12,south 2,1", "2024-01,south 2,0"]


def opened(folder: Path, rows: list[str], toml: str = TOML, target: str = "") -> LoadedDataset:
    (folder / "shops.csv").write_text("\n".join(["month,shop,sales", *rows]) + "\n", "utf-8")
    (folder / "shops.toml").write_text(toml, "utf-8")
    return load_dataset(read_dataset_file(folder / "shops.toml"), folder, "", target)


def test_every_series_is_a_column_of_the_monthly_frame(tmp_path: Path) -> None:
    found = opened(tmp_path, ROWS)
    frame = found.frame
    assert list(frame.columns) == ["north", "south 2", "provisional"]
    assert frame.index.equals(pd.period_range("2023-12", "2024-02", freq="M", name="month"))
    np.testing.assert_array_equal(frame["north"], [np.nan, 3.5, 4])
    np.testing.assert_array_equal(frame["south 2"], [1, 0, np.nan])
    assert not frame["provisional"].any()
    assert found.dataset.targets == ("north", "south 2")
    assert found.dataset.target == "north"
    assert found.dataset.unit("south 2") == "thousand"


def test_rows_may_go_by_month_as_well_as_by_series(tmp_path: Path) -> None:
    by_series = opened(tmp_path, ROWS).frame
    by_month = opened(tmp_path, [ROWS[2], ROWS[0], ROWS[3], ROWS[1]]).frame
    pd.testing.assert_frame_equal(by_series, by_month[by_series.columns])


def test_a_release_carries_the_figures_of_its_own_series_here(tmp_path: Path) -> None:
    assert list(opened(tmp_path, ROWS).document["columns"]) == ["north"]
    found = opened(tmp_path, ROWS, target="south 2").document
    assert found["columns"] == {"south 2": [1.0, 0.0, None]}
    assert found["files"][0]["name"] == "shops.csv"
    with pytest.raises(errors.UnknownTarget, match="north, south 2"):
        opened(tmp_path, ROWS, target="west")


def test_the_settings_may_name_the_target(tmp_path: Path) -> None:
    named = TOML.replace("[series]", 'target = "south 2"\n[series]')
    assert opened(tmp_path, ROWS, named).dataset.target == "south 2"
    with pytest.raises(errors.UnknownTarget):
        opened(tmp_path, ROWS[:2], named)


@pytest.mark.parametrize(
    ("rows", "error", "told"),
    [
        ([*ROWS[:1], "2024-03,north,4"], errors.WrongMonth, "line 3, column month: .* 1 left out"),
        ([*ROWS[:1], ROWS[0]], errors.WrongMonth, "there twice .of series north"),
        ([*ROWS[:2], ROWS[0]], errors.WrongMonth, "must ascend"),
        (["2024-13,north,4"], errors.WrongMonth, "a month such as"),
        (["2024-01,north,"], errors.BlankFigure, "leave out the rows"),
        (["2024-01,north,x"], errors.WrongFigure, "line 2, column sales"),
        (["2024-01,north,-1"], errors.WrongFigure, "0 to"),
        (["2024-01,,1"], errors.WrongSeries, "column shop: found ''"),
        (["2024-01,all,1"], errors.WrongSeries, "other than all"),
        (["2024-01,../north,1"], errors.WrongSeries, "line 2"),
        (["2024-01," + "n" * 41 + ",1"], errors.WrongSeries, "up to 40"),
        (["2024-01,north,1,2"], errors.WrongRow, "4 cells"),
        ([], errors.NotACsv, "no months"),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(
    tmp_path: Path, rows: list[str], error: type[errors.EnergyError], told: str
) -> None:
    with pytest.raises(error, match=told):
        opened(tmp_path, rows)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("[series]", "parts = ['a', 'b']\n[series]"), "parts: found it beside .series."),
        (("[series]", "[columns.x]\nunit = 't'\n[series]"), "columns: found it beside"),
        (('value = "sales"', 'value = "shop"'), "the header 'shop' twice"),
        (('unit = "thousand"', ""), "series.unit: found nothing"),
        (('unit = "thousand"', 'unit = "t"\nmean = 3'), "series.mean: found an unknown field"),
        (("lowest = 0", "lowest = 3\nhighest = 2"), "the first below"),
        (("[series]", 'target = "a/b"\n[series]'), "target: .*the name of a series"),
    ],
)
def test_a_settings_file_that_is_not_as_it_must_be(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    with pytest.raises(errors.BadDataset, match=told):
        opened(tmp_path, ROWS, TOML.replace(*change))


NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 _.-]{0,9}", fullmatch=True).map(str.strip)
FIGURES = st.floats(0, 1e6).map(lambda value: round(value, 3))


@given(st.dictionaries(NAMES, st.tuples(st.integers(0, 400), st.lists(FIGURES, min_size=1))))
def test_any_table_comes_back_figure_by_figure(
    tmp_path_factory: pytest.TempPathFactory, table: dict[str, tuple[int, list[float]]]
) -> None:
    table = {n: v for n, v in table.items() if n and n not in {"all", "month", "provisional"}}
    if not table:
        return
    rows, first = [], pd.Period("1990-01", freq="M")
    for name, (begins, values) in table.items():
        rows += [f"{first + begins + place},{name},{value}" for place, value in enumerate(values)]
    frame = opened(tmp_path_factory.mktemp("drawn"), rows).frame
    for name, (begins, values) in table.items():
        found = frame[name].dropna()
        assert list(found) == values
        assert found.index[0] == first + begins
