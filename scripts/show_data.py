"""Read and check the raw workbooks; say what is in them, or what is wrong."""

import sys

from energy.data.archive import newest_vintage
from energy.data.frame import read_frame
from energy.data.tables import UNITS
from energy.data.vintages import open_vintage
from energy.errors import EnergyError
from energy.settings import Settings


def main() -> int:
    try:
        held = newest_vintage(Settings.from_environment().data)
        vintage = open_vintage(held.folder)
        frame = read_frame(vintage)
    except EnergyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    name = vintage.release or vintage.folder.name
    print(f"Vintage {held.vintage_id} ({name}): {len(vintage.files)} workbooks, checked")
    for file in vintage.files:
        print(f"  {file.path.name}  tables {', '.join(file.tables)}  sha256 {file.sha256}")
    print(f"\n{'column':<18}{'first':<10}{'last':<10}{'months':>6}   {'latest':>8}  unit")
    for name, unit in UNITS.items():
        known = frame[name].dropna()
        ends = f"{known.index[0]!s:<10}{known.index[-1]!s:<10}"
        print(f"{name:<18}{ends}{len(known):>6}   {known.iloc[-1]:>8.2f}  {unit}")
    print(f"\nProvisional: {', '.join(map(str, frame.index[frame['provisional']])) or 'none'}")
    print(f"{vintage.attribution}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
