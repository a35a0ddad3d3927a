"""Ingest new data: from statistics pages or files to an archived vintage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from energy import legacy_errors
from energy.data.archive import list_vintages
from energy.data.download import (
    DEFAULT_POLICY,
    CacheValidators,
    Download,
    DownloadPolicy,
    display_url,
    download_workbook,
)
from energy.data.govuk import SOURCES, Source, discover
from energy.data.vintage_builder import (
    NewVintage,
    RejectedVintage,
    UnchangedVintage,
    ingest_vintage,
)
from energy.data.vintages import FileRecord, VintageRecord, describe_file, read_record
from energy.errors import FetchError
from energy.settings import Settings

Outcome = NewVintage | UnchangedVintage | RejectedVintage
SOURCE_NAMES: tuple[str, ...] = tuple(source.name for source in SOURCES)


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What came of asking one source.

    Attributes:
        source: Its name, or `by hand`.
        lines: What was found and done, for a person to read.
        files: The bytes of each workbook that is not held already, by file name.
        records: What is known of each, by file name.
        trouble: Why it could not be reached or read, or ''.
    """

    source: str
    lines: list[str]
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    records: dict[str, FileRecord] = field(default_factory=dict)
    trouble: str = ""


def download_policy(settings: Settings) -> DownloadPolicy:
    """How to ask: as always, but from the places that the settings name, if they do."""
    if not settings.govuk_origins:
        return DEFAULT_POLICY
    return replace(DEFAULT_POLICY, origins=settings.govuk_origins, tries=2, first_wait=0.1)


def fetch_source(settings: Settings, kind: str, what: str) -> FetchResult:
    """Get workbooks: from a `source` by name, from a `url`, or from `file` paths with commas.

    Raises:
        FetchError: A URL given by hand cannot be fetched.
        DataError: What is held cannot be read, or a file is not there.
    """
    if kind == "source":
        return fetch_pages(settings, what)
    if kind == "url":
        return fetch_one(settings, what, "by hand")
    return from_files([Path(path.strip()) for path in what.split(",") if path.strip()])


def fetch_pages(settings: Settings, source_name: str) -> FetchResult:
    """Find a source's workbooks and fetch those that are not held; trouble is part of the answer.

    Args:
        settings: Where the data are, and where to ask.
        source_name: One of SOURCE_NAMES.

    Raises:
        DataError: What is held cannot be read.
    """
    source: Source = next(one for one in SOURCES if one.name == source_name)
    known = _known(settings.data)
    try:
        found = discover(source, download_policy(settings), settings.govuk_api)
    except FetchError as error:
        return FetchResult(source_name, [f"{source_name}: {error}"], trouble=str(error))
    parts = [FetchResult(source_name, found.lines())]
    for one in found.attachments:
        try:
            parts.append(
                fetch_one(settings, one.url, source_name, known, found.url, found.published)
            )
        except FetchError as error:
            said = [f"  not fetched: {error}"]
            parts.append(FetchResult(source_name, said, trouble=str(error)))
    return _together(source_name, parts)


def fetch_one(
    settings: Settings,
    url: str,
    source_name: str,
    known: dict[str, CacheValidators] | None = None,
    page: str = "",
    published: str = "",
) -> FetchResult:
    """Fetch one workbook by its URL, unless it is held.

    Args:
        settings: Where the data are, and where files may come from.
        url: Of the workbook, from a page or given by hand.
        source_name: Whose it is, for the lines.
        known: What is held, by URL; read from the archive where None.
        page: The page it was found on, for its record.
        published: Date of that page, ISO.

    Raises:
        FetchError: It cannot be fetched, or is no workbook.
        DataError: What is held cannot be read.
    """
    known = _known(settings.data) if known is None else known
    answer = download_workbook(url, known.get(url), download_policy(settings))
    if not isinstance(answer, Download):
        return FetchResult(
            source_name, [f"  {display_url(url)}: unchanged since it was last fetched"]
        )
    name = answer.filename
    record = describe_file(
        answer.content,
        page or display_url(url),
        published,
        url=answer.url,
        etag=answer.etag,
        last_modified=answer.last_modified,
        found_at=answer.fetched_at,
    )
    said = f"  fetched {name}, {len(answer.content):,} bytes, sha256 {answer.sha256}"
    return FetchResult(source_name, [said], {name: answer.content}, {name: record})


