# %% [markdown]
# # What is published, and can it be trusted?
#
# A forecast that is served is a *release*: some files, written once and never changed, each with
# its SHA-256. This page makes one in a temporary folder with the functions that TrainFlow's steps
# call, and asks it things. To look at your own, open the store that `make run` fills:
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
# Two forecasters that cost little, on all the folds. That is TrainFlow from `start` to `refit`.

# %%
somewhere = tempfile.TemporaryDirectory()
settings = Settings(
    store=f"{somewhere.name}/store",
    data=Settings.from_environment().data,
    tracking_uri=f"sqlite:///{somewhere.name}/mlflow.db",
)
asked = prepare.TrainRequest(forecasters="weather_normalised_theta", horizon=24)
task = prepare.prepare_training(settings, asked)
y, weather = task.series[task.target], task.weather
results = {name: train.backtest_one(name, y, weather, task.plan) for name in task.forecasters}
compared = train.compare_forecasters(task.forecasters, results, y, weather)
unit = task.dataset.unit(task.target)
fitted, table = train.refit_best(compared, y, weather, asked.horizon, unit)
draft = publish.ReleaseDraft(
    table,
    selection.model_to_zip(fitted),
    compared,
    y,
    weather_facts(y, weather),
    data=task.data,
    title=task.dataset.target_title(task.target),
)
Markdown(f"The champion and why: {compared.why}")

# %% [markdown]
# ## Through the gate
#
# Publishing writes every file, the manifest last; then a gate judges, and only then does
# `champion.json` point to the release. A release that fails stays in the store, unused, with the
# reason beside it. One of the checks starts a fresh Python process and asks the release a question,
# as a server would.

# %%
store = open_store(task.store)
origin = lineage.lineage(task.vintage, commit="unknown", runs={"notebook": "05_the_release"})
now = datetime(2022, 9, 29, 9, 30, tzinfo=UTC)
published = publish.publish(store, draft, origin, clock=lambda: now)
pd.DataFrame(
    {one.name: {"passed": one.passed, "what was found": one.told} for one in published.checks}
).T

# %%
Markdown("**In service.**" if published.promoted else "**Refused**; nothing is in service.")

# %% [markdown]
# ## Where does it come from?
#
# From the release back to the bytes: which workbooks, which code, which versions of what. The id
# begins with the last month of the data and the time, and ends with a hash of the content.

# %%
release = ReleaseReader(store, refresh_seconds=60).current().release
made = release.manifest
pd.Series(
    {
        "what": f"{made.title}, {made.unit} a month",
        "data to": made.cutoff,
        "forecaster": made.forecaster,
        **{name: f"SHA-256 {digest[:12]}…" for name, digest in made.lineage.vintage.items()},
        "commit": made.lineage.commit,
        "runs": ", ".join(f"{system}: {run}" for system, run in made.lineage.runs.items()),
        "packages": ", ".join(made.lineage.packages),
    },
    name="lineage",
).to_frame()

# %%
pd.DataFrame({"kB": {name: round(one.bytes / 1000) for name, one in sorted(made.files.items())}}).T

# %% [markdown]
# ## What does it say?

# %%
history = pd.Series(
    release.history[1], pd.period_range(release.history[0], periods=len(y), freq="M"), name="total"
)
charts.show(charts.fan(history, release.table, of=made.title))

# %%
year = release.table.months[:12]
before = history.iloc[-12:].sum()
total = sum(row.mean for row in year)
low, high = year[5].quantiles[1], year[5].quantiles[-2]
Markdown(
    f"From {year[0].month} to {year[-1].month}: **{total:.1f} {made.unit}**, "
    f"{total / before - 1:+.1%} on the twelve months before. {year[5].month} is expected at "
    f"{year[5].mean:.1f}, and with a probability of 80% between {low:.1f} and {high:.1f}."
)

# %% [markdown]
# ## Asking
#
# `answer` is what the Lambda function, the REST API and the app all call. Months of the published
# table are looked up, with intervals of any coverage:

# %%
said = predict(release, ForecastRequest(periods=3, coverage=(0.5, 0.9)))
pd.DataFrame(
    [
        (row.month, row.mean, *(f"{one.lower:.2f} to {one.upper:.2f}" for one in row.intervals))
        for row in said.months
    ],
    columns=["month", said.unit, "50%", "90%"],
).round(2)

# %%
Markdown(
    f"Answered by the **{said.tier}**. The first month is *{said.months[0].weather}*: its weather "
    f"is published already. The others are *{said.months[1].weather}*."
)

# %% [markdown]
# ## What if it gets cold?
#
# No table can hold every weather. A scenario wakes the fitted champion, which knows what a degree
# does. The coming winter, two degrees colder than expected:

# %%
winter = ("2022-10", "2022-11", "2022-12", "2023-01", "2023-02", "2023-03")
central = predict(release, ForecastRequest(months=winter))
cold = predict(release, ForecastRequest(months=winter, weather=Weather(temperature_change=-2.0)))
charts.show(charts.against(central, cold, "2 degrees colder", made.unit))

# %%
more = sum(row.mean for row in cold.months) - sum(row.mean for row in central.months)
again = predict(release, ForecastRequest(months=winter, weather=Weather(year=2010)))
as_2010 = sum(row.mean for row in again.months) - sum(row.mean for row in central.months)
Markdown(
    f"**{more:+.1f} {made.unit}** over the winter, answered by the {cold.tier}. With the degree "
    f"days that each of these months had in 2010, it would be {as_2010:+.1f}."
)

# %% [markdown]
# ## What if a new figure comes?
#
# Give it, and the champion is fitted again with it: the answer is that which a release of that day
# would have given. Say August turned out five per cent above the forecast.

# %%
first = release.table.months[0]
newer = predict(release, ForecastRequest(periods=3, observations={first.month: 1.05 * first.mean}))
told = {row.month: row.mean for row in release.table.months}
pd.DataFrame(
    {
        row.month: {
            "before": f"{told[row.month]:.2f}",
            "after": f"{row.mean:.2f}",
            "change": f"{row.mean / told[row.month] - 1:+.1%}",
        }
        for row in newer.months
    }
).T

# %% [markdown]
# ## What it refuses
#
# A question that cannot be answered is refused by name, and so is a release of which a single byte
# was changed.

# %%
try:
    predict(release, ForecastRequest(months=("2022-05",)))
except FieldError as error:
    print(f"{type(error).__name__}: {error}")

# %%
file = Path(somewhere.name) / "store" / "releases" / made.release_id / "forecast.json"
file.write_bytes(file.read_bytes().replace(b"1", b"2", 1))
try:
    verify_release(store, made.release_id)
except FileAltered as error:
    size = "as long as it was" if error.found_bytes == error.expected_bytes else "longer or shorter"
    print(f"{type(error).__name__}: {error.name} is {size}, but has another SHA-256.")

# %% [markdown]
# Every reader checks before it uses a file. A server that holds a sound release goes on with that,
# and says that it is stale.
#
# ## Where to go from here
#
# How releases are judged, rolled back and swept: [docs/releases.md](../docs/releases.md). How they
# are served: [docs/serving.md](../docs/serving.md). How published forecasts fared:
# [docs/monitoring.md](../docs/monitoring.md).
