"""Load a dataset: its frame, where it comes from, and the documents made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from energy import legacy_errors
from energy.contract import SCHEMA
from energy.data.archive import REVISIONS, ArchivedVintage, find_vintage, newest_vintage, vintage_id
from energy.data.csv_input import read_bytes, read_long_csv, read_monthly_csv
from energy.data.dataset import UK, CsvLayout, Dataset, read_dataset_file
from energy.data.frame import read_frame, target_series, temporal_split
from energy.data.vintages import RawFile, Vintage, describe_file, open_vintage, read_record
from energy.settings import Settings


@dataclass(frozen=True, slots=True)
class LoadedDataset:
    """The figures of one vintage.

    Attributes:
        dataset: What they are; the series of a long table are named in it.
        frame: The monthly frame; see `energy.data.frame`.
        vintage_id: Which vintage it is of.
        hashes: SHA-256 of each raw file by file name.
        document: What a release carries of it; see `energy.data.loader`.
    """

    dataset: Dataset
    frame: pd.DataFrame
    vintage_id: str
    hashes: dict[str, str]
    document: dict[str, Any]


def configured_dataset(settings: Settings) -> Dataset:
    """The data set that the settings name; the United Kingdom's where they name none.

    Raises:
        BadDataset: Its settings file is not as it must be.
    """
    return read_dataset_file(settings.dataset) if settings.dataset else UK


def load_dataset(dataset: Dataset, root: Path, asked: str = "", target: str = "") -> LoadedDataset:
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
            raise legacy_errors.OnlyAsItStands("--vintage", dataset.csv.file)
        return _from_csv(dataset, dataset.csv, target)
    chosen = find_vintage(root, asked) if asked else newest_vintage(root)
    vintage = open_vintage(chosen.folder)
    frame = read_frame(vintage)
    document = data_document(frame, vintage, chosen, dataset)
    return LoadedDataset(dataset, frame, chosen.vintage_id, vintage.hashes, document)


def _from_csv(dataset: Dataset, source: CsvLayout, target: str) -> LoadedDataset:
    content = read_bytes(source.file)
    if dataset.each is None:
        frame, told = read_monthly_csv(content, dataset, source), dataset
    else:
        frame = read_long_csv(content, dataset, source)
        dataset = dataset.of([name for name in frame.columns if name != "provisional"])
        told = dataset.alone(target or dataset.target)
    record = describe_file(content, "")
    file = RawFile(source.file, record.sha256, record.bytes, (), record)
    folder = source.file.parent
    month = frame[list(dataset.targets)].dropna(how="all").index[-1]
    release = month.strftime("%B %Y")
    vintage = Vintage(folder, (file,), release, "", dataset.attribution, dataset.licence, {})
    chosen = vintage_id(str(month), vintage.hashes.values())
    held = ArchivedVintage(chosen, folder, release, "", vintage.hashes)
    document = data_document(frame, vintage, held, told)
    return LoadedDataset(dataset, frame, chosen, vintage.hashes, document)


DIGITS = 6


def data_document(
    frame: pd.DataFrame, vintage: Vintage, held: ArchivedVintage, dataset: Dataset = UK
) -> dict[str, Any]:
    """A monthly frame and where it comes from, as plain data ready for JSON.

    Args:
        frame: The monthly frame: each measure in its unit, `temperature` in deg C, `degree_days`
            as daily averages in deg C.
        vintage: What it was read from.
        held: The same in the archive, which knows what it revised.
        dataset: What its columns are.

    Returns:
        `columns` by name from `first_month` on, null where there is no figure; the `provisional`
        months; the `files`; and the `revisions` of the vintage `before`.
    """
    # Only a vintage that was kept after another one has anything to tell of it.
    record = read_record(held.folder) if held.kept_at else None
    return {
        "schema": SCHEMA,
        "vintage_id": held.vintage_id,
        "release": vintage.release,
        "title": dataset.title,
        "unit": dataset.unit(dataset.target),
        "units": {one.name: one.unit for one in dataset.columns},
        "first_month": str(frame.index[0]),
        "columns": {one.name: _values(frame[one.name]) for one in dataset.columns},
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
        "revisions": _revisions(held),
    }


def _values(column: pd.Series) -> list[float | None]:
    return [None if pd.isna(value) else round(float(value), DIGITS) for value in column]


def _revisions(held: ArchivedVintage) -> list[dict[str, Any]]:
    if not (held.kept_at and (held.folder / REVISIONS).is_file()):  # the embedded, or the first
        return []
    rows = held.revisions()
    rows["month"] = rows["month"].astype(str)
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


METRICS = "metrics.json"


def processed_frames(
    frame: pd.DataFrame, target: str, start: str, share: float
) -> tuple[dict[str, pd.DataFrame], dict[str, object]]:
    """Cut the monthly frame as training does, and count what is in each part.

    Args:
        frame: The monthly frame.
        target: One of TARGETS; its months with figures are the ones that are split.
        start: First month, such as `2001-01`.
        share: Of the months, how much is the training part, by time.

    Returns:
        Frames by name: `monthly` (the whole frame), `train` and `test` (every column, the target's
        months alone); and the metrics, plain data.

    Raises:
        OutOfRange: A share that is not a number between 0 and 1, or leaves one part empty.
        RequestError: Any other, from `target_series`.
    """
    # It comes from a file that people edit: `80%` is a text, `yes` is True.
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < 1:
        raise legacy_errors.OutOfRange("share", share, "a number above 0", "one below 1")
    known = frame.loc[target_series(frame, target, start).index]
    train, test = temporal_split(known, share)
    metrics: dict[str, object] = {
        "target": target,
        "provisional": int(known["provisional"].sum()),
        **{name: _metrics(part[target]) for name, part in (("train", train), ("test", test))},
    }
    return {"monthly": frame, "train": train, "test": test}, metrics


def write_processed(
    folder: Path, frames: Mapping[str, pd.DataFrame], metrics: Mapping[str, object]
) -> None:
    """Write each frame as `NAME.csv` (months ISO, what is not available empty), and the metrics."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        text = frame.to_csv(lineterminator="\n")
        (folder / f"{name}.csv").write_text(text, "utf-8", newline="\n")
    text = json.dumps(metrics, indent=2, allow_nan=False)
    (folder / METRICS).write_text(f"{text}\n", "utf-8", newline="\n")


def _metrics(part: pd.Series[float]) -> dict[str, object]:
    return {
        "first": str(part.index[0]),
        "last": str(part.index[-1]),
        "months": len(part),
        "mean": round(float(part.mean()), 6),
        "least": round(float(part.min()), 6),
        "most": round(float(part.max()), 6),
    }
