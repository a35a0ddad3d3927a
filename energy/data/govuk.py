"""Find the newest workbooks on the statistics pages of GOV.UK, by table number."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from energy import legacy_errors
from energy.data.download import (
    DEFAULT_POLICY,
    Download,
    DownloadPolicy,
    display_url,
    download,
    safe_filename,
    unexpected_content,
)
from energy.data.workbook import normalise, tidy

KINDS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
"""Content types of the workbooks that we read, and their suffixes."""
_NUMBER = r"(\d+)\.(\d+)([a-z]?)"
# `ET 7.1`, `ET7.1a`, `7.1 to 7.4`; not the end of `17.1`, the start of `7.1.2`, nor `v7.1`.
_TABLES = re.compile(
    rf"(?<![\w.])(?:ET)?{_NUMBER}(?: ?(?:to|-|–) ?(?:ET ?)?{_NUMBER})?(?!\.?\w)", re.IGNORECASE
)
_OF_FORMAT = {"ods", "xlsx", "excel", "ms", "opendocument", "spreadsheet", "format", "version"}
_OTHER_RHYTHMS = {"quarterly", "annual"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A workbook on a page.

    Attributes:
        title: As on the page.
        url: Where it is; not yet asked for.
        kind: `xlsx` or `ods`.
        filename: Its name, safe to join to a folder.
        bytes: Its size as the page says; None if it does not.
        tables: Numbers of the wanted tables that it is chosen for.
        passed_over: File names of the same tables in another format.
    """

    title: str
    url: str
    kind: str
    filename: str
    bytes: int | None
    tables: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


def list_attachments(base: str, entries: Sequence[Any]) -> list[Attachment]:
    """The workbooks among a page's attachments, each URL once.

    Documents, links and entries without a title or a URL are left out: if one of them was wanted,
    `choose` says what is missing.
    """
    found: dict[str, Attachment] = {}
    for entry in entries:
        texts = entry if isinstance(entry, dict) else {}
        title, url = texts.get("title"), texts.get("url")
        if not (isinstance(title, str) and isinstance(url, str) and tidy(title) and url):
            continue
        try:
            whole = urljoin(base, url)
            last = unquote(urlsplit(whole).path.rpartition("/")[2])
        except ValueError:  # Not a URL at all.
            continue
        name = safe_filename(str(texts.get("filename") or last))
        kind = _kind(str(texts.get("content_type") or ""), name)
        if kind is not None:
            size = texts.get("file_size")
            size = size if isinstance(size, int) else None
            found.setdefault(whole, Attachment(tidy(title), whole, kind, name, size))
    return list(found.values())


def choose_attachments(
    page: str, workbooks: Sequence[Attachment], tables: Sequence[str], whole: Sequence[str]
) -> tuple[Attachment, ...]:
    """The workbook of each table; one that holds several stands there once.

    A title that names the table alone is preferred to one that names several, and that to a
    workbook of the whole section; of the same title in two formats, xlsx is.

    Args:
        page: Its URL, for errors.
        workbooks: What the page offers.
        tables: Numbers of the tables wanted.
        whole: Words in the title of a workbook of the whole section.

    Raises:
        TableNotOffered: No workbook is titled with some of the tables.
        TwoCandidates: Several are with one, and nothing tells which one is meant.
    """
    chosen: dict[str, Attachment] = {}
    missing = []
    for table in tables:
        ranks = [_rank(one.title, table, whole) for one in workbooks]
        best = min((rank for rank in ranks if rank is not None), default=None)
        if best is None:
            missing.append(table)
            continue
        candidates = [one for one, rank in zip(workbooks, ranks, strict=True) if rank == best]
        one = _only(page, table, candidates)
        held = chosen.get(one.url, one)
        chosen[one.url] = replace(held, tables=(*held.tables, table))
    if missing:
        raise legacy_errors.TableNotOffered(page, missing, [_named(one) for one in workbooks])
    return tuple(chosen.values())


def _kind(content_type: str, name: str) -> str | None:
    suffix = name.rpartition(".")[2].lower()
    by_suffix = suffix if suffix in KINDS.values() else None
    return KINDS.get(content_type.partition(";")[0].strip().lower(), by_suffix)


def _rank(title: str, table: str, whole: Sequence[str]) -> int | None:
    """How well a title fits a table: 0 names it alone, 1 among others, 2 the whole section."""
    words = normalise(title)
    rhythms = {*words.split()}
    if rhythms & _OTHER_RHYTHMS and "monthly" not in rhythms:
        return None
    named = list(_TABLES.finditer(title))
    if not named:
        return 2 if any(f" {part} " in f" {words} " for part in whole) else None
    if not any(_covers(found, table) for found in named):
        return None
    return 0 if len(named) == 1 and named[0][4] is None else 1


