"""The figures of a data set and where they come from, whichever way they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from energy.data import snapshot
from energy.data.archive import HeldVintage, find, newest, vintage_id
from energy.data.dataset import UK, Csv, Dataset
from energy.data.dataset_file import read_dataset
from energy.data.monthly import read_frame
from energy.data.monthly_csv import read_bytes, read_csv
from energy.data.records import describe
from energy.data.vintages import RawFile, Vintage, open_vintage
from energy.errors import OnlyAsItStands
from energy.settings import Settings


@dataclass(frozen=True, slots=True)
class Opened:
    """The figures of one vintage.

    Attributes:
        frame: The monthly frame; see `energy.data.monthly`.
        vintage_id: Which vintage it is of.
        hashes: SHA-256 of each raw file by file name.
        document: What a release carries of it; see `energy.data.snapshot`.
    """

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


def open_data(dataset: Dataset, root: Path, asked: str = "") -> Opened:
    """Read a data set's figures, and check them.

    Args:
        dataset: Which.
        root: Folder of the archive, for data sets that have one.
        asked: Id of a vintage in the archive; '' for the newest.

    Raises:
        OnlyAsItStands: A vintage is asked for of a CSV.
        DataError: The figures cannot be used.
    """
    if dataset.csv is not None:
        if asked:
            raise OnlyAsItStands("--vintage", dataset.csv.file)
        return _from_csv(dataset, dataset.csv)
    chosen = find(root, asked) if asked else newest(root)
    vintage = open_vintage(chosen.folder)
    return _opened(dataset, read_frame(vintage), vintage, chosen)


def _from_csv(dataset: Dataset, source: Csv) -> Opened:
    content = read_bytes(source.file)
    frame = read_csv(content, dataset, source)
    record = describe(content, "")
    file = RawFile(source.file, record.sha256, record.bytes, (), record)
    folder = source.file.parent
    month = frame[list(dataset.targets)].dropna(how="all").index[-1]
    release = month.strftime("%B %Y")
    vintage = Vintage(folder, (file,), release, "", dataset.attribution, dataset.licence, {})
    chosen = vintage_id(str(month), vintage.hashes.values())
    return _opened(
        dataset, frame, vintage, HeldVintage(chosen, folder, release, "", vintage.hashes)
    )


def _opened(dataset: Dataset, frame: pd.DataFrame, vintage: Vintage, held: HeldVintage) -> Opened:
    document = snapshot.to_document(frame, vintage, held, dataset)
    return Opened(frame, held.vintage_id, vintage.hashes, document)
