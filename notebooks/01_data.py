# %% [markdown]
# # From a workbook to a frame
#
# Every forecast of this project begins with two workbooks of the statistics office. How do their
# cells become a table to compute with, and how do we know that nothing went wrong on the way?

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
# ## What is published
#
# What the office publishes on one day is a *vintage*: some workbooks, identified by the SHA-256 of
# their bytes. `data/raw` has one, so that nothing has to be downloaded. Opening it reads every
# table and checks every figure.

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
# from year to year. So no row number is written anywhere in this project: the parser finds a table
# by its title and its labels, which are data, a `TableSpec`.

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
# Labels have the footnotes of published tables, and a cell may have `[x]` or `[provisional]`
# instead of a figure. Reading turns every cell into a number, or into NaN where the office says
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
published = {name: frame[name].dropna() for name in UNITS}
pd.DataFrame(
    {
        "first": {name: str(y.index[0]) for name, y in published.items()},
        "last": {name: str(y.index[-1]) for name, y in published.items()},
        "months": {name: len(y) for name, y in published.items()},
        "latest": {name: round(y.iloc[-1], 2) for name, y in published.items()},
        "unit": UNITS,
    }
)

# %%
charts.show(charts.series(frame["total"], "UK energy consumption", ENERGY.unit))

# %%
years = published["total"].groupby(published["total"].index.year).agg(["sum", "count"])
complete = years.loc[years["count"] == 12, "sum"]
Markdown(
    "Two things stand out: every year has its winter, and the level falls, from"
    f" **{complete.max():.0f} {ENERGY.unit}** in {complete.idxmax()} to **{complete.iloc[-1]:.0f}**"
    f" in {complete.index[-1]}, {100 * (1 - complete.iloc[-1] / complete.max()):.0f}% less."
)

# %% [markdown]
# ## Do the parts add up?
#
# The total is the sum of seven fuels. Reading the table checks this for every month.

# %%
parts = frame[list(ENERGY.parts)]
difference = (parts.sum(axis="columns", min_count=len(ENERGY.parts)) - frame["total"]).abs()
Markdown(
    f"In the {difference.count()} months with a figure for every fuel, the sum is never further"
    f" than **{difference.max():.3f} {ENERGY.unit}** from the published total; {ENERGY.tolerance}"
    " is allowed for rounding."
)

# %%
charts.show(charts.by_season(frame["natural_gas"], "Natural gas", ENERGY.unit))

# %%
winter, summer = (frame[frame.index.month == month].mean() for month in (1, 7))
more = winter - summer
Markdown(
    f"From July to January the total rises by {more['total']:.1f} {ENERGY.unit}, and "
    f"**{more['natural_gas'] / more['total']:.0%}** of that is gas, which heats homes. "
    "This is why the same frame has the weather."
)

# %% [markdown]
# ## What is rejected
#
# A wrong figure is worse than a missing one. So whatever cannot be right raises an error that says
# what was found and what was expected: a web page instead of a workbook, a figure ten times too
# large, a missing month:

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
# A forecast of the past must not use the future. `data_as_of` returns the frame as it was when a
# month was the last with energy figures: only the weather of the month after it was also published.

# %%
then = data_as_of({identify_vintage(vintage): frame}, pd.Period("2020-02", "M"))
then.frame.loc["2020-01":, ["total", "natural_gas", "temperature", "degree_days"]].round(2)

# %%
Markdown(
    "These are the figures **as they were published then**."
    if then.real_time
    else (
        "These are **today's figures, cut short**, and flagged as such: the archive has no vintage"
        " of that month. Each `energy ingest` adds a vintage, so that later months will have"
        " theirs."
    )
)

# %% [markdown]
# ## Another series
#
# Nothing above is about energy alone. A monthly CSV and one settings file make a frame of the same
# kind; here the visitors of a made-up museum, from `examples/`.

# %%
visitors = read_dataset_file(ROOT / "examples" / "visitors" / "series.toml")
loaded = load_dataset(visitors, ROOT / "data")
charts.show(
    charts.series(loaded.frame[visitors.target], visitors.title, visitors.unit(visitors.target))
)

# %% [markdown]
# To use your own: [docs/your-own-series.md](../docs/your-own-series.md). How vintages are
# downloaded, checked and stored: [docs/data.md](../docs/data.md). Next: how is the accuracy of a
# forecast measured? [02_splits_and_backtests](02_splits_and_backtests.ipynb).