def from_files(paths: Sequence[Path]) -> FetchResult:
    """Take workbooks from files: everything but the download.

    Raises:
        NotAWorkbook: There is no such file, or it cannot be read.
    """
    parts = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise legacy_errors.NotAWorkbook(
                str(path), f"no readable file ({error.strerror})"
            ) from error
        said = f"by hand: {path.name}, {len(content):,} bytes"
        record = describe_file(content, f"given by hand: {path.name}")
        parts.append(FetchResult("by hand", [said], {path.name: content}, {path.name: record}))
    return _together("by hand", parts)


def ingest(
    settings: Settings, deliveries: Sequence[FetchResult], accept: Collection[str] = ()
) -> Outcome | None:
    """Keep what was delivered as a vintage; None where nothing was delivered.

    Raises:
        EnergyError: The archive cannot be written or read; what is held stays as it was.
    """
    whole = _together("", deliveries)
    if not whole.files:
        return None
    return ingest_vintage(
        settings.data, whole.files, VintageRecord("", "", whole.records), accept=accept
    )


def require_accepted(outcome: Outcome | None) -> None:
    """Raise the reason of a refusal, with where the workbooks were set aside.

    Raises:
        VintageRefused: The workbooks were refused.
    """
    if isinstance(outcome, RejectedVintage):
        raise legacy_errors.VintageRefused(str(outcome.error), outcome.folder) from outcome.error


def conclusion(outcome: Outcome | None, deliveries: Sequence[FetchResult]) -> str:
    """What came of it, in one line."""
    unreached = [one.source for one in deliveries if one.trouble]
    not_all = f" Not reached: {', '.join(unreached)}." if unreached else ""
    if isinstance(outcome, NewVintage):
        month, revised = outcome.vintage.month, len(outcome.revisions)
        return f"Kept {outcome.vintage.vintage_id}: to {month}, {revised} figures revised.{not_all}"
    if isinstance(outcome, RejectedVintage):
        return f"Refused: {outcome.error} Set aside in {outcome.folder}.{not_all}"
    return f"Nothing new; what is held stays in use.{not_all}"


def ingest_summary(
    settings: Settings, outcome: Outcome | None, deliveries: Sequence[FetchResult]
) -> dict[str, object]:
    """What came of it as plain data, for `energy ingest --json`."""
    kept = outcome if isinstance(outcome, NewVintage) else None
    every = list_vintages(settings.data)
    return {
        "result": "kept" if kept else "nothing new",
        "conclusion": conclusion(outcome, deliveries),
        "vintage": every[-1].vintage_id if every else None,
        "revisions": len(kept.revisions) if kept else 0,
        "checks": [asdict(one) for one in kept.checks] if kept else [],
        "not_reached": {one.source: one.trouble for one in deliveries if one.trouble},
    }


def _together(source: str, parts: Sequence[FetchResult]) -> FetchResult:
    """Several deliveries as one; of two workbooks of one name, the later gets its hash in front."""
    whole = FetchResult(source, [], trouble=" ".join(one.trouble for one in parts if one.trouble))
    for one in parts:
        whole.lines.extend(one.lines)
        for name, content in one.files.items():
            record = one.records[name]
            taken = whole.files.get(name, content) != content
            free = f"{record.sha256[:8]}-{name}" if taken else name
            whole.files[free], whole.records[free] = content, record
    return whole


def _known(root: Path) -> dict[str, CacheValidators]:
    """ETag, date and hash of everything held that came from a URL, the newest last."""
    known: dict[str, CacheValidators] = {}
    for vintage in list_vintages(root):
        record = read_record(vintage.folder)
        for file in record.files.values() if record else ():
            if file.url:
                known[file.url] = CacheValidators(file.etag, file.last_modified, file.sha256)
    return known
