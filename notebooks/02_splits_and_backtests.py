# %% [markdown]
# # How good is a forecast before the future has come?
#
# We ask the past. A forecaster is shown the months up to some *cutoff* and asked for those after
# it, which we know and it does not. Done at one cutoff, that is an anecdote; done at many, it is a
# *backtest*. What may be looked at, and when, is the whole art of it.

# %%
from dataclasses import replace

import pandas as pd
from IPython.display import Markdown, display

from energy import charts
from energy.data.frame import read_frame, target_series, temporal_split
from energy.data.tables import ENERGY
from energy.data.vintages import open_vintage
from energy.forecasting import backtest
from energy.forecasting.folds import MONTHS_SCORED, plan_folds
from energy.forecasting.metrics import mase, score_folds, seasonal_naive_scale
from energy.pipelines.train import backtest_one, compare_forecasters
from energy.settings import ROOT

frame = read_frame(open_vintage(ROOT / "data" / "raw"))
y = target_series(frame, "total", start="2001-01")
weather = frame[["temperature", "degree_days"]]

# %% [markdown]
# ## The split
#
# The first 80% of the months are the *training part*: every choice is made there. The rest is the
# *holdout*: it is looked at once, when all is decided, and nothing is chosen on it. Months are
# never shuffled. A forecaster that has seen March and June knows a good deal about April.

# %%
train, held = temporal_split(y)
Markdown(
    f"**{len(train)} months** to choose on, {train.index[0]} to {train.index[-1]}; "
    f"**{len(held)} months** held back, {held.index[0]} to {held.index[-1]}."
)

# %% [markdown]
# ## The folds
#
# Each row of the picture is a *fold*: one cutoff, with the months seen before it and those asked
# for after it.

# %%
folds = plan_folds(y.index, train.index[-1], folds=24, horizon=12)
charts.show(charts.rolling_origins(folds, y.index[0], y.index[-1]))

# %%
step = (folds.backtest[1] - folds.backtest[0]).n
visited = len({cutoff.month for cutoff in folds.backtest})
Markdown(
    f"{len(folds.backtest)} cutoffs in the training part, {step} months apart. Five is no accident:"
    f" it has no common divisor with twelve, so that the cutoffs visit all {visited} months of the "
    f"year. With twelve months between them, every forecast would start in the same season."
)

# %% [markdown]
# ## One forecaster, all its folds
#
# At each cutoff a fresh forecaster is fitted on what was known and asked for the months to come.
# What comes out is a *fold frame*, one row for each cutoff and month. Every score and every chart
# is derived from it.

# %%
names = ("seasonal_naive", "theta", "weather_normalised_theta")
results = {name: backtest_one(name, y, weather, folds) for name in names}
compared = compare_forecasters(names, results, y, weather)
columns = ["protocol", "cutoff", "month", "horizon", "actual", "mean", "q0.1", "q0.9", "scale"]
with pd.option_context("display.precision", 2):
    display(compared.folds["theta"][columns].head(4))

# %%
charts.show(charts.folds(compared.folds["theta"], ENERGY.unit, "Theta: what it would have said"))

# %% [markdown]
# Grey is what came, each blue line is one fold. Theta knows the season and the slow decline; what
# it misses are mild and cold winters. Of 2020, in orange, it had no idea, and nor had anybody.
#
# ## Can it see what it should not?
#
# The easiest way to a wonderful backtest is a leak. Here is how to look for one: change the future
# beyond recognition and see whether anything that was said before it changes.

# %%
changed = y.copy()
changed.loc[train.index[-1] + 1 :] *= 2
nearest = replace(folds, backtest=folds.backtest[-3:], holdout=())
after, _ = backtest.run_backtest("weather_normalised_theta", changed, weather, nearest)
before = compared.folds["weather_normalised_theta"]
both = after.merge(before, on=["protocol", "cutoff", "month"], suffixes=("", "_before"))
both = both[both["protocol"] == "backtest"]
moved = (both["mean"] - both["mean_before"]).abs().max()
Markdown(
    f"With every month after the split doubled, the {len(both)} forecasts nearest to it moved by "
    f"at most **{moved:.1f} {ENERGY.unit}**."
)

