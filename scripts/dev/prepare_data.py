"""Read and check the raw workbooks: write data/processed/, or show what is in them.

python -m scripts.dev.prepare_data             the DVC stage `prepare`, as params.yaml sets it
python -m scripts.dev.prepare_data --show      the newest vintage, its files and columns
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import yaml

from energy.data.frame import read_frame, target_series, temporal_split
from energy.data.tables import UNITS
from energy.data.vintages import open_vintage
from energy.errors import EnergyError, RequestError
from energy.settings import ROOT


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--show", action="store_true", help="show what is in the workbooks")
    try:
        if parser.parse_args(arguments).show:
            show()
        else:
            run_stage()
    except EnergyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def run_stage() -> None:
    params = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["prepare"]
    frame = read_frame(open_vintage(ROOT / params["raw"]))
    frames, metrics = split_frame(frame, params["target"], params["start"], params["share"])
    write_processed(ROOT / "data" / "processed", frames, metrics)
    for name, part in frames.items():
        span = f"{part.index[0]} to {part.index[-1]}"
        print(f"data/processed/{name}.csv: {len(part)} months, {span}")


def split_frame(
    frame: pd.DataFrame, target: str, start: str, share: float
) -> tuple[dict[str, pd.DataFrame], dict[str, object]]:
    """Frames `monthly` (all of it), `train` and `test` (months of the target), and their metrics.

    Raises:
        RequestError: The share is not a number between 0 and 1 or leaves one part empty, or
            `target_series` refuses the target or the start.
    """
    # In params.yaml, `80%` is a text and `yes` is True.
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share < 1:
        raise RequestError(
            f"share is {share}; expected a number above 0 and below 1.", code="misconfigured"
        )
    rows = frame.loc[target_series(frame, target, start).index]
    train, test = temporal_split(rows, share)
    metrics: dict[str, object] = {"target": target, "provisional": int(rows["provisional"].sum())}
    for name, part in (("train", train[target]), ("test", test[target])):
        metrics[name] = {
            "first": str(part.index[0]),
            "last": str(part.index[-1]),
            "months": len(part),
            "mean": round(float(part.mean()), 6),
            "least": round(float(part.min()), 6),
            "most": round(float(part.max()), 6),
        }
    return {"monthly": frame, "train": train, "test": test}, metrics


def write_processed(
    folder: Path, frames: Mapping[str, pd.DataFrame], metrics: Mapping[str, object]
) -> None:
    """Write each frame as `NAME.csv` (ISO months, missing figures empty), and `metrics.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        text = frame.to_csv(lineterminator="\n")
        (folder / f"{name}.csv").write_text(text, "utf-8", newline="\n")
    text = json.dumps(metrics, indent=2, allow_nan=False)
    (folder / "metrics.json").write_text(f"{text}\n", "utf-8", newline="\n")


def show() -> None:
    from energy.data.archive import newest_vintage  # not of the DVC stage
    from energy.settings import Settings

    latest = newest_vintage(Settings.from_environment().data)
    vintage = open_vintage(latest.folder)
    frame = read_frame(vintage)
    name = vintage.release or vintage.folder.name
    print(f"Vintage {latest.vintage_id} ({name}): {len(vintage.files)} workbooks, checked")
    for file in vintage.files:
        print(f"  {file.path.name}  tables {', '.join(file.tables)}  sha256 {file.sha256}")
    print(f"\n{'column':<18}{'first':<10}{'last':<10}{'months':>6}   {'latest':>8}  unit")
    for name, unit in UNITS.items():
        values = frame[name].dropna()
        ends = f"{values.index[0]!s:<10}{values.index[-1]!s:<10}"
        print(f"{name:<18}{ends}{len(values):>6}   {values.iloc[-1]:>8.2f}  {unit}")
    print(f"\nProvisional: {', '.join(map(str, frame.index[frame['provisional']])) or 'none'}")
    print(f"{vintage.attribution}")


if __name__ == "__main__":
    sys.exit(main())
