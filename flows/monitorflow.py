"""Hold every published forecast to what came since, and tell how it fared.

    python flows/monitorflow.py run
    python flows/monitorflow.py run --store s3://bucket/prefix

Reads the newest vintage held (IngestFlow fetches it) and every release that was in service, and
writes `track_record.json` to the store. With nothing in service, or nothing to score yet, it says
so and ends well. An alarm starts nothing by itself.
"""

from energy.orchestration import prepare_environment, run_flow, set_run_summary

prepare_environment()  # before Metaflow reads its configuration

from metaflow import FlowSpec, Parameter, card, current, resources, step  # noqa: E402

from energy.flow_decorators import report_errors, triggered_after  # noqa: E402


@triggered_after("TrainFlow", or_at="37 12 1,8 * ? *")
class MonitorFlow(FlowSpec):
    """Score and write the record, show it, send its figures."""

    store = Parameter("store", default="", help="Directory or s3:// URL; default ENERGY_STORE.")

    @report_errors
    @resources(memory=2048)
    @step
    def start(self):
        """Score what was forecast on what came, and write the record: the rest can fail."""
        from datetime import UTC, datetime

        from energy.pipelines import monitor
        from energy.releases.store import open_store
        from energy.reports import monitor_card
        from energy.settings import Settings

        settings = Settings.from_environment()
        store = open_store(self.store or settings.store)
        self.record = monitor.monitor(settings, store, datetime.now(UTC))
        self.closing = monitor_card.summary_lines(self.record)
        self.next(self.show)

    @card(type="blank", id="monitor")
    @report_errors
    @resources(memory=2048)
    @step
    def show(self):
        """Draw the card, send to CloudWatch, log to MLflow."""
        from energy.monitoring import cloudwatch
        from energy.pipelines import monitor
        from energy.reports import monitor_card
        from energy.settings import Settings

        settings, record = Settings.from_environment(), self.record
        monitor_card.fill_monitor_card(current.card["monitor"], record)
        if record and settings.metrics_namespace:  # first: alarms rest on it
            sent = cloudwatch.send_metrics(settings.metrics_namespace, record)
            print(f"sent {len(sent)} metrics to {settings.metrics_namespace}")
        if record:
            monitor.log_track_record(settings, record, f"{current.flow_name}/{current.run_id}")
        self.next(self.end)

    @resources(memory=2048)
    @step
    def end(self):
        """Say how it stands."""
        set_run_summary(self.closing)


if __name__ == "__main__":
    run_flow(MonitorFlow)
