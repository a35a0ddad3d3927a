"""Find the newest workbooks on the statistics pages of GOV.UK, by table number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import msgspec

from energy.data.download import (
    DEFAULT_POLICY,
    DownloadPolicy,
    display_url,
    download,
    safe_filename,
    unexpected_content,
)
from energy.data.workbook import normalise, tidy
from energy.errors import FetchError, join_names

API = "https://www.gov.uk/api/content"
SCHEMAS = ("publication", "statistical_data_set")
"""The kinds of page that have attachments."""
KINDS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
}
"""Content types of the workbooks that we read, and their suffixes."""


@dataclass(frozen=True, slots=True)
class Source:
    """A statistics page, its tables, and words in the title of a workbook with all of them."""

    name: str
    page: str
    tables: tuple[str, ...]
    section: tuple[str, ...]


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
class Attachment:
    """A workbook on a page: its kind is `xlsx` or `ods`, its name safe to join to a folder.

    It is chosen for `tables`; `alternatives` are the file names of the same in another format.
    """

    title: str
    url: str
    kind: str
    filename: str
    bytes: int | None
    tables: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()

    def __str__(self) -> str:
        return repr(f"{self.title[:120]} ({self.filename})")


@dataclass(frozen=True, slots=True)
class Discovery:
    """The workbooks that a page offers for a source, each once, in the order of the tables.

    `url` is the page for a person, and `updated_at` the time of its last update, ISO.
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
        """A summary for a person: a line for the page, one or two for each workbook."""
        lines = [f"{self.source.name}: {self.title}, updated {self.published}, {self.url}"]
        for item in self.attachments:
            size = f", {item.bytes:,} bytes" if item.bytes is not None else ""
            tables, url = ", ".join(item.tables), display_url(item.url)
            lines.append(f"  {tables}: {item.title} ({item.filename}{size}), {url}")
            if item.alternatives:
                lines.append(f"    preferred to {', '.join(item.alternatives)}")
        return lines


