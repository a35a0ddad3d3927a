"""The real figures of ten years as a data set of one's own, whose two parts make a short run."""

from __future__ import annotations

from pathlib import Path

from made_releases import RAW

from energy.data.monthly import read_frame
from energy.data.vintages import open_vintage

PARTS = ("net_imports", "others")
"""One that goes below zero, and what is left of the total, which follows the weather."""
TOML = """
name = "few"
title = "UK energy in two parts"
file = "few.csv"
target = "total"
start = "2013-01"
parts = ["net_imports", "others"]

[columns.total]
unit = "Mtoe"

[columns.net_imports]
unit = "Mtoe"

[columns.others]
unit = "Mtoe"

[weather]
temperature = "temperature"
degree_days = "degree_days"
"""


def few_parts(folder: Path) -> Path:
    """Write the data set, 115 months to July 2022 and the weather of all years; its settings."""
    folder.mkdir()
    frame = read_frame(open_vintage(RAW))
    few = frame[["total", "net_imports", "temperature", "degree_days"]].copy()
    few["others"] = few["total"] - few["net_imports"]
    few = few.loc[few["degree_days"].first_valid_index() :]
    few.to_csv(folder / "few.csv", index_label="month")
    (folder / "few.toml").write_text(TOML, "utf-8")
    return folder / "few.toml"
