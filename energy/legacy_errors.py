"""Errors of earlier versions, on their way into `energy.errors`; this module goes away."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from energy import errors
from energy.errors import join_names, quote_value


class _Legacy(errors.EnergyError):
    @property
    def message(self) -> str:
        """One line: what was found, what was expected, what to do."""
        raise NotImplementedError

    def __str__(self) -> str:
        return " ".join(self.message.split())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, f.name) for f in fields(self))  # type: ignore[arg-type]


MOST_LISTED, MOST_COMPARED = 20, 2000


class RequestError(_Legacy, errors.RequestError):
    """What was asked for cannot be done."""


@dataclass(eq=False)
class UnknownTarget(RequestError, errors.UnknownTarget):
    """A target that the monthly frame does not have."""

    code = "unknown_target"
    field = "target"

    target: str
    known: Sequence[str]

    @property
    def message(self) -> str:
        from difflib import get_close_matches  # where the service starts, nobody has erred yet

        shown = join_names(self.known[:MOST_LISTED])
        more = len(self.known) - MOST_LISTED
        others = f" and {more} more" if more > 0 else ""
        near = get_close_matches(self.target, self.known[:MOST_COMPARED], 1)
        meant = f" Did you mean '{near[0]}'?" if near else ""
        return f"Unknown target '{self.target}'.{meant} Known targets: {shown}{others}."


@dataclass(eq=False)
class OutOfRange(RequestError):
    """A number outside the range that makes sense for it."""

    code = "misconfigured"

    name: str
    found: object
    lowest: object
    highest: object

    @property
    def message(self) -> str:
        return f"{self.name} is {self.found}; expected {self.lowest} to {self.highest}."


@dataclass(eq=False)
class NotAMonth(RequestError):
    """A text that does not name a month."""

    name: str
    found: object

    @property
    def message(self) -> str:
        return f"{self.name} is '{self.found}'; expected a month such as 2001-01."


@dataclass(eq=False)
class TrackingUnreachable(RequestError):
    """An MLflow backend that cannot be written."""

    uri: str
    reason: str

    @property
    def message(self) -> str:
        shown = re.sub(r"//[^/@]*@", "//***@", self.uri)  # a server's URI may hold a password
        return (
            f"MLflow's backend {shown} cannot be used: {self.reason}. "
            "Set MLFLOW_TRACKING_URI to one that can, or leave it unset for a local file."
        )


class StoreError(_Legacy, errors.StoreError):
    """The release store, or something in it, is not as it should be."""

    code = "store"


@dataclass(eq=False)
class BadDocument(StoreError, errors.BadDocument):
    """A JSON document that does not say what it should."""

    name: str
    reason: str

    @property
    def message(self) -> str:
        return f"{self.name} is not as expected: {self.reason}."


class MonitoringError(_Legacy):
    """What watches the forecasts cannot do its work."""


@dataclass(eq=False)
class FiguresBehindRecord(MonitoringError):
    """The track record knows newer figures than are held here: writing it would lose some."""

    vintage_id: str
    cutoff: str
    known_vintage_id: str
    known_cutoff: str

    @property
    def message(self) -> str:
        return (
            f"The newest vintage held is {self.vintage_id}, to {self.cutoff}; the track record was "
            f"made with {self.known_vintage_id}, to {self.known_cutoff}, and stays as it is. "
            "Run IngestFlow first, or name the folder that has it (ENERGY_DATA)."
        )


@dataclass(eq=False)
class MetricsUnsent(MonitoringError):
    """CloudWatch did not take the metrics; the track record is written all the same."""

    namespace: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"CloudWatch did not take the metrics of namespace {self.namespace}: {self.reason}. "
            "The track record is written; mend it, or leave ENERGY_METRICS_NAMESPACE empty."
        )


@dataclass(eq=False)
class NothingReadable(MonitoringError):
    """Releases were in service, but not one can be read, and no record says what they forecast."""

    store: str
    release_id: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"No release that was in service in the store {self.store} can be read, so nothing can "
            f"be scored. The last is {self.release_id}: {self.reason} Publish anew."
        )


@dataclass(eq=False)
class RecordOfAnother(MonitoringError):
    """The store's track record is of another target than the release in service."""

    target: str
    known_target: str

    @property
    def message(self) -> str:
        return (
            f"The release in service forecasts {self.target}, the track record is of "
            f"{self.known_target} and stays as it is: a store serves one target. Give the other a "
            "store of its own, or move track_record.json away to begin another."
        )


