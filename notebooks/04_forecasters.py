# %% [markdown]
# # Which forecaster, and what does it say?
#
# The bench is a table of forecasters, each a row with a name and a recipe. This page takes one of
# each family, compares them on the same folds, reads what each has learnt, and adds one of our own.

# %%
import tempfile

import pandas as pd
from IPython.display import Markdown
from sktime.forecasting.naive import NaiveForecaster

from energy import charts
from energy.data.tables import ENERGY
from energy.forecasting import backtest, models
from energy.forecasting.degree_days import WeatherNormalised
from energy.forecasting.weather import climatology, daily_degree_days
from energy.pipelines import prepare, train
from energy.settings import Settings

pd.set_option("display.max_colwidth", None)

# %%
one_of_each = (
    "theta",
    "sarimax",
    "unobserved_components_weather",
    "weather_normalised_theta",
    "ridge",
)
pd.DataFrame(
    {
        name: {"kind": row.kind, "what it does": row.summary}
        for name, row in models.FORECASTERS.items()
    }
).T

# %% [markdown]
# ## The same question for all
#
# `preparing.prepare` is what TrainFlow's first step calls: it checks what is asked, reads the data
# and lays out the folds. To keep this page quick, the series starts in 2009 and there are six
# folds; `make run` takes them all, from 2001, on twenty-four. So read these figures as an example.

# %%
somewhere = tempfile.TemporaryDirectory()
settings = Settings(
    store=f"{somewhere.name}/store",
    data=Settings.from_environment().data,
    tracking_uri=f"sqlite:///{somewhere.name}/mlflow.db",
)
asked = prepare.TrainRequest(
    start="2009-01", forecasters=",".join(one_of_each), folds=6, horizon=12
)
task = prepare.prepare_training(settings, asked)
y, weather = task.series["total"], task.weather
results = {name: train.backtest_one(name, y, weather, task.plan) for name in task.forecasters}
compared = train.compare_forecasters(task.forecasters, results, y, weather)

# %%
charts.show(charts.leaderboard(compared.ranked))

# %%
best = compared.ranked[0]
naive = next(one for one in compared.ranked if one.forecaster == models.BASELINE)
knowing = [one.forecaster for one in compared.ranked if models.FORECASTERS[one.forecaster].weather]
ahead = [one.forecaster for one in compared.ranked[: len(knowing)]]
Markdown(
    f"`{best.forecaster}` is ahead with a MASE of **{best.mase:.3f}**, "
    f"{1 - best.mase / naive.mase:.0%} below seasonal naive. "
    + (
        "The first places all belong to forecasters that know of the weather: they are not told "
        "what it will be, but they are not fooled by what it was."
        if sorted(ahead) == sorted(knowing)
        else f"Of the first {len(knowing)}, {len(set(ahead) & set(knowing))} know of the weather."
    )
)

# %%
charts.show(charts.by_horizon(compared.leading))

# %% [markdown]
# ## How does it miss?
#
# A figure ranks; a picture explains. The champion's folds against what came:

# %%
name = compared.champion
charts.show(charts.folds(compared.folds[name], ENERGY.unit, f"{name.replace('_', ' ')}: folds"))

# %%
charts.show(charts.by_month({n: compared.folds[n] for n in (name, models.BASELINE)}))

# %% [markdown]
# ## Reading each family
#
# A fitted forecaster is an object of sktime, and what it has learnt can be read. All of them here
# work on logs, so that a coefficient is a share.
#
# **Smoothing** (`theta`): take the season off, let a level follow the series, add half of the
# long-run slope. One figure says how fast the level forgets.

# %%
fitted = {
    name: backtest.fit(name, y, backtest.regressors(name, y, weather), positive=True)
    for name in one_of_each
}
learnt = {name: one.get_fitted_params() for name, one in fitted.items()}
level = learnt["theta"]["forecast__theta__smoothing_level"]
season = pd.Series(learnt["theta"]["forecast__season__seasonal"])
Markdown(
    f"Each month the level moves by **{level:.0%}** of what it missed. The season, taken off "
    f"before, is worth {season.min():+.0%} to {season.max():+.0%} on the log scale."
)

# %% [markdown]
# **Smoothing in normal weather** (`weather_normalised_theta`): the same, on the series as it would
# have been in normal weather. It learns one thing more, the answer to a hundred degree days.

