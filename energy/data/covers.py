"""What a workbook's cover sheet says: when it was published, when the next is, what is new."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from energy.data.labels import parse_month, tidy
from energy.data.workbook import address

if TYPE_CHECKING:
    from energy.data.workbook import Sheet, Workbook

_DATE = r"(\d{1,2})(?:st|nd|rd|th)? ([A-Za-z]+),? (\d{4})"
# `published on Thursday 29th September 2022`; a colon, a weekday and little else may stand between.
_PUBLISHED = re.compile(rf"\bpublished\b\D{{0,40}}?{_DATE}", re.IGNORECASE)
_NEXT = re.compile(rf"\bnext publication\b\D{{0,60}}?{_DATE}", re.IGNORECASE)
# Up to the quarterly data that some workbooks announce in the same sentence.
_NEW = re.compile(
    r"\bnew (?:monthly )?(?:data|figures) (?:for|up to) (.*?)(?: and new |\.|$)", re.IGNORECASE
)
_MONTH = re.compile(r"[A-Za-z]+ \d{4}")


@dataclass(frozen=True, slots=True)
class Cover:
    """The statements of a cover sheet, each None where it is not made or cannot be read.

    Attributes:
        sheet: The sheet's name.
        month: Last month that it announces figures for, ISO, such as `2022-07`.
        cell: Where it announces that, such as `A6`; '' where it does not.
        published: Date of this release.
        following: Date of the next one.
    """

    sheet: str
    month: str | None
    cell: str
    published: date | None
    following: date | None


def read_cover(workbook: Workbook) -> Cover | None:
    """The cover of a workbook, or None where no sheet is called one."""
    found = [s for s in workbook.sheets if tidy(s.name).casefold().startswith("cover")]
    return _cover(found[0]) if found else None


def _cover(sheet: Sheet) -> Cover:
    texts = {place: tidy(sheet.cell(*place)) for place in sheet.labels}
    announced = {place: month for place, text in texts.items() if (month := _announced(text))}
    place = max(announced, key=lambda place: announced[place], default=None)
    return Cover(
        sheet.name,
        str(announced[place]) if place else None,
        address(*place) if place else "",
        next((day for text in texts.values() if (day := _date(_PUBLISHED, text))), None),
        next((day for text in texts.values() if (day := _date(_NEXT, text))), None),
    )


def _announced(text: str) -> pd.Period | None:
    """The last month of `new data for May and June 2022`."""
    found = _NEW.search(text)
    labels = map(parse_month, _MONTH.findall(found[1])) if found else ()
    return max((label.month for label in labels if label), default=None)


def _date(pattern: re.Pattern[str], text: str) -> date | None:
    found = pattern.search(text)
    month = parse_month(f"{found[2]} {found[3]}") if found else None
    if found is None or month is None:
        return None
    try:
        return date(month.month.year, month.month.month, int(found[1]))
    except ValueError:  # Such as 31 June, or the year 0000.
        return None
