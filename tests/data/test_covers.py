from datetime import date
from pathlib import Path

import pytest
from data_building import energy_book, opened
from vintage_building import cover

from energy.data.workbook import CoverSheet, open_workbook, read_cover_sheet


def said(text: str) -> CoverSheet:
    found = read_cover_sheet(opened({"Cover Sheet": [["Energy Trends"], ["", text]]}))
    assert found is not None
    return found


def test_a_cover_is_read() -> None:
    found = read_cover_sheet(opened({**energy_book(), "Cover Sheet": cover("December 2004")}))
    assert found == CoverSheet("Cover Sheet", "2004-12", "A5", date(2005, 2, 24), date(2005, 3, 31))


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("contains monthly data including new data for August 2022.", "2022-08"),
        ("new data for\xa0 July 2022 ", "2022-07"),
        (
            "including new monthly data for July 2022 and new quarterly data for Q2 2022 "
            "(April to September 2022).",
            "2022-07",
        ),
        ("New data for May and June 2022", "2022-06"),
        ("new data for December 2022, January 2023", "2023-01"),
        ("new data for the last quarter", None),
        ("The revisions period is for January to June 2022", None),
        ("", None),
    ],
)
def test_the_month_announced(text: str, month: str | None) -> None:
    found = said(text)
    assert (found.month, found.cell) == (month, "B2" if month else "")


@pytest.mark.parametrize(
    ("text", "published", "following"),
    [
        ("Published: 2nd June 2022", date(2022, 6, 2), None),
        (
            "published on 28 Feb 2023. Next publication on 30 March 2023",
            date(2023, 2, 28),
            date(2023, 3, 30),
        ),
        ("Next publication: Thursday 31st June 2022", None, None),
        ("Published: 00 June 2022. Next publication: 30 June 2022", None, date(2022, 6, 30)),
        ("Published: 2nd June 0000", None, None),
        ("Published: 2nd Juno 2022", None, None),
        ("published last month", None, None),
    ],
)
def test_the_dates(text: str, published: date | None, following: date | None) -> None:
    assert (said(text).published, said(text).following) == (published, following)


def test_no_cover_is_none() -> None:
    assert read_cover_sheet(opened({"Month": energy_book()["Month"]})) is None


def test_the_published_covers(shared: Path) -> None:
    months = {}
    for path in sorted(shared.rglob("*.??s*")):
        found = read_cover_sheet(open_workbook(path.name, path.read_bytes()))
        assert found is not None
        months[path.name] = (found.month, str(found.published), str(found.following))
    september = ("2022-09-29", "2022-10-27")
    assert months == {
        "ET_5.5_AUG_22.xlsx": ("2022-06", "2022-08-25", "2022-09-29"),
        "Total_Energy_ODS.ods": ("2022-07", *september),
        "Weather_ODS.ods": ("2022-08", *september),
    }
