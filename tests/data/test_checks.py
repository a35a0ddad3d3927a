import json
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from vintage_building import NOW, cover, energy, shortened, vintage, weather

from energy import legacy_errors
from energy.data.checks import ACCEPTABLE, DataCheck, check_vintage, checks_to_json, require_checks
from energy.data.vintages import Vintage

WHOLE = vintage()
TODAY = NOW.date()


def failed(new: Vintage, before: Vintage | None = WHOLE, today: date = TODAY) -> list[DataCheck]:
    return [one for one in check_vintage(new, before, today) if not one.passed]


def spoilt(column: str, month: str, value: float) -> Vintage:
    table = WHOLE.tables["1.2"]
    figures = table.figures.copy()
    figures.loc[month, column] = value
    return replace(WHOLE, tables={**WHOLE.tables, "1.2": replace(table, figures=figures)})


def test_a_sound_vintage_passes_every_check() -> None:
    checks = check_vintage(WHOLE, WHOLE, TODAY)
    assert all(one.passed for one in checks)
    names = ["index", "ranges", "total", "older", "withdrawn", "revisions", "cover", "cover dates"]
    assert list(dict.fromkeys(one.name for one in checks)) == [*names, "stale"]
    assert [one.name for one in check_vintage(WHOLE, None, TODAY)][:4] == [*names[:3], "cover"]
    require_checks(checks)


@pytest.mark.parametrize(
    "spoil", [lambda f: f.drop(f.index[5]), lambda f: f[::-1], lambda f: f[:0],
              lambda f: pd.concat([f[:3], f[2:]])],
)  # fmt: skip
def test_an_index_with_a_gap_a_turn_or_a_repeat_blocks(spoil) -> None:
    table = WHOLE.tables["1.2"]
    broken = replace(table, figures=spoil(table.figures))
    checks = check_vintage(replace(WHOLE, tables={**WHOLE.tables, "1.2": broken}), WHOLE, TODAY)
    assert [(one.name, one.where) for one in checks] == [("index", "ET.xlsx, table 1.2")]
    with pytest.raises(legacy_errors.BrokenFrame):
        require_checks(checks)


def test_a_figure_out_of_its_range_blocks() -> None:
    ranges, *_ = failed(spoilt("coal", "1999-05", 11.0))
    assert (ranges.name, ranges.where, ranges.blocking) == ("ranges", "coal", True)
    assert "11.0 in 1999-05" in ranges.found


@pytest.mark.parametrize("value", [3.0, float("nan")])
def test_a_total_that_is_not_the_sum_blocks(value: float) -> None:
    total, *_ = failed(spoilt("coal", "1999-05", value))
    assert (total.name, total.where) == ("total", "total, from 1999-05")
    with pytest.raises(legacy_errors.BrokenFrame, match="sum of its fuels"):
        require_checks([total])


@pytest.mark.parametrize(("number", "months"), [("1.2", 1), ("7.3", 2)])
def test_an_earlier_last_month_than_held_blocks(number: str, months: int) -> None:
    older, *_ = failed(shortened(WHOLE, number, months))
    assert (older.name, older.where.split(", ")[1]) == ("older", f"table {number}")
    with pytest.raises(legacy_errors.OlderThanHeld) as caught:
        require_checks([older], accept=list(ACCEPTABLE))
    assert caught.value.expected.startswith("2004-12" if number == "1.2" else "2005-01")


def test_figures_withdrawn_block_until_accepted() -> None:
    (withdrawn,) = failed(spoilt("net_imports", "2001-03", float("nan")))
    assert (withdrawn.name, withdrawn.where) == ("withdrawn", "net_imports")
    assert withdrawn.found == "1 missing, from 2001-03"
    with pytest.raises(legacy_errors.FiguresWithdrawn):
        require_checks([withdrawn])
    require_checks([withdrawn], accept=["withdrawn"])