class DataError(_Legacy, errors.DataError):
    """The workbooks at hand cannot be used; what was held before stays in use."""


@dataclass(eq=False)
class NoData(DataError, errors.NoData):
    """A folder without any workbook."""

    folder: object
    found: str

    @property
    def message(self) -> str:
        return (
            f"No data: {self.folder} {self.found}; expected the workbooks of one release. "
            "Restore data/raw with git, or set ENERGY_DATA to the folder that holds them."
        )


@dataclass(eq=False)
class BadRecord(DataError):
    """A `vintage.json` that does not say what it should."""

    file: object
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}: found {self.found}; expected {self.expected}. "
            "Restore it with git, or write it anew with scripts/embed_vintage.py."
        )


@dataclass(eq=False)
class MissingFile(DataError):
    """A workbook that the record names and the folder does not hold."""

    file: str
    folder: object

    @property
    def message(self) -> str:
        return (
            f"{self.file} is missing from {self.folder}, whose vintage.json names it. "
            "Restore it with git, or write it anew with scripts/embed_vintage.py."
        )


@dataclass(eq=False)
class NotAWorkbook(DataError):
    """Bytes that are no workbook: a web page, a file cut short, something else."""

    file: str
    found: str

    @property
    def message(self) -> str:
        return (
            f"{self.file} is not a workbook: found {self.found}; expected an .xlsx or .ods file. "
            "Restore it with git, or download it again."
        )


@dataclass(eq=False)
class AlteredFile(DataError):
    """A workbook that reads well but is not the one that was recorded."""

    file: object
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file} was altered: its SHA-256 is {self.found}; vintage.json records "
            f"{self.expected}. Restore it with `git checkout -- {self.file}`, or record it anew "
            "with scripts/embed_vintage.py."
        )


@dataclass(eq=False)
class TableNotFound(DataError, errors.TableNotFound):
    """A published table that none of the workbooks holds."""

    table: str
    files: Sequence[str]
    expected: str

    @property
    def message(self) -> str:
        return (
            f"Table {self.table} not found in {join_names(self.files)}; expected {self.expected}. "
            "Add the workbook that holds it."
        )


@dataclass(eq=False)
class RepeatedTable(DataError):
    """One table twice: nothing tells which one is meant."""

    table: str
    found: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"Table {self.table} found in {join_names(self.found)}; expected it once. "
            "Keep one of them."
        )


@dataclass(eq=False)
class WrongTitle(DataError, errors.WrongTitle):
    """A block with a table's labels under another table's title, or another unit's."""

    file: str
    sheet: str
    table: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}: title '{self.found}'; expected {self.expected}. "
            f"If the layout changed, edit the TableSpec of {self.table} in energy/data/tables.py."
        )


@dataclass(eq=False)
class MissingLabels(DataError):
    """A table under its title, without some of the labels that its figures are found by."""

    file: str
    sheet: str
    table: str
    found: Sequence[str]
    missing: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}: table {self.table} has no label "
            f"{' nor '.join(repr(label) for label in self.missing)}; "
            f"found {join_names(self.found)}. "
            f"If the layout changed, edit the TableSpec of {self.table} in energy/data/tables.py."
        )


@dataclass(eq=False)
class RepeatedLabel(DataError):
    """One label twice in one block: nothing tells which column is meant."""

    file: str
    sheet: str
    table: str
    label: str
    cells: Sequence[str]

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}: label '{self.label}' of table {self.table} stands "
            f"in cells {join_names(self.cells)}; expected it once. Compare with the published file."
        )


@dataclass(eq=False)
class BadCell(DataError):
    """A cell that holds something other than the figure expected there."""

    file: str
    sheet: str
    cell: str
    found: object
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}, cell {self.cell}: found {self.found!r}; "
            f"expected {self.expected}. Compare with the published file."
        )


@dataclass(eq=False)
class BlankCell(DataError):
    """A blank amid figures: most often a formula saved without its value."""

    file: str
    sheet: str
    cell: str
    column: str
    month: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}, cell {self.cell}: found a blank (or a formula "
            f"without a value) amid figures; expected {self.column} of {self.month}, a number or "
            "[x]. If it is a formula, open and save the file in a spreadsheet program."
        )