# %% [markdown]
# ## From folds to a figure
#
# An error of one Mtoe is much in summer and little in winter, and means nothing for another
# series. The *MASE* divides it by what the simplest sensible method, the same month of the year
# before, was off by in the months already seen. Below 1 is better than that. By hand, for one fold:

# %%
fold = compared.folds["theta"].query("protocol == 'backtest'")
fold = fold[fold["cutoff"] == folds.backtest[0]]
errors = (fold["actual"] - fold["mean"]).abs()
scale = seasonal_naive_scale(y.loc[: folds.backtest[0]].to_numpy())
by_hand = errors.mean() / scale
ours = mase(fold["actual"].to_numpy(), fold["mean"].to_numpy(), fold["scale"].to_numpy())
Markdown(
    f"Mean absolute error {errors.mean():.3f} {ENERGY.unit}, divided by {scale:.3f}, is "
    f"**{by_hand:.3f}**; `scores.mase` says {ours:.3f}."
)

# %% [markdown]
# Over all folds of the training part, 1 to 12 months ahead:

# %%
pd.DataFrame(
    {
        one.forecaster: {
            "folds": one.folds,
            "MASE": f"{one.mase:.3f}",
            "MAPE": f"{one.mape:.2f}%",
            "80% interval held": f"{one.coverage80:.0%}",
        }
        for one in compared.ranked
    }
).T

# %%
charts.show(charts.by_horizon(compared.ranked))

# %%
ahead = pd.DataFrame(compared.ranked[0].by_horizon).set_index("horizon")["mase"]
Markdown(
    f"The best of the three has a MASE of {ahead.loc[1:3].mean():.2f} one to three months ahead, "
    f"and of {ahead.loc[10:12].mean():.2f} ten to twelve: the level has had more time to wander. "
    f"In between it goes up and down, since {compared.ranked[0].folds} folds are few for one "
    f"month ahead, and one hard winter among them shows."
)

# %% [markdown]
# ## How sure was it?
#
# A forecast without an interval is half of one. Each fold gets the interval that it would have been
# published with, from the errors made *before* its cutoff, and then we count.

# %%
charts.show(charts.coverage(before))

# %% [markdown]
# With 24 folds that overlap, a share of 80% has a wide margin of its own: that is what the bars
# are for.
#
# ## The weather of next month is known
#
# Energy is published two months late, weather one. So the first month ahead can be forecast in
# the weather that came: a *nowcast*.

# %%
first = before.query("protocol == 'backtest' and horizon == 1")
expecting = score_folds("weather_normalised_theta", first, seconds=0.0)
knowing = compared.nowcast["weather_normalised_theta"]
Markdown(
    f"One month ahead, `weather_normalised_theta` is off by {expecting.mape:.2f}% when it expects "
    f"the weather, and by **{knowing.mape:.2f}%** when it knows it."
)

# %% [markdown]
# ## And the holdout?
#
# Now that all is decided, we may look.

# %%
told = compared.holdout
pd.DataFrame(
    {
        one.forecaster: {
            "training part": f"{one.mase:.3f}",
            "holdout": f"{told[one.forecaster].mase:.3f}",
        }
        for one in compared.ranked
    }
).T.rename_axis(columns="MASE")

# %%
order = sorted(told, key=lambda name: told[name].mase)
same = order == [one.forecaster for one in compared.ranked]
Markdown(
    f"All do worse: the holdout holds the year 2020. The order is "
    f"{'the same' if same else 'another one'}. Had we chosen on the holdout, we would have "
    f"chosen on a pandemic; and had we looked at it often, its figures would mean nothing now. "
    f"(Scores count 1 to {MONTHS_SCORED} months ahead, on {told['theta'].folds} cutoffs here.)"
)

# %% [markdown]
# More on how intervals are made and what was measured:
# [docs/forecasting.md](../docs/forecasting.md). Next: what is in the series?
# [03_data_exploration](03_data_exploration.ipynb).
