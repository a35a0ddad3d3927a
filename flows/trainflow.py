"""Train, compare, select and publish a forecast: of UK energy, or of your own monthly series.

    python flows/trainflow.py run
    python flows/trainflow.py run --forecasters theta,sarimax --horizon 12
    python flows/trainflow.py run --target natural_gas --store store-gas
    python flows/trainflow.py run --target all --store store-all

For another monthly series, ENERGY_DATASET names its settings file; see docs/your-own-series.md.

Each step calls the `energy` package and keeps the result. Heavy imports are inside the steps, since
every task imports this file again.
"""

from dataclasses import replace

from energy.orchestration import prepare_environment, run_flow, set_run_summary

prepare_environment()  # before Metaflow reads its configuration

from metaflow import FlowSpec, Parameter, card, catch, current, resources, retry, step  # noqa: E402

from energy.flow_decorators import report_errors, triggered_after  # noqa: E402


@triggered_after("IngestFlow", or_at="37 11 1,8 * ? *")
class TrainFlow(FlowSpec):
    """Backtest forecasters in parallel branches, select the champion, publish its forecast."""

    target = Parameter("target", default="", help="Column of the data (energy: total), or 'all'.")
    horizon = Parameter("horizon", default=24, help="Months to publish, 1 to 120.")
    start_month = Parameter(  # `start` is a step
        "start", default="", help="First month to learn from (energy: 2001-01)."
    )
    forecasters = Parameter("forecasters", default="all", help="Names of forecasters, or 'all'.")
    folds = Parameter("folds", default=24, help="Cutoffs in the training part, 1 to 60.")
    vintage = Parameter("vintage", default="", help="Id of a vintage; default the newest.")
    real_time = Parameter("real-time", default=False, help="Folds on figures as first published.")
    store = Parameter("store", default="", help="Directory or s3:// URL; default ENERGY_STORE.")

    @report_errors
    @resources(memory=2048)
    @step
    def start(self):
        """Check the request, read the data, plan folds and branches."""
        from energy.pipelines import prepare
        from energy.settings import ROOT, Settings
        from energy.tracking import lineage

        request = prepare.TrainRequest(
            target=self.target,
            horizon=self.horizon,
            start=self.start_month,
            forecasters=self.forecasters,
            folds=self.folds,
            store=self.store,
            vintage=self.vintage,
            real_time=self.real_time,
        )
        self.training_plan = prepare.prepare_training(Settings.from_environment(), request)
        self.branches = self.training_plan.branches
        self.commit = lineage.commit(ROOT)
        print(self.training_plan)
        self.next(self.backtest, foreach="branches")

    @catch(var="crash", print_exception=False)
    @retry(times=1, minutes_between_retries=0)
    @resources(memory=2048)
    @step
    def backtest(self):
        """Backtest the forecasters of a branch; a failure is a result too."""
        from energy.pipelines import many_series, train

        plan = self.training_plan
        if isinstance(self.input, many_series.SeriesChunk):
            self.results = many_series.run_chunk(self.input, plan.other_series)
            print(self.results)
        else:
            self.results = train.backtest_branch(
                self.input, plan.series, plan.weather, plan.plan, plan.real_time_data
            )
            for target, results in self.results.items():
                for _, score in results.values():
                    print(f"{target}: {score}")
        self.next(self.select)

    @report_errors
    @resources(memory=2048)
    @step
    def select(self, inputs):
        """Rank on the backtest, report the holdout, and reconcile a total with its parts."""
        from energy.pipelines import many_series, train

        plan = inputs[0].training_plan
        # Set before merging: the pickle of a frame changes with use, so the copies of the branches
        # would conflict. Later steps do not need the data of the backtests.
        self.training_plan = replace(plan, other_series=None, real_time_data={})
        self.merge_artifacts(inputs, exclude=["results", "crash"])
        results = train.gather_branches(self.branches, inputs)
        self.panel = many_series.gather_chunks(
            self.branches, inputs, plan.dataset.unit(plan.target)
        )
        self.comparisons = {
            target: train.compare_forecasters(
                plan.forecasters, results[target], y, plan.weather, plan.real_time_data[target]
            )
            for target, y in plan.series.items()
        }
        self.reconciliation = None
        if len(plan.series) > 1:
            self.reconciliation = train.reconcile_champions(
                self.comparisons, plan.series, plan.weather, plan.real_time_data
            )
        print(self.comparisons[plan.target].why)
        self.next(self.refit)

    @report_errors
    @resources(memory=2048)
    @step
    def refit(self):
        """Fit the champion on all months and make its forecast table."""
        from energy.forecasting import selection, weather
        from energy.pipelines import train

        plan = self.training_plan
        y, unit = plan.series[plan.target], plan.dataset.unit(plan.target)
        fitted, self.table = train.refit_best(
            self.comparisons[plan.target], y, plan.weather, self.horizon, unit
        )
        self.model = selection.model_to_zip(fitted)
        self.weather_facts = weather.weather_facts(y, plan.weather)
        self.breakdown = None
        if self.reconciliation:
            self.breakdown = train.break_down(
                self.reconciliation, self.comparisons, plan.series, plan.weather, self.table
            )
        self.next(self.publish, self.leaderboard)

    @card(type="blank", id="leaderboard")
    @report_errors
    @resources(memory=2048)
    @step
    def leaderboard(self):
        """Draw the scores of every forecaster, while the release is published."""
        from energy.reports import leaderboard_card

        plan = self.training_plan
        leaderboard_card.fill_leaderboard_card(
            current.card["leaderboard"],
            self.comparisons,
            plan.series,
            plan.plan,
            plan.dataset.unit(plan.target),
            self.reconciliation,
        )
        self.next(self.close)

    @card(type="blank", id="release")
    @report_errors
    @resources(memory=2048)
    @step
    def publish(self):
        """Write the release, check it, promote it if it passes; log and register it in MLflow."""
        from energy.pipelines import publish
        from energy.releases.store import open_store
        from energy.reports import release_card, run_summary
        from energy.settings import Settings
        from energy.tracking import lineage, registry
        from energy.tracking.runs import log_in_background

        plan = self.training_plan
        draft = publish.ReleaseDraft(
            table=self.table,
            model=self.model,
            comparison=self.comparisons[plan.target],
            history=plan.series[plan.target],
            weather=self.weather_facts,
            breakdown=self.breakdown,
            data=plan.data,
            title=plan.dataset.target_title(plan.target),
            panel=self.panel,
        )
        settings = Settings.from_environment()
        runs = [run_summary.tracked_run(self, target, current.run_id) for target in plan.series]
        with log_in_background(settings, runs) as self.mlflow_runs:
            run = self.mlflow_runs[plan.target]
            ids = {"metaflow": f"{current.flow_name}/{current.run_id}", "mlflow": run}
            origin = lineage.lineage(plan.vintage, self.commit, ids)
            self.result = publish.publish(open_store(plan.store), draft, origin)
        release_card.fill_release_card(current.card["release"], self.result, draft)
        self.version = registry.register_release(
            settings,
            plan.target,
            run,
            self.result.files,
            self.result.manifest,
            self.result.promoted,
            plan.dataset.name,
        )
        self.summary = run_summary.run_summary(self)
        self.next(self.close)

    @resources(memory=2048)
    @step
    def close(self, inputs):
        """Continue when the release and the leaderboard are both done."""
        self.merge_artifacts([inputs.publish])
        self.next(self.end)

    @resources(memory=2048)
    @step
    def end(self):
        """Print what was published and where it is."""
        set_run_summary(self.summary)


if __name__ == "__main__":
    run_flow(TrainFlow)