@dataclass(eq=False)
class NoFigures(DataError):
    """A column without one figure: most often formulas saved without their values."""

    file: str
    sheet: str
    cell: str
    column: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}: found no figure of {self.column} from cell "
            f"{self.cell} on; expected numbers. If they are formulas, open and save the file in a "
            "spreadsheet program."
        )


@dataclass(eq=False)
class ImplausibleFigure(DataError):
    """A figure, or a column's mean, outside the range that its table allows."""

    file: str
    sheet: str
    cell: str
    name: str
    found: float
    lowest: float
    highest: float
    unit: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}, cell {self.cell}: {self.name} is {self.found:.6g} "
            f"{self.unit}; expected {self.lowest:g} to {self.highest:g}. Check that these are the "
            "monthly figures themselves, not adjusted ones, deviations or another unit."
        )


@dataclass(eq=False)
class MonthError(DataError):
    """A month label that cannot be read, or is not the next month."""

    file: str
    sheet: str
    cell: str
    found: str
    expected: str

    problem = "is not a month"

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}, cell {self.cell}: '{self.found}' {self.problem}; "
            f"expected {self.expected}. Compare with the published file."
        )


class UnreadableMonth(MonthError):
    """A label that names no month."""


class MonthGap(MonthError):
    """A month, or a year of them, left out."""

    problem = "comes after a gap"


class RepeatedMonth(MonthError):
    """A month, or a year of them, for the second time."""

    problem = "stands there twice"


class DescendingMonths(MonthError):
    """A month earlier than the one before it."""

    problem = "goes back in time"


class LateStart(MonthError):
    """A table that starts later than it is published: its top was cut off."""

    problem = "is a late start"


@dataclass(eq=False)
class TotalMismatch(DataError):
    """A total that is not the sum of its parts."""

    file: str
    sheet: str
    cell: str
    month: str
    total: float
    parts: float
    tolerance: float
    unit: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, sheet {self.sheet}, cell {self.cell}: the total of {self.month} is "
            f"{self.total:.6g}, but its parts sum to {self.parts:.6g}; expected them to agree "
            f"within {self.tolerance:g} {self.unit}. Compare with the published file."
        )


@dataclass(eq=False)
class BadFrame(DataError, errors.BadFrame):
    """A monthly frame that breaks a rule which forecasting relies on."""

    column: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"Monthly frame, {self.column}: found {self.found}; expected {self.expected}. "
            "Make the frame with energy.data.frame.read_frame."
        )


@dataclass(eq=False)
class IncompleteTarget(DataError):
    """A target with months missing after the start that was asked for."""

    target: str
    start: str
    missing: str
    months: int
    complete_from: str

    @property
    def message(self) -> str:
        return (
            f"{self.target} has no figure for {self.missing} ({self.months} months missing from "
            f"{self.start} on); expected every month. Start at {self.complete_from} or later."
        )


@dataclass(eq=False)
class TooShort(DataError):
    """Too few months to learn a year's pattern from and test it."""

    target: str
    start: str
    found: int
    expected: int

    @property
    def message(self) -> str:
        return (
            f"{self.target} has {self.found} months from {self.start} on; expected at least "
            f"{self.expected}. Start earlier, or add the months before."
        )


class SeriesError(DataError):
    """A data set of one's own that cannot be used."""


@dataclass(eq=False)
class BadDataset(SeriesError):
    """A settings file (TOML) that does not say what it should; `field` names where."""

    file: object
    field: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        where = f", {self.field}" if self.field else ""
        return (
            f"{self.file}{where}: found {self.found}; expected {self.expected}. "
            "docs/your-own-series.md has every field."
        )


@dataclass(eq=False)
class NotACsv(SeriesError):
    """A file that is not there, is empty, or is no CSV with commas in UTF-8."""

    file: object
    found: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}: found {self.found}; expected a CSV in UTF-8 with commas between columns "
            "and points in numbers: a row of names, then a row for each month."
        )


@dataclass(eq=False)
class WrongHeader(SeriesError):
    """A first row that does not hold the names that the settings file gives."""

    file: object
    line: int
    found: Sequence[str]
    expected: Sequence[str]
    missing: Sequence[str]
    unknown: Sequence[str]
    repeated: Sequence[str]

    @property
    def message(self) -> str:
        wrong = "; ".join(
            f"{what} {', '.join(map(quote_value, names))}"
            for what, names in (
                ("missing", self.missing),
                ("not in the settings file:", self.unknown),
                ("twice:", self.repeated),
            )
            if names
        )
        return (
            f"{self.file}, line {self.line}: found the columns "
            f"{join_names([quote_value(name) for name in self.found])}; expected "
            f"{join_names([quote_value(name) for name in self.expected])}; {wrong}. "
            "Name every column in the settings file, as it is written here, or take it out."
        )


