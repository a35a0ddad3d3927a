"""A long table of many series is read figure by figure, or refused by file, line and column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.data import csv_input
from energy.data.dataset import read_dataset_file
from energy.data.loader import LoadedDataset, load_dataset
from energy.errors import DataError, UnknownTarget

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


def load(folder: Path, rows: list[str], toml: str = TOML, target: str = "") -> LoadedDataset:
    (folder / "shops.csv").write_text("\n".join(["month,shop,sales", *rows]) + "\n", "utf-8")
    (folder / "shops.toml").write_text(toml, "utf-8")
    return load_dataset(read_dataset_file(folder / "shops.toml"), folder, "", target)


def test_every_series_is_a_column_of_the_monthly_frame(tmp_path: Path) -> None:
    loaded = load(tmp_path, ROWS)
    frame = loaded.frame
    assert list(frame.columns) == ["north", "south 2", "provisional"]
    assert frame.index.equals(pd.period_range("2023-12", "2024-02", freq="M", name="month"))
    np.testing.assert_array_equal(frame["north"], [np.nan, 3.5, 4])
    np.testing.assert_array_equal(frame["south 2"], [1, 0, np.nan])
    assert not frame["provisional"].any()
    assert loaded.dataset.targets == ("north", "south 2")
    assert loaded.dataset.target == "north"
    assert loaded.dataset.unit("south 2") == "thousand"


def test_rows_may_be_sorted_by_month_or_by_series(tmp_path: Path) -> None:
    by_series = load(tmp_path, ROWS).frame
    by_month = load(tmp_path, [ROWS[2], ROWS[0], ROWS[3], ROWS[1]]).frame
    pd.testing.assert_frame_equal(by_series, by_month[by_series.columns])


def test_a_document_has_the_figures_of_its_own_series(tmp_path: Path) -> None:
    assert list(load(tmp_path, ROWS).document["columns"]) == ["north"]
    loaded = load(tmp_path, ROWS, target="south 2").document
    assert loaded["columns"] == {"south 2": [1.0, 0.0, None]}
    assert loaded["files"][0]["name"] == "shops.csv"
    with pytest.raises(UnknownTarget, match="north, south 2"):
        load(tmp_path, ROWS, target="west")


def test_the_settings_may_name_the_target(tmp_path: Path) -> None:
    named = TOML.replace("[series]", 'target = "south 2"\n[series]')
    assert load(tmp_path, ROWS, named).dataset.target == "south 2"
    with pytest.raises(UnknownTarget):
        load(tmp_path, ROWS[:2], named)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([*ROWS[:1], "2024-03,north,4"], "line 3, column month: .* 1 left out"),
        ([*ROWS[:1], ROWS[0]], "there twice .of series north"),
        ([*ROWS[:2], ROWS[0]], "must ascend"),
        (["2024-13,north,4"], "a month such as"),
        (["2024-01,north,"], "leave out the rows"),
        (["2024-01,north,x"], "line 2, column sales"),
        (["2024-01,north,-1"], "0 to"),
        (["2024-01,,1"], "column shop: found ''"),
        (["2024-01,all,1"], "other than all"),
        (["2024-01,../north,1"], "line 2"),
        (["2024-01," + "n" * 41 + ",1"], "up to 40"),
        (["2024-01,north,1,2"], "4 cells"),
        ([], "no months"),
    ],
)
def test_a_fault_is_reported_with_its_place(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load(tmp_path, rows)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[series]", "parts = ['a', 'b']\n[series]"), "parts: found it beside .series."),
        (("[series]", "[columns.x]\nunit = 't'\n[series]"), "columns: found it beside"),
        (('value = "sales"', 'value = "shop"'), "the header 'shop' twice"),
        (('unit = "thousand"', ""), "series.unit: found nothing"),
        (('unit = "thousand"', 'unit = "t"\nmean = 3'), "series.mean: found an unknown field"),
        (("lowest = 0", "lowest = 3\nhighest = 2"), "lowest below highest"),
        (("[series]", 'target = "a/b"\n[series]'), "target: .*the name of a series"),
    ],
)
def test_wrong_settings_of_a_long_table(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        load(tmp_path, ROWS, TOML.replace(*change))


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
    frame = load(tmp_path_factory.mktemp("drawn"), rows).frame
    for name, (begins, values) in table.items():
        loaded = frame[name].dropna()
        assert list(loaded) == values
        assert loaded.index[0] == first + begins


def test_series_spread_over_centuries_are_refused_before_they_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_input, "MAX_CELLS", 23)
    rows = ["2000-01,north,1", "2000-12,south,1"]
    with pytest.raises(DataError, match="2 series over 12 months; expected at most 23 figures"):
        load(tmp_path, rows)
    monkeypatch.setattr(csv_input, "MAX_CELLS", 24)
    assert load(tmp_path, rows).frame.shape == (12, 3)
