# %% [markdown]
# # What is in the series?
#
# Look at the data before forecasting it. A forecaster can learn what is regular; the remainder it
# cannot know. This page decomposes the UK's monthly energy consumption until little remains, and
# names the parts.

# %%
import numpy as np
import pandas as pd
from IPython.display import Markdown

from energy import charts
from energy.charts.exploration import MONTHS, decompose
from energy.contract import WEATHER_AHEAD
from energy.data.checks import compare_vintages
from energy.data.frame import read_frame, target_series
from energy.data.tables import ENERGY
from energy.data.vintages import open_vintage
from energy.forecasting import weather
from energy.settings import ROOT

frame = read_frame(open_vintage(ROOT / "data" / "raw"))
y = target_series(frame, "total", start="1995-01")
NAME, UNIT = "UK energy consumption", ENERGY.unit

# %% [markdown]
# ## What does it look like?

# %%
charts.show(charts.series(y, NAME, UNIT))

# %% [markdown]
# A yearly pattern, 28 times, on a level that falls from the middle of the 2000s. Two things break
# the pattern: single winters, and the spring of 2020.
#
# ## What does a year look like?

# %%
charts.show(charts.by_season(y, NAME, UNIT))

# %%
by_month = y.groupby(y.index.month).mean()
a_day = (y / y.index.days_in_month).groupby(y.index.month).mean()
Markdown(
    f"On average {MONTHS[by_month.idxmax() - 1]} takes {by_month.max():.1f} {UNIT} and "
    f"{MONTHS[by_month.idxmin() - 1]} {by_month.min():.1f}: **"
    f"{by_month.max() / by_month.min():.2f} times** as much. February lies below March "
    f"({by_month[2]:.1f} against {by_month[3]:.1f}), but only because it is short: a day in "
    f"February takes {a_day[2] / a_day[3] - 1:.0%} more than one in March."
)

# %% [markdown]
# ## Does the season change?
#
# The same figures, sorted by month first: each short line is one calendar month, through all years.
# If all twelve moved alike, the season would not change.

# %%
charts.show(charts.subseries(y, NAME, UNIT))

# %%
first, last = (y[y.index.year.isin(range(year, year + 5))] for year in (1995, 2015))
spans = [part.groupby(part.index.month).mean().agg(np.ptp) for part in (first, last)]
shares = [span / part.mean() for span, part in zip(spans, (first, last), strict=True)]
Markdown(
    "They do not quite: winters have fallen further than summers. From 1995 to 1999 the highest "
    f"month was {spans[0]:.1f} {UNIT} above the lowest, from 2015 to 2019 only {spans[1]:.1f}, "
    f"**{1 - spans[1] / spans[0]:.0%} less**. As a share of the level it was {shares[0]:.0%}, then "
    f"{shares[1]:.0%}, {1 - shares[1] / shares[0]:.0%} less. A season that is a share of the level "
    "changes less than one that is an amount: so nearly every candidate model works on "
    "logs."
)

# %%
charts.show(charts.heat_map(y, NAME, UNIT))

# %% [markdown]
# The same as a heat map. Read along a row for the decline, down a column for the year; the dark
# notch in 2020 is the first lockdown.
#
# ## Trend, season and remainder

# %%
charts.show(charts.trend(y, NAME, UNIT))

# %%
charts.show(charts.season_and_remainder(y, NAME, UNIT))

# %%
parts = decompose(y).dropna()
spread = parts.std()
strength = 1 - parts["remainder"].var() / (parts["season"] + parts["remainder"]).var()
worst = parts["remainder"].idxmin()
alike = frame["temperature"][frame.index.month == worst.month]
place = int(alike.rank(ascending=False)[worst])
Markdown(
    f"The season moves by {spread['season']:.2f} {UNIT} (standard deviation), the trend by"
    f" {spread['trend']:.2f}, the remainder by {spread['remainder']:.2f}. The season's strength, 1"
    f" where it explains all that the trend does not, is **{strength:.2f}**. The lowest month of"
    f" the remainder is {worst.strftime('%B %Y')}, {parts['remainder'].min():.1f} {UNIT}: of"
    f" {alike.count()} such months it was number {place} in warmth."
)

# %% [markdown]
# ## Autocorrelation
#
# The autocorrelation of the series itself shows little more than its season.

# %%
charts.show(charts.correlogram(y, NAME))

# %% [markdown]
# So compare each month with the same month of the year before, on logs. What remains is what an
# ARIMA model has to explain.

