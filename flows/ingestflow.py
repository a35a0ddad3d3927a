"""Download, check and archive the newest release of the data.

    python flows/ingestflow.py run
    python flows/ingestflow.py run --files ET_1.2_OCT_22.xlsx,Weather_OCT_22.ods

If nothing is new, or no source can be reached, the run says so and succeeds.
"""

from energy.orchestration import prepare_environment, run_flow, set_run_summary

prepare_environment()  # before Metaflow reads its configuration

from metaflow import FlowSpec, Parameter, card, current, resources, schedule, step  # noqa: E402

from energy.flow_decorators import report_errors  # noqa: E402


@schedule(cron="37 10 1,8 * ? *")
class IngestFlow(FlowSpec):
    """Fetch each source in a branch, archive new workbooks as a vintage, and report."""

    files = Parameter("files", default="", help="Workbooks to ingest, separated by commas.")
    urls = Parameter("urls", default="", help="URLs of workbooks to ingest, separated by commas.")
    accept = Parameter("accept", default="", help="Failed checks to accept, separated by commas.")

    @report_errors
    @resources(memory=2048)
    @step
    def start(self):
        """List the sources: the files and URLs of the parameters, else the statistics pages."""
        from energy.pipelines.ingest import SOURCE_NAMES

        chosen = [("file", self.files)] if self.files else []
        chosen += [("url", url.strip()) for url in self.urls.split(",") if url.strip()]
        self.sources = chosen or [("source", name) for name in SOURCE_NAMES]
        self.next(self.fetch, foreach="sources")

    @report_errors
    @resources(memory=2048)
    @step
    def fetch(self):
        """Fetch one source; a page that cannot be reached is reported and does not fail the run."""
        from energy.pipelines import ingest
        from energy.settings import Settings

        self.result = ingest.fetch_source(Settings.from_environment(), *self.input)
        print("\n".join(self.result.lines))
        self.next(self.keep)

    @report_errors
    @resources(memory=2048)
    @step
    def keep(self, inputs):
        """Check the workbooks against the vintage in use, and archive or quarantine them."""
        from energy.pipelines import ingest
        from energy.settings import Settings

        self.fetched = [branch.result for branch in inputs]
        accepted = [name.strip() for name in self.accept.split(",") if name.strip()]
        self.outcome = ingest.ingest(Settings.from_environment(), self.fetched, accepted)
        self.next(self.show)

    @card(type="blank", id="vintage")
    @report_errors
    @resources(memory=2048)
    @step
    def show(self):
        """Draw the card: sources, checks and revisions."""
        from energy.reports import ingest_card
        from energy.settings import Settings

        settings = Settings.from_environment()
        ingest_card.fill_ingest_card(current.card["vintage"], settings, self.fetched, self.outcome)
        self.next(self.end)

    @report_errors
    @resources(memory=2048)
    @step
    def end(self):
        """Report the outcome; a refusal fails the run with its reason."""
        from energy.pipelines import ingest

        ingest.require_accepted(self.outcome)
        set_run_summary(ingest.conclusion(self.outcome, self.fetched))


if __name__ == "__main__":
    run_flow(IngestFlow)
