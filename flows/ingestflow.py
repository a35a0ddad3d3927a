"""Find, fetch, check and keep the newest release of the data.

    python flows/ingestflow.py run
    python flows/ingestflow.py run --files ET_1.2_OCT_22.xlsx,Weather_OCT_22.ods

With nothing new, or nothing to be reached, it says so and ends well: what is held stays in use.
"""

from energy.orchestration import prepare_environment, run_flow, set_run_summary

prepare_environment()  # before Metaflow reads its configuration

from metaflow import FlowSpec, Parameter, card, current, resources, schedule, step  # noqa: E402

from energy.flow_decorators import report_errors  # noqa: E402


@schedule(cron="37 10 1,8 * ? *")
class IngestFlow(FlowSpec):
    """Discover and fetch each source in a branch, keep what is new as a vintage, report."""

    files = Parameter("files", default="", help="Workbooks given by hand, separated by commas.")
    urls = Parameter("urls", default="", help="URLs given by hand, separated by commas.")
    accept = Parameter("accept", default="", help="Checks that a person has looked at and accepts.")

    @report_errors
    @resources(memory=2048)
    @step
    def start(self):
        """Say where to look: what was given by hand, or else the statistics pages."""
        from energy.pipelines.ingest import SOURCE_NAMES

        by_hand = [("file", self.files)] if self.files else []
        by_hand += [("url", url.strip()) for url in self.urls.split(",") if url.strip()]
        self.asked = by_hand or [("source", name) for name in SOURCE_NAMES]
        self.next(self.fetch, foreach="asked")

    @report_errors
    @resources(memory=2048)
    @step
    def fetch(self):
        """Discover and fetch one source; one that cannot be reached is reported, not fatal."""
        from energy.pipelines import ingest
        from energy.settings import Settings

        self.delivery = ingest.fetch_source(Settings.from_environment(), *self.input)
        print("\n".join(self.delivery.lines))
        self.next(self.keep)

    @report_errors
    @resources(memory=2048)
    @step
    def keep(self, inputs):
        """Read, check against what is held, and keep or set aside, all under one lock."""
        from energy.pipelines import ingest
        from energy.settings import Settings

        self.deliveries = [branch.delivery for branch in inputs]
        accepted = [name.strip() for name in self.accept.split(",") if name.strip()]
        self.outcome = ingest.ingest(Settings.from_environment(), self.deliveries, accepted)
        self.next(self.show)

    @card(type="blank", id="vintage")
    @report_errors
    @resources(memory=2048)
    @step
    def show(self):
        """Draw the card: what was found, the checks, the revisions, old against new."""
        from energy.reports import ingest_card
        from energy.settings import Settings

        settings = Settings.from_environment()
        ingest_card.fill_ingest_card(
            current.card["vintage"], settings, self.deliveries, self.outcome
        )
        self.next(self.end)

    @report_errors
    @resources(memory=2048)
    @step
    def end(self):
        """Say what came of it; a refusal ends the run with its reason."""
        from energy.pipelines import ingest

        ingest.require_accepted(self.outcome)
        set_run_summary(ingest.conclusion(self.outcome, self.deliveries))


if __name__ == "__main__":
    run_flow(IngestFlow)
