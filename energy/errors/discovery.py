"""A statistics page that was fetched, but does not offer what it should."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from energy.errors.base import listed
from energy.errors.fetching import FetchError

__all__ = [
    "BadPage",
    "NoAttachments",
    "PageError",
    "PageWithdrawn",
    "TableNotOffered",
    "TwoCandidates",
    "WrongSchema",
]


class PageError(FetchError):
    """A statistics page was fetched, but does not offer what it should."""


@dataclass(eq=False)
class PageWithdrawn(PageError):
    """A page with a withdrawal notice: its figures are no longer kept up."""

    url: str
    date: str
    explanation: str

    @property
    def message(self) -> str:
        return (
            f"{self.url} was withdrawn on {self.date or 'an unknown date'}: {self.explanation!r}. "
            "Find what replaces it and edit SOURCES in energy/data/govuk.py."
        )


@dataclass(eq=False)
class WrongSchema(PageError):
    """A page of another kind: most often one that only points to another page."""

    url: str
    found: str
    expected: Sequence[str]
    leads_to: str = ""

    @property
    def message(self) -> str:
        leads = f" that leads to {self.leads_to!r}" if self.leads_to else ""
        return (
            f"{self.url} is a page of schema {self.found!r}{leads}; expected "
            f"{' or '.join(self.expected)}. If the page moved, edit SOURCES in "
            "energy/data/govuk.py."
        )


@dataclass(eq=False)
class BadPage(PageError):
    """A page whose JSON lacks a field, or holds something else in it."""

    url: str
    field: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.url}, field {self.field}: found {self.found}; expected {self.expected}. "
            "If the Content API changed, edit energy/data/govuk.py."
        )


@dataclass(eq=False)
class NoAttachments(PageError):
    """A page without any attachment."""

    url: str

    @property
    def message(self) -> str:
        return (
            f"{self.url} has no attachments; expected the workbooks of this release. "
            "Try later, or download them by hand and give the files."
        )


@dataclass(eq=False)
class TableNotOffered(PageError):
    """Tables that no workbook on the page is titled with."""

    url: str
    tables: Sequence[str]
    offered: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"{self.url} offers no workbook titled with table {listed(self.tables)}; found "
            f"{'; '.join(repr(title) for title in self.offered) or 'no workbook at all'}. "
            "If the tables were renumbered, edit SOURCES in energy/data/govuk.py."
        )


@dataclass(eq=False)
class TwoCandidates(PageError):
    """Several workbooks titled with one table: nothing tells which one is meant."""

    url: str
    table: str
    candidates: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"{self.url} offers table {self.table} more than once: "
            f"{' and '.join(repr(candidate) for candidate in self.candidates)}; expected one. "
            "Download the right one by hand and give the file."
        )
