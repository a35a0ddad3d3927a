"""Make data/processed/ from the raw workbooks, as params.yaml says: the DVC stage `prepare`."""

import sys
from pathlib import Path

import yaml

from energy.data.frame import read_frame
from energy.data.loader import processed_frames, write_processed
from energy.data.vintages import open_vintage
from energy.errors import EnergyError

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    params = yaml.safe_load((ROOT / "params.yaml").read_text("utf-8"))["prepare"]
    try:
        frame = read_frame(open_vintage(ROOT / params["raw"]))
        frames, metrics = processed_frames(
            frame, params["target"], params["start"], params["share"]
        )
    except EnergyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    write_processed(ROOT / "data" / "processed", frames, metrics)
    for name, frame in frames.items():
        span = f"{frame.index[0]} to {frame.index[-1]}"
        print(f"data/processed/{name}.csv: {len(frame)} months, {span}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