def _covers(found: re.Match[str], table: str) -> bool:
    wanted = re.fullmatch(_NUMBER, table)
    if wanted is None:
        return False
    number = (int(wanted[1]), int(wanted[2]))
    first = (int(found[1]), int(found[2]))
    if found[4] is not None:
        return first <= number <= (int(found[4]), int(found[5]))
    # A workbook of 7.1 holds 7.1a and 7.1b; one of 7.1a holds that alone.
    return first == number and found[3].lower() in {"", wanted[3]}


def _only(page: str, table: str, candidates: list[Attachment]) -> Attachment:
    """The one candidate, or the one xlsx among several formats of the same title."""
    first, *others = [one for one in candidates if one.kind == "xlsx"] or candidates
    titles = {
        " ".join(w for w in normalise(c.title).split() if w not in _OF_FORMAT) for c in candidates
    }
    if others or len(titles) > 1:
        raise legacy_errors.TwoCandidates(page, table, [_named(one) for one in candidates])
    return replace(first, passed_over=tuple(c.filename for c in candidates if c is not first))


def _named(one: Attachment) -> str:
    return f"{one.title[:120]} ({one.filename})"


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
class Discovery:
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
            lines.append(f"  {tables}: {one.title} ({one.filename}{size}), {display_url(one.url)}")
            if one.passed_over:
                lines.append(f"    preferred to {', '.join(one.passed_over)}")
        return lines


def discover(source: Source, manners: DownloadPolicy = DEFAULT_POLICY, api: str = API) -> Discovery:
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
    answer = download(f"{api}{source.page}", None, manners)
    if not isinstance(answer, Download):  # A server that says so unasked.
        raise legacy_errors.UnexpectedStatus(display_url(answer.url), 304)
    data = _object(answer)
    page = urljoin(answer.url, _path(data) or source.page)
    if (schema := data.get("schema_name")) not in SCHEMAS:
        raise legacy_errors.WrongSchema(page, tidy(schema)[:80], SCHEMAS, _leads_to(data))
    if notice := data.get("withdrawn_notice"):
        raise _withdrawn(page, notice)
    title = _text(page, data, "title")
    updated_at = _text(page, data, "public_updated_at")
    try:
        datetime.fromisoformat(updated_at)
    except ValueError:
        expected = "a date and time"
        raise legacy_errors.BadPage(
            page, "public_updated_at", repr(updated_at[:40]), expected
        ) from None
    entries = _attachments(page, data)
    chosen = choose_attachments(
        page, list_attachments(answer.url, entries), source.tables, source.whole
    )
    return Discovery(source, page, title, updated_at, chosen)


def _object(answer: Download) -> dict[str, Any]:
    expected = "JSON of the Content API"
    try:
        data = json.loads(answer.content)
    except (ValueError, RecursionError):
        raise unexpected_content(answer, expected) from None
    if not isinstance(data, dict):
        raise unexpected_content(answer, f"{expected}, one object")
    return data


def _path(data: dict[str, Any]) -> str:
    """The page's own path, which is another than asked for if it moved."""
    path = data.get("base_path")
    return path if isinstance(path, str) and re.fullmatch(r"(/[\w.-]+)+", path) else ""


def _text(page: str, data: dict[str, Any], field: str) -> str:
    value = tidy(data.get(field))
    if not isinstance(data.get(field), str) or not value:
        raise legacy_errors.BadPage(page, field, repr(data.get(field))[:40], "text")
    return value


def _attachments(page: str, data: dict[str, Any]) -> list[Any]:
    details = data.get("details")
    if not isinstance(details, dict):
        raise legacy_errors.BadPage(page, "details", repr(details)[:40], "an object")
    entries = details.get("attachments")
    if entries is None or entries == []:
        raise legacy_errors.NoAttachments(page)
    if not isinstance(entries, list):
        raise legacy_errors.BadPage(page, "details.attachments", repr(entries)[:40], "a list")
    return entries


def _leads_to(data: dict[str, Any]) -> str:
    """Where a page of schema `redirect` points to, if that is what it is."""
    redirects = data.get("redirects")
    first = redirects[0] if isinstance(redirects, list) and redirects else None
    return tidy(first.get("destination"))[:200] if isinstance(first, dict) else ""


def _withdrawn(page: str, notice: object) -> legacy_errors.PageWithdrawn:
    fields = notice if isinstance(notice, dict) else {"explanation": notice}
    words = tidy(re.sub(r"<[^>]*>", " ", str(fields.get("explanation") or "")))
    return legacy_errors.PageWithdrawn(page, tidy(fields.get("withdrawn_at"))[:10], words[:200])
