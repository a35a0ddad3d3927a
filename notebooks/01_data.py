# %% [markdown]
# # From a workbook to a frame
#
# Every forecast of this project begins with two workbooks of the statistics office. How do their
# cells become a table that one can compute with, and how do we know that nothing went wrong on the
# way?

# %%
import pandas as pd
from IPython.display import Markdown

from energy import charts
from energy.data.archive import identify_vintage
from energy.data.dataset import read_dataset_file
from energy.data.frame import data_as_of, read_frame, validate_frame
from energy.data.loader import load_dataset
from energy.data.parser import find_block
from energy.data.tables import ENERGY, UNITS
from energy.data.vintages import open_vintage
from energy.data.workbook import open_workbook
from energy.errors import DataError
from energy.settings import ROOT

# %% [markdown]
# ## What is issued
#
# What the office issues on one day is a *vintage*: some workbooks, known by the SHA-256 of their
# bytes. One lies in `data/raw`, so that nothing has to be fetched. Opening it reads every table
# and checks every figure.

# %%
vintage = open_vintage(ROOT / "data" / "raw")
pd.DataFrame(
    {
        "workbook": [file.path.name for file in vintage.files],
        "tables": [", ".join(file.tables) for file in vintage.files],
        "kB": [round(file.bytes / 1000) for file in vintage.files],
        "SHA-256": [f"{file.sha256[:12]}…" for file in vintage.files],
    }
)

# %%
Markdown(f"Release: **{vintage.release}**. {vintage.attribution}")

# %% [markdown]
# ## Where is the table?
#
# In the workbook the months run down and the fuels run across, under notes and titles that change
# from year to year. So no row number is written anywhere in this project: a table is found by its
# title and its labels. What it is called is data, a `TableSpec`.

# %%
path = next(file.path for file in vintage.files if ENERGY.number in file.tables)
workbook = open_workbook(path.name, path.read_bytes())
block = find_block(workbook, ENERGY)
rows = range(block.header, block.header + 4)
pd.DataFrame(
    [[block.sheet.cell(row, column) for column in range(block.first, 5)] for row in rows[1:]],
    columns=[block.sheet.cell(block.header, column) for column in range(block.first, 5)],
)

# %%
Markdown(
    f"Found on sheet *{block.sheet.name}*, labels in row {block.header + 1}, "
    f"{block.months()} months below them. The title there: “{block.title}”."
)

# %% [markdown]
# The labels carry the noise of published tables, and `[x]` or `[provisional]` may stand where one
# would hope for a figure. Reading turns all of it into numbers, or into NaN where the office says
# that there is none.

# %%
table = vintage.tables[ENERGY.number]
table.figures.tail(3).round(2)

# %% [markdown]
# ## One frame for everything
#
# Table 1.2 and five tables of weather, side by side on one gapless monthly index: the *monthly
# frame*. Everything after this reads it and nothing else.

# %%
frame = read_frame(vintage)
known = {name: frame[name].dropna() for name in UNITS}
pd.DataFrame(
    {
        "first": {name: str(y.index[0]) for name, y in known.items()},
        "last": {name: str(y.index[-1]) for name, y in known.items()},
        "months": {name: len(y) for name, y in known.items()},
        "latest": {name: round(y.iloc[-1], 2) for name, y in known.items()},
        "unit": UNITS,
    }
)

# %%
charts.show(charts.series(frame["total"], "UK energy consumption", ENERGY.unit))

# %%
years = known["total"].groupby(known["total"].index.year).agg(["sum", "count"])
whole = years.loc[years["count"] == 12, "sum"]
Markdown(
    f"Two things stand out: every year has its winter, and the level falls, from "
    f"**{whole.max():.0f} {ENERGY.unit}** in {whole.idxmax()} to **{whole.iloc[-1]:.0f}** in "
    f"{whole.index[-1]}, {100 * (1 - whole.iloc[-1] / whole.max()):.0f}% less."
)

# %% [markdown]
# ## Do the parts add up?
#
# The total is the sum of seven fuels. That is a promise which can be checked, and it is, at every
# month, when the table is read.

# %%
parts = frame[list(ENERGY.parts)]
off = (parts.sum(axis="columns", min_count=len(ENERGY.parts)) - frame["total"]).abs()
Markdown(
    f"In the {off.count()} months with a figure for every fuel, the sum is never further than "
    f"**{off.max():.3f} {ENERGY.unit}** from the published total; {ENERGY.tolerance} is allowed "
    f"for rounding."
)

# %%
charts.show(charts.by_season(frame["natural_gas"], "Natural gas", ENERGY.unit))

# %%
winter, summer = (frame[frame.index.month == month].mean() for month in (1, 7))
more = winter - summer
Markdown(
    f"From July to January the total rises by {more['total']:.1f} {ENERGY.unit}, and "
    f"**{more['natural_gas'] / more['total']:.0%}** of that is gas: homes are heated with it. That "
    f"is why the weather stands in the same frame."
)

# %% [markdown]
# ## What is refused
#
# A figure that is wrong is worse than one that is missing. So whatever cannot be right is refused
# by name, with what was found and what was expected. A web page instead of a workbook, a figure
# ten times too large, a month that is not there:

# %%
tall = frame.assign(total=frame["total"].where(frame.index != pd.Period("2010-12"), 234.0))
holed = frame.drop(pd.Period("2010-12"))
for attempt in (
    lambda: open_workbook("table.xlsx", b"<!DOCTYPE html><title>Page not found</title>"),
    lambda: validate_frame(tall),
    lambda: validate_frame(holed),
):
    try:
        attempt()
    except DataError as error:
        print(f"{type(error).__name__}: {error}\n")

# %% [markdown]
# ## What was known then?
#
# A forecast of the past must not know the future. `as_known` gives the frame as it stood when a
# month was the last one with energy figures: the weather of the month after it was already out,
# and nothing else.

# %%
then = data_as_of({identify_vintage(vintage): frame}, pd.Period("2020-02", "M"))
then.frame.loc["2020-01":, ["total", "natural_gas", "temperature", "degree_days"]].round(2)

# %%
Markdown(
    "These are the figures **as they were published then**."
    if then.real_time
    else "These are **today's figures, cut short**, and flagged as such: no vintage of that "
    "month is held. Each `energy ingest` keeps one more, so that later on they will be."
)

# %% [markdown]
# ## Another series
#
# Nothing above is about energy alone. A monthly CSV and one settings file make a frame of the same
# kind; here the visitors of a made-up museum, from `examples/`.

# %%
visitors = read_dataset_file(ROOT / "examples" / "visitors" / "series.toml")
opened = load_dataset(visitors, ROOT / "data")
charts.show(
    charts.series(opened.frame[visitors.target], visitors.title, visitors.unit(visitors.target))
)

# %% [markdown]
# How to bring your own: [docs/your-own-series.md](../docs/your-own-series.md). How releases are
# found, checked and kept: [docs/data.md](../docs/data.md). Next: how good can a forecast be, and
# how does one find out? [02_splits_and_backtests](02_splits_and_backtests.ipynb).
