"""The checks of a new vintage."""

import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from vintage_building import NOW, cover, energy, shortened, vintage, weather

from energy.data.checks import ACCEPTABLE, DataCheck, check_vintage, checks_to_json, require_checks
from energy.data.vintages import Vintage
from energy.errors import DataError

SOUND = vintage()
TODAY = NOW.date()


def failed(new: Vintage, before: Vintage | None = SOUND, today: date = TODAY) -> list[DataCheck]:
    return [check for check in check_vintage(new, before, today) if not check.passed]


def spoilt(column: str, month: str, value: float) -> Vintage:
    table = SOUND.tables["1.2"]
    figures = table.figures.copy()
    figures.loc[month, column] = value
    return replace(SOUND, tables={**SOUND.tables, "1.2": replace(table, figures=figures)})


def test_a_sound_vintage_passes_every_check() -> None:
    checks = check_vintage(SOUND, SOUND, TODAY)
    assert all(check.passed for check in checks)
    names = ["index", "ranges", "total", "older", "withdrawn", "revisions", "cover", "cover dates"]
    assert list(dict.fromkeys(check.name for check in checks)) == [*names, "stale"]
    assert [check.name for check in check_vintage(SOUND, None, TODAY)][:4] == [*names[:3], "cover"]
    require_checks(checks)


@pytest.mark.parametrize(
    "spoil", [lambda f: f.drop(f.index[5]), lambda f: f[::-1], lambda f: f[:0],
              lambda f: pd.concat([f[:3], f[2:]])],
)  # fmt: skip
def test_an_index_with_a_gap_a_turn_or_a_repeat_blocks(spoil) -> None:
    table = SOUND.tables["1.2"]
    broken = replace(table, figures=spoil(table.figures))
    checks = check_vintage(replace(SOUND, tables={**SOUND.tables, "1.2": broken}), SOUND, TODAY)
    assert [(check.name, check.where) for check in checks] == [("index", "ET.xlsx, table 1.2")]
    with pytest.raises(DataError):
        require_checks(checks)


def test_a_figure_out_of_its_range_blocks() -> None:
    ranges, *_ = failed(spoilt("coal", "1999-05", 11.0))
    assert (ranges.name, ranges.where, ranges.blocking) == ("ranges", "coal", True)
    assert "11.0 in 1999-05" in ranges.found


@pytest.mark.parametrize("value", [3.0, float("nan")])
def test_a_total_that_is_not_the_sum_blocks(value: float) -> None:
    total, *_ = failed(spoilt("coal", "1999-05", value))
    assert (total.name, total.where) == ("total", "total, from 1999-05")
    with pytest.raises(DataError, match="sum of its fuels"):
        require_checks([total])


@pytest.mark.parametrize(("number", "months"), [("1.2", 1), ("7.3", 2)])
def test_an_earlier_last_month_than_before_blocks(number: str, months: int) -> None:
    older, *_ = failed(shortened(SOUND, number, months))
    assert (older.name, older.where.split(", ")[1]) == ("older", f"table {number}")
    expected = "2004-12" if number == "1.2" else "2005-01"
    with pytest.raises(DataError, match=f"expected {expected}, .* is older"):
        require_checks([older], accept=list(ACCEPTABLE))


def test_figures_withdrawn_block_until_accepted() -> None:
    (withdrawn,) = failed(spoilt("net_imports", "2001-03", float("nan")))
    assert (withdrawn.name, withdrawn.where) == ("withdrawn", "net_imports")
    assert withdrawn.found == "1 missing, from 2001-03"
    with pytest.raises(DataError, match="accept the check 'withdrawn'"):
        require_checks([withdrawn])
    require_checks([withdrawn], accept=["withdrawn"])


def test_revisions_as_deep_as_published_ones_pass() -> None:
    changes = {
        (f"{year}-{month:02}", 4): -0.5 for year in range(1999, 2005) for month in range(1, 13)
    }
    assert failed(vintage(energy("2005-01", changes), None)) == []


def test_two_swapped_columns_block() -> None:
    book = energy("2005-01")
    for row in book["Month"][6:]:
        row[3], row[4] = row[4], row[3]
    (revised,) = failed(vintage(book))
    assert (revised.name, revised.where) == ("revisions", "petroleum, natural_gas")
    with pytest.raises(DataError, match="accept the check 'revisions'"):
        require_checks([revised])
    require_checks([revised], accept=["revisions"])


def test_a_total_that_jumps_blocks() -> None:
    (revised,) = failed(vintage(energy("2005-01", {("1998-02", 3): 2.5})))
    assert (revised.name, revised.where) == ("revisions", "total of 1998-02")
    assert "which became" in revised.found


def test_a_row_of_deviations_among_the_averages_blocks() -> None:
    """Both are called January; only the vintage before shows that they changed places."""
    book = weather()
    rows = book["7_1a"]
    january = [place for place, row in enumerate(rows) if row[0] == "January"]
    rows[january[0]], rows[january[1]] = rows[january[1]], rows[january[0]]
    (revised,) = failed(vintage(energy("2005-01"), book))
    assert (revised.name, revised.where) == ("revisions", "temperature of 1991-01")


def test_rows_that_the_cover_announces_must_be_there() -> None:
    book = energy("2005-01")
    book["Cover Sheet"] = cover("February 2005")
    (behind,) = failed(vintage(book))
    assert behind.where == "ET.xlsx, sheet Cover Sheet, cell A5, table 1.2"
    assert behind.found == "2005-01"
    with pytest.raises(DataError, match=r"last month of 2005-02.*check 'cover'"):
        require_checks([behind])
    require_checks([behind], accept=["cover"])


def test_a_weather_table_behind_the_cover_blocks() -> None:
    checks = failed(shortened(SOUND, "7.2", 1))
    assert [check.name for check in checks] == ["older", "withdrawn", "cover", "stale"]
    assert checks[2].where.endswith("table 7.2")


def test_a_cover_without_statements_or_with_a_wrong_year_does_not_block() -> None:
    silent = {**weather(), "Cover_Sheet": [["Weather"]]}
    wrong = {**energy(), "Cover Sheet": cover("December 2004", "24th February 2004")}
    checks = failed(vintage(wrong, silent))
    assert [(check.name, check.blocking) for check in checks] == [
        ("cover dates", False),
        ("cover", False),
    ]
    bare = energy()
    del bare["Cover Sheet"]
    assert [check.found for check in failed(vintage(bare))] == ["no cover sheet"]
    require_checks(checks)


@pytest.mark.parametrize(
    ("today", "stale"),
    [
        (date(2005, 3, 30), []),  # January's release is due on the 31st
        (date(2005, 4, 7), []),
        (date(2005, 4, 8), ["1.2", "7.1a", "7.1b", "7.2", "7.3", "7.4"]),
    ],
)
def test_data_behind_the_calendar_are_noted(today: date, stale: list[str]) -> None:
    checks = failed(SOUND, today=today)
    assert [check.where.rpartition(" ")[2] for check in checks] == stale
    assert not any(check.blocking for check in checks)
    if checks:
        assert (checks[0].found, checks[0].expected) == (
            "2004-12, which ended 98 days before 2005-04-08",
            "2005-01 or later",
        )


def test_only_acceptable_checks_can_be_accepted() -> None:
    with pytest.raises(DataError, match="Cannot accept older; expected any of cover, withdrawn"):
        require_checks([], accept=["older", "cover"])


def test_checks_as_json() -> None:
    checks = check_vintage(SOUND, SOUND, TODAY)
    assert [DataCheck(**fields) for fields in json.loads(checks_to_json(checks))] == checks
