# %% [markdown]
# # Which forecaster is best?
#
# The candidate models are a table of forecasters, each with a name and a maker. This page compares
# one of each family on the same folds, reads what each has learnt, and adds a new one.

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
families = (
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
# ## The same folds for all
#
# `prepare_training` is what TrainFlow's first step calls: it checks the request, reads the data and
# plans the folds. To keep this page quick, the series starts in 2009 and there are six
# folds; `make run` takes them all, from 2001, on twenty-four. So read these figures as an example.

# %%
folder = tempfile.TemporaryDirectory()
settings = Settings(
    store=f"{folder.name}/store",
    data=Settings.from_environment().data,
    tracking_uri=f"sqlite:///{folder.name}/mlflow.db",
)
request = prepare.TrainRequest(start="2009-01", forecasters=",".join(families), folds=6, horizon=12)
training = prepare.prepare_training(settings, request)
y, weather = training.series["total"], training.weather
results = {
    name: train.backtest_one(name, y, weather, training.plan) for name in training.forecasters
}
compared = train.compare_forecasters(training.forecasters, results, y, weather)

# %%
charts.show(charts.leaderboard(compared.ranked))

# %%
best = compared.ranked[0]
naive = next(score for score in compared.ranked if score.forecaster == models.BASELINE)
with_weather = [
    score.forecaster for score in compared.ranked if models.FORECASTERS[score.forecaster].weather
]
first = [score.forecaster for score in compared.ranked[: len(with_weather)]]
Markdown(
    f"`{best.forecaster}` is ahead with a MASE of **{best.mase:.3f}**, "
    f"{1 - best.mase / naive.mase:.0%} below seasonal naive. "
    + (
        "The first places all belong to forecasters that use the weather: they do not know what "
        "it will be, but past weather does not mislead them."
        if sorted(first) == sorted(with_weather)
        else (
            f"Of the first {len(with_weather)}, {len(set(first) & set(with_weather))} use the"
            " weather."
        )
    )
)

# %%
charts.show(charts.by_horizon(compared.leading))

# %% [markdown]
# ## Where are the errors?
#
# The champion's folds and the actual figures:

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
# long-run slope. One parameter says how fast the level changes.

# %%
fitted = {
    name: backtest.fit(name, y, backtest.regressors(name, y, weather), positive=True)
    for name in families
}
learnt = {name: forecaster.get_fitted_params() for name, forecaster in fitted.items()}
level = learnt["theta"]["forecast__theta__smoothing_level"]
season = pd.Series(learnt["theta"]["forecast__season__seasonal"])
Markdown(
    f"Each month the level moves by **{level:.0%}** of the last error. The season, taken off "
    f"before, is worth {season.min():+.0%} to {season.max():+.0%} on the log scale."
)

# %% [markdown]
# **Smoothing in normal weather** (`weather_normalised_theta`): the same, on the series as it would
# have been in normal weather. It also learns the effect of a hundred degree days.

# %%
slope = learnt["weather_normalised_theta"]["forecast__slope"]
calm = learnt["weather_normalised_theta"]["forecast__forecaster__theta__smoothing_level"]
Markdown(
    f"A hundred degree days more add **{slope:.1%}**. And the level now moves by {calm:.0%} of a "
    "miss: with the weather's noise out of the way, "
    + ("a miss says more of the level." if calm > level else "it need not move as much.")
)

# %% [markdown]
# **ARIMA with weather** (`sarimax`) and **state space with weather**
# (`unobserved_components_weather`) have the degree days as a regressor and estimate everything at
# once. Their parameters are deep inside statsmodels, so compare two forecasts instead: one in
# expected weather, one with a hundred degree days more.

# %%
daily = daily_degree_days(weather)
month = y.index[-1] + 7  # a winter month
usual = climatology(daily, pd.PeriodIndex([month])).to_frame()
colder = usual + 100 / month.days_in_month


def forecast_in(name: str, scenario: pd.DataFrame) -> float:
    """The forecast of that month in the weather of a scenario."""
    return backtest.forecast(name, fitted[name], 7, positive=True, X=scenario)[month]


with_weather = [name for name in families if models.FORECASTERS[name].weather]
forecasts = pd.DataFrame(
    {
        name: {"usual": forecast_in(name, usual), "colder": forecast_in(name, colder)}
        for name in with_weather
    }
).T
forecasts["more"] = forecasts["colder"] / forecasts["usual"] - 1
forecasts.round({"usual": 2, "colder": 2}).assign(more=forecasts["more"].map("{:.1%}".format))

# %%
Markdown(
    f"For {month.strftime('%B %Y')}, in {ENERGY.unit}. Three kinds of models, and their effects are"
    f" between {forecasts['more'].min():.1%} and {forecasts['more'].max():.1%}. That is reassuring:"
    " the effect is in the data, not in the method."
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
# ## Add your own
#
# Suppose that the last three years, averaged month by month, say more than the last year alone.
# sktime has that as `NaiveForecaster("mean", sp=12, window_length=36)`. A new
# forecaster is a row in the table of candidate models; here, for this page only:


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
results |= {name: train.backtest_one(name, y, weather, training.plan) for name in mine}
again = train.compare_forecasters((*training.forecasters, *mine), results, y, weather)
charts.show(charts.leaderboard(again.ranked))

# %%
score = {row.forecaster: row.mase for row in again.ranked}
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
# To keep it, add its maker and its row to `energy/forecasting/models.py`; then
# `flows/trainflow.py run --forecasters theta,three_years` runs it, and publishes it if it wins. How
# the candidate models compare on a hundred folds, and what was tried and left out:
# [docs/forecasting.md](../docs/forecasting.md). What becomes of the winner:
# [05_the_release](05_the_release.ipynb).