@dataclass(eq=False)
class WrongRow(SeriesError):
    """A row with more or fewer cells than there are columns."""

    file: object
    line: int
    found: int
    expected: int

    @property
    def message(self) -> str:
        return (
            f"{self.file}, line {self.line}: found {self.found} cells; expected {self.expected}. "
            "Look for a decimal comma, or a comma between thousands."
        )


@dataclass(eq=False)
class WrongSeries(SeriesError):
    """A name that a series of a long table cannot have."""

    file: object
    line: int
    column: str
    found: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, line {self.line}, column {self.column}: "
            f"found {quote_value(self.found)}; "
            "expected a name of up to 40 letters, digits, spaces and `_.-` that begins with a "
            "letter or a digit, other than all, month and provisional."
        )


@dataclass(eq=False)
class WrongCell(SeriesError):
    """A cell that is not what its column must hold."""

    file: object
    line: int
    column: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, line {self.line}, column {self.column}: "
            f"found {quote_value(self.found)}; "
            f"expected {self.expected}."
        )


class WrongMonth(WrongCell):
    """A month that cannot be read, or that does not follow the one in the row before."""


class WrongFigure(WrongCell):
    """A cell that holds no number, or one that its column cannot have."""


@dataclass(eq=False)
class BlankFigure(SeriesError):
    """An empty cell where there must be a figure."""

    file: object
    line: int
    column: str
    month: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file}, line {self.line}, column {self.column}: found no figure for "
            f"{self.month}; expected {self.expected}."
        )


@dataclass(eq=False)
class PartsApart(SeriesError):
    """A total that is not the sum of its parts."""

    file: object
    line: int
    column: str
    month: str
    found: float
    parts: float
    tolerance: float

    @property
    def message(self) -> str:
        return (
            f"{self.file}, line {self.line}, column {self.column}: found {self.found:g} for "
            f"{self.month}, but its parts sum to {self.parts:g}; expected them within "
            f"{self.tolerance:g}. Mend the figures, or set `tolerance` in the settings file."
        )


@dataclass(eq=False)
class OnlyAsItStands(SeriesError):
    """An option that needs vintages kept, of a CSV that is read as it stands."""

    option: str
    file: object

    @property
    def message(self) -> str:
        return (
            f"{self.option} needs vintages that were kept; {self.file} is read as it stands. "
            f"Leave {self.option} out; to learn from older figures, name an older file."
        )


@dataclass(eq=False)
class CheckFailed(DataError):
    """A check that a new vintage did not pass; `where` names files, sheets, cells or columns."""

    where: str
    found: str
    expected: str

    advice = "Compare with the published file."

    @property
    def message(self) -> str:
        return f"{self.where}: found {self.found}; expected {self.expected}. {self.advice}"


class BrokenFrame(CheckFailed):
    """Tables that read well one by one and do not make a monthly frame together."""


class BehindCover(CheckFailed):
    """A table that ends before the month that its workbook's own cover announces."""

    advice = (
        "Its last rows are missing, or the cover is wrong; if a person has found it is the cover, "
        "accept the check 'cover'."
    )


class OlderThanHeld(CheckFailed):
    """A table that ends before the same table of the newest vintage held."""

    advice = "An older file was found or given; what is held stays in use."


class FiguresWithdrawn(CheckFailed):
    """Figures of the vintage before that are missing now."""

    advice = "If the office did withdraw them, accept the check 'withdrawn'."


class RevisedTooFar(CheckFailed):
    """Figures that differ from those of the vintage before by more than any known revision."""

    advice = (
        "Look for swapped columns, another unit or a slip of the pen; if it is a true revision, "
        "accept the check 'revisions'."
    )


@dataclass(eq=False)
class UnrecordedBytes(DataError):
    """Bytes that are not those their record describes: altered on the way from where they come."""

    file: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.file} has SHA-256 {self.found}; its record says {self.expected}. "
            "It was altered on the way; fetch it again."
        )


