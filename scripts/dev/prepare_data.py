"""Read and check the raw workbooks: write data/processed/, or show what is in them.

python -m scripts.dev.prepare_data             the DVC stage `prepare`, as params.yaml sets it
python -m scripts.dev.prepare_data --show      the newest vintage, its files and columns
"""

import argparse
import sys

import yaml

from energy.data.frame import read_frame
from energy.data.loader import processed_frames, write_processed
from energy.data.tables import UNITS
from energy.data.vintages import open_vintage
from energy.errors import EnergyError
from energy.settings import ROOT


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--show", action="store_true", help="show what is in the workbooks")
    return show() if parser.parse_args(arguments).show else run_stage()


def run_stage() -> int:
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


def show() -> int:
    from energy.data.archive import newest_vintage  # not of the DVC stage
    from energy.settings import Settings

    try:
        latest = newest_vintage(Settings.from_environment().data)
        vintage = open_vintage(latest.folder)
        frame = read_frame(vintage)
    except EnergyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
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
    return 0


if __name__ == "__main__":
    sys.exit(main())