# %%
yearly = np.log(y).diff(12).dropna()
charts.show(charts.correlogram(yearly, "Change on the year before"))

# %%
charts.show(charts.correlogram(yearly, "Change on the year before", "pacf"))

# %%
lags = charts.correlations(yearly).set_index("lag")
Markdown(
    f"Neighbouring months are alike ({lags['acf'][1]:.2f}): a level that wanders slowly. And at "
    f"twelve months there is a strong *negative* needle ({lags['acf'][12]:.2f}): a year that was "
    "high by accident is followed by one that looks low beside it. That is the mark of a seasonal "
    "moving average, and why all SARIMA candidate models end in (0,1,1) for the season."
)

# %% [markdown]
# ## What does the weather do?

# %%
charts.show(charts.against_weather(y, frame["degree_days"], NAME, UNIT))

# %% [markdown]
# Nearly a straight line, that has moved down over the years. But cold and winter come together: a
# part of it is the season, lights and all. To tell them apart, compare changes: was a January that
# was colder than the one before also one that took more?

# %%
facts = weather.weather_facts(y, frame[["temperature", "degree_days"]])
charts.show(charts.per_degree(charts.sensitivity_rows(facts.sensitivity), None, UNIT))

# %%
pd.DataFrame(
    {
        season.season: {
            f"{UNIT} a month per degree": f"{season.per_degree:+.2f}".replace("-", "−"),
            "standard error": f"{season.standard_error:.2f}",
        }
        for season in facts.sensitivity
    }
).T

# %% [markdown]
# How much of the remainder is weather? Subtract the effect of abnormal weather from each month, and
# decompose the series again.

# %%
daily = weather.daily_degree_days(frame[["temperature", "degree_days"]])
effect = weather.weather_effect(y, frame[["temperature", "degree_days"]], log=True)
normal = y / np.exp(effect.reindex(y.index))
before, after = (decompose(series.loc[:"2019-12"])["remainder"].std() for series in (y, normal))
Markdown(
    f"To the end of 2019, the remainder has a standard deviation of {before:.2f} {UNIT}; in normal "
    f"weather it would have had {after:.2f}. **{1 - (after / before) ** 2:.0%} of its variance was "
    "weather**, which nobody knows a year ahead, and everybody a month later."
)

# %%
charts.show(charts.season_and_remainder(normal, f"{NAME} in normal weather", UNIT))

# %% [markdown]
# ## Is normal still normal?

# %%
year = weather.monthly_degree_days(daily).groupby(daily.index.year).agg(["sum", "count"])
degree_days = 100 * year.loc[year["count"] == 12, "sum"]
Markdown(
    f"A year has {degree_days.mean():.0f} degree days on average, and each decade takes "
    f"**{-facts.trend:.0f}** of them away (standard error {facts.trend_error:.0f}). So what is "
    f"expected of the weather is the mean of the last {facts.normal_years} years, not of all."
)

# %% [markdown]
# ## Will these figures stay?
#
# The office revises its figures. The last month is marked as provisional; earlier ones change too.

# %%
flagged = [month.strftime("%B %Y") for month in frame.index[frame["provisional"]]]
reach = frame["temperature"].last_valid_index().strftime("%B %Y")
Markdown(
    f"Provisional here: **{', '.join(flagged)}**. Weather reaches {WEATHER_AHEAD} month "
    f"further, to {reach}."
)

# %% [markdown]
# `compare_vintages` lists what a new vintage changed. This project has only one vintage, so there
# is little to compare with. One later figure is public: that of July 2022, 11.86 Mtoe. In place of
# the provisional figure:

# %%
later = frame.copy()
later.loc["2022-07", "total"] = 11.86
compare_vintages(frame, later).round({"old": 2, "new": 2})

# %%
charts.show(charts.old_against_new(frame["total"], later["total"], UNIT, years=1))

# %%
was = frame["total"]["2022-07"]
change = 11.86 - was
Markdown(
    f"A revision of {change:+.2f} {UNIT}, {change / was:+.1%}: about "
    f"{abs(change) / after:.1f} standard deviations of what is left in normal weather. "
    f"Every forecast is held against the figures of its own time *and* of today, so that what "
    f"revisions do can be seen ([docs/monitoring.md](../docs/monitoring.md))."
)

# %% [markdown]
# ## What a forecaster needs
#
# A level that may change, a season that is a share and may change slowly, and the weather, as far
# as it is known. Which forecaster does this best? [04_forecasters](04_forecasters.ipynb).
