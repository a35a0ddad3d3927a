"""`energy track-record`: how published forecasts fared."""

from __future__ import annotations

import typer

from energy.cli.output import AsJson, StoreUrl, open_configured_store, print_json, print_table
from energy.contract.track_record import TRACKING_SIGNAL_LIMIT, RecordScore, TrackRecord
from energy.releases.bundle import load_document
from energy.releases.reader import TRACK_RECORD, ReleaseReader


def track_record(store: StoreUrl = "", as_json: AsJson = False) -> None:
    """How published forecasts fared against what came, as MonitorFlow last wrote it."""
    kept = open_configured_store(store)
    ReleaseReader(kept, 0).track_record()  # says so if there is none
    found = load_document(TRACK_RECORD, kept.read(TRACK_RECORD), TrackRecord.from_dict)
    if as_json:
        print_json(found.to_dict())
    else:
        _print(found)


def _print(found: TrackRecord) -> None:
    age = (
        f", made {found.forecast_age_days} days ago" if found.forecast_age_days is not None else ""
    )
    typer.echo(
        f"Forecasts of {found.target} against figures to {found.cutoff} (vintage "
        f"{found.vintage_id}), as of {found.made_at}."
    )
    typer.echo(f"In service: {found.release_id or 'nothing'}{age}.")
    rows = [("all months", found.overall), ("last 12 months", found.recent)]
    rows += [(f"{one.horizon} ahead", one.score) for one in found.by_horizon]
    if any(score for _, score in rows):
        typer.echo()
        print_table(
            ["", "months", "MASE", "naive", "MAPE", "80% holds", "95% holds", "bias"],
            [[name, *_cells(score)] for name, score in rows if score],
        )
    else:
        typer.echo("Nothing to score yet: no month that was forecast has been published since.")
    if found.tracking_signal is not None:
        typer.echo(
            f"Tracking signal {found.tracking_signal:+.1f} "
            f"(beyond +-{TRACKING_SIGNAL_LIMIT:.0f} forecasts lean)."
        )
    due = found.next_due
    late = f", {due.overdue_days} days overdue" if due.overdue_days else ""
    typer.echo(f"\nNext figure: {due.month}, expected {due.due}{late}.")
    if found.unpublished:
        typer.echo(f"Forecast and never published: {', '.join(found.unpublished)}.")
    for check in found.drift:
        typer.echo(f"{'ALARM' if check.alarm else 'fine '}  {check.name}: {check.evidence}")
    for release in found.releases:
        if release.trouble:
            typer.echo(f"{release.release_id} cannot be scored: {release.trouble}")
    for note in found.notes:
        typer.echo(note)


def _cells(score: RecordScore) -> list[str]:
    return [
        str(score.months),
        f"{score.mase:.3f}",
        f"{score.naive_mase:.3f}",
        "n/a" if score.mape is None else f"{score.mape:.2f}%",
        f"{100 * score.coverage80:.0f}%",
        f"{100 * score.coverage95:.0f}%",
        f"{score.bias:+.3f}",
    ]
