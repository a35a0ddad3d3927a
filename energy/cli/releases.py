"""`energy releases`: list, check and change what is published and live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from energy.cli.output import (
    AsJson,
    StoreUrl,
    current_user,
    open_configured_store,
    print_json,
    print_table,
)
from energy.errors import StoreError, join_names
from energy.releases import inventory, promotion
from energy.releases.bundle import read_manifest, release_missing
from energy.releases.promotion import ROLLED_BACK
from energy.releases.reader import NOT_PROMOTED, no_release, read_champion
from energy.releases.store import Store

app = typer.Typer(no_args_is_help=True, help="Published releases, and which one is live.")
Reason = Annotated[str, typer.Option("--why", help="The reason, for the record.")]
ReleaseId = Annotated[str, typer.Argument(help="A release id, from 'energy releases list'.")]
FACTS = ("target", "cutoff", "created_at", "forecaster")
LIVE_BY_DEFAULT = typer.Argument(help="A release id; default the live one.", show_default=False)
ALL_BY_DEFAULT = typer.Argument(help="A release id; default all.", show_default=False)


@app.command("list")
def list_(store: StoreUrl = "", as_json: AsJson = False) -> None:
    """List releases; a star marks the live one."""
    listing = inventory.list_store(open_configured_store(store), datetime.now(UTC))
    if as_json:
        print_json(
            {
                "store": listing.store,
                "in_service": listing.pointer.release_id if listing.pointer else None,
                "releases": [_release_json(release) for release in listing.releases],
                "notes": listing.notes,
            }
        )
        return
    if listing.releases:
        print_table(
            ["", "release", "target", "data to", "made", "forecaster", "decided"],
            [_release_cells(release) for release in listing.releases],
        )
    for note in listing.notes:
        typer.echo(note)


@app.command()
def show(
    release_id: Annotated[str, LIVE_BY_DEFAULT] = "", store: StoreUrl = "", as_json: AsJson = False
) -> None:
    """Show a release, by default the live one, and the decisions about it."""
    opened = open_configured_store(store)
    listing = inventory.list_store(opened, datetime.now(UTC))
    release_id = release_id or (listing.pointer.release_id if listing.pointer else "")
    if not release_id:
        raise no_release(opened, NOT_PROMOTED)
    manifest = read_manifest(opened, release_id)
    releases = {release.release_id: release for release in listing.releases}
    if release_id not in releases:
        raise release_missing(opened, release_id)
    release = releases[release_id]
    if as_json:
        print_json({**_release_json(release), "manifest": manifest.to_dict()})
        return
    typer.echo(f"{release_id}: {release.status}{', live' if release.live else ''}")
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
    for decision in release.decisions:
        by = f" by {decision.by}" if decision.by else ""
        action = decision.action
        if action == ROLLED_BACK:
            action = f"rolled back from {decision.previous_id} to {decision.release_id}"
        typer.echo(f"\n{decision.decided_at} {action}{by}: {decision.reason}")
        for check in decision.checks:
            typer.echo(f"  {'passed' if check.passed else 'FAILED'}  {check.name}: {check.told}")


@app.command()
def promote(
    release_id: ReleaseId, reason: Reason, store: StoreUrl = "", as_json: AsJson = False
) -> None:
    """Verify a release and make it live by hand, whatever the gate decided."""
    opened, now = open_configured_store(store), datetime.now(UTC)
    before, clocks = _read_live(opened, now)
    pointer = promotion.promote(opened, release_id, reason, now, by=current_user())
    if as_json:
        print_json({**pointer.to_dict(), "note": clocks})
        return
    if before == release_id:
        typer.echo(f"{release_id} is live already, since {pointer.promoted_at}.")
        return
    typer.echo(f"{release_id} is live; before it was {pointer.previous_id or 'nothing'}.")
    if clocks:
        typer.echo(f"Note that {clocks}.")


@app.command()
def rollback(reason: Reason, store: StoreUrl = "", as_json: AsJson = False) -> None:
    """Make the release before the live one live again; a second rollback goes one further back."""
    opened, now = open_configured_store(store), datetime.now(UTC)
    _, clocks = _read_live(opened, now)
    result = promotion.rollback(opened, reason, current_user(), now)
    if as_json:
        document = {**result.pointer.to_dict(), "passed_over": result.skipped}
        print_json({**document, "left_id": result.replaced_id, "note": clocks})
        return
    typer.echo(f"{result.pointer.release_id} is live again, in place of {result.replaced_id}.")
    for name, error in result.skipped.items():
        typer.echo(f"Skipped {name}, which is damaged: {error}")
    if clocks:
        typer.echo(f"Note that {clocks}.")


@app.command()
def verify(
    release_id: Annotated[str, ALL_BY_DEFAULT] = "", store: StoreUrl = "", as_json: AsJson = False
) -> None:
    """Check releases against their manifests; the exit status is 1 if one is damaged."""
    opened = open_configured_store(store)
    errors = inventory.verify_releases(opened, release_id or None)
    if as_json:
        print_json({name: {"whole": not error, "trouble": error} for name, error in errors.items()})
    else:
        for name, error in errors.items():
            typer.echo(f"{name}: {error or 'intact'}")
        if not errors:
            typer.echo(f"There is no release in {opened.url}.")
    if damaged := [name for name, error in errors.items() if error]:
        raise StoreError(
            f"{len(damaged)} of {len(errors)} releases in the store {opened.url} are damaged: "
            f"{join_names(damaged)}. They are not used; publish anew or restore them."
        )


@app.command()
def sweep(
    hours: Annotated[
        float, typer.Option("--older-than", min=0, help="Keep what was begun fewer hours ago.")
    ] = inventory.MIN_AGE.total_seconds()
    / 3600,
    store: StoreUrl = "",
    as_json: AsJson = False,
) -> None:
    """Delete releases that were begun and never finished."""
    now = datetime.now(UTC)
    result = inventory.clean_up(open_configured_store(store), now, timedelta(hours=hours))
    if as_json:
        cleared, left = (
            [{**asdict(release), "started_at": release.started_at.isoformat()} for release in group]
            for group in (result.deleted, result.kept)
        )
        print_json({"cleared": cleared, "left": left})
        return
    for release in result.deleted:
        typer.echo(f"Deleted {release.release_id}: {len(release.keys)} files, never finished.")
    for release in result.kept:
        age = release.age(now).total_seconds() / 3600
        when = f"begun {age:.1f} hours ago" if age >= 0 else "begun in the future, by its clock"
        typer.echo(f"Kept {release.release_id}: {when}.")
    if not result.deleted and not result.kept:
        typer.echo("Nothing to delete: every release is finished.")


def _read_live(store: Store, now: datetime) -> tuple[str | None, str]:
    """The id of the live release, and what to say of clocks that disagree."""
    pointer = read_champion(store)
    if pointer is None:
        return None, ""
    return pointer.release_id, promotion.clock_error(pointer.promoted_at, now)


def _release_json(release: inventory.ReleaseSummary) -> dict[str, Any]:
    """A release for programs; what its manifest would say is null if that is damaged."""
    manifest: Mapping[str, Any] = release.manifest.to_dict() if release.manifest else {}
    return {
        "release_id": release.release_id,
        "in_service": release.live,
        "status": release.status,
        **{name: manifest.get(name) for name in FACTS},
        "decisions": [decision.to_dict() for decision in release.decisions],
        "trouble": release.error,
    }


def _release_cells(release: inventory.ReleaseSummary) -> list[str]:
    fields = _release_json(release)
    facts = [fields[name] or "?" for name in FACTS]
    status = release.status.replace("_", " ")
    status = f"{status}; {release.error}" if release.error else status
    return ["*" if release.live else "", release.release_id, *facts, status]
