"""Finding the newest workbooks: what the statistics pages of GOV.UK offer, by table number.

The pages are read through the Content API, as JSON; it needs no key.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from energy.data.answers import Fetched, unexpected
from energy.data.attachments import Attachment, choose, offered
from energy.data.fetching import fetch
from energy.data.labels import tidy
from energy.data.manners import POLITE, Manners, shown
from energy.errors import BadPage, NoAttachments, PageWithdrawn, UnexpectedStatus, WrongSchema

API = "https://www.gov.uk/api/content"
SCHEMAS = ("publication", "statistical_data_set")
"""The kinds of page that carry attachments."""


@dataclass(frozen=True, slots=True)
class Source:
    """A statistics page, and what it must give.

    Attributes:
        name: What we call it.
        page: Its path on www.gov.uk.
        tables: Numbers of the tables that its workbooks must hold, as in `TableSpec`.
        whole: Words that the title of a workbook with all of the page's tables may have, for a
            table that no title names.
    """

    name: str
    page: str
    tables: tuple[str, ...]
    whole: tuple[str, ...]


SOURCES: tuple[Source, ...] = (
    Source(
        "energy",
        "/government/statistics/total-energy-section-1-energy-trends",
        ("1.2",),
        ("section 1", "total energy"),
    ),
    Source(
        "weather",
        "/government/statistics/energy-trends-section-7-weather",
        ("7.1a", "7.1b", "7.2", "7.3", "7.4"),
        ("section 7", "weather"),
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a page offers of what we want.

    Attributes:
        source: Whose page it is.
        url: The page, for a person.
        title: Its title.
        updated_at: When it was last updated, ISO, as the page says (`public_updated_at`).
        attachments: The workbooks to fetch, each once, in the order of the tables.
    """

    source: Source
    url: str
    title: str
    updated_at: str
    attachments: tuple[Attachment, ...]

    @property
    def published(self) -> str:
        """Date of the update, ISO."""
        return self.updated_at[:10]

    def lines(self) -> list[str]:
        """What was found, for a person: one line for the page, one or two for each workbook."""
        lines = [f"{self.source.name}: {self.title}, updated {self.published}, {self.url}"]
        for one in self.attachments:
            size = f", {one.bytes:,} bytes" if one.bytes is not None else ""
            tables = ", ".join(one.tables)
            lines.append(f"  {tables}: {one.title} ({one.filename}{size}), {shown(one.url)}")
            if one.passed_over:
                lines.append(f"    preferred to {', '.join(one.passed_over)}")
        return lines


def discover(source: Source, manners: Manners = POLITE, api: str = API) -> Found:
    """Find the workbooks that hold a source's tables.

    Each is chosen by the table number in its title and by its content type or suffix, never by
    its place on the page. Nothing of it is downloaded.

    Args:
        source: The page, and the tables it must give.
        manners: How to ask.
        api: Base URL of the Content API.

    Raises:
        NotThere: No such page (404).
        GoneForGood: The page was taken away (410).
        WebPageInstead: The API answered with a web page.
        UnexpectedContent: It answered with something else that is no JSON object.
        WrongSchema: It is a page of another kind, such as a pointer to another page.
        PageWithdrawn: The page has a withdrawal notice.
        BadPage: A field is missing, or is not what it should be.
        NoAttachments: The page has none.
        TableNotOffered: No workbook on it is titled with a table.
        TwoCandidates: Several are, and nothing tells which one is meant.
        FetchError: Any other, from `fetch`.
    """
    answer = fetch(f"{api}{source.page}", None, manners)
    if not isinstance(answer, Fetched):  # A server that says so unasked.
        raise UnexpectedStatus(shown(answer.url), 304)
    data = _object(answer)
    page = urljoin(answer.url, _path(data) or source.page)
    if (schema := data.get("schema_name")) not in SCHEMAS:
        raise WrongSchema(page, tidy(schema)[:80], SCHEMAS, _leads_to(data))
    if notice := data.get("withdrawn_notice"):
        raise _withdrawn(page, notice)
    title = _text(page, data, "title")
    updated_at = _text(page, data, "public_updated_at")
    try:
        datetime.fromisoformat(updated_at)
    except ValueError:
        expected = "a date and time"
        raise BadPage(page, "public_updated_at", repr(updated_at[:40]), expected) from None
    entries = _attachments(page, data)
    chosen = choose(page, offered(answer.url, entries), source.tables, source.whole)
    return Found(source, page, title, updated_at, chosen)


def _object(answer: Fetched) -> dict[str, Any]:
    expected = "JSON of the Content API"
    try:
        data = json.loads(answer.content)
    except (ValueError, RecursionError):
        raise unexpected(answer, expected) from None
    if not isinstance(data, dict):
        raise unexpected(answer, f"{expected}, one object")
    return data


def _path(data: dict[str, Any]) -> str:
    """The page's own path, which is another than asked for if it moved."""
    path = data.get("base_path")
    return path if isinstance(path, str) and re.fullmatch(r"(/[\w.-]+)+", path) else ""


def _text(page: str, data: dict[str, Any], field: str) -> str:
    value = tidy(data.get(field))
    if not isinstance(data.get(field), str) or not value:
        raise BadPage(page, field, repr(data.get(field))[:40], "text")
    return value


def _attachments(page: str, data: dict[str, Any]) -> list[Any]:
    details = data.get("details")
    if not isinstance(details, dict):
        raise BadPage(page, "details", repr(details)[:40], "an object")
    entries = details.get("attachments")
    if entries is None or entries == []:
        raise NoAttachments(page)
    if not isinstance(entries, list):
        raise BadPage(page, "details.attachments", repr(entries)[:40], "a list")
    return entries


def _leads_to(data: dict[str, Any]) -> str:
    """Where a page of schema `redirect` points to, if that is what it is."""
    redirects = data.get("redirects")
    first = redirects[0] if isinstance(redirects, list) and redirects else None
    return tidy(first.get("destination"))[:200] if isinstance(first, dict) else ""


def _withdrawn(page: str, notice: object) -> PageWithdrawn:
    fields = notice if isinstance(notice, dict) else {"explanation": notice}
    words = tidy(re.sub(r"<[^>]*>", " ", str(fields.get("explanation") or "")))
    return PageWithdrawn(page, tidy(fields.get("withdrawn_at"))[:10], words[:200])