@dataclass(eq=False)
class BadFileName(DataError):
    """A file name that cannot be kept as it is in a vintage's folder."""

    file: str

    @property
    def message(self) -> str:
        return (
            f"{self.file[:80]!a} is no name for a workbook; expected up to 150 letters, digits, "
            "spaces and _ - + ( ) . , not starting with a dot, ending such as .xlsx or .ods."
        )


@dataclass(eq=False)
class UnknownVintage(DataError):
    """A vintage id that is not held."""

    vintage_id: str
    known: Sequence[str]

    @property
    def message(self) -> str:
        return f"No vintage {self.vintage_id[:80]!a} is held; held: {join_names(self.known)}."


@dataclass(eq=False)
class UnknownCheck(DataError):
    """A check that does not exist, or that nobody can accept."""

    checks: Sequence[str]
    known: Sequence[str]

    @property
    def message(self) -> str:
        return f"Cannot accept {join_names(self.checks)}; expected any of {join_names(self.known)}."


@dataclass(eq=False)
class NeverKnown(DataError):
    """A month at which none of the vintages held could have stood."""

    cutoff: str
    first: str
    last: str

    @property
    def message(self) -> str:
        return (
            f"No vintage can be cut at {self.cutoff}; expected {self.first} to {self.last}, the "
            "months with energy figures in the newest one held."
        )


@dataclass(eq=False)
class ArchiveUnwritable(DataError):
    """A folder of vintages that cannot be written: no room, no right, or another at work in it."""

    folder: object
    reason: str

    @property
    def message(self) -> str:
        return (
            f"{self.folder} cannot be written: {self.reason}. Nothing was changed; make it "
            "writable, or wait until the other ingest has ended."
        )


@dataclass(eq=False)
class VintageRefused(DataError):
    """New workbooks that were set aside instead of being kept."""

    reason: str
    folder: object

    @property
    def message(self) -> str:
        return f"{self.reason} Set aside in {self.folder}; what was held stays in use."


class FetchError(_Legacy, errors.FetchError):
    """What is published could not be found or fetched; what is held stays in use."""


@dataclass(eq=False)
class UrlRefused(FetchError):
    """A URL, given or redirected to, outside the places we fetch from; `via` sent us there."""

    url: str
    reason: str
    allowed: Sequence[str]
    via: str = ""

    @property
    def message(self) -> str:
        sent = f" (redirected to by {self.via})" if self.via else ""
        return (
            f"{self.url}{sent} is not fetched: {self.reason}; expected a URL of "
            f"{join_names(self.allowed)}. Download it by hand and give the file."
        )


@dataclass(eq=False)
class TooManyRedirects(FetchError):
    """A chain of redirects without an end in sight."""

    url: str
    last: str
    most: int

    @property
    def message(self) -> str:
        return (
            f"{self.url} redirects more than {self.most} times, last to {self.last}; "
            "expected a file. Try later, or give the file's own URL."
        )


@dataclass(eq=False)
class NoAnswer(FetchError):
    """No connection, or one that went silent; tried again to no avail."""

    url: str
    reason: str
    tries: int

    @property
    def message(self) -> str:
        return f"{self.url} cannot be reached: {self.reason} (tries: {self.tries}). Try later."


@dataclass(eq=False)
class TooSlow(FetchError):
    """The time for one file, all tries and redirects included, ran out."""

    url: str
    seconds: float
    found: int

    @property
    def message(self) -> str:
        return (
            f"{self.url} is too slow: {self.found} bytes after {self.seconds:g} seconds, which is "
            "the limit. Try later, or download it by hand and give the file."
        )


@dataclass(eq=False)
class ServerFailed(FetchError):
    """The server said that it cannot answer now (429, 5xx), at every try."""

    url: str
    status: int
    tries: int

    @property
    def message(self) -> str:
        return f"{self.url} answered {self.status} (tries: {self.tries}). Try later."


@dataclass(eq=False)
class NotThere(FetchError):
    """404: nothing is published under this URL."""

    url: str

    @property
    def message(self) -> str:
        return (
            f"{self.url} answered 404: nothing is published there. Look for its new place on "
            "www.gov.uk; that of a page belongs in SOURCES of energy/data/govuk.py."
        )


@dataclass(eq=False)
class GoneForGood(FetchError):
    """410: what was published under this URL was taken away on purpose."""

    url: str

    @property
    def message(self) -> str:
        return (
            f"{self.url} answered 410: it was taken away on purpose. Look for what replaces it on "
            "www.gov.uk; the place of a page belongs in SOURCES of energy/data/govuk.py."
        )


