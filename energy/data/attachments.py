"""Which of a page's attachments holds which table, from their titles and kinds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from energy.data.answers import plain_name
from energy.data.labels import normalise, tidy
from energy.errors import TableNotOffered, TwoCandidates

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


def offered(base: str, entries: Sequence[Any]) -> list[Attachment]:
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
        name = plain_name(str(texts.get("filename") or last))
        kind = _kind(str(texts.get("content_type") or ""), name)
        if kind is not None:
            size = texts.get("file_size")
            size = size if isinstance(size, int) else None
            found.setdefault(whole, Attachment(tidy(title), whole, kind, name, size))
    return list(found.values())


def choose(
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
        raise TableNotOffered(page, missing, [_named(one) for one in workbooks])
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
        raise TwoCandidates(page, table, [_named(one) for one in candidates])
    return replace(first, passed_over=tuple(c.filename for c in candidates if c is not first))


def _named(one: Attachment) -> str:
    return f"{one.title[:120]} ({one.filename})"
