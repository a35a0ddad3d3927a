"""Score every published forecast on the figures that have come since.

    python flows/monitorflow.py run
    python flows/monitorflow.py run --store s3://bucket/prefix

Reads the newest stored vintage (IngestFlow fetches it) and every release that was live, and writes
`track_record.json` to the store. With no live release, or nothing to score yet, it says so and
succeeds. Alarms only notify; they start nothing.
"""

from energy.orchestration import prepare_environment, run_flow, set_run_summary

prepare_environment()  # before Metaflow reads its configuration

from metaflow import FlowSpec, Parameter, card, current, resources, step  # noqa: E402

from energy.flow_decorators import report_errors, triggered_after  # noqa: E402


@triggered_after("TrainFlow", or_at="37 12 1,8 * ? *")
class MonitorFlow(FlowSpec):
    """Update the track record, show it, and send its figures."""

    store = Parameter("store", default="", help="Directory or s3:// URL; default ENERGY_STORE.")

    @report_errors
    @resources(memory=2048)
    @step
    def start(self):
        """Score the forecasts and write the track record, before anything that can fail."""
        from datetime import UTC, datetime

        from energy.pipelines import monitor
        from energy.releases.store import open_store
        from energy.settings import Settings

        settings = Settings.from_environment()
        store = open_store(self.store or settings.store)
        self.record = monitor.monitor(settings, store, datetime.now(UTC))
        self.next(self.show)

    @card(type="blank", id="monitor")
    @report_errors
    @resources(memory=2048)
    @step
    def show(self):
        """Draw the card, send metrics to CloudWatch, log to MLflow."""
        from energy.monitoring import cloudwatch
        from energy.pipelines import monitor
        from energy.reports import monitor_card
        from energy.settings import Settings

        settings, record = Settings.from_environment(), self.record
        self.summary = monitor_card.summary_lines(record)
        monitor_card.fill_monitor_card(current.card["monitor"], record)
        if record and settings.metrics_namespace:  # first, since alarms depend on it
            metrics = cloudwatch.send_metrics(settings.metrics_namespace, record)
            print(f"sent {len(metrics)} metrics to {settings.metrics_namespace}")
        if record:
            monitor.log_track_record(settings, record, f"{current.flow_name}/{current.run_id}")
        self.next(self.end)

    @resources(memory=2048)
    @step
    def end(self):
        """Print the summary."""
        set_run_summary(self.summary)


if __name__ == "__main__":
    run_flow(MonitorFlow)