def discover(source: Source, policy: DownloadPolicy = DEFAULT_POLICY, api: str = API) -> Discovery:
    """Find the workbooks that contain a source's tables, without downloading them.

    A workbook is chosen by the table number in its title and by its content type or suffix, never
    by its position on the page.

    Raises:
        FetchError: The page cannot be downloaded, was withdrawn or moved, lacks a field, or does
            not offer exactly one workbook for each table.
    """
    result = download(f"{api}{source.page}", None, policy)
    assert result is not None  # noqa: S101 - nothing is cached
    try:
        page = msgspec.json.decode(result.content, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise unexpected_content(result, "JSON of the Content API, one object") from None
    path = page.get("base_path")  # It differs from the path requested if the page moved.
    is_path = isinstance(path, str) and re.fullmatch(r"(/[\w.-]+)+", path)
    url = urljoin(result.url, str(path) if is_path else source.page)
    if (schema := page.get("schema_name")) not in SCHEMAS:
        raise FetchError(
            f"{url} is a page of schema {tidy(schema)[:80]!r}{_redirect_target(page)}; expected "
            f"{' or '.join(SCHEMAS)}. If the page moved, edit SOURCES in energy/data/govuk.py."
        )
    if notice := page.get("withdrawn_notice"):
        raise _withdrawn(url, notice)
    title = _text_field(url, page, "title")
    updated_at = _text_field(url, page, "public_updated_at")
    try:
        datetime.fromisoformat(updated_at)
    except ValueError:
        raise _bad_field(url, "public_updated_at", updated_at, "a date and time") from None
    workbooks = list_attachments(result.url, _attachments(url, page))
    chosen = choose_attachments(url, workbooks, source.tables, source.section)
    return Discovery(source, url, title, updated_at, chosen)


def list_attachments(base: str, entries: Sequence[Any]) -> list[Attachment]:
    """The workbooks among a page's attachments, each URL once.

    Documents, links and entries without a title or a URL are ignored; `choose_attachments` reports
    a table that is missing because of it.
    """
    attachments: dict[str, Attachment] = {}
    for entry in entries:
        fields = entry if isinstance(entry, dict) else {}
        title, url = fields.get("title"), fields.get("url")
        if not (isinstance(title, str) and isinstance(url, str) and tidy(title) and url):
            continue
        try:
            url = urljoin(base, url)
            url_name = unquote(urlsplit(url).path.rpartition("/")[2])
        except ValueError:  # Not a URL.
            continue
        filename = safe_filename(str(fields.get("filename") or url_name))
        suffix = filename.rpartition(".")[2].lower()
        content_type = str(fields.get("content_type") or "").partition(";")[0].strip().lower()
        kind = KINDS.get(content_type, suffix)
        if kind in KINDS.values():
            size = fields.get("file_size")
            size = size if isinstance(size, int) else None
            attachments.setdefault(url, Attachment(tidy(title), url, kind, filename, size))
    return list(attachments.values())


def choose_attachments(
    url: str, workbooks: Sequence[Attachment], tables: Sequence[str], section: Sequence[str]
) -> tuple[Attachment, ...]:
    """The workbook of each table; a workbook with several tables is listed once.

    A title that names the table alone is preferred to one that names several, and that to the
    title of a workbook with the whole section. Of one title in two formats, xlsx is preferred.

    Raises:
        FetchError: No workbook is titled with a table, or several equally are.
    """
    chosen: dict[str, Attachment] = {}
    missing = []
    for table in tables:
        ranks = [_rank(workbook.title, table, section) for workbook in workbooks]
        best = min((rank for rank in ranks if rank is not None), default=None)
        if best is None:
            missing.append(table)
            continue
        candidates = [w for w, rank in zip(workbooks, ranks, strict=True) if rank == best]
        workbook = _choose_format(url, table, candidates)
        workbook = chosen.get(workbook.url, workbook)
        chosen[workbook.url] = replace(workbook, tables=(*workbook.tables, table))
    if missing:
        titles = "; ".join(map(str, workbooks)) or "no workbook at all"
        raise FetchError(
            f"{url} offers no workbook titled with table {join_names(missing)}; found {titles}. "
            "If the tables were renumbered, edit SOURCES in energy/data/govuk.py."
        )
    return tuple(chosen.values())


_NUMBER = r"(\d+)\.(\d+)([a-z]?)"
# `ET 7.1`, `ET7.1a`, `7.1 to 7.4`; not the end of `17.1`, the start of `7.1.2`, nor `v7.1`.
_TABLES = re.compile(
    rf"(?<![\w.])(?:ET)?{_NUMBER}(?: ?(?:to|-|–) ?(?:ET ?)?{_NUMBER})?(?!\.?\w)", re.IGNORECASE
)
_FORMAT_WORDS = {"ods", "xlsx", "excel", "ms", "opendocument", "spreadsheet", "format", "version"}
_OTHER_FREQUENCIES = {"quarterly", "annual"}


def _rank(title: str, table: str, section: Sequence[str]) -> int | None:
    """How well a title fits a table: 0 names it alone, 1 among others, 2 names the section."""
    words = normalise(title)
    frequencies = {*words.split()}
    if frequencies & _OTHER_FREQUENCIES and "monthly" not in frequencies:
        return None
    numbers = list(_TABLES.finditer(title))
    if not numbers:
        return 2 if any(f" {phrase} " in f" {words} " for phrase in section) else None
    if not any(_includes(number, table) for number in numbers):
        return None
    return 0 if len(numbers) == 1 and numbers[0][4] is None else 1


def _includes(number: re.Match[str], table: str) -> bool:
    """Whether a number or a range of numbers in a title includes a table."""
    parts = re.fullmatch(_NUMBER, table)
    if parts is None:
        return False
    key, first = (int(parts[1]), int(parts[2])), (int(number[1]), int(number[2]))
    if number[4] is not None:
        return first <= key <= (int(number[4]), int(number[5]))
    # A workbook of 7.1 has 7.1a and 7.1b; a workbook of 7.1a has 7.1a alone.
    return first == key and number[3].lower() in {"", parts[3]}


def _choose_format(url: str, table: str, candidates: list[Attachment]) -> Attachment:
    """The only candidate, or the only xlsx among several formats of one title."""
    first, *others = [c for c in candidates if c.kind == "xlsx"] or candidates
    titles = {
        " ".join(word for word in normalise(c.title).split() if word not in _FORMAT_WORDS)
        for c in candidates
    }
    if others or len(titles) > 1:
        raise FetchError(
            f"{url} offers table {table} more than once: {' and '.join(map(str, candidates))}; "
            "expected one workbook. Download the right one yourself and ingest it with --file."
        )
    return replace(first, alternatives=tuple(c.filename for c in candidates if c is not first))


def _bad_field(url: str, name: str, value: object, expected: str) -> FetchError:
    return FetchError(
        f"{url}, field {name}: found {repr(value)[:40]}; expected {expected}. "
        "If the Content API changed, edit energy/data/govuk.py."
    )


def _text_field(url: str, page: dict[str, Any], name: str) -> str:
    value = page.get(name)
    if not isinstance(value, str) or not tidy(value):
        raise _bad_field(url, name, value, "text")
    return tidy(value)


def _attachments(url: str, page: dict[str, Any]) -> list[Any]:
    details = page.get("details")
    if not isinstance(details, dict):
        raise _bad_field(url, "details", details, "an object")
    entries = details.get("attachments") or []
    if entries == []:
        raise FetchError(
            f"{url} has no attachments; expected the workbooks of this release. Try later, or "
            "download them yourself and ingest them with --file."
        )
    if not isinstance(entries, list):
        raise _bad_field(url, "details.attachments", entries, "a list")
    return entries


def _redirect_target(page: dict[str, Any]) -> str:
    """Where a page of schema `redirect` leads, for the message; '' for other pages."""
    redirects = page.get("redirects")
    first = redirects[0] if isinstance(redirects, list) and redirects else None
    target = tidy(first.get("destination"))[:200] if isinstance(first, dict) else ""
    return f" that leads to {target!r}" if target else ""


def _withdrawn(url: str, notice: object) -> FetchError:
    fields = notice if isinstance(notice, dict) else {"explanation": notice}
    explanation = tidy(re.sub(r"<[^<>]*>", " ", str(fields.get("explanation") or "")))[:200]
    date = tidy(fields.get("withdrawn_at"))[:10] or "an unknown date"
    return FetchError(
        f"{url} was withdrawn on {date}: {explanation!r}. Find its replacement and edit SOURCES in "
        "energy/data/govuk.py."
    )
