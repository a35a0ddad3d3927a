"""`energy track-record`: how accurate published forecasts were."""

from __future__ import annotations

import typer

from energy.cli.output import AsJson, StoreUrl, open_configured_store, print_json, print_table
from energy.contract.track_record import TRACKING_SIGNAL_LIMIT, RecordScore, TrackRecord
from energy.releases.reader import read_track_record


def track_record(store: StoreUrl = "", as_json: AsJson = False) -> None:
    """Show how accurate published forecasts were, as MonitorFlow last computed it."""
    record = read_track_record(open_configured_store(store), TrackRecord.from_dict)
    if as_json:
        print_json(record.to_dict())
        return
    age = record.forecast_age_days
    made = f", made {age} days ago" if age is not None else ""
    typer.echo(
        f"Forecasts of {record.target} against figures to {record.cutoff} (vintage "
        f"{record.vintage_id}), as of {record.made_at}."
    )
    typer.echo(f"Live: {record.release_id or 'nothing'}{made}.")
    rows = [("all months", record.overall), ("last 12 months", record.recent)]
    rows += [(f"{score.horizon} ahead", score.score) for score in record.by_horizon]
    if any(score for _, score in rows):
        typer.echo()
        print_table(
            [*("", "months", "MASE", "naive", "MAPE"), "80% coverage", "95% coverage", "bias"],
            [[name, *_score_cells(score)] for name, score in rows if score],
        )
    else:
        typer.echo("No scores yet: no forecast month has been published since.")
    if record.tracking_signal is not None:
        typer.echo(
            f"Tracking signal {record.tracking_signal:+.1f} "
            f"(beyond +-{TRACKING_SIGNAL_LIMIT:.0f}, forecasts are biased)."
        )
    due = record.next_due
    late = f", {due.overdue_days} days overdue" if due.overdue_days else ""
    typer.echo(f"\nNext figure: {due.month}, expected {due.due}{late}.")
    if record.unpublished:
        typer.echo(f"Forecast but never published: {', '.join(record.unpublished)}.")
    for check in record.drift:
        typer.echo(f"{'ALARM' if check.alarm else 'fine '}  {check.name}: {check.evidence}")
    for release in record.releases:
        if release.trouble:
            typer.echo(f"{release.release_id} cannot be scored: {release.trouble}")
    for note in record.notes:
        typer.echo(note)


def _score_cells(score: RecordScore) -> list[str]:
    return [
        str(score.months),
        f"{score.mase:.3f}",
        f"{score.naive_mase:.3f}",
        "n/a" if score.mape is None else f"{score.mape:.2f}%",
        f"{100 * score.coverage80:.0f}%",
        f"{100 * score.coverage95:.0f}%",
        f"{score.bias:+.3f}",
    ]
