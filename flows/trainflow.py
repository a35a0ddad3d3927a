"""Train, compare, choose and publish a forecast: of UK energy, or of a monthly series of your own.

    python flows/trainflow.py run
    python flows/trainflow.py run --forecasters theta,sarimax --horizon 12
    python flows/trainflow.py run --target natural_gas --store store-gas
    python flows/trainflow.py run --target all --store store-all

Another monthly series is forecast the same way: ENERGY_DATASET names its settings file, and
docs/your-own-series.md tells what that holds.

Each step calls the `energy` package and keeps the result; nothing heavy is imported up here, since
every task imports this file anew.
"""

from energy.orchestration import prepare_environment, run_flow, set_run_summary

prepare_environment()  # before Metaflow reads its configuration

from metaflow import FlowSpec, Parameter, card, catch, current, resources, retry, step  # noqa: E402

from energy.flow_decorators import report_errors, triggered_after  # noqa: E402


@triggered_after("IngestFlow", or_at="37 11 1,8 * ? *")
class TrainFlow(FlowSpec):
    """Backtest the bench in parallel branches, choose the champion, publish its forecast."""

    wanted = Parameter("target", default="", help="Column of the data (energy: total), or 'all'.")
    horizon = Parameter("horizon", default=24, help="Months to publish, 1 to 120.")
    since = Parameter("start", default="", help="First month to learn from (energy: 2001-01).")
    names = Parameter("forecasters", default="all", help="Names of the bench, or 'all'.")
    fold_count = Parameter("folds", default=24, help="Cutoffs in the training part, 1 to 60.")
    vintage_asked = Parameter("vintage", default="", help="Id of a vintage; default the newest.")
    in_real_time = Parameter("real-time", default=False, help="Folds on figures of their time.")
    store = Parameter("store", default="", help="Directory or s3:// URL; default ENERGY_STORE.")

    @report_errors
    @resources(memory=2048)
    @step
    def start(self):
        """Read the monthly frame, split it in time, lay out the folds."""
        from energy.pipelines import prepare
        from energy.settings import ROOT, Settings
        from energy.tracking import lineage

        asked = prepare.TrainRequest(
            target=self.wanted,
            horizon=self.horizon,
            start=self.since,
            forecasters=self.names,
            folds=self.fold_count,
            store=self.store,
            vintage=self.vintage_asked,
            in_real_time=self.in_real_time,
        )
        task = prepare.prepare_training(Settings.from_environment(), asked)
        self.dataset = task.dataset
        self.target, self.series, self.weather = task.target, task.series, task.weather
        self.plan, self.bench, self.branches = task.plan, task.bench, task.branches
        self.vintage, self.known, self.store_url = task.vintage, task.known, task.store
        self.snapshot, self.panel = task.snapshot, task.panel
        self.commit = lineage.commit(ROOT)
        print(task)
        self.next(self.backtest, foreach="branches")

    @catch(var="crash", print_exception=False)
    @retry(times=1, minutes_between_retries=0)
    @resources(memory=2048)
    @step
    def backtest(self):
        """Rolling origins of a branch's forecasters; a failure is a result too."""
        from energy.pipelines import many_series, train

        if isinstance(self.input, many_series.SeriesChunk):
            self.results = many_series.run_chunk(self.input, self.panel)
            print(self.results)
        else:
            self.results = train.backtest_branch(
                self.input, self.series, self.weather, self.plan, self.known
            )
            for target, found in self.results.items():
                for _, score in found.values():
                    print(f"{target}: {score}")
        self.next(self.select)

    @report_errors
    @resources(memory=2048)
    @step
    def select(self, inputs):
        """Rank on the backtest and report the holdout; where there are parts, make them add up."""
        from energy.pipelines import many_series, train

        # A frame's pickle changes with use, so Metaflow takes the branches' copies for conflicts.
        self.series, self.weather = inputs[0].series, inputs[0].weather
        self.merge_artifacts(inputs, exclude=["results", "crash", "known", "panel"])
        known, results = inputs[0].known, train.gather_branches(self.branches, inputs)
        self.forecasts = many_series.gather_chunks(
            self.branches, inputs, self.dataset.unit(self.target)
        )
        self.compared = {
            name: train.compare_forecasters(self.bench, results[name], y, self.weather, known[name])
            for name, y in self.series.items()
        }
        self.reconciled = None
        if len(self.series) > 1:
            self.reconciled = train.reconcile_champions(
                self.compared, self.series, self.weather, known
            )
        print(self.compared[self.target].why)
        self.next(self.refit)

    @report_errors
    @resources(memory=2048)
    @step
    def refit(self):
        """Fit the champion on all months; its table carries calibrated intervals."""
        from energy.forecasting import selection, weather
        from energy.pipelines import train

        name, y = self.target, self.series[self.target]
        fitted, self.table = train.refit_best(
            self.compared[name], y, self.weather, self.horizon, self.dataset.unit(name)
        )
        self.model_zip = selection.model_to_zip(fitted)
        self.facts = weather.weather_facts(y, self.weather)
        self.breakdown = None
        if self.reconciled:
            self.breakdown = train.break_down(
                self.reconciled, self.compared, self.series, self.weather, self.table
            )
        self.next(self.publish, self.leaderboard)

    @card(type="blank", id="leaderboard")
    @report_errors
    @resources(memory=2048)
    @step
    def leaderboard(self):
        """Draw who was tried and how they did, while the release is published."""
        from energy.reports import leaderboard_card

        leaderboard_card.fill_leaderboard_card(
            current.card["leaderboard"],
            self.compared,
            self.series,
            self.plan,
            self.dataset.unit(self.target),
            self.reconciled,
        )
        self.next(self.close)

    @card(type="blank", id="release")
    @report_errors
    @resources(memory=2048)
    @step
    def publish(self):
        """Write the release, judge it, point to it if it may take over; log and register it all."""
        from energy.pipelines import publish
        from energy.releases.store import open_store
        from energy.reports import release_card, run_summary
        from energy.settings import Settings
        from energy.tracking import lineage, registry
        from energy.tracking.runs import log_in_background

        draft = publish.ReleaseDraft(
            self.table,
            self.model_zip,
            self.compared[self.target],
            self.series[self.target],
            self.facts,
            self.breakdown,
            self.snapshot,
            self.dataset.titled(self.target),
            self.forecasts,
        )
        settings = Settings.from_environment()
        runs = [run_summary.tracked_run(self, name, current.run_id) for name in self.series]
        with log_in_background(settings, runs) as self.mlflow_runs:
            run = self.mlflow_runs[self.target]
            ids = {"metaflow": f"{current.flow_name}/{current.run_id}", "mlflow": run}
            self.published = publish.publish(
                open_store(self.store_url), draft, lineage.lineage(self.vintage, self.commit, ids)
            )
        release_card.fill_release_card(current.card["release"], self.published, draft)
        self.version = registry.register_release(
            settings,
            self.target,
            run,
            self.published.files,
            self.published.manifest,
            self.published.promoted,
            self.dataset.name,
        )
        self.closing = run_summary.run_summary(self)
        self.next(self.close)

    @resources(memory=2048)
    @step
    def close(self, inputs):
        """Go on when release and leaderboard are both done, with what the release is."""
        self.merge_artifacts([inputs.publish])
        self.next(self.end)

    @resources(memory=2048)
    @step
    def end(self):
        """Say what came out and where it is."""
        set_run_summary(self.closing)


if __name__ == "__main__":
    run_flow(TrainFlow)
