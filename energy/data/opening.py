"""The figures of a data set and where they come from, whichever way they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from energy.data import snapshot
from energy.data.archive import HeldVintage, find, newest, vintage_id
from energy.data.csv_cells import read_bytes
from energy.data.dataset import UK, Csv, Dataset
from energy.data.dataset_file import read_dataset
from energy.data.long_csv import read_long
from energy.data.monthly import read_frame
from energy.data.monthly_csv import read_csv
from energy.data.records import describe
from energy.data.vintages import RawFile, Vintage, open_vintage
from energy.errors import OnlyAsItStands
from energy.settings import Settings


@dataclass(frozen=True, slots=True)
class Opened:
    """The figures of one vintage.

    Attributes:
        dataset: What they are; the series of a long table are named in it.
        frame: The monthly frame; see `energy.data.monthly`.
        vintage_id: Which vintage it is of.
        hashes: SHA-256 of each raw file by file name.
        document: What a release carries of it; see `energy.data.snapshot`.
    """

    dataset: Dataset
    frame: pd.DataFrame
    vintage_id: str
    hashes: dict[str, str]
    document: dict[str, Any]


def dataset_of(settings: Settings) -> Dataset:
    """The data set that the settings name; the United Kingdom's where they name none.

    Raises:
        BadDataset: Its settings file is not as it must be.
    """
    return read_dataset(settings.dataset) if settings.dataset else UK


def open_data(dataset: Dataset, root: Path, asked: str = "", target: str = "") -> Opened:
    """Read a data set's figures, and check them.

    Args:
        dataset: Which.
        root: Folder of the archive, for data sets that have one.
        asked: Id of a vintage in the archive; '' for the newest.
        target: The series of a long table whose figures the document is to carry; '' for the data
            set's own. A release carries those of the others beside their forecasts.

    Raises:
        OnlyAsItStands: A vintage is asked for of a CSV.
        UnknownTarget: There is no such series in a long table.
        DataError: The figures cannot be used.
    """
    if dataset.csv is not None:
        if asked:
            raise OnlyAsItStands("--vintage", dataset.csv.file)
        return _from_csv(dataset, dataset.csv, target)
    chosen = find(root, asked) if asked else newest(root)
    vintage = open_vintage(chosen.folder)
    frame = read_frame(vintage)
    document = snapshot.to_document(frame, vintage, chosen, dataset)
    return Opened(dataset, frame, chosen.vintage_id, vintage.hashes, document)


def _from_csv(dataset: Dataset, source: Csv, target: str) -> Opened:
    content = read_bytes(source.file)
    if dataset.each is None:
        frame, told = read_csv(content, dataset, source), dataset
    else:
        frame = read_long(content, dataset, source)
        dataset = dataset.of([name for name in frame.columns if name != "provisional"])
        told = dataset.alone(target or dataset.target)
    record = describe(content, "")
    file = RawFile(source.file, record.sha256, record.bytes, (), record)
    folder = source.file.parent
    month = frame[list(dataset.targets)].dropna(how="all").index[-1]
    release = month.strftime("%B %Y")
    vintage = Vintage(folder, (file,), release, "", dataset.attribution, dataset.licence, {})
    chosen = vintage_id(str(month), vintage.hashes.values())
    held = HeldVintage(chosen, folder, release, "", vintage.hashes)
    document = snapshot.to_document(frame, vintage, held, told)
    return Opened(dataset, frame, chosen, vintage.hashes, document)