def test_revisions_as_deep_as_known_ones_pass() -> None:
    changes = {
        (f"{year}-{month:02}", 4): -0.5 for year in range(1999, 2005) for month in range(1, 13)
    }
    assert failed(vintage(energy("2005-01", changes), None)) == []


def test_two_columns_taken_for_each_other_block() -> None:
    book = energy("2005-01")
    for row in book["Month"][6:]:
        row[3], row[4] = row[4], row[3]
    (revised,) = failed(vintage(book))
    assert (revised.name, revised.where) == ("revisions", "petroleum, natural_gas")
    with pytest.raises(legacy_errors.RevisedTooFar):
        require_checks([revised])
    require_checks([revised], accept=["revisions"])


def test_one_total_that_jumps_blocks() -> None:
    (revised,) = failed(vintage(energy("2005-01", {("1998-02", 3): 2.5})))
    assert (revised.name, revised.where) == ("revisions", "total of 1998-02")
    assert "which became" in revised.found


def test_a_row_of_deviations_among_the_averages_blocks() -> None:
    """Both are called January; only what was held before tells that they changed places."""
    book = weather()
    rows = book["7_1a"]
    january = [place for place, row in enumerate(rows) if row[0] == "January"]
    rows[january[0]], rows[january[1]] = rows[january[1]], rows[january[0]]
    (revised,) = failed(vintage(energy("2005-01"), book))
    assert (revised.name, revised.where) == ("revisions", "temperature of 1991-01")


def test_rows_that_the_cover_announces_and_the_table_lacks_block() -> None:
    book = energy("2005-01")
    book["Cover Sheet"] = cover("February 2005")
    (behind,) = failed(vintage(book))
    assert behind.where == "ET.xlsx, sheet Cover Sheet, cell A5, table 1.2"
    assert behind.found == "2005-01"
    with pytest.raises(legacy_errors.BehindCover) as caught:
        require_checks([behind])
    assert "2005-02" in caught.value.expected
    require_checks([behind], accept=["cover"])


def test_one_weather_table_behind_the_cover_blocks() -> None:
    found = failed(shortened(WHOLE, "7.2", 1))
    assert [one.name for one in found] == ["older", "withdrawn", "cover", "stale"]
    behind = found[2]
    assert behind.where.endswith("table 7.2")


def test_a_cover_that_says_nothing_or_has_a_wrong_year_is_told_and_does_no_harm() -> None:
    silent = {**weather(), "Cover_Sheet": [["Weather"]]}
    wrong = {**energy(), "Cover Sheet": cover("December 2004", "24th February 2004")}
    found = failed(vintage(wrong, silent))
    assert [(one.name, one.blocking) for one in found] == [("cover dates", False), ("cover", False)]
    bare = energy()
    del bare["Cover Sheet"]
    assert [one.found for one in failed(vintage(bare))] == ["no cover sheet"]
    require_checks(found)


@pytest.mark.parametrize(
    ("today", "stale"),
    [
        (date(2005, 3, 30), []),  # January's release is due on the 31st
        (date(2005, 4, 7), []),
        (date(2005, 4, 8), ["1.2", "7.1a", "7.1b", "7.2", "7.3", "7.4"]),
    ],
)
def test_data_older_than_the_rhythm_is_told(today: date, stale: list[str]) -> None:
    found = failed(WHOLE, today=today)
    assert [one.where.rpartition(" ")[2] for one in found] == stale
    assert not any(one.blocking for one in found)
    if found:
        assert (found[0].found, found[0].expected) == (
            "2004-12, which ended 98 days before 2005-04-08",
            "2005-01 or later",
        )


def test_only_what_a_person_can_judge_can_be_accepted() -> None:
    with pytest.raises(legacy_errors.UnknownCheck) as caught:
        require_checks([], accept=["older", "cover"])
    assert caught.value.checks == ["older"]


def test_checks_are_written_as_they_are() -> None:
    checks = check_vintage(WHOLE, WHOLE, TODAY)
    assert [DataCheck(**one) for one in json.loads(checks_to_json(checks))] == checks
