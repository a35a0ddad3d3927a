"""Processed files: the monthly frame, and its training and test months, as CSV for anyone to read.

The DVC stage `prepare` makes them (`dvc.yaml`, `params.yaml`); no flow reads them. The same frame
gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from energy.data.monthly import target_series, temporal_split
from energy.errors import OutOfRange

METRICS = "metrics.json"


def prepare(
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
        raise OutOfRange("share", share, "a number above 0", "one below 1")
    known = frame.loc[target_series(frame, target, start).index]
    train, test = temporal_split(known, share)
    metrics: dict[str, object] = {
        "target": target,
        "provisional": int(known["provisional"].sum()),
        **{name: _metrics(part[target]) for name, part in (("train", train), ("test", test))},
    }
    return {"monthly": frame, "train": train, "test": test}, metrics


def write(folder: Path, frames: Mapping[str, pd.DataFrame], metrics: Mapping[str, object]) -> None:
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
