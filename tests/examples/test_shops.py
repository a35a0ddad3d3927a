"""The example is what it says: made from a seed, and read by its settings file."""

from __future__ import annotations

import runpy
from pathlib import Path

from energy.data.dataset import read_dataset_file
from energy.data.loader import load_dataset

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "shops"


def test_the_csv_is_what_its_script_writes() -> None:
    make = runpy.run_path(str(FOLDER / "make_shops.py"))["make"]
    text = make().to_csv(index=False, lineterminator="\n", float_format="%.2f")
    assert (FOLDER / "shops.csv").read_bytes() == text.encode()


def test_its_settings_file_reads_it() -> None:
    found = load_dataset(read_dataset_file(FOLDER / "series.toml"), FOLDER)
    assert len(found.dataset.targets) == 12
    assert found.dataset.target == "town 1"
    assert found.frame["harbour"].count() == 4