# %%
slope = learnt["weather_normalised_theta"]["forecast__slope"]
calm = learnt["weather_normalised_theta"]["forecast__forecaster__theta__smoothing_level"]
Markdown(
    f"A hundred degree days more add **{slope:.1%}**. And the level now moves by {calm:.0%} of a "
    f"miss: with the weather's noise out of the way, "
    + ("a miss says more of the level." if calm > level else "it need not move as much.")
)

# %% [markdown]
# **ARIMA with weather** (`sarimax`) and **state space with weather**
# (`unobserved_components_weather`) have the degree days as a regressor and estimate everything at
# once. Their parameters lie deep inside statsmodels, but one can simply ask: what do you say of
# next month in the weather to be expected, and what if it had a hundred degree days more?

# %%
daily = daily_degree_days(weather)
month = y.index[-1] + 7  # a winter month
usual = climatology(daily, pd.PeriodIndex([month])).to_frame()
colder = usual + 100 / month.days_in_month


def said(name: str, given: pd.DataFrame) -> float:
    """The forecast of that month in the weather given."""
    return backtest.forecast(name, fitted[name], 7, positive=True, X=given)[month]


aware = [name for name in one_of_each if models.FORECASTERS[name].weather]
answers = pd.DataFrame(
    {name: {"usual": said(name, usual), "colder": said(name, colder)} for name in aware}
).T
answers["more"] = answers["colder"] / answers["usual"] - 1
answers.round({"usual": 2, "colder": 2}).assign(more=answers["more"].map("{:.1%}".format))

# %%
Markdown(
    f"For {month.strftime('%B %Y')}, in {ENERGY.unit}. Three kinds of machinery, and their answers "
    f"lie between {answers['more'].min():.1%} and {answers['more'].max():.1%}. That is reassuring: "
    f"the answer is in the data, not in the method."
)

# %% [markdown]
# **Machine learning** (`ridge`): a regression of each month on the 24 before it. What it looks at:

# %%
lags = pd.Series(
    learnt["ridge"]["forecast__ridge__estimator__coef"].ravel(), range(24, 0, -1), name="weight"
)
strongest = lags.abs().sort_values(ascending=False).index[:3]
Markdown(
    "Most weight lies on the months "
    + ", ".join(f"{lag} ({lags[lag]:+.2f})" for lag in strongest)
    + f" back. It has {lags.size} weights to learn and {len(y) - lags.size} months to learn them "
    f"from, on {y.size // 12} years that resemble each other."
)

# %% [markdown]
# ## One of your own
#
# Say we believe that the last three years, averaged month by month, tell more than the last one.
# sktime has that as `NaiveForecaster("mean", sp=12, window_length=36)`. A forecaster joins the
# bench as a row of its table; here, for this page only:


# %%
def three_years():
    """The mean of the same month over the last three years."""
    return NaiveForecaster("mean", sp=12, window_length=36)


models.FORECASTERS["three_years"] = models.ForecasterSpec(
    "three_years", "mine", "The mean of the same month over three years, on logs.", three_years
)
models.FORECASTERS["three_years_in_normal_weather"] = models.ForecasterSpec(
    "three_years_in_normal_weather",
    "mine + weather",
    "The same on the series as it would have been in normal weather.",
    lambda: WeatherNormalised(three_years()),
    weather=True,
)
mine = ("three_years", "three_years_in_normal_weather")
results |= {name: train.backtest_one(name, y, weather, task.plan) for name in mine}
again = train.compare_forecasters((*task.forecasters, *mine), results, y, weather)
charts.show(charts.leaderboard(again.ranked))

# %%
score = {one.forecaster: one.mase for one in again.ranked}
Markdown(
    f"A mean of three years alone: {score['three_years']:.3f}, "
    f"{'better' if score['three_years'] < score[models.BASELINE] else 'worse'} than the last year "
    f"({score[models.BASELINE]:.3f}). In normal weather: "
    f"**{score['three_years_in_normal_weather']:.3f}**, "
    + (
        "which helps."
        if score["three_years_in_normal_weather"] < score["three_years"]
        else "which does not help: three years together average the weather out already."
    )
    + " Any forecaster of sktime can be tried like that."
)

# %% [markdown]
# To keep it, write its maker in `energy/forecasting/makers.py` and its row in
# `energy/forecasting/models.py`; `flows/trainflow.py run --forecasters theta,three_years` then knows
# it, and if it wins it is published. How ours compare with the field on a hundred folds, and what
# was tried and left out: [docs/forecasting.md](../docs/forecasting.md). What becomes of the winner:
# [05_the_release](05_the_release.ipynb).
