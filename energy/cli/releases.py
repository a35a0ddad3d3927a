"""`energy releases`: what is published, what is in service, and how to change that by hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from energy import legacy_errors
from energy.cli.output import (
    AsJson,
    StoreUrl,
    current_user,
    open_configured_store,
    print_json,
    print_table,
)
from energy.releases import inventory, promotion
from energy.releases.bundle import read_manifest
from energy.releases.promotion import ROLLED_BACK, read_champion

app = typer.Typer(no_args_is_help=True, help="What is published, and what is in service.")
Why = Annotated[str, typer.Option(help="The reason, for the record.")]
Id = Annotated[str, typer.Argument(help="A release id; 'energy releases list' shows them.")]
OptionalId = Annotated[str, typer.Argument(help="A release id.", show_default=False)]


@app.command("list")
def list_(store: StoreUrl = "", as_json: AsJson = False) -> None:
    """List releases; a star marks the one in service."""
    found = inventory.list_store(open_configured_store(store), datetime.now(UTC))
    if as_json:
        rows = [_row(one) for one in found.releases]
        now = found.pointer.release_id if found.pointer else None
        notes = list(found.notes)
        print_json({"store": found.store, "in_service": now, "releases": rows, "notes": notes})
        return
    if found.releases:
        print_table(
            ["", "release", "target", "data to", "made", "forecaster", "decided"],
            [_cells(one) for one in found.releases],
        )
    for note in found.notes:
        typer.echo(note)


@app.command()
def show(release_id: OptionalId = "", store: StoreUrl = "", as_json: AsJson = False) -> None:
    """Show a release, the one in service unless told otherwise, and what was decided about it."""
    kept = open_configured_store(store)
    found = inventory.list_store(kept, datetime.now(UTC))
    wanted = release_id or (found.pointer.release_id if found.pointer else "")
    if not wanted:
        raise legacy_errors.NoRelease(
            kept.url, "it has no champion.json, so nothing was promoted yet."
        )
    manifest = read_manifest(kept, wanted)
    one = next((row for row in found.releases if row.release_id == wanted), None)
    if one is None:
        raise legacy_errors.ReleaseMissing(kept.url, wanted)
    if as_json:
        print_json({**_row(one), "manifest": manifest.to_dict()})
        return
    star = ", in service" if one.in_service else ""
    typer.echo(f"{wanted}: {one.status}{star}")
    typer.echo(f"{manifest.target} in {manifest.unit}, by {manifest.forecaster}")
    typer.echo(f"data to {manifest.cutoff}, made {manifest.created_at}")
    typer.echo(f"code {manifest.lineage.commit}")
    for system, run in manifest.lineage.runs.items():
        typer.echo(f"run of {system} {run}")
    typer.echo()
    print_table(
        ["file", "bytes", "SHA-256"],
        [[name, f"{entry.bytes:,}", entry.sha256] for name, entry in manifest.files.items()],
    )
    for decision in one.decisions:
        who = f" by {decision.by}" if decision.by else ""
        what = decision.action
        if what == ROLLED_BACK:
            what = f"rolled back from {decision.previous_id} to {decision.release_id}"
        typer.echo(f"\n{decision.decided_at} {what}{who}: {decision.reason}")
        for check in decision.checks:
            typer.echo(f"  {'passed' if check.passed else 'FAILED'}  {check.name}: {check.told}")


@app.command()
def promote(release_id: Id, why: Why, store: StoreUrl = "", as_json: AsJson = False) -> None:
    """Put a release in service by hand, verified whole, whatever the gate said."""
    kept, now = open_configured_store(store), datetime.now(UTC)
    before = read_champion(kept)
    trouble = promotion.clock_error(before.promoted_at, now) if before else ""
    pointer = promotion.promote(kept, release_id, why, now, by=current_user())
    if as_json:
        print_json({**pointer.to_dict(), "note": trouble})
        return
    if before and before.release_id == release_id:
        typer.echo(f"{release_id} is in service already, since {pointer.promoted_at}.")
        return
    typer.echo(f"{release_id} is in service; before it was {pointer.previous_id or 'nothing'}.")
    if trouble:
        typer.echo(f"Note that {trouble}.")


@app.command()
def rollback(why: Why, store: StoreUrl = "", as_json: AsJson = False) -> None:
    """Go back to the release before; again, and it goes back one further."""
    kept, now = open_configured_store(store), datetime.now(UTC)
    before = read_champion(kept)
    trouble = promotion.clock_error(before.promoted_at, now) if before else ""
    found = promotion.rollback(kept, why, current_user(), now)
    if as_json:
        told = {"passed_over": found.passed_over, "left_id": found.left_id, "note": trouble}
        print_json({**found.pointer.to_dict(), **told})
        return
    typer.echo(f"{found.pointer.release_id} is in service again; left was {found.left_id}.")
    for name, reason in found.passed_over.items():
        typer.echo(f"Passed over {name}, which is not whole: {reason}")
    if trouble:
        typer.echo(f"Note that {trouble}.")


@app.command()
def verify(release_id: OptionalId = "", store: StoreUrl = "", as_json: AsJson = False) -> None:
    """Check one release, or all, against their manifests; ends with 1 if one is not whole."""
    kept = open_configured_store(store)
    found = inventory.verify_releases(kept, release_id or None)
    if as_json:
        print_json({name: {"whole": not wrong, "trouble": wrong} for name, wrong in found.items()})
    else:
        for name, wrong in found.items():
            typer.echo(f"{name}: {wrong or 'whole'}")
        if not found:
            typer.echo(f"There is no release in {kept.url}.")
    if bad := [name for name, wrong in found.items() if wrong]:
        raise legacy_errors.NotWhole(kept.url, bad, len(found))


@app.command()
def sweep(
    hours: Annotated[
        float, typer.Option("--older-than", min=0, help="Leave what was begun less hours ago.")
    ] = inventory.OLD_ENOUGH.total_seconds()
    / 3600,
    store: StoreUrl = "",
    as_json: AsJson = False,
) -> None:
    """Clear away releases that were begun and never finished."""
    now = datetime.now(UTC)
    found = inventory.clean_up(open_configured_store(store), now, timedelta(hours=hours))
    if as_json:
        print_json(
            {"cleared": [_begun(one) for one in found.cleared], "left": [*map(_begun, found.left)]}
        )
        return
    for one in found.cleared:
        typer.echo(f"Cleared {one.release_id}: {len(one.keys)} files, never finished.")
    for one in found.left:
        old = one.age(now).total_seconds() / 3600
        why = f"begun {old:.1f} hours ago" if old >= 0 else "begun in the future, by its clock"
        typer.echo(f"Left {one.release_id}: {why}.")
    if not found.cleared and not found.left:
        typer.echo("Nothing to sweep: every release is finished.")


def _row(one: inventory.ReleaseSummary) -> dict[str, Any]:
    """A release for programs; all but its id, status and decisions is null if it is damaged."""
    manifest = one.manifest
    return {
        "release_id": one.release_id,
        "in_service": one.in_service,
        "status": one.status,
        "target": manifest.target if manifest else None,
        "cutoff": manifest.cutoff if manifest else None,
        "created_at": manifest.created_at if manifest else None,
        "forecaster": manifest.forecaster if manifest else None,
        "decisions": [decision.to_dict() for decision in one.decisions],
        "trouble": one.trouble,
    }


def _cells(one: inventory.ReleaseSummary) -> list[str]:
    found = one.manifest
    shown = [found.target, found.cutoff, found.created_at, found.forecaster] if found else ["?"] * 4
    status = one.status.replace("_", " ") if not one.trouble else f"{one.status}; {one.trouble}"
    return ["*" if one.in_service else "", one.release_id, *shown, status]


def _begun(one: inventory.UnfinishedRelease) -> dict[str, Any]:
    return {**asdict(one), "started_at": one.started_at.isoformat()}