@dataclass(eq=False)
class UnexpectedStatus(FetchError):
    """An answer that is neither the file, nor a redirect, nor a failure that will pass."""

    url: str
    status: int

    @property
    def message(self) -> str:
        return f"{self.url} answered {self.status}; expected 200. Open it in a browser to see why."


@dataclass(eq=False)
class CutBody(FetchError):
    """Fewer bytes than announced, at every try; `expected` is -1 where no number was announced."""

    url: str
    found: int
    expected: int
    tries: int

    @property
    def message(self) -> str:
        announced = f"{self.expected} bytes" if self.expected >= 0 else "a complete answer"
        return (
            f"{self.url} was cut short: {self.found} bytes arrived; expected {announced} "
            f"(tries: {self.tries}). Try later."
        )


@dataclass(eq=False)
class TooLarge(FetchError):
    """More bytes, announced or arrived, than any file we expect has."""

    url: str
    found: int
    most: int

    @property
    def message(self) -> str:
        return (
            f"{self.url} has {self.found} bytes or more; expected at most {self.most}. Nothing of "
            "it is kept; if it is right all the same, download it by hand and give the file."
        )


@dataclass(eq=False)
class WebPageInstead(FetchError):
    """A web page, most often an error or a notice, where something else should be."""

    url: str
    expected: str

    @property
    def message(self) -> str:
        return (
            f"{self.url} answered 200 with a web page (HTML); expected {self.expected}. "
            "Open it in a browser to see what it says."
        )


@dataclass(eq=False)
class UnexpectedContent(FetchError):
    """Bytes that are not what the URL should give."""

    url: str
    found: str
    expected: str

    @property
    def message(self) -> str:
        return f"{self.url} answered 200 with {self.found}; expected {self.expected}. Try later."


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
            f"{self.url} offers no workbook titled with table {join_names(self.tables)}; found "
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


class ClientError(_Legacy, errors.ClientError):
    """The service gave no answer that can be used."""


@dataclass(eq=False)
class ServiceUnreachable(ClientError, errors.ServiceUnreachable):
    """Nobody answered, or somebody who is not the service."""

    where: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"The forecasting service at {self.where} cannot be reached ({self.reason}). "
            "Check the address, and that the service is up."
        )


@dataclass(eq=False)
class ServiceSlow(ClientError, errors.ServiceSlow):
    """No answer within the time that is waited for one."""

    where: str
    seconds: float

    @property
    def message(self) -> str:
        return (
            f"The forecasting service at {self.where} did not answer within {self.seconds:g} "
            "seconds. It may be starting: ask again in a minute."
        )


@dataclass(eq=False)
class ServiceFailed(ClientError, errors.ServiceFailed):
    """It was reached, and broke while it answered."""

    where: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"The forecasting service at {self.where} failed while it answered ({self.reason}). "
            "Its log says more."
        )


@dataclass(eq=False)
class ServiceRefused(ClientError, errors.ServiceRefused):
    """An error body of the contract: its status, code and field, and what it says."""

    status: int
    code: str
    said: str = ""
    field: str | None = None

    @property
    def message(self) -> str:
        return f"{self.said} ({self.code})"


@dataclass(eq=False)
class NotTheContract(ClientError, errors.NotTheContract):
    """An answer that is not what the contract promises."""

    path: str
    reason: str

    @property
    def message(self) -> str:
        return (
            f"The answer from {self.path} is not what the contract promises: {self.reason}. "
            "App and service may be of different versions: deploy both from one commit."
        )


@dataclass(eq=False)
class ChampionNotHere(ClientError, errors.ChampionNotHere):
    """A question for the fitted champion, asked where it cannot be unpickled."""

    missing: str

    @property
    def message(self) -> str:
        return (
            f"This question needs the fitted champion, and {self.missing} is not installed here. "
            "Set ENERGY_API_URL or ENERGY_FUNCTION to a service that has it, or install the "
            "project's requirements.txt."
        )


@dataclass(eq=False)
class AnotherRelease(ClientError, errors.AnotherRelease):
    """An answer from another release than the one that the page shows."""

    shown: str
    found: str

    @property
    def message(self) -> str:
        return (
            f"Release {self.found} answered, and this page shows {self.shown}: a new release is "
            "coming into service. Reload in a minute."
        )
