"""Ingest new data: from statistics pages, URLs or files to an archived vintage."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from energy.data.archive import list_vintages
from energy.data.download import (
    DEFAULT_POLICY,
    CacheValidators,
    DownloadPolicy,
    display_url,
    download_workbook,
)
from energy.data.govuk import SOURCES, discover
from energy.data.vintage_builder import (
    NewVintage,
    RejectedVintage,
    UnchangedVintage,
    ingest_vintage,
)
from energy.data.vintages import FileRecord, VintageRecord, describe_file, read_record
from energy.data.workbook import not_a_workbook
from energy.errors import DataError, FetchError
from energy.settings import Settings

Outcome = NewVintage | UnchangedVintage | RejectedVintage
SOURCE_NAMES: tuple[str, ...] = tuple(source.name for source in SOURCES)


@dataclass(frozen=True, slots=True)
class FetchResult:
    """The workbooks of one source that are not in the archive, and their records, by file name.

    The source is `by hand` for files and URLs. `lines` is a report for a person; `error` says why
    the source could not be reached or read.
    """

    source: str
    lines: list[str]
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    records: dict[str, FileRecord] = field(default_factory=dict)
    error: str = ""


def fetch_source(settings: Settings, kind: str, location: str) -> FetchResult:
    """Fetch workbooks from a `source` by name, a `url`, or `file` paths separated by commas.

    Raises:
        FetchError: A URL cannot be downloaded.
        DataError: The archive or a file cannot be read.
    """
    if kind == "source":
        return fetch_pages(settings, location)
    if kind == "url":
        return fetch_workbook(settings, location, "by hand")
    return from_files([Path(path.strip()) for path in location.split(",") if path.strip()])


def fetch_pages(settings: Settings, source_name: str) -> FetchResult:
    """Find a source's workbooks and download the new ones; failures are part of the result."""
    source = next(source for source in SOURCES if source.name == source_name)
    cache = _archived_downloads(settings.data)
    try:
        discovery = discover(source, download_policy(settings), settings.govuk_api)
    except FetchError as error:
        return FetchResult(source_name, [f"{source_name}: {error}"], error=str(error))
    results = [FetchResult(source_name, discovery.lines())]
    for attachment in discovery.attachments:
        url, page, published = attachment.url, discovery.url, discovery.published
        try:
            results.append(fetch_workbook(settings, url, source_name, cache, page, published))
        except FetchError as error:
            lines = [f"  not downloaded: {error}"]
            results.append(FetchResult(source_name, lines, error=str(error)))
    return _merge(source_name, results)


def fetch_workbook(
    settings: Settings,
    url: str,
    source_name: str,
    cache: dict[str, CacheValidators] | None = None,
    page: str = "",
    published: str = "",
) -> FetchResult:
    """Download a workbook, unless it is in the archive.

    `cache` are the archive's downloads by URL (None to read them); `page`, which links to the
    workbook, and its date go into the record.

    Raises:
        FetchError: It cannot be downloaded, or is not a workbook.
    """
    cache = _archived_downloads(settings.data) if cache is None else cache
    download = download_workbook(url, cache.get(url), download_policy(settings))
    if download is None:
        return FetchResult(
            source_name, [f"  {display_url(url)}: unchanged since the last download"]
        )
    name, content = download.filename, download.content
    record = describe_file(
        content,
        page or display_url(url),
        published,
        url=download.url,
        etag=download.etag,
        last_modified=download.last_modified,
        found_at=download.fetched_at,
    )
    line = f"  downloaded {name}, {len(content):,} bytes, sha256 {download.sha256}"
    return FetchResult(source_name, [line], {name: content}, {name: record})


def from_files(paths: Sequence[Path]) -> FetchResult:
    """Read workbooks from files; DataError if one cannot be read."""
    results = []
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise not_a_workbook(str(path), f"no readable file ({error.strerror})") from error
        lines = [f"by hand: {path.name}, {len(content):,} bytes"]
        record = describe_file(content, f"given by hand: {path.name}")
        results.append(FetchResult("by hand", lines, {path.name: content}, {path.name: record}))
    return _merge("by hand", results)


def download_policy(settings: Settings) -> DownloadPolicy:
    """The default policy, with the allowed places of the settings, if any."""
    if not settings.govuk_origins:
        return DEFAULT_POLICY
    return replace(DEFAULT_POLICY, origins=settings.govuk_origins, tries=2, first_wait=0.1)


def ingest(
    settings: Settings, fetched: Sequence[FetchResult], accept: Collection[str] = ()
) -> Outcome | None:
    """Archive the fetched workbooks as a vintage; None if there are none."""
    merged = _merge("", fetched)
    if not merged.files:
        return None
    record = VintageRecord("", "", merged.records)
    return ingest_vintage(settings.data, merged.files, record, accept=accept)


def require_accepted(outcome: Outcome | None) -> None:
    """Raise DataError if the workbooks were refused: the reason, and their folder."""
    if isinstance(outcome, RejectedVintage):
        raise DataError(
            f"{outcome.error} Quarantined in {outcome.folder}; the vintage in use stays in use."
        ) from outcome.error


def conclusion(outcome: Outcome | None, fetched: Sequence[FetchResult]) -> str:
    """The outcome in one line."""
    failed = ", ".join(result.source for result in fetched if result.error)
    unreached = f" Not reached: {failed}." if failed else ""
    if isinstance(outcome, NewVintage):
        vintage, revised = outcome.vintage, len(outcome.revisions)
        return (
            f"Added vintage {vintage.vintage_id}: to {vintage.month}, {revised} figures revised."
            f"{unreached}"
        )
    if isinstance(outcome, RejectedVintage):
        return f"Refused: {outcome.error} Quarantined in {outcome.folder}.{unreached}"
    return f"Nothing new; the vintage in use stays in use.{unreached}"


def ingest_summary(
    settings: Settings, outcome: Outcome | None, fetched: Sequence[FetchResult]
) -> dict[str, object]:
    """The outcome as plain data, for `energy ingest --json`."""
    new = outcome if isinstance(outcome, NewVintage) else None
    vintages = list_vintages(settings.data)
    return {
        "result": "kept" if new else "nothing new",
        "conclusion": conclusion(outcome, fetched),
        "vintage": vintages[-1].vintage_id if vintages else None,
        "revisions": len(new.revisions) if new else 0,
        "checks": [asdict(check) for check in new.checks] if new else [],
        "not_reached": {result.source: result.error for result in fetched if result.error},
    }


def _merge(source: str, results: Sequence[FetchResult]) -> FetchResult:
    """Several results as one; the second of two workbooks of one name is prefixed by its hash."""
    errors = " ".join(result.error for result in results if result.error)
    merged = FetchResult(source, [], error=errors)
    for result in results:
        merged.lines.extend(result.lines)
        for name, content in result.files.items():
            record = result.records[name]
            taken = merged.files.get(name, content) != content
            unique = f"{record.sha256[:8]}-{name}" if taken else name
            merged.files[unique], merged.records[unique] = content, record
    return merged


def _archived_downloads(root: Path) -> dict[str, CacheValidators]:
    """ETag, date and hash of every archived file that was downloaded, by URL; the newest counts."""
    cache: dict[str, CacheValidators] = {}
    for vintage in list_vintages(root):
        record = read_record(vintage.folder)
        for file in record.files.values() if record else ():
            if file.url:
                cache[file.url] = CacheValidators(file.etag, file.last_modified, file.sha256)
    return cache
