"""A CSV of your own is read figure by figure, or refused by file, line and column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from growth import quickest
from hypothesis import given, settings
from hypothesis import strategies as st
from own_series import HEADER, rows, with_weather, write

from energy.data.csv_input import read_bytes, read_monthly_csv
from energy.data.dataset import CsvLayout, Dataset, Measure, read_dataset_file
from energy.errors import DataError

Lines = list[str]


def read(settings_file: Path) -> pd.DataFrame:
    dataset = read_dataset_file(settings_file)
    assert dataset.csv is not None
    return read_monthly_csv(read_bytes(dataset.csv.file), dataset, dataset.csv)


def test_a_csv_becomes_a_monthly_frame(tmp_path: Path) -> None:
    frame = read(write(tmp_path))
    assert list(frame.columns) == ["flour", "rye", "wheat", "provisional"]
    assert frame.index.equals(pd.period_range("2015-01", "2022-12", freq="M", name="month"))
    assert set(frame.dtypes.astype(str)) == {"float64", "bool"}
    assert frame.at[pd.Period("2015-02"), "rye"] == 2
    assert not frame["provisional"].any()


@pytest.mark.parametrize(
    "alike",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "\n\n,,,\n",
        lambda text: text.replace(",", " , "),
        lambda text: text.replace("2015-01,", "2015-01-31,"),
        lambda text: text.replace("2015-01,10.00", '"2015-01","+1.0e1"'),
        lambda text: "wheat,month,flour,Rye (t)\n"
        + "\n".join(
            ",".join([line.split(",")[3], *line.split(",")[:3]]) for line in text.split("\n")[1:-1]
        ),
    ],
    ids=["byte order mark", "CRLF", "blank lines", "spaces", "dates", "quotes", "column order"],
)
def test_other_ways_to_write_the_same(tmp_path: Path, alike: Callable[[str], str]) -> None:
    expected = read(write(tmp_path))
    file = tmp_path / "mill.csv"
    file.write_bytes(alike(file.read_text("utf-8")).encode())
    pd.testing.assert_frame_equal(read(tmp_path / "mill.toml"), expected)


def changed(place: int, old: str, new: str) -> Lines:
    lines = rows()
    assert old in lines[place]
    lines[place] = lines[place].replace(old, new, 1)
    return lines


FAULTS: dict[str, tuple[Lines, str]] = {
    "a month left out": (rows()[:4] + rows()[5:], "line 6, column month"),
    "a month twice": (rows()[:4] + rows()[3:], "2015-04'; expected 2015-05"),
    "months that descend": (rows()[::-1], "must ascend"),
    "no month": (changed(2, "2015-03", "March 15"), "line 4, column month"),
    "a month 13": (changed(2, "2015-03", "2015-13"), "line 4, column month"),
    "a day 32": (changed(2, "2015-03", "2015-03-32"), "line 4, column month"),
    "a year alone": (changed(0, "2015-01", "2015"), "line 2, column month"),
    "a word": (changed(2, ",3,", ",none,"), r"line 4, column Rye \(t\)"),
    "not available": (changed(2, ",3,", ",nan,"), "found 'nan'"),
    "infinity": (changed(2, ",3,", ",inf,"), "found 'inf'"),
    "a huge number": (changed(2, ",3,", ",1e999,"), "expected 0 to 1e"),
    "digits of another script": (changed(2, ",3,", ",\u0663,"), "line 4"),
    "below zero": (changed(2, ",3,", ",-3,"), "found '-3'; expected 0 to"),
    "a decimal comma": (changed(2, ",3,", ',"3,5",'), "no commas"),
    "a comma unquoted": (changed(2, ",3,", ",3,5,"), "found 5 cells; expected 4"),
    "thousands": (changed(2, ",3,", ",1 003,"), "found '1 003'"),
    "a cell too few": (changed(2, ",3,", ","), "found 3 cells; expected 4"),
    "a blank amid figures": (changed(2, ",3,", ",,"), "no figure for 2015-03"),
    "an empty column": ([",".join([*line.split(",")[:3], ""]) for line in rows()], "column wheat"),
    "parts that do not add up": (changed(2, ",3,", ",4,"), "sum to 13.02"),
    "a quote left open": (changed(2, ",3,", ',"3,'), "broken row"),
    "names alone": ([], "no months"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_reported_with_its_line_and_column(tmp_path: Path, name: str) -> None:
    lines, message = FAULTS[name]
    with pytest.raises(DataError, match=message) as caught:
        read(write(tmp_path, lines))
    assert str(tmp_path / "mill.csv") in str(caught.value)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("month,flour,Rye (t)", "missing 'wheat'"),
        ("month,flour,rye,wheat", r"missing 'Rye \(t\)'; not in the settings file: 'rye'"),
        (f"{HEADER},oats", "not in the settings file: 'oats'"),
        (f"{HEADER},wheat", "twice: 'wheat'"),
        ("2015-01,10.0,1,9.0", "missing 'month', 'flour'"),
        (f"{HEADER},", "not in the settings file: ''"),
    ],
)
def test_a_wrong_header_is_reported_name_by_name(tmp_path: Path, header: str, message: str) -> None:
    with pytest.raises(DataError, match=rf"mill\.csv, line 1: .*{message}"):
        read(write(tmp_path, header=header))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"\n \n", "it is empty"),
        (b"month;flour;Rye (t);wheat\n2015-01;1,5;1;0,5\n", "semicolons"),
        (b"month\tflour\tRye (t)\twheat\n", "tabs"),
        ("month,flour".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04", "a workbook"),
        ("month,flour,Rye (t),wheat\n2015-01,1,\xe9".encode("latin-1"), "not UTF-8 from byte 36"),
    ],
)
def test_other_bytes_than_a_csv_with_commas(tmp_path: Path, content: bytes, message: str) -> None:
    file = write(tmp_path)
    (tmp_path / "mill.csv").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read(file)


def test_a_missing_file(tmp_path: Path) -> None:
    file = write(tmp_path)
    (tmp_path / "mill.csv").unlink()
    with pytest.raises(DataError, match="no readable file"):
        read(file)


def test_a_column_may_begin_late_and_end_early(tmp_path: Path) -> None:
    lines = rows()
    for place in (0, 1, 95):
        cells = lines[place].split(",")
        lines[place] = ",".join([*cells[:3], ""])
    frame = read(write(tmp_path, lines))
    assert list(frame.index[frame["wheat"].isna()].astype(str)) == ["2015-01", "2015-02", "2022-12"]


def test_weather_is_beside_the_figures(tmp_path: Path) -> None:
    frame = read(with_weather(tmp_path))
    assert list(frame.columns)[-3:] == ["temperature", "degree_days", "provisional"]
    assert frame["temperature"].notna().all()


def test_missing_weather_beside_a_figure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"column mean temperature: .* for 2022-12"):
        read(with_weather(tmp_path, weather=95))


FILE = CsvLayout(Path("drawn.csv"), "when", {"a": "A", "b": "B"})
DRAWN = Dataset("drawn", "Drawn", (Measure("a", "t"), Measure("b", "t")), "a", csv=FILE)
figures = st.floats(-1e6, 1e6, allow_subnormal=False)


def table(values: list[tuple[float, float]], first: int) -> list[str]:
    months = pd.period_range(pd.Period(ordinal=first, freq="M"), periods=len(values), freq="M")
    body = [f"{month},{a!r},{b!r}" for month, (a, b) in zip(months, values, strict=True)]
    return ["when,A,B", *body]


tables = st.builds(
    table, st.lists(st.tuples(figures, figures), min_size=2, max_size=30), st.integers(-600, 900)
)


@settings(max_examples=30, deadline=None)
@given(tables)
def test_any_figures_come_back_to_the_last_digit(lines: list[str]) -> None:
    frame = read_monthly_csv("\n".join(lines).encode(), DRAWN, FILE)
    assert [str(month) for month in frame.index] == [line.split(",")[0] for line in lines[1:]]
    expected = [[float(cell) for cell in line.split(",")[1:]] for line in lines[1:]]
    assert np.array_equal(frame[["a", "b"]].to_numpy(), expected)


@given(tables, st.data())
def test_any_wrong_cell_is_reported_with_its_line(lines: list[str], data: st.DataObject) -> None:
    line = data.draw(st.integers(1, len(lines) - 1))
    cell = data.draw(st.integers(0, 2))
    cells = lines[line].split(",")
    cells[cell] = data.draw(
        st.sampled_from(["n/a", "1;5", "0x10", "1_0", "--1", "1e7", "=A1", "#"])
    )
    spoilt = [*lines[:line], ",".join(cells), *lines[line + 1 :]]
    with pytest.raises(DataError) as caught:
        read_monthly_csv("\n".join(spoilt).encode(), DRAWN, FILE)
    assert f"drawn.csv, line {line + 1}, column {['when', 'A', 'B'][cell]}: " in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_a_message(content: bytes) -> None:
    with pytest.raises(DataError):
        read_monthly_csv(content, DRAWN, FILE)


@given(st.text("0123456789-+.eE,;\"'\n when,AB", max_size=200))
def test_any_text_under_a_good_header_is_read_or_refused(text: str) -> None:
    try:
        frame = read_monthly_csv(f"when,A,B\n{text}".encode(), DRAWN, FILE)
    except DataError:
        return
    assert len(frame)


def seconds(content: str) -> float:
    def refuse() -> None:
        with pytest.raises(DataError):
            read_monthly_csv(content.encode(), DRAWN, FILE)

    return quickest(refuse)


@pytest.mark.parametrize(
    "content",
    [
        lambda size: ",".join(f"c{number}" for number in range(size)),
        lambda size: ",".join(["when", *["A"] * size]),
        lambda size: f"when,A,B\n2020-01,{'1' * size}x,1\n",
        lambda size: f"when,A,B\n2020-01,\"{',1' * size}x\",1\n",
        lambda size: f"when,A,B\n{'1' * size},1,1\n",
    ],
    ids=["unknown headers", "repeated headers", "digits", "thousands", "a long month"],
)
def test_a_wrong_file_is_refused_in_linear_time(content: Callable[[int], str]) -> None:
    """Twice the size, about twice the time; four times would be quadratic."""
    size = 50_000
    assert seconds(content(2 * size)) / seconds(content(size)) < 3


def test_a_message_lists_only_some_of_many_headers(tmp_path: Path) -> None:
    header = ",".join(f"c{number}" for number in range(5000))
    with pytest.raises(DataError, match="and 4980 more") as caught:
        read(write(tmp_path, header=header))
    assert len(str(caught.value)) < 2000
