"""Load a data set: its monthly frame, its vintage, and the documents made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from energy.contract import SCHEMA
from energy.data.archive import (
    REVISIONS,
    ArchivedVintage,
    find_vintage,
    make_vintage_id,
    newest_vintage,
)
from energy.data.csv_input import read_bytes, read_long_csv, read_monthly_csv
from energy.data.dataset import UK, CsvLayout, Dataset, read_dataset_file
from energy.data.frame import read_frame
from energy.data.vintages import RawFile, Vintage, describe_file, open_vintage, read_record
from energy.errors import DataError
from energy.settings import Settings

DIGITS = 6
"""Decimals of a figure in a document."""


@dataclass(frozen=True, slots=True)
class LoadedDataset:
    """The figures of one vintage.

    Attributes:
        dataset: Their data set, with the series of a long table.
        frame: The monthly frame; see `read_frame`.
        hashes: SHA-256 of each raw file by file name.
        document: The release's `data.json`; see `data_document`.
    """

    dataset: Dataset
    frame: pd.DataFrame
    vintage_id: str
    hashes: dict[str, str]
    document: dict[str, Any]


def configured_dataset(settings: Settings) -> Dataset:
    """The data set that the settings name, by default the United Kingdom's."""
    return read_dataset_file(settings.dataset) if settings.dataset else UK


def load_dataset(
    dataset: Dataset, root: Path, vintage_id: str = "", target: str = ""
) -> LoadedDataset:
    """Read and check a data set's figures.

    Args:
        dataset: The data set.
        root: Folder of the archive, for data sets that have one.
        vintage_id: A vintage in the archive; '' for the newest.
        target: The series of a long table whose figures go into the document; '' for the data
            set's own. A release stores those of the others beside their forecasts.

    Raises:
        UnknownTarget: There is no such series in a long table.
        DataError: The figures cannot be used, or a vintage of a CSV is requested.
    """
    if dataset.csv is not None:
        if vintage_id:
            raise DataError(
                f"--vintage needs archived vintages; {dataset.csv.file} has none. Leave --vintage "
                "out; to learn from older figures, name an older file."
            )
        return _load_csv(dataset, dataset.csv, target)
    archived = find_vintage(root, vintage_id) if vintage_id else newest_vintage(root)
    vintage = open_vintage(archived.folder)
    frame = read_frame(vintage)
    document = data_document(frame, vintage, archived, dataset)
    return LoadedDataset(dataset, frame, archived.vintage_id, vintage.hashes, document)


def _load_csv(dataset: Dataset, layout: CsvLayout, target: str) -> LoadedDataset:
    content = read_bytes(layout.file)
    if dataset.each is None:
        frame, released = read_monthly_csv(content, dataset, layout), dataset
    else:
        frame = read_long_csv(content, dataset, layout)
        dataset = dataset.with_series([name for name in frame.columns if name != "provisional"])
        released = dataset.with_target(target or dataset.target)
    record = describe_file(content, "")
    file = RawFile(layout.file, record.sha256, record.bytes, (), record)
    folder = layout.file.parent
    month = frame[list(dataset.targets)].dropna(how="all").index[-1]
    release = month.strftime("%B %Y")
    vintage = Vintage(folder, (file,), release, "", dataset.attribution, dataset.licence, {})
    vintage_id = make_vintage_id(str(month), vintage.hashes.values())
    archived = ArchivedVintage(vintage_id, folder, release, "", vintage.hashes)
    document = data_document(frame, vintage, archived, released)
    return LoadedDataset(dataset, frame, vintage_id, vintage.hashes, document)


def data_document(
    frame: pd.DataFrame, vintage: Vintage, archived: ArchivedVintage, dataset: Dataset = UK
) -> dict[str, Any]:
    """A monthly frame and its source, as plain data ready for JSON.

    Returns:
        `columns` by name from `first_month` on, null where there is no figure; the `provisional`
        months; the `files`; and the `revisions` of the vintage `before`.
    """
    # The embedded vintage and a CSV revised nothing, and a CSV's folder holds other files.
    record = read_record(archived.folder) if archived.kept_at else None
    revised = archived.kept_at and (archived.folder / REVISIONS).is_file()
    revisions = archived.revisions() if revised else None
    return {
        "schema": SCHEMA,
        "vintage_id": archived.vintage_id,
        "release": vintage.release,
        "title": dataset.title,
        "unit": dataset.unit(dataset.target),
        "units": {column.name: column.unit for column in dataset.columns},
        "first_month": str(frame.index[0]),
        "columns": {column.name: _values(frame[column.name]) for column in dataset.columns},
        "provisional": [str(month) for month in frame.index[frame["provisional"]]],
        "files": [
            {
                "name": file.path.name,
                "sha256": file.sha256,
                "bytes": file.bytes,
                "source": file.record.source if file.record else "",
                "published": file.record.published if file.record else "",
            }
            for file in vintage.files
        ],
        "licence": vintage.licence,
        "attribution": vintage.attribution,
        "before": record.before if record else "",
        "revisions": [] if revisions is None else _records(revisions),
    }


def _values(column: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else round(float(value), DIGITS) for value in column]


def _records(revisions: pd.DataFrame) -> list[dict[str, Any]]:
    rows = revisions.astype({"month": str}).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
