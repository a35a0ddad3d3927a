# %% [markdown]
# # How good is a forecast before the future has come?
#
# A forecaster is given the months up to some *cutoff* and forecasts those after it, which we know
# and it does not. Doing this at many cutoffs is a *backtest*. What matters is which data is used,
# and when.

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
# *holdout*: it is used once, at the end, and not for selection. Months are never shuffled: a
# forecaster that has March and June knows a good deal about April.

# %%
train, holdout = temporal_split(y)
Markdown(
    f"**{len(train)} months** to choose on, {train.index[0]} to {train.index[-1]}; "
    f"**{len(holdout)} months** of holdout, {holdout.index[0]} to {holdout.index[-1]}."
)

# %% [markdown]
# ## The folds
#
# Each row of the chart is a *fold*: one cutoff, with the training data before it and the months to
# forecast after it.

# %%
folds = plan_folds(y.index, train.index[-1], folds=24, horizon=12)
charts.show(charts.rolling_origins(folds, y.index[0], y.index[-1]))

# %%
step = (folds.backtest[1] - folds.backtest[0]).n
calendar_months = len({cutoff.month for cutoff in folds.backtest})
Markdown(
    f"{len(folds.backtest)} cutoffs in the training part, {step} months apart. Five is no accident:"
    f" it has no common divisor with twelve, so that the cutoffs visit all {calendar_months} months"
    " of the year. With twelve months between them, every forecast would start in the same season."
)

# %% [markdown]
# ## One forecaster, all its folds
#
# At each cutoff a new forecaster is fitted on the data up to it and forecasts the next months. The
# result is a *fold frame*, one row for each cutoff and month. Every score and every chart is
# computed from it.

# %%
names = ("seasonal_naive", "theta", "weather_normalised_theta")
results = {name: backtest_one(name, y, weather, folds) for name in names}
compared = compare_forecasters(names, results, y, weather)
columns = ["protocol", "cutoff", "month", "horizon", "actual", "mean", "q0.1", "q0.9", "scale"]
with pd.option_context("display.precision", 2):
    display(compared.folds["theta"][columns].head(4))

# %%
charts.show(
    charts.folds(compared.folds["theta"], ENERGY.unit, "Theta: backtest and holdout forecasts")
)

# %% [markdown]
# Grey are the actual figures, each blue line is one fold. Theta knows the season and the slow
# decline; it misses mild and cold winters. Nothing in the data predicts 2020, in orange.
#
# ## Is there a leak?
#
# A leak of future data makes any backtest look good. To look for one, change the future beyond
# recognition and see whether any earlier forecast changes.

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
# ## From folds to a score
#
# An error of one Mtoe is much in summer and little in winter, and means nothing for another
# series. The *MASE* divides it by what the simplest sensible method, the same month of the year
# before, was off by in the training data. Below 1 is better than that. By hand, for one fold:

# %%
fold = compared.folds["theta"].query("protocol == 'backtest'")
fold = fold[fold["cutoff"] == folds.backtest[0]]
errors = (fold["actual"] - fold["mean"]).abs()
scale = seasonal_naive_scale(y.loc[: folds.backtest[0]].to_numpy())
by_hand = errors.mean() / scale
score = mase(fold["actual"].to_numpy(), fold["mean"].to_numpy(), fold["scale"].to_numpy())
Markdown(
    f"Mean absolute error {errors.mean():.3f} {ENERGY.unit}, divided by {scale:.3f}, is "
    f"**{by_hand:.3f}**; `metrics.mase` returns {score:.3f}."
)

# %% [markdown]
# Over all folds of the training part, 1 to 12 months ahead:

# %%
pd.DataFrame(
    {
        score.forecaster: {
            "folds": score.folds,
            "MASE": f"{score.mase:.3f}",
            "MAPE": f"{score.mape:.2f}%",
            "80% interval coverage": f"{score.coverage80:.0%}",
        }
        for score in compared.ranked
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
    "month ahead, and one hard winter among them shows."
)

# %% [markdown]
# ## Are the intervals right?
#
# Each fold gets the interval that it would have been published with, from the errors made *before*
# its cutoff. Then we count how many figures are inside.

# %%
charts.show(charts.coverage(before))

# %% [markdown]
# With 24 folds that overlap, the coverage has a wide margin of its own, which the bars show.
#
# ## The weather of next month is known
#
# Energy is published two months late, weather one. So the first month ahead can be forecast with
# its actual weather: a *nowcast*.

# %%
first = before.query("protocol == 'backtest' and horizon == 1")
expected = score_folds("weather_normalised_theta", first, seconds=0.0)
nowcast = compared.nowcast["weather_normalised_theta"]
Markdown(
    f"One month ahead, `weather_normalised_theta` is off by {expected.mape:.2f}% when it expects "
    f"the weather, and by **{nowcast.mape:.2f}%** when it knows it."
)

# %% [markdown]
# ## And the holdout?
#
# All choices are made, so the holdout can be used.

# %%
holdout_scores = compared.holdout
pd.DataFrame(
    {
        score.forecaster: {
            "training part": f"{score.mase:.3f}",
            "holdout": f"{holdout_scores[score.forecaster].mase:.3f}",
        }
        for score in compared.ranked
    }
).T.rename_axis(columns="MASE")

# %%
order = sorted(holdout_scores, key=lambda name: holdout_scores[name].mase)
same = order == [score.forecaster for score in compared.ranked]
Markdown(
    "All do worse: the holdout has the year 2020. The order is"
    f" {'the same' if same else 'another one'}. Had we chosen on the holdout, we would have chosen"
    " on a pandemic; and after many looks at it, its scores would mean nothing. (Scores count 1 to"
    f" {MONTHS_SCORED} months ahead, on {holdout_scores['theta'].folds} cutoffs here.)"
)

# %% [markdown]
# More on how intervals are made and what was measured:
# [docs/forecasting.md](../docs/forecasting.md). Next: what is in the series?
# [03_data_exploration](03_data_exploration.ipynb).
