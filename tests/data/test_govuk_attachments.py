"""The workbook chosen for each table, and when none is."""

from __future__ import annotations

from typing import Any

import pytest
from published import ASSETS, PRODUCTION, RAIN, TEMPERATURES, TOTAL, WIND
from web_server import ODS, XLSX, attachment

from energy.data.govuk import API, SOURCES, Attachment, Source, choose_attachments, list_attachments
from energy.errors import FetchError

ENERGY, WEATHER = SOURCES


def pick(entries: Any, source: Source = ENERGY) -> tuple[Attachment, ...]:
    return choose_attachments(
        "the page", list_attachments(API, entries), source.tables, source.section
    )


@pytest.mark.parametrize(
    ("title", "tables"),
    [
        ("Temperatures (ET 7.1 - monthly)", "7.1a 7.1b"),
        ("Temperatures (ET 7.1)", "7.1a 7.1b"),
        ("Temperatures (ET7.1\u00a0\u2013\nmonthly)", "7.1a 7.1b"),
        ("Table 7.1: temperatures", "7.1a 7.1b"),
        ("Temperatures (ET 7.1a - monthly)", "7.1a"),
        ("Temperatures (ET 7.1A)", "7.1a"),
        ("Weather tables (ET 7.1 to 7.4)", "7.1a 7.1b 7.2 7.3 7.4"),
        ("Weather tables (ET 7.1 to ET 7.3)", "7.1a 7.1b 7.2 7.3"),
        ("Weather tables (ET 7.2-7.4 - monthly)", "7.2 7.3 7.4"),
        ("Weather tables (ET 7.2, 7.3 and 7.4)", "7.2 7.3 7.4"),
        ("Energy Trends section 7: weather (ODS)", "7.1a 7.1b 7.2 7.3 7.4"),
        ("Temperatures (ET 17.1)", ""),
        ("Temperatures (ET 7.10)", ""),
        ("Temperatures (ET 7.1.1)", ""),
        ("Temperatures, version v7.1", ""),
        ("Temperatures (ET 7.1 - quarterly)", ""),
        ("Temperatures (ET 7.1 - quarterly and monthly)", "7.1a 7.1b"),
        ("Weather and prices (ET 8.1)", ""),
        ("Weathering of coal stocks", ""),
    ],
)
def test_the_tables_of_a_title(title: str, tables: str) -> None:
    books = list_attachments("https://www.gov.uk/x", [attachment(title, f"{ASSETS}/a.xlsx")])
    covered = []
    for table in WEATHER.tables:
        try:
            choose_attachments("page", books, [table], WEATHER.section)
        except FetchError:
            continue
        covered.append(table)
    assert covered == tables.split()


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "xlsx"),
        ({"content_type": None}, "xlsx"),
        ({"content_type": "application/octet-stream"}, "xlsx"),
        ({"content_type": f"{XLSX}; charset=binary", "filename": "book"}, "xlsx"),
        ({"content_type": ODS, "filename": None, "url": f"{ASSETS}/media/1"}, "ods"),
        ({"content_type": None, "filename": None, "url": f"{ASSETS}/a.ODS?x=1"}, "ods"),
        ({"content_type": None, "filename": None, "url": "/media/a.xlsx"}, "xlsx"),
        ({"content_type": "application/pdf", "filename": "ET_1.2.pdf"}, None),
        ({"content_type": "text/csv", "filename": "ET_1.2.csv"}, None),
        ({"content_type": "application/vnd.ms-excel", "filename": "ET_1.2.xls"}, None),
        ({"content_type": 7, "filename": ["a"], "url": f"{ASSETS}/a"}, None),
        ({"url": None}, None),
        ({"url": 7}, None),
        ({"url": "//[::1"}, None),
        ({"title": None}, None),
        ({"title": " "}, None),
    ],
)
def test_the_kind_by_content_type_or_suffix(changes: dict[str, Any], kind: str | None) -> None:
    entry = {**TOTAL, **changes}
    entries = [{n: v for n, v in entry.items() if v is not None}, "nonsense", None, PRODUCTION]
    if kind is None:
        with pytest.raises(FetchError):
            pick(entries)
    else:
        (workbook,) = pick(entries)
        assert workbook.kind == kind
        assert workbook.url.startswith("http")


def test_a_wrong_filename_or_size_is_replaced() -> None:
    (workbook,) = pick([{**TOTAL, "filename": "../../a b.xlsx"}])
    assert workbook.filename == "a_b.xlsx"
    (workbook,) = pick([{**TOTAL, "file_size": "43 KB"}, {**TOTAL, "id": "2"}])
    assert workbook.bytes is None


def test_a_title_with_one_table_is_preferred_to_a_section() -> None:
    section = attachment("Energy Trends section 7: weather", f"{ASSETS}/Weather_ODS.ods")
    several = attachment("All weather tables (ET 7.1 to 7.4)", f"{ASSETS}/ET_7.xlsx")
    names = [item.filename for item in pick([section, WIND], WEATHER)]
    assert names == ["Weather_ODS.ods", "ET_7.2.xlsx"]
    names = [item.filename for item in pick([section, several, WIND], WEATHER)]
    assert names == ["ET_7.xlsx", "ET_7.2.xlsx"]


@pytest.mark.parametrize(
    ("title", "filename"),
    [
        ("Inland energy consumption (ET 1.2 - monthly), corrected", "ET_1.2_corrected.xlsx"),
        ("Another table under the same number (ET 1.2 - monthly)", "ET_1.2.ods"),
    ],
)
def test_two_candidates_are_both_named(title: str, filename: str) -> None:
    other = attachment(title, f"{ASSETS}/media/9/{filename}")
    with pytest.raises(FetchError) as caught:
        pick([TOTAL, other])
    assert "offers table 1.2 more than once" in str(caught.value)
    for entry in (TOTAL, other):
        assert f"{entry['title']} ({entry['filename']})" in str(caught.value)


def test_tables_that_are_not_offered_are_named() -> None:
    with pytest.raises(FetchError) as caught:
        pick([TEMPERATURES, RAIN], WEATHER)
    assert "titled with table 7.2, 7.3; found" in str(caught.value)
    assert "Average monthly rainfall (ET 7.4 - monthly) (ET_7.4.xlsx)" in str(caught.value)
    document = attachment("Methodology (ET 1.2)", f"{ASSETS}/m.pdf", content_type="application/pdf")
    with pytest.raises(FetchError, match="found no workbook at all"):
        pick([document])
