# %% [markdown]
# # What is published, and can it be trusted?
#
# A published forecast is a *release*: files that are written once and never changed, each with its
# SHA-256. This page publishes one in a temporary folder with the functions that TrainFlow's steps
# call, and queries it. To look at your own, open the store that `make run` fills:
# `open_store(Settings.from_environment().store)`.

# %%
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from IPython.display import Markdown

from energy import charts
from energy.contract import ForecastRequest, Weather
from energy.errors import FieldError, FileAltered
from energy.forecasting import selection
from energy.forecasting.weather import weather_facts
from energy.pipelines import prepare, publish, train
from energy.releases.bundle import verify_release
from energy.releases.reader import ReleaseReader
from energy.releases.store import open_store
from energy.serving.predict import predict
from energy.settings import Settings
from energy.tracking import lineage

pd.set_option("display.max_colwidth", None)

# %% [markdown]
# ## From the data to a draft
#
# Two fast forecasters, on all the folds: TrainFlow from `start` to `refit`.

# %%
folder = tempfile.TemporaryDirectory()
settings = Settings(
    store=f"{folder.name}/store",
    data=Settings.from_environment().data,
    tracking_uri=f"sqlite:///{folder.name}/mlflow.db",
)
request = prepare.TrainRequest(forecasters="weather_normalised_theta", horizon=24)
training = prepare.prepare_training(settings, request)
y, weather = training.series[training.target], training.weather
results = {
    name: train.backtest_one(name, y, weather, training.plan) for name in training.forecasters
}
compared = train.compare_forecasters(training.forecasters, results, y, weather)
unit = training.dataset.unit(training.target)
fitted, table = train.refit_best(compared, y, weather, request.horizon, unit)
draft = publish.ReleaseDraft(
    table,
    selection.model_to_zip(fitted),
    compared,
    y,
    weather_facts(y, weather),
    data=training.data,
    title=training.dataset.target_title(training.target),
)
Markdown(f"The champion and why: {compared.why}")

# %% [markdown]
# ## Through the gate
#
# Publishing writes every file, the manifest last. Then the gate checks the release, and only if it
# passes does `champion.json` point to it. A release that fails stays in the store, unused, with the
# reason. One of the checks starts a new Python process and queries the release, as a server would.

# %%
store = open_store(training.store)
provenance = lineage.lineage(
    training.vintage, commit="unknown", runs={"notebook": "05_the_release"}
)
now = datetime(2022, 9, 29, 9, 30, tzinfo=UTC)
published = publish.publish(store, draft, provenance, clock=lambda: now)
pd.DataFrame(
    {check.name: {"passed": check.passed, "result": check.told} for check in published.checks}
).T

# %%
Markdown("**Live.**" if published.promoted else "**Not promoted**; no forecast is live.")

# %% [markdown]
# ## Where does it come from?
#
# From the release back to the bytes: which workbooks, which code, which versions of what. The id
# begins with the last month of the data and the time, and ends with a hash of the content.

# %%
release = ReleaseReader(store, refresh_seconds=60).current().release
manifest = release.manifest
pd.Series(
    {
        "what": f"{manifest.title}, {manifest.unit} a month",
        "data to": manifest.cutoff,
        "forecaster": manifest.forecaster,
        **{name: f"SHA-256 {digest[:12]}…" for name, digest in manifest.lineage.vintage.items()},
        "commit": manifest.lineage.commit,
        "runs": ", ".join(f"{system}: {run}" for system, run in manifest.lineage.runs.items()),
        "packages": ", ".join(manifest.lineage.packages),
    },
    name="lineage",
).to_frame()

# %%
pd.DataFrame(
    {"kB": {name: round(file.bytes / 1000) for name, file in sorted(manifest.files.items())}}
).T

# %% [markdown]
# ## The forecast

# %%
history = pd.Series(
    release.history[1], pd.period_range(release.history[0], periods=len(y), freq="M"), name="total"
)
charts.show(charts.fan(history, release.table, title=manifest.title))

