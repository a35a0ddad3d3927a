"""The data that a release was made from, `data.json`, so that readers can show them as then."""

from __future__ import annotations

from typing import Any

import pandas as pd

from energy.contract import SCHEMA
from energy.data.archive import REVISIONS, HeldVintage
from energy.data.dataset import UK, Dataset
from energy.data.records import read_record
from energy.data.vintages import Vintage

DIGITS = 6


def to_document(
    frame: pd.DataFrame, vintage: Vintage, held: HeldVintage, dataset: Dataset = UK
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


def _revisions(held: HeldVintage) -> list[dict[str, Any]]:
    if not (held.kept_at and (held.folder / REVISIONS).is_file()):  # the embedded, or the first
        return []
    rows = held.revisions()
    rows["month"] = rows["month"].astype(str)
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]
