"""Hold every published forecast to what came since, and tell how it fared.

    python flows/monitorflow.py run
    python flows/monitorflow.py run --store s3://bucket/prefix

Reads the newest vintage held (IngestFlow fetches it) and every release that was in service, and
writes `track_record.json` to the store. With nothing in service, or nothing to score yet, it says
so and ends well. An alarm starts nothing by itself.
"""

from energy.running import leave_closing, main, prepare

prepare()  # before Metaflow reads its configuration

from metaflow import FlowSpec, Parameter, card, current, resources, step  # noqa: E402

from energy.engine import follows  # noqa: E402
from energy.reporting import report  # noqa: E402


@follows("TrainFlow", or_at="37 12 1,8 * ? *")
class MonitorFlow(FlowSpec):
    """Score and write the record, show it, send its figures."""

    store = Parameter("store", default="", help="Directory or s3:// URL; default ENERGY_STORE.")

    @report
    @resources(memory=2048)
    @step
    def start(self):
        """Score what was forecast on what came, and write the record: the rest can fail."""
        from datetime import UTC, datetime

        from energy import watching
        from energy.monitoring import telling
        from energy.releases.store import open_store
        from energy.settings import Settings

        settings = Settings.from_environment()
        store = open_store(self.store or settings.store)
        self.record = watching.watch(settings, store, datetime.now(UTC))
        self.closing = telling.closing(self.record)
        self.next(self.show)

    @card(type="blank", id="monitor")
    @report
    @resources(memory=2048)
    @step
    def show(self):
        """Draw the card, send to CloudWatch, log to MLflow."""
        from energy import monitor_card, watching
        from energy.monitoring import cloudwatch
        from energy.settings import Settings

        settings, record = Settings.from_environment(), self.record
        monitor_card.fill(current.card["monitor"], record)
        if record and settings.metrics_namespace:  # first: alarms rest on it
            sent = cloudwatch.send(settings.metrics_namespace, record)
            print(f"sent {len(sent)} metrics to {settings.metrics_namespace}")
        if record:
            watching.log(settings, record, f"{current.flow_name}/{current.run_id}")
        self.next(self.end)

    @resources(memory=2048)
    @step
    def end(self):
        """Say how it stands."""
        leave_closing(self.closing)


if __name__ == "__main__":
    main(MonitorFlow)