# %%
year = release.table.months[:12]
before = history.iloc[-12:].sum()
total = sum(row.mean for row in year)
low, high = year[5].quantiles[1], year[5].quantiles[-2]
Markdown(
    f"From {year[0].month} to {year[-1].month}: **{total:.1f} {manifest.unit}**, "
    f"{total / before - 1:+.1%} on the twelve months before. {year[5].month} is expected at "
    f"{year[5].mean:.1f}, and with a probability of 80% between {low:.1f} and {high:.1f}."
)

# %% [markdown]
# ## Query it
#
# `predict` is what the Lambda function, the REST API and the app all call. Months of the published
# table are looked up, with intervals of any coverage:

# %%
answer = predict(release, ForecastRequest(periods=3, coverage=(0.5, 0.9)))
pd.DataFrame(
    [
        (row.month, row.mean, *(f"{i.lower:.2f} to {i.upper:.2f}" for i in row.intervals))
        for row in answer.months
    ],
    columns=["month", answer.unit, "50%", "90%"],
).round(2)

# %%
Markdown(
    f"Answered by the **{answer.tier}**. The first month is *{answer.months[0].weather}*: its"
    f" weather is published already. The others are *{answer.months[1].weather}*."
)

# %% [markdown]
# ## What if it gets cold?
#
# No table has every weather. A scenario uses the fitted champion, which has learnt the effect of a
# degree. The coming winter, two degrees colder than expected:

# %%
winter = ("2022-10", "2022-11", "2022-12", "2023-01", "2023-02", "2023-03")
central = predict(release, ForecastRequest(months=winter))
cold = predict(release, ForecastRequest(months=winter, weather=Weather(temperature_change=-2.0)))
charts.show(charts.scenario(central, cold, "2 degrees colder", manifest.unit))

# %%
more = sum(row.mean for row in cold.months) - sum(row.mean for row in central.months)
again = predict(release, ForecastRequest(months=winter, weather=Weather(year=2010)))
as_2010 = sum(row.mean for row in again.months) - sum(row.mean for row in central.months)
Markdown(
    f"**{more:+.1f} {manifest.unit}** over the winter, answered by the {cold.tier}. With the degree"
    f" days that each of these months had in 2010, it would be {as_2010:+.1f}."
)

# %% [markdown]
# ## What if a new figure comes?
#
# The champion is fitted again with a new observation: the answer is that of a release of that day.
# Suppose that August is five per cent above the forecast.

# %%
first = release.table.months[0]
newer = predict(release, ForecastRequest(periods=3, observations={first.month: 1.05 * first.mean}))
before = {row.month: row.mean for row in release.table.months}
pd.DataFrame(
    {
        row.month: {
            "before": f"{before[row.month]:.2f}",
            "after": f"{row.mean:.2f}",
            "change": f"{row.mean / before[row.month] - 1:+.1%}",
        }
        for row in newer.months
    }
).T

# %% [markdown]
# ## What it refuses
#
# A request that cannot be answered raises an error that names the field, and so does a release with
# a single changed byte.

# %%
try:
    predict(release, ForecastRequest(months=("2022-05",)))
except FieldError as error:
    print(f"{type(error).__name__}: {error}")

# %%
file = Path(folder.name) / "store" / "releases" / manifest.release_id / "forecast.json"
file.write_bytes(file.read_bytes().replace(b"1", b"2", 1))
try:
    verify_release(store, manifest.release_id)
except FileAltered as error:
    print(f"{type(error).__name__} ({error.code}): a file was changed after it was published.")

# %% [markdown]
# Every reader checks a file before it uses it. A server that has loaded a valid release continues
# with it, and marks its answers as stale.
#
# ## Where to go from here
#
# How releases are checked, rolled back and cleaned up: [docs/releases.md](../docs/releases.md). How
# they are served: [docs/serving.md](../docs/serving.md). How accurate published forecasts were:
# [docs/monitoring.md](../docs/monitoring.md).
